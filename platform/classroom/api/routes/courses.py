"""A course as its instructors see it."""

from typing import Annotated

from fastapi import Path

from classroom import courses, progress
from classroom.api.deps import InServices, InTeaching
from classroom.api.routing import api_router
from classroom.models import Role
from classroom.schemas import CohortOut, Name

router = api_router("courses", 401, 403, 404, 422, 503)


@router.get("/courses/{slug}/cohort")
def show_cohort(
    slug: Annotated[Name, Path(description="the course's slug, such as `classroom`")],
    person: InTeaching,
    services: InServices,
) -> CohortOut:
    """Show how every learner stands in every exercise. For the course's instructors."""
    with services.database.read() as session:
        course = courses.require_role(session, person.user, slug, Role.INSTRUCTOR)
        exercises = list(services.catalog.summaries.values())
        return progress.cohort(session, course, courses.learners(session, course), exercises)
