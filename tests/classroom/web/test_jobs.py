"""The operator's page of jobs: for administrators, true, and of use."""

import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import select

from classroom import accounts, workload
from classroom.db import Database
from classroom.jobs.kinds import KINDS
from classroom.models import CredentialKind, Job, JobState, User
from classroom.settings import Settings
from classroom.web.app import create_site
from classroom.web.jobs import in_words
from support.serving import running


@pytest.fixture
def portal(settings: Settings, database: Database, people: Any) -> Iterator[str]:
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        own = settings.model_copy(update={"portal_port": listener.getsockname()[1]})
        with running(create_site(own), listener):
            yield own.portal_url


@pytest.fixture
def admin(database: Database) -> User:
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "adele", display_name="Adele", is_admin=True)


def link(database: Database, user: User) -> str:
    with database.unit_of_work() as work:
        secret = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(hours=1))
    return f"/welcome?link={secret}"


@pytest.fixture
def enter(portal: str, database: Database) -> Iterator[Callable[[User], httpx.Client]]:
    opened: list[httpx.Client] = []

    def enter(user: User) -> httpx.Client:
        headers = {"Accept": "text/html", "Origin": portal}
        client = httpx.Client(base_url=portal, headers=headers, timeout=30, trust_env=False, follow_redirects=True)
        opened.append(client)
        assert client.get(link(database, user)).status_code == 200
        return client

    yield enter
    for client in opened:
        client.close()


@pytest.fixture
def dead(desk: Any, database: Database) -> Job:
    """Give the job of an attempt that was given up, beside one that runs and one that waits."""
    for _ in range(3):
        desk.hand_in()
    for _ in range(3):
        with database.unit_of_work() as work:
            claim = workload.claim(work, KINDS.values(), worker="host/1", lease_s=60, job_id=desk.queued[0])
            assert claim is not None
            workload.release(work, claim, error="RuntimeError: <b>no paper</b>", retry_in=timedelta(0))
    with database.unit_of_work() as work:
        workload.claim(work, KINDS.values(), worker="host/1", lease_s=60)
        workload.beat(work, "host/1", slots=2, held=[], lease_s=60)
    with database.read() as session:
        return session.get_one(Job, desk.queued[0])


def jobs(database: Database, kind: str) -> list[Job]:
    with database.read() as session:
        return list(session.exec(select(Job).where(Job.kind == kind)))


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_only_an_administrator_sees_it(enter: Callable[[User], httpx.Client], people: Any, admin: User) -> None:
    for other in (people.alice, people.teacher, people.stranger):
        client = enter(other)
        assert client.get("/admin/jobs").status_code == 403
        assert 'href="/admin/jobs"' not in client.get("/").text
    client = enter(admin)
    assert client.get("/admin/jobs").status_code == 200


def test_what_was_given_up_is_shown_with_its_cause_and_put_back(
    enter: Callable[[User], httpx.Client], admin: User, dead: Job, database: Database
) -> None:
    client = enter(admin)
    page = client.get("/admin/jobs").text
    assert "RuntimeError: &lt;b&gt;no paper" in page
    assert "host/1" in page
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)|\son\w+=|style=", page)
    assert client.post(f"/admin/jobs/{dead.id}/requeue", data={"csrf": "0" * 64}).status_code == 403
    back = client.post(f"/admin/jobs/{dead.id}/requeue", data={"csrf": csrf(page)})
    assert "back in the queue" in back.text
    assert "Nothing was given up." in back.text
    late = client.post(f"/admin/jobs/{dead.id}/requeue", data={"csrf": csrf(page)})
    assert "moved on meanwhile" in late.text


def test_a_job_is_cancelled_and_a_backup_ordered(
    enter: Callable[[User], httpx.Client], admin: User, dead: Job, database: Database, desk: Any
) -> None:
    client = enter(admin)
    token = csrf(client.get("/admin/jobs").text)
    for job_id in desk.queued[1:]:
        assert "is cancelled" in client.post(f"/admin/jobs/{job_id}/cancel", data={"csrf": token}).text
    states = {job.id: job for job in jobs(database, "grade")}
    assert states[desk.queued[1]].cancel_asked_at is not None, "this one runs"
    assert states[desk.queued[2]].state is JobState.CANCELLED
    assert "A backup is on its way" in client.post("/admin/jobs/backup", data={"csrf": token}).text
    assert [job.made_by for job in jobs(database, "backup")] == [admin.id]


@pytest.mark.browser
def test_it_is_operated_by_keyboard_and_fits_a_telephone(
    browser: Browser, portal: str, admin: User, dead: Job, database: Database
) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800})
    try:
        page: Page = context.new_page()
        page.goto(portal + link(database, admin))
        page.goto(f"{portal}/admin/jobs")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        button = page.get_by_role("button", name="Put back: Grade an attempt")
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_role("status").filter(has_text="back in the queue").wait_for()
    finally:
        context.close()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1, "1 second"), (61, "1 minute"), (7_300, "2 hours"), (86_400 * 3, "3 days")],
)
def test_a_time_is_said_in_its_largest_unit(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
