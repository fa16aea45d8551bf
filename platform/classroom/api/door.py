"""How many requests are answered at a time: who comes on top is told at the door when to come again.

A request that is let in takes a thread and a connection to the database. Where more come than can be answered, each
would wait for all before it, and whoever is refused in the end would be refused late. What is refused here costs no
thread, no connection and no look at who asks. Counted in each process for itself, hand-ins apart from all else: they
come in rushes, before a deadline, and must not keep out who reads.
"""

from collections import Counter
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.api import problems
from classroom.api.limits import UNCOUNTED
from classroom.errors import Unavailable
from classroom.settings import Settings

HAND_IN: Final = ("POST", "/api/v1/submissions")
STREAMS: Final = "/events"
"""The end of the path of each stream of events: open for long, and idle nearly all of the time."""

RETRY_AFTER_S: Final = 2
_DETAIL: Final = f"More is asked for at this moment than can be answered. Try again in {RETRY_AFTER_S} seconds."


class Door:
    """Refuses with 503 what comes while as many of its kind are under way as the settings allow."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self._allowed = {"hand-ins": settings.hand_ins_at_once, "requests": settings.requests_at_once}
        self._inside: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http" or scope["path"].startswith(UNCOUNTED) or scope["path"].endswith(STREAMS):
            await self.app(scope, receive, send)
            return
        kind = "hand-ins" if (scope["method"], scope["path"]) == HAND_IN else "requests"
        if self._allowed[kind] and self._inside[kind] >= self._allowed[kind]:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            refusal = problems.problem(Request(scope), 503, _DETAIL, title=Unavailable.title, headers=headers)
            await refusal(scope, receive, send)
            return
        self._inside[kind] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._inside[kind] -= 1
