"""Points that an instructor sets in the place of the computed ones, with a reason that the learner reads.

They are kept apart from attempts and verdicts and applied when grades are read, so that they outlive every regrade.
"""

import unicodedata
from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from classroom import audit_log, gradebook
from classroom.audit_log import Action
from classroom.courses.plan import Offer
from classroom.courses.roles import has_role, lock, person_in
from classroom.errors import Invalid, NotFound
from classroom.models import Course, Override, Role, now


def override(
    session: Session,
    offered: Offer,
    user_id: UUID,
    exercise_id: str,
    *,
    score: float,
    reason: str,
    actor_id: UUID | None,
    request_id: str | None = None,
) -> Override:
    """Set a learner's points for an exercise; a second time takes the place of the first.

    The reason stays out of the audit log, which names nobody. Raises Invalid, or NotFound for who or what is not of
    this course.
    """
    course, most = offered.course, offered.dates(exercise_id).max_score
    reason = said(reason)
    if not 0 <= score <= most:
        raise Invalid(f"This exercise has 0 to {most:g} points.")
    person_in(session, course, user_id)
    if not has_role(session, course.id, user_id, Role.LEARNER):
        raise Invalid("Only a learner has points.")
    lock(session, course)
    held = _held(session, course, user_id, exercise_id)
    before = held.score if held else None
    given = held or Override(course_id=course.id, user_id=user_id, exercise_id=exercise_id, score=score, reason=reason)
    given.score, given.reason, given.set_at = score, reason, now()
    session.add(given)
    session.flush()
    audit_log.record(
        session,
        Action.OVERRIDE_SET,
        actor_id=actor_id,
        subject=str(user_id),
        details={"course": str(course.id), "exercise": exercise_id, "from": before, "to": score},
        request_id=request_id,
    )
    return given


def withdraw_override(
    session: Session,
    course: Course,
    user_id: UUID,
    exercise_id: str,
    *,
    actor_id: UUID | None,
    request_id: str | None = None,
) -> None:
    """Let the computed points count again. Raises NotFound."""
    lock(session, course)
    held = _held(session, course, user_id, exercise_id)
    if held is None:
        raise NotFound("Nobody has set these points, so that there is nothing to take back.")
    session.delete(held)
    audit_log.record(
        session,
        Action.OVERRIDE_WITHDRAWN,
        actor_id=actor_id,
        subject=str(user_id),
        details={"course": str(course.id), "exercise": exercise_id, "from": held.score},
        request_id=request_id,
    )


def overrides_of(session: Session, course_id: UUID, user_ids: Collection[UUID]) -> dict[UUID, list[gradebook.Override]]:
    """Read the points that were set for these learners."""
    found: dict[UUID, list[gradebook.Override]] = {}
    rows = select(Override).where(Override.course_id == course_id, col(Override.user_id).in_(user_ids))
    for row in session.exec(rows):
        found.setdefault(row.user_id, []).append(gradebook.Override(row.exercise_id, row.score, row.reason))
    return found


def said(reason: str) -> str:
    """Read a reason. Raises Invalid where there is none, or one that cannot be shown."""
    reason = " ".join(unicodedata.normalize("NFC", reason).split())
    if not 1 <= len(reason) <= 500 or any(unicodedata.category(character).startswith("C") for character in reason):
        raise Invalid("Say why, in 1 to 500 characters: the learner reads it.")
    return reason


def _held(session: Session, course: Course, user_id: UUID, exercise_id: str) -> Override | None:
    return session.exec(
        select(Override).where(
            Override.course_id == course.id, Override.user_id == user_id, Override.exercise_id == exercise_id
        )
    ).first()
