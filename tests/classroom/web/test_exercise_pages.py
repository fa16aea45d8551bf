"""Who teaches finds by keyboard what goes wrong in an exercise; the pages are free of barriers, narrow and dark too."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from classroom import accounts, courses, submissions
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import CredentialKind, Role, User
from classroom.settings import REPOSITORY, Settings
from classroom.web import names
from classroom.web.app import create_site
from evmbox.report import CheckResult, CheckStatus, GasScore, Outcome, Report, Timings, Versions
from support.serving import running

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
EXERCISE = "tip-jar"


def verdict(outcome: Outcome) -> Report:
    failed = outcome is Outcome.FAILED
    check = CheckResult(
        id="pays",
        title="It pays the owner",
        task=1,
        status=CheckStatus.FAILED if failed else CheckStatus.PASSED,
        points=2.0,
        divergence="The owner has 0 wei and should have 5 wei." if failed else None,
    )
    return Report(
        exercise_id=EXERCISE,
        outcome=outcome,
        score=0.0 if failed else 2.0,
        max_score=2.0,
        checks=(check,),
        gas_score=None if failed else GasScore(used=90_000, budget=100_000, measures={"pays": 90_000}),
        timings=Timings(total_ms=1.0),
        versions=Versions(solc="0.8.37", evm="prague", exercise="44" * 32),
    )


@pytest.fixture
def site(tmp_path: Path, migrated: Path, catalog: Catalog) -> Iterator[tuple[Settings, Database, dict[str, User]]]:
    """Serve a course where Ada passed at her second try, and Bob has failed three times in the same way."""
    (tmp_path / "classroom.db").write_bytes(migrated.read_bytes())
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        settings = Settings(data_dir=tmp_path, portal_port=listener.getsockname()[1], database_url="")
        with closing(Database(settings.database)) as database:
            with database.unit_of_work() as work:
                users = {name: accounts.create_user(work.session, name, display_name=name.title()) for name in NAMES}
                course = courses.ensure_default_course(work.session, catalog)
                for name, user in users.items():
                    courses.enrol(work.session, course, user, Role.INSTRUCTOR if name == "ines" else Role.LEARNER)
            for name, outcome in (*[("bob", Outcome.FAILED)] * 3, ("ada", Outcome.FAILED), ("ada", Outcome.PASSED)):
                queued: list = []
                with database.unit_of_work() as work:
                    submissions.submit(
                        work,
                        user=users[name],
                        course=course,
                        exercise_id=EXERCISE,
                        source="contract A {}",
                        idempotency_key=uuid4().hex,
                        enqueue=queued.append,
                        settings=settings,
                        key=server_key(settings),
                    )
                with database.unit_of_work() as work:
                    claim = submissions.claim(work, queued[0], worker="w", lease_s=30)
                    assert claim is not None
                    assert submissions.finish(work, claim, verdict(outcome))
            settings.dashboards_dir.mkdir(parents=True)
            (settings.dashboards_dir / "cohort.ipynb").touch()
            with running(create_site(settings), listener):
                yield settings, database, users


NAMES = ("ada", "bob", "ines")


def enter(page: Page, settings: Settings, database: Database, user: User) -> None:
    with database.unit_of_work() as work:
        link = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=5))
    page.goto(f"{settings.portal_url}/welcome?link={link}")


def has_no_barrier(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_instructor_finds_by_keyboard_what_goes_wrong_and_in_which_way(
    site: tuple[Settings, Database, dict[str, User]], browser: Browser
) -> None:
    settings, database, users = site
    complaints: list[str] = []
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    enter(page, settings, database, users["ines"])
    page.goto(f"{settings.portal_url}/cohort/exercises")
    has_no_barrier(page)
    notebook = page.get_by_role("link", name="open it as an app")
    expect(notebook).to_have_attribute("href", f"{settings.voila_url}/voila/render/instructor/cohort.ipynb")
    page.get_by_role("link", name="Stuck now").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?by=stuck$"))
    expect(page.get_by_role("columnheader", name="Stuck now")).to_have_attribute("aria-sort", "descending")
    first = page.get_by_role("row").nth(1)
    expect(first.get_by_role("cell").nth(1)).to_have_text("2")
    first.get_by_role("link").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("A jar for tips")
    shape = page.get_by_role("listitem").filter(has_text="It pays the owner")
    expect(shape).to_contain_text("2 learners · 4 attempts")
    expect(shape).to_contain_text("1 still here")
    expect(shape).to_contain_text("The owner has 0 wei and should have 5 wei.")
    expect(page.get_by_text("Too few have tried to tell.")).to_be_visible()
    expect(page.get_by_role("row", name="Bob").get_by_role("cell").nth(1)).to_have_text(
        "the same failure again and again"
    )
    expect(page.get_by_role("row", name="2 2 1 50%")).to_be_visible()
    expect(page.get_by_role("img", name="The share that has not passed yet")).to_be_visible()
    has_no_barrier(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 400, "height": 900})
    has_no_barrier(page)
    assert complaints == []

    enter(other := browser.new_context().new_page(), settings, database, users["ada"])
    answer = other.goto(f"{settings.portal_url}/cohort/exercises/{EXERCISE}")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    ("code", "title", "words"),
    [
        ("pays", "It pays", "It pays"),
        ("compile:7576", None, "Does not compile (7576)"),
        ("out_of_gas", None, "Out of gas"),
        ("keeps_it", None, "Keeps it"),
    ],
)
def test_where_an_attempt_failed_is_said_in_words(code: str, title: str | None, words: str) -> None:
    assert names.failure(code, title) == words
