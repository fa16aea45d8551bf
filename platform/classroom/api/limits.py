"""How many requests a minute an address, a person and an API key may make, and the headers that say what is left.

Requests are counted by the `limits` library in this process, or in Redis where `rate_storage` names one, so that a
request costs no write to the database. The numbers are generous: they stop a program that has run wild. What is rare
and expensive (signing in, handing in, running) has limits of its own where it is done.

The headers are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` tells each limit as requests (`q`)
in seconds (`w`), `RateLimit` what is left (`r`) until when (`t`, seconds). Who is refused reads `Retry-After`.
"""

import logging
import time
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string
from redis.exceptions import RedisError
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.api import problems
from classroom.api.agents import client_address
from classroom.errors import TooMany
from classroom.settings import Settings

WINDOW_S: Final = 60
UNCOUNTED: Final = ("/static/", "/healthz", "/readyz", "/metrics", "/internal/")
"""What a probe, a browser's cache and our own processes ask for."""

logger = logging.getLogger("classroom.api")


class Limits:
    """The limits of these settings, and the counts."""

    def __init__(self, settings: Settings) -> None:
        self._tries = {
            "address": settings.requests_per_address,
            "account": settings.requests_per_account,
            "key": settings.requests_per_key,
        }
        self._storage = _storage(settings.rate_storage)
        self._limiter = FixedWindowRateLimiter(self._storage)

    async def take(self, what: str, who: str) -> "Left | None":
        """Count one request; None where there is no limit, or nobody can count: then nobody is kept out either."""
        tries = self._tries[what]
        if not tries:
            return None
        item = RateLimitItemPerSecond(tries, WINDOW_S)
        try:
            taken = await self._limiter.hit(item, what, who)
            stats = await self._limiter.get_window_stats(item, what, who)
        except (RedisError, OSError):
            logger.warning("requests could not be counted", exc_info=True)
            return None
        wait_s = min(WINDOW_S, max(1, int(stats.reset_time - time.time()) + 1))
        return Left(what, tries, max(0, stats.remaining), wait_s, is_over=not taken)

    async def close(self) -> None:
        """Close the connection to Redis, where there is one."""
        bridge = getattr(self._storage, "bridge", None)
        if bridge is not None:
            await bridge.get_connection().aclose()


@dataclass(frozen=True)
class Left:
    """What is left of one limit, after the present request."""

    what: str
    tries: int
    remaining: int
    wait_s: int
    is_over: bool

    @property
    def headers(self) -> dict[str, str]:
        """Tell when to come again."""
        return {"Retry-After": str(self.wait_s)}

    @property
    def detail(self) -> str:
        """Say it in words."""
        of = {"address": "From your address", "account": "By you", "key": "With this key"}[self.what]
        return f"{of} there were {self.tries} requests within a minute. Try again in {self.wait_s} seconds."


@dataclass
class Spending:
    """What one request takes of the limits: of its address at once, of a person and a key when they are known."""

    limits: Limits
    left: list[Left] = field(default_factory=list)

    async def take(self, what: str, who: str) -> Left | None:
        """Count this request, and remember what is left for the headers of its answer."""
        found = await self.limits.take(what, who)
        if found is not None and all(each.what != what for each in self.left):
            self.left.append(found)
        return found

    def write(self, headers: MutableHeaders) -> None:
        """Write the headers."""
        if self.left:
            headers["RateLimit-Policy"] = ", ".join(f'"{each.what}";q={each.tries};w={WINDOW_S}' for each in self.left)
            headers["RateLimit"] = ", ".join(f'"{each.what}";r={each.remaining};t={each.wait_s}' for each in self.left)


async def spend(request: Request, what: str, who: str) -> None:
    """Count a request of a person or a key. Raises TooMany."""
    spending: Spending | None = getattr(request.state, "spending", None)
    if spending is None:
        return
    left = await spending.take(what, who)
    if left is not None and left.is_over:
        raise TooMany(left.detail, headers=left.headers)


class RateLimit:
    """Counts each request for its address before anything is read, and tells every client what it has left."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http" or scope["path"].startswith(UNCOUNTED):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        spending = Spending(self.limits)
        scope.setdefault("state", {})["spending"] = spending

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                spending.write(MutableHeaders(scope=message))
            await send(message)

        left = await spending.take("address", client_address(request))
        if left is not None and left.is_over:
            refusal = problems.problem(request, 429, left.detail, title=TooMany.title, headers=left.headers)
            await refusal(scope, receive, send_told)
        else:
            await self.app(scope, receive, send_told)


def _storage(address: str) -> Storage:
    if not address or address == "memory":
        return MemoryStorage()
    found = storage_from_string(f"async+{address.removeprefix('async+')}", implementation="redispy")
    if not isinstance(found, Storage):
        raise TypeError(f"{address} is not a storage that can be used from an event loop")
    return found
