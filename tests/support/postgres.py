"""A real PostgreSQL for tests: a server of their own in a temporary folder, and an empty database for each test.

It listens on a Unix socket in a folder that only its user can enter, so it needs no password. Nothing is synced to
disk: what a killed process has written the kernel keeps, and no test cuts the power.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from support.waiting import wait_until

HOW_TO_INSTALL = "no PostgreSQL server was found on this machine (Debian: apt-get install postgresql)"
START_S = 60.0
TEMPLATE = "classroom_template"

_UNPRIVILEGED = "postgres"  # a server refuses to run as root; Debian's package makes this user
_SWITCHES = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "150",
    "shared_buffers": "32MB",
    "autovacuum": "off",  # in the way of CREATE DATABASE, and no test lives long enough to need it
    "max_wal_size": "256MB",
}


def binaries() -> Path | None:
    """Find the newest server's programs: beside `pg_ctl` on the path, or where Debian puts them."""
    if found := shutil.which("pg_ctl"):
        return Path(found).parent
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "postgres").is_file()]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


class PostgresServer:
    """One server. `stop` and `start` again keep what is in it; addresses stay the same."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.programs = programs
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._as_user = _as_unprivileged_user(folder)
        initdb = [programs / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*self._as_user, *map(str, initdb), "--no-locale", "--no-sync", "--no-instructions"],
            check=True,
            capture_output=True,
        )
        self.start()

    def url(self, name: str) -> str:
        """Give the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and wait until it answers."""
        switches = [part for name, value in _SWITCHES.items() for part in ("-c", f"{name}={value}")]
        command = [self.programs / "postgres", "-D", self._data, "-k", self.folder, *switches]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user, *map(str, command)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(self._answers, timeout_s=START_S, what="PostgreSQL's first answer")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT ends every connection and then the server, SIGQUIT is as hard as a crash."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    def execute(self, statement: str) -> None:
        """Do something to the server itself."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def make_template(self, fill: Callable[[str], object]) -> None:
        """Have a database filled once, of which `database` gives copies."""
        self.execute(f"CREATE DATABASE {TEMPLATE}")
        fill(self.url(TEMPLATE))

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """Give the address of a database of one's own: 30 ms from a template, and dropped at the end."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres_server(programs: Path) -> Iterator[PostgresServer]:
    """Run a server; nothing is left of it."""
    with tempfile.TemporaryDirectory(prefix="classroom-pg-") as folder:  # a short path: a socket's may have 107 bytes
        server = PostgresServer(Path(folder), programs)
        try:
            yield server
        finally:
            server.stop()


def _as_unprivileged_user(folder: Path) -> list[str]:
    """Give what comes before a command: it ends with the tests, and is not run as root."""
    die_with_parent = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    if os.geteuid() != 0:
        return die_with_parent
    user = pwd.getpwnam(_UNPRIVILEGED)
    os.chown(folder, user.pw_uid, user.pw_gid)
    drop = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    return [*(die_with_parent or ["setpriv"]), *drop]
