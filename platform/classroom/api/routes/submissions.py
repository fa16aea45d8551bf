"""Attempts: handing one in, looking at them, and waiting for the verdict."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlmodel import col

from classroom import courses, regrades, submissions
from classroom.api.deps import (
    CourseQuery,
    InPerson,
    InServices,
    Person,
    Services,
    learner_course,
    member_offer,
    reading,
    visible_submission,
)
from classroom.api.events import FINAL, Feed
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.errors import NotFound, Unavailable
from classroom.models import Course, Submission
from classroom.regrades import Note
from classroom.schemas import Event, Name, Page, RegradedOut, SubmissionIn, SubmissionOut

router = api_router("submissions", 401, 403, 404, 422, 503)

SubmissionId = Annotated[UUID, Path(description="the submission's id")]
IdempotencyKey = Annotated[
    str,
    Header(
        min_length=1,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="a new one for each attempt, the same one for each repetition of it",
        examples=["6f1d3c1e-53c8-4c3d-9f5e-0c9d1f6f2a11"],
    ),
]


@router.post("/submissions", status_code=202, responses=documented(409, 413, 415, 429))
def submit(
    *,
    submission: SubmissionIn,
    idempotency_key: IdempotencyKey,
    person: InPerson,
    services: InServices,
    request: Request,
    response: Response,
    course: CourseQuery = None,
) -> SubmissionOut:
    """Hand in an attempt. It is graded exactly once; the same key again gives the same submission."""
    with services.tracing.span("submit", exercise=submission.exercise_id), services.database.unit_of_work() as work:
        of_course = learner_course(work.session, person, course)
        offered = courses.offer(work.session, of_course, services.catalog)
        offered.exercise(submission.exercise_id)
        made = submissions.submit(
            work,
            user=person.user,
            course=of_course,
            exercise_id=submission.exercise_id,
            source=submission.source,
            idempotency_key=idempotency_key,
            enqueue=services.enqueue,
            settings=services.settings,
            key=services.key,
            offered=offered,
            request_id=request.state.request_id,
        )
    response.headers["Location"] = f"{router.prefix}/submissions/{made.id}"
    return submissions.to_out(made)


@router.get("/submissions")
def list_submissions(
    exercise_id: Annotated[Name, Query(description="the exercise whose attempts are meant")],
    person: InPerson,
    services: InServices,
    paging: InPaging,
    course: CourseQuery = None,
) -> Page[SubmissionOut]:
    """List one's own attempts at an exercise, the latest first."""
    with services.database.read() as session:
        offered = member_offer(session, services, person, course)
        offered.exercise(exercise_id)
        mine = submissions.attempts_at(offered.course, person.user, exercise_id)
        found, after = read_page(session, mine, col(Submission.number), paging=paging, descending=True)
        again = regrades.notes(session, offered.course, person.user.id, exercise_id)
        return Page(items=[with_notes(submissions.to_out(each), again) for each in found], next=after)


def shown(submission_id: UUID, person: Person, services: Services) -> SubmissionOut:
    """Read an attempt with its source and, when it is done, its verdict. Raises NotFound."""
    with services.database.read() as session:
        found = visible_submission(session, submission_id, person)
        again = regrades.notes(session, session.get_one(Course, found.course_id), found.user_id, found.exercise_id)
        return with_notes(submissions.to_out(found, with_source=True), again)


def with_notes(attempt: SubmissionOut, again: Mapping[UUID, Sequence[Note]]) -> SubmissionOut:
    """Say of an attempt when it was graded again, and why."""
    told = [
        RegradedOut(
            at=note.at,
            reason=note.reason,
            old_score=note.old_score,
            old_max_score=note.old_max_score,
            new_score=note.new_score,
            new_max_score=note.new_max_score,
        )
        for note in again.get(attempt.id, ())
    ]
    return attempt.model_copy(update={"regraded": told}) if told else attempt


@router.get("/submissions/{submission_id}")
def show_submission(submission_id: SubmissionId, person: InPerson, services: InServices) -> SubmissionOut:
    """Show one attempt with its source and, when it is done, its verdict."""
    return shown(submission_id, person, services)


async def feed(submission_id: SubmissionId, person: InPerson, services: InServices) -> AsyncIterator[Feed]:
    """Hold a feed open as long as the answer lasts, and put the present state into it. Raises NotFound before that."""
    with services.hub.subscribe(submission_id, reader=person.user.id) as opened:
        opened.put(await reading(services, _present, submission_id, person, services))
        yield opened


def _present(submission_id: UUID, person: Person, services: Services) -> Event:
    with services.database.read() as session:
        state = visible_submission(session, submission_id, person).state
    return Event(submission_id=submission_id, state=state.value)


@router.get("/submissions/{submission_id}/events", response_class=EventSourceResponse, responses=documented(429))
async def follow(
    submission_id: SubmissionId,
    person: InPerson,
    feed: Annotated[Feed, Depends(feed, scope="request")],
    services: InServices,
) -> AsyncIterator[ServerSentEvent]:
    """Tell by server-sent events what happens to a submission: `progress`, and at last `done` (also where it failed).

    The present state comes at once, whatever happened before; the attempt with its verdict comes with the last. A
    comment each 15 seconds keeps the connection alive.
    """
    event = await feed.get()
    while event.state not in FINAL:
        yield ServerSentEvent(data=event, event="progress")
        state = event.state
        event = await feed.get()
        while event.progress is None and event.state == state:
            event = await feed.get()
    with suppress(NotFound, Unavailable):  # it can still be asked for
        found = await reading(services, shown, submission_id, person, services)
        event = event.model_copy(update={"submission": found})
    yield ServerSentEvent(data=event, event="done")
