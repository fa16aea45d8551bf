"""What surrounds every request: an id, a limit, security headers, a line in the log, an answer to the unforeseen."""

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter
from types import MappingProxyType
from typing import Final
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.api import problems
from classroom.settings import Settings
from classroom.telemetry.logs import REQUEST_ID
from classroom.telemetry.tracing import Tracing

logger = logging.getLogger("classroom.access")
fault_logger = logging.getLogger("classroom.api")

MAX_BODY_BYTES: Final = 256 * 1024
LINGER_S: Final = 2.0
STATIC_PATH: Final = "/static/"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


def content_security_policy(settings: Settings) -> str:
    """Write the one policy of every page and answer: our own files only, and lesson apps in frames."""
    policy = {
        "default-src": "'self'",
        "base-uri": "'none'",
        "connect-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "frame-src": f"'self' {settings.voila_url} {settings.lab_url}",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
    }
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def security_headers(settings: Settings) -> Mapping[str, str]:
    """Give the headers of every answer; a route that sets one of them itself keeps its own."""
    headers = {
        "Content-Security-Policy": content_security_policy(settings),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "same-origin",  # `no-referrer` would make browsers send `Origin: null` with our own forms
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if settings.secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


class Envelope:
    """Gives a request its id, an answer its headers, the log its line, and an unforeseen error an answer."""

    def __init__(self, app: ASGIApp, *, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        caching = "no-cache" if scope["path"].startswith(STATIC_PATH) else "no-store"
        status = 0
        head_s: float | None = None
        services = getattr(scope["app"].state, "services", None)  # made at start-up, later than this
        tracing = services.tracing if services else Tracing()

        async def send_enveloped(message: Message) -> None:
            nonlocal status, head_s
            if message["type"] == "http.response.start":
                head_s = perf_counter() - began
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", caching)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        token = REQUEST_ID.set(request_id)
        began = perf_counter()
        try:
            with tracing.span("request", request_id=request_id) as span:
                try:
                    await self.app(scope, receive, send_enveloped)
                finally:
                    tracing.note(span, method=scope["method"], route=_route(scope), status=status)
        except Exception:
            fault_logger.exception("unexpected error")
            if status:
                raise  # half an answer has left; the server must cut the connection
            await problems.unexpected(Request(scope))(scope, receive, send_enveloped)
        finally:
            if services and head_s is not None:
                services.figures.answered(scope["method"], _route(scope), status, head_s)
            _tell(scope, status, perf_counter() - began)
            REQUEST_ID.reset(token)


def _route(scope: Scope) -> str | None:
    """Give the template of a request's route; a path may hold what a person typed."""
    route: str | None = getattr(scope.get("route"), "path", None)
    return route


def _tell(scope: Scope, status: int, took_s: float) -> None:
    """Write the line of the access log: who asked is an id, never a name."""
    identity = scope["state"].get("identity")
    user = identity.user if identity else None
    logger.info(
        "request",
        extra={
            "request_id": scope["state"]["request_id"],
            "method": scope["method"],
            "route": _route(scope),
            "status": status,
            "ms": round(took_s * 1000, 1),
            "user_id": str(user.id) if user else None,
            "by": identity.kind.value if identity else None,
        },
    )


class TooLong(HTTPException):
    """More of a body came than is allowed. Where a route reads it, this is its answer."""


class BodyLimit:
    """Refuses a body over the limit: at once where its length is declared, otherwise while it is read.

    What the client still sends is thrown away for a moment: closing on it at once would make the client's system drop
    the answer unread (RFC 9112, 9.6).
    """

    def __init__(
        self, app: ASGIApp, *, max_bytes: int = MAX_BODY_BYTES, larger: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        """Limit bodies; `larger` has other limits, by the beginning of a path."""
        self.app = app
        self.max_bytes = max_bytes
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed = next((n for path, n in self.larger.items() if scope["path"].startswith(path)), self.max_bytes)
        detail = f"A request may have at most {allowed // 1024} KiB."
        closing = {"Connection": "close"}
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > allowed:
                raise TooLong(413, detail, headers=closing)
            return message

        async def send_lingering(message: Message) -> None:
            if message["type"] == "http.response.body" and received > allowed and not message.get("more_body"):
                await send({**message, "more_body": True})
                await _read_on(receive)
                message = {"type": "http.response.body"}
            await send(message)

        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > allowed:
            received = int(declared)
            await problems.problem(Request(scope), 413, detail, headers=closing)(scope, receive, send_lingering)
        else:
            try:
                await self.app(scope, receive_counted, send_lingering)
            except TooLong:  # read before any route was found: nothing was answered yet
                await problems.problem(Request(scope), 413, detail, headers=closing)(scope, receive, send_lingering)


async def _read_on(receive: Receive) -> None:
    """Throw the rest of a body away, for as long as that is quick."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while (await receive()).get("more_body"):
                pass
