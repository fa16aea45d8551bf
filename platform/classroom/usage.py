"""What a course uses in a month, by which an institution bills: seats, attempts and compute time.

A seat is a learner who was enrolled in a course that was not archived, on any day of the month, or who handed in. An
attempt counts in the month in which it was made, and so does the time that its grading took, as its report tells. A
row is written when these things happen, so that a month that is past stays what it was, also when people are erased.
Regrades, scenarios and chains are no part of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Insert, func
from sqlalchemy import select as columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from classroom.errors import Invalid
from classroom.models import Course, Enrolment, Role, Usage, now

COLUMNS: Final = ("month", "course", "title", "seats", "attempts", "compute_seconds")


@dataclass(frozen=True)
class MonthOfCourse:
    """What one course used in one month."""

    month: str
    course: str
    title: str
    seats: int
    attempts: int
    compute_seconds: float


def month_of(at: datetime) -> str:
    """Give the month of a time, in UTC, such as 2026-11."""
    return f"{at.astimezone(UTC):%Y-%m}"


def check_month(month: str) -> str:
    """Give a month back. Raises Invalid where it is not written as 2026-11."""
    try:
        datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("A month is written as 2026-11.") from None
    if len(month) != len("2026-11"):
        raise Invalid("A month is written as 2026-11.")
    return month


def add(
    session: Session, course_id: UUID, user_id: UUID, *, at: datetime, attempts: int = 0, compute_ms: float = 0.0
) -> None:
    """Add to what a learner's seat used in the month of `at`."""
    session.connection().execute(
        _addition(session.get_bind().dialect.name),
        {
            "id": uuid4(),
            "course_id": course_id,
            "month": month_of(at),
            "user_id": user_id,
            "attempts": attempts,
            "compute_ms": round(compute_ms),
        },
    )


@cache
def _addition(dialect: str) -> Insert:
    """Write the statement once: it is on the way of every attempt."""
    table: Any = Usage
    fresh = (sqlite if dialect == "sqlite" else postgresql).insert(table.__table__)
    added: Insert = fresh.on_conflict_do_update(
        index_elements=["course_id", "month", "user_id"],
        set_={
            "attempts": table.attempts + fresh.excluded.attempts,
            "compute_ms": table.compute_ms + fresh.excluded.compute_ms,
        },
    )
    return added


def take_attendance(session: Session, *, user_id: UUID | None = None) -> int:
    """Count the seats of this month: everybody's who is enrolled, or one person's. Gives how many were new."""
    month = month_of(now())
    seated = select(Usage.id).where(
        Usage.month == month, Usage.course_id == Enrolment.course_id, Usage.user_id == Enrolment.user_id
    )
    missing = (
        select(Enrolment.course_id, Enrolment.user_id)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(Enrolment.role == Role.LEARNER, col(Course.archived_at).is_(None), ~seated.exists())
    )
    if user_id is not None:
        missing = missing.where(Enrolment.user_id == user_id)
    found = session.exec(missing).all()
    for course_id, learner_id in found:
        add(session, course_id, learner_id, at=now())
    return len(found)


def report(
    session: Session, *, since: str | None = None, until: str | None = None, course_id: UUID | None = None
) -> list[MonthOfCourse]:
    """Tell what each course used in each month, the latest first; `since` and `until` are months, both included."""
    rows = (
        columns(
            col(Usage.month),
            col(Course.slug),
            col(Course.title),
            func.count(),
            func.sum(col(Usage.attempts)),
            func.sum(col(Usage.compute_ms)),
        )
        .join(Course, col(Course.id) == Usage.course_id)
        .group_by(col(Usage.month), col(Course.slug), col(Course.title))
        .order_by(col(Usage.month).desc(), col(Course.slug))
    )
    if since:
        rows = rows.where(col(Usage.month) >= check_month(since))
    if until:
        rows = rows.where(col(Usage.month) <= check_month(until))
    if course_id is not None:
        rows = rows.where(col(Usage.course_id) == course_id)
    return [
        MonthOfCourse(month, slug, title, seats, int(attempts), round(int(compute_ms) / 1000, 3))
        for month, slug, title, seats, attempts, compute_ms in session.execute(rows).all()
    ]


def cells(months: Iterable[MonthOfCourse]) -> list[tuple[str | float, ...]]:
    """Give the rows of a table with the columns `COLUMNS`."""
    return [(each.month, each.course, each.title, each.seats, each.attempts, each.compute_seconds) for each in months]
