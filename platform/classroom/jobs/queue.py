"""The queue: a huey on a SQLite file of its own, tuned for the wait of a person. It carries job ids and nothing else.

The rows of the database are the truth, so a message may be lost, doubled or delayed: the file is not synced at every
write, and no result is stored. Messages are signed with a key of the server, since huey unpickles what it reads.
A named pipe tells waiting workers that there is something to read, so that they need not ask a hundred times a second.
"""

import os
import select
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from huey import SqliteHuey
from huey.serializer import SignedSerializer

from classroom.keys import derive, server_key
from classroom.settings import Settings


class Queue:
    """Puts jobs before the consumer; in the consumer, `grade` is what is done with each."""

    def __init__(self, settings: Settings, grade: Callable[[UUID], None] | None = None) -> None:
        self.huey = SqliteHuey(
            "classroom",
            filename=str(settings.queue_path),
            factory=_Connection,
            results=False,
            serializer=SignedSerializer(secret=derive(server_key(settings), "queue").hex()),
        )

        def run(job_id: str) -> None:
            if grade is None:
                raise RuntimeError("only the job consumer grades")
            grade(UUID(job_id))

        self._task: Callable[[str], Any] = self.huey.task(name="grade")(run)
        self._bell = bell_path(settings)

    def enqueue(self, job_id: UUID) -> None:
        """Have a job done soon."""
        self._task(str(job_id))
        ring(self._bell)

    def close(self) -> None:
        """Close the queue's file."""
        self.huey.storage.close()


class Bell:
    """The consumer's end of the pipe: wakes one waiting worker for each ring."""

    def __init__(self, path: Path) -> None:
        with suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # for writing too: a pipe without writers is always ready

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


def ring(path: Path) -> None:
    """Wake a worker, where one listens; without one the message waits in the queue."""
    with suppress(OSError):
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(pipe, b".")
        finally:
            os.close(pipe)


class _Connection(sqlite3.Connection):
    """A connection that leaves syncing to checkpoints: 10 ms less on the way to a verdict."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute("PRAGMA synchronous = NORMAL")
