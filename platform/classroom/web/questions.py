"""The inbox: what learners ask, grouped by what went wrong, and the answers. For instructors, and assistants."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator

from classroom import conversations, courses
from classroom.api.deps import InServices, Services, staff_of
from classroom.api.paging import Paging
from classroom.api.routes import questions as api
from classroom.conversations import Which
from classroom.errors import ClassroomError
from classroom.models import Role, Scope
from classroom.schemas import AnswerChange, AnswerIn
from classroom.web.course_forms import InLooking, one_newline, read
from classroom.web.forms import InPoster
from classroom.web.render import PageRoute, Viewer, page
from classroom.web.texts import gettext, marked

router = APIRouter(route_class=PageRoute)

PER_PAGE: Final = 20
Written = Annotated[str, Form(max_length=20_000), AfterValidator(one_newline)]
Id = Annotated[UUID, Form()]
Done = Annotated[str, Query(max_length=16)]
_DONE: Final = {
    "answered": marked("Your answer is with those whom you chose."),
    "changed": marked("The answer is changed, for everyone whom it reached."),
    "withdrawn": marked("The answer is withdrawn. Questions that have no other one wait again."),
}


async def answering(poster: InPoster) -> Viewer:
    """Let in who looks after people and sends a form of our own pages. Scope `teach`."""
    poster.person.require(Scope.TEACH)
    return poster


InAnswering = Annotated[Viewer, Depends(answering)]


@router.get("/questions")
def inbox(
    *,
    request: Request,
    viewer: InLooking,
    services: InServices,
    which: Which = "waiting",
    exercise: Annotated[str, Query(max_length=64, pattern=r"^([a-z0-9][a-z0-9-]*)?$")] = "",
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
    done: Done = "",
) -> Response:
    """Show the questions of the course that one is in."""
    told = gettext(_DONE[done]) if done in _DONE else None
    return _inbox(request, viewer, services, which=which, exercise=exercise or None, cursor=cursor, done=told)


@router.post("/questions/answer")
def answer(
    *,
    request: Request,
    poster: InAnswering,
    services: InServices,
    question_id: Id,
    text: Written,
    reach: Annotated[str, Form(max_length=16)] = "asked",
    everyone: Annotated[bool, Form()] = False,
) -> Response:
    """Answer a question, and with it the others of its kind."""
    try:
        wanted = read(
            AnswerIn,
            question_id=question_id,
            text=text,
            reach="everyone" if everyone and reach != "learner" else reach,
        )
        api.answer(course=poster.slug, answer=wanted, person=poster.person, services=services, request=request)
    except ClassroomError as error:
        return _inbox(request, poster, services, which="all", error=error, draft={"of": question_id, "text": text})
    return _done("answered")


@router.post("/questions/change")
def change(*, request: Request, poster: InAnswering, services: InServices, answer_id: Id, text: Written) -> Response:
    """Change an answer."""
    try:
        wanted = read(AnswerChange, text=text)
        api.change_answer(
            course=poster.slug,
            answer_id=answer_id,
            change=wanted,
            person=poster.person,
            services=services,
            request=request,
        )
    except ClassroomError as error:
        return _inbox(request, poster, services, which="all", error=error, draft={"of": answer_id, "text": text})
    return _done("changed", which="all")


@router.post("/questions/withdraw")
def withdraw(*, request: Request, poster: InAnswering, services: InServices, answer_id: Id) -> Response:
    """Take an answer back."""
    api.withdraw_answer(poster.slug, answer_id, poster.person, services, request)
    return _done("withdrawn")


def _done(what: str, *, which: Which = "waiting") -> Response:
    return RedirectResponse(f"/questions?which={which}&done={what}", status_code=303)


def _inbox(
    request: Request,
    viewer: Viewer,
    services: Services,
    *,
    which: Which = "waiting",
    exercise: str | None = None,
    cursor: str | None = None,
    error: ClassroomError | None = None,
    draft: dict[str, Any] | None = None,
    done: str | None = None,
) -> Response:
    slug = viewer.slug
    found = api.list_questions(
        course=slug,
        person=viewer.person,
        services=services,
        paging=Paging(PER_PAGE, cursor),
        which=which,
        exercise_id=exercise,
    )
    with services.database.read() as session:
        staff = staff_of(session, viewer.person, slug)
        offered = courses.offer(session, staff.course, services.catalog)
        counts = conversations.tally(session, staff)
    return page(
        request,
        "questions.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="cohort",
        kinds=found.items,
        after=found.next,
        counts=counts,
        which=which,
        exercise=exercise,
        exercises=offered.exercises.values(),
        everyone=staff.role is Role.INSTRUCTOR,
        message=error.detail if error else None,
        draft=draft or {"of": None, "text": ""},
        done=done,
    )
