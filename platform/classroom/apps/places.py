"""Who waits for a kernel while all are in use, in the order they came. Nothing here knows what a kernel is.

A person has one place, whatever the number of tabs they wait in. A place is kept while some tab asks after it, and a
little longer: over a reload, or a moment without a network.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

KEPT_S: Final = 20.0
"""How long a place is kept that no tab asks after."""

OFFERED_S: Final = 20.0
"""How long whose turn it is may take to come in; then it is the next one's turn."""

LISTENERS_EACH: Final = 3
"""Tabs of one person that are told at once; others are told when they ask again."""


@dataclass
class Place:
    """One person's place."""

    seen: float
    offered: float | None = None
    listeners: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: `number` 0 is their turn, 1 the next; `waiting` is how many there are with them."""

    number: int
    waiting: int


class Places:
    """The queue. Belongs to one event loop."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._places: dict[UUID, Place] = {}

    def __len__(self) -> int:
        """Count who waits, without those whose turn it is."""
        return sum(place.offered is None for place in self._places.values())

    @property
    def offered(self) -> int:
        """Count those whose turn it is and who have not come in yet."""
        return len(self._places) - len(self)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nobody, neither waiting nor about to come in."""
        return not self._places

    def come(self, person: UUID) -> Place:
        """Take a place at the end, or keep the one they have; whose turn ran out is at the end again."""
        held = self._places.get(person)
        if held is not None and self._is_over(held):
            self.leave(person)
        place = self._places.setdefault(person, Place(self._now()))
        place.seen = self._now()
        return place

    def leave(self, person: UUID) -> None:
        """Give a place up: whoever had it has come in, or gone."""
        if self._places.pop(person, None):
            self._tell()

    def offer(self, person: UUID | None = None) -> None:
        """Make it somebody's turn: the one's who waits the longest, unless another is named."""
        first = person or next((who for who, place in self._places.items() if place.offered is None), None)
        if first is not None:
            self._places[first].offered = self._now()
            self._tell()

    def forget_the_gone(self) -> None:
        """Take places away: of closed tabs, and of those who did not come in when it was their turn."""
        now = self._now()
        gone = [
            person
            for person, place in self._places.items()
            if self._is_over(place) or (place.offered is None and not place.listeners and now - place.seen > KEPT_S)
        ]
        for person in gone:
            del self._places[person]
        if gone:
            self._tell()

    def standing(self, person: UUID) -> Standing:
        """Tell where somebody stands. Raises KeyError for who has no place."""
        if self._places[person].offered is not None:
            return Standing(0, len(self))
        waiting = [who for who, place in self._places.items() if place.offered is None]
        return Standing(waiting.index(person) + 1, len(waiting))

    def may_listen(self, person: UUID) -> bool:
        """Tell whether one more tab of somebody's may be told at once."""
        return self._places[person].listeners < LISTENERS_EACH

    async def change(self, person: UUID, timeout_s: float) -> None:
        """Wait until somebody's standing may have changed, or the time is over."""
        place = self._places[person]
        place.listeners += 1
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(place.changed.wait(), timeout_s)
        finally:
            place.listeners -= 1
            place.seen = self._now()

    def _is_over(self, place: Place) -> bool:
        """Tell whether it was somebody's turn, and they did not come in."""
        return place.offered is not None and self._now() - place.offered > OFFERED_S

    def _tell(self) -> None:
        for place in self._places.values():
            place.changed.set()
            place.changed = asyncio.Event()
