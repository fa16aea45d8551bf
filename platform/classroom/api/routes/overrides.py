"""Points that an instructor sets in the place of the computed ones, with a reason that the learner reads."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request
from sqlmodel import col

from classroom import courses, grades
from classroom.api.deps import CourseSlug, InManaging, InServices, not_yours, run_by
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.models import User
from classroom.schemas import ExerciseGradeOut, Name, OverrideIn

router = api_router("grades", 401, 403, 404, 422, 503)

LearnerId = Annotated[UUID, Path(description="the learner's id")]
ExerciseId = Annotated[Name, Path(description="the exercise's id")]


@router.put("/courses/{course}/overrides/{user_id}/{exercise_id}", responses=documented(413, 415))
def override(
    *,
    course: CourseSlug,
    user_id: LearnerId,
    exercise_id: ExerciseId,
    points: OverrideIn,
    person: InManaging,
    services: InServices,
    request: Request,
) -> ExerciseGradeOut:
    """Set a learner's points for an exercise, whatever they hand in and however it is graded again.

    The learner sees the points and the reason. For the course's instructors.
    """
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        offered = courses.offer(work.session, found, services.catalog)
        with not_yours(work.session, User, col(User.id) == user_id):
            courses.override(
                work.session,
                offered,
                user_id,
                exercise_id,
                score=points.score,
                reason=points.reason,
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )
        graded = grades.of_learners(work.session, offered, [user_id])[user_id]
        return grades.exercise_out(graded.exercises[exercise_id])


@router.delete("/courses/{course}/overrides/{user_id}/{exercise_id}", status_code=204)
def withdraw_override(
    *,
    course: CourseSlug,
    user_id: LearnerId,
    exercise_id: ExerciseId,
    person: InManaging,
    services: InServices,
    request: Request,
) -> None:
    """Let a learner's computed points count again. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        courses.withdraw_override(
            work.session,
            found,
            user_id,
            exercise_id,
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
