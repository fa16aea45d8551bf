"""A learner reads their own grades, and why they are these; nobody else's are ever shown."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page

from classroom import accounts, courses
from classroom.catalog import Catalog
from classroom.courses import Dates
from classroom.db import Database
from classroom.gradebook import Counting, ExerciseGrade, LateRule, Policy
from classroom.models import CredentialKind, Role, Submission, SubmissionState, User
from classroom.settings import REPOSITORY, Settings
from classroom.web.app import create_site
from classroom.web.grades import rules_in_words, why
from support.serving import running
from support.two_tracks import write_two_tracks

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
DUE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Site:
    """A portal with a course of two tracks: lea, leo and otto learn, otto and ines teach, sam is a stranger."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        catalog = Catalog.of(settings)
        with database.unit_of_work() as work:
            session = work.session
            names = ("lea", "leo", "otto", "ines", "sam")
            self.users = {name: accounts.create_user(session, name, display_name=name.title()) for name in names}
            self.course = courses.create(session, title="Spring", slug="spring")
            self.other = courses.create(session, title="Elsewhere", slug="elsewhere")
            for name in ("lea", "leo", "otto"):
                courses.enrol(session, self.course, self.users[name], Role.LEARNER)
            for name in ("otto", "ines"):
                courses.enrol(session, self.course, self.users[name], Role.INSTRUCTOR)
            courses.enrol(session, self.other, self.users["leo"], Role.LEARNER)
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


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(width: int, scheme: str) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.goto(site.link(site.users["lea"]))
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
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.get_by_role("link", name="Keeping exercise").get_attribute("href") == "/lessons/keeping"
