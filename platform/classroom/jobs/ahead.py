"""Compiling ahead: what a learner has just typed is compiled for grading before they ask, while nobody else waits.

The API leaves a hint in a named pipe for each draft it has saved: who typed it and which draft it is, nothing else. A
hint may be lost, since all it saves is time: none is kept while no consumer listens or the pipe is full, and one that
comes while every slot is taken is dropped. A learner has one hint pending, always the latest, and one compile at a
time; so however much one of them types, or however bad it is, the others get their turns.
"""

import logging
import os
import select
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from classroom import drafts
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.errors import NotFound
from classroom.jobs import pipes
from classroom.settings import Settings
from evmbox.errors import ExerciseError, PoolClosed
from evmbox.pool import Pool

EVERY_S: Final = 1.0
"""How long a learner's next turn is away from their last."""

_HINT_BYTES: Final = 32
_WAKE_UP: Final = bytes(_HINT_BYTES)

logger = logging.getLogger(__name__)


def pipe_path(settings: Settings) -> Path:
    """Tell where the pipe is, beside the queue's file."""
    return settings.queue_path.with_suffix(".ahead")


def hint(settings: Settings, user_id: UUID, draft_id: UUID) -> None:
    """Say that a draft was saved. Never waits, and nobody need hear it."""
    pipes.write(pipe_path(settings), user_id.bytes + draft_id.bytes)


class Ahead:
    """The consumer's end of the pipe, and the thread that compiles."""

    def __init__(self, settings: Settings, *, database: Database, catalog: Catalog, pool: Pool) -> None:
        self._database = database
        self._catalog = catalog
        self._pool = pool
        self._path = pipe_path(settings)
        self._pipe = pipes.open_to_read(self._path)
        self._pending: dict[UUID, UUID] = {}  # draft by learner; whoever has waited longest comes first
        self._resting: dict[UUID, float] = {}  # until when, on the monotonic clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()
        pipes.write(self._path, _WAKE_UP)

    def close(self, timeout_s: float) -> None:
        """Wait for the thread to end, and close the pipe; who writes then is not heard."""
        self._thread.join(timeout_s)
        os.close(self._pipe)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._listen()
            if (learner := self._next()) is not None:
                draft_id = self._pending.pop(learner)
                try:
                    self._compile(draft_id)
                except PoolClosed:
                    return
                except Exception:
                    logger.exception("Draft %s could not be compiled ahead", draft_id)
                self._resting[learner] = time.monotonic() + EVERY_S

    def _listen(self) -> None:
        """Take in the hints there are; wait for one where nobody's turn has come."""
        timeout_s = None
        if self._pending:
            at = time.monotonic()
            timeout_s = max(0.0, min(self._resting.get(learner, at) for learner in self._pending) - at)
        select.select([self._pipe], [], [], timeout_s)
        with suppress(BlockingIOError):
            hints = os.read(self._pipe, _HINT_BYTES * 1024)
            for start in range(0, len(hints), _HINT_BYTES):
                learner, draft_id = hints[start : start + 16], hints[start + 16 : start + _HINT_BYTES]
                if learner + draft_id != _WAKE_UP:
                    self._pending[UUID(bytes=learner)] = UUID(bytes=draft_id)

    def _next(self) -> UUID | None:
        """Give the learner whose turn it is."""
        at = time.monotonic()
        self._resting = {learner: until for learner, until in self._resting.items() if until > at}
        return next((learner for learner in self._pending if learner not in self._resting), None)

    def _compile(self, draft_id: UUID) -> None:
        with self._database.read() as session:
            draft = drafts.text_of(session, draft_id)
        if draft is None:
            return
        exercise_id, source = draft
        with suppress(NotFound, ExerciseError):  # the course has changed; a submission will say so
            if not self._pool.compile_ahead(self._catalog.exercise(exercise_id), source):
                logger.debug("Draft %s was not compiled ahead: there is other work", draft_id)
