"""A client of a pretended classroom: the HTTP transport is the seam."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from classroom.notebook.client import Client

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def waits() -> list[float]:
    """Collect the seconds a client would have waited."""
    return []


@pytest.fixture
def connect(waits: list[float]) -> Callable[..., Client]:
    """Make clients of a classroom that answers as told."""

    def make(answer: Answer) -> Client:
        return Client(
            "http://classroom.test", lambda: "a-token", transport=httpx.MockTransport(answer), sleep=waits.append
        )

    return make


@pytest.fixture
def problem() -> Callable[..., httpx.Response]:
    """Make answers as the API makes its refusals."""

    def make(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        body = {"type": "about:blank", "title": "A title", "status": status, "detail": detail, **more}
        return httpx.Response(
            status, json=body, headers={"Content-Type": "application/problem+json", **(headers or {})}
        )

    return make
