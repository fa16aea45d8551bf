"""Which letter a learner's standing in an exercise is, and who of a cohort is stuck: what every view of it shares."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlmodel import Session, col

from classroom import attention, courses
from classroom.attention import Stuck
from classroom.courses import Staff
from classroom.models import Progress, ProgressState, Role, User
from classroom.schemas.cohort import GAVE_UP, PASSED, QUIET, STARTED, STUCK

GAVE_UP_FIRST: Final[ColumnElement[bool]] = and_(
    col(Progress.given_up_at).is_not(None),
    or_(col(Progress.passed_at).is_(None), col(Progress.passed_at) > col(Progress.given_up_at)),
)
"""Who passes after having given up has the solution's help."""

LETTER: Final[ColumnElement[str]] = case(
    (GAVE_UP_FIRST, GAVE_UP), (col(Progress.state) == ProgressState.PASSED, PASSED), else_=STARTED
)
BEGUN: Final[ColumnElement[bool]] = or_(col(Progress.attempts) > 0, col(Progress.given_up_at).is_not(None))

_MAY_BE_STUCK: Final[ColumnElement[bool]] = and_(
    col(Progress.state) != ProgressState.PASSED,
    col(Progress.given_up_at).is_(None),
    or_(
        col(Progress.repeats) >= attention.REPEATS,
        col(Progress.stalled) >= min(attention.STALLED, attention.LONG_VERDICTS),
    ),
)
"""What the rule cannot call stuck need not be read."""


class Standing(NamedTuple):
    """The columns of `progress` that the rule is applied to."""

    user_id: UUID
    exercise_id: str
    attempts: int
    repeats: int
    stalled: int
    attempted_at: datetime
    advanced_at: datetime
    failing: str | None


class Found(NamedTuple):
    """A learner whom the rule calls stuck on an exercise."""

    row: Standing
    stuck: Stuck

    @property
    def letter(self) -> str:
        """Give the letter of the cell."""
        return QUIET if self.stuck.quiet else STUCK


def seen_by(staff: Staff) -> ColumnElement[bool]:
    """Give the condition that a row of progress is of the course, and of a learner whom this one looks after."""
    learners = courses.learners_seen(staff).with_only_columns(col(User.id))
    return and_(col(Progress.course_id) == staff.course.id, col(Progress.user_id).in_(learners))


def stuck_ones(session: Session, staff: Staff, exercises: Sequence[str], *, at: datetime) -> list[Found]:
    """Apply the rule to everyone it may hold for, in these exercises."""
    statement: Select[Any] = select(*(getattr(Progress, name) for name in Standing._fields))
    rows = session.execute(statement.where(seen_by(staff), _MAY_BE_STUCK)).all()
    wanted = set(exercises)
    found = []
    for values in rows:
        row = Standing(*values)
        stuck = attention.stuck(
            attention.Standing(False, row.repeats, row.stalled, row.attempted_at, row.advanced_at), at=at
        )
        if stuck is not None and row.exercise_id in wanted:
            found.append(Found(row, stuck))
    return found


def is_everyones(staff: Staff) -> bool:
    """Tell whether this one looks after all learners of the course."""
    return staff.role is Role.INSTRUCTOR
