"""The instructor's pages: the cohort, one learner's attempts."""

from collections import Counter
from uuid import UUID

from fastapi import APIRouter, Request, Response

from classroom import courses, hints, progress, submissions
from classroom.api.deps import InServices
from classroom.errors import NotFound
from classroom.models import Scope
from classroom.schemas import Name
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


@router.get("/cohort/{user_id}/{exercise_id}")
def learner(request: Request, user_id: UUID, exercise_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show one learner's attempts at an exercise, as the learner saw them. For who looks after them."""
    viewer.person.require(Scope.TEACH)
    exercise = services.catalog.exercise(exercise_id)
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, viewer.slug)
        found = next((user for user in courses.learners_in_order(session, staff) if user.id == user_id), None)
        if found is None:
            raise NotFound("This course has no such learner.")
        made = submissions.attempts(session, staff.course, found, exercise_id)
        attempts = [submissions.to_out(attempt, with_source=True) for attempt in made]
        taken = hints.of_learner(
            session, staff.course, found, exercise, services.catalog.summary(exercise_id).max_score
        )
    return page(
        request,
        "learner.html",
        viewer=viewer,
        here="cohort",
        learner=found,
        exercise=exercise,
        attempts=attempts,
        help=taken,
    )
