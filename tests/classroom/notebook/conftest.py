"""A client of a pretended classroom: the HTTP transport is the seam."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, async_playwright

from classroom.notebook.client import Client
from support.exercise_page import Classroom, bridge

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


@pytest.fixture
def classroom() -> Classroom:
    """Give a classroom that judges by a word in the source."""
    return Classroom()


@pytest.fixture
def in_browser(
    classroom: Classroom, connect: Callable[..., Client], chromium: str
) -> Callable[[Callable[[Page], Awaitable[None]]], None]:
    """Run a visit to a page that shows the panel."""
    client = connect(classroom)

    @asynccontextmanager
    async def opened(options: dict[str, Any]) -> AsyncIterator[Page]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = await (await browser.new_context(**options)).new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            yield page
            await browser.close()
            assert errors == []

    def run(visit: Callable[[Page], Awaitable[None]], **options: Any) -> None:
        async def whole() -> None:
            async with opened({"viewport": {"width": 1280, "height": 900}, **options}) as page:
                strangers = await bridge(page, client)
                await page.goto("http://lesson.test/")
                await visit(page)
                assert strangers == [], "the panel asked another host"

        asyncio.run(whole())

    return run
