"""Things that few ask for, by name: opened when first asked for, kept for a while, and never more than a few."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from evmbox.errors import PoolBusy, PoolClosed

IDLE_S = 300.0


class Closable(Protocol):
    """Something that is of no use, and costs nothing, after it was closed."""

    def close(self) -> None:
        """Close it; twice is fine."""


T = TypeVar("T", bound=Closable)


class Shelf(Generic[T]):
    """Lends things out, each to one borrower at a time; at most `size` are open, and idle ones close. Thread-safe.

    Where another is asked for than those that are idle, the one that is idle for longest makes room.
    """

    def __init__(self, open_thing: Callable[[str], T], *, size: int, idle_s: float = IDLE_S) -> None:
        self._open = open_thing
        self._size = size
        self._idle_s = idle_s
        self._idle: list[tuple[float, str, T]] = []  # since when, on the monotonic clock; the longest idle first
        self._lent: list[T | None] = []  # None is one that is about to be opened
        self._closed = False
        self._lock = threading.Lock()
        self._sweeper: threading.Timer | None = None

    @property
    def open(self) -> int:
        """How many things are open."""
        return len(self._idle) + len(self._lent)

    @contextmanager
    def turn(self, name: str) -> Iterator[T]:
        """Hold a thing of this name for the length of the block.

        Raises `PoolBusy` where all are lent, `PoolClosed`, and whatever opening one raises.
        """
        thing = self._take(name) or self._open_another(name)
        try:
            yield thing
        finally:
            self._put_back(name, thing)

    def close(self) -> None:
        """Close everything, lent or not. Closing twice is fine."""
        with self._lock:
            self._closed = True
            things = [thing for _, _, thing in self._idle] + [thing for thing in self._lent if thing is not None]
            self._idle = []
            if self._sweeper is not None:
                self._sweeper.cancel()
        for thing in things:
            thing.close()

    def _take(self, name: str) -> T | None:
        """Lend an idle thing of this name; where there is none, make room for another and return None."""
        with self._lock:
            if self._closed:
                raise _closed()
            for place in reversed(range(len(self._idle))):
                if self._idle[place][1] == name:
                    thing = self._idle.pop(place)[2]
                    self._lent.append(thing)
                    return thing
            if len(self._lent) >= self._size:
                raise PoolBusy("All of these are in use; try again in a few seconds.")
            surplus = [self._idle.pop(0)[2] for _ in range(self.open - self._size + 1)]
            self._lent.append(None)
        for thing in surplus:
            thing.close()
        return None

    def _open_another(self, name: str) -> T:
        try:
            thing = self._open(name)
        except BaseException:
            with self._lock:
                self._lent.remove(None)
            raise
        with self._lock:
            self._lent[self._lent.index(None)] = thing
            closed = self._closed
        if closed:
            self._put_back(name, thing)
            raise _closed()
        return thing

    def _put_back(self, name: str, thing: T) -> None:
        with self._lock:
            self._lent.remove(thing)
            if not self._closed:
                self._idle.append((time.monotonic(), name, thing))
                self._sweep_later()
                return
        thing.close()

    def _sweep_later(self) -> None:
        if self._sweeper is None and self._idle:
            wait_s = self._idle[0][0] + self._idle_s - time.monotonic()
            self._sweeper = threading.Timer(max(wait_s, 0.0), self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        """Close what was idle for too long, and come again for the rest."""
        with self._lock:
            self._sweeper = None
            until = time.monotonic() - self._idle_s
            surplus = [thing for since, _, thing in self._idle if since <= until]
            self._idle = [each for each in self._idle if each[0] > until]
            if not self._closed:
                self._sweep_later()
        for thing in surplus:
            thing.close()


def _closed() -> PoolClosed:
    return PoolClosed("The pool was shut down.")
