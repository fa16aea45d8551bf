"""Tells waiting clients that a job moved. What is told is always read from its row; a message only makes it faster."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from classroom.api.events import MAX_STREAMS
from classroom.errors import TooMany
from classroom.schemas import JobEvent

logger = logging.getLogger("classroom.api")

OVER: Final = frozenset({"done", "dead", "cancelled"})

ReadJobs = Callable[[Collection[UUID]], Mapping[UUID, JobEvent]]


class JobHub:
    """Wakes the clients of this process that wait for a job; for news that never comes, it looks at the rows itself.

    `read` reads several jobs in one query. However many clients wait, there is one query each `interval_s`, and one for
    each message; none where nobody waits. Everything but `read` runs in the event loop.
    """

    def __init__(self, read: ReadJobs, *, interval_s: float = 1.0) -> None:
        self._read = read
        self._interval_s = interval_s
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._open: Counter[UUID] = Counter()

    @property
    def waiting(self) -> int:
        """How many clients wait."""
        return self._open.total()

    @contextmanager
    def subscribe(self, job_id: UUID, *, reader: UUID) -> Iterator[asyncio.Event]:
        """Have an event set whenever the job moves; raise `TooMany` where `reader` holds the most one person may."""
        if self._open[reader] >= MAX_STREAMS:
            raise TooMany(f"At most {MAX_STREAMS} event streams at a time; close one.", headers={"Retry-After": "5"})
        moved = asyncio.Event()
        self._open[reader] += 1
        self._waiting[job_id].add(moved)
        try:
            yield moved
        finally:
            self._waiting[job_id].discard(moved)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
            self._open[reader] -= 1
            if not self._open[reader]:
                del self._open[reader]

    def publish(self, event: JobEvent) -> None:
        """Wake whoever waits for this job."""
        for moved in self._waiting.get(event.job_id, ()):
            moved.set()

    async def follow(self, job_id: UUID, moved: asyncio.Event, *, seen: int = -1) -> AsyncIterator[JobEvent]:
        """Give where the job is, each time it is later than revision `seen`, to its end or until it is gone."""
        while True:
            moved.clear()
            event = (await asyncio.to_thread(self._read, (job_id,))).get(job_id)
            if event is None:
                return
            if event.revision > seen or event.state in OVER:
                yield event
            if event.state in OVER:
                return
            seen = max(seen, event.revision)
            await moved.wait()

    async def watch(self) -> None:
        """Look at the rows that somebody waits for, for ever."""
        known: dict[UUID, int] = {}
        while True:
            await asyncio.sleep(self._interval_s)
            if not self._waiting:
                known = {}
                continue
            wanted = tuple(self._waiting)
            try:
                events = await asyncio.to_thread(self._read, wanted)
            except Exception:
                logger.exception("could not look at the jobs that clients wait for")
                continue
            for job_id in wanted:
                found = events.get(job_id)
                if found is None or found.revision != known.get(job_id):
                    for moved in self._waiting.get(job_id, ()):
                        moved.set()
            known = {job_id: event.revision for job_id, event in events.items()}
