"""Landlock: which files a process may reach at all, by the kernel's own rules (landlock(7)). Linux 5.13 and later.

Nothing may be written, created or removed, nothing read or run but what is named. Where the kernel knows how, TCP,
abstract sockets and signals to processes outside are refused too. It leaves UDP open: that is seccomp's part.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights on files each version of the interface knows; later ones know no more that are used here."""
_TCP_SINCE, _SCOPES_SINCE = 4, 6


def version() -> int:
    """Return the version of the kernel's interface, 0 where it has none or it is switched off."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, 0, _VERSION)))


def restrict(*, readable: Iterable[str], executable: Iterable[str] = (), writable: Iterable[str] = ()) -> None:
    """Leave this thread the files and folders named, for good, and no others. What does not exist is passed over.

    `executable` and `writable` may be read as well. Raises `OSError`; new privileges must have been given up.
    """
    abi = version()
    every = (1 << _FILE_RIGHTS[min(max(abi, 1), max(_FILE_RIGHTS))]) - 1
    attributes = struct.pack("@QQQ", every, 0b11 if abi >= _TCP_SINCE else 0, 0b11 if abi >= _SCOPES_SINCE else 0)
    size = 24 if abi >= _SCOPES_SINCE else 16 if abi >= _TCP_SINCE else 8
    ruleset = _call(_CREATE_RULESET, attributes, size, 0)
    try:
        read = _READ_FILE | _READ_DIR
        for paths, rights in ((readable, read), (executable, read | _EXECUTE), (writable, read | _WRITE_FILE)):
            for path in paths:
                _allow(ruleset, path, rights)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - pathlib takes as long to import as all the rest
            rights &= _EXECUTE | _READ_FILE | _WRITE_FILE
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _call(number: int, *arguments: int | bytes) -> int:
    result = int(_libc().syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
