"""`classroom up`: prepares the data folder, starts every part as a child, and stops them all."""

import contextlib
import fcntl
import getpass
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Final

import httpx
from sqlmodel import Session

from classroom import accounts, added, backups, courses, dashboards, keys, lessons, mail
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.errors import Conflict
from classroom.isolation import require_isolation
from classroom.models import CredentialKind, Role, Scope, User
from classroom.settings import Settings

LINK_LIFETIME: Final = timedelta(minutes=15)
STOP_S: Final = 10.0
MAX_RESTARTS: Final = 5
POLL_S: Final = 0.1
FIRST: Final = 2
"""Parts that start at once: the portal and what grades. The others would keep the processors from them meanwhile."""

Say = Callable[[str], None]


class AlreadyRunning(Conflict):
    """Another `classroom up` holds this data folder."""


@dataclass
class Part:
    """One child process: how to start it, where to ask whether it is ready, and how it fares."""

    name: str
    label: str
    command: list[str]
    ready_url: str
    process: subprocess.Popen[bytes] | None = None
    log: IO[bytes] | None = None
    restarts: int = 0
    ready: bool = False
    started_at: float = field(default=0.0)


def free_port(host: str, wanted: int, taken: set[int]) -> int:
    """Give the wanted port or the next one that can be bound."""
    for port in range(wanted, min(wanted + 100, 65536)):
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Conflict(f"No free port was found from {wanted} on. Set CLASSROOM_PORTAL_PORT to another.")


def choose_ports(settings: Settings, say: Say) -> Settings:
    """Give settings whose three ports are free, and say which were taken."""
    chosen: dict[str, int] = {}
    for name, what in (("portal_port", "portal"), ("voila_port", "lesson apps"), ("lab_port", "JupyterLab")):
        wanted: int = getattr(settings, name)
        port = free_port(settings.host, wanted, set(chosen.values()))
        if port != wanted:
            say(f"Port {wanted} is taken: the {what} will be at port {port}.")
        chosen[name] = port
    return settings.model_copy(update=chosen)


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[Callable[[str], None]]:
    """Hold the data folder: two classrooms on one folder would fight over its queue. Gives who tells the next where."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.data_dir / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(
                f"The classroom of {settings.data_dir} is running already, at {lock.read().strip()}. "
                "Stop it first, or set CLASSROOM_DATA_DIR to another folder."
            ) from None
        lock.truncate(0)

        def tell(address: str) -> None:
            lock.write(address)
            lock.flush()

        yield tell


def prepare(settings: Settings, say: Say) -> str:
    """Migrate the database, after a backup of an older one; build the lessons; make the owner; give a secret."""
    database = Database.of(settings)
    try:
        present, newest = database.revisions()
        if present not in {None, newest}:
            database.require_known(str(present))
            say(f"The database is brought up to date. A backup from before: {backups.make_backup(settings).path}")
        database.migrate()
        added.clear(settings)
        catalog = Catalog.of(settings)
        lessons.ensure_built(catalog, settings)
        dashboards.build(settings)
        with database.unit_of_work() as work:
            session = work.session
            course = courses.ensure_default_course(session, catalog)
            owner = _owner(session, settings)
            for role in (Role.INSTRUCTOR, Role.LEARNER):
                courses.enrol(session, course, owner, role)
            link = accounts.issue(
                session, CredentialKind.ONE_TIME_LINK, owner.id, lifetime=LINK_LIFETIME, label="classroom up"
            )
            with contextlib.suppress(FileNotFoundError):
                accounts.revoke(session, settings.owner_key_path.read_text().strip(), actor_id=owner.id)
            token = accounts.issue(
                session,
                CredentialKind.TOKEN,
                owner.id,
                lifetime=timedelta(days=settings.session_days),
                label="JupyterLab on this laptop",
                scopes=(Scope.LEARN, Scope.TEACH),  # the owner's dashboards, beside their lessons
            )
        keys.write_owner_key(settings, token)
    finally:
        database.close()
    return link


def _owner(session: Session, settings: Settings) -> User:
    """Give the person whose laptop this is, made on the first start."""
    known = accounts.find_user(session, settings.owner)
    if known is not None:
        return known
    return accounts.create_user(session, settings.owner, display_name=_display_name(), is_admin=True)


def _display_name() -> str:
    try:
        return getpass.getuser().capitalize()
    except (KeyError, OSError):
        return "Owner"


def parts(settings: Settings) -> list[Part]:
    """List the processes of a classroom, in the order they are needed."""
    python, parent = [sys.executable, "-m"], ["--parent", str(os.getpid())]
    return [
        Part("portal", "Portal and API", [*python, "classroom.web", *parent], f"{settings.portal_url}/healthz"),
        Part("consumer", "Job consumer", [*python, "classroom.jobs", *parent], f"{settings.portal_url}/readyz"),
        Part("voila", "Lesson apps", [*python, "classroom.apps", "voila", *parent], f"{settings.voila_url}/healthz"),
        Part("lab", "JupyterLab", [*python, "classroom.apps", "lab", *parent], f"{settings.lab_url}/healthz"),
    ]


class Supervisor:
    """Runs the parts: starts them, tells when each is ready, restarts what dies, stops them all."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self.settings = settings
        self.say = say
        self.parts = parts(settings)
        self.stopping = threading.Event()
        self.client = httpx.Client(timeout=2.0, trust_env=False)

    def start(self, part: Part) -> None:
        """Start one part; what it prints goes to its log in the data folder."""
        logs = self.settings.data_dir / "logs"
        logs.mkdir(exist_ok=True)
        path = logs / f"{part.name}.log"
        if part.log is None:
            _rotate(path)
            part.log = path.open("ab")
        part.ready = False
        part.started_at = time.monotonic()
        part.process = subprocess.Popen(
            part.command,
            env=child_environment(self.settings),
            stdin=subprocess.DEVNULL,
            stdout=part.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def watch(self, on_ready: Callable[[Part], None]) -> int:
        """Supervise until told to stop; give the exit code."""
        while not self.stopping.wait(POLL_S):
            for part in self.parts:
                if part.process is None:
                    continue  # its turn has not come
                if part.process.poll() is not None:
                    if not self._restart(part):
                        return 1
                elif not part.ready and self._is_ready(part):
                    part.ready = True
                    on_ready(part)
            for letter in mail.read_outbox(self.settings):
                self.say(f"\n  To pass on: {letter}")
        return 0

    def _restart(self, part: Part) -> bool:
        code = part.process.returncode if part.process else None
        part.restarts += 1
        log = self.settings.data_dir / "logs" / f"{part.name}.log"
        if part.restarts > MAX_RESTARTS:
            self.say(f"{part.label} ended {part.restarts} times (code {code}); giving up. Its log: {log}")
            return False
        self.say(f"{part.label} ended with code {code}; starting it again. Its log: {log}")
        self.start(part)
        return True

    def _is_ready(self, part: Part) -> bool:
        try:
            answer = self.client.get(part.ready_url)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    def stop(self) -> None:
        """Ask every part to end, the consumer last but the portal; after ten seconds end them."""
        running = [part for part in reversed(self.parts) if part.process is not None and part.process.poll() is None]
        for part in running:
            if part.process is not None:
                part.process.terminate()  # the part alone: it knows best in which order its own children end
        deadline = time.monotonic() + STOP_S
        for part in running:
            if part.process is None:
                continue
            try:
                part.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{part.label} does not stop; ending it.")
        for part in self.parts:
            _kill_group(part)
            if part.process is not None:
                part.process.wait()
            if part.log is not None:
                part.log.close()
        self.client.close()


def _kill_group(part: Part) -> None:
    """End whatever is left of a part's process group."""
    if part.process is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.process.pid, signal.SIGKILL)


def _rotate(path: Path) -> None:
    """Keep the log of the last run beside the new one."""
    if path.exists():
        path.replace(path.with_suffix(".log.1"))


def child_environment(settings: Settings) -> Mapping[str, str]:
    """Give a part the settings in force as variables, so that all parts agree on ports and folders."""
    variables = {f"CLASSROOM_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    return {**os.environ, **variables, "PYTHONUNBUFFERED": "1"}


def may_open_browser() -> bool:
    """Tell whether this machine has a display, so that opening a browser means something."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def up(settings: Settings, *, open_browser: bool, say: Say) -> int:
    """Run the whole classroom until Ctrl+C; give the exit code."""
    started = time.monotonic()
    require_isolation(settings)
    with only_one(settings) as tell_address:
        settings = choose_ports(settings, say)
        tell_address(settings.portal_url)
        link = prepare(settings, say)
        address = f"{settings.address}/welcome?link={link}"
        supervisor = Supervisor(settings, say)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: supervisor.stopping.set())

        def on_ready(part: Part) -> None:
            say(f"  ✓ {part.label} ({time.monotonic() - started:.1f} s)")
            for waiting in supervisor.parts:
                if waiting.process is None:
                    supervisor.start(waiting)
            if part.name == "portal" and not part.restarts:
                say(f"\n  Open  {address}\n")
                if open_browser and may_open_browser():
                    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            elif all(other.ready for other in supervisor.parts):
                say(f"Everything is up. Data: {settings.data_dir}. Press Ctrl+C to stop.")

        try:
            for part in supervisor.parts[:FIRST]:
                supervisor.start(part)
            code = supervisor.watch(on_ready)
        finally:
            say("Stopping …")
            supervisor.stop()
            say("Stopped. Nothing is left running.")
    return code
