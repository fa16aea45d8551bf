"""The queue: a huey, tuned for the wait of a person. It carries job ids and nothing else.

Beside SQLite it is a file of its own. On a campus it is in PostgreSQL or Redis, by one setting, and every consumer on
every host is woken by what it reads from.

The rows of the database are the truth, so a message may be lost, doubled or delayed: nothing is synced at every write,
and no result is stored. Messages are signed with a key of the server, since huey unpickles what it reads. Beside the
file a named pipe tells waiting workers that there is something to read, so that they need not ask a hundred times a
second.
"""

import logging
import os
import select
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer

from classroom.db import postgres_dsn
from classroom.errors import Unavailable
from classroom.jobs import pipes
from classroom.keys import derive, server_key
from classroom.settings import QueueKind, Settings

logger = logging.getLogger(__name__)

NAME = "classroom"
RING: Final = b"."
"""Wakes one worker; where none listens, the message waits in the queue."""

READ_S = 1
"""How long a worker waits in PostgreSQL or Redis before it looks whether it should stop."""


class Queue:
    """Puts jobs before the consumers; in a consumer, `do` is what is done with each."""

    def __init__(self, settings: Settings, do: Callable[[UUID], object] | None = None) -> None:
        self.huey = _open(settings)

        def run(job_id: str) -> None:
            if do is None:
                raise RuntimeError("only the job consumer grades")
            do(UUID(job_id))

        self._task: Callable[[str], Any] = self.huey.task(name="grade")(run)
        self._bell = bell_path(settings) if settings.queue is QueueKind.EMBEDDED else None

    def enqueue(self, job_id: UUID) -> None:
        """Have a job done soon."""
        self._task(str(job_id))
        if self._bell is not None:
            pipes.write(self._bell, RING)

    def trouble(self) -> str | None:
        """Tell what is wrong with it, if anything is."""
        try:
            self.huey.pending_count()
        except Exception as error:  # noqa: BLE001 - each of the three has errors of its own
            return f"the job queue cannot be read: {error}"
        return None

    def close(self) -> None:
        """Close the queue's file or connection."""
        self.huey.storage.close()


def _open(settings: Settings) -> Huey:
    how = {
        "results": False,
        "serializer": SignedSerializer(secret=derive(server_key(settings), "queue").hex()),
    }
    match settings.queue:
        case QueueKind.POSTGRES:
            dsn = postgres_dsn(settings.database)
            if dsn is None:
                raise Unavailable(
                    "CLASSROOM_QUEUE=postgres needs CLASSROOM_DATABASE_URL to name a PostgreSQL database."
                )
            return _in_postgres(dsn, how)
        case QueueKind.REDIS:
            return RedisHuey(NAME, url=settings.redis_url, read_timeout=READ_S, notify_result=True, **how)
        case QueueKind.EMBEDDED:
            return SqliteHuey(NAME, filename=str(settings.queue_path), factory=_Connection, **how)


def _in_postgres(dsn: str, how: dict[str, Any]) -> Huey:
    """Open the queue, and make its tables, one process at a time; without the server, it is opened all the same."""
    opened = PostgresHuey(
        NAME,
        dsn=dsn,
        options="-c synchronous_commit=off -c client_min_messages=warning",
        read_timeout=READ_S,
        create_tables=False,
        **how,
    )
    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('classroom.queue'))")
            opened.storage.initialize_schema()
    except psycopg.OperationalError as error:
        logger.warning("the queue's tables were not looked at, since PostgreSQL is away: %s", error)
    return opened


class Bell:
    """The consumer's end of the pipe: wakes one waiting worker for each ring."""

    def __init__(self, path: Path) -> None:
        self._pipe = pipes.open_to_read(path)

    def wait(self, timeout_s: float) -> None:
        """Wait for a ring, or until the time is over."""
        select.select([self._pipe], [], [], timeout_s)
        with suppress(BlockingIOError):  # another worker was quicker
            os.read(self._pipe, 1)

    def close(self) -> None:
        """Close this end; who rings then is not heard."""
        os.close(self._pipe)


def bell_path(settings: Settings) -> Path:
    """Tell where the pipe is, beside the queue's file."""
    return settings.queue_path.with_suffix(".bell")


class _Connection(sqlite3.Connection):
    """A connection that leaves syncing to checkpoints: 10 ms less on the way to a verdict."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute("PRAGMA synchronous = NORMAL")
