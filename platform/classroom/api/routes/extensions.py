"""Later due dates for one learner or one group."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from sqlmodel import Session, col, select

from classroom import courses
from classroom.api.deps import CourseSlug, InManaging, InServices, InTeaching, not_yours, run_by, staff_of
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.models import Extension, Group, Role, User
from classroom.schemas import ExtensionIn, ExtensionOut, Page

router = api_router("courses", 401, 403, 404, 422, 503)


@router.get("/courses/{course}/extensions")
def list_extensions(
    course: CourseSlug, person: InTeaching, services: InServices, paging: InPaging
) -> Page[ExtensionOut]:
    """List a course's extensions, the newest first; an assistant's list is of their groups and their learners."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        statement = select(Extension).where(Extension.course_id == staff.course.id)
        if staff.role is not Role.INSTRUCTOR:
            learners = courses.learners_seen(staff).with_only_columns(col(User.id))
            groups = courses.groups_of(session, staff.course, [person.user.id]).get(person.user.id, [])
            mine = col(Extension.group_id).in_([group.id for group in groups])
            statement = statement.where(col(Extension.user_id).in_(learners) | mine)
        order = (col(Extension.created_at), col(Extension.id))
        found, after = read_page(session, statement, *order, paging=paging, descending=True)
        return Page(items=extensions_out(session, found), next=after)


@router.post("/courses/{course}/extensions", status_code=201, responses=documented(409, 413, 415))
def extend(
    course: CourseSlug,
    extension: ExtensionIn,
    person: InManaging,
    services: InServices,
    request: Request,
    *,
    once: InOnce = FIRST,
) -> ExtensionOut:
    """Give a learner or a group more time; a second one takes the place of the first. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        offered = courses.offer(work.session, found, services.catalog)
        with (
            not_yours(work.session, User, col(User.id) == extension.user_id),
            not_yours(work.session, Group, col(Group.id) == extension.group_id),
        ):
            given = courses.extend(
                work.session,
                offered,
                extension.exercise_id,
                due_at=extension.due_at,
                user_id=extension.user_id,
                group_id=extension.group_id,
                reason=extension.reason,
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )
        return once.keep(work, extensions_out(work.session, [given])[0])


@router.delete("/courses/{course}/extensions/{extension_id}", status_code=204)
def withdraw_extension(
    course: CourseSlug,
    extension_id: Annotated[UUID, Path(description="the extension's id")],
    person: InManaging,
    services: InServices,
    request: Request,
) -> None:
    """Take an extension back. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        with not_yours(work.session, Extension, col(Extension.id) == extension_id):
            courses.withdraw_extension(
                work.session, found.id, extension_id, actor_id=person.user.id, request_id=request.state.request_id
            )


def extensions_out(session: Session, found: list[Extension]) -> list[ExtensionOut]:
    """Say them in the words of the API."""
    users = select(User).where(col(User.id).in_([each.user_id for each in found if each.user_id]))
    groups = select(Group).where(col(Group.id).in_([each.group_id for each in found if each.group_id]))
    names = {user.id: user.display_name for user in session.exec(users)}
    names |= {group.id: group.name for group in session.exec(groups)}
    return [
        ExtensionOut(
            id=each.id,
            exercise_id=each.exercise_id,
            due_at=each.due_at,
            user_id=each.user_id,
            group_id=each.group_id,
            whose=next(names[key] for key in (each.user_id, each.group_id) if key in names),
            reason=each.reason,
            created_at=each.created_at,
        )
        for each in found
    ]
