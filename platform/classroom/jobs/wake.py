"""Tells the API that a submission moved, so that a waiting page need not ask. A hint: the rows are the truth."""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import httpx

from classroom.keys import wake_secret
from classroom.models import SubmissionState
from classroom.schemas import Event, Progress
from classroom.settings import Settings

HEADER = "X-Classroom-Wake"
PATH = "/internal/wake"
PROGRESS_EVERY_S = 0.1
"""How often progress on one submission is posted. A usual verdict is there before the first, and costs no post more."""

_FINAL = {SubmissionState.DONE, SubmissionState.FAILED}

logger = logging.getLogger(__name__)


@dataclass
class _News:
    event: Event
    due: float  # on the monotonic clock
    final: bool


class Waker:
    """Posts the latest of each submission from a thread of its own; whoever grades never waits for it.

    News that is overtaken before it was posted is dropped. An API that does not answer is no reason to stop.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = httpx.Client(
            base_url=settings.portal_url,
            headers={HEADER: wake_secret(settings)},
            timeout=httpx.Timeout(0.5),
            trust_env=False,
        )
        self._news: dict[UUID, _News] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)
        self._thread.start()

    def tell(self, submission_id: UUID, state: SubmissionState, progress: Progress | None = None) -> None:
        """Have this posted: at once where it is the last of its submission, otherwise when the time has come."""
        event = Event(submission_id=submission_id, state=state.value, progress=progress)
        final = state in _FINAL
        with self._changed:
            earlier = self._news.get(submission_id)
            if earlier and earlier.final:
                return
            at = time.monotonic()
            due = at if final else earlier.due if earlier else at + PROGRESS_EVERY_S
            self._news[submission_id] = _News(event, due, final)
            self._changed.notify()

    def close(self) -> None:
        """Post what is final, drop the rest, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout=5)
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while (event := self._next()) is not None:
            try:
                self._client.post(PATH, content=event.model_dump_json(), headers={"Content-Type": "application/json"})
            except httpx.HTTPError as error:
                logger.debug("The API was not woken: %r", error)

    def _next(self) -> Event | None:
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
