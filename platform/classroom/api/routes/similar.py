"""Similar submissions of an exercise: having them looked for, what was found, and two of them side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from sqlmodel import col

from classroom import courses, similarity, workload
from classroom.api.deps import CourseSlug, InManaging, InServices, InTeaching, not_yours, run_by, staff_of
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.courses import Staff
from classroom.models import Role, SimilarPair
from classroom.schemas import (
    JobOut,
    MatchOut,
    Name,
    SettledIn,
    SimilarOut,
    SimilarPairOut,
    SimilarSideOut,
    SimilarSourcesOut,
)

router = api_router("courses", 401, 403, 404, 422, 503)

ExerciseId = Annotated[Name, Path(description="the exercise's id")]
PairId = Annotated[UUID, Path(description="the pair's id")]


@router.get("/courses/{course}/exercises/{exercise_id}/similar")
def list_similar(course: CourseSlug, exercise_id: ExerciseId, person: InTeaching, services: InServices) -> SimilarOut:
    """Tell whose answers to an exercise are unusually alike, as a question and no verdict.

    For the course's instructors, and assistants where both learners are in their groups.
    """
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        courses.offer(session, staff.course, services.catalog).exercise(exercise_id)
        found = similarity.overview(session, staff, exercise_id)
    made = found.comparison
    return SimilarOut(
        exercise_id=exercise_id,
        state="never" if made is None else made.state.value,
        compared=made.compared if made else 0,
        silent=made.silent if made else 0,
        compared_at=made.finished_at if made else None,
        pairs=[_pair(each) for each in found.pairs],
        groups=[[user.id for user in group] for group in found.groups],
    )


@router.post("/courses/{course}/exercises/{exercise_id}/similar", status_code=202, responses=documented(409))
def order_similar(
    course: CourseSlug,
    exercise_id: ExerciseId,
    person: InManaging,
    services: InServices,
    *,
    request: Request,
    response: Response,
    once: InOnce = FIRST,
) -> JobOut:
    """Have the answers to an exercise compared in the background. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        exercise = courses.offer(work.session, found, services.catalog).exercise(exercise_id)
        job = similarity.order(
            work,
            found,
            exercise,
            actor=person.user,
            enqueue=services.enqueue,
            request_id=request.state.request_id,
        )
        response.headers["Location"] = f"{router.prefix}/jobs/{job.id}"
        return once.keep(work, workload.to_out(job))


@router.get("/courses/{course}/exercises/{exercise_id}/similar/{pair_id}")
def show_similar(
    course: CourseSlug,
    exercise_id: ExerciseId,
    pair_id: PairId,
    person: InTeaching,
    *,
    services: InServices,
    request: Request,
) -> SimilarSourcesOut:
    """Show two answers that are alike, and where. That somebody looked is written into the audit log.

    For the course's instructors, and assistants where both learners are in their groups.
    """
    with services.database.unit_of_work() as work:
        staff = staff_of(work.session, person, course)
        with not_yours(work.session, SimilarPair, col(SimilarPair.id) == pair_id):
            found = similarity.see(work, staff, exercise_id, pair_id, request_id=request.state.request_id)
        return SimilarSourcesOut(
            pair=_pair(found),
            first_source=found.first.submission.source,
            second_source=found.second.submission.source,
            matches=[
                MatchOut(first_start=each[0], first_end=each[1], second_start=each[2], second_end=each[3])
                for each in found.matches
            ],
        )


@router.put("/courses/{course}/exercises/{exercise_id}/similar/{pair_id}/settled", responses=documented(413, 415))
def settle_similar(
    course: CourseSlug,
    exercise_id: ExerciseId,
    pair_id: PairId,
    settled: SettledIn,
    person: InManaging,
    *,
    services: InServices,
    request: Request,
) -> SimilarPairOut:
    """Mark a pair as looked at, with nothing to it, or take that back. For the course's instructors."""
    with services.database.unit_of_work() as work:
        staff = Staff(run_by(work.session, person, course), person.user, Role.INSTRUCTOR)
        with not_yours(work.session, SimilarPair, col(SimilarPair.id) == pair_id):
            found = similarity.settle(
                work,
                staff,
                exercise_id,
                pair_id,
                nothing_to_it=settled.nothing_to_it,
                request_id=request.state.request_id,
            )
        return _pair(found)


def _pair(found: similarity.Pair) -> SimilarPairOut:
    return SimilarPairOut(
        id=found.row.id,
        first=_side(found.first),
        second=_side(found.second),
        parts=len(found.matches),
        share=round(found.row.share, 3),
        looked_at=found.row.looked_at,
    )


def _side(side: similarity.Side) -> SimilarSideOut:
    return SimilarSideOut(
        user_id=side.user.id,
        name=side.user.name,
        display_name=side.user.display_name,
        submission_id=side.submission.id,
        number=side.submission.number,
        passed=side.submission.outcome == "passed",
        handed_in_at=side.submission.created_at,
        gave_up_at=side.gave_up.given_up_at if side.gave_up else None,
    )
