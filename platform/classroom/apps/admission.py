"""Lets visitors in while there is room for one more kernel; everybody else waits for their turn.

A kernel that nobody misses makes room for somebody who waits: one whose page is gone, or has said nothing for long.
Who has a kernel already gives it for the next one where all are in use, so that nobody has to wait for what they hold.
"""

import asyncio
import logging
from typing import Final, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from classroom.apps.places import Places
from classroom.errors import Unavailable

logger = logging.getLogger(__name__)

ENDS_WITHIN_S: Final = 5.0
"""How long a visitor waits for a kernel that is just ending, before they are shown the queue."""

LOOK_EVERY_S: Final = 1.0


class NoRoom(Unavailable):
    """All kernels are in use."""

    title = "All places are taken"


class Kernels(Protocol):
    """What this module asks of the kernels there are."""

    def count(self) -> int:
        """Count all there are, also those that start or end just now."""

    def leaving(self) -> int:
        """Count those that end just now."""

    def spare(self) -> list[str]:
        """List those that nobody misses, the quietest first; none that ends already."""

    def of(self, person: UUID) -> list[str]:
        """List somebody's that run, the quietest first; none that ends already."""

    def end_soon(self, kernel_id: str) -> object:
        """Begin to end one."""

    async def end(self, kernel_id: str) -> None:
        """End one, and return when nothing of it runs."""


class Admission:
    """The door. Belongs to one event loop."""

    def __init__(self, kernels: Kernels, most: int, places: Places | None = None) -> None:
        self.places = places or Places()
        self.most = most
        self._kernels = kernels
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._watch: asyncio.Task[None] | None = None
        self._is_closed = False

    async def enter(self, person: UUID) -> None:
        """Let somebody in, who must then take up their kernel before anything else happens on this loop.

        Raises NoRoom, and keeps a place for them; Unavailable once the door is closed.
        """
        if self._is_closed:
            raise Unavailable("The lesson apps are being stopped. Try again in a minute.")
        lock = self._locks.setdefault(person, asyncio.Lock())
        async with lock:  # several tabs at once count one after the other
            self._come(person)
            if self.places.standing(person).number and (own := self._kernels.of(person)):
                self.places.offer(person)
                await self._kernels.end(own[0])
                self.places.come(person)
            await self._wait_for_what_ends(person)
            if self.places.standing(person).number:
                raise NoRoom("All lesson apps are in use. You come in as soon as it is your turn.")
            self.places.leave(person)

    async def listen(self, person: UUID, seen: int | None, timeout_s: float) -> None:
        """Wait until somebody stands elsewhere than where they have seen, or the time is over. They have a place."""
        self._come(person)
        if self.places.standing(person).number == seen and self.places.may_listen(person):
            await self.places.change(person, timeout_s)
            self._come(person)

    def settle(self) -> None:
        """Give free room to who waits the longest, and make more where kernels can be spared."""
        if not self._is_closed:
            self.places.forget_the_gone()
            self._give_room()

    def _give_room(self) -> None:
        places, kernels = self.places, self._kernels
        for _ in range(min(self.most - kernels.count() - places.offered, len(places))):
            places.offer()
        for kernel_id in kernels.spare()[: max(0, len(places) - kernels.leaving())]:
            kernels.end_soon(kernel_id)
        if not places.is_empty and (self._watch is None or self._watch.done()):
            self._watch = asyncio.get_running_loop().create_task(self._look())

    def close(self) -> None:
        """Let nobody in any more. Who waits hears nothing, and asks whoever serves next."""
        self._is_closed = True
        if self._watch is not None:
            self._watch.cancel()

    def _come(self, person: UUID) -> None:
        if not self._is_closed:
            self.places.forget_the_gone()
        self.places.come(person)  # after those were forgotten: this one is here
        if not self._is_closed:
            self._give_room()

    async def _wait_for_what_ends(self, person: UUID) -> None:
        deadline = asyncio.get_running_loop().time() + ENDS_WITHIN_S
        while 0 < self.places.standing(person).number <= self._kernels.leaving():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await self.places.change(person, left)
            self.places.come(person)

    async def _look(self) -> None:
        while not self.places.is_empty:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                self.settle()
            except Exception:
                logger.exception("The queue of the lesson apps could not be looked after; it is tried again")
