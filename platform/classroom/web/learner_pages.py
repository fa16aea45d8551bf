"""One learner's pages, for those who look after them: how they stand, their time line, each attempt at an exercise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import col
from starlette.datastructures import FormData

from classroom import conversations, courses, hints, regrades, submissions
from classroom.api.deps import InServices, Services, visible_submission
from classroom.api.paging import Paging, read_page
from classroom.api.routes import extensions as extensions_api
from classroom.api.routes import learners as api
from classroom.api.routes.submissions import with_notes
from classroom.courses import Offer, Staff
from classroom.differences import Line, differences
from classroom.errors import ClassroomError, Conflict, NotFound
from classroom.models import Role, Scope, Submission
from classroom.regrades import Note
from classroom.schemas import AskedOut, CommentOut, ExtensionIn, Name, RemarkIn, SubmissionIn, SubmissionOut
from classroom.web.course_forms import InChanging, InForm, InLooking, moment, read, text
from classroom.web.questions import InAnswering
from classroom.web.render import PageRoute, Viewer, page
from classroom.web.texts import gettext, marked

router = APIRouter(route_class=PageRoute)

PER_PAGE: Final = 25
ATTEMPTS_PER_PAGE: Final = 10
Cursor = Annotated[str | None, Query(max_length=2048)]
Done = Annotated[str, Query(max_length=16)]
Draft = Mapping[str, str]
NO_DRAFT: Final[Draft] = MappingProxyType({"of": "", "text": ""})
"""A remark that was refused, to be sent again: which attempt it is at, none for a note, and its text."""

_DONE: Final = {
    "note": marked("The note is kept. Only those who teach this course read it."),
    "comment": marked("The learner reads your comment at the attempt."),
    "removed": marked("It is taken away."),
    "extended": marked("The extension is given."),
    "handed-in": marked("The attempt is handed in for the learner, who is told so. Its verdict comes here."),
}


@dataclass(frozen=True)
class Shown:
    """An attempt, with what changed since the one before, and what was said of it."""

    attempt: SubmissionOut
    changes: list[Line] | None
    """None where there is nothing to compare with, or too much."""
    before: int | None
    """The number of the attempt that it is compared with."""
    question: AskedOut | None
    comments: list[CommentOut]


@router.get("/cohort/learners/{user_id:uuid}")
def show_learner(
    *,
    request: Request,
    user_id: UUID,
    viewer: InLooking,
    services: InServices,
    cursor: Cursor = None,
    done: Done = "",
) -> Response:
    """Show how a learner stands, and all their attempts."""
    return _learner(request, viewer, services, user_id, cursor=cursor, done=_said(done))


@router.get("/cohort/{user_id:uuid}/{exercise_id}")
def show_attempts(
    *,
    request: Request,
    user_id: UUID,
    exercise_id: Name,
    viewer: InLooking,
    services: InServices,
    cursor: Cursor = None,
    done: Done = "",
) -> Response:
    """Show a learner's attempts at an exercise, as the learner saw them, each with what changed since the last."""
    return _attempts(request, viewer, services, (user_id, exercise_id), cursor=cursor, done=_said(done))


@router.get("/cohort/{user_id:uuid}/{exercise_id}/{submission_id}")
def replay(
    *,
    request: Request,
    user_id: UUID,
    exercise_id: Name,
    submission_id: UUID,
    viewer: InLooking,
    services: InServices,
    check: Annotated[str, Query(max_length=128)],
) -> Response:
    """Step through what a check did with an attempt."""
    with services.database.read() as session:
        _, learner = api.seen(session, viewer.person, viewer.slug, user_id)
        found = visible_submission(session, submission_id, viewer.person)
    attempt = submissions.to_out(found, with_source=True)
    checks = attempt.report.checks if attempt.report else ()
    wanted = next((each for each in checks if each.id == check), None)
    if wanted is None or (found.user_id, found.exercise_id) != (learner.id, exercise_id):
        raise NotFound(gettext("The attempt has no such check."))
    return page(
        request,
        "replay.html",
        viewer=viewer,
        here="cohort",
        learner=learner,
        exercise=services.catalog.exercise(exercise_id),
        attempt=attempt,
        check=wanted,
    )


@router.post("/cohort/learners/{user_id:uuid}/remarks")
def remark(*, request: Request, user_id: UUID, poster: InAnswering, services: InServices, form: InForm) -> Response:
    """Keep a note, or comment on an attempt."""
    back = _back(form)
    kind, attempt = text(form, "kind"), text(form, "submission_id")
    try:
        wanted = read(RemarkIn, kind=kind, text=text(form, "text"), submission_id=attempt or None)
        api.remark(
            course=poster.slug,
            user_id=user_id,
            remark=wanted,
            person=poster.person,
            services=services,
            request=request,
        )
    except ClassroomError as error:
        draft = {"of": attempt, "text": text(form, "text")}
        return _again(request, poster, services, (user_id, back), error, draft=draft)
    return _redirect(user_id, back, kind)


@router.post("/cohort/learners/{user_id:uuid}/remarks/remove")
def remove_remark(
    *,
    request: Request,
    user_id: UUID,
    poster: InAnswering,
    services: InServices,
    form: InForm,
    remark_id: Annotated[UUID, Form()],
) -> Response:
    """Take a remark away."""
    api.remove_remark(
        course=poster.slug,
        user_id=user_id,
        remark_id=remark_id,
        person=poster.person,
        services=services,
        request=request,
    )
    return _redirect(user_id, _back(form), "removed")


@router.post("/cohort/learners/{user_id:uuid}/extension")
def extend(*, request: Request, user_id: UUID, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Give a learner more time."""
    back = _back(form)
    try:
        wanted = read(
            ExtensionIn,
            exercise_id=text(form, "exercise_id"),
            due_at=moment(form, "due_at"),
            user_id=user_id,
            reason=text(form, "reason"),
        )
        extensions_api.extend(poster.slug, wanted, poster.person, services, request)
    except ClassroomError as error:
        return _again(request, poster, services, (user_id, back), error)
    return _redirect(user_id, back, "extended")


@router.post("/cohort/{user_id:uuid}/{exercise_id}")
def submit_for(
    *, request: Request, user_id: UUID, exercise_id: Name, poster: InChanging, services: InServices, form: InForm
) -> Response:
    """Hand an attempt in for a learner."""
    source = form.get("source")
    try:
        if form.get("sure") != "yes":
            raise Conflict(gettext("Say first that the learner agreed: the attempt counts as theirs."))
        api.submit_for(
            course=poster.slug,
            user_id=user_id,
            submission=read(
                SubmissionIn,
                exercise_id=exercise_id,
                source=source.replace("\r\n", "\n") if isinstance(source, str) else "",
            ),
            idempotency_key=text(form, "key") or uuid4().hex,
            person=poster.person,
            services=services,
            request=request,
        )
    except ClassroomError as error:
        return _attempts(request, poster, services, (user_id, exercise_id), error=error, source=source)
    return _redirect(user_id, exercise_id, "handed-in")


def _learner(
    request: Request,
    viewer: Viewer,
    services: Services,
    user_id: UUID,
    *,
    cursor: str | None = None,
    error: ClassroomError | None = None,
    done: str | None = None,
    draft: Draft = NO_DRAFT,
) -> Response:
    slug = viewer.slug
    shown = api.show_learner(slug, user_id, viewer.person, services)
    made = api.list_attempts(
        course=slug, user_id=user_id, person=viewer.person, services=services, paging=Paging(PER_PAGE, cursor)
    )
    remarks = api.list_remarks(slug, user_id, viewer.person, services, Paging(50)).items
    with services.database.read() as session:
        staff, learner = api.seen(session, viewer.person, slug, user_id)
        offered = courses.offer(session, staff.course, services.catalog)
    return page(
        request,
        "learner.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="cohort",
        learner=learner,
        shown=shown,
        lines=made.items,
        after=made.next,
        first=cursor is None,
        notes=[each for each in remarks if each.kind == "note"],
        dated=_dated(offered),
        runs=_runs(staff, viewer),
        message=error.detail if error else None,
        done=done,
        draft=draft,
    )


def _attempts(
    request: Request,
    viewer: Viewer,
    services: Services,
    of: tuple[UUID, str],
    *,
    cursor: str | None = None,
    error: ClassroomError | None = None,
    done: str | None = None,
    source: Any = None,
    draft: Draft = NO_DRAFT,
) -> Response:
    user_id, exercise_id = of
    with services.database.read() as session:
        staff, learner = api.seen(session, viewer.person, viewer.slug, user_id)
        offered = courses.offer(session, staff.course, services.catalog)
        exercise = offered.exercise(exercise_id)
        made, after = read_page(
            session,
            submissions.attempts_at(staff.course, learner, exercise_id),
            col(Submission.number),
            paging=Paging(ATTEMPTS_PER_PAGE, cursor),
            descending=True,
        )
        before = submissions.attempts_at(staff.course, learner, exercise_id).where(
            col(Submission.number) < (made[-1].number if made else 0)
        )
        earlier = session.exec(before.order_by(col(Submission.number).desc()).limit(1)).first()
        taken = hints.of_learner(
            session, staff.course, learner, exercise, services.catalog.summary(exercise_id).max_score
        )
        asked = conversations.of_exercise(session, staff.course.id, user_id, exercise_id)
        comments = conversations.comments(session, staff.course.id, user_id, exercise_id)
        again = regrades.notes(session, staff.course, user_id, exercise_id)
    return page(
        request,
        "learner_exercise.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="cohort",
        learner=learner,
        exercise=exercise,
        shown=_shown([*made, earlier], asked, comments, again),
        after=after,
        first=cursor is None,
        help=taken,
        dated=[each for each in _dated(offered) if each["id"] == exercise_id],
        runs=_runs(staff, viewer),
        key=uuid4().hex,
        source=source if isinstance(source, str) else made[0].source if made else "",
        message=error.detail if error else None,
        done=done,
        draft=draft,
    )


def _shown(
    made: list[Submission | None],
    asked: list[AskedOut],
    comments: list[CommentOut],
    again: Mapping[UUID, Sequence[Note]],
) -> list[Shown]:
    """Join attempts, the newest first and the one before the last of them at the end, with what was said of them."""
    questions = {each.number: each for each in asked}
    found = []
    for attempt, before in pairwise(made):
        if attempt is None:
            continue
        forgotten = before is not None and (not before.source or not attempt.source)
        found.append(
            Shown(
                attempt=with_notes(submissions.to_out(attempt, with_source=True), again),
                changes=None if before is None or forgotten else differences(before.source, attempt.source),
                before=None if before is None or forgotten else before.number,
                question=questions.get(attempt.number),
                comments=[each for each in comments if each.number == attempt.number],
            )
        )
    return found


def _dated(offered: Offer) -> list[dict[str, Any]]:
    """List the exercises that are due, which is what can be put off."""
    return [
        {"id": each.id, "title": offered.exercises[each.id].title, "due_at": each.due_at}
        for each in offered.plan.exercises.values()
        if each.due_at
    ]


def _runs(staff: Staff, viewer: Viewer) -> bool:
    return staff.role is Role.INSTRUCTOR and Scope.MANAGE in viewer.person.scopes


def _said(done: str) -> str | None:
    return gettext(_DONE[done]) if done in _DONE else None


def _back(form: FormData) -> str:
    """Give the exercise on whose page a form stood; nothing for the learner's own page."""
    name = text(form, "exercise")
    return name if name and all(letter.isalnum() or letter == "-" for letter in name) else ""


def _redirect(user_id: UUID, exercise_id: str, what: str) -> Response:
    where = f"{user_id}/{exercise_id}" if exercise_id else f"learners/{user_id}"
    return RedirectResponse(f"/cohort/{where}?done={what}", status_code=303)


def _again(
    request: Request,
    viewer: Viewer,
    services: Services,
    of: tuple[UUID, str],
    error: ClassroomError,
    *,
    draft: Draft = NO_DRAFT,
) -> Response:
    if of[1]:
        return _attempts(request, viewer, services, of, error=error, draft=draft)
    return _learner(request, viewer, services, of[0], error=error, draft=draft)
