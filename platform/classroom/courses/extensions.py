"""Later due dates for one learner or one group."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.courses.groups import group
from classroom.courses.plan import Offer
from classroom.courses.roles import has_role, lock, person_in
from classroom.errors import Invalid, NotFound
from classroom.models import Extension, Role


def extend(
    session: Session,
    offered: Offer,
    exercise_id: str,
    *,
    due_at: datetime,
    user_id: UUID | None = None,
    group_id: UUID | None = None,
    reason: str = "",
    actor_id: UUID | None,
    request_id: str | None = None,
) -> Extension:
    """Give a learner or a group more time in an exercise; a second one takes the place of the first.

    Raises Invalid, or NotFound for who or what is not of this course.
    """
    course, dates = offered.course, offered.dates(exercise_id)
    if (user_id is None) == (group_id is None):
        raise Invalid("An extension is for one learner or for one group.")
    if dates.due_at is None:
        raise Invalid("This exercise is never due, so that there is nothing to put off.")
    if due_at <= dates.due_at:
        raise Invalid(f"An extension is later than the due date, {dates.due_at:%-d %B %Y, %H:%M} UTC.")
    if group_id is not None:
        group(session, course, group_id)
    elif user_id is not None:
        person_in(session, course, user_id)
        if not has_role(session, course.id, user_id, Role.LEARNER):
            raise Invalid("Only a learner hands work in, and can be given more time.")
    lock(session, course)
    held = session.exec(
        select(Extension).where(
            Extension.course_id == course.id,
            Extension.exercise_id == exercise_id,
            Extension.user_id == user_id,
            Extension.group_id == group_id,
        )
    ).first()
    given = held or Extension(
        course_id=course.id, exercise_id=exercise_id, user_id=user_id, group_id=group_id, due_at=due_at
    )
    given.due_at = due_at
    given.reason = reason.strip()[:500]
    session.add(given)
    session.flush()
    audit_log.record(
        session,
        Action.EXTENSION_GRANTED,
        actor_id=actor_id,
        subject=str(user_id or group_id),
        details={"course": str(course.id), "exercise": exercise_id, "due_at": due_at.isoformat()},
        request_id=request_id,
    )
    return given


def withdraw_extension(
    session: Session, course_id: UUID, extension_id: UUID, *, actor_id: UUID | None, request_id: str | None = None
) -> None:
    """Take an extension back. Raises NotFound."""
    found = session.get(Extension, extension_id, with_for_update=True)
    if found is None or found.course_id != course_id:
        raise NotFound("This course has no such extension.")
    session.delete(found)
    audit_log.record(
        session,
        Action.EXTENSION_WITHDRAWN,
        actor_id=actor_id,
        subject=str(found.user_id or found.group_id),
        details={"course": str(course_id), "exercise": found.exercise_id},
        request_id=request_id,
    )
