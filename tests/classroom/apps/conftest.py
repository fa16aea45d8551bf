"""Servers of lessons, and windows of a browser, for the tests of this room."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from classroom import accounts, courses, keys
from classroom.accounts import SESSION_COOKIE
from classroom.db import Database
from classroom.lessons import build_lessons
from classroom.models import Role
from classroom.settings import Settings
from support.lesson_apps import LESSONS, PATIENCE_S, House, Visitor, Window, course_of
from support.room import free_ports


@pytest.fixture
def house(tmp_path: Path, migrated: Path) -> Iterator[House]:
    """Make a classroom of this test's own."""
    yield from _house(tmp_path, migrated)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    """Make a classroom for tests that leave it as they found it."""
    yield from _house(tmp_path_factory.mktemp("house"), migrated)


def _house(root: Path, migrated: Path) -> Iterator[House]:
    data_dir = root / "data"
    data_dir.mkdir(mode=0o700)
    (data_dir / "classroom.db").write_bytes(migrated.read_bytes())
    portal, voila, lab = free_ports(3)
    settings = Settings(data_dir=data_dir, database_url="", portal_port=portal, voila_port=voila, lab_port=lab)
    with closing(Database(settings.database)) as database:
        with database.unit_of_work() as work:
            users = {name: accounts.create_user(work.session, name) for name in ("owner", "alice", "bob")}
            course = courses.create(work.session, title="Everything", slug="everything")
            for user in users.values():
                courses.enrol(work.session, course, user, Role.LEARNER)
        keys.write_owner_key(settings, "the-owners-token")
        build_lessons(course_of(root / "lessons", LESSONS), settings)
        house = House(settings, database, users)
        yield house
        for visitor in house.visitors:
            visitor.http.close()


@pytest.fixture(scope="module")
def classroom(shared_house: House) -> Iterator[House]:
    """Serve the lesson apps of that classroom."""
    with shared_house.serve("voila"):
        yield shared_house


@pytest.fixture
def alice(classroom: House) -> Visitor:
    return classroom.visitor("alice")


@pytest.fixture
def bob(classroom: House) -> Visitor:
    return classroom.visitor("bob")


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[[House, str | None], Window]]:
    """Open windows in which people are signed in, or nobody is."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    contexts: list[BrowserContext] = []

    def open_window(house: House, name: str | None, **options: Any) -> Window:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_S * 1000)
        contexts.append(context)
        if name is not None:
            cookie = house.cookie(house.session(name))
            context.add_cookies([{"name": SESSION_COOKIE, "value": cookie, "url": "http://127.0.0.1"}])
        window = Window(context)
        context.on("request", lambda request: window.asked.append(request.url))
        context.on("console", lambda message: message.type == "error" and window.complaints.append(message.text))
        context.on("weberror", lambda error: window.complaints.append(str(error.error)))
        return window

    yield open_window
    for context in contexts:
        context.close()
