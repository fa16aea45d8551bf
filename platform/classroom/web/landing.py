"""The first page: the course for who is signed in, and for anybody else what this is and the way in."""

from dataclasses import dataclass
from typing import Self

from fastapi import APIRouter, Request, Response

from classroom.api.deps import InServices, InVisitor, Services
from classroom.api.routes.lessons import list_lessons
from classroom.catalog import Catalog
from classroom.errors import NotFound
from classroom.schemas import LessonOut, ProgressOut
from classroom.web import course_map
from classroom.web.badge_texts import badges_of
from classroom.web.render import PageRoute, Viewer, page, viewer
from classroom.web.texts import gettext as _
from classroom.web.texts import listed

router = APIRouter(route_class=PageRoute)


@router.get("/")
def home(request: Request, visitor: InVisitor, services: InServices) -> Response:
    """Show the course as a map with the learner's progress, and what is next and why; to a stranger, what this is."""
    if visitor is None or visitor.user is None or visitor.session_secret is None:
        lessons = list(services.catalog.lessons.values())
        return page(
            request,
            "landing.html",
            here="landing",
            sign_up=services.settings.sign_up,
            course=services.catalog,
            exercises=len(services.catalog.exercises),
            hours=round(sum(lesson.minutes for lesson in lessons) / 60),
        )
    return _course(request, viewer(visitor, services), services)


def _course(request: Request, seen_by: Viewer, services: Services) -> Response:
    try:
        listing = list_lessons(seen_by.person, services)
    except NotFound:
        return page(request, "no_course.html", viewer=seen_by, here="lessons")
    cards = {lesson.id: Card(lesson, Standing.in_all(lesson.progress)) for lesson in listing}
    done = sum(card.standing.state == "passed" for card in cards.values())
    upcoming = _next(services.catalog, cards)
    offered = [
        track for track in services.catalog.tracks if all(lesson.id in cards for lesson in track.lessons)
    ]  # those that the course teaches
    states = {name: card.standing.state for name, card in cards.items()}
    return page(
        request,
        "home.html",
        viewer=seen_by,
        here="lessons",
        tracks=[(track, [cards[lesson.id] for lesson in track.lessons]) for track in offered],
        map=course_map.draw(offered, states, upcoming.lesson.id if upcoming else None, services.catalog.concepts),
        node=(course_map.NODE_WIDTH, course_map.NODE_HEIGHT),
        upcoming=upcoming,
        why=_why(services.catalog, upcoming, cards) if upcoming else "",
        done=done,
        total=len(cards),
        badges=badges_of(seen_by, services),
    )


@dataclass(frozen=True)
class Standing:
    """How a learner stands in a whole lesson: the sum over its exercises."""

    state: str
    attempts: int
    best_score: float
    max_score: float

    @classmethod
    def in_all(cls, rows: list[ProgressOut]) -> Self:
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


def _next(catalog: Catalog, cards: dict[str, Card]) -> Card | None:
    """Choose what comes next: what was begun, else the first that is open, else the first that is left."""

    def is_open(card: Card) -> bool:
        return all(cards[name].standing.state == "passed" for name in _needed(catalog, card, cards))

    left = [card for card in cards.values() if card.standing.state != "passed"]
    begun = [card for card in left if card.standing.state == "started"]
    return next(iter([*begun, *filter(is_open, left), *left]), None)


def _needed(catalog: Catalog, card: Card, cards: dict[str, Card]) -> list[str]:
    return [name for name in catalog.lesson(card.lesson.id).requires if name in cards]


def _why(catalog: Catalog, upcoming: Card, cards: dict[str, Card]) -> str:
    """Say why this lesson is the next one."""
    if upcoming.standing.attempts:
        return _("You began this one and have not passed it yet.")
    needed = _needed(catalog, upcoming, cards)
    if needed and all(cards[name].standing.state == "passed" for name in needed):
        return _("It builds on %(lessons)s, which you have passed.") % {
            "lessons": listed([cards[name].lesson.title for name in needed])
        }
    lesson = upcoming.lesson
    return _("%(summary)s About %(minutes)s minutes.") % {"summary": lesson.summary, "minutes": lesson.minutes}
