"""Which other origins' pages may use the API. None, unless the setting names them; none ever with a person's cookie."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.api import problems
from classroom.settings import Settings

SENT: Final = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Request-Id")
SHOWN: Final = (
    "Content-Disposition",
    "Idempotency-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-Id",
)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


def allowed_origins(settings: Settings) -> list[str]:
    """Read the origins of the setting. Raises ValueError for what is none, such as `*`."""
    origins = [each.strip() for each in settings.cors_origins.split(",") if each.strip()]
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}" or "@" in origin:
            raise ValueError(f"CLASSROOM_CORS_ORIGINS: {origin} is no origin, such as https://school.example")
    return origins


class Cors(CORSMiddleware):
    """Lets pages of some origins read the API's answers. A cookie is never theirs to use: they bring a token."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str], prefixes: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=SENT,
            expose_headers=SHOWN,
            allow_credentials=False,
            max_age=600,
        )
        self.prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http" or not scope["path"].startswith(self.prefixes):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asks_first = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        if asks_first and not self.is_allowed_origin(headers.get("origin", "")):
            detail = "Pages of this origin may not use the classroom. Whoever runs it can allow that by a setting."
            refusal: Response = problems.problem(Request(scope), 403, detail, headers={"Vary": "Origin"})
            await refusal(scope, receive, send)
            return
        await super().__call__(scope, receive, send)
