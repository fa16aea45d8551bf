"""The rows that figures are counted from, read narrow: never a source, and no report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import attention, courses
from classroom.courses import Staff
from classroom.models import Finding, HintTaken, Progress, ProgressState, User
from evmbox.report import Outcome

_STANDING: Final = (
    *("user_id", "state", "attempts", "given_up_at", "practice_from", "failing", "shape", "best_gas"),
    *("repeats", "stalled", "attempted_at", "advanced_at"),
)


class Made(NamedTuple):
    """An attempt with its verdict."""

    submission_id: UUID
    user_id: UUID
    number: int
    passed: bool
    share: float
    """Of the points, from 0 to 1."""
    failed: list[str]
    failing: str | None
    shape: str | None
    made_at: datetime


@dataclass(frozen=True)
class Learner:
    """How one learner stands in the exercise, and the attempts that count, in their order."""

    user_id: UUID
    name: str
    display_name: str
    attempts: int
    passed: bool
    gave_up_at: datetime | None
    failing: str | None
    shape: str | None
    best_gas: int | None
    stuck: attention.Stuck | None
    made: list[Made]

    @property
    def over(self) -> bool:
        """Whether they are done with it, either way."""
        return self.passed or self.gave_up_at is not None

    @property
    def passing(self) -> Made | None:
        """The attempt that passed first, of those that count."""
        return next((each for each in self.made if each.passed), None)


def seen_ids(staff: Staff) -> SelectOfScalar[UUID]:
    """Select the ids of the learners whom this one looks after."""
    of_learners: Any = courses.learners_seen(staff)
    selected: SelectOfScalar[UUID] = of_learners.with_only_columns(col(User.id))
    return selected


def learners(session: Session, staff: Staff, exercise_id: str, *, at: datetime) -> list[Learner]:
    """Read those who tried an exercise, by display name, each with their attempts."""
    made: dict[UUID, list[Made]] = {}
    for each in _made(session, staff, exercise_id):
        made.setdefault(each.user_id, []).append(each)
    found: Any = session.exec(
        select(User.name, User.display_name, *(getattr(Progress, name) for name in _STANDING))
        .join(User, col(User.id) == Progress.user_id)
        .where(
            Progress.course_id == staff.course.id,
            Progress.exercise_id == exercise_id,
            Progress.attempts > 0,
            col(Progress.user_id).in_(seen_ids(staff)),
        )
        .order_by(User.display_name, User.name)
    )
    return [_learner(row, made.get(row.user_id, []), at) for row in found]


def _learner(row: Any, made: Sequence[Made], at: datetime) -> Learner:
    passed = row.state is ProgressState.PASSED
    over = passed or row.given_up_at is not None
    standing = attention.Standing(over, row.repeats, row.stalled, row.attempted_at, row.advanced_at)
    return Learner(
        user_id=row.user_id,
        name=row.name,
        display_name=row.display_name,
        attempts=row.attempts,
        passed=passed and row.given_up_at is None,
        gave_up_at=row.given_up_at,
        failing=row.failing,
        shape=row.shape,
        best_gas=row.best_gas,
        stuck=attention.stuck(standing, at=at),
        made=[each for each in made if row.practice_from is None or each.number < row.practice_from],
    )


def _made(session: Session, staff: Staff, exercise_id: str) -> list[Made]:
    found = session.exec(
        select(
            Finding.submission_id,
            Finding.user_id,
            Finding.number,
            Finding.outcome,
            Finding.score,
            Finding.max_score,
            Finding.failed,
            Finding.failing,
            Finding.shape,
            Finding.made_at,
        )  # type: ignore[call-overload]  # it knows no select of so many
        .where(
            Finding.course_id == staff.course.id,
            Finding.exercise_id == exercise_id,
            Finding.outcome != Outcome.LESSON_BROKEN.value,
            col(Finding.user_id).in_(seen_ids(staff)),
        )
        .order_by(col(Finding.number))
    )
    return [
        Made(id_, user, number, outcome == Outcome.PASSED.value, share_of(score, most), failed, failing, shape, at)
        for id_, user, number, outcome, score, most, failed, failing, shape, at in found
    ]


def share_of(score: float, most: float) -> float:
    """Give points as a share of the most there are, from 0 to 1."""
    return score / most if most else 0.0


def no_practice(course_id: UUID) -> ColumnElement[bool]:
    """Say of first attempts that they were no practice: those of who gave up before they tried."""
    gave_up_first = select(Progress.user_id, Progress.exercise_id).where(
        Progress.course_id == course_id, col(Progress.practice_from) <= 1
    )
    return tuple_(Finding.user_id, Finding.exercise_id).not_in(gave_up_first)


def first_shares_elsewhere(session: Session, course_id: UUID, exercise_id: str) -> dict[UUID, tuple[float, int]]:
    """Give everybody's mean share of points at first attempts in the other exercises, and how many those are."""
    share: ColumnElement[float] = func.avg(col(Finding.score) / func.nullif(col(Finding.max_score), 0))
    found = session.exec(
        select(Finding.user_id, share, func.count())
        .where(
            Finding.course_id == course_id,
            Finding.number == literal_column("1"),  # not a parameter: the index of first attempts is known by it
            Finding.exercise_id != exercise_id,
            Finding.outcome != Outcome.LESSON_BROKEN.value,
            no_practice(course_id),
        )
        .group_by(col(Finding.user_id))
    )
    return {user_id: (float(mean or 0), count) for user_id, mean, count in found}


class Hint(NamedTuple):
    """A rung that a learner took, and the first attempt that they could make with it."""

    user_id: UUID
    rung: int
    from_attempt: int


def hints_taken(session: Session, staff: Staff, exercise_id: str) -> list[Hint]:
    """Read the hints that were taken."""
    found = session.exec(
        select(HintTaken.user_id, HintTaken.rung, HintTaken.from_attempt).where(
            HintTaken.course_id == staff.course.id,
            HintTaken.exercise_id == exercise_id,
            col(HintTaken.user_id).in_(seen_ids(staff)),
        )
    )
    return [Hint(*row) for row in found]
