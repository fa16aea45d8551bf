"""The pages of what is done together in class: open an exercise, follow it, project it, look back at it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from classroom import courses
from classroom.api.deps import InServices, Services
from classroom.api.paging import Paging
from classroom.api.routes import class_hours as api
from classroom.errors import ClassroomError
from classroom.schemas import ClassHourIn, ClassHourOut, MoreTimeIn, ShownIn
from classroom.web.course_forms import InChanging, InForm, InLooking, number, read, text
from classroom.web.render import PageRoute, Viewer, page

router = APIRouter(route_class=PageRoute)

SIZE = (640, 160)
"""Width and height of the chart of an hour, in its own units."""


@router.get("/in-class")
def in_class(request: Request, viewer: InLooking, services: InServices) -> Response:
    """Show what is open in class, a form to open more, and what was done before."""
    return _list(request, viewer, services)


@router.post("/in-class")
def open_hour(request: Request, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Open an exercise in class."""
    try:
        wanted = read(
            ClassHourIn,
            exercise_id=text(form, "exercise_id"),
            minutes=number(form, "minutes") or 10,
            group_id=text(form, "group_id") or None,
        )
        hour = api.open_class_hour(poster.slug, wanted, poster.person, services, request)
    except ClassroomError as error:
        return _list(request, poster, services, error=error)
    return RedirectResponse(f"/in-class/{hour.id}", status_code=303)


@router.get("/in-class/{hour_id}")
def hour(request: Request, hour_id: UUID, viewer: InLooking, services: InServices) -> Response:
    """Show an hour to who runs it: while it is open what happens, afterwards what happened."""
    return _hour(request, viewer, services, hour_id)


@router.get("/in-class/{hour_id}/screen")
def screen(request: Request, hour_id: UUID, viewer: InLooking, services: InServices) -> Response:
    """Show an hour to the class, on a projector: large, and without a name."""
    found = api.show_class_hour(viewer.slug, hour_id, viewer.person, services)
    return page(request, "in_class_screen.html", viewer=viewer, here="cohort", **_shown(found))


@router.post("/in-class/{hour_id}/more-time")
def more_time(request: Request, hour_id: UUID, poster: InChanging, services: InServices) -> Response:
    """Give five minutes more."""
    try:
        api.extend_class_hour(
            course=poster.slug,
            hour_id=hour_id,
            wanted=MoreTimeIn(),
            person=poster.person,
            services=services,
            request=request,
        )
    except ClassroomError as error:
        return _hour(request, poster, services, hour_id, error=error)
    return RedirectResponse(f"/in-class/{hour_id}", status_code=303)


@router.post("/in-class/{hour_id}/close")
def close(request: Request, hour_id: UUID, poster: InChanging, services: InServices) -> Response:
    """End it now."""
    try:
        api.close_class_hour(poster.slug, hour_id, poster.person, services, request)
    except ClassroomError as error:
        return _hour(request, poster, services, hour_id, error=error)
    return RedirectResponse(f"/in-class/{hour_id}", status_code=303)


@router.post("/in-class/{hour_id}/shown")
def show(
    request: Request,
    hour_id: UUID,
    poster: InChanging,
    services: InServices,
    submission_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Put an attempt on the screen, or take it away."""
    try:
        api.show_attempt_in_class(
            course=poster.slug,
            hour_id=hour_id,
            wanted=read(ShownIn, submission_id=submission_id or None),
            person=poster.person,
            services=services,
            request=request,
        )
    except ClassroomError as error:
        return _hour(request, poster, services, hour_id, error=error)
    return RedirectResponse(f"/in-class/{hour_id}#discussed", status_code=303)


def _list(request: Request, viewer: Viewer, services: Services, *, error: ClassroomError | None = None) -> Response:
    course = viewer.slug
    found = api.list_class_hours(course, viewer.person, services, Paging(limit=50))
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, course)
        offered = courses.offer(session, staff.course, services.catalog)
        groups = courses.groups(session, staff.course)
    return page(
        request,
        "in_class.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="cohort",
        hours=found.items,
        tracks=offered.tracks,
        groups=groups,
        message=error.detail if error else None,
    )


def _hour(
    request: Request, viewer: Viewer, services: Services, hour_id: UUID, *, error: ClassroomError | None = None
) -> Response:
    found = api.show_class_hour(viewer.slug, hour_id, viewer.person, services)
    return page(
        request,
        "in_class_hour.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="cohort",
        message=error.detail if error else None,
        **_shown(found),
    )


def _shown(found: ClassHourOut) -> dict[str, Any]:
    """Say what both views of an hour show, with the lines of its chart."""
    most = max(found.learners, found.tried, 1)
    planned = max(len(found.minutes), round((found.ends_at - found.opened_at).total_seconds() / 60))
    lines = {
        name: _line([getattr(each, name) for each in found.minutes], most, planned) for name in ("tried", "passed")
    }
    source = found.shown.source.split("\n") if found.shown else []
    return {"hour": found, "most": most, "lines": lines, "size": SIZE, "source": source}


def _line(counts: list[int], most: int, planned: int) -> str:
    """Give the points of a stepped line from nothing at the beginning, as SVG has them, over all planned minutes."""
    width, height = SIZE
    step = width / planned
    points, level = [(0.0, float(height))], 0
    for place, count in enumerate(counts, 1):
        points.append((place * step, height * (1 - level / most)))
        points.append((place * step, height * (1 - count / most)))
        level = count
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
