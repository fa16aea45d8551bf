"""Who is in a course: roles, groups, and lists of people in and out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from sqlmodel import Session, col, select

from classroom import accounts, audit_log, courses, roster
from classroom.api.deps import CourseSlug, InManaging, InServices, InTeaching, not_yours, run_by, staff_of
from classroom.api.files import CSV_RESPONSE, csv_response
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.audit_log import Action
from classroom.errors import NotFound
from classroom.models import Course, Group, Role, User
from classroom.schemas import (
    CoursePersonOut,
    EnrolIn,
    GroupIn,
    GroupRef,
    ImportIn,
    ImportOut,
    Page,
    RoleName,
)

router = api_router("courses", 401, 403, 404, 422, 503)

UserId = Annotated[UUID, Path(description="the person's id")]
GroupId = Annotated[UUID, Path(description="the group's id")]


@router.get("/courses/{course}/people")
def list_people(
    *,
    course: CourseSlug,
    person: InTeaching,
    services: InServices,
    paging: InPaging,
    role: Annotated[RoleName | None, Query(description="only those who are this")] = None,
    group: Annotated[UUID | None, Query(description="only those in this group")] = None,
) -> Page[CoursePersonOut]:
    """List who is in a course, by name. For its instructors; an assistant sees the learners of their own groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        if staff.role is Role.INSTRUCTOR:
            statement = courses.people_of(staff.course, Role(role) if role else None)
        else:
            statement = courses.learners_seen(staff)
        if group is not None:
            with not_yours(session, Group, col(Group.id) == group):
                courses.group(session, staff.course, group)
            statement = statement.where(courses.is_in_group(group))
        found, after = read_page(session, statement, col(User.display_name), col(User.name), paging=paging)
        return Page(items=people_out(session, staff.course, found), next=after)


@router.post("/courses/{course}/people", status_code=201, responses=documented(409, 413, 415))
def enrol_person(
    course: CourseSlug,
    enrol: EnrolIn,
    person: InManaging,
    services: InServices,
    request: Request,
    *,
    once: InOnce = FIRST,
) -> CoursePersonOut:
    """Give somebody who has an account a role in the course. For its instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        user = accounts.find_user(work.session, enrol.name)
        if user is None:
            raise NotFound("There is no account of that name. Invite them by a link, or import them.")
        courses.enrol(
            work.session,
            found,
            user,
            Role(enrol.role),
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        return once.keep(work, people_out(work.session, found, [user])[0])


@router.put("/courses/{course}/people/{user_id}/roles/{role}")
def grant_role(
    *,
    course: CourseSlug,
    user_id: UserId,
    role: Annotated[RoleName, Path(description="what they are to be")],
    person: InManaging,
    services: InServices,
    request: Request,
) -> CoursePersonOut:
    """Give a person of the course another role. For its instructors; nobody becomes an administrator here."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        with not_yours(work.session, User, col(User.id) == user_id):
            user = courses.person_in(work.session, found, user_id)
        courses.enrol(
            work.session, found, user, Role(role), actor_id=person.user.id, request_id=request.state.request_id
        )
        return people_out(work.session, found, [user])[0]


@router.delete("/courses/{course}/people/{user_id}/roles/{role}", status_code=204, responses=documented(409))
def withdraw_role(
    *,
    course: CourseSlug,
    user_id: UserId,
    role: Annotated[RoleName, Path(description="what they are no longer to be")],
    person: InManaging,
    services: InServices,
    request: Request,
) -> None:
    """Take a role away; what was handed in stays. For the course's instructors. The last one cannot be removed."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        with not_yours(work.session, User, col(User.id) == user_id):
            courses.withdraw(
                work.session,
                found,
                user_id,
                Role(role),
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )


@router.get("/courses/{course}/people.csv", response_class=Response, responses=CSV_RESPONSE)
def export_people(course: CourseSlug, person: InTeaching, services: InServices, request: Request) -> Response:
    """Export everyone in the course as CSV; no cell of it is run by a spreadsheet. For its instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        text = roster.export_people(work.session, found)
        audit_log.record(
            work.session,
            Action.PEOPLE_EXPORTED,
            actor_id=person.user.id,
            subject=str(found.id),
            request_id=request.state.request_id,
        )
    return csv_response(text, f"{found.slug}-people.csv")


@router.post("/courses/{course}/import", responses=documented(409, 413, 415))
def import_learners(
    course: CourseSlug,
    wanted: ImportIn,
    person: InManaging,
    services: InServices,
    request: Request,
    *,
    once: InOnce = FIRST,
) -> ImportOut:
    """Enrol the learners of a CSV file: all of them, or none and 422 with what is wrong on which line.

    New accounts come with links that sign their owners in once, shown here and nowhere else. A dry run changes nothing.
    """
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        done = roster.import_learners(
            work.session,
            found,
            wanted.csv,
            links_to=services.settings.address,
            dry_run=wanted.dry_run,
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        return once.keep(work, done)


@router.get("/courses/{course}/groups")
def list_groups(course: CourseSlug, person: InTeaching, services: InServices, paging: InPaging) -> Page[GroupRef]:
    """List the course's groups by name; an assistant's are their own."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        statement = select(Group).where(Group.course_id == staff.course.id)
        if staff.role is not Role.INSTRUCTOR:
            mine = courses.groups_of(session, staff.course, [person.user.id]).get(person.user.id, [])
            statement = statement.where(col(Group.id).in_([each.id for each in mine]))
        found, after = read_page(session, statement, col(Group.name), col(Group.id), paging=paging)
    return Page(items=[group_ref(each) for each in found], next=after)


@router.post("/courses/{course}/groups", status_code=201, responses=documented(409, 413, 415))
def create_group(
    course: CourseSlug,
    group: GroupIn,
    person: InManaging,
    services: InServices,
    request: Request,
    *,
    once: InOnce = FIRST,
) -> GroupRef:
    """Make a group. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        made = courses.create_group(
            work.session, found, group.name, actor_id=person.user.id, request_id=request.state.request_id
        )
        return once.keep(work, group_ref(made))


@router.put("/courses/{course}/groups/{group_id}", responses=documented(409, 413, 415))
def rename_group(
    *, course: CourseSlug, group_id: GroupId, group: GroupIn, person: InManaging, services: InServices, request: Request
) -> GroupRef:
    """Give a group another name. For the course's instructors."""
    with services.database.unit_of_work() as work:
        of_course = run_by(work.session, person, course)
        found = group_of(work.session, of_course, group_id)
        courses.rename_group(
            work.session,
            of_course,
            found,
            group.name,
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        return group_ref(found)


@router.delete("/courses/{course}/groups/{group_id}", status_code=204)
def delete_group(
    course: CourseSlug, group_id: GroupId, person: InManaging, services: InServices, request: Request
) -> None:
    """Remove a group with its extensions and invites; its people stay in the course. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = group_of(work.session, run_by(work.session, person, course), group_id)
        courses.delete_group(work.session, found, actor_id=person.user.id, request_id=request.state.request_id)


@router.put("/courses/{course}/groups/{group_id}/members/{user_id}", status_code=204)
def join_group(
    *,
    course: CourseSlug,
    group_id: GroupId,
    user_id: UserId,
    person: InManaging,
    services: InServices,
    request: Request,
) -> None:
    """Put a learner or an assistant into a group. For the course's instructors."""
    with services.database.unit_of_work() as work:
        of_course = run_by(work.session, person, course)
        found = group_of(work.session, of_course, group_id)
        with not_yours(work.session, User, col(User.id) == user_id):
            courses.join_group(
                work.session,
                of_course,
                found,
                user_id,
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )


@router.delete("/courses/{course}/groups/{group_id}/members/{user_id}", status_code=204)
def leave_group(
    *,
    course: CourseSlug,
    group_id: GroupId,
    user_id: UserId,
    person: InManaging,
    services: InServices,
    request: Request,
) -> None:
    """Take a person out of a group. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = group_of(work.session, run_by(work.session, person, course), group_id)
        courses.leave_group(work.session, found, user_id, actor_id=person.user.id, request_id=request.state.request_id)


def group_of(session: Session, course: Course, group_id: UUID) -> Group:
    """Find a group of the course. Raises NotFound or NotYours."""
    with not_yours(session, Group, col(Group.id) == group_id):
        return courses.group(session, course, group_id)


def group_ref(group: Group) -> GroupRef:
    """Say which group it is."""
    return GroupRef(id=group.id, name=group.name)


def people_out(session: Session, course: Course, people: list[User]) -> list[CoursePersonOut]:
    """Say who these people are in the course."""
    ids = [user.id for user in people]
    roles, groups = courses.roles_in(session, course, ids), courses.groups_of(session, course, ids)
    return [
        CoursePersonOut(
            user_id=user.id,
            name=user.name,
            display_name=user.display_name,
            roles=[role.value for role in roles.get(user.id, [])],
            groups=[group_ref(group) for group in groups.get(user.id, [])],
        )
        for user in people
    ]
