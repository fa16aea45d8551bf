"""Tells waiting clients what happens to a submission. The row is the truth; a message only makes the news faster."""

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from classroom.errors import TooMany
from classroom.schemas import Event

logger = logging.getLogger("classroom.api")

FINAL: Final = frozenset({"done", "failed"})
MAX_STREAMS: Final = 20
"""Streams one person may hold open."""
MAX_UNREAD: Final = 256
"""Messages kept for a client that reads slowly; the oldest go first, so the final one is never lost."""


class Feed:
    """What one client has not read yet."""

    def __init__(self) -> None:
        self._unread: deque[Event] = deque(maxlen=MAX_UNREAD)
        self._news = asyncio.Event()

    def put(self, event: Event) -> None:
        """Add a message. Call it in the event loop."""
        self._unread.append(event)
        self._news.set()

    async def get(self) -> Event:
        """Wait for the next message."""
        while not self._unread:
            self._news.clear()
            await self._news.wait()
        return self._unread.popleft()


class EventHub:
    """Hands messages to the clients of this process; for those that never come, it looks at the rows itself.

    `states` reads the present state of several submissions in one query. However many clients wait, there is
    one query each `interval_s`, and none where nobody waits. Everything but `states` runs in the event loop.
    """

    def __init__(self, states: Callable[[Collection[UUID]], Mapping[UUID, str]], *, interval_s: float = 1.0) -> None:
        self._states = states
        self._interval_s = interval_s
        self._feeds: defaultdict[UUID, set[Feed]] = defaultdict(set)
        self._open: Counter[UUID] = Counter()

    @property
    def waiting(self) -> int:
        """How many clients wait."""
        return self._open.total()

    @contextmanager
    def subscribe(self, submission_id: UUID, *, reader: UUID) -> Iterator[Feed]:
        """Open a feed; raise `TooMany` where `reader` holds the most one person may."""
        if self._open[reader] >= MAX_STREAMS:
            raise TooMany(f"At most {MAX_STREAMS} event streams at a time; close one.", headers={"Retry-After": "5"})
        feed = Feed()
        self._open[reader] += 1
        self._feeds[submission_id].add(feed)
        try:
            yield feed
        finally:
            self._feeds[submission_id].discard(feed)
            if not self._feeds[submission_id]:
                del self._feeds[submission_id]
            self._open[reader] -= 1
            if not self._open[reader]:
                del self._open[reader]

    def publish(self, event: Event) -> None:
        """Pass a message on to whoever waits for it."""
        for feed in self._feeds.get(event.submission_id, ()):
            feed.put(event)

    async def watch(self) -> None:
        """Look at the rows that somebody waits for, for ever."""
        known: dict[UUID, str] = {}
        while True:
            await asyncio.sleep(self._interval_s)
            if not self._feeds:
                known = {}
                continue
            try:
                states = await asyncio.to_thread(self._states, tuple(self._feeds))
            except Exception:
                logger.exception("could not look at the submissions that clients wait for")
                continue
            for submission_id, state in states.items():
                if state != known.get(submission_id):
                    self.publish(Event.model_validate({"submission_id": submission_id, "state": state}))
            known = dict(states)
