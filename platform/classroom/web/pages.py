"""One learner's attempts at an exercise, for who looks after them."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from classroom import courses, hints, submissions
from classroom.api.deps import InServices
from classroom.errors import NotFound
from classroom.models import Scope
from classroom.schemas import Name
from classroom.web.render import InViewer, PageRoute, Viewer, page

router = APIRouter(route_class=PageRoute)


@router.get("/cohort/{user_id}/{exercise_id}")
def learner(request: Request, user_id: UUID, exercise_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show one learner's attempts at an exercise, as the learner saw them. For who looks after them."""
    viewer.person.require(Scope.TEACH)
    exercise = services.catalog.exercise(exercise_id)
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, _course(viewer))
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


def _course(viewer: Viewer) -> str:
    """Give the course a person is in. Raises NotFound."""
    if viewer.course is None:
        raise NotFound("You are in no course yet.")
    return viewer.course.slug
