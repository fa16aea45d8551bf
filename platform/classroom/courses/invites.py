"""Links that let people into a course: a role, a number of uses, an end. The secret is shown once and stored hashed."""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.courses.groups import group, join_group
from classroom.courses.roles import choose, enrol, has_role
from classroom.errors import Invalid, NotFound
from classroom.models import Course, Invite, Role, User, now

LONGEST_INVITE = timedelta(days=366)
MOST_USES = 10_000
MOST_USES_OF_STAFF = 20
"""A link that makes instructors or assistants goes to few, each known by name."""

_WORTHLESS = (
    "This invite link does not work: it has expired, was used up or withdrawn, or was not copied whole. "
    "Ask your instructor for a new one."
)


class Invited(NamedTuple):
    """What an invite is for."""

    invite: Invite
    course: Course


def invite(
    session: Session,
    course: Course,
    *,
    role: Role = Role.LEARNER,
    lifetime: timedelta = timedelta(days=30),
    max_uses: int | None = None,
    group_id: UUID | None = None,
    label: str = "",
    actor_id: UUID | None,
    request_id: str | None = None,
) -> tuple[Invite, str]:
    """Make an invite and give its secret out, once. Without `max_uses` it may be used until it expires.

    Raises Invalid, or NotFound for a group that is not of this course.
    """
    if not timedelta(minutes=1) <= lifetime <= LONGEST_INVITE:
        raise Invalid(f"An invite lasts a minute to {LONGEST_INVITE.days} days.")
    if max_uses is not None and not 1 <= max_uses <= MOST_USES:
        raise Invalid(f"An invite may be used 1 to {MOST_USES:,} times.")
    if role is not Role.LEARNER and (max_uses is None or max_uses > MOST_USES_OF_STAFF):
        raise Invalid(f"An invite for an {role} says how often it may be used: 1 to {MOST_USES_OF_STAFF} times.")
    if group_id is not None:
        if role is Role.INSTRUCTOR:
            raise Invalid("Instructors see every group, so an invite for them names none.")
        group(session, course, group_id)
    secret = secrets.token_urlsafe(32)
    made = Invite(
        course_id=course.id,
        role=role,
        group_id=group_id,
        secret_hash=_digest(secret),
        label=label.strip()[:128],
        max_uses=max_uses,
        expires_at=now() + lifetime,
    )
    session.add(made)
    session.flush()
    audit_log.record(
        session,
        Action.INVITE_CREATED,
        actor_id=actor_id,
        subject=str(made.id),
        details={"course": str(course.id), "role": role.value, "max_uses": max_uses},
        request_id=request_id,
    )
    return made, secret


def revoke_invite(
    session: Session, course: Course, invite_id: UUID, *, actor_id: UUID | None, request_id: str | None = None
) -> None:
    """Make an invite worthless. Who came in by it stays. Raises NotFound."""
    found = session.get(Invite, invite_id, with_for_update=True)
    if found is None or found.course_id != course.id:
        raise NotFound("This course has no such invite.")
    if found.revoked_at is None:
        found.revoked_at = now()
        session.add(found)
        audit_log.record(
            session,
            Action.INVITE_REVOKED,
            actor_id=actor_id,
            subject=str(found.id),
            details={"course": str(course.id)},
            request_id=request_id,
        )


def look_at_invite(session: Session, token: str) -> Invited:
    """Tell what an invite is for, to whoever holds its secret. Raises NotFound where it opens nothing."""
    row = session.exec(
        select(Invite, Course)
        .join(Course, col(Course.id) == Invite.course_id)
        .where(
            Invite.secret_hash == _digest(token),
            col(Invite.revoked_at).is_(None),
            col(Invite.expires_at) > now(),
            or_(col(Invite.max_uses).is_(None), col(Invite.uses) < col(Invite.max_uses)),
            col(Course.archived_at).is_(None),
        )
    ).first()
    if row is None:
        raise NotFound(_WORTHLESS)
    return Invited(*row)


def accept_invite(session: Session, token: str, user: User, *, request_id: str | None = None) -> Course:
    """Let a person into the course of an invite, and make it the one they are in.

    Who has the role already keeps it, and no use is counted. Of many at once no more come in than it has uses: the
    database counts. Raises NotFound.
    """
    found, course = look_at_invite(session, token)
    if not has_role(session, course.id, user.id, found.role):
        counted = session.exec(
            update(Invite)
            .where(
                col(Invite.id) == found.id,
                col(Invite.revoked_at).is_(None),
                or_(col(Invite.max_uses).is_(None), col(Invite.uses) < col(Invite.max_uses)),
            )
            .values(uses=Invite.uses + 1)
        )
        if counted.rowcount != 1:
            raise NotFound(_WORTHLESS)
        enrol(session, course, user, found.role, actor_id=user.id, request_id=request_id)
        audit_log.record(
            session,
            Action.INVITE_ACCEPTED,
            actor_id=user.id,
            subject=str(found.id),
            details={"course": str(course.id), "role": found.role.value},
            request_id=request_id,
        )
    if found.group_id is not None:
        into = group(session, course, found.group_id)
        join_group(session, course, into, user.id, actor_id=user.id, request_id=request_id)
    choose(session, user, course.slug)
    return course


class InvitesOfCourses:
    """What invites can do for who signs up by one."""

    def check(self, session: Session, token: str) -> None:
        """Raise NotFound where an invite does not hold."""
        look_at_invite(session, token)

    def accept(self, session: Session, token: str, user: User) -> None:
        """Use an invite for a person. Raises NotFound where it does not hold any more."""
        accept_invite(session, token, user)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
