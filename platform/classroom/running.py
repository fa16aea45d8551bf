"""Tells whether a classroom runs on a data folder. What runs there holds a lock each; nothing here starts anything."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from classroom.errors import Conflict
from classroom.settings import Settings

LOCKS: Final = ("up.lock", "consumer.lock")


@contextmanager
def not_running(settings: Settings) -> Iterator[None]:
    """Hold the data folder, so that no classroom starts on it. Raises Conflict where one runs."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        for name in LOCKS:
            lock = held.enter_context((settings.data_dir / name).open("a+"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Conflict(f"The classroom of {settings.data_dir} is running. Stop it first.") from None
        yield
