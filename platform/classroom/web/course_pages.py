"""The pages of courses: the list with its switch, and one course's dates, tracks and rules."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from classroom import courses
from classroom.api.deps import InServices, Services, run_by
from classroom.api.paging import Paging
from classroom.api.routes import courses as api
from classroom.catalog import Track
from classroom.courses import Dates
from classroom.errors import ClassroomError, Forbidden, Invalid
from classroom.models import Scope
from classroom.schemas import CourseChange, CourseIn, DatesIn, ExerciseSummary, Name, PlanIn, TrackIn
from classroom.web.course_forms import InChanging, InForm, InRunning, moment, number, read, text
from classroom.web.forms import InPoster
from classroom.web.render import InViewer, PageRoute, Viewer, page
from classroom.web.texts import gettext as _
from classroom.web.texts import marked

router = APIRouter(route_class=PageRoute)

Done = Annotated[str, Query(max_length=16)]
Cursor = Annotated[str | None, Query(max_length=2048)]
LATE_RULES: Final = {
    "none": marked("Counts in full, and is called late"),
    "hard_close": marked("Is not taken"),
    "percent_per_day": marked("Loses a part of its points each day"),
}
COUNTINGS: Final = {
    "best": marked("The best one"),
    "last": marked("The last one"),
    "last_on_time": marked("The last one before the deadline"),
}
_DONE: Final = {
    "made": marked("The course is made. Choose its tracks and dates, then invite people."),
    "saved": marked("Saved."),
    "archived": marked("The course is archived."),
    "back": marked("The course is out of the archive."),
}


@dataclass(frozen=True)
class TrackRow:
    """A track of the catalog, as a course's settings show it."""

    track: Track
    chosen: bool
    dates: Dates
    exercises: list[tuple[ExerciseSummary, Dates]]

    @property
    def has_own(self) -> bool:
        """Whether an exercise has dates of its own."""
        return any(dates.opens_at or dates.due_at for _, dates in self.exercises)


@router.get("/courses")
def list_courses(request: Request, viewer: InViewer, services: InServices, cursor: Cursor = None) -> Response:
    """Show the courses one is in, and the way from one to another."""
    return _list(request, viewer, services, cursor=cursor)


@router.post("/courses")
def create_course(
    request: Request,
    poster: InChanging,
    services: InServices,
    title: Annotated[str, Form(max_length=512)],
    slug: Annotated[str, Form(max_length=512)] = "",
) -> Response:
    """Make a course."""
    try:
        made = api.create_course(
            read(CourseIn, title=title.strip(), slug=slug.strip() or None), poster.person, services, request, Response()
        )
    except ClassroomError as error:
        return _list(request, poster, services, error=error, title=title[:200], slug=slug[:64])
    return RedirectResponse(f"/courses/{made.slug}?done=made", status_code=303)


@router.post("/courses/{course}/choose")
def choose_course(course: Name, poster: InPoster, services: InServices) -> Response:
    """Go to a course."""
    api.choose_course(course, poster.person, services)
    return RedirectResponse("/", status_code=303)


@router.get("/courses/{course}")
def show_course(request: Request, course: Name, viewer: InRunning, services: InServices, done: Done = "") -> Response:
    """Show a course's settings. For its instructors."""
    return _settings(request, viewer, services, course, done=_(_DONE[done]) if done in _DONE else None)


@router.post("/courses/{course}")
def change_course(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Save a course's title, dates and rules."""
    try:
        api.change_course(
            course,
            read(
                CourseChange,
                title=text(form, "title"),
                starts_at=moment(form, "starts_at"),
                ends_at=moment(form, "ends_at"),
                late_rule=text(form, "late_rule"),
                late_percent_per_day=_percent(form),
                grace_minutes=number(form, "grace_minutes") or 0,
                counting=text(form, "counting"),
            ),
            poster.person,
            services,
            request,
        )
    except Invalid as error:
        return _settings(request, poster, services, course, error=error)
    return RedirectResponse(f"/courses/{course}?done=saved", status_code=303)


@router.post("/courses/{course}/plan")
def set_plan(request: Request, course: Name, poster: InChanging, services: InServices, form: InForm) -> Response:
    """Save what a course teaches and when."""
    try:
        api.set_plan(course, _plan(form, services), poster.person, services, request)
    except Invalid as error:
        return _settings(request, poster, services, course, error=error)
    return RedirectResponse(f"/courses/{course}?done=saved", status_code=303)


@router.post("/courses/{course}/archive")
def archive_course(
    request: Request, course: Name, poster: InChanging, services: InServices, archived: Annotated[str, Form()]
) -> Response:
    """Archive a course, or take it out of the archive."""
    away = archived == "yes"
    api.change_course(course, CourseChange(archived=away), poster.person, services, request)
    return RedirectResponse(f"/courses/{course}?done={'archived' if away else 'back'}", status_code=303)


def _list(
    request: Request,
    viewer: Viewer,
    services: Services,
    *,
    cursor: str | None = None,
    error: ClassroomError | None = None,
    title: str = "",
    slug: str = "",
) -> Response:
    found = api.list_courses(viewer.person, services, Paging(cursor=cursor or None))
    manages = Scope.MANAGE in viewer.person.scopes
    with services.database.read() as session:
        try:
            courses.require_founder(session, viewer.person.user)
            founds = manages
        except Forbidden:
            founds = False
    admin = Scope.ADMIN in viewer.person.scopes
    return page(
        request,
        "courses.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="courses",
        courses=found.items,
        after=found.next,
        run={each.slug for each in found.items if manages and (admin or "instructor" in each.roles)},
        founds=founds,
        message=error.detail if error else None,
        done=None,
        title=title,
        slug=slug,
    )


def _settings(
    request: Request,
    viewer: Viewer,
    services: Services,
    course: str,
    *,
    error: ClassroomError | None = None,
    done: str | None = None,
) -> Response:
    with services.database.read() as session:
        found = run_by(session, viewer.person, course)
        chosen = courses.chosen_dates(session, found)
    rows = [
        TrackRow(
            track,
            chosen=found.all_tracks or track.id in chosen.tracks,
            dates=chosen.tracks.get(track.id, Dates(track.id)),
            exercises=[
                (services.catalog.summary(exercise.id), chosen.exercises.get(exercise.id, Dates(exercise.id)))
                for lesson in track.lessons
                for exercise in lesson.exercises
            ],
        )
        for track in services.catalog.tracks
    ]
    values: dict[str, Any] = {
        "late_rules": {value: _(words) for value, words in LATE_RULES.items()},
        "countings": {value: _(words) for value, words in COUNTINGS.items()},
        "rows": rows,
    }
    return page(
        request,
        "course.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="courses",
        course=found,
        message=error.detail if error else None,
        done=done,
        **values,
    )


def _plan(form: FormData, services: Services) -> PlanIn:
    every = text(form, "all_tracks") == "yes"
    wanted = {value for value in form.getlist("track") if isinstance(value, str)}
    tracks, exercises = [], []
    for track in services.catalog.tracks:
        if not every and track.id not in wanted:
            continue
        tracks.append(
            read(
                TrackIn,
                id=track.id,
                opens_at=moment(form, f"track-opens:{track.id}"),
                due_at=moment(form, f"track-due:{track.id}"),
                drop_lowest=number(form, f"track-drop:{track.id}") or 0,
                weight=_weight(form, f"track-weight:{track.id}"),
            )
        )
        for exercise in (exercise for lesson in track.lessons for exercise in lesson.exercises):
            opens_at, due_at = (
                moment(form, f"exercise-opens:{exercise.id}"),
                moment(form, f"exercise-due:{exercise.id}"),
            )
            if opens_at or due_at:
                exercises.append(read(DatesIn, id=exercise.id, opens_at=opens_at, due_at=due_at))
    return PlanIn(all_tracks=every, tracks=tracks, exercises=exercises)


def _weight(form: FormData, name: str) -> float | None:
    try:
        return float(text(form, name)) if text(form, name) else None
    except ValueError:
        raise Invalid(_("A weight is a number such as 30; leave it empty for what the exercises are worth.")) from None


def _percent(form: FormData) -> float:
    try:
        return float(text(form, "late_percent_per_day") or 0)
    except ValueError:
        raise Invalid(_("Percent is a number from 0 to 100.")) from None
