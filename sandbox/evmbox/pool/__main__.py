"""The template: a process without threads that has everything imported and warm, and is forked once per job.

Run as `python -m evmbox.pool FD WALL …`, with one end of a socket pair and the names of the walls it is to put around
itself. The first channel received on the socket carries a job that is done here, to warm the process; each later one is
answered by a fork: at once, or in the next lull where it comes with the word that nobody waits for it. It ends when the
other end does, and every fork dies with it. It knows no secrets: the pool starts it with a bare environment.
"""

import gc
import os
import pickle
import select
import signal
import socket
import sys
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from evmbox.checks.expectations import EXHAUSTED
from evmbox.errors import TimeUp
from evmbox.isolation.ladder import Walls
from evmbox.pool import pages
from evmbox.pool.confinement import Enclosure, Ration, confine, detach, enclose
from evmbox.pool.jobs import NOBODY_WAITS, Broke, Job, Residence, Started
from evmbox.report import Data

ALARMS = (signal.SIGALRM, signal.SIGXCPU)
LULL_S = 0.012
"""How long nothing is asked for before what nobody waits for is done: a verdict is written down in that time."""


def main(control: socket.socket, walls: Walls) -> None:
    """Warm up, say so, then fork for every channel that arrives."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the forks
    first, _ = _receive(control)
    if first is None:
        return
    with first:
        job = _work(first)
    gc.collect()
    gc.freeze()  # a collection in a fork must not touch, and so copy, what it shares with this process
    shared = pages.touched_by(lambda: job.run(lambda _: None))
    enclosure = enclose(walls)
    control.sendall(b"!")
    template = os.getpid()
    for channel in _asked_for(control):
        with channel:
            try:
                pid = os.fork()
            except OSError:
                continue  # the caller sees the channel close before anything was said
            if pid == 0:
                control.close()
                _forked(channel, template, Surroundings(enclosure, shared))


def _asked_for(control: socket.socket) -> Iterator[socket.socket]:
    """Yield each channel that wants a fork when it should have it, until there will be no more."""
    later: deque[socket.socket] = deque()
    while True:
        if later and not select.select([control], [], [], LULL_S)[0]:
            yield later.popleft()
            continue
        channel, said = _receive(control)
        if channel is not None and said == NOBODY_WAITS:
            later.append(channel)
        elif channel is not None:
            yield channel
        elif said:  # somebody waits by now
            yield from later
            later.clear()
        else:
            return


def _receive(control: socket.socket) -> tuple[socket.socket | None, bytes]:
    said, handles, _, _ = socket.recv_fds(control, 1, 1)
    return socket.socket(fileno=handles[0]) if handles else None, said


@dataclass(frozen=True)
class Surroundings:
    """What a fork has around it: the template's enclosure, and the pages that it will have to copy from it."""

    enclosure: Enclosure
    shared: Sequence[pages.Span]


def _forked(channel: socket.socket, template: int, around: Surroundings) -> NoReturn:
    """Do one job and vanish; nothing of the template is unwound or flushed here."""
    try:
        detach()
        if os.getppid() == template:  # it might have died before this process asked to die with it
            _work(channel, around)
    finally:
        os._exit(0)


def _work(channel: socket.socket, around: Surroundings | None = None) -> Job:
    def send(message: Data) -> None:
        line = message.model_dump_json().encode() + b"\n"
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ALARMS)  # an alarm in the middle would leave half a line
        try:
            channel.sendall(line)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    send(Started(pid=os.getpid()))
    if around:
        pages.copy(around.shared)  # the job may not be there for long
    ration: Ration
    job: Job
    with channel.makefile("rb") as stream:
        ration, job = pickle.load(stream)  # noqa: S301 - from the pool, which is the trusted side
    if around and isinstance(job, Residence):
        confine(ration, around.enclosure)
        job.reside(channel)
        return job
    if around:
        _set_alarms(ration)
        confine(ration, around.enclosure)
    last: Data
    try:
        last = job.run(send)
    except EXHAUSTED:
        return job  # nothing said is understood as a limit
    except Exception as error:  # noqa: BLE001 - our own fault, which must not be taken for the learner's
        frame = traceback.extract_tb(error.__traceback__)[-1]
        last = Broke(what=f"{type(error).__name__} at {frame.filename}:{frame.lineno}")
    signal.setitimer(signal.ITIMER_REAL, 0)
    send(last)
    return job


def _set_alarms(ration: Ration) -> None:
    """Have `TimeUp` raised when processor or wall time is over, so that a job can still tell how far it came."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TimeUp

    for alarm in ALARMS:
        signal.signal(alarm, ring)
    signal.setitimer(signal.ITIMER_REAL, ration.wall_s, 0.25)  # again, where a callback swallowed the first


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), Walls.from_words(sys.argv[2:]))
