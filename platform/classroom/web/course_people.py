"""The pages of a course's people: roles and groups, invites and the import, extensions."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from classroom import courses
from classroom.api.deps import InServices, Services, run_by, staff_of
from classroom.api.paging import Paging
from classroom.api.routes import course_people as api
from classroom.api.routes import extensions as extensions_api
from classroom.api.routes import grades as grades_api
from classroom.api.routes import invites as invites_api
from classroom.errors import ClassroomError, Invalid
from classroom.models import Role, Scope, now
from classroom.schemas import EnrolIn, ExtensionIn, GroupIn, ImportIn, InviteIn, Name, RoleName
from classroom.web.course_forms import InChanging, InForm, InLooking, InRunning, moment, number, read, text
from classroom.web.render import PageRoute, Viewer, page
from classroom.web.texts import gettext as _
from classroom.web.texts import marked

router = APIRouter(route_class=PageRoute)

Cursor = Annotated[str | None, Query(max_length=2048)]
Done = Annotated[str, Query(max_length=16)]
Id = Annotated[UUID, Form()]
_DONE: Final = {
    "saved": marked("Saved."),
    "revoked": marked("The invite is withdrawn."),
    "extended": marked("The extension is given."),
}


@router.get("/courses/{course}/people")
def show_people(
    *, request: Request, course: Name, viewer: InLooking, services: InServices, cursor: Cursor = None, done: Done = ""
) -> Response:
    """Show who is in a course. For its instructors, and assistants for their groups."""
    return _people(request, viewer, services, course, cursor=cursor, done=_(_DONE[done]) if done in _DONE else None)


@router.post("/courses/{course}/people")
def add_person(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Give somebody who has an account a role."""
    try:
        wanted = read(EnrolIn, name=text(form, "name"), role=text(form, "role"))
        api.enrol_person(course, wanted, poster.person, services, request)
    except ClassroomError as error:
        return _people(request, poster, services, course, error=error)
    return _done(course, "people", "saved")


@router.post("/courses/{course}/people/grant")
def grant_role(
    *,
    request: Request,
    course: Name,
    poster: InChanging,
    services: InServices,
    user_id: Id,
    role: Annotated[RoleName, Form()],
) -> Response:
    """Give a person of the course another role."""
    api.grant_role(course=course, user_id=user_id, role=role, person=poster.person, services=services, request=request)
    return _done(course, "people", "saved")


@router.post("/courses/{course}/people/withdraw")
def withdraw_role(
    *,
    request: Request,
    course: Name,
    poster: InChanging,
    services: InServices,
    user_id: Id,
    role: Annotated[RoleName, Form()],
) -> Response:
    """Take a role away."""
    try:
        api.withdraw_role(
            course=course, user_id=user_id, role=role, person=poster.person, services=services, request=request
        )
    except ClassroomError as error:
        return _people(request, poster, services, course, error=error)
    return _done(course, "people", "saved")


@router.get("/courses/{course}/people.csv")
def export_people(request: Request, course: Name, viewer: InLooking, services: InServices) -> Response:
    """Give everyone in a course as CSV."""
    return api.export_people(course, viewer.person, services, request)


@router.get("/courses/{course}/grades.csv")
def export_grades(request: Request, course: Name, viewer: InLooking, services: InServices) -> Response:
    """Give the grades of a course as CSV."""
    return grades_api.export_grades(course, viewer.person, services, request)


@router.post("/courses/{course}/groups")
def create_group(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Make a group."""
    try:
        api.create_group(course, read(GroupIn, name=text(form, "name")), poster.person, services, request)
    except ClassroomError as error:
        return _people(request, poster, services, course, error=error)
    return _done(course, "people", "saved")


@router.post("/courses/{course}/groups/delete")
def delete_group(request: Request, course: Name, poster: InChanging, services: InServices, group_id: Id) -> Response:
    """Remove a group."""
    api.delete_group(course, group_id, poster.person, services, request)
    return _done(course, "people", "saved")


@router.post("/courses/{course}/groups/join")
def join_group(
    *, request: Request, course: Name, poster: InChanging, services: InServices, group_id: Id, user_id: Id
) -> Response:
    """Put a person into a group."""
    try:
        api.join_group(
            course=course,
            group_id=group_id,
            user_id=user_id,
            person=poster.person,
            services=services,
            request=request,
        )
    except ClassroomError as error:
        return _people(request, poster, services, course, error=error)
    return _done(course, "people", "saved")


@router.post("/courses/{course}/groups/leave")
def leave_group(
    *, request: Request, course: Name, poster: InChanging, services: InServices, group_id: Id, user_id: Id
) -> Response:
    """Take a person out of a group."""
    api.leave_group(
        course=course, group_id=group_id, user_id=user_id, person=poster.person, services=services, request=request
    )
    return _done(course, "people", "saved")


@router.get("/courses/{course}/invites")
def show_invites(
    *, request: Request, course: Name, viewer: InRunning, services: InServices, cursor: Cursor = None, done: Done = ""
) -> Response:
    """Show a course's invites, and the import. For its instructors."""
    return _invites(request, viewer, services, course, cursor=cursor, done=_(_DONE[done]) if done in _DONE else None)


@router.post("/courses/{course}/invites")
def create_invite(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Make an invite and show its link, this once."""
    try:
        wanted = read(
            InviteIn,
            role=text(form, "role"),
            days=number(form, "days"),
            max_uses=number(form, "max_uses"),
            group_id=text(form, "group_id") or None,
            label=text(form, "label"),
        )
        made = invites_api.create_invite(course, wanted, poster.person, services, request)
    except ClassroomError as error:
        return _invites(request, poster, services, course, error=error)
    return _invites(request, poster, services, course, made=made)


@router.post("/courses/{course}/invites/revoke")
def revoke_invite(request: Request, course: Name, poster: InChanging, services: InServices, invite_id: Id) -> Response:
    """Make an invite worthless."""
    invites_api.revoke_invite(course, invite_id, poster.person, services, request)
    return _done(course, "invites", "revoked")


@router.post("/courses/{course}/import")
def import_learners(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Import learners, or try it without changing anything."""
    csv = str(form.get("csv", ""))
    try:
        wanted = read(ImportIn, csv=csv, dry_run=text(form, "dry_run") == "yes")
        found = api.import_learners(course, wanted, poster.person, services, request)
    except ClassroomError as error:
        return _invites(request, poster, services, course, error=error, csv=csv[:200_000])
    return _invites(request, poster, services, course, imported=found, csv=csv if found.dry_run else "")


@router.get("/courses/{course}/extensions")
def show_extensions(
    *, request: Request, course: Name, viewer: InRunning, services: InServices, cursor: Cursor = None, done: Done = ""
) -> Response:
    """Show a course's extensions. For its instructors."""
    return _extensions(request, viewer, services, course, cursor=cursor, done=_(_DONE[done]) if done in _DONE else None)


@router.post("/courses/{course}/extensions")
def extend(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Give more time."""
    kind, _colon, whose = text(form, "whose").partition(":")
    try:
        if (due_at := moment(form, "due_at")) is None:
            raise Invalid(_("Say until when."))
        wanted = read(
            ExtensionIn,
            exercise_id=text(form, "exercise_id"),
            due_at=due_at,
            user_id=whose if kind == "user" else None,
            group_id=whose if kind == "group" else None,
            reason=text(form, "reason"),
        )
        extensions_api.extend(course, wanted, poster.person, services, request)
    except ClassroomError as error:
        return _extensions(request, poster, services, course, error=error)
    return _done(course, "extensions", "extended")


@router.post("/courses/{course}/extensions/withdraw")
def withdraw_extension(
    request: Request, course: Name, poster: InChanging, services: InServices, extension_id: Id
) -> Response:
    """Take an extension back."""
    extensions_api.withdraw_extension(course, extension_id, poster.person, services, request)
    return _done(course, "extensions", "saved")


def _people(request: Request, viewer: Viewer, services: Services, course: str, **shown: Any) -> Response:
    cursor = shown.pop("cursor", None)
    with services.database.read() as session:
        staff = staff_of(session, viewer.person, course)
        groups = courses.groups(session, staff.course)
    found = api.list_people(course=course, person=viewer.person, services=services, paging=Paging(100, cursor or None))
    runs = staff.role is Role.INSTRUCTOR and Scope.MANAGE in viewer.person.scopes
    values: dict[str, Any] = {
        "course": staff.course,
        "runs": runs,
        "groups": groups,
        "people": found.items,
        "after": found.next,
    }
    return _page(request, "course_people.html", viewer, **values, **shown)


def _invites(request: Request, viewer: Viewer, services: Services, course: str, **shown: Any) -> Response:
    cursor = shown.pop("cursor", None)
    with services.database.read() as session:
        found = run_by(session, viewer.person, course)
        groups = courses.groups(session, found)
    invites = invites_api.list_invites(course, viewer.person, services, Paging(cursor=cursor or None))
    values: dict[str, Any] = {
        "course": found,
        "groups": groups,
        "invites": invites.items,
        "after": invites.next,
        "now": now(),
    }
    shown = {"made": None, "imported": None, "csv": "", **shown}
    return _page(request, "course_invites.html", viewer, **values, **shown)


def _extensions(request: Request, viewer: Viewer, services: Services, course: str, **shown: Any) -> Response:
    cursor = shown.pop("cursor", None)
    with services.database.read() as session:
        found = run_by(session, viewer.person, course)
        groups, learners = courses.groups(session, found), courses.learners(session, found)
        offered = courses.offer(session, found, services.catalog)
    extensions = extensions_api.list_extensions(course, viewer.person, services, Paging(cursor=cursor or None))
    titles = {exercise_id: services.catalog.summary(exercise_id).title for exercise_id in offered.exercises}
    dated = [
        {"id": each.id, "title": titles[each.id], "due_at": each.due_at}
        for each in offered.plan.exercises.values()
        if each.due_at
    ]
    values: dict[str, Any] = {"course": found, "groups": groups, "learners": learners, "dated": dated, "titles": titles}
    lists: dict[str, Any] = {"extensions": extensions.items, "after": extensions.next}
    return _page(request, "course_extensions.html", viewer, **values, **lists, **shown)


def _page(
    request: Request,
    template: str,
    viewer: Viewer,
    *,
    error: ClassroomError | None = None,
    done: str | None = None,
    **values: Any,
) -> Response:
    return page(
        request,
        template,
        status=error.status_code if error else 200,
        viewer=viewer,
        here="courses",
        message=error.detail if error else None,
        done=done,
        **values,
    )


def _done(course: str, where: str, what: str) -> Response:
    return RedirectResponse(f"/courses/{course}/{where}?done={what}", status_code=303)
