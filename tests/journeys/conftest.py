"""A running classroom, and real browsers to walk through it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from support.room import Classroom, classroom_on
from support.waiting import wait_until


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Classroom]:
    with classroom_on(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Classroom, str]]:
    """Give a running classroom and the owner's link, for the tests of one module."""
    with classroom_on(tmp_path_factory.mktemp("classroom")) as opened:
        yield opened, opened.start()


@pytest.fixture(autouse=True)
def the_audit_log_holds(request: pytest.FixtureRequest) -> Iterator[None]:
    """Verify the log after every journey, whatever was killed; while a consumer runs, all of it gets sealed."""
    rooms: list[Classroom] = []
    if "room" in request.fixturenames:
        rooms.append(request.getfixturevalue("room"))
    if "running" in request.fixturenames:
        rooms.append(request.getfixturevalue("running")[0])
    yield
    for room in rooms:
        if room.process is None:
            continue
        if room.process.poll() is None:
            wait_until(lambda room=room: room.verify_log().unsealed == 0, what="the seal")
        verdict = room.verify_log()
        assert verdict.broken is None, verdict
        assert verdict.sealed > 0


@dataclass
class Visitor:
    """Somebody at a browser of their own."""

    context: BrowserContext
    page: Page
    hosts: set[str]
    kernels: list[str]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Visitor]]:
    """Open a browser of one's own at an address. In the end, nothing may have been asked of another host."""
    opened: list[Visitor] = []

    def open_at(address: str, **options: Any) -> Visitor:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        visitor = Visitor(context, context.new_page(), set(), [])

        def note(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme not in {"data", "blob"}:
                visitor.hosts.add(parts.hostname or "")

        context.on("request", note)
        visitor.page.on("websocket", lambda socket: visitor.kernels.append(urlsplit(socket.url).path.split("/")[3]))
        opened.append(visitor)
        visitor.page.goto(address)
        return visitor

    yield open_at
    hosts = {host for visitor in opened for host in visitor.hosts}
    for visitor in opened:
        visitor.context.close()
    assert hosts == {"127.0.0.1"}
