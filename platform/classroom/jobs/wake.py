"""Tells the API that a submission or a job moved, so that a waiting page need not ask. A hint: the rows are the truth.

Beside SQLite the news goes through a named pipe to the one API there is. On PostgreSQL it goes by NOTIFY to every API
process, on whichever host.
"""

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from uuid import UUID

import psycopg

from classroom.db import postgres_dsn
from classroom.jobs import pipes
from classroom.models import JobState, SubmissionState
from classroom.schemas import Event, JobEvent, Progress
from classroom.settings import Settings

CHANNEL: Final = "classroom_news"
"""The channel of PostgreSQL's NOTIFY."""

PROGRESS_EVERY_S = 0.1
"""How often progress on one submission is posted. A usual verdict is there before the first, and costs no post more."""

_FINAL = {SubmissionState.DONE, SubmissionState.FAILED}
_OVER = {JobState.DONE, JobState.DEAD, JobState.CANCELLED}

logger = logging.getLogger(__name__)


def news_path(settings: Settings) -> Path:
    """Tell where the pipe is that the API beside SQLite listens to."""
    return settings.queue_path.with_suffix(".news")


@dataclass
class _News:
    event: Event | JobEvent
    due: float  # on the monotonic clock
    final: bool


class Waker:
    """Posts the latest of each submission and job from a thread of its own; whoever grades never waits for it.

    News that is overtaken before it was posted is dropped. An API that does not answer is no reason to stop.
    """

    def __init__(self, settings: Settings) -> None:
        dsn = postgres_dsn(settings.database)
        self._post: _Pipe | _Notifier = _Pipe(settings) if dsn is None else _Notifier(dsn)
        self._news: dict[UUID, _News] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def tell(self, submission_id: UUID, state: SubmissionState, progress: Progress | None = None) -> None:
        """Have this posted: at once where it is the last of its submission, otherwise when the time has come."""
        event = Event(submission_id=submission_id, state=state.value, progress=progress)
        self._tell(submission_id, event, final=state in _FINAL)

    def tell_job(self, event: JobEvent) -> None:
        """Have this posted, in the same way."""
        self._tell(event.job_id, event, final=JobState(event.state) in _OVER)

    def _tell(self, about: UUID, event: Event | JobEvent, *, final: bool) -> None:
        with self._changed:
            earlier = self._news.get(about)
            if earlier and earlier.final:
                return
            at = time.monotonic()
            due = at if final else earlier.due if earlier else at + PROGRESS_EVERY_S
            self._news[about] = _News(event, due, final)
            self._changed.notify()

    def close(self) -> None:
        """Post what is final, drop the rest, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout=5)
        self._post.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while (event := self._next()) is not None:
            self._post(event.model_dump_json())

    def _next(self) -> Event | JobEvent | None:
        """Wait for the next that is due; None at the end."""
        with self._changed:
            while True:
                if self._closed:
                    self._news = {id_: news for id_, news in self._news.items() if news.final}
                    if not self._news:
                        return None
                first = min(self._news.items(), key=lambda item: item[1].due, default=None)
                wait_s = None if first is None else first[1].due - time.monotonic()
                if first is not None and wait_s is not None and wait_s <= 0:
                    return self._news.pop(first[0]).event
                self._changed.wait(wait_s)


class _Pipe:
    """Writes to the one API beside SQLite, a line for each event."""

    def __init__(self, settings: Settings) -> None:
        self._path = news_path(settings)

    def __call__(self, event: str) -> None:
        line = f"{event}\n".encode()
        if len(line) <= pipes.AT_ONCE_BYTES:
            pipes.write(self._path, line)

    def close(self) -> None:
        """There is nothing to close."""


class _Notifier:
    """Notifies every API on PostgreSQL, over a connection of its own."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.Connection | None = None

    def __call__(self, event: str) -> None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
                self._connection.execute("SET synchronous_commit = off")  # a hint need not outlive a power cut
            self._connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, event))
        except psycopg.Error as error:
            logger.debug("The API was not woken: %r", error)
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
