"""The inbox and a learner's pages: what is asked, answered and remarked, by whom, and who reads it."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from classroom import accounts, conversations, courses, submissions
from classroom.catalog import Catalog
from classroom.courses import Dates
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import Answer, AuditEvent, CredentialKind, Extension, Role, Submission
from classroom.settings import REPOSITORY, Settings
from classroom.web.app import create_site
from evmbox.report import CheckResult, CheckStatus, Location, Outcome, Report, Timings, Versions
from support.serving import running
from support.two_tracks import write_two_tracks

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
FIRST = (
    "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n\ncontract Keeper {\n    uint256 public number = 1;\n}\n"
)
SECOND = FIRST.replace("number = 1;", "number;\n\n    constructor() {\n        number = 1; // <b>not</b> yet\n    }")


class Site:
    """A course in which lea and leo fail alike, ines teaches, and asa assists leo's group."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.clients: dict[str, httpx.Client] = {}
        catalog = Catalog.of(settings)
        with database.unit_of_work() as work:
            session = work.session
            names = ("lea", "leo", "ines", "asa", "sam")
            self.users = {name: accounts.create_user(session, name, display_name=name.title()) for name in names}
            self.course = courses.create(session, title="Spring", slug="spring")
            for name, role in (("lea", Role.LEARNER), ("leo", Role.LEARNER)):
                courses.enrol(session, self.course, self.users[name], role)
            courses.enrol(session, self.course, self.users["ines"], Role.INSTRUCTOR)
            courses.enrol(session, self.course, self.users["asa"], Role.ASSISTANT)
            group = courses.create_group(session, self.course, "Tuesday", actor_id=None)
            for name in ("leo", "asa"):
                courses.join_group(session, self.course, group, self.users[name].id, actor_id=None)
            due = Dates("first-steps", due_at=datetime(2100, 3, 1, 12, tzinfo=UTC))
            courses.set_plan(session, self.course, catalog, all_tracks=True, tracks=[due], exercises=(), actor_id=None)
        self.attempts = [self.fails("lea", FIRST), self.fails("lea", SECOND), self.fails("leo", FIRST)]
        with database.unit_of_work() as work:
            attempt = work.session.get_one(Submission, self.attempts[1])
            conversations.ask(work.session, attempt, "I <i>did</i> set it!")

    def fails(self, name: str, source: str) -> UUID:
        queued: list[UUID] = []
        with self.database.unit_of_work() as work:
            made = submissions.submit(
                work,
                user=self.users[name],
                course=self.course,
                exercise_id="keeper",
                source=source,
                idempotency_key=uuid4().hex,
                enqueue=queued.append,
                settings=self.settings,
                key=server_key(self.settings),
            )
        with self.database.unit_of_work() as work:
            claim = submissions.claim(work, queued[0], worker="w", lease_s=60)
            assert claim is not None
            assert submissions.finish(work, claim, _report())
        return made.id

    def link(self, name: str) -> str:
        with self.database.unit_of_work() as work:
            user, kind = self.users[name].id, CredentialKind.ONE_TIME_LINK
            secret = accounts.issue(work.session, kind, user, lifetime=timedelta(minutes=5))
        return f"{self.settings.portal_url}/welcome?link={secret}"

    def client(self, name: str) -> httpx.Client:
        """Give a browser's session of a person."""
        if name not in self.clients:
            headers = {"Accept": "text/html", "Origin": self.settings.portal_url}
            client = httpx.Client(base_url=self.settings.portal_url, headers=headers, trust_env=False, timeout=30)
            client.get(self.link(name))
            self.clients[name] = client
        return self.clients[name]

    def get(self, name: str, path: str) -> httpx.Response:
        return self.client(name).get(path)

    def post(self, name: str, path: str, **form: str) -> httpx.Response:
        """Send a form of a page, and follow to where it leads."""
        shown = self.client(name).get("/account").text
        (csrf, *_) = re.findall(r'name="csrf" value="([0-9a-f]+)"', shown)
        return self.client(name).post(path, data={"csrf": csrf, **form}, follow_redirects=True)

    def of(self, name: str, exercise: str = "") -> str:
        user = self.users[name].id
        return f"/cohort/{user}/{exercise}" if exercise else f"/cohort/learners/{user}"


def _report() -> Report:
    where = Location(file="Contract.sol", line=5, column=1, end_line=5, end_column=9)
    told = {"message": "number() should answer 0.", "divergence": "`number()` is 1 and should be 0."}
    place = {"id": "begins_with_zero", "title": "It begins with `zero`", "task": 1, "points": 2, "where": where}
    check = CheckResult(status=CheckStatus.FAILED, **place, **told)
    return Report(
        exercise_id="keeper",
        outcome=Outcome.FAILED,
        score=1,
        max_score=3,
        checks=(check,),
        timings=Timings(total_ms=1),
        versions=Versions(solc="0.8.37", evm="prague", exercise="0" * 64),
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("learner-pages")
    (folder / "classroom.db").write_bytes(migrated.read_bytes())
    lessons_dir = write_two_tracks(tmp_path_factory.mktemp("two-tracks"))
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(
            data_dir=folder, lessons_dir=lessons_dir, portal_port=listener.getsockname()[1], database_url=""
        )
        with closing(Database(settings.database)) as database, running(create_site(settings), listener):
            found = Site(settings, database)
            yield found
            for client in found.clients.values():
                client.close()


def test_only_who_looks_after_a_learner_sees_their_pages_and_their_questions(site: Site) -> None:
    for path in (
        site.of("lea"),
        site.of("lea", "keeper"),
        f"{site.of('lea', 'keeper')}/{site.attempts[0]}?check=begins_with_zero",
    ):
        statuses = {name: site.get(name, path).status_code for name in ("ines", "asa", "lea", "leo", "sam")}
        assert statuses == {"ines": 200, "asa": 404, "lea": 403, "leo": 403, "sam": 404}, path
    assert site.get("asa", site.of("leo")).status_code == 200
    assert ">Lea<" not in site.get("asa", "/questions").text
    assert site.get("lea", "/questions").status_code == 403
    assert site.get("ines", "/questions?which=all&exercise=counter").text.count('class="card kind"') == 0
    told = site.get("ines", "/questions?which=waiting&exercise=").text
    for said in (
        "It begins with <code>zero</code>",
        "I &lt;i&gt;did&lt;/i&gt; set it!",
        "1 more fails in this way",
        "1 waits",
    ):
        assert said in told, said
    assert '<span class="waiting-count">1<' in told


def test_each_attempt_is_told_with_what_changed_readable_without_colour(site: Site) -> None:
    page = site.get("ines", site.of("lea", "keeper")).text
    rows = re.findall(r'<tr class="(added|removed)">.*?visually-hidden">(\w+)<.*?<code>(.*?)</code>', page)
    assert [(kind, word) for kind, word, _ in rows] == [("removed", "removed"), *[("added", "added")] * 5]
    assert rows[0][2] == "    uint256 public number = 1;"
    assert rows[4][2] == "        number = 1; // &lt;b&gt;not&lt;/b&gt; yet"
    assert page.count("What changed since attempt 1") == 1
    standing = site.get("ines", site.of("lea")).text
    assert "attempt 2</a>" in standing
    assert "1 of 3" in standing


def test_an_answer_and_a_comment_are_read_where_the_learner_is_and_a_note_is_not(site: Site) -> None:
    (question,) = re.findall(r'name="question_id" value="([0-9a-f-]+)"', site.get("ines", "/questions").text)
    told = site.post("ines", "/questions/answer", question_id=question, text="Keep it in `n`.", everyone="true")
    assert "Your answer is with those whom you chose." in told.text
    assert "No question waits." in told.text
    attempt = str(site.attempts[1])
    lea = site.of("lea")
    assert (
        "reads your comment"
        in site.post(
            "ines",
            f"{lea}/remarks",
            kind="comment",
            exercise="keeper",
            submission_id=attempt,
            text="Nearly <b>there</b>.",
        ).text
    )
    assert "Was ill." in site.post("ines", f"{lea}/remarks", kind="note", text="Was ill.").text
    lesson = site.get("lea", "/lessons/keeping").text
    assert "Keep it in <code>n</code>." in lesson
    assert "Nearly &lt;b&gt;there&lt;/b&gt;." in lesson
    assert "Was ill." not in lesson
    assert "Nearly" not in site.get("leo", "/lessons/keeping").text
    answered = site.get("ines", "/questions?which=answered").text
    assert "Reaches everyone who fails in this way." in answered
    with site.database.read() as session:
        answer = session.exec(select(Answer)).one()
    assert "Better." in site.post("ines", "/questions/change", answer_id=str(answer.id), text="Better.").text
    assert site.post("ines", "/questions/answer", question_id=question, text="  ").status_code == 422
    assert "1 waits" in site.post("ines", "/questions/withdraw", answer_id=str(answer.id)).text


def test_more_time_and_an_attempt_are_given_in_the_learners_name_and_written_down(site: Site) -> None:
    told = site.post(
        "ines", f"{site.of('leo')}/extension", exercise_id="keeper", due_at="2100-04-01T12:00", reason="ill"
    )
    assert "The extension is given." in told.text
    with site.database.read() as session:
        assert session.exec(select(Extension.user_id)).one() == site.users["leo"].id
    path = site.of("leo", "keeper")
    assert site.post("ines", path, source=SECOND).status_code == 409  # without the learner's word
    assert "handed in for the learner" in site.post("ines", path, source=SECOND, sure="yes").text
    assert site.post("asa", path, source=SECOND, sure="yes").status_code == 403
    with site.database.read() as session:
        made = session.exec(select(Submission).where(Submission.user_id == site.users["leo"].id)).all()[-1]
        written = session.exec(select(AuditEvent).where(AuditEvent.subject == str(made.id))).one()
        assert (made.handed_in_by, written.actor_id) == (site.users["ines"].id, site.users["ines"].id)
        assert written.details["learner"] == str(site.users["leo"].id)
    assert "Handed in for you" in site.get("leo", "/lessons/keeping").text


def test_a_remark_or_an_answer_that_is_refused_is_there_to_be_sent_again(site: Site) -> None:
    """Forms send two characters for the end of a line, and count one: as long as is allowed is not too long."""
    attempt = str(site.attempts[0])
    of_lea = site.of("lea")
    said = {"kind": "comment", "exercise": "keeper", "submission_id": attempt}
    long = "Look at line 3.\r\n" * 240  # 4,000 and more as it is sent, fewer as it is counted
    assert len(long) > 4_000 > len(long.replace("\r", ""))
    assert site.post("ines", f"{of_lea}/remarks", **said, text=long).status_code == 200
    refused = site.post("ines", f"{of_lea}/remarks", **said, text="much too long " * 400)
    assert (refused.status_code, "much too long much too long" in refused.text) == (422, True)
    refused = site.post("ines", f"{of_lea}/remarks", kind="note", text="a note too long " * 400)
    assert (refused.status_code, "a note too long a note too long" in refused.text) == (422, True)


def test_what_is_no_exercise_is_refused_and_controls_are_there_for_who_may_use_them(site: Site) -> None:
    assert site.get("ines", "/questions?exercise=%00").status_code == 422
    assert site.get("ines", "/questions?exercise=keeper").status_code == 200
    pages = {name: site.get(name, "/cohort/exercises/keeper").text for name in ("ines", "asa")}
    assert ["/regrades?exercise=keeper" in pages[name] for name in pages] == [True, False]
    assert 'value="keeper" selected' in site.get("ines", "/regrades?exercise=keeper").text


@pytest.mark.browser
def test_who_teaches_steps_through_what_a_check_did_with_an_attempt(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(site.link("ines"))
    page.goto(f"{site.settings.portal_url}{site.of('lea', 'keeper')}")
    page.get_by_role("link", name="Step through: It begins with zero in attempt 2").click()
    expect(page.get_by_role("button", name="Forward")).to_be_visible(timeout=40_000)
    expect(page.locator(".cm-line").filter(has_text="number = 1; // <b>not</b> yet")).to_be_visible()
    styled = page.locator(".cm-scroller").evaluate("(each) => getComputedStyle(each).display")
    assert styled == "flex"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []
    context.close()


@pytest.mark.browser
def test_the_pages_hold_no_barriers_on_a_telephone_in_the_dark(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 900}, color_scheme="dark", reduced_motion="reduce")
    page = context.new_page()
    page.goto(site.link("ines"))
    for path in ("/questions?which=all", site.of("lea"), site.of("lea", "keeper")):
        page.goto(f"{site.settings.portal_url}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
