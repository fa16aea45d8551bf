"""The pool's side of the template process: start it, have a job done in a fork of it, kill what overstays."""

import contextlib
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum, auto

from evmbox.errors import EvmboxError
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import MESSAGE, Broke, Finished, Job, Message, Started

ENVIRONMENT = {
    "ETH_HASH_BACKEND": "pysha3",  # in C, five times as fast as the one that eth-hash takes by itself
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # sets iterate in one order, so a lesson's checks run alike every time
    "HYPOTHESIS_STORAGE_DIRECTORY": os.devnull,  # it stores nothing
}
START_S = 60.0
"""Patience with our own first submission, for a machine that is busy starting everything at once."""

FORK_S = 10.0
GRACE_S = 0.5
MAX_OUTPUT_BYTES = 4 * 1024**2

Listener = Callable[[Message], None]


class Ending(Enum):
    """How a fork ended that did not finish its job."""

    DIED = auto()
    TIMED_OUT = auto()
    TOO_MUCH_OUTPUT = auto()


class TemplateLost(EvmboxError):
    """The template process is gone, or cannot fork; the job was not at fault."""


class Template:
    """A warm process, and the forks of it. Thread-safe; forks are made one after the other, and live side by side."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-B", "-m", "evmbox.pool", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env=ENVIRONMENT,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl+C in a terminal is for the parent to act on
            )
        self._control = ours
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """The template's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the template still listens."""
        try:
            return bool(self._control.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def warm(self, job: Job) -> Finished:
        """Do a first job in the template itself, and wait until it is ready to be forked. Raises `TemplateLost`."""
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            ending = self._run(job, Ration(wall_s=START_S), lambda _: None, patience_s=START_S, kill=False)
            ready, _, _ = select.select([self._control], [], [], START_S)
            if not isinstance(ending, Finished) or not ready or not self._control.recv(1):
                msg = "The sandbox's first process did not start; its error output says why."
                raise TemplateLost(msg)
            undo.pop_all()
        return ending

    def run(self, job: Job, ration: Ration, listen: Listener) -> Finished | Ending:
        """Do a job in a fork, within its ration.

        Raises `TemplateLost` where no fork could be made or all were lost, `EvmboxError` where the job raised.
        """
        ending = self._run(job, ration, listen, patience_s=FORK_S, kill=True)
        if ending is Ending.DIED and not self.alive:
            msg = "The sandbox's template process was lost."
            raise TemplateLost(msg)
        return ending

    def close(self) -> None:
        """End the template, and every fork with it."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _run(self, job: Job, ration: Ration, listen: Listener, *, patience_s: float, kill: bool) -> Finished | Ending:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, self._lock:
                try:
                    socket.send_fds(self._control, [b"."], [theirs.fileno()])
                except OSError as error:
                    raise TemplateLost("The sandbox's template process is gone.") from error
            channel = _Channel(ours)
            try:
                started = channel.read(until=time.monotonic() + patience_s)
            except (OSError, ValueError) as error:
                raise TemplateLost(f"The sandbox could not start a process: {error}.") from error
            if not isinstance(started, Started):
                msg = "The sandbox could not start a process."
                raise TemplateLost(msg)
            try:
                return _converse(channel, pickle.dumps((ration, job)), ration.wall_s + GRACE_S, listen)
            finally:
                if kill:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(started.pid, signal.SIGKILL)


def _converse(channel: "_Channel", job: bytes, limit_s: float, listen: Listener) -> Finished | Ending:
    deadline = time.monotonic() + limit_s
    message: Message | None = None
    while True:
        try:
            if message is None:
                channel.write(job, until=deadline)
            message = channel.read(until=deadline)
        except (TimeoutError, BlockingIOError):
            return Ending.TIMED_OUT
        except _TooMuch:
            return Ending.TOO_MUCH_OUTPUT
        except (OSError, ValueError):  # it hung up on us, or did not speak our language
            return Ending.DIED
        if message is None:
            return Ending.DIED
        if isinstance(message, Finished):
            return message
        if isinstance(message, Broke):
            msg = f"The sandbox broke while it did a job: {message.what}."
            raise EvmboxError(msg)
        listen(message)


class _TooMuch(Exception):
    """A fork sent more than a job may."""


class _Channel:
    """A conversation with a fork that is not trusted: bounded in time and size, validated, line by line."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()
        self._received = 0

    def write(self, data: bytes, *, until: float) -> None:
        self._wait(until)
        self._connection.sendall(data)

    def read(self, *, until: float) -> Message | None:
        """Return the next message, None at the end. Raises `OSError` (`TimeoutError`), `_TooMuch`, `ValueError`."""
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            self._wait(until)
            chunk = self._connection.recv(65536)
            if not chunk:
                return None
            self._received += len(chunk)
            if self._received > MAX_OUTPUT_BYTES:
                raise _TooMuch
            self._buffer += chunk
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return MESSAGE.validate_json(line)

    def _wait(self, until: float) -> None:
        self._connection.settimeout(max(until - time.monotonic(), 0.0))  # 0: what is there already may still be read
