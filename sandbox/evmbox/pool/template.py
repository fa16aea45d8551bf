"""The pool's side of the template process: start it, have a job done in a fork of it, kill what overstays."""

import contextlib
import os
import pickle
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from enum import Enum, auto

from evmbox.errors import EvmboxError
from evmbox.isolation.ladder import Walls
from evmbox.isolation.view import python_files
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import AT_ONCE, MESSAGE, NOBODY_WAITS, Broke, Finished, Job, Message, Residence, Started
from evmbox.pool.recall import Recall

ENVIRONMENT = {
    "ETH_HASH_BACKEND": "pysha3",  # in C, five times as fast as the one that eth-hash takes by itself
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # sets iterate in one order, so a lesson's checks run alike every time
    "HYPOTHESIS_STORAGE_DIRECTORY": os.devnull,  # it stores nothing
    "OPENSSL_CONF": os.devnull,
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
    """A warm process, and the forks of it. Thread-safe; forks are made one after the other, and live side by side.

    Inside a namespace of its own it is the first process: whatever ends it ends every fork.
    """

    def __init__(self, walls: Walls) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *walls.before(python_files(), first=True),
                    *(sys.executable, "-P", "-B", "-m", "evmbox.pool", str(theirs.fileno()), *walls.words),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env=ENVIRONMENT,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl+C in a terminal is for the parent to act on
            )
        self._control = ours
        self._lock = threading.Lock()
        self._spare: _Channel | None = None
        self.pid = self._process.pid
        """The template's process id, once it is warm."""

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
            ending = self._run(job, Ration(wall_s=START_S), lambda _: None, patience_s=START_S, warming=True)
            ready, _, _ = select.select([self._control], [], [], START_S)
            if not isinstance(ending, Finished) or not ready or not self._control.recv(1):
                msg = "The sandbox's first process did not start; its error output says why."
                raise TemplateLost(msg)
            undo.pop_all()
        return ending

    def run(self, job: Job, ration: Ration, listen: Listener, recall: Recall | None = None) -> Finished | Ending:
        """Do a job in a fork, within its ration, and then have another fork made that waits for the next job.

        Where the job is called off, its fork dies. Raises `TemplateLost` where no fork could be made or all were lost,
        `EvmboxError` where the job raised.
        """
        try:
            ending = self._run(job, ration, listen, patience_s=FORK_S, recall=recall)
        finally:
            self._prepare_spare()
        if ending is Ending.DIED:
            self._fork_another()
        return ending

    def hurry(self) -> None:
        """Have the fork that waits for nobody yet made now: somebody will need it in a moment."""
        with self._lock:  # so that nobody takes it meanwhile
            to_come = self._spare is not None and not self._spare.spoke()
        if to_come:
            with contextlib.suppress(TemplateLost):  # the next job will find out
                self._ask(AT_ONCE)

    def settle(self, job: Residence, ration: Ration) -> "Settled":
        """Have a fork take up a job that goes on until it is ended, and hand it over.

        Raises `TemplateLost` where no fork could be made.
        """
        channel = self._hand_over()
        connection = channel.connection
        try:
            settled = Settled(connection, _started(channel, patience_s=FORK_S))
        except BaseException:
            connection.close()
            raise
        try:
            channel.write(pickle.dumps((ration, job)), until=time.monotonic() + FORK_S)
        except OSError as error:
            settled.close()
            raise TemplateLost(f"The sandbox lost a process that it had just started: {error}.") from error
        return settled

    def close(self) -> None:
        """End the template, and every fork with it."""
        if (spare := self._take_spare()) is not None:
            spare.connection.close()
        self._control.close()
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(
                    self._process.pid, signal.SIGKILL
                )  # its group: bubblewrap, where there is one, and the template
        self._process.wait()

    def _run(
        self,
        job: Job,
        ration: Ration,
        listen: Listener,
        *,
        patience_s: float,
        warming: bool = False,
        recall: Recall | None = None,
    ) -> Finished | Ending:
        channel, pid = self._begin(patience_s)
        with channel.connection:
            if warming:
                self.pid = pid
            reached = contextlib.nullcontext() if recall is None else recall.reaching(lambda: _kill(pid))
            try:
                with reached:
                    return _converse(channel, pickle.dumps((ration, job)), ration.wall_s + GRACE_S, listen)
            finally:
                if not warming:
                    _kill(pid)

    def _begin(self, patience_s: float) -> "tuple[_Channel, int]":
        """Return a fork that waits for its job, and its process id: the spare one, where there is one that lives."""
        while True:
            spare = self._take_spare()
            channel = spare or self._hand_over()
            try:
                if spare is not None and not spare.spoke():
                    self._ask(AT_ONCE)
                pid = _started(channel, patience_s=patience_s)
                if spare is None or not spare.hung_up():
                    return channel, pid
            except BaseException as error:
                channel.connection.close()
                if spare is None or not isinstance(error, TemplateLost):
                    raise
            else:
                channel.connection.close()

    def _take_spare(self) -> "_Channel | None":
        with self._lock:
            spare, self._spare = self._spare, None
        return spare

    def _fork_another(self) -> None:
        """Have a fork made and end it. Raises `TemplateLost` where none comes.

        A template that was killed may listen for a moment longer than its forks live, so that only what it does tells.
        """
        with (channel := self._hand_over()).connection:
            _started(channel, patience_s=FORK_S)

    def _prepare_spare(self) -> None:
        """Have a fork made for the next job, unless one waits already. Nobody waits for it."""
        if self._spare is not None:
            return
        with contextlib.suppress(TemplateLost):  # the next job will find out
            another = self._hand_over(NOBODY_WAITS)
            with self._lock:
                self._spare, surplus = another, self._spare
            if surplus is not None:
                surplus.connection.close()

    def _hand_over(self, when: bytes = AT_ONCE) -> "_Channel":
        """Ask for a fork, and return our end of the channel that it was given."""
        ours, theirs = socket.socketpair()
        if sys.platform == "linux":
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # see `_Channel.hear_start`
        channel = _Channel(ours)
        with theirs:
            try:
                self._ask(when, theirs.fileno())
            except TemplateLost:
                ours.close()
                raise
        return channel

    def _ask(self, when: bytes, *handles: int) -> None:
        with self._lock:
            try:
                socket.send_fds(self._control, [when], handles)
            except OSError as error:
                raise TemplateLost("The sandbox's template process is gone.") from error


class Settled:
    """A fork that stays. Whoever holds it converses with it over `connection`, and ends it."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.connection = connection
        self.pid = pid
        self._handle: int | None = None  # it may be long dead, and its number another's, when it is to be ended
        if sys.platform == "linux":
            with contextlib.suppress(ProcessLookupError):
                self._handle = os.pidfd_open(pid)

    def close(self) -> None:
        """End the fork. Closing twice is fine."""
        self.connection.close()  # one that listens ends by this alone
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            os.close(self._handle)
            self._handle = None


def _started(channel: "_Channel", *, patience_s: float) -> int:
    """Wait for a fork to be there, and return its process id."""
    try:
        pid = channel.hear_start(until=time.monotonic() + patience_s)
    except (OSError, ValueError) as error:
        raise TemplateLost(f"The sandbox could not start a process: {error}.") from error
    if pid is None:
        msg = "The sandbox could not start a process."
        raise TemplateLost(msg)
    return pid


def _kill(pid: int) -> None:
    """End a fork with all that it may have started: it is the leader of a group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


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


_CREDENTIALS = struct.Struct("@iII")
"""The kernel's struct ucred: process, user and group."""


class _Channel:
    """A conversation with a fork that is not trusted: bounded in time and size, validated, line by line."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._buffer = bytearray()
        self._received = 0

    def spoke(self) -> bool:
        """Tell whether the other end has said anything that was not read yet, or is gone."""
        return self._glance() is not None

    def hung_up(self) -> bool:
        """Tell whether the other end, which has nothing to say now, is gone."""
        return self._glance() == b""

    def _glance(self) -> bytes | None:
        self.connection.settimeout(0)
        try:
            return self.connection.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def hear_start(self, *, until: float) -> int | None:
        """Return the id of the process that starts on the other end, as it is known here, or None. Raises like `read`.

        In a namespace of its own it knows itself by another number, so the kernel is asked who speaks. Only before the
        process has anything of a learner's: what comes along with a message later is left to the kernel to drop.
        """
        sender = 0
        if sys.platform == "linux":
            self._wait(until)
            said, along, _, _ = self.connection.recvmsg(65536, socket.CMSG_SPACE(_CREDENTIALS.size))
            self._buffer += said
            for _, kind, data in along:
                if kind == socket.SCM_CREDENTIALS:
                    sender = _CREDENTIALS.unpack(data)[0]
            if not said:
                return None
            if sender <= 1:  # as a group to be killed, 0 would be our own
                msg = f"a process started that is known as {sender}"
                raise ValueError(msg)
        started = self.read(until=until)
        return sender or started.pid if isinstance(started, Started) else None

    def write(self, data: bytes, *, until: float) -> None:
        self._wait(until)
        self.connection.sendall(data)

    def read(self, *, until: float) -> Message | None:
        """Return the next message, None at the end. Raises `OSError` (`TimeoutError`), `_TooMuch`, `ValueError`."""
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            self._wait(until)
            chunk = self.connection.recv(65536)
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
        self.connection.settimeout(max(until - time.monotonic(), 0.0))  # 0: what is there already may still be read
