"""Courses and who is what in them. A right is a row here, never a field that a request brings along."""

from typing import Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.errors import Forbidden, NotFound
from classroom.models import Course, Enrolment, Role, User

DEFAULT_COURSE = "classroom"
"""The slug of the one course that a laptop has from the start."""


class Titled(Protocol):
    """What a course can take its title from: the catalog."""

    @property
    def title(self) -> str:
        """The title."""


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


def enrol(session: Session, course: Course, user: User, role: Role, *, actor_id: UUID | None = None) -> None:
    """Give a person a role in a course. One who has it already keeps it, and nothing is written."""
    held = select(Enrolment).where(
        Enrolment.course_id == course.id, Enrolment.user_id == user.id, Enrolment.role == role
    )
    if session.exec(held).first():
        return
    try:
        with session.begin_nested():
            session.add(Enrolment(course_id=course.id, user_id=user.id, role=role))
    except IntegrityError:
        if session.exec(held).first():  # somebody else has given it at the same moment
            return
        raise
    audit_log.record(
        session,
        Action.ROLE_GRANTED,
        actor_id=actor_id,
        subject=str(user.id),
        details={"course": str(course.id), "role": role.value},
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


def require_role(session: Session, user: User, course_slug: str, role: Role) -> Course:
    """Give the course, for who has that role in it.

    Raises Forbidden for who has another role there, NotFound for everyone else: to them the course does not exist.
    """
    if "\x00" in course_slug:
        raise NotFound("There is no such course.")  # PostgreSQL cannot even be asked for it
    held = session.exec(
        select(Course, Enrolment.role)
        .join(Enrolment, col(Enrolment.course_id) == Course.id)
        .where(Course.slug == course_slug, Enrolment.user_id == user.id)
    ).all()
    for course, held_role in held:
        if held_role == role:
            return course
    if held:
        raise Forbidden(f"Only a person who is {role} in this course can do that.")
    raise NotFound("There is no such course.")


def learners(session: Session, course: Course) -> list[User]:
    """List the learners of a course by display name."""
    return list(
        session.exec(
            select(User)
            .join(Enrolment, col(Enrolment.user_id) == User.id)
            .where(Enrolment.course_id == course.id, Enrolment.role == Role.LEARNER)
            .order_by(User.display_name, User.name)
        )
    )
