"""How many requests are answered at a time: who comes on top is told at the door when to come again.

A request that is let in takes a thread and a connection to the database. Where more come than can be answered, each
would wait for all before it, and whoever is refused in the end would be refused late. What is refused here costs no
thread, no connection and no look at who asks. Counted in each process for itself, hand-ins apart from all else: they
come in rushes, before a deadline, and must not keep out who reads. A request is inside once all of its body is here,
so that nobody fills the room with bodies that never come; each has `BODY_WITHIN_S` for that.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.api import problems
from classroom.api.limits import UNCOUNTED
from classroom.errors import Unavailable
from classroom.settings import Settings

HAND_IN: Final = ("POST", "/api/v1/submissions")
STREAMS: Final = "/events"
"""The end of the path of each stream of events: open for long, and idle nearly all of the time."""

BODY_WITHIN_S: Final = 30.0
"""How long a body may take to arrive: the largest over a line of 0.3 Mbit/s."""

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
        if self._full(kind):
            await self._refuse(scope, receive, send)
            return
        try:
            receive = await _arrived(scope, receive)
        except TimeoutError:
            detail = f"The body of a request has to be here within {BODY_WITHIN_S:g} seconds."
            late = problems.problem(Request(scope), HTTPStatus.REQUEST_TIMEOUT, detail, headers={"Connection": "close"})
            await late(scope, receive, send)
            return
        if self._full(kind):
            await self._refuse(scope, receive, send)
            return
        self._inside[kind] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._inside[kind] -= 1

    def _full(self, kind: str) -> bool:
        return bool(self._allowed[kind]) and self._inside[kind] >= self._allowed[kind]

    @staticmethod
    async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
        refusal = problems.problem(Request(scope), 503, _DETAIL, title=Unavailable.title, headers=headers)
        await refusal(scope, receive, send)


async def _arrived(scope: Scope, receive: Receive) -> Receive:
    """Wait for the whole body, and give what hands it on. Raises TimeoutError."""
    headers = Headers(scope=scope)
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return receive
    messages = list[Message]()
    async with asyncio.timeout(BODY_WITHIN_S):
        while not messages or messages[-1].get("more_body"):
            messages.append(await receive())
    return _handing_on(messages, receive)


def _handing_on(messages: Sequence[Message], receive: Receive) -> Receive:
    left = iter(messages)

    async def hand_on() -> Message:
        return next(left, None) or await receive()

    return hand_on
