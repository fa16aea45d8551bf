"""What a process gives up before it touches a learner's contract. Linux first; what a platform lacks is left out.

`tier()` says honestly how strong that is; stronger walls are put around the same process, not instead of it.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys

from evmbox.report import Data

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


class Ration(Data):
    """What one job may use up."""

    cpu_s: int = 8
    wall_s: float = 10
    memory_bytes: int = 512 * 1024**2
    open_files: int = 32


def tier() -> str:
    """Return the name of the isolation in force: 'rlimits' is the lowest."""
    return "rlimits"


def detach() -> None:
    """Make this process a session and group of its own that dies with its parent, with the null device as stdio."""
    os.setsid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.close(null)


def confine(ration: Ration) -> None:
    """Lower this process's limits for good: processor time, memory beyond what it has now, files, processes."""
    _limit(resource.RLIMIT_CPU, ration.cpu_s, ration.cpu_s + 1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, ration.open_files)
    _limit(resource.RLIMIT_NPROC, 0)
    if present := _address_space():
        _limit(resource.RLIMIT_AS, present + ration.memory_bytes)


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


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        _LIBC.prctl(option, value, 0, 0, 0)


_LIBC = ctypes.CDLL(None, use_errno=True)
