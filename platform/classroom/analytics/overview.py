"""All exercises of a course, a line each: counted by the database, in one pass over the rows of each table."""

from datetime import datetime
from statistics import median
from typing import Any, Final, NamedTuple

from sqlalchemy import String, and_, case, cast, func, literal_column
from sqlmodel import Session, col, select

from classroom import courses
from classroom.analytics import judging
from classroom.analytics.rows import no_practice, seen_ids
from classroom.attention import in_database
from classroom.catalog import Catalog
from classroom.courses import Staff
from classroom.models import Finding, Progress, ProgressState, now
from classroom.schemas import ExerciseFigures
from evmbox.report import Outcome

_ONE: Final[Any] = literal_column("1")  # not a parameter: the index of first attempts is known by it


class _Standing(NamedTuple):
    """How an exercise's learners stand. `attempts` is how many each made, with commas between."""

    tried: int = 0
    passed: int = 0
    gave_up: int = 0
    stuck: int = 0
    quiet: int = 0
    attempts: str = ""


def of_course(session: Session, staff: Staff, catalog: Catalog) -> list[ExerciseFigures]:
    """Tell of every exercise that the course teaches, in its order, how it goes."""
    offered = courses.offer(session, staff.course, catalog)
    standing = _standing(session, staff, at=now())
    first = _first_attempts(session, staff)
    everyone = len(session.exec(seen_ids(staff)).all())
    return [
        _figures(
            catalog,
            exercise_id,
            standing.get(exercise_id, _Standing()),
            first=first.get(exercise_id, (0, 0)),
            everyone=everyone,
        )
        for exercise_id in offered.exercises
    ]


def _figures(
    catalog: Catalog, exercise_id: str, standing: _Standing, *, first: tuple[int, int], everyone: int
) -> ExerciseFigures:
    lesson = catalog.lesson_of(exercise_id)
    first_tries, passed_first = first
    attempts = [int(each) for each in standing.attempts.split(",") if each]
    return ExerciseFigures(
        exercise_id=exercise_id,
        title=catalog.summary(exercise_id).title,
        lesson_id=lesson.id,
        track_id=lesson.track,
        learners=everyone,
        tried=standing.tried,
        passed=standing.passed,
        gave_up=standing.gave_up,
        stuck=standing.stuck,
        quiet=standing.quiet,
        attempts=sum(attempts),
        median_attempts=median(attempts) if attempts else None,
        first_tries=first_tries,
        passed_first=passed_first,
        difficulty=judging.difficulty(passed_first, first_tries),
    )


def _standing(session: Session, staff: Staff, *, at: datetime) -> dict[str, _Standing]:
    gave_up: Any = col(Progress.given_up_at).is_not(None)
    passed: Any = and_(col(Progress.state) == ProgressState.PASSED, ~gave_up)
    is_stuck: Any = and_(in_database.does_not_get_on(), ~in_database.is_over())
    is_quiet: Any = and_(is_stuck, in_database.stopped_trying(at))
    rows: Any = session.exec(
        select(  # type: ignore[call-overload]  # it knows no select of so many
            Progress.exercise_id,
            func.count(),
            _sum(passed),
            _sum(gave_up),
            _sum(and_(is_stuck, ~is_quiet)),
            _sum(is_quiet),
            func.aggregate_strings(cast(Progress.attempts, String), ","),
        )
        .where(Progress.course_id == staff.course.id, Progress.attempts > 0, col(Progress.user_id).in_(seen_ids(staff)))
        .group_by(col(Progress.exercise_id))
    )
    return {exercise_id: _Standing(*told) for exercise_id, *told in rows}


def _first_attempts(session: Session, staff: Staff) -> dict[str, tuple[int, int]]:
    """Count first attempts by exercise, and those that passed."""
    rows = session.exec(
        select(Finding.exercise_id, func.count(), _sum(col(Finding.outcome) == Outcome.PASSED.value))
        .where(
            Finding.course_id == staff.course.id,
            Finding.number == _ONE,
            Finding.outcome != Outcome.LESSON_BROKEN.value,
            no_practice(staff.course.id),
            col(Finding.user_id).in_(seen_ids(staff)),
        )
        .group_by(col(Finding.exercise_id))
    )
    return {exercise_id: (count, int(passed)) for exercise_id, count, passed in rows}


def _sum(holds: Any) -> Any:
    """Count the rows where something holds."""
    return func.sum(case((holds, 1), else_=0))
