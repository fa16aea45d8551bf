"""The pages of what was used: all courses for administrators, a course's own for its instructors; and both as CSV."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from classroom import audit_log, roster, usage
from classroom.api.deps import InServices, Services, run_by
from classroom.api.files import csv_response
from classroom.audit_log import Action
from classroom.errors import Invalid
from classroom.models import Course, Scope
from classroom.schemas import Name
from classroom.usage import MonthOfCourse
from classroom.web.render import InViewer, PageRoute, Viewer, page

router = APIRouter(route_class=PageRoute)

Month = Annotated[str, Query(max_length=16)]


@router.get("/admin/usage")
def show_usage(
    request: Request, viewer: InViewer, services: InServices, since: Month = "", until: Month = ""
) -> Response:
    """Show what every course used. For administrators."""
    viewer.person.require(Scope.ADMIN)
    return _page(request, viewer, services, since, until, course=None)


@router.get("/admin/usage.csv")
def usage_as_csv(
    request: Request, viewer: InViewer, services: InServices, since: Month = "", until: Month = ""
) -> Response:
    """Give what every course used as CSV. For administrators."""
    viewer.person.require(Scope.ADMIN)
    return _csv(request, viewer, services, since, until, course=None)


@router.get("/courses/{course}/usage")
def show_usage_of_course(
    request: Request, course: Name, viewer: InViewer, services: InServices, *, since: Month = "", until: Month = ""
) -> Response:
    """Show what a course used. For its instructors."""
    return _page(request, viewer, services, since, until, course=_course(viewer, services, course))


@router.get("/courses/{course}/usage.csv")
def usage_of_course_as_csv(
    request: Request, course: Name, viewer: InViewer, services: InServices, *, since: Month = "", until: Month = ""
) -> Response:
    """Give what a course used as CSV. For its instructors."""
    return _csv(request, viewer, services, since, until, course=_course(viewer, services, course))


def _course(viewer: Viewer, services: Services, slug: str) -> Course:
    viewer.person.require(Scope.MANAGE)
    with services.database.read() as session:
        return run_by(session, viewer.person, slug)


def _months(services: Services, since: str, until: str, course: Course | None) -> list[MonthOfCourse]:
    with services.database.read() as session:
        return usage.report(session, since=since, until=until, course_id=course.id if course else None)


def _page(
    request: Request, viewer: Viewer, services: Services, since: str, until: str, *, course: Course | None
) -> Response:
    trouble, months = "", []
    try:
        months = _months(services, since, until, course)
    except Invalid as error:
        trouble = error.detail
    asked = urlencode({name: value for name, value in (("since", since), ("until", until)) if value})
    return page(
        request,
        "usage.html",
        status=422 if trouble else 200,
        viewer=viewer,
        here="courses" if course else "usage",
        course=course,
        months=months,
        since=since,
        until=until,
        trouble=trouble,
        csv=f"{request.url.path}.csv?{asked}",
    )


def _csv(
    request: Request, viewer: Viewer, services: Services, since: str, until: str, *, course: Course | None
) -> Response:
    months = _months(services, since, until, course)
    with services.database.unit_of_work() as work:
        audit_log.record(
            work.session,
            Action.USAGE_EXPORTED,
            actor_id=viewer.person.user.id,
            course_id=course.id if course else None,
            request_id=request.state.request_id,
        )
    name = f"{course.slug}-usage.csv" if course else "usage.csv"
    return csv_response(roster.write_csv(usage.COLUMNS, usage.cells(months)), name)
