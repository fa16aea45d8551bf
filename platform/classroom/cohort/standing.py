"""How learners stand, as the database tells it: a line for each learner, in one look at the rows of the course."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlmodel import Session, col

from classroom import courses
from classroom.attention import in_database
from classroom.attention.in_database import ROWS
from classroom.courses import Staff
from classroom.models import ProgressState, Role, User, now
from classroom.models.base import UtcDateTime
from classroom.schemas.cohort import GAVE_UP, PASSED, QUIET, STARTED, STUCK

WEEK: Final = timedelta(days=7)

_ROW: Final = ROWS.c

BEGUN: Final[ColumnElement[bool]] = or_(_ROW.attempts > 0, _ROW.given_up_at.is_not(None))


class Line(NamedTuple):
    """What the rows of one learner tell."""

    cells: str
    """Each cell as exercise, letter and attempts, such as `tip-jar:s3`, with a blank between."""
    seen_at: datetime | None
    passed_lately: int


NOTHING: Final = Line("", None, 0)


class Learner(NamedTuple):
    """A learner of the cohort, with their line."""

    user_id: UUID
    name: str
    display_name: str
    line: Line


class Look(NamedTuple):
    """What was seen of a cohort at a moment: its learners by display name."""

    at: datetime
    learners: list[Learner]


class Standing(NamedTuple):
    """How a learner stands in an exercise, as the rule sees it."""

    user_id: UUID
    exercise_id: str
    attempts: int
    repeats: int
    stalled: int
    attempted_at: datetime
    advanced_at: datetime
    failing: str | None


COLUMNS: Final = tuple(_ROW[name] for name in Standing._fields)


def letter(at: datetime) -> ColumnElement[str]:
    """Give the letter of a cell at a moment. Who passes after having given up has the solution's help."""
    gave_up = and_(_ROW.given_up_at.is_not(None), or_(_ROW.passed_at.is_(None), _ROW.passed_at > _ROW.given_up_at))
    return case(
        (gave_up, GAVE_UP),
        (_ROW.state == ProgressState.PASSED, PASSED),
        (and_(in_database.does_not_get_on(), in_database.stopped_trying(at)), QUIET),
        (in_database.does_not_get_on(), STUCK),
        else_=STARTED,
    )


def look(session: Session, staff: Staff) -> Look:
    """Look once at all learners whom this one looks after."""
    at = now()
    told = letter(at)
    cell = _ROW.exercise_id + ":" + told + cast(_ROW.attempts, String)
    tried_at = case((_ROW.attempts > 0, _ROW.attempted_at))
    lately = func.sum(case((and_(_ROW.passed_at > at - WEEK, told == PASSED), 1), else_=0))
    rows = session.connection().execute(
        select(_ROW.user_id, func.aggregate_strings(cell, " "), func.max(tried_at, type_=UtcDateTime()), lately)
        .where(seen_by(staff), BEGUN)
        .group_by(_ROW.user_id)
    )
    lines = {user_id: Line(cells, seen_at, passed) for user_id, cells, seen_at, passed in rows}
    narrow = courses.learners_seen(staff).with_only_columns(col(User.id), col(User.name), col(User.display_name))
    people = session.connection().execute(narrow.order_by(col(User.display_name), col(User.name)))
    return Look(at, [Learner(id_, name, display_name, lines.get(id_, NOTHING)) for id_, name, display_name in people])


def seen_by(staff: Staff) -> ColumnElement[bool]:
    """Give the condition that a row of progress is of the course, and of a learner whom this one looks after.

    Of an instructor's, also those of who learns there no longer: the list of learners says who does.
    """
    of_course = _ROW.course_id == staff.course.id
    if is_everyones(staff):
        return of_course
    return and_(of_course, _ROW.user_id.in_(courses.learners_seen(staff).with_only_columns(col(User.id))))


def is_everyones(staff: Staff) -> bool:
    """Tell whether this one looks after all learners of the course."""
    return staff.role is Role.INSTRUCTOR
