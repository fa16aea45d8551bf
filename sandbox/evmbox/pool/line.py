"""A fair line before a few things that one caller at a time may use. It knows nothing of what they are."""

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Generic, TypeVar

from evmbox.errors import PoolBusy, PoolClosed

T = TypeVar("T")


class Line(Generic[T]):
    """Hands things to callers, first come first served; at most `max_waiting` callers wait."""

    def __init__(self, *, max_waiting: int) -> None:
        self._free: deque[T] = deque()
        self._waiting: deque[Future[T]] = deque()
        self._max_waiting = max_waiting
        self._closed = False
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many callers wait."""
        return len(self._waiting)

    @property
    def free(self) -> int:
        """How many things nobody holds; where there are any, nobody waits."""
        return len(self._free)

    @property
    def closed(self) -> bool:
        """Whether everyone is sent away."""
        return self._closed

    def add(self, thing: T) -> None:
        """Put another thing at the callers' disposal."""
        self._hand_on(thing)

    @contextmanager
    def turn(self) -> Iterator[T]:
        """Wait for a thing and hold it for the length of the block. Raises `PoolBusy`, `PoolClosed`."""
        place = self._join()
        try:
            thing = place.result()
        except BaseException:
            self._leave(place)
            raise
        try:
            yield thing
        finally:
            self._hand_on(thing)

    def close(self) -> None:
        """Send everyone who waits away with `PoolClosed`, and everyone who comes later."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
        for place in waiting:
            if place.set_running_or_notify_cancel():
                place.set_exception(_closed())

    def _join(self) -> Future[T]:
        place: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise _closed()
            if self._free:
                place.set_result(self._free.popleft())
            elif len(self._waiting) >= self._max_waiting:
                msg = f"{len(self._waiting)} others wait already; try again in a few seconds."
                raise PoolBusy(msg)
            else:
                self._waiting.append(place)
        return place

    def _leave(self, place: Future[T]) -> None:
        """Give up a place whose caller was interrupted, even if a thing was handed over in the same moment."""
        if not place.cancel() and place.exception() is None:
            self._hand_on(place.result())

    def _hand_on(self, thing: T) -> None:
        with self._lock:
            while self._waiting:
                place = self._waiting.popleft()
                if place.set_running_or_notify_cancel():
                    place.set_result(thing)
                    return
            self._free.append(thing)


def _closed() -> PoolClosed:
    return PoolClosed("The pool was shut down.")
