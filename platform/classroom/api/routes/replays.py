"""Stepping through what a check did with an attempt: run again, traced, and nothing is kept."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from classroom import submissions
from classroom.api.deps import InPerson, InServices, visible_submission
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.schemas import CheckTraceIn, CheckTraceOut

router = api_router("replays", 401, 403, 404, 422, 429, 503)


@router.post("/submissions/{submission_id}/traces", responses=documented(413, 415))
def trace_check(
    submission_id: Annotated[UUID, Path(description="the submission's id")],
    order: CheckTraceIn,
    person: InPerson,
    services: InServices,
) -> CheckTraceOut:
    """Run a check of an attempt again, and tell what happens in one of the things it does.

    For its learner, and who looks after them.
    """
    with services.database.read() as session:
        found = visible_submission(session, submission_id, person)
        attempt = submissions.attempt_of(found)
    exercise = services.catalog.exercise(attempt.exercise_id)
    return services.scratch.trace_check(person.user.id, exercise, attempt.source, order, seed=attempt.seed)
