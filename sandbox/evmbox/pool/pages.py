"""Pages of memory that every fork of the template writes to, copied in one go and before the job is there.

A fork shares its memory with the template until it writes to it; a job touches some 1,900 pages, mostly to count
references, and being interrupted for each of them took as long as a third of the checks. Linux only, and only where the
kernel can do it (5.14); elsewhere nothing is found, and the pages are copied one by one as they are written to.
"""

import ctypes
import os
import pickle
import struct
import sys
from collections.abc import Callable, Iterator, Sequence

Span = tuple[int, int]
"""Addresses, from the first to the one after the last."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_ENTRY = struct.Struct("=Q")
_PRESENT, _EXCLUSIVE = 1 << 63, 1 << 56
_MADV_POPULATE_WRITE = 23


def touched_by(work: Callable[[], object]) -> Sequence[Span]:
    """Do some work in a fork, and return what it has written to of the memory that it shared with this process."""
    if sys.platform != "linux":
        return ()
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            os.close(reading)
            work()
            with open(writing, "wb") as found:  # noqa: PTH123 - a pipe has no path
                pickle.dump(list(_own_pages()), found)
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as found:  # noqa: PTH123
        data = found.read()
    return pickle.loads(data) if data else ()  # noqa: S301 - from our own fork, before there was anything of a learner's


def copy(spans: Sequence[Span]) -> None:
    """Have pages of this process copied now. What cannot be done is left undone."""
    if spans:
        madvise = ctypes.CDLL(None).madvise
        madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
        for start, end in spans:
            madvise(start, end - start, _MADV_POPULATE_WRITE)


def _own_pages() -> Iterator[Span]:
    """Find the pages that are this process's alone: what `/proc/self/pagemap` says (proc_pid_pagemap(5))."""
    try:
        with open("/proc/self/maps", encoding="utf-8") as file:  # noqa: PTH123
            areas = [line.split() for line in file]
        with open("/proc/self/pagemap", "rb") as pagemap:  # noqa: PTH123
            for (
                addresses,
                rights,
                *_,
            ) in areas:
                if rights.startswith("rw") and rights.endswith("p"):
                    start, end = (int(number, 16) for number in addresses.split("-"))
                    pagemap.seek(start // _PAGE * _ENTRY.size)
                    yield from _spans(start, pagemap.read((end - start) // _PAGE * _ENTRY.size))
    except OSError:
        return


def _spans(start: int, entries: bytes) -> Iterator[Span]:
    begun: int | None = None
    address = start
    for (entry,) in _ENTRY.iter_unpack(entries):
        own = bool(entry & _PRESENT and entry & _EXCLUSIVE)
        if own and begun is None:
            begun = address
        elif not own and begun is not None:
            yield begun, address
            begun = None
        address += _PAGE
    if begun is not None:
        yield begun, address
