"""Calling a job off from another thread: what does it is killed at once, and who waits for it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evmbox.errors import CalledOff


class Recall:
    """A way to call one job off. Thread-safe; what was called off stays so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None
        self._called = False

    @property
    def called(self) -> bool:
        """Whether it was called off."""
        return self._called

    def call(self) -> None:
        """Call the job off."""
        with self._lock:
            self._called = True
            if self._end is not None:
                self._end()

    def check(self) -> None:
        """Raise `CalledOff` where it was."""
        if self._called:
            msg = "The job was called off."
            raise CalledOff(msg)

    @contextmanager
    def reaching(self, end: Callable[[], object]) -> Iterator[None]:
        """For the length of the block, have a call also do this."""
        with self._lock:
            self._end = end
            if self._called:
                end()
        try:
            yield
        finally:
            with self._lock:
                self._end = None
