"""The pool of the background: started when a job needs it, stopped when none has for some minutes.

It is a pool of its own, so that whoever hands in never waits for a slot that a regrade holds.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from evmbox.errors import PoolClosed
from evmbox.pool import Counts, Pool

IDLE_S: Final = 300.0


class Spare:
    """A pool that is there when it is needed. Thread-safe."""

    def __init__(self, open_pool: Callable[[], Pool]) -> None:
        self._open_pool = open_pool
        self._pool: Pool | None = None
        self._lock = threading.Lock()
        self._used = 0.0
        self._closed = False

    def __call__(self) -> Pool:
        """Give the pool, started. Raises `PoolClosed` once it was closed for good."""
        with self._lock:
            if self._closed:
                raise PoolClosed("The pool was shut down.")
            if self._pool is None:
                pool = self._open_pool()
                pool.start()
                self._pool = pool
            self._used = time.monotonic()
            return self._pool

    def counts(self) -> Counts | None:
        """Tell how the pool stands, where there is one now."""
        pool = self._pool
        return None if pool is None else pool.counts()

    def rest(self, *, busy: bool) -> None:
        """Stop the pool where nobody is `busy` with it and nobody has been for a while. Waits for no one."""
        if not self._lock.acquire(blocking=False):
            return  # it is being started, which may take a minute
        try:
            if busy:
                self._used = time.monotonic()
            elif self._pool is not None and time.monotonic() - self._used > IDLE_S:
                self._pool.close()
                self._pool = None
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the pool for good; what runs in it fails with `PoolClosed`."""
        with self._lock:
            self._closed = True
            if self._pool is not None:
                self._pool.close()
                self._pool = None
