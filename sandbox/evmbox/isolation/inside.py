"""What a fork of the template has around it: Python's own files to read, and the system calls of a job."""

import errno
import os

from evmbox.isolation import landlock, seccomp
from evmbox.isolation.view import NULL, RANDOM, python_files


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
