"""Badges: what the records earn, and what they do not."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from classroom import badges, hints, submissions
from classroom.badges import BadgeKind
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.models import Progress, ProgressState


def kinds(database: Database, people: Any, catalog: Catalog) -> list[BadgeKind]:
    with database.read() as session:
        return [badge.kind for badge in badges.of_learner(session, people.course, people.alice, catalog)]


@pytest.fixture
def passed(database: Database, people: Any) -> Callable[..., None]:
    """Write down that Alice passed exercises, one a minute."""

    def write(*exercises: str, best_gas: int | None = None) -> None:
        with database.unit_of_work() as work:
            for minute, exercise in enumerate(exercises):
                work.session.add(
                    Progress(
                        course_id=people.course.id,
                        user_id=people.alice.id,
                        exercise_id=exercise,
                        state=ProgressState.PASSED,
                        best_gas=best_gas,
                        passed_at=datetime(2031, 5, 3, 12, minute, tzinfo=UTC),
                    )
                )

    return write


@pytest.fixture
def verdict(desk: Any, database: Database, make_report: Callable[..., Any]) -> Callable[[float], None]:
    """Hand in for Alice, and finish it with a score."""

    def finish(score: float) -> None:
        desk.hand_in()
        with database.unit_of_work() as work:
            claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
        assert claim is not None
        with database.unit_of_work() as work:
            assert submissions.finish(work, claim, make_report(score))

    return finish


@pytest.mark.parametrize("earned", [True, False])
def test_a_pass_with_the_solution_open_earns_nothing(
    database: Database, people: Any, catalog: Catalog, verdict: Callable[[float], None], earned: bool
) -> None:
    verdict(3.0 if earned else 1.0)
    with database.unit_of_work() as work:
        row = work.session.exec(select(Progress)).one()
        if not earned:
            exercise = catalog.exercise(row.exercise_id)
            hints.give_up(work.session, course=people.course, user=people.alice, exercise=exercise)
    verdict(3.0)
    assert (BadgeKind.FIRST_PASS in kinds(database, people, catalog)) is earned


def test_a_failed_attempt_earns_nothing_and_a_first_pass_does(
    database: Database, people: Any, catalog: Catalog, verdict: Callable[[float], None]
) -> None:
    verdict(1.0)
    assert kinds(database, people, catalog) == []
    verdict(3.0)
    assert kinds(database, people, catalog) == [BadgeKind.FIRST_PASS]  # and none for a first try: this was the second


def test_a_whole_track_and_a_challenge_earn_theirs(
    database: Database, people: Any, catalog: Catalog, passed: Callable[..., None]
) -> None:
    track = catalog.tracks[-1]
    exercises = [exercise.id for lesson in track.lessons for exercise in lesson.exercises]
    passed(*exercises[:-1])
    assert BadgeKind.TRACK not in kinds(database, people, catalog)
    passed(exercises[-1])
    with database.read() as session:
        found = badges.of_learner(session, people.course, people.alice, catalog)
    assert [badge.subject for badge in found if badge.kind is BadgeKind.TRACK] == [track.title]
    assert BadgeKind.COURSE not in {badge.kind for badge in found}


@pytest.mark.parametrize("hinted", [False, True])
def test_a_track_passed_without_a_hint_has_a_word_of_its_own(
    database: Database, people: Any, catalog: Catalog, passed: Callable[..., None], hinted: bool
) -> None:
    exercises = [exercise for lesson in catalog.tracks[-1].lessons for exercise in lesson.exercises]
    if hinted:
        with database.unit_of_work() as work:
            told = next(exercise for exercise in exercises if exercise.hints)
            who = {"course": people.course, "user": people.alice, "exercise": told}
            hints.take(work.session, **who, rung=1, cost=told.hints[0].cost)
            work.session.flush()
            work.session.delete(work.session.exec(select(Progress)).one())
    passed(*(exercise.id for exercise in exercises))
    assert (BadgeKind.UNAIDED in kinds(database, people, catalog)) is not hinted


@pytest.mark.parametrize(
    ("offsets", "full"),
    [
        (range(7), 6),
        ((0, 1, 2, 4, 5, 6, 7), 7),  # one day off is forgiven
        ((0, 2, 4, 6, 8, 10, 12), 12),
        ((0, 1, 2, 5, 6, 7, 8), None),  # two in a row are not
        (range(6), None),
        ((0, 0, 0, 0, 0, 0, 0), None),
    ],
)
def test_a_streak_forgives_one_day_off(offsets: Any, full: int | None) -> None:
    first = date(2031, 5, 3)
    found = badges.streak_end(first + timedelta(days=offset) for offset in offsets)
    assert found == (None if full is None else first + timedelta(days=full))
