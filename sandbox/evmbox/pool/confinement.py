"""What a process gives up before it touches a learner's contract, and how much it may use up.

The template puts walls around itself once (`enclose`), and every fork of it, of whatever kind, goes through `detach`
and `confine`. Linux first; what a platform lacks is left out, and `evmbox.isolation` says honestly what is left.
"""

import contextlib
import os
import resource
import signal
from dataclasses import dataclass

from evmbox.isolation import privileges
from evmbox.isolation.inside import close_files, close_kernel
from evmbox.isolation.ladder import Walls
from evmbox.report import Data

PR_SET_PDEATHSIG = 1


class Ration(Data):
    """What one job may use up."""

    cpu_s: int = 8
    wall_s: float = 10
    memory_bytes: int = 512 * 1024**2
    open_files: int = 32


@dataclass(frozen=True)
class Enclosure:
    """What is around a process already, and what its forks have to know of it."""

    walls: Walls
    address_space: int | None


def enclose(walls: Walls) -> Enclosure:
    """Put the walls around this process that its forks inherit for nothing. Raises `OSError` where one does not stand.

    Everything that is to be imported from elsewhere than Python's own folders has been by now.
    """
    enclosure = Enclosure(walls, _address_space())  # a file of /proc, which is out of reach from here on
    privileges.give_up()
    if walls.landlock:
        close_files()
    return enclosure


def detach() -> None:
    """Make this process a session and group of its own that dies with its parent, with the null device as stdio."""
    os.setsid()
    privileges.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.close(null)


def confine(ration: Ration, enclosure: Enclosure) -> None:
    """Lower this process's limits for good, then leave it the system calls of a job.

    The limits are on processor time, memory beyond what the template has, files and processes. Raises `OSError` where a
    wall that was promised does not stand.
    """
    _limit(resource.RLIMIT_CPU, ration.cpu_s, ration.cpu_s + 1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, ration.open_files)
    _limit(resource.RLIMIT_NPROC, 0)
    if enclosure.address_space:
        _limit(resource.RLIMIT_AS, enclosure.address_space + ration.memory_bytes)
    if enclosure.walls.seccomp:
        close_kernel()


def _limit(what: int, soft: int, hard: int | None = None) -> None:
    with contextlib.suppress(ValueError):  # a limit already lower than ours stays
        resource.setrlimit(what, (soft, soft if hard is None else hard))


def _address_space() -> int | None:
    """Return the bytes of address space in use, None where the platform does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - a Path costs more than the read
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return None
