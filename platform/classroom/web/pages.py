"""The instructor's page of the cohort."""

from collections import Counter

from fastapi import APIRouter, Request, Response

from classroom import courses, progress
from classroom.api.deps import InServices
from classroom.models import Scope
from classroom.web.render import InViewer, PageRoute, page

router = APIRouter(route_class=PageRoute)


@router.get("/cohort")
def cohort(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show learners by exercises. For instructors, and assistants for their groups."""
    viewer.person.require(Scope.TEACH)
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, viewer.slug)
        offered = courses.offer(session, staff.course, services.catalog)
        summaries = [services.catalog.summary(exercise_id) for exercise_id in offered.exercises]
        table = progress.cohort(session, staff.course, courses.learners_in_order(session, staff), summaries)
    states = Counter(cell.state for row in table.rows for cell in row.cells)
    counts = {"passed": states["passed"], "started": states["started"]}
    return page(request, "cohort.html", viewer=viewer, here="cohort", cohort=table, **counts)
