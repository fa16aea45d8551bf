"""Privileges, which a confined process gives up for good. A platform that has no such thing is left as it is."""

import ctypes
import struct
import sys

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITY_VERSION_3 = 0x20080522


def give_up(*, dumpable: bool = False) -> None:
    """Gain nothing from any program and hold no capability; let no process of the same user look inside."""
    if sys.platform != "linux":
        return
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if not dumpable:
        prctl(_PR_SET_DUMPABLE, 0)
    head = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    ctypes.CDLL(None).capset(head, ctypes.create_string_buffer(24))


def prctl(option: int, value: int) -> None:
    """Set something of this process (prctl(2)), where the platform knows of it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
