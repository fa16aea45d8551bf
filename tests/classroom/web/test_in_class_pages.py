"""An instructor opens an exercise in class, projects it, discusses an attempt and closes it; learners are told."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from classroom import accounts, courses, submissions
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import CredentialKind, Role, User
from classroom.settings import REPOSITORY, Settings
from classroom.web.app import create_site
from evmbox.report import CheckResult, CheckStatus, Location, Outcome, Report, Timings, Versions
from support.serving import running
from support.two_tracks import write_two_tracks

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
SOURCE = "// by Lea\ncontract Keeper {\n    uint256 public number = 1;\n}\n"


class Site:
    """A portal with a small course: lea, leo and lou learn, ines teaches, asa assists."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        with database.unit_of_work() as work:
            session = work.session
            names = ("lea", "leo", "lou", "ines", "asa")
            self.users = {name: accounts.create_user(session, name, display_name=name.title()) for name in names}
            self.course = courses.create(session, title="Spring", slug="spring")
            for name in ("lea", "leo", "lou"):
                courses.enrol(session, self.course, self.users[name], Role.LEARNER)
            courses.enrol(session, self.course, self.users["ines"], Role.INSTRUCTOR)
            courses.enrol(session, self.course, self.users["asa"], Role.ASSISTANT)

    def hand_in(self, name: str, *, passes: bool) -> None:
        """Hand in and have it graded."""
        queued: list = []
        with self.database.unit_of_work() as work:
            submissions.submit(
                work,
                user=self.users[name],
                course=self.course,
                exercise_id="keeper",
                source=SOURCE,
                idempotency_key=uuid4().hex,
                enqueue=queued.append,
                settings=self.settings,
                key=server_key(self.settings),
            )
        check = CheckResult(
            id="begins_with_zero",
            title="It begins with zero",
            task=1,
            status=CheckStatus.PASSED if passes else CheckStatus.FAILED,
            points=2.0,
            divergence=None if passes else "`number()` is 1 and should be 0.",
            where=None if passes else Location(file="Keeper.sol", line=3, column=1, end_line=3, end_column=9),
        )
        report = Report(
            exercise_id="keeper",
            outcome=Outcome.PASSED if passes else Outcome.FAILED,
            score=2.0 if passes else 0.0,
            max_score=2.0,
            checks=(check,),
            timings=Timings(),
            versions=Versions(solc="0.8.37", evm="prague", exercise="44" * 32),
        )
        with self.database.unit_of_work() as work:
            claim = submissions.claim(work, queued[0], worker="w", lease_s=30)
            assert claim is not None
            assert submissions.finish(work, claim, report)

    def link(self, user: User) -> str:
        with self.database.unit_of_work() as work:
            secret = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=5))
        return f"{self.settings.portal_url}/welcome?link={secret}"

    @contextmanager
    def client(self, name: str) -> Iterator[httpx.Client]:
        headers = {"Accept": "text/html", "Origin": self.settings.portal_url}
        with httpx.Client(base_url=self.settings.portal_url, headers=headers, trust_env=False) as client:
            client.get(self.link(self.users[name]))
            yield client


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[Site]:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "classroom.db").write_bytes(migrated.read_bytes())
    (tmp_path / "lessons").mkdir()
    lessons_dir = write_two_tracks(tmp_path / "lessons")
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(
            data_dir=folder, lessons_dir=lessons_dir, portal_port=listener.getsockname()[1], database_url=""
        )
        with closing(Database(settings.database)) as database, running(create_site(settings), listener):
            yield Site(settings, database)


def csrf(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found
    return found[1]


def test_only_who_runs_the_course_opens_and_who_assists_looks(site: Site) -> None:
    with site.client("lea") as lea, site.client("asa") as asa, site.client("ines") as ines:
        assert lea.get("/in-class").status_code == 403
        looked = asa.get("/in-class")
        assert (looked.status_code, "Open it now" in looked.text) == (200, False)
        form = {"exercise_id": "keeper", "minutes": "10"}
        refused = asa.post("/in-class", data={**form, "csrf": csrf(asa.get("/").text)})
        assert refused.status_code == 403
        page = ines.get("/in-class")
        bad = ines.post("/in-class", data={**form, "minutes": "999", "csrf": csrf(page.text)})
        assert (bad.status_code, "240" in bad.text) == (422, True)
        opened = ines.post("/in-class", data={**form, "csrf": csrf(page.text)})
        assert opened.status_code == 303
        hour = opened.headers["location"]
        again = ines.post("/in-class", data={**form, "csrf": csrf(page.text)})
        assert (again.status_code, "Close it before" in again.text) == (409, True)
        assert "In class now:" in lea.get("/").text
        assert "In class now:" not in ines.get("/").text
        assert asa.get(hour).status_code == 200
        ended = ines.post(f"{hour}/close", data={"csrf": csrf(page.text)})
        assert ended.status_code == 303
        assert "It is over" in ines.get(hour).text
        assert "In class now:" not in lea.get("/").text


def barriers(page: Page) -> list:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]


@pytest.mark.browser
def test_an_hour_from_opening_to_looking_back(site: Site, browser: Browser) -> None:
    site.hand_in("lou", passes=True)  # before
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, screen = context.new_page(), context.new_page()
    page.goto(site.link(site.users["ines"]))
    page.goto(f"{site.settings.portal_url}/in-class")
    page.get_by_label("Exercise", exact=True).select_option("keeper")
    page.get_by_role("button", name="Open it now").press("Enter")
    page.get_by_role("heading", name="Keeping exercise").wait_for()
    hour = page.url
    screen.goto(f"{hour}/screen")
    expect(screen.get_by_text("of 3 have handed in")).to_be_visible()
    expect(screen.locator(".countdown")).to_have_text(re.compile(r"9:\d\d"))
    site.hand_in("lea", passes=False)
    site.hand_in("leo", passes=True)
    expect(screen.get_by_text("is 1 and should be 0.")).to_be_visible()
    expect(screen.get_by_text("of 3 have passed")).to_contain_text("1")
    expect(page.get_by_text("1 learner: It begins with zero")).to_be_visible()
    assert barriers(page) == []
    assert barriers(screen) == []
    page.get_by_role("button", name="Discuss one of these").press("Enter")
    expect(screen.get_by_text("What happens here?")).to_be_visible()
    assert "Lea" not in screen.locator("main").inner_text()
    expect(screen.locator(".marked")).to_contain_text("uint256 public number = 1;")
    assert barriers(screen) == []
    screen.set_viewport_size({"width": 400, "height": 800})
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Close it now").press("Enter")
    expect(page.get_by_text("It is over; this is what happened.")).to_be_visible()
    expect(screen.get_by_text("Time is up")).to_be_visible()
    assert barriers(page) == []
    context.close()
