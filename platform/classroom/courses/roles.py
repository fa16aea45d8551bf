"""Who is what in a course. A right is a row here, never a field that a request brings along."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import audit_log
from classroom.audit_log import Action
from classroom.errors import Conflict, Forbidden, NotFound
from classroom.models import Course, Enrolment, Group, GroupMember, Role, User, now

DEFAULT_COURSE = "classroom"
"""The slug of the one course that a laptop has from the start."""

NO_SUCH_COURSE = "There is no such course."
NO_SUCH_PERSON = "This course has no such person."


class Titled(Protocol):
    """What a course can take its title from: the catalog."""

    @property
    def title(self) -> str:
        """The title."""


class Staff(NamedTuple):
    """Who looks after a course. An administrator does so as an instructor, in every course."""

    course: Course
    user: User
    role: Role


def ensure_default_course(session: Session, catalog: Titled) -> Course:
    """Give the course that a laptop has from the start, made with the catalog's title if it is not there yet."""
    course = session.exec(select(Course).where(Course.slug == DEFAULT_COURSE)).first()
    if course is None:
        course = Course(slug=DEFAULT_COURSE, title=catalog.title)
        try:
            with session.begin_nested():
                session.add(course)
        except IntegrityError:  # another process was quicker
            return session.exec(select(Course).where(Course.slug == DEFAULT_COURSE)).one()
        audit_log.record(session, Action.COURSE_CREATED, actor_id=None, subject=str(course.id), course_id=course.id)
    return course


def enrol(
    session: Session,
    course: Course,
    user: User,
    role: Role,
    *,
    actor_id: UUID | None = None,
    request_id: str | None = None,
) -> bool:
    """Give a person a role in a course; who may do that is for the caller to know.

    One who has it already keeps it, nothing is written, and the answer is False.
    """
    lock(session, course)
    if has_role(session, course.id, user.id, role):
        return False
    session.add(Enrolment(course_id=course.id, user_id=user.id, role=role))
    session.flush()
    audit_log.record(
        session,
        Action.ROLE_GRANTED,
        actor_id=actor_id,
        subject=str(user.id),
        details={"course": str(course.id), "role": role.value},
        request_id=request_id,
    )
    return True


def lock(session: Session, course: Course) -> None:
    """Let one transaction at a time change who and what is in a course; SQLite lets in one writer anyway."""
    session.exec(select(Course.id).where(Course.id == course.id).with_for_update()).one()


def withdraw(
    session: Session,
    course: Course,
    user_id: UUID,
    role: Role,
    *,
    actor_id: UUID | None,
    request_id: str | None = None,
) -> None:
    """Take a role away. What was handed in stays; groups are left with the last role that has a place in them.

    Raises NotFound where they do not have it, and Conflict for the last instructor: a course is never left alone.
    """
    lock(session, course)  # of two instructors who leave at once, one is the last
    held = session.exec(
        select(Enrolment).where(Enrolment.course_id == course.id, Enrolment.user_id == user_id, Enrolment.role == role)
    ).first()
    if held is None:
        raise NotFound(NO_SUCH_PERSON)
    if role is Role.INSTRUCTOR and _count(session, course, Role.INSTRUCTOR) == 1:
        raise Conflict("This is the last instructor of the course. Add another one first.")
    session.delete(held)
    session.flush()
    if not any(has_role(session, course.id, user_id, other) for other in (Role.LEARNER, Role.ASSISTANT)):
        mine = select(Group.id).where(Group.course_id == course.id)
        for member in session.exec(
            select(GroupMember).where(col(GroupMember.group_id).in_(mine), GroupMember.user_id == user_id)
        ).all():
            session.delete(member)
    audit_log.record(
        session,
        Action.ROLE_WITHDRAWN,
        actor_id=actor_id,
        subject=str(user_id),
        details={"course": str(course.id), "role": role.value},
        request_id=request_id,
    )


def roles(session: Session, user: User) -> dict[str, list[Role]]:
    """Tell what a person is: roles by course slug, both in order."""
    held = session.exec(
        select(Course.slug, Enrolment.role)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(Enrolment.user_id == user.id)
        .order_by(Course.slug, col(Enrolment.role))
    )
    by_course: dict[str, list[Role]] = {}
    for slug, role in held:
        by_course.setdefault(slug, []).append(Role(role))
    return by_course


def has_role(session: Session, course_id: UUID, user_id: UUID, role: Role) -> bool:
    """Tell whether a person has a role in a course."""
    held = select(Enrolment.id).where(
        Enrolment.course_id == course_id, Enrolment.user_id == user_id, Enrolment.role == role
    )
    return session.exec(held).first() is not None


def require_role(session: Session, user: User, course_slug: str, *roles: Role) -> Course:
    """Give the course, for who has one of these roles in it.

    Raises Forbidden for who has another role there, NotFound for everyone else: to them the course does not exist.
    """
    if "\x00" in course_slug:
        raise NotFound(NO_SUCH_COURSE)  # PostgreSQL cannot even be asked for it
    held = session.exec(
        select(Course, Enrolment.role)
        .join(Enrolment, col(Enrolment.course_id) == Course.id)
        .where(Course.slug == course_slug, Enrolment.user_id == user.id)
    ).all()
    for course, held_role in held:
        if held_role in roles:
            return course
    if held:
        raise Forbidden(f"Only a person who is {' or '.join(roles)} in this course can do that.")
    raise NotFound(NO_SUCH_COURSE)


def require_instructor(session: Session, user: User, course_slug: str) -> Course:
    """Give the course to who runs it. Raises Forbidden or NotFound as `require_role` does."""
    if user.is_admin:
        return _existing(session, course_slug)
    return require_role(session, user, course_slug, Role.INSTRUCTOR)


def require_staff(session: Session, user: User, course_slug: str) -> Staff:
    """Tell as what a person looks after a course. Raises Forbidden or NotFound as `require_role` does."""
    if user.is_admin:
        return Staff(_existing(session, course_slug), user, Role.INSTRUCTOR)
    course = require_role(session, user, course_slug, Role.INSTRUCTOR, Role.ASSISTANT)
    teaches = has_role(session, course.id, user.id, Role.INSTRUCTOR)
    return Staff(course, user, Role.INSTRUCTOR if teaches else Role.ASSISTANT)


def current_course(session: Session, user: User) -> Course:
    """Give the course a person is in where they name none: the one they chose last, else the one they learn in.

    Where several run, it is the default course, and for who is not in that the newest. Raises NotFound.
    """
    mine = session.exec(
        select(Course, Enrolment)
        .join(Enrolment, col(Enrolment.course_id) == Course.id)
        .where(Enrolment.user_id == user.id, col(Course.archived_at).is_(None))
        .order_by(col(Course.created_at).desc(), Course.slug)
    ).all()
    if not mine:
        return require_role(session, user, DEFAULT_COURSE, *Role)
    chosen = [(enrolment.chosen_at, course) for course, enrolment in mine if enrolment.chosen_at]
    if chosen:
        return max(chosen, key=lambda pair: pair[0])[1]
    learns = [course for course, enrolment in mine if enrolment.role is Role.LEARNER]
    at = now()
    courses = learns or [course for course, _ in mine]
    running = [course for course in courses if _runs(course, at)] or courses
    return next((course for course in running if course.slug == DEFAULT_COURSE), running[0])


def choose(session: Session, user: User, course_slug: str) -> Course:
    """Make a course the one a person is in where they name none. Raises NotFound."""
    course = require_role(session, user, course_slug, *Role)
    for held in session.exec(
        select(Enrolment).where(Enrolment.course_id == course.id, Enrolment.user_id == user.id)
    ).all():
        held.chosen_at = now()
    return course


def learners(session: Session, course: Course) -> list[User]:
    """List the learners of a course by display name."""
    return list(session.exec(learners_of(course).order_by(User.display_name, User.name)))


def learners_of(course: Course) -> SelectOfScalar[User]:
    """Give the statement that selects the learners of a course, in no order yet."""
    return (
        select(User)
        .join(Enrolment, col(Enrolment.user_id) == User.id)
        .where(Enrolment.course_id == course.id, Enrolment.role == Role.LEARNER)
    )


def learners_seen(staff: Staff) -> SelectOfScalar[User]:
    """Give the statement that selects the learners whom this one looks after: an assistant's are in their groups."""
    statement = learners_of(staff.course)
    if staff.role is Role.INSTRUCTOR:
        return statement
    return statement.where(col(User.id).in_(_in_groups_of(staff.course.id, staff.user.id)))


def learners_in_order(session: Session, staff: Staff) -> list[User]:
    """List the learners whom this one looks after, by display name."""
    return list(session.exec(learners_seen(staff).order_by(User.display_name, User.name)))


def people_of(course: Course, role: Role | None = None) -> SelectOfScalar[User]:
    """Give the statement that selects everyone in a course, or everyone of a role, in no order yet."""
    held = select(Enrolment.user_id).where(Enrolment.course_id == course.id)
    if role is not None:
        held = held.where(Enrolment.role == role)
    return select(User).where(col(User.id).in_(held))


def roles_in(session: Session, course: Course, user_ids: list[UUID]) -> dict[UUID, list[Role]]:
    """Tell what these people are in a course."""
    held = select(Enrolment).where(Enrolment.course_id == course.id, col(Enrolment.user_id).in_(user_ids))
    found: dict[UUID, list[Role]] = {}
    for row in session.exec(held.order_by(col(Enrolment.role))):
        found.setdefault(row.user_id, []).append(Role(row.role))
    return found


def looks_after(session: Session, course_id: UUID, viewer: User, learner_id: UUID) -> bool:
    """Tell whether a person may see a learner's work: instructors all, assistants that of their own groups."""
    if viewer.is_admin or has_role(session, course_id, viewer.id, Role.INSTRUCTOR):
        return True
    if not has_role(session, course_id, viewer.id, Role.ASSISTANT):
        return False
    return (
        session.exec(_in_groups_of(course_id, viewer.id).where(GroupMember.user_id == learner_id)).first() is not None
    )


def person_in(session: Session, course: Course, user_id: UUID) -> User:
    """Give a person who has a role in a course. Raises NotFound."""
    found = session.exec(people_of(course).where(User.id == user_id)).first()
    if found is None:
        raise NotFound(NO_SUCH_PERSON)
    return found


def _in_groups_of(course_id: UUID, user_id: UUID) -> SelectOfScalar[UUID]:
    mine = (
        select(GroupMember.group_id)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(Group.course_id == course_id, GroupMember.user_id == user_id)
    )
    return select(GroupMember.user_id).where(col(GroupMember.group_id).in_(mine))


def _existing(session: Session, course_slug: str) -> Course:
    course = None if "\x00" in course_slug else session.exec(select(Course).where(Course.slug == course_slug)).first()
    if course is None:
        raise NotFound(NO_SUCH_COURSE)
    return course


def _runs(course: Course, at: datetime) -> bool:
    return (course.starts_at is None or course.starts_at <= at) and (course.ends_at is None or at < course.ends_at)


def _count(session: Session, course: Course, role: Role) -> int:
    counted = select(func.count()).select_from(Enrolment)
    return session.exec(counted.where(Enrolment.course_id == course.id, Enrolment.role == role)).one()
