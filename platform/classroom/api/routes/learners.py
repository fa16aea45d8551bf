"""One learner, for those who look after them: how they stand, their attempts, remarks, an attempt made for them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request
from sqlmodel import Session, col

from classroom import conversations, courses, learner_work, submissions
from classroom.api.deps import (
    CourseSlug,
    InManaging,
    InServices,
    InTeaching,
    Person,
    not_yours,
    run_by,
    staff_of,
)
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routes.submissions import IdempotencyKey
from classroom.api.routing import api_router
from classroom.courses import Staff
from classroom.models import Remark, RemarkKind, User
from classroom.schemas import (
    AttemptLineOut,
    LearnerOut,
    Name,
    Page,
    RemarkIn,
    RemarkOut,
    SubmissionIn,
    SubmissionOut,
)

router = api_router("learners", 401, 403, 404, 422, 503)

UserId = Annotated[UUID, Path(description="the learner's id")]


def seen(session: Session, person: Person, course: str, user_id: UUID) -> tuple[Staff, User]:
    """Give a learner to who looks after them in a course. Raises Forbidden, NotFound or NotYours."""
    staff = staff_of(session, person, course)
    with not_yours(session, User, col(User.id) == user_id):
        return staff, learner_work.learner(session, staff, user_id)


@router.get("/courses/{course}/learners/{user_id}")
def show_learner(course: CourseSlug, user_id: UserId, person: InTeaching, services: InServices) -> LearnerOut:
    """Show how a learner stands in each exercise. For instructors, and assistants for their groups."""
    with services.database.read() as session:
        staff, learner = seen(session, person, course, user_id)
        offered = courses.offer(session, staff.course, services.catalog)
        summaries = [services.catalog.summary(exercise_id) for exercise_id in offered.exercises]
        return learner_work.standing(session, offered, learner, summaries)


@router.get("/courses/{course}/learners/{user_id}/attempts")
def list_attempts(
    *,
    course: CourseSlug,
    user_id: UserId,
    person: InTeaching,
    services: InServices,
    paging: InPaging,
    exercise_id: Annotated[Name | None, Query(description="only those at this exercise")] = None,
) -> Page[AttemptLineOut]:
    """List a learner's attempts, the newest first, without their sources and reports."""
    rows: list[Any]
    with services.database.read() as session:
        staff, learner = seen(session, person, course, user_id)
        made = learner_work.timeline(staff.course.id, learner.id, exercise_id)
        rows, after = read_page(session, made, *learner_work.TIMELINE_ORDER, paging=paging, descending=True)
        offered = courses.offer(session, staff.course, services.catalog)
    titles = {exercise.id: exercise.title for exercise in offered.exercises.values()}
    return Page(items=[learner_work.line_out(row, titles) for row in rows], next=after)


@router.get("/courses/{course}/learners/{user_id}/remarks")
def list_remarks(
    course: CourseSlug, user_id: UserId, person: InTeaching, services: InServices, paging: InPaging
) -> Page[RemarkOut]:
    """List the notes about a learner and the comments to them, the newest first."""
    with services.database.read() as session:
        staff, learner = seen(session, person, course, user_id)
        made = conversations.remarks_about(staff, learner)
        order = (col(Remark.created_at), col(Remark.id))
        found, after = read_page(session, made, *order, paging=paging, descending=True)
        return Page(items=conversations.remarks_out(session, found), next=after)


@router.post("/courses/{course}/learners/{user_id}/remarks", status_code=201, responses=documented(409, 413, 415))
def remark(
    *,
    course: CourseSlug,
    user_id: UserId,
    remark: RemarkIn,
    person: InTeaching,
    services: InServices,
    request: Request,
    once: InOnce = FIRST,
) -> RemarkOut:
    """Keep a note among those who teach, or comment on an attempt so that the learner reads it there."""
    with services.database.unit_of_work() as work:
        staff, learner = seen(work.session, person, course, user_id)
        once.begin(work)
        made = conversations.remark(
            work.session,
            staff,
            learner,
            kind=RemarkKind(remark.kind),
            text=remark.text,
            submission_id=remark.submission_id,
            request_id=request.state.request_id,
        )
        return once.keep(work, conversations.remarks_out(work.session, [made])[0])


@router.delete("/courses/{course}/learners/{user_id}/remarks/{remark_id}", status_code=204)
def remove_remark(
    *,
    course: CourseSlug,
    user_id: UserId,
    remark_id: Annotated[UUID, Path(description="the remark's id")],
    person: InTeaching,
    services: InServices,
    request: Request,
) -> None:
    """Take a note or a comment away."""
    with services.database.unit_of_work() as work:
        staff, learner = seen(work.session, person, course, user_id)
        with not_yours(work.session, Remark, col(Remark.id) == remark_id):
            conversations.remove(
                work.session, staff, remark_id, learner_id=learner.id, request_id=request.state.request_id
            )


@router.post(
    "/courses/{course}/learners/{user_id}/submissions", status_code=202, responses=documented(409, 413, 415, 429)
)
def submit_for(
    *,
    course: CourseSlug,
    user_id: UserId,
    submission: SubmissionIn,
    idempotency_key: IdempotencyKey,
    person: InManaging,
    services: InServices,
    request: Request,
) -> SubmissionOut:
    """Hand an attempt in for a learner, by the rules and the rate that are theirs. For the course's instructors.

    It counts as theirs, and says to them that it was handed in for them.
    """
    with services.database.unit_of_work() as work:
        run_by(work.session, person, course)
        staff, learner = seen(work.session, person, course, user_id)
        offered = courses.offer(work.session, staff.course, services.catalog)
        offered.exercise(submission.exercise_id)
        made = submissions.submit(
            work,
            user=learner,
            course=staff.course,
            exercise_id=submission.exercise_id,
            source=submission.source,
            idempotency_key=idempotency_key,
            enqueue=services.enqueue,
            settings=services.settings,
            key=services.key,
            offered=offered,
            handed_in_by=person.user.id,
            request_id=request.state.request_id,
        )
    return submissions.to_out(made)
