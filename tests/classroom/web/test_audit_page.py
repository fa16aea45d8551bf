"""The audit log's pages: who sees what, and how it is searched."""

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from classroom import accounts, audit_log, courses
from classroom.audit_log import Action
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import CredentialKind, Role, User
from classroom.sealing import Sealer
from classroom.settings import Settings
from classroom.web.app import create_site
from support.serving import running


@pytest.fixture
def enter(settings: Settings, database: Database, people: Any) -> Iterator[Callable[[User], httpx.Client]]:
    """Come in by a one-time link."""
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # else asyncio leaves Nagle on: 40 ms an answer
        listener.bind(("127.0.0.1", 0))
        own = settings.model_copy(update={"portal_port": listener.getsockname()[1]})
        headers = {"Accept": "text/html", "Origin": own.portal_url}
        with (
            running(create_site(own), listener),
            httpx.Client(base_url=own.portal_url, headers=headers, timeout=30, trust_env=False) as client,
        ):

            def come_in(user: User) -> httpx.Client:
                client.cookies.clear()
                with database.unit_of_work() as work:
                    link = accounts.issue(
                        work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=1)
                    )
                assert client.get("/welcome", params={"link": link}).status_code == 303
                return client

            yield come_in


@pytest.fixture
def admin(database, people) -> User:
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "root", is_admin=True)


def test_an_administrator_reads_and_searches_the_whole_log(enter, database, people, admin, settings):
    with database.unit_of_work() as work:
        audit_log.record(
            work.session, Action.DOOR_REFUSED, actor_id=people.bob.id, subject="x<y", details={"note": "<b>bold</b>"}
        )
    Sealer(server_key(settings)).seal(database)
    client = enter(admin)
    page = client.get("/admin/audit").text
    assert "Door refused" in page
    assert "bob" in page
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page
    assert "✓" in page
    found = client.get("/admin/audit", params={"person": "bob", "action": "door_refused"}).text
    assert found.count('<th scope="row">') == 1
    assert "Nothing in the log matches" in client.get("/admin/audit", params={"text": "no such thing"}).text
    assert 'href="/admin/audit"' in page


@pytest.mark.parametrize("asked", [{"action": "x"}, {"since": "x"}, {"cursor": "x"}, {"text": "\x00"}])
def test_a_question_that_means_nothing_says_so_and_stays_in_the_form(asked, enter, admin):
    answer = enter(admin).get("/admin/audit", params=asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "<form" in answer.text


def test_long_logs_are_turned_page_by_page(enter, database, admin):
    with database.unit_of_work() as work:
        for number in range(60):
            audit_log.record(work.session, Action.DOOR_REFUSED, actor_id=None, subject=f"object-{number}")
    client = enter(admin)
    first = client.get("/admin/audit", params={"action": "door_refused"}).text
    assert "object-59" in first
    assert "object-3<" not in first
    older = first.partition('">Older')[0].rpartition('href="')[2].replace("&amp;", "&")
    second = client.get(f"/admin/audit{older}").text
    assert "object-3<" in second
    assert "object-59" not in second
    assert "Latest" in second


def test_an_instructor_sees_the_course_and_a_learner_nothing(enter, database, people):
    with database.unit_of_work() as work:
        courses.enrol(work.session, people.course, people.stranger, Role.LEARNER, actor_id=people.teacher.id)
        accounts.create_user(work.session, "elsewhere")
    client = enter(people.teacher)
    page = client.get("/courses/classroom/audit").text
    assert "Role granted" in page
    assert "User created" not in page.partition("<table>")[2]
    assert client.get("/admin/audit").status_code == 403
    client = enter(people.alice)
    assert client.get("/courses/classroom/audit").status_code in {403, 404}
