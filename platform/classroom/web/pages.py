"""The portal and the instructor's pages: sign-in, lessons, one lesson, the cohort, one learner's attempts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from classroom import accounts, courses, progress, submissions
from classroom.accounts import SESSION_COOKIE, SignedIn
from classroom.api import csrf
from classroom.api.deps import InServices, InVisitor, Services
from classroom.api.routes.lessons import list_lessons, show_exercise, show_lesson
from classroom.api.routes.submissions import list_submissions
from classroom.catalog import Catalog
from classroom.courses import DEFAULT_COURSE
from classroom.errors import NotFound, Unauthenticated
from classroom.models import Role
from classroom.schemas import LessonOut, Name, ProgressOut
from classroom.web.render import InViewer, PageRoute, page, safe_next

router = APIRouter(route_class=PageRoute)

ShortField = Annotated[str, Form(max_length=512)]


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    visitor: InVisitor,
    services: InServices,
    then: Annotated[str, Query(alias="next", max_length=512)] = "/",
) -> Response:
    """Ask for name and password, or go on where somebody is signed in already."""
    target = safe_next(services.settings, then)
    if visitor is not None:
        return RedirectResponse(target, status_code=303)
    return page(request, "sign_in.html", next=target, name="", message=None)


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: InServices,
    name: ShortField,
    password: ShortField,
    then: Annotated[str, Form(alias="next", max_length=512)] = "/",
) -> Response:
    """Check name and password and open a session."""
    csrf.require_same_origin(request)
    target = safe_next(services.settings, then)
    lifetime = timedelta(days=services.settings.session_days)
    try:
        signed_in = accounts.sign_in(
            services.database, name, password, lifetime=lifetime, request_id=request.state.request_id
        )
    except Unauthenticated as error:
        return page(request, "sign_in.html", status=401, next=target, name=name[:64], message=error.detail)
    return _with_session(RedirectResponse(target, status_code=303), services, signed_in)


@router.get("/welcome")
def welcome(
    request: Request, visitor: InVisitor, services: InServices, link: Annotated[str, Query(max_length=128)] = ""
) -> Response:
    """Exchange a one-time link for a session, at once, so that the address is worthless afterwards."""
    lifetime = timedelta(days=services.settings.session_days)
    try:
        with services.database.unit_of_work() as work:
            signed_in = accounts.redeem_one_time_link(work.session, link, lifetime=lifetime)
    except Unauthenticated:
        if visitor is not None:
            return RedirectResponse("/", status_code=303)
        return page(request, "welcome.html", status=401)
    return _with_session(RedirectResponse("/", status_code=303), services, signed_in)


@router.post("/sign-out")
def sign_out(viewer: InViewer, services: InServices, csrf_token: Annotated[str, Form(alias="csrf")]) -> Response:
    """Close the session."""
    secret = viewer.person.session_secret or ""
    csrf.require_csrf_token(csrf_token, key=services.key, session_secret=secret)
    with services.database.unit_of_work() as work:
        accounts.sign_out(work.session, secret)
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/")
def home(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show the lessons by track with the learner's progress, and what is next and why."""
    cards = {
        lesson.id: Card(lesson, Standing.in_all(lesson.progress)) for lesson in list_lessons(viewer.person, services)
    }
    done = sum(card.standing.state == "passed" for card in cards.values())
    upcoming = next((card for card in cards.values() if card.standing.state != "passed"), None)
    why = _why(services.catalog, upcoming, done) if upcoming else ""
    tracks = [(track, [cards[lesson.id] for lesson in track.lessons]) for track in services.catalog.tracks]
    return page(
        request, "home.html", viewer=viewer, here="lessons", tracks=tracks, upcoming=upcoming, why=why, done=done
    )


@router.get("/lessons/{lesson_id}")
def lesson(request: Request, lesson_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show a lesson: how to open it, what its exercises ask, and one's own attempts."""
    shown = show_lesson(lesson_id, viewer.person, services)
    exercises = [
        {
            **dict(show_exercise(summary.id, viewer.person, services)),
            "attempts": list_submissions(summary.id, viewer.person, services),
        }
        for summary in shown.exercises
    ]
    return page(request, "lesson.html", viewer=viewer, here="lessons", lesson=shown, exercises=exercises)


@router.get("/cohort")
def cohort(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show learners by exercises. For instructors."""
    with services.database.read() as session:
        course = courses.require_role(session, viewer.person.user, DEFAULT_COURSE, Role.INSTRUCTOR)
        summaries = list(services.catalog.summaries.values())
        table = progress.cohort(session, course, courses.learners(session, course), summaries)
    states = Counter(cell.state for row in table.rows for cell in row.cells)
    counts = {"passed": states["passed"], "started": states["started"]}
    return page(request, "cohort.html", viewer=viewer, here="cohort", cohort=table, **counts)


@router.get("/cohort/{user_id}/{exercise_id}")
def learner(request: Request, user_id: UUID, exercise_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show one learner's attempts at an exercise, as the learner saw them. For instructors."""
    exercise = services.catalog.exercise(exercise_id)
    with services.database.read() as session:
        course = courses.require_role(session, viewer.person.user, DEFAULT_COURSE, Role.INSTRUCTOR)
        found = next((user for user in courses.learners(session, course) if user.id == user_id), None)
        if found is None:
            raise NotFound("This course has no such learner.")
        made = submissions.attempts(session, course, found, exercise_id)
        attempts = [submissions.to_out(attempt, with_source=True) for attempt in made]
    return page(
        request, "learner.html", viewer=viewer, here="cohort", learner=found, exercise=exercise, attempts=attempts
    )


@dataclass(frozen=True)
class Standing:
    """How a learner stands in a whole lesson: the sum over its exercises."""

    state: str
    attempts: int
    best_score: float
    max_score: float

    @classmethod
    def in_all(cls, rows: Sequence[ProgressOut]) -> Self:
        """Add up; a lesson is passed when each of its exercises is."""
        states = {row.state for row in rows}
        return cls(
            state=states.pop() if len(states) == 1 else "started",
            attempts=sum(row.attempts for row in rows),
            best_score=sum(row.best_score for row in rows),
            max_score=sum(row.max_score for row in rows),
        )


@dataclass(frozen=True)
class Card:
    """A lesson in the list."""

    lesson: LessonOut
    standing: Standing


def _why(catalog: Catalog, upcoming: Card, done: int) -> str:
    """Say why this lesson is the next one."""
    if upcoming.standing.attempts:
        return "You began this one and have not passed it yet."
    needed = [catalog.lesson(lesson_id).title for lesson_id in catalog.lesson(upcoming.lesson.id).requires]
    if needed and done:
        return f"It builds on {' and '.join(needed)}, which you have passed."
    return f"{upcoming.lesson.summary} About {upcoming.lesson.minutes} minutes."


def _with_session(answer: Response, services: Services, signed_in: SignedIn) -> Response:
    """Put the session into the visitor's browser, where no script can read it."""
    settings = services.settings
    answer.set_cookie(
        SESSION_COOKIE,
        services.signer.sign(signed_in.secret),
        max_age=settings.session_days * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )
    return answer
