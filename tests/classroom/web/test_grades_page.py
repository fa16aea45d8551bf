"""Grades: a learner reads their own and why they are these; who teaches reads all, sets points and grades again."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from classroom import accounts, courses, regrades, workload
from classroom.catalog import Catalog
from classroom.courses import Dates
from classroom.db import Database
from classroom.gradebook import Counting, ExerciseGrade, LateRule, Policy
from classroom.models import CredentialKind, Role, Submission, SubmissionState, User
from classroom.regrades import REGRADE
from classroom.settings import REPOSITORY, Settings
from classroom.web.app import create_site
from classroom.web.grades import rules_in_words, why
from evmbox.report import CheckResult, CheckStatus, Outcome, Report, Timings, Versions
from support.serving import running
from support.two_tracks import write_two_tracks

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
DUE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Site:
    """A portal with a course of two tracks: four learn, otto and ines teach, asa assists, sam is a stranger."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        catalog = Catalog.of(settings)
        with database.unit_of_work() as work:
            session = work.session
            names = ("lea", "leo", "otto", "ines", "sam", "nia", "asa")
            self.users = {name: accounts.create_user(session, name, display_name=name.title()) for name in names}
            self.course = courses.create(session, title="Spring", slug="spring")
            self.other = courses.create(session, title="Elsewhere", slug="elsewhere")
            courses.enrol(session, self.course, self.users["asa"], Role.ASSISTANT)
            for name in ("lea", "leo", "otto", "nia"):
                courses.enrol(session, self.course, self.users[name], Role.LEARNER)
            for name in ("otto", "ines"):
                courses.enrol(session, self.course, self.users[name], Role.INSTRUCTOR)
            courses.enrol(session, self.other, self.users["leo"], Role.LEARNER)
            group = courses.create_group(session, self.course, "Tuesday", actor_id=None)
            for name in ("leo", "asa"):
                courses.join_group(session, self.course, group, self.users[name].id, actor_id=None)
            courses.change(
                session,
                self.course,
                {"late_rule": LateRule.PERCENT_PER_DAY, "late_percent_per_day": 25.0, "grace_minutes": 30},
                actor_id=None,
            )
            courses.set_plan(
                session,
                self.course,
                catalog,
                all_tracks=True,
                tracks=[Dates("first-steps", due_at=DUE)],
                exercises=(),
                actor_id=None,
            )
        self.made("lea", "keeper", 1, 0.0, DUE - HOUR)
        self.made("lea", "keeper", 2, 2.0, DUE + HOUR)
        self.made("lea", "counter", 1, 1.0, DUE)
        self.made("leo", "keeper", 1, 1.5, DUE - HOUR)

    def made(self, name: str, exercise: str, number: int, score: float, at: datetime) -> None:
        with self.database.unit_of_work() as work:
            work.session.add(
                Submission(
                    course_id=self.course.id,
                    user_id=self.users[name].id,
                    exercise_id=exercise,
                    number=number,
                    idempotency_key=uuid4().hex,
                    source="contract A {}",
                    seed="0",
                    state=SubmissionState.DONE,
                    outcome="passed" if score == 2 else "failed",
                    score=score,
                    max_score=2.0,
                    report={"of": "a test"},
                    created_at=at,
                )
            )

    def link(self, user: User) -> str:
        with self.database.unit_of_work() as work:
            secret = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=5))
        return f"{self.settings.portal_url}/welcome?link={secret}"

    def get(self, name: str | None, path: str = "/grades") -> httpx.Response:
        headers = {"Accept": "text/html"}
        with httpx.Client(base_url=self.settings.portal_url, headers=headers, trust_env=False) as client:
            if name:
                client.get(self.link(self.users[name]))
            return client.get(path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("grades")
    (folder / "classroom.db").write_bytes(migrated.read_bytes())
    lessons_dir = write_two_tracks(tmp_path_factory.mktemp("two-tracks"))
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(
            data_dir=folder, lessons_dir=lessons_dir, portal_port=listener.getsockname()[1], database_url=""
        )
        with closing(Database(settings.database)) as database, running(create_site(settings), listener):
            yield Site(settings, database)


def test_a_learner_reads_what_counts_and_why(site: Site) -> None:
    page = site.get("lea").text
    for said in (
        "the best one counts",
        "loses 25% of its points for each day begun",
        "from 30 minutes after the due date on",
        "Attempt 2 counts, the best of 2.",
        "It reached 2 points; 0.5 were taken because it came late.",
        "<strong>1.5</strong> of 2 points",
        "Due for you",
        "1 March 2026, 12:00 UTC",
        "Attempt 1 counts.",
        "<strong>1</strong> of 2 points",
        "62.5%",
        ">Late</span>",
    ):
        assert said in page, said
    assert "No attempt yet." in site.get("otto").text


MATRIX = {
    None: (303, 303, 303),
    "lea": (200, 200, 404),
    "leo": (200, 200, 200),
    "otto": (200, 200, 404),
    "ines": (403, 403, 404),
    "sam": (404, 404, 404),
}
"""Who asks for the page; for that of the course; for that of the other course."""


@pytest.mark.parametrize("name", MATRIX)
def test_who_may_come_in_and_sees_their_own_only(site: Site, name: str | None) -> None:
    answers = [
        site.get(name, path)
        for path in ("/grades?course=spring", f"/grades?course=spring&user_id={site.users['lea'].id}")
    ]
    statuses = (*(answer.status_code for answer in answers), site.get(name, "/grades?course=elsewhere").status_code)
    assert statuses == MATRIX[name]
    for answer in answers:
        assert ("62.5%" in answer.text) is (name == "lea")
        assert ("37.5%" in answer.text) is (name == "leo")


def test_a_kernels_ticket_and_a_token_open_no_page(site: Site) -> None:
    with site.database.unit_of_work() as work:
        lea = site.users["lea"].id
        token = accounts.issue(work.session, CredentialKind.TOKEN, lea, lifetime=HOUR)
        ticket = accounts.issue(work.session, CredentialKind.KERNEL, None, lifetime=HOUR)
        accounts.bind_kernel(work.session, ticket, lea)
    for secret in (token, ticket):
        headers = {"Accept": "text/html", "Authorization": f"Bearer {secret}"}
        answer = httpx.get(f"{site.settings.portal_url}/grades", headers=headers, trust_env=False)
        assert (answer.status_code, "62.5" in answer.text) == (303, False)


def has_no_barrier(page: Page) -> None:
    """Have axe look at the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def grade(**changes: object) -> ExerciseGrade:
    return ExerciseGrade(**{"exercise_id": "e", "score": 1.0, "max_score": 2.0, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "of", "attempts", "said"),
    [
        (Policy(), {}, 0, "No attempt yet."),
        (Policy(), {}, 3, "None of your attempts counts yet."),
        (Policy(), {"attempt": 1, "reached": 1.0}, 1, "Attempt 1 counts."),
        (Policy(counting=Counting.LAST), {"attempt": 3, "reached": 1.0}, 3, "Attempt 3 counts, the last of 3."),
        (
            Policy(counting=Counting.LAST_ON_TIME),
            {"attempt": 2, "reached": 1.0},
            3,
            "Attempt 2 counts, the last in time of 3.",
        ),
        (
            Policy(counting=Counting.LAST_ON_TIME),
            {"attempt": 3, "reached": 1.0, "late": True},
            3,
            "Attempt 3 counts, the last, since none came in time, of 3. It came late, which takes no points.",
        ),
        (Policy(), {"overridden": True, "attempt": 1, "reached": 2.0}, 1, "Your instructor set these points."),
        (
            Policy(),
            {"overridden": True, "override_reason": "Shown in class", "attempt": 1, "reached": 2.0},
            1,
            "Your instructor set these points. The reason: Shown in class.",
        ),
        (
            Policy(),
            {"attempt": 1, "reached": 2.0, "hints": 1, "hints_cost": 0.5, "score": 1.0, "late": True},
            1,
            "Attempt 1 counts. It reached 2 points; 0.5 were taken for hints and 0.5 because it came late.",
        ),
        (
            Policy(),
            {"given_up": True},
            2,
            "None of your attempts counts yet. You gave it up to read the solution: attempts after that are practice.",
        ),
        (
            Policy(),
            {"dropped": True},
            0,
            "No attempt yet. Dropped: left out of the points of its track, in your favour.",
        ),
    ],
)
def test_each_reason_is_said(policy: Policy, of: dict[str, object], attempts: int, said: str) -> None:
    assert " ".join(why(grade(**of), policy, attempts)) == said


def test_each_rule_is_said() -> None:
    for counting in Counting:
        for late in LateRule:
            assert len(rules_in_words(Policy(late=late, percent_per_day=5, counting=counting))) == 2


DOORS = {  # the grade book; lea in it; regrades
    None: (303, 303, 303),
    "lea": (403, 403, 403),
    "asa": (200, 404, 403),
    "ines": (200, 200, 200),
    "sam": (404, 404, 404),
}


@pytest.mark.parametrize("name", DOORS)
def test_the_grade_book_opens_to_who_teaches_and_to_assistants_for_their_groups(site: Site, name: str | None) -> None:
    lea = site.users["lea"].id
    answers = [site.get(name, path) for path in ("/gradebook", f"/gradebook/{lea}", "/regrades")]
    assert tuple(answer.status_code for answer in answers) == DOORS[name]
    if name in {"asa", "ines"}:
        assert ("Leo</a>" in answers[0].text, "Lea</a>" in answers[0].text) == (True, name == "ines")
    if name == "asa":
        assert 'action="/gradebook/' not in site.get("asa", f"/gradebook/{site.users['leo'].id}").text


def test_the_grade_book_is_ordered_filtered_and_says_what_is_behind_the_points(site: Site) -> None:
    def names(path: str) -> list[str]:
        return re.findall(r'href="/gradebook/[^"#]+">(\w+)</a>', site.get("ines", path).text)

    assert names("/gradebook") == ["Lea", "Leo", "Nia", "Otto"]
    assert names("/gradebook?sort=highest")[:2] == ["Lea", "Leo"]
    assert names("/gradebook?sort=lowest")[-2:] == ["Leo", "Lea"]
    page = site.get("ines", "/gradebook").text
    group = re.search(r'<option value="([^"]+)">Tuesday', page)
    assert group is not None
    assert names(f"/gradebook?group={group[1]}") == ["Leo"]
    assert site.get("ines", f"/gradebook?group={uuid4()}").status_code == 404
    assert "50% of the grade" in page
    assert ">, late</span>" in page  # Lea's 1.5
    assert "Counting exercise" not in site.get("ines", "/gradebook?track=first-steps").text


def report(score: float) -> Report:
    status = CheckStatus.PASSED if score else CheckStatus.FAILED
    check = CheckResult(id="begins", title="It begins with zero", task=1, status=status, points=2)
    return Report(
        exercise_id="counter",
        outcome=Outcome.PASSED if score == 2 else Outcome.FAILED,
        score=score,
        max_score=2.0,
        checks=(check,),
        timings=Timings(),
        versions=Versions(solc="0.8.37", evm="prague", exercise="0" * 64),
    )


@pytest.mark.browser
def test_points_are_set_and_an_exercise_is_graded_again_and_the_learner_reads_why(
    open_page: Callable[..., Page], site: Site
) -> None:
    site.made("nia", "counter", 1, 0.0, DUE)
    ines = open_page(1280, "light", "ines")
    ines.get_by_role("link", name="Cohort").click()
    ines.get_by_role("link", name="Grade book").click()
    has_no_barrier(ines)
    ines.get_by_role("link", name="Nia").click()
    ines.get_by_text("Set the points of Keeping exercise").focus()
    ines.keyboard.press("Enter")
    keeping = ines.locator("#exercise-keeper")
    keeping.get_by_label("Points, 0 to 2").fill("1.5")
    keeping.get_by_label("Why").fill("You showed it in class")
    keeping.get_by_role("button", name="Set the points").click()
    expect(ines.get_by_role("status")).to_contain_text("The points are set.")

    ines.goto(f"{site.settings.portal_url}/regrades")
    has_no_barrier(ines)
    ines.get_by_label("Exercise", exact=True).select_option("Counting exercise")
    ines.get_by_label("Why").fill("A check was wrong.")
    ines.get_by_role("button", name="Grade again").click()
    expect(ines.get_by_role("progressbar")).to_be_visible()
    with site.database.unit_of_work() as work:  # what a worker does
        claim = workload.claim(work, [REGRADE], worker="w", lease_s=60)
    assert claim is not None
    with site.database.read() as session:
        attempts, _ = regrades.todo(session, claim.loaded.id)
        of_nia = session.exec(select(Submission.id).where(Submission.user_id == site.users["nia"].id)).one()
    for attempt in attempts:  # Lea's stays as it is
        with site.database.unit_of_work() as work:
            again = report(2.0) if attempt.submission_id == of_nia else report(1.0)
            regrades.put(work, claim, attempt.submission_id, again, share=0.5)
    with site.database.unit_of_work() as work:
        regrades.finish(work, claim)
    row = ines.get_by_role("row", name="Nia")  # the page follows by itself
    expect(row).to_contain_text("It begins with zero: not there")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("2")
    has_no_barrier(ines)
    assert "graded again" not in site.get("nia").text
    ines.get_by_role("link", name="Publish").click()
    ines.get_by_role("button", name="Publish").click()
    expect(ines.get_by_role("status")).to_contain_text("Published.")

    nia = open_page(400, "dark", "nia")
    nia.get_by_role("link", name="Grades", exact=True).click()
    expect(nia.get_by_text("Your instructor set these points. The reason: You showed it in class.")).to_be_visible()
    expect(nia.get_by_text(re.compile(r"graded again on .*: 0 → 2 points\. A check was wrong\."))).to_be_visible()
    has_no_barrier(nia)
    nia.goto(f"{site.settings.portal_url}/lessons/counting")
    expect(nia.get_by_text(re.compile(r"Graded again on .*: 0 → 2 points\. A check was wrong\."))).to_be_visible()


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(width: int, scheme: str, name: str = "lea") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(site.link(site.users[name]))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_has_no_barrier(open_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = open_page(width, scheme)
    link = page.get_by_role("link", name="Grades", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your grades").wait_for()
    assert page.get_by_role("link", name="Grades", exact=True).get_attribute("aria-current") == "page"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    has_no_barrier(page)
    assert page.get_by_role("link", name="Keeping exercise").get_attribute("href") == "/lessons/keeping"
