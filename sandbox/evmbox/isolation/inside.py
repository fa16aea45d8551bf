"""What a process does to itself to be confined, for good: it gives up privileges, files and the rest of the kernel."""

import ctypes
import errno
import os
import struct
import sys

from evmbox.isolation import landlock, seccomp
from evmbox.isolation.view import NULL, RANDOM, python_files

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522


def give_up_privileges() -> None:
    """Gain nothing from any program, hold no capability, and let no process of the same user look inside."""
    if sys.platform != "linux":
        return
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 0)
    head = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    ctypes.CDLL(None).capset(head, ctypes.create_string_buffer(24))


def close_files() -> None:
    """Leave this process what Python itself is made of, to read. Raises `OSError` where there is no Landlock."""
    if not landlock.version():
        raise OSError(errno.ENOSYS, "the kernel has none, or has it switched off")
    landlock.restrict(readable=(*python_files(), RANDOM), writable=(NULL,))


def close_kernel() -> None:
    """Leave this process the system calls of a job. Raises `OSError` where there is no seccomp."""
    if not seccomp.supported():
        raise OSError(errno.ENOSYS, "no filter is known for this machine")
    seccomp.install(seccomp.job_filter(os.getpid()))


def prctl(option: int, value: int) -> None:
    """Set something of this process (prctl(2)), where the platform knows of it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
