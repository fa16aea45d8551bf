"""Wakes the pages that show a cohort. What they are told is read from the rows; this only says when to look."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from classroom.api.events import MAX_STREAMS
from classroom.errors import TooMany
from classroom.schemas import Event

APART_S: Final = 1.0
"""A page is told at most so often."""
LOOK_AGAIN_S: Final = 10.0
"""News may be lost, and some of what changes a cell is no news: then the rows are looked at anyway."""
LONGEST_S: Final = 900.0
"""A stream ends after so long; the browser opens another one, and is asked again who it is."""


class CohortHub:
    """Sets an event of each page of this process when an attempt moves. Everything here runs in the event loop."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Event] = set()
        self._open: Counter[UUID] = Counter()

    @property
    def waiting(self) -> int:
        """How many pages are open."""
        return len(self._pages)

    @contextmanager
    def subscribe(self, *, reader: UUID) -> Iterator[asyncio.Event]:
        """Have an event set whenever an attempt moves; raise `TooMany` where `reader` holds the most one may."""
        if self._open[reader] >= MAX_STREAMS:
            raise TooMany(f"At most {MAX_STREAMS} event streams at a time; close one.", headers={"Retry-After": "5"})
        moved = asyncio.Event()
        self._open[reader] += 1
        self._pages.add(moved)
        try:
            yield moved
        finally:
            self._pages.discard(moved)
            self._open[reader] -= 1
            if not self._open[reader]:
                del self._open[reader]

    def publish(self, event: Event) -> None:
        """Wake every page, unless it is only the progress within one check."""
        if event.progress is None:
            for moved in self._pages:
                moved.set()
