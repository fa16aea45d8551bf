"""How a page is made: templates, who looks at it, and refusals as pages. No page's own content."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from classroom import conversations, courses
from classroom.api import csrf
from classroom.api.deps import InServices, InVisitor, Person, Services, write_down
from classroom.errors import ClassroomError, NotFound, Unauthenticated
from classroom.models import ClassHour, Course, Role, Scope
from classroom.settings import Settings
from classroom.web import names, texts, theme


def inline_code(text: str) -> Markup:
    """Show what stands between backticks as code; everything is escaped."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner stays what it is
        pieces[-2:] = ["`".join(pieces[-2:])]
    shown = (Markup("<code>{}</code>").format(piece) if odd % 2 else escape(piece) for odd, piece in enumerate(pieces))
    return Markup("").join(shown)


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["code"] = inline_code
_ENVIRONMENT.globals["failure"] = names.failure
texts.teach(_ENVIRONMENT)
_TEMPLATES: Final = Jinja2Templates(env=_ENVIRONMENT)


@dataclass(frozen=True)
class OpenNow:
    """An exercise that is open in class."""

    lesson_id: str
    title: str
    ends_at: datetime


@dataclass(frozen=True)
class Viewer:
    """Who looks at a page, and what the page needs to know of them."""

    person: Person
    display_name: str
    csrf: str
    teaches: bool
    learns: bool
    lacks_second_factor: bool = False
    course: Course | None = None  # the one they are in
    in_class: tuple[OpenNow, ...] = ()  # what is open for them in class
    runs: bool = False  # whether they are an instructor of it, or an administrator
    waiting: int = 0  # questions that are unanswered, where they teach
    chooses: bool = False  # whether there is another one, or one to look after

    @property
    def slug(self) -> str:
        """The short name of the course they are in. Raises NotFound."""
        if self.course is None:
            raise NotFound(texts.gettext("You are in no course yet."))
        return self.course.slug


def viewer(visitor: InVisitor, services: InServices) -> Viewer:
    """Let in who is signed in by the session cookie. Raises Unauthenticated, which a page answers with the sign-in."""
    if visitor is None or visitor.user is None or visitor.session_secret is None:
        raise Unauthenticated(texts.gettext("Please sign in."))
    with services.database.read() as session:
        by_course = courses.roles(session, visitor.user)
        try:
            course = courses.current_course(session, visitor.user)
        except NotFound:
            course = None
        held = by_course.get(course.slug, []) if course else []
        learns = Role.LEARNER in held
        teaches = not {Role.INSTRUCTOR, Role.ASSISTANT}.isdisjoint(held)
        hours = courses.hours_for(session, course.id, visitor.user.id) if course and learns else []
        waiting = 0
        if course is not None and teaches:
            waiting = conversations.count_waiting(session, courses.require_staff(session, visitor.user, course.slug))
    return Viewer(
        person=Person(visitor.kind, visitor.credential_id, visitor.user, visitor.session_secret, visitor.scopes),
        display_name=visitor.user.display_name,
        csrf=csrf.csrf_token(services.key, visitor.session_secret),
        teaches=teaches and Scope.TEACH in visitor.scopes,
        learns=learns,
        runs=(Role.INSTRUCTOR in held or visitor.user.is_admin) and Scope.MANAGE in visitor.scopes,
        lacks_second_factor=teaches and Scope.TEACH not in visitor.scopes,
        course=course,
        in_class=_in_class(services, hours),
        waiting=waiting,
        chooses=len(by_course) > 1 or teaches or visitor.user.is_admin,
    )


def _in_class(services: Services, hours: Sequence[ClassHour]) -> tuple[OpenNow, ...]:
    lessons = {exercise.id: lesson for lesson in services.catalog.lessons.values() for exercise in lesson.exercises}
    return tuple(
        OpenNow(lessons[hour.exercise_id].id, services.catalog.exercises[hour.exercise_id].title, hour.ended_at)
        for hour in hours
        if hour.exercise_id in lessons
    )


InViewer = Annotated[Viewer, Depends(viewer)]


def page(
    request: Request, template: str, *, status: int = 200, viewer: Viewer | None = None, **values: Any
) -> Response:
    """Render a page."""
    context = {"viewer": viewer, "here": None, "theme": theme.chosen(request.cookies.get(theme.COOKIE)), **values}
    with texts.speaking(request):
        return _TEMPLATES.TemplateResponse(request, template, context, status_code=status)


def wants_page(request: Request) -> bool:
    """Tell whether a person's browser asks for a page, rather than a program for data."""
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.url.path.startswith(("/api/", "/internal/", "/openapi"))


def page_problem(request: Request, status: int, detail: str, *, title: str | None = None) -> Response:
    """Render a refusal as a page."""
    with texts.speaking(request):
        return page(
            request,
            "problem.html",
            status=status,
            title=texts.gettext(title or names.PROBLEMS.get(status) or HTTPStatus(status).phrase),
            detail=texts.gettext(detail),
            request_id=getattr(request.state, "request_id", None),
        )


def safe_next(settings: Settings, wanted: str) -> str:
    """Give the address to go on to: one of our own pages or a lesson app, and the list of lessons for all else."""
    parts = urlsplit(wanted)
    of_ours = {settings.address, settings.portal_url, settings.voila_url, settings.lab_url}
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    printable = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    if printable and (local or f"{parts.scheme}://{parts.netloc}" in of_ours):
        return wanted
    return "/"


class PageRoute(APIRoute):
    """A route whose refusals are pages; who is not signed in is sent to do so, and back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def in_pages(request: Request) -> Response:
            try:
                with texts.speaking(request):
                    return await handle(request)
            except Unauthenticated:
                return RedirectResponse(f"/sign-in?next={quote(_address(request), safe='')}", status_code=303)
            except ClassroomError as error:
                await write_down(request, error)
                return page_problem(request, error.status_code, error.detail, title=error.title)

        return in_pages


def _address(request: Request) -> str:
    """Give the path to come back to; after a form that is the list of lessons."""
    return request.url.path if request.method in csrf.SAFE_METHODS else "/"
