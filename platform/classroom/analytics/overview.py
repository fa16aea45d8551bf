"""All exercises of a course, a line each: counted by the database, since there are many attempts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from classroom import attention, courses
from classroom.analytics import judging
from classroom.analytics.rows import seen_ids
from classroom.catalog import Catalog
from classroom.courses import Staff
from classroom.models import Finding, Progress, ProgressState, now
from classroom.schemas import ExerciseFigures
from evmbox.report import Outcome


def of_course(session: Session, staff: Staff, catalog: Catalog) -> list[ExerciseFigures]:
    """Tell of every exercise that the course teaches, in its order, how it goes."""
    offered = courses.offer(session, staff.course, catalog)
    standing = _standing(session, staff)
    first = _first_attempts(session, staff)
    stuck = _stuck(session, staff, at=now())
    everyone = len(session.exec(seen_ids(staff)).all())
    return [
        _figures(
            catalog,
            exercise_id,
            standing[exercise_id],
            first=first.get(exercise_id, (0, 0)),
            stuck=(stuck[exercise_id, False], stuck[exercise_id, True]),
            everyone=everyone,
        )
        for exercise_id in offered.exercises
    ]


def _figures(
    catalog: Catalog,
    exercise_id: str,
    standing: list[tuple[bool, bool, int, int]],
    *,
    first: tuple[int, int],
    stuck: tuple[int, int],
    everyone: int,
) -> ExerciseFigures:
    lesson = catalog.lesson_of(exercise_id)
    first_tries, passed_first = first
    return ExerciseFigures(
        exercise_id=exercise_id,
        title=catalog.summary(exercise_id).title,
        lesson_id=lesson.id,
        track_id=lesson.track,
        learners=everyone,
        tried=sum(learners for *_, learners in standing),
        passed=sum(learners for passed, gave_up, _, learners in standing if passed and not gave_up),
        gave_up=sum(learners for _, gave_up, _, learners in standing if gave_up),
        stuck=stuck[0],
        quiet=stuck[1],
        attempts=sum(attempts * learners for *_, attempts, learners in standing),
        median_attempts=_median((attempts, learners) for *_, attempts, learners in standing),
        first_tries=first_tries,
        passed_first=passed_first,
        difficulty=judging.difficulty(passed_first, first_tries),
    )


def _standing(session: Session, staff: Staff) -> defaultdict[str, list[tuple[bool, bool, int, int]]]:
    """Count learners by exercise, whether they passed, whether they gave up, and how many attempts they made."""
    given_up: Any = col(Progress.given_up_at).is_not(None)
    by: tuple[Any, ...] = (col(Progress.exercise_id), col(Progress.state), given_up, col(Progress.attempts))
    rows: Any = session.exec(
        select(*by, func.count())  # type: ignore[call-overload]  # it knows no select of so many
        .where(Progress.course_id == staff.course.id, Progress.attempts > 0, col(Progress.user_id).in_(seen_ids(staff)))
        .group_by(*by)
    )
    found: defaultdict[str, list[tuple[bool, bool, int, int]]] = defaultdict(list)
    for exercise_id, state, gave_up, attempts, learners in rows:
        found[exercise_id].append((state == ProgressState.PASSED, bool(gave_up), attempts, learners))
    return found


def _first_attempts(session: Session, staff: Staff) -> dict[str, tuple[int, int]]:
    """Count first attempts by exercise, and those that passed."""
    passed: Any = func.sum(case((col(Finding.outcome) == Outcome.PASSED.value, 1), else_=0))
    rows = session.exec(
        select(Finding.exercise_id, func.count(), passed)
        .where(
            Finding.course_id == staff.course.id,
            Finding.number == 1,
            Finding.outcome != Outcome.LESSON_BROKEN.value,
            col(Finding.user_id).in_(seen_ids(staff)),
        )
        .group_by(col(Finding.exercise_id))
    )
    return {exercise_id: (count, int(passed)) for exercise_id, count, passed in rows}


def _stuck(session: Session, staff: Staff, *, at: datetime) -> Counter[tuple[str, bool]]:
    """Count who is stuck by exercise and whether they have stopped trying; rows that cannot be are not read."""
    least = min(attention.REPEATS, attention.STALLED, attention.LONG_VERDICTS)
    may_be: Any = (col(Progress.repeats) >= least) | (col(Progress.stalled) >= least)
    rows: Any = session.exec(
        select(
            Progress.exercise_id, Progress.repeats, Progress.stalled, Progress.attempted_at, Progress.advanced_at
        ).where(  # type: ignore[call-overload]  # it knows no select of so many
            Progress.course_id == staff.course.id,
            Progress.state == ProgressState.STARTED,
            col(Progress.given_up_at).is_(None),
            may_be,
            col(Progress.user_id).in_(seen_ids(staff)),
        )
    )
    found: Counter[tuple[str, bool]] = Counter()
    for exercise_id, repeats, stalled, attempted_at, advanced_at in rows:
        stuck = attention.stuck(attention.Standing(False, repeats, stalled, attempted_at, advanced_at), at=at)
        if stuck:
            found[exercise_id, stuck.quiet] += 1
    return found


def _median(counted: Iterable[tuple[int, int]]) -> float | None:
    """Give the median of values that come with how often each is there."""
    ordered = sorted(counted)
    total = sum(times for _, times in ordered)
    if not total:
        return None

    def at(place: int) -> int:
        for value, times in ordered:
            place -= times
            if place < 0:
                return value
        raise IndexError(place)

    return (at((total - 1) // 2) + at(total // 2)) / 2
