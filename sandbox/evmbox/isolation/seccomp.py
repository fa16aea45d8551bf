"""Filters on system calls: what a confined process may ask the kernel for at all. Linux only.

A filter is a program for the kernel's classic BPF machine, see seccomp(2) and linux/filter.h. It sees the number of a
call and its arguments as numbers, never what a pointer points to: which files may be opened is Landlock's part.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from evmbox.isolation.numbers import AARCH64, NUMBERS, X86_64

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_MACHINES = {"x86_64": (X86_64, 0xC000003E), "aarch64": (AARCH64, 0xC00000B7)}
_X32 = 0x40000000

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_UNKNOWN = 0x00050000 | errno.ENOSYS  # the C library then does it in the older way, which is looked at here

_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15
_TCGETS, _FIOCLEX, _FIONREAD = 0x5401, 0x5451, 0x541B
_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
_CLONE_THREAD = 0x00010000
_WRITING = (
    os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | (getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY)
)


class Where(NamedTuple):
    """A condition on one argument (from 0) of a call: its lower 32 bits, which is all the kernel looks at.

    It holds where the argument is one of `values`, or has a bit of the one value that stands there `as_bits`.
    """

    argument: int
    values: tuple[int, ...]
    as_bits: bool = False
    holds: int = _ALLOW
    otherwise: int = _REFUSE


def _one_of(argument: int, *values: int) -> Where:
    return Where(argument, values)


def _none_of(argument: int, *values: int) -> Where:
    return Where(argument, values, holds=_REFUSE, otherwise=_ALLOW)


def _any_bit(argument: int, mask: int) -> Where:
    return Where(argument, (mask,), as_bits=True)


def _no_bit(argument: int, mask: int) -> Where:
    return Where(argument, (mask,), as_bits=True, holds=_REFUSE, otherwise=_ALLOW)


Verdicts = Mapping[str, int | Where]

_JOB: Final = """
    access brk clock_getres clock_gettime clock_nanosleep close dup dup2 dup3 epoll_create1 epoll_ctl epoll_pwait
    epoll_wait exit exit_group faccessat faccessat2 fstat futex getcwd getdents64 getegid geteuid getgid getgroups
    getitimer getpeername getpgid getpgrp getpid getppid getrandom getrlimit getrusage getsid getsockname getsockopt
    gettid gettimeofday getuid lseek lstat madvise membarrier mmap mprotect mremap munmap nanosleep newfstatat pause
    poll ppoll pread64 pselect6 read readlink readlinkat readv recvfrom recvmsg restart_syscall rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigreturn sched_getaffinity sched_yield select sendmsg sendto set_robust_list
    setitimer shutdown sigaltstack stat statx sysinfo time times uname write writev alarm
""".split()  # noqa: SIM905 - a list of them, one a line, is longer than all the rest
"""All that Python, the chain and a conversation over the inherited socket need."""

_NOT_FOR_A_COMPILER: Final = """
    accept accept4 acct add_key adjtimex bind bpf chroot clock_adjtime clock_settime connect delete_module
    fanotify_init finit_module fork fsconfig fsmount fsopen fspick init_module io_uring_enter io_uring_register
    io_uring_setup ioperm iopl ioprio_set kcmp kexec_file_load kexec_load keyctl listen migrate_pages modify_ldt mount
    mount_setattr move_mount move_pages name_to_handle_at open_by_handle_at open_tree perf_event_open personality
    pidfd_getfd pidfd_open pidfd_send_signal pivot_root process_madvise process_mrelease process_vm_readv
    process_vm_writev ptrace quotactl quotactl_fd reboot request_key rt_sigqueueinfo rt_tgsigqueueinfo
    sched_setaffinity sched_setattr sched_setparam sched_setscheduler setdomainname sethostname setns setpriority
    settimeofday socket socketpair swapoff swapon syslog tkill umount2 unshare userfaultfd vfork vhangup
""".split()  # noqa: SIM905 - see above
"""Sockets, other processes, and the doors through which kernels were broken."""


def job_filter(pid: int) -> bytes:
    """Return the filter for a fork with this process id: what a job needs, and nothing else.

    No sockets, no processes or threads, no programs, no writing to a file by name, no signal but to itself.
    """
    return _program(
        {
            **dict.fromkeys(_JOB, _ALLOW),
            "openat": _no_bit(2, _WRITING),
            "open": _no_bit(1, _WRITING),
            "fcntl": _one_of(1, _F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC),
            "ioctl": _one_of(1, _TCGETS, _FIOCLEX, _FIONREAD),
            "kill": _one_of(0, pid),
            "tgkill": _one_of(0, pid),
            "prlimit64": _one_of(0, 0),
        },
        otherwise=_REFUSE,
    )


def compiler_filter(pid: int) -> bytes:
    """Return the filter for a compiler that will run under this process id.

    A list of what is refused: what an engine such as Node needs differs from one version to the next.
    """
    return _program(
        {
            **dict.fromkeys(_NOT_FOR_A_COMPILER, _REFUSE),
            "clone": _any_bit(0, _CLONE_THREAD),
            "clone3": _UNKNOWN,
            "fcntl": _none_of(1, _F_SETOWN, _F_SETSIG, _F_SETOWN_EX),
            "ioctl": _none_of(1, _TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP),
            "kill": _one_of(0, pid),
            "tgkill": _one_of(0, pid),
            "prlimit64": _one_of(0, 0, pid),
        },
        otherwise=_ALLOW,
    )


def install(program: bytes) -> None:
    """Put this thread under a filter, for good. Raises `OSError`; the process must have given up new privileges."""
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(head, len(head)), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")


def supported() -> bool:
    """Tell whether filters are known for this machine; whether its kernel takes them shows when one is installed."""
    return sys.platform == "linux" and os.uname().machine in _MACHINES and sys.byteorder == "little"


def _program(verdicts: Verdicts, *, otherwise: int) -> bytes:
    machine, architecture = _MACHINES[os.uname().machine]
    code = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
    ]
    if machine == X86_64:
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)]  # the same calls again under other numbers
    for name, verdict in verdicts.items():
        if (number := NUMBERS[name][machine]) is not None:
            block = list(_block(verdict))
            code += [(_EQUAL, 0, len(block), number), *block]
    code.append((_RETURN, 0, 0, otherwise))
    return b"".join(struct.pack("@HBBI", *instruction) for instruction in code)


def _block(verdict: int | Where) -> Iterable[tuple[int, int, int, int]]:
    if isinstance(verdict, int):
        yield (_RETURN, 0, 0, verdict)
        return
    yield (_LOAD, 0, 0, 16 + 8 * verdict.argument)
    for value in verdict.values:
        yield (_ANY_BIT if verdict.as_bits else _EQUAL, 0, 1, value)
        yield (_RETURN, 0, 0, verdict.holds)
    yield (_RETURN, 0, 0, verdict.otherwise)
