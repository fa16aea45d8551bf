"""The portal and the instructor's pages: who gets in, what they see, where they are sent."""

import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from classroom import accounts, courses, submissions
from classroom.accounts import SESSION_COOKIE
from classroom.db import Database
from classroom.models import CredentialKind, Role, User
from classroom.settings import Settings
from classroom.web.app import create_site
from classroom.web.render import inline_code, safe_next
from evmbox.report import CheckResult, CheckStatus
from support.serving import running

PASSWORD = "a long enough password"


@pytest.fixture
def client(settings: Settings, database: Database, people: Any) -> Iterator[httpx.Client]:
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # else asyncio leaves Nagle on: 40 ms an answer
        listener.bind(("127.0.0.1", 0))
        own = settings.model_copy(update={"portal_port": listener.getsockname()[1]})
        headers = {"Accept": "text/html", "Origin": own.portal_url}
        with (
            running(create_site(own), listener),
            httpx.Client(base_url=own.portal_url, headers=headers, timeout=30, trust_env=False) as opened,
        ):
            yield opened


@pytest.fixture
def enter(client: httpx.Client, database: Database) -> Callable[[User], httpx.Client]:
    """Come in by a one-time link."""

    def come_in(user: User) -> httpx.Client:
        client.cookies.clear()
        with database.unit_of_work() as work:
            link = accounts.issue(
                work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=1), label="test"
            )
        assert client.get("/welcome", params={"link": link}).status_code == 303
        return client

    return come_in


def csrf(client: httpx.Client) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/").text)
    assert found is not None
    return found.group(1)


@pytest.fixture
def password(database: Database, people: Any) -> None:
    with database.unit_of_work() as work:
        accounts.set_password(work.session, people.alice.id, PASSWORD, actor_id=None)


@pytest.mark.usefixtures("password")
def test_a_password_opens_a_session_that_no_script_can_read(client: httpx.Client) -> None:
    answer = client.post("/sign-in", data={"name": "alice", "password": PASSWORD, "next": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert SESSION_COOKIE in cookie
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Welcome, Alice" in client.get("/").text


@pytest.mark.usefixtures("password")
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: httpx.Client) -> None:
    pages = [
        client.post("/sign-in", data={"name": name, "password": "not the password"}) for name in ("alice", "nobody")
    ]
    assert [page.status_code for page in pages] == [401, 401]
    assert pages[0].text.replace("alice", "nobody") == pages[1].text
    assert "The name or the password is wrong." in pages[0].text


@pytest.mark.usefixtures("password")
def test_another_site_cannot_sign_a_visitor_in(client: httpx.Client) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    answer = client.post("/sign-in", data={"name": "alice", "password": PASSWORD}, headers=foreign)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_one_time_link_works_once(client: httpx.Client, database: Database, people: Any) -> None:
    with database.unit_of_work() as work:
        link = accounts.issue(
            work.session, CredentialKind.ONE_TIME_LINK, people.alice.id, lifetime=timedelta(minutes=1), label="test"
        )
    assert client.get("/welcome", params={"link": link}).status_code == 303
    assert client.get("/welcome", params={"link": link}).headers["location"] == "/"  # signed in already
    client.cookies.clear()
    second = client.get("/welcome", params={"link": link})
    assert second.status_code == 401
    assert "This link does not work" in second.text


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client: httpx.Client) -> None:
    answer = client.get("/lessons/tip-jar")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Flessons%2Ftip-jar"
    assert 'name="next" value="/lessons/tip-jar"' in client.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "http://127.0.0.1:8000@elsewhere.example/",
        "/\nSet-Cookie: a=b",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(settings: Settings, wanted: str) -> None:
    assert safe_next(settings, wanted) == "/"


def test_a_lesson_app_may_be_where_one_is_sent(settings: Settings) -> None:
    address = f"{settings.voila_url}/voila/render/tip-jar.ipynb"
    assert safe_next(settings, address) == address
    assert safe_next(settings, "/lessons/tip-jar") == "/lessons/tip-jar"


def test_signing_out_closes_the_session_and_needs_its_token(enter: Callable[[User], httpx.Client], people: Any) -> None:
    client = enter(people.alice)
    cookies = dict(client.cookies)
    assert client.post("/sign-out", data={"csrf": "0" * 64}).status_code == 403
    assert client.get("/account").status_code == 200
    assert client.post("/sign-out", data={"csrf": csrf(client)}).status_code == 303
    client.cookies.update(cookies)
    assert client.get("/account").status_code == 303


def test_a_stranger_reads_what_this_is_and_how_to_come_in(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert 'href="/sign-in"' in page.text
    assert 'href="/sign-up"' not in page.text  # where an invite is needed
    assert "Your instructor has a link for you" in page.text
    assert len(page.content) < 12_000


def test_the_theme_that_was_chosen_is_on_the_page_before_anything_is_painted(
    enter: Callable[[User], httpx.Client], people: Any
) -> None:
    client = enter(people.alice)
    assert "data-theme" not in client.get("/").text
    token = csrf(client)
    answer = client.post("/account/theme", data={"csrf": token, "theme": "dark"})
    assert answer.headers["location"] == "/account?done=theme"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert '<html lang="en" data-theme="dark">' in client.get("/").text
    assert client.post("/account/theme", data={"csrf": "0" * 64, "theme": "light"}).status_code == 403
    assert client.post("/account/theme", data={"csrf": token, "theme": "pink"}).status_code == 422
    client.post("/account/theme", data={"csrf": token, "theme": "system"})
    assert "data-theme" not in client.get("/").text


def test_the_home_page_lists_the_lessons_and_says_what_is_next(
    enter: Callable[[User], httpx.Client], people: Any
) -> None:
    page = enter(people.alice).get("/").text
    assert (
        page.index("Start with")
        < page.index("Your first transaction")
        < page.index("Hello, storage")
        < page.index("A tip jar")
    )
    assert "Cohort" not in page


def test_only_an_instructor_sees_the_cohort(enter: Callable[[User], httpx.Client], people: Any) -> None:
    assert enter(people.alice).get("/cohort").status_code == 403
    assert enter(people.stranger).get("/cohort").status_code == 404
    page = enter(people.teacher).get("/cohort")
    assert page.status_code == 200
    assert "Alice" in page.text
    assert "Bob" in page.text
    assert "Stranger" not in page.text


def test_the_instructor_reads_an_attempt_as_it_was_handed_in(
    enter: Callable[[User], httpx.Client], desk: Any, people: Any, make_report: Callable[..., Any], database: Database
) -> None:
    made = desk.hand_in(source="contract SimpleStorage { /* <script>alert(1)</script> */ }")
    with database.unit_of_work() as work:
        claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
    assert claim is not None
    with database.unit_of_work() as work:
        check = CheckResult(
            id="a",
            title="It keeps",
            task=1,
            status=CheckStatus.FAILED,
            points=1,
            message="Expected 1, got 0.",
            divergence="Nothing in `set` (line 2) changes it.",
        )
        assert submissions.finish(work, claim, make_report(2.0).model_copy(update={"checks": (check,)}))
    address = f"/cohort/{people.alice.id}/{made.exercise_id}"
    page = enter(people.teacher).get(address)
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert "2 of 3 points" in page.text
    assert "Nothing in <code>set</code> (line 2) changes it." in page.text
    assert "In progress, 1 attempt" in enter(people.teacher).get("/cohort").text
    for other in (people.alice, people.bob):
        assert enter(other).get(address).status_code == 403
    assert enter(people.teacher).get(f"/cohort/{people.stranger.id}/{made.exercise_id}").status_code == 404


def test_a_name_is_shown_and_never_run(enter: Callable[[User], httpx.Client], database: Database, people: Any) -> None:
    with database.unit_of_work() as work:
        mallory = accounts.create_user(work.session, "mallory", display_name="<img src=x onerror=alert(1)>")
        courses.enrol(work.session, people.course, mallory, Role.LEARNER)
    page = enter(people.teacher).get("/cohort").text
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page


def test_a_page_that_is_not_there_is_told_as_a_page_and_an_endpoint_as_data(client: httpx.Client) -> None:
    page = client.get("/no-such-page")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    data = client.get("/api/v1/no-such-endpoint")
    assert data.status_code == 404
    assert data.headers["content-type"] == "application/problem+json"


def test_pages_allow_no_inline_script_and_no_other_host(enter: Callable[[User], httpx.Client], people: Any) -> None:
    client = enter(people.teacher)
    for address in ("/", "/cohort", "/lessons/tip-jar", "/sign-in"):
        page = client.get(address)
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)|\son\w+=|style=", page.text)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!127\.0\.0\.1)", page.text)


def test_backticks_become_code_and_all_else_is_escaped() -> None:
    assert inline_code("call `f(<x>)` now") == "call <code>f(&lt;x&gt;)</code> now"
    assert inline_code("one ` alone & more") == "one ` alone &amp; more"
