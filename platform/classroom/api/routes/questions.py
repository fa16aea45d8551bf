"""Questions that learners ask from an attempt, and the answers that come back, to them and to who fails alike."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request
from sqlmodel import Session, col

from classroom import conversations, courses
from classroom.api.deps import (
    CourseSlug,
    InPerson,
    InServices,
    InTeaching,
    NotYours,
    Person,
    not_yours,
    staff_of,
    visible_submission,
)
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routes.submissions import SubmissionId
from classroom.api.routing import api_router
from classroom.errors import Forbidden
from classroom.models import Answer, Question, Reach, Role
from classroom.schemas import (
    AnswerChange,
    AnswerIn,
    AskedOut,
    AskIn,
    DiscussionOut,
    GivenAnswerOut,
    MisconceptionOut,
    Name,
    Page,
    TallyOut,
    VoteIn,
)

router = api_router("questions", 401, 403, 404, 422, 503)

QuestionId = Annotated[UUID, Path(description="the question's id")]
AnswerId = Annotated[UUID, Path(description="the answer's id")]


@router.get("/submissions/{submission_id}/discussion")
def show_discussion(submission_id: SubmissionId, person: InPerson, services: InServices) -> DiscussionOut:
    """Show what was asked and answered about an attempt, what others were told, and the comments of who teaches."""
    with services.database.read() as session:
        return conversations.discussion(session, visible_submission(session, submission_id, person))


@router.post("/submissions/{submission_id}/questions", status_code=201, responses=documented(409, 413, 415, 429))
def ask(
    submission_id: SubmissionId, question: AskIn, person: InPerson, services: InServices, request: Request
) -> AskedOut:
    """Ask from one's own attempt that failed. The question carries where, and how it went another way."""
    with services.database.unit_of_work() as work:
        found = visible_submission(work.session, submission_id, person)
        if found.user_id != person.user.id:
            raise NotYours("There is no such submission.")
        if not courses.has_role(work.session, found.course_id, person.user.id, Role.LEARNER):
            raise Forbidden("Only a learner of the course asks in it.")
        asked = conversations.ask(work.session, found, question.words, request_id=request.state.request_id)
        return conversations.asked_out(work.session, [asked])[0]


@router.post("/questions/{question_id}/reopen", responses=documented(409, 413, 415))
def reopen(
    question_id: QuestionId, question: AskIn, person: InPerson, services: InServices, request: Request
) -> AskedOut:
    """Say that one is still stuck, after an answer or after one's question was closed."""
    with services.database.unit_of_work() as work:
        found = _own(work.session, person, question_id)
        conversations.reopen(work.session, found, question.words, request_id=request.state.request_id)
        return conversations.asked_out(work.session, [found])[0]


@router.post("/questions/{question_id}/close")
def close(question_id: QuestionId, person: InPerson, services: InServices, request: Request) -> AskedOut:
    """Say that a question needs no answer any more."""
    with services.database.unit_of_work() as work:
        found = _own(work.session, person, question_id)
        conversations.close(work.session, found, request_id=request.state.request_id)
        return conversations.asked_out(work.session, [found])[0]


@router.put("/answers/{answer_id}/vote", status_code=204, responses=documented(413, 415))
def vote(answer_id: AnswerId, vote: VoteIn, person: InPerson, services: InServices) -> None:
    """Say whether an answer that reached one helped."""
    with (
        services.database.unit_of_work() as work,
        not_yours(work.session, Answer, col(Answer.id) == answer_id),
    ):
        conversations.vote(work.session, answer_id, person.user, helped=vote.helped)


@router.get("/courses/{course}/questions")
def list_questions(
    *,
    course: CourseSlug,
    person: InTeaching,
    services: InServices,
    paging: InPaging,
    which: Annotated[
        conversations.Which, Query(description="those with questions that wait, the others, or all")
    ] = "all",
    exercise_id: Annotated[Name | None, Query(description="only those of this exercise")] = None,
) -> Page[MisconceptionOut]:
    """List what learners asked about, grouped by what went wrong, the latest first; an assistant's of their groups."""
    rows: list[Any]
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        offered = courses.offer(session, staff.course, services.catalog)
        wanted = conversations.kinds(staff, which, exercise_id)
        rows, after = read_page(session, wanted, *conversations.order(wanted), paging=paging, descending=True)
        return Page(items=conversations.misconceptions(session, staff, offered, rows), next=after)


@router.get("/courses/{course}/questions/tally")
def count_questions(course: CourseSlug, person: InTeaching, services: InServices) -> TallyOut:
    """Count what waits and what was answered, and what helped."""
    with services.database.read() as session:
        return conversations.tally(session, staff_of(session, person, course))


@router.post("/courses/{course}/answers", status_code=201, responses=documented(409, 413, 415))
def answer(
    *,
    course: CourseSlug,
    answer: AnswerIn,
    person: InTeaching,
    services: InServices,
    request: Request,
    once: InOnce = FIRST,
) -> GivenAnswerOut:
    """Answer a question once, for everyone who asked the same, and for everyone who fails in the same way."""
    with services.database.unit_of_work() as work:
        staff = staff_of(work.session, person, course)
        once.begin(work)
        with not_yours(work.session, Question, col(Question.id) == answer.question_id):
            given = conversations.answer(
                work.session,
                staff,
                answer.question_id,
                text=answer.text,
                reach=Reach(answer.reach),
                request_id=request.state.request_id,
            )
        return once.keep(work, conversations.given_out(work.session, [given])[0])


@router.patch("/courses/{course}/answers/{answer_id}", responses=documented(413, 415))
def change_answer(
    *,
    course: CourseSlug,
    answer_id: AnswerId,
    change: AnswerChange,
    person: InTeaching,
    services: InServices,
    request: Request,
) -> GivenAnswerOut:
    """Change an answer, for everyone whom it reached."""
    with services.database.unit_of_work() as work:
        staff = staff_of(work.session, person, course)
        with not_yours(work.session, Answer, col(Answer.id) == answer_id):
            found = conversations.change(
                work.session, staff, answer_id, change.text, request_id=request.state.request_id
            )
        return conversations.given_out(work.session, [found])[0]


@router.delete("/courses/{course}/answers/{answer_id}", status_code=204)
def withdraw_answer(
    course: CourseSlug, answer_id: AnswerId, person: InTeaching, services: InServices, request: Request
) -> None:
    """Take an answer back. Questions that have no other one wait again."""
    with services.database.unit_of_work() as work:
        staff = staff_of(work.session, person, course)
        with not_yours(work.session, Answer, col(Answer.id) == answer_id):
            conversations.withdraw(work.session, staff, answer_id, request_id=request.state.request_id)


def _own(session: Session, person: Person, question_id: UUID) -> Question:
    with not_yours(session, Question, col(Question.id) == question_id):
        return conversations.own(session, question_id, person.user)
