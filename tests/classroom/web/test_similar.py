"""Similar submissions: compared by the real job, shown to those who look after both, written down, and marked."""

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from classroom import accounts, courses, similarity, workload
from classroom.catalog import Catalog
from classroom.courses import Staff
from classroom.db import Database
from classroom.errors import Conflict, Invalid, NotFound
from classroom.jobs.handlers import Running, Tools, find_similar
from classroom.models import (
    AuditEvent,
    Comparison,
    CredentialKind,
    Fingerprints,
    Job,
    Role,
    SimilarPair,
    Submission,
    SubmissionState,
    User,
    now,
)
from classroom.settings import REPOSITORY, Settings
from classroom.similarity import SIMILAR
from classroom.web.app import create_site
from classroom.web.similar import pieces
from evmbox.pool import Pool
from support.serving import running

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
EXERCISE = "data-locations"


@dataclass
class Room:
    """A course of the real lessons with a running portal, whose jobs are done when they are asked for."""

    settings: Settings
    database: Database
    catalog: Catalog
    pool: Pool
    browser: Browser
    people: dict[str, User] = field(default_factory=dict)

    def add(self, name: str, role: Role) -> User:
        with self.database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, self.catalog)
            self.people[name] = accounts.create_user(work.session, name, display_name=name.title())
            courses.enrol(work.session, course, self.people[name], role)
        return self.people[name]

    def hand_in(self, name: str, source: str, *, number: int = 1, passed: bool = True) -> None:
        with self.database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, self.catalog)
            work.session.add(
                Submission(
                    course_id=course.id,
                    user_id=self.people[name].id,
                    exercise_id=EXERCISE,
                    number=number,
                    idempotency_key=f"{name} {number}",
                    source=source,
                    seed="00",
                    state=SubmissionState.DONE,
                    outcome="passed" if passed else "failed",
                    score=1,
                    max_score=1,
                    report={"schema": 1},
                    created_at=now() - timedelta(days=2) + timedelta(hours=len(self.people) + number),
                )
            )

    def staff(self, name: str, session) -> Staff:
        return courses.require_staff(session, self.people[name], "classroom")

    def order(self) -> None:
        with self.database.unit_of_work() as work:
            course = self.staff("ines", work.session).course
            exercise = self.catalog.exercise(EXERCISE)
            similarity.order(work, course, exercise, actor=self.people["ines"], enqueue=lambda _id: None)

    def work_off(self) -> None:
        """Do the job that waits, with the real handler."""
        with self.database.unit_of_work() as work:
            claim = workload.claim(work, [SIMILAR], worker="w", lease_s=300)
        tools = Tools(self.settings, self.database, self.catalog, self.pool, lambda: self.pool, {}, lambda *_told: None)
        job = Running(claim, self.database, lambda *_told: None, lambda: False)
        effects = find_similar(job, tools)
        with self.database.unit_of_work() as work:
            assert effects(work)

    def overview(self, name: str = "ines") -> similarity.Overview:
        with self.database.read() as session:
            return similarity.overview(session, self.staff(name, session), EXERCISE)

    def audited(self, action: str) -> list[AuditEvent]:
        with self.database.read() as session:
            return list(session.exec(select(AuditEvent).where(AuditEvent.action == action)))

    def enter(self, name: str, **how) -> Page:
        with self.database.unit_of_work() as work:
            user = self.people[name]
            link = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=5))
        page = self.browser.new_context(viewport={"width": 1280, "height": 900}, **how).new_page()
        page.goto(f"{self.settings.portal_url}/welcome?link={link}")
        return page


COURSE = """
title = "A small course"
[[tracks]]
id = "foundations"
title = "Foundations"
summary = "One lesson."
lessons = ["data-locations"]
"""
KEPT = ("boundary", "goes-round", "panics", "swaps", "writes-over", "kept-by")


def write_small_course(folder: Path) -> Path:
    """Write one real lesson with few of its mistakes, since each is compiled, and without the way that is copied."""
    lesson = folder / "foundations" / EXERCISE
    shutil.copytree(REPOSITORY / "lessons/foundations" / EXERCISE, lesson)
    (folder / "course.toml").write_text(COURSE)
    manifest = (lesson / EXERCISE / "exercise.toml").read_text().splitlines()
    for path in (lesson / EXERCISE / "mistakes").iterdir():
        if not path.name.startswith(KEPT):
            path.unlink()
            manifest = [line for line in manifest if not line.startswith(f'"{path.name}" =')]
    (lesson / EXERCISE / "exercise.toml").write_text("\n".join(manifest))
    (lesson / EXERCISE / "variants" / "library.sol").unlink()
    return folder


@pytest.fixture(scope="module")
def room(tmp_path_factory, migrated: Path, browser: Browser) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("similar")
    folder.chmod(0o700)
    (folder / "classroom.db").write_bytes(migrated.read_bytes())
    with socket.socket(proto=socket.IPPROTO_TCP) as listener, Pool(1) as pool:
        listener.bind(("127.0.0.1", 0))
        lessons = write_small_course(tmp_path_factory.mktemp("lessons"))
        settings = Settings(
            data_dir=folder, lessons_dir=lessons, portal_port=listener.getsockname()[1], database_url=""
        )
        catalog = Catalog.load(lessons)
        with closing(Database(settings.database)) as database, running(create_site(settings), listener):
            room = Room(settings, database, catalog, pool, browser)
            room.add("ines", Role.INSTRUCTOR)
            room.add("tom", Role.ASSISTANT)
            exercise = catalog.exercise(EXERCISE)
            original = (REPOSITORY / f"lessons/foundations/{EXERCISE}/{EXERCISE}/variants/library.sol").read_text()
            copy = re.sub(r"//[^\n]*", "", original).replace("    ", "\t")
            answers = {"ada": original, "bob": copy, "cleo": exercise.solution, "dan": exercise.solution}
            for name, source in answers.items():
                room.add(name, Role.LEARNER)
                room.hand_in(name, "contract Draft {", passed=False)
                room.hand_in(name, source, number=2)
            room.order()
            room.work_off()
            yield room


def has_no_barrier(page: Page) -> None:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def test_a_copy_is_found_with_who_was_first_and_its_places(room: Room) -> None:
    found = room.overview()
    (pair,) = found.pairs
    assert [pair.first.user.name, pair.second.user.name] == ["ada", "bob"]
    assert (pair.first.submission.number, pair.second.submission.number) == (2, 2), "of several, the one that passed"
    assert found.comparison.compared == 4
    assert found.comparison.silent == 2, "of the two textbook answers nothing can be told"
    for start, end, other_start, other_end in pair.matches:
        words = re.sub(r"\s|//[^\n]*", "", pair.first.submission.source[start:end])
        assert words == re.sub(r"\s", "", pair.second.submission.source[other_start:other_end])
    with room.database.read() as session:
        assert len(session.exec(select(Fingerprints)).all()) == 4


def test_only_who_looks_after_both_sees_a_pair(room: Room) -> None:
    with room.database.unit_of_work() as work:
        course = room.staff("ines", work.session).course
        group = courses.create_group(work.session, course, "Tom's", actor_id=None)
        for name in ("tom", "ada"):
            courses.join_group(work.session, course, group, room.people[name].id, actor_id=None)
    assert room.overview("tom").pairs == ()
    pair_id = room.overview().pairs[0].row.id
    with room.database.unit_of_work() as work, pytest.raises(NotFound):
        similarity.see(work, room.staff("tom", work.session), EXERCISE, pair_id)
    with room.database.unit_of_work() as work:
        courses.join_group(work.session, course, group, room.people["bob"].id, actor_id=None)
    assert len(room.overview("tom").pairs) == 1


def test_it_is_not_compared_twice_at_a_time_nor_where_there_is_nothing_to_compare(room: Room, catalog) -> None:
    room.order()
    with pytest.raises(Conflict):
        room.order()
    with room.database.unit_of_work() as work, pytest.raises(Invalid):
        course = room.staff("ines", work.session).course
        exercise = catalog.exercise("first-transaction")
        similarity.order(work, course, exercise, actor=room.people["ines"], enqueue=lambda _id: None)
    room.work_off()
    with room.database.read() as session:
        jobs = session.exec(select(Job).where(Job.kind == "similar")).all()
        assert [job.result for job in jobs] == [{"compared": 4, "pairs": 1}] * 2
        assert session.exec(select(Comparison)).one().finished_at


def test_a_pair_is_looked_at_side_by_side_and_what_is_decided_stays(room: Room) -> None:
    page = room.enter("ines")
    page.goto(f"{room.settings.portal_url}/similar/{EXERCISE}")
    expect(page.get_by_text("gives no verdict")).to_be_visible()
    has_no_barrier(page)
    page.get_by_role("link", name="Ada and Bob").click()
    expect(page.get_by_role("region", name="The answer of Ada")).to_contain_text("library")
    has_no_barrier(page)
    page.get_by_role("button", name="Next part").click()
    expect(page.get_by_role("status")).to_contain_text("Part 1 of")
    assert page.locator("mark.here").count() == 2
    page.get_by_role("region", name="The answer of Bob").focus()
    page.keyboard.press("p")
    last = page.locator("#sides").get_attribute("data-count")
    expect(page.get_by_role("status")).to_have_text(f"Part {last} of {last}")
    seen = room.audited("similar_seen")
    assert (len(seen), seen[0].actor_id) == (1, room.people["ines"].id)
    assert set(seen[0].details["learners"]) == {str(room.people[name].id) for name in ("ada", "bob")}

    page.get_by_role("button", name="Looked at: nothing to it").click()
    expect(page.get_by_role("heading", name="Looked at: nothing to it")).to_be_visible()
    page.get_by_role("button", name="Compare again").click()
    expect(page.get_by_text("being compared")).to_be_visible()
    room.work_off()
    expect(page.get_by_role("heading", name="Looked at: nothing to it")).to_be_visible()
    assert len(room.audited("similar_settled")) == 1
    api = f"{room.settings.portal_url}/api/v1/courses/classroom/exercises/{EXERCISE}/similar"
    told = page.request.get(api).json()
    assert (told["state"], told["silent"], told["pairs"][0]["first"]["name"]) == ("ready", 2, "ada")
    assert told["pairs"][0]["looked_at"]
    side_by_side = page.request.get(f"{api}/{told['pairs'][0]['id']}").json()
    assert side_by_side["first_source"].startswith("// SPDX")
    assert len(side_by_side["matches"]) == told["pairs"][0]["parts"] == int(last)


def test_sources_are_cut_at_places_that_may_overlap() -> None:
    cut = pieces("abcdef", [(3, 5), (1, 4)])
    assert [(piece.text, piece.part) for piece in cut] == [("a", None), ("bcd", 2), ("e", 1), ("f", None)]
    assert [(piece.text, piece.part) for piece in pieces("ab", [])] == [("ab", None)]


def test_a_pair_that_is_gone_leaves_the_list_unless_somebody_looked_at_it(room: Room) -> None:
    room.hand_in("bob", room.catalog.exercise(EXERCISE).solution, number=3)
    room.order()
    room.work_off()
    assert room.overview().pairs == ()
    with room.database.read() as session:
        assert session.exec(select(SimilarPair)).one().looked_at
