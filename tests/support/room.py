"""A whole classroom as `make run` starts it: its processes, what it says, its database."""

import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from classroom import sealing
from classroom.db import Database
from classroom.keys import server_key
from classroom.sealing import Sealer, Verdict
from classroom.settings import Settings
from support.waiting import wait_until

CLASSROOM = [sys.executable, "-m", "classroom"]
LINK = re.compile(r"http://\S+/welcome\?link=\S+")
START_S = 90.0


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_RANGE = range(10_240 + _WORKER, 32_768, _WORKERS)  # below what Linux chooses from
_PORTS = iter(random.sample(_RANGE, len(_RANGE)))


def free_ports(number: int) -> list[int]:
    """Give ports that nothing listens on, none of them twice.

    No two workers get the same, and the system gives none of these to a connection of its own choice, so that a port
    is still free when a server that is starting comes to it.
    """
    return list(islice(filter(_is_free, _PORTS), number))


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def descendants(pid: int) -> set[int]:
    """List the processes below one, by what /proc tells."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found: set[int] = set()
    left = [pid]
    while left:
        for child in children.get(left.pop(), []):
            found.add(child)
            left.append(child)
    return found


def alive(pids: set[int]) -> set[int]:
    """Keep those that still run; a zombie is dead."""
    running = set()
    for pid in pids:
        with suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                running.add(pid)
    return running


@dataclass
class Classroom:
    """One data folder, and the processes that `classroom up` runs on it."""

    data_dir: Path
    ports: list[int]
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)
    listener: threading.Thread | None = None
    more: dict[str, str] = field(default_factory=dict)
    begun_by: list[str] = field(default_factory=lambda: [*CLASSROOM, "up", "--no-browser"])

    @property
    def environment(self) -> dict[str, str]:
        """Give the settings as variables."""
        portal, voila, lab = map(str, self.ports)
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("CLASSROOM_")},
            "CLASSROOM_DATA_DIR": str(self.data_dir),
            "CLASSROOM_PORTAL_PORT": portal,
            "CLASSROOM_VOILA_PORT": voila,
            "CLASSROOM_LAB_PORT": lab,
            "PYTHONUNBUFFERED": "1",
            **self.more,
        }

    @property
    def portal(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def command(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line; `given` is what it reads from its standard input."""
        return subprocess.run(
            [*CLASSROOM, *arguments],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )

    def begin(self) -> None:
        """Start `classroom up` and read what it says, without waiting for anything."""
        self.said = []
        self.process = subprocess.Popen(
            self.begun_by,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.listener = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self.listener.start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                self.said.append(line)

    def heard(self, pattern: str) -> re.Match[str] | None:
        """Look for something that was said."""
        return re.search(pattern, "".join(self.said))

    def start(self) -> str:
        """Start everything, wait until all of it is up, and give the one-time link of the owner."""
        self.begin()
        self.wait_for("Everything is up")
        found = self.heard(LINK.pattern)
        assert found is not None, self.said
        return found.group()

    def wait_for(self, text: str) -> None:
        """Wait until the launcher has said something."""
        assert self.process is not None
        wait_until(
            lambda: self.heard(re.escape(text)) or self.process is None or self.process.poll() is not None,
            timeout_s=START_S,
            what=f"{text!r}",
        )
        assert self.heard(re.escape(text)), "".join(self.said) + self.logs()

    def logs(self) -> str:
        """Give the end of every part's log, for who reads a failed test."""
        files = sorted((self.data_dir / "logs").glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text()[-2000:]}" for file in files)

    def processes(self) -> set[int]:
        """List every process of this classroom."""
        assert self.process is not None
        return {self.process.pid} | descendants(self.process.pid)

    def parts(self, *words: str) -> set[int]:
        """Find the processes of this classroom whose command has all of these words."""
        found = set()
        for pid in self.processes():
            with suppress(OSError):
                if set(words) <= set(Path(f"/proc/{pid}/cmdline").read_text().split("\0")):
                    found.add(pid)
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Press Ctrl+C, in effect, and give the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def kill(self) -> None:
        """End every process with -9, all at once."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)

    def verify_log(self) -> Verdict:
        """Go through the audit log, from outside."""
        settings = Settings(data_dir=self.data_dir, database_url="")
        with closing(Database.of(settings)) as database, database.read() as session:
            return sealing.verify(session, public_key=Sealer(server_key(settings)).public_key)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(f"file:{self.data_dir / 'classroom.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(query, values).fetchall()


@contextmanager
def classroom_on(folder: Path) -> Iterator[Classroom]:
    """Give a classroom that is not running yet, and leave nothing of it running."""
    room = Classroom(folder / "data", free_ports(3))
    seen: set[int] = set()
    try:
        yield room
    finally:
        if room.process is not None and room.process.poll() is None:
            seen = room.processes()
            room.stop(signal.SIGTERM)
        if room.listener is not None:
            room.listener.join(10)
        for pid in alive(seen):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
