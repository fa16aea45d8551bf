"""Exercises that are done together, in class: opened for a time, for a course or one of its groups."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import audit_log
from classroom.audit_log import Action
from classroom.courses.groups import group, groups_of
from classroom.courses.roles import Staff, lock
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import ClassHour, Course, GroupMember, Role, Submission, now

LONGEST: Final = timedelta(hours=4)


def open_hour(
    session: Session,
    course: Course,
    exercise_id: str,
    *,
    minutes: int,
    group_id: UUID | None = None,
    actor_id: UUID,
    request_id: str | None = None,
) -> ClassHour:
    """Open an exercise for a time, also one that is not open yet by the course's dates.

    That the course teaches it is for the caller to know. Raises Invalid, NotFound for a group that is not of this
    course, and Conflict where one is open for the same people.
    """
    if course.archived_at is not None:
        raise Conflict("This course is archived.")
    if group_id is not None:
        group(session, course, group_id)
    lock(session, course)
    at = now()
    for other in session.exec(_open(course.id, at)):
        if other.group_id == group_id or None in {other.group_id, group_id}:
            raise Conflict("An exercise is open in class already. Close it before you open another.")
    hour = ClassHour(
        course_id=course.id,
        exercise_id=exercise_id,
        group_id=group_id,
        opened_by=actor_id,
        opened_at=at,
        closes_at=at + _length(minutes),
    )
    session.add(hour)
    session.flush()
    _record(session, Action.CLASS_OPENED, hour, actor_id, request_id, exercise=exercise_id, minutes=minutes)
    return hour


def extend_hour(
    session: Session, hour: ClassHour, *, minutes: int, actor_id: UUID, request_id: str | None = None
) -> None:
    """Give more time. Raises Conflict where it has ended, and Invalid where it would be too long."""
    _hold(session, hour)
    _require_open(hour)
    closes_at = hour.closes_at + _length(minutes)
    if closes_at - hour.opened_at > LONGEST:
        raise Invalid(f"An exercise is open in class for {LONGEST.total_seconds() / 3600:g} hours at most.")
    hour.closes_at = closes_at
    session.add(hour)
    _record(session, Action.CLASS_EXTENDED, hour, actor_id, request_id, minutes=minutes)


def close_hour(session: Session, hour: ClassHour, *, actor_id: UUID, request_id: str | None = None) -> None:
    """End it before its time; what has ended stays as it is."""
    _hold(session, hour)
    if hour.closed_at is not None or now() >= hour.closes_at:
        return
    hour.closed_at = now()
    session.add(hour)
    _record(session, Action.CLASS_CLOSED, hour, actor_id, request_id)


def show_attempt(
    session: Session, hour: ClassHour, submission_id: UUID | None, *, actor_id: UUID, request_id: str | None = None
) -> None:
    """Put an attempt that was made in this hour on the screen, without a name; None takes it away. Raises NotFound."""
    if submission_id is not None:
        shown = session.get(Submission, submission_id)
        if (
            shown is None
            or (shown.course_id, shown.exercise_id) != (hour.course_id, hour.exercise_id)
            or not hour.opened_at <= shown.created_at <= hour.ended_at
        ):
            raise NotFound("No such attempt was made in this hour.")
    hour.shown_id = submission_id
    session.add(hour)
    _record(session, Action.CLASS_ATTEMPT_SHOWN, hour, actor_id, request_id, attempt=str(submission_id or ""))


def hours_seen(session: Session, staff: Staff) -> SelectOfScalar[ClassHour]:
    """Select the hours of a course that this one sees: an assistant those of the course and of their own groups."""
    of_course = select(ClassHour).where(ClassHour.course_id == staff.course.id)
    if staff.role is Role.INSTRUCTOR:
        return of_course
    mine = groups_of(session, staff.course, [staff.user.id]).get(staff.user.id, [])
    return of_course.where(
        or_(col(ClassHour.group_id).is_(None), col(ClassHour.group_id).in_([group.id for group in mine]))
    )


def hour_of(session: Session, staff: Staff, hour_id: UUID) -> ClassHour:
    """Find an hour that this one sees. Raises NotFound."""
    hour = session.exec(hours_seen(session, staff).where(ClassHour.id == hour_id)).first()
    if hour is None:
        raise NotFound("This course has no such hour.")
    return hour


def hours_for(session: Session, course_id: UUID, user_id: UUID) -> list[ClassHour]:
    """List what is open now for a learner: for the whole course, or for a group of theirs."""
    groups = select(GroupMember.group_id).where(GroupMember.user_id == user_id)
    mine = or_(col(ClassHour.group_id).is_(None), col(ClassHour.group_id).in_(groups))
    return list(session.exec(_open(course_id, now()).where(mine)))


def is_open_in_class(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> bool:
    """Tell whether an exercise is open now, in class, for this learner."""
    return any(hour.exercise_id == exercise_id for hour in hours_for(session, course_id, user_id))


def _open(course_id: UUID, at: datetime) -> SelectOfScalar[ClassHour]:
    return (
        select(ClassHour)
        .where(ClassHour.course_id == course_id, col(ClassHour.closed_at).is_(None), ClassHour.closes_at > at)
        .order_by(col(ClassHour.opened_at).desc())
    )


def _length(minutes: int) -> timedelta:
    length = timedelta(minutes=minutes)
    if not timedelta(0) < length <= LONGEST:
        raise Invalid(f"An exercise is open in class for 1 minute to {LONGEST.total_seconds() / 3600:g} hours.")
    return length


def _hold(session: Session, hour: ClassHour) -> None:
    """Keep an hour as it is now, until the end of the transaction: two who give more time both give it."""
    session.flush()
    session.refresh(hour, with_for_update=True)


def _require_open(hour: ClassHour) -> None:
    if hour.closed_at is not None or now() >= hour.closes_at:
        raise Conflict("This hour has ended.")


def _record(
    session: Session, action: Action, hour: ClassHour, actor_id: UUID, request_id: str | None, **details: object
) -> None:
    audit_log.record(
        session,
        action,
        actor_id=actor_id,
        course_id=hour.course_id,
        subject=str(hour.id),
        details=details,
        request_id=request_id,
    )
