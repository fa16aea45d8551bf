"""A compiler's process, kept within its limits: time, memory, output, and no longer a life than ours."""

import contextlib
import os
import re
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from errno import ENOENT
from math import ceil
from pathlib import Path
from typing import IO, cast

from evmbox.isolation.ladder import Walls, find_walls
from evmbox.report import Outcome

MEMORY_BYTES = 3 * 1024**3
"""What a compiler may have of its own to write to: Linux counts that, whatever a limit's name (RLIMIT_DATA) says."""

ADDRESS_SPACE_BYTES = 32 * 1024**3
"""Addresses: more than memory, since Node sets ten gigabytes aside around solc's own memory to catch what leaves it."""

OUTPUT_LIMIT_BYTES = 4 * 1024**2
CPU_GRACE_S = 1
"""CPU time beyond the time on the wall: an engine's own threads work beside solc, and the wall clock is to end it."""

TOO_SLOW = "The source takes too long to compile, so the compiler was stopped. Make it smaller or simpler."
TOO_HEAVY = "The compiler ran out of memory on this source, or its parts are nested too deeply. Make it simpler."
TOO_LARGE = "The compiled code is far too large. Look for contracts that create each other over and over."

_CHUNK_BYTES = 256 * 1024
_ENVIRONMENT = {"OPENSSL_CONF": "/dev/null", "LANG": "C.UTF-8"}


class LimitReached(Exception):
    """The compiler was stopped at a limit; the message is for the learner."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


class ProcessEnded(Exception):
    """The process ended before it answered; `from_outside` where someone else ended it, not the source."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the compiler's process ended with status {status}")
        self.status = status
        self.from_outside = status in (-signal.SIGKILL, -signal.SIGTERM)


class LimitedProcess:
    """A process in a group of its own that is written to and read from up to a deadline and a size.

    It sees a fixed environment and, where this machine can see to that, no files but `readable`; it can write nothing
    to a file and leaves no core. Its standard error is dropped. `evmbox.isolation.launch` confines it before it is what
    it is to be: code between fork and exec is not safe in a process with threads. `niceness` is the system's: 19 takes
    what processor time nobody else wants.
    """

    def __init__(
        self,
        arguments: Sequence[str | Path],
        *,
        readable: Sequence[str | Path] = (),
        cpu_s: float | None = None,
        die_with_thread: bool = False,
        niceness: int = 0,
        walls: Walls | None = None,
    ) -> None:
        """Start `arguments`, the first of which is a path. `cpu_s` is CPU time, as in `allow_cpu`.

        With `die_with_thread` the process ends when the thread does that started it, where the platform can do that.
        """
        self._ending = threading.Lock()
        self._told: int | None = None  # who has answered, behind a wall that makes it another than was started
        self._walls = find_walls() if walls is None else walls
        program = Path(arguments[0])
        limits = {"AS": ADDRESS_SPACE_BYTES, "DATA": MEMORY_BYTES, "FSIZE": 0, "CORE": 0}
        if cpu_s is not None:
            limits["CPU"] = ceil(cpu_s) + CPU_GRACE_S
        before = self._walls.before_compiler(
            readable=[str(path) for path in readable],
            executable=sorted({str(program), str(program.resolve())}),
            limits=limits,
            die_with_parent=die_with_thread,
        )
        if not program.is_file():
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(program))
        self._popen = subprocess.Popen(
            (*before, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_ENVIRONMENT,
            process_group=0,
            bufsize=0,
        )
        self._stdin, self._stdout = cast("IO[bytes]", self._popen.stdin), cast("IO[bytes]", self._popen.stdout)
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe.fileno(), False)
        if niceness:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PGRP, self._popen.pid, niceness)  # all there is of it inherits that

    @property
    def pid(self) -> int:
        """The process id of the compiler itself, once it has said something."""
        pid = self._popen.pid
        if self._walls.bubblewrap:  # two processes of bubblewrap stand around it
            with contextlib.suppress(OSError):
                while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                    pid = int(children[0])
        return pid

    def is_alive(self) -> bool:
        """Tell whether the process still runs."""
        with self._ending:
            return self._popen.poll() is None and not self._is_dead()

    def resident_bytes(self) -> int:
        """Return how much memory the process holds now; 0 where the system does not tell."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except OSError:
            return 0
        return int(pages) * resource.getpagesize()

    def allow_cpu(self, seconds: float) -> None:
        """Let the process use `seconds`, and `CPU_GRACE_S`, more of CPU time; beyond them it is ended by SIGXCPU."""
        try:
            fields = re.split(r"\) ", Path(f"/proc/{self.pid}/stat").read_text(), maxsplit=1)[1].split()
        except OSError:
            return
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self._limit(resource.RLIMIT_CPU, ceil(used + seconds) + CPU_GRACE_S, hard=resource.RLIM_INFINITY)

    def ask(self, request: bytes, *, deadline: float) -> bytes:
        """Write `request`, which may be empty, and return the next line.

        `deadline` is a time of the monotonic clock. Raise LimitReached or ProcessEnded; the process is of no use after
        either and is to be discarded.
        """
        return self._exchange(request, deadline, to_end=False)

    def ask_once(self, request: bytes, *, deadline: float) -> bytes:
        """Write `request`, close the input and return all that comes until the output ends; otherwise like `ask`."""
        return self._exchange(request, deadline, to_end=True)

    def kill(self) -> int:
        """End the process and its group at once and return its status; may be called twice and from any thread."""
        with self._ending:
            if self._popen.poll() is None:
                os.killpg(self._popen.pid, signal.SIGKILL)
            return self._status(self._popen.wait())

    def discard(self) -> None:
        """End the process and close its pipes; only for the thread that reads them."""
        self.kill()
        self._stdin.close()
        self._stdout.close()

    def _is_dead(self) -> bool:
        """Tell whether the compiler is dead though the process that stands around it has not yet seen it."""
        if self._told is None:
            return False
        try:
            state = Path(f"/proc/{self._told}/stat").read_text().rpartition(") ")[2][0]
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return state in "ZX"

    def _status(self, status: int) -> int:
        """Return a status as the process itself ended with it: bubblewrap tells a signal as a shell does."""
        return 128 - status if self._walls.bubblewrap and status > 128 else status

    def _limit(self, kind: int, soft: int, hard: int | None = None) -> None:
        if sys.platform == "linux":
            try:
                resource.prlimit(self.pid, kind, (soft, soft if hard is None else hard))
            except ProcessLookupError:
                return  # it is gone already, which whoever reads from it will find out

    def _exchange(self, request: bytes, deadline: float, *, to_end: bool) -> bytes:
        answer = bytearray()
        for chunk in self._converse(request, deadline, to_end=to_end):
            answer += chunk
            if len(answer) > OUTPUT_LIMIT_BYTES:
                raise LimitReached(Outcome.OUTPUT_LIMIT, TOO_LARGE)
            if not to_end and answer.endswith(b"\n"):
                if self._walls.bubblewrap and self._told is None:
                    self._told = self.pid
                return bytes(answer)
        status = self._wait(deadline)
        if status != 0 or not to_end:
            raise ProcessEnded(status)
        return bytes(answer)

    def _converse(self, request: bytes, deadline: float, *, to_end: bool) -> Iterator[bytes]:
        """Write `request` and give what comes meanwhile and after, until the output ends."""
        unsent = memoryview(request)
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            if request:
                selector.register(self._stdin, selectors.EVENT_WRITE)
            while (remaining := deadline - time.monotonic()) > 0:
                for key, _ in selector.select(remaining):
                    if key.fileobj is self._stdin:
                        unsent = unsent[self._write(unsent) :]
                        if not unsent:
                            selector.unregister(self._stdin)
                            if to_end:
                                self._stdin.close()
                    elif chunk := os.read(self._stdout.fileno(), _CHUNK_BYTES):
                        yield chunk
                    else:
                        return
        raise LimitReached(Outcome.TIMED_OUT, TOO_SLOW)

    def _write(self, unsent: memoryview) -> int:
        try:
            return os.write(self._stdin.fileno(), unsent)
        except BrokenPipeError:
            return len(unsent)  # the process is gone, as the end of its output will tell

    def _wait(self, deadline: float) -> int:
        """Return the status with which a process ends that has closed its output."""
        try:
            status = self._status(self._popen.wait(max(0.0, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            raise LimitReached(Outcome.TIMED_OUT, TOO_SLOW) from None
        if status == -signal.SIGXCPU:
            raise LimitReached(Outcome.TIMED_OUT, TOO_SLOW)
        return status
