"""The portal and the instructor's pages: lessons, one lesson, the cohort, one learner's attempts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request, Response

from classroom import courses, hints, progress, submissions
from classroom.api.deps import InServices
from classroom.api.paging import Paging
from classroom.api.routes.lessons import list_lessons, show_exercise, show_lesson
from classroom.api.routes.submissions import list_submissions
from classroom.catalog import Catalog
from classroom.errors import NotFound
from classroom.models import Scope
from classroom.schemas import LessonOut, Name, ProgressOut
from classroom.web.render import InViewer, PageRoute, Viewer, page

router = APIRouter(route_class=PageRoute)


@router.get("/")
def home(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show the lessons by track with the learner's progress, and what is next and why."""
    try:
        listed = list_lessons(viewer.person, services)
    except NotFound:
        return page(request, "no_course.html", viewer=viewer, here="lessons")
    cards = {lesson.id: Card(lesson, Standing.in_all(lesson.progress)) for lesson in listed}
    done = sum(card.standing.state == "passed" for card in cards.values())
    upcoming = next((card for card in cards.values() if card.standing.state != "passed"), None)
    why = _why(services.catalog, upcoming, done) if upcoming else ""
    tracks = [
        (track, [cards[lesson.id] for lesson in track.lessons])
        for track in services.catalog.tracks
        if all(lesson.id in cards for lesson in track.lessons)  # those that the course teaches
    ]
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
            "attempts": list_submissions(summary.id, viewer.person, services, Paging()).items,
        }
        for summary in shown.exercises
    ]
    return page(request, "lesson.html", viewer=viewer, here="lessons", lesson=shown, exercises=exercises)


@router.get("/cohort")
def cohort(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show learners by exercises. For instructors, and assistants for their groups."""
    viewer.person.require(Scope.TEACH)
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, _course(viewer))
        offered = courses.offer(session, staff.course, services.catalog)
        summaries = [services.catalog.summary(exercise_id) for exercise_id in offered.exercises]
        table = progress.cohort(session, staff.course, courses.learners_in_order(session, staff), summaries)
    states = Counter(cell.state for row in table.rows for cell in row.cells)
    counts = {"passed": states["passed"], "started": states["started"]}
    return page(request, "cohort.html", viewer=viewer, here="cohort", cohort=table, **counts)


@router.get("/cohort/{user_id}/{exercise_id}")
def learner(request: Request, user_id: UUID, exercise_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show one learner's attempts at an exercise, as the learner saw them. For who looks after them."""
    viewer.person.require(Scope.TEACH)
    exercise = services.catalog.exercise(exercise_id)
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, _course(viewer))
        found = next((user for user in courses.learners_in_order(session, staff) if user.id == user_id), None)
        if found is None:
            raise NotFound("This course has no such learner.")
        made = submissions.attempts(session, staff.course, found, exercise_id)
        attempts = [submissions.to_out(attempt, with_source=True) for attempt in made]
        taken = hints.of_learner(
            session, staff.course, found, exercise, services.catalog.summary(exercise_id).max_score
        )
    return page(
        request,
        "learner.html",
        viewer=viewer,
        here="cohort",
        learner=found,
        exercise=exercise,
        attempts=attempts,
        help=taken,
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


def _course(viewer: Viewer) -> str:
    """Give the course a person is in. Raises NotFound."""
    if viewer.course is None:
        raise NotFound("You are in no course yet.")
    return viewer.course.slug


def _why(catalog: Catalog, upcoming: Card, done: int) -> str:
    """Say why this lesson is the next one."""
    if upcoming.standing.attempts:
        return "You began this one and have not passed it yet."
    needed = [catalog.lesson(lesson_id).title for lesson_id in catalog.lesson(upcoming.lesson.id).requires]
    if needed and done:
        return f"It builds on {' and '.join(needed)}, which you have passed."
    return f"{upcoming.lesson.summary} About {upcoming.lesson.minutes} minutes."
