"""The pages of signing up, in and of the account: what each form does, and what none of them gives away."""

import base64
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from classroom import accounts, mail
from classroom.accounts import DEVICE_COOKIE, SESSION_COOKIE, second_factor
from classroom.accounts.second_factor import STEP_S, code_at
from classroom.db import Database
from classroom.models import CredentialKind, Scope, User
from classroom.settings import Settings
from classroom.web.app import create_site
from support.serving import running

PASSWORD = "correct horse battery"


class Site:
    """A running site and a browser without scripts."""

    def __init__(self, app: Any, settings: Settings, http: httpx.Client, database: Database) -> None:
        self.app, self.settings, self.http, self.database = app, settings, http, database

    def get(self, path: str, **parameters: str) -> httpx.Response:
        return self.http.get(path, params=parameters or None)

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form, with the session's token where there is a session."""
        if self.http.cookies.get(SESSION_COOKIE):
            found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("/account").text)
            fields = {"csrf": found[1] if found else "", **fields}
        return self.http.post(path, data=fields)

    def sign_in(self, name: str = "alice", password: str = PASSWORD) -> httpx.Response:
        return self.post("/sign-in", name=name, password=password, next="/account")

    def letters(self) -> list[str]:
        self.app.state.services.post.drain()
        return mail.read_outbox(self.settings)

    def new_phone(self, user: User) -> bytes:
        """Give a person a second factor, and give what their app holds."""
        with self.database.unit_of_work() as work:
            key = self.app.state.services.key
            second_factor.begin(work.session, user.id)
            secret = base64.b32decode(second_factor.enrolling(work.session, user, key).secret)
            second_factor.confirm(work.session, user.id, key, code_at(secret, this_step() - 1))
        return secret


def this_step() -> int:
    return int(time.time() // STEP_S)


def opening(settings: Settings, database: Database) -> Any:
    @contextmanager
    def open_site(**changes: Any) -> Iterator[Site]:
        with socket.socket(proto=socket.IPPROTO_TCP) as listener:  # else asyncio leaves Nagle on: 40 ms an answer
            listener.bind(("127.0.0.1", 0))
            own = settings.model_copy(update={"portal_port": listener.getsockname()[1], **changes})
            app = create_site(own)
            headers = {
                "Accept": "text/html",
                "Origin": own.portal_url,
                "User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/1",
            }
            with (
                running(app, listener),
                httpx.Client(base_url=own.portal_url, headers=headers, timeout=30, trust_env=False) as http,
            ):
                yield Site(app, own, http, database)

    return open_site


@pytest.fixture
def open_site(settings: Settings, database: Database, people: Any) -> Callable[..., Any]:
    with database.unit_of_work() as work:
        alice = accounts.existing(work.session, people.alice.id)
        alice.email = "alice@school.example"
        work.session.flush()
        accounts.set_password(work.session, alice.id, PASSWORD, actor_id=None)
        accounts.set_password(work.session, people.teacher.id, PASSWORD, actor_id=None)
    return opening(settings, database)


@pytest.fixture
def site(open_site: Callable[..., Any]) -> Iterator[Site]:
    with open_site() as opened:
        yield opened


def alert(answer: httpx.Response) -> str:
    found = re.search(r'role="alert">([^<]*)', answer.text)
    return found[1] if found else ""


# Signing up


def test_a_new_person_signs_up_confirms_and_comes_in(open_site: Callable[..., Any]) -> None:
    with open_site(sign_up="open") as site:
        assert "/sign-up" in site.get("/sign-in").text
        asked = site.post("/sign-up", email="New@school.example", display_name="New <b>One</b>")
        assert asked.status_code == 202
        (letter,) = site.letters()
        link = re.search(r"link=(\S+)", letter)[1]
        page = site.get("/confirm", link=link)
        assert "new@school.example" in page.text
        assert "New &lt;b&gt;One" in page.text
        assert site.get("/confirm", link=link).status_code == 200  # a mailbox's guard has looked, and nothing happened
        refused = site.post("/confirm", link=link, password="password123", display_name="New")
        assert (refused.status_code, "common" in alert(refused)) == (422, True)
        assert (
            site.post("/confirm", link=link, password="seven purple kettles hum", display_name="New").status_code == 200
        )
        assert site.get("/confirm", link=link).status_code == 401
        assert site.sign_in("new@school.example", "seven purple kettles hum").status_code == 303
        assert "in no course yet" in site.get("/").text


def test_signing_up_says_the_same_whether_there_is_an_account_or_not(open_site: Callable[..., Any]) -> None:
    with open_site(sign_up="open") as site:
        answers = [
            site.post("/sign-up", email=email, display_name="Somebody")
            for email in ("alice@school.example", "nobody@school.example")
        ]
        answers += [site.post("/forgotten", name=name) for name in ("alice@school.example", "another@school.example")]
        assert len(site.letters()) == 3
    assert {answer.status_code for answer in answers} == {202}
    assert answers[0].content == answers[1].content
    assert answers[2].content == answers[3].content


@pytest.mark.parametrize("way", ["closed", "invite"])
def test_where_accounts_are_not_for_everybody_there_is_no_form(open_site: Callable[..., Any], way: str) -> None:
    with open_site(sign_up=way) as site:
        assert "/sign-up" not in site.get("/sign-in").text
        assert site.get("/sign-up").status_code == 403
        answer = site.post("/sign-up", email="new@school.example", display_name="New")
        assert answer.status_code == 403
        assert site.post("/sign-up", email="n@school.example", display_name="New", invite="made up").status_code >= 400
        assert site.letters() == []


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/confirm", "/forgotten", "/reset", "/sign-in/code"])
def test_no_form_is_taken_from_another_site(site: Site, path: str) -> None:
    fields = dict.fromkeys(("name", "password", "email", "display_name", "link", "code"), "something")
    answer = site.http.post(path, data=fields, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_a_forgotten_password_is_replaced_by_letter(site: Site) -> None:
    site.post("/forgotten", name="alice")
    (letter,) = site.letters()
    link = re.search(r"link=(\S+)", letter)[1]
    assert "<strong>alice</strong>" in site.get("/reset", link=link).text
    assert "10 to 128" in alert(site.post("/reset", link=link, password="short"))
    assert "All set" in site.post("/reset", link=link, password="seven purple kettles hum").text
    assert site.post("/reset", link=link, password="seven purple kettles hum").status_code == 401
    assert site.sign_in().status_code == 401
    assert site.sign_in(password="seven purple kettles hum").status_code == 303
    (notice,) = site.letters()
    assert "was changed" in notice


def test_letters_to_one_person_are_not_asked_for_without_end(site: Site) -> None:
    answers = [site.post("/forgotten", name="nobody") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Too many tries" in alert(answers[-1])


# Signing in


def test_too_many_wrong_passwords_are_told_when_to_try_again(site: Site) -> None:
    answers = [site.sign_in(name, "not the password") for name in ("alice", "nobody") for _ in range(11)]
    assert [answer.status_code for answer in answers] == ([401] * 10 + [429]) * 2
    assert int(answers[10].headers["Retry-After"]) > 0
    told = [re.sub(r"\d+", "some", alert(answers[asked])) for asked in (10, 21)]  # a minute may pass between the two
    assert told[0] == told[1]


def test_the_second_factor_is_asked_for_after_the_password(site: Site, people: Any) -> None:
    phone = site.new_phone(people.alice)
    step = site.sign_in()
    assert step.headers["location"] == "/sign-in/code?next=%2Faccount"
    assert SESSION_COOKIE not in site.http.cookies
    assert site.get("/account").status_code == 303
    assert "wrong" in alert(site.post("/sign-in/code", code="000000"))
    right = site.post("/sign-in/code", code=code_at(phone, this_step()), next="/account")
    assert (right.status_code, right.headers["location"]) == (303, "/account")
    assert site.get("/account").status_code == 200
    assert site.post("/sign-in/code", code=code_at(phone, this_step() + 1)).headers["location"].startswith("/sign-in")


def test_a_session_has_a_new_secret_at_every_sign_in_and_cookies_no_script_reads(site: Site) -> None:
    first = site.sign_in()
    cookies = first.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {SESSION_COOKIE, DEVICE_COOKIE}
    assert all("HttpOnly" in cookie and "samesite=lax" in cookie.lower() for cookie in cookies)
    before = site.http.cookies[SESSION_COOKIE]
    site.sign_in()
    assert site.http.cookies[SESSION_COOKIE] != before


# The account


def test_the_account_shows_what_there_is_and_other_sign_ins_can_be_closed(site: Site, open_site: Any) -> None:
    site.sign_in()
    laptop = dict(site.http.cookies)
    site.http.cookies.clear()
    site.sign_in()
    page = site.get("/account").text
    assert page.count("<strong>Firefox on Linux</strong>") == 2
    assert page.count("This one") == 1
    other = re.search(r'name="session_id" value="([^"]+)"', page)[1]
    assert site.post("/account/sessions/end", session_id=other).headers["location"] == "/account?done=session"
    assert site.post("/account/sessions/end", session_id=other).status_code == 404
    site.http.cookies.clear()
    site.http.cookies.update(laptop)
    assert site.get("/account").headers["location"].startswith("/sign-in")


def test_a_new_password_needs_the_old_one_and_closes_other_sign_ins(site: Site, people: Any) -> None:
    with site.database.unit_of_work() as work:
        lifetime = timedelta(hours=1)
        other = accounts.issue(work.session, CredentialKind.SESSION, people.alice.id, lifetime=lifetime)
    site.sign_in()
    assert "password is wrong" in alert(site.post("/account/password", current="wrong", new="seven purple kettles hum"))
    assert "several words" in alert(site.post("/account/password", current=PASSWORD, new="alice@school.example"))
    done = site.post("/account/password", current=PASSWORD, new="seven purple kettles hum")
    assert done.headers["location"] == "/account?done=password"
    assert site.get("/account").status_code == 200
    with site.database.read() as session, pytest.raises(accounts.credentials.Unauthenticated):
        accounts.authenticate(session, {CredentialKind.SESSION}, other)


def test_a_second_factor_is_set_up_shown_once_and_taken_away_with_the_password(site: Site) -> None:
    site.sign_in()
    assert "password is wrong" in alert(site.post("/account/second-factor", password="wrong"))
    assert site.post("/account/second-factor", password=PASSWORD).headers["location"] == "/account/second-factor"
    drawn = site.get("/account/second-factor.svg")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert drawn.headers["cache-control"] == "no-store"
    assert drawn.text.startswith("<?xml")
    page = site.get("/account/second-factor").text
    secret = base64.b32decode(re.search(r"secret=([A-Z2-7]+)", page)[1])
    assert "not the code" in alert(site.post("/account/second-factor/confirm", code="000000"))
    codes = site.post("/account/second-factor/confirm", code=code_at(secret, this_step())).text
    assert len(re.findall(r"<li><code>[a-z2-7]{4}(?:-[a-z2-7]{4}){3}</code>", codes)) == 10
    assert site.get("/account/second-factor.svg").status_code == 404
    assert "10 recovery codes" in site.get("/account").text
    assert "Recovery codes" in site.post("/account/recovery-codes", password=PASSWORD).text
    assert "password is wrong" in alert(site.post("/account/second-factor/off", password="wrong"))
    assert site.post("/account/second-factor/off", password=PASSWORD).headers["location"] == "/account?done=off"


def test_a_key_is_shown_once_works_and_can_be_revoked(site: Site) -> None:
    site.sign_in()
    made = site.post("/account/keys", label="A program", scopes=["learn", "account"], days=30)
    key = re.search(r"hkc_[0-9a-f_]+", made.text.partition("Copy it now")[2])[0]
    assert key not in site.get("/account").text
    bearer = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=site.settings.portal_url, headers=bearer, trust_env=False) as program:
        assert program.get("/api/v1/account/keys").json()["items"][0]["scopes"] == ["account", "learn"]
        assert program.post("/api/v1/account/keys", json={"label": "x", "scopes": ["learn"]}).status_code == 403
        key_id = re.search(r'name="key_id" value="([^"]+)"', site.get("/account").text)[1]
        assert site.post("/account/keys/revoke", key_id=key_id).headers["location"] == "/account?done=key"
        assert program.get("/api/v1/me").status_code == 401
    assert "scopes" in alert(site.post("/account/keys", label="A program", days=30))


def test_a_form_without_the_sessions_token_does_nothing(site: Site) -> None:
    site.sign_in()
    for path in ("/account/profile", "/account/password", "/account/keys", "/account/sessions/end-others", "/sign-out"):
        answer = site.post(path, csrf="0" * 64, display_name="X", new="seven purple kettles", label="x", scopes="learn")
        assert answer.status_code == 403, path
    assert "Alice" in site.get("/account").text


def test_profile_and_address(site: Site) -> None:
    site.sign_in()
    assert "display name" in alert(site.post("/account/profile", display_name="\u202eecila"))
    site.post("/account/profile", display_name="Alice B.")
    assert "Alice B." in site.get("/account").text
    site.post("/account/email", email="new@school.example", password=PASSWORD)
    letters = site.letters()
    link = next(re.search(r"link=(\S+)", letter)[1] for letter in letters if "for new@school.example" in letter)
    assert "All set" in site.post("/confirm", link=link).text
    assert "new@school.example" in site.get("/account").text


def test_who_teaches_needs_a_second_factor_where_the_setting_says_so(
    open_site: Callable[..., Any], people: Any
) -> None:
    with open_site(teachers_need_second_factor=True) as site:
        site.sign_in("teacher")
        assert "needs a second factor" in site.get("/").text
        assert site.get("/cohort").status_code == 403
        assert site.get("/api/v1/courses/classroom/cohort").status_code == 403
        site.new_phone(people.teacher)
        assert site.get("/cohort").status_code == 200
        assert site.get("/api/v1/courses/classroom/cohort").status_code == 200
        assert "needs a second factor" not in site.get("/").text


def test_scopes_are_explained_in_words(site: Site) -> None:
    site.sign_in()
    page = site.get("/account").text
    for scope in Scope:
        assert (f'value="{scope}"' in page) is (scope is not Scope.ADMIN)
