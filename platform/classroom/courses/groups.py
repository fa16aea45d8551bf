"""Groups of a course: some learners, and the assistants who see them."""

import unicodedata
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.courses.roles import has_role, lock, person_in
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import Course, Group, GroupMember, Role, User


def groups(session: Session, course: Course) -> list[Group]:
    """List a course's groups by name."""
    return list(session.exec(select(Group).where(Group.course_id == course.id).order_by(Group.name)))


def group(session: Session, course: Course, group_id: UUID) -> Group:
    """Find a group of a course. Raises NotFound."""
    found = session.get(Group, group_id)
    if found is None or found.course_id != course.id:
        raise NotFound("This course has no such group.")
    return found


def create_group(
    session: Session, course: Course, name: str, *, actor_id: UUID | None, request_id: str | None = None
) -> Group:
    """Make a group. Raises Invalid, or Conflict where there is one of that name."""
    lock(session, course)
    made = Group(course_id=course.id, name=_free_name(session, course, name))
    session.add(made)
    session.flush()
    _record(session, Action.GROUP_CREATED, made, actor_id=actor_id, request_id=request_id)
    return made


def rename_group(
    session: Session, course: Course, found: Group, name: str, *, actor_id: UUID | None, request_id: str | None = None
) -> None:
    """Give a group another name. Raises Invalid or Conflict."""
    lock(session, course)
    if found.name == name:
        return
    found.name = _free_name(session, course, name)
    session.add(found)
    _record(session, Action.GROUP_CHANGED, found, actor_id=actor_id, request_id=request_id)


def delete_group(session: Session, found: Group, *, actor_id: UUID | None, request_id: str | None = None) -> None:
    """Remove a group, with its extensions and invites; its people stay in the course."""
    session.delete(found)
    session.flush()
    _record(session, Action.GROUP_DELETED, found, actor_id=actor_id, request_id=request_id)


def join_group(
    session: Session,
    course: Course,
    found: Group,
    user_id: UUID,
    *,
    actor_id: UUID | None,
    request_id: str | None = None,
) -> None:
    """Put a learner or an assistant of the course into a group; one who is in it stays. Raises NotFound or Invalid."""
    lock(session, course)
    person_in(session, course, user_id)
    if not any(has_role(session, course.id, user_id, role) for role in (Role.LEARNER, Role.ASSISTANT)):
        raise Invalid("A group holds learners and assistants. Instructors see every group.")
    if session.get(GroupMember, (found.id, user_id)) is None:
        session.add(GroupMember(group_id=found.id, user_id=user_id))
        session.flush()
        _record(session, Action.GROUP_JOINED, found, actor_id=actor_id, request_id=request_id, user_id=user_id)


def leave_group(
    session: Session, found: Group, user_id: UUID, *, actor_id: UUID | None, request_id: str | None = None
) -> None:
    """Take a person out of a group. Raises NotFound where they are not in it."""
    member = session.get(GroupMember, (found.id, user_id))
    if member is None:
        raise NotFound("This group has no such person.")
    session.delete(member)
    _record(session, Action.GROUP_LEFT, found, actor_id=actor_id, request_id=request_id, user_id=user_id)


def groups_of(session: Session, course: Course, user_ids: Collection[UUID]) -> dict[UUID, list[Group]]:
    """Tell in which groups of a course these people are."""
    rows = session.exec(
        select(GroupMember.user_id, Group)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(Group.course_id == course.id, col(GroupMember.user_id).in_(user_ids))
        .order_by(Group.name)
    )
    found: dict[UUID, list[Group]] = {}
    for user_id, each in rows:
        found.setdefault(user_id, []).append(each)
    return found


def is_in_group(group_id: UUID) -> ColumnElement[bool]:
    """Give the condition that a person is in a group."""
    return col(User.id).in_(select(GroupMember.user_id).where(GroupMember.group_id == group_id))


def _free_name(session: Session, course: Course, name: str) -> str:
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= 64 or any(unicodedata.category(character).startswith("C") for character in name):
        raise Invalid("A group's name has 1 to 64 characters, none of them a control or formatting character.")
    if session.exec(select(Group.id).where(Group.course_id == course.id, Group.name == name)).first():
        raise Conflict("The course has a group of that name already.")
    return name


def _record(
    session: Session,
    action: Action,
    found: Group,
    *,
    actor_id: UUID | None,
    request_id: str | None,
    user_id: UUID | None = None,
) -> None:
    details = {"course": str(found.course_id)}
    if user_id is not None:
        details["user"] = str(user_id)
    audit_log.record(session, action, actor_id=actor_id, subject=str(found.id), details=details, request_id=request_id)
