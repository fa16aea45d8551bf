"""A lesson's page: what it builds on and opens, what its exercises ask, and one's own attempts at them."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from classroom import conversations
from classroom.api.deps import InServices, Services
from classroom.api.paging import Paging
from classroom.api.routes.lessons import list_lessons, show_exercise, show_lesson
from classroom.api.routes.submissions import list_submissions
from classroom.schemas import Name
from classroom.web import course_map
from classroom.web.course_map import in_words
from classroom.web.landing import Standing
from classroom.web.render import InViewer, PageRoute, Viewer, page

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True)
class Neighbour:
    """A lesson before or after this one: how the learner stands in it, and the concepts that join the two."""

    id: str
    title: str
    standing: Standing
    shared: list[str]


@router.get("/lessons/{lesson_id}")
def lesson(request: Request, lesson_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show a lesson: how to open it, what it builds on, what its exercises ask, and one's own attempts."""
    shown = show_lesson(lesson_id, viewer.person, services)
    standings = {each.id: Standing.in_all(each.progress) for each in list_lessons(viewer.person, services)}
    catalog = services.catalog
    this = catalog.lesson(lesson_id)
    before = [catalog.lesson(name) for name in this.requires if name in standings]
    after = [each for each in course_map.opened_by(catalog, this) if each.id in standings]
    exercises = [
        {
            **dict(show_exercise(summary.id, viewer.person, services)),
            "attempts": list_submissions(summary.id, viewer.person, services, Paging()).items,
            **_said(services, viewer, summary.id),
        }
        for summary in shown.exercises
    ]
    return page(
        request,
        "lesson.html",
        viewer=viewer,
        here="lessons",
        lesson=shown,
        standing=standings[lesson_id],
        track=next(track.title for track in catalog.tracks if track.id == this.track),
        concepts=in_words(course_map.taught(this)),
        before=[
            Neighbour(
                each.id, each.title, standings[each.id], in_words(course_map.shared(catalog.concepts, each, this))
            )
            for each in before
        ],
        after=[
            Neighbour(
                each.id, each.title, standings[each.id], in_words(course_map.shared(catalog.concepts, this, each))
            )
            for each in after
        ],
        exercises=exercises,
    )


def _said(services: Services, viewer: Viewer, exercise_id: str) -> dict[str, object]:
    """Read what the learner asked in an exercise, what they were answered, and the comments on their attempts."""
    if viewer.course is None:
        return {"asked": [], "comments": []}
    of = (viewer.course.id, viewer.person.user.id, exercise_id)
    with services.database.read() as session:
        return {"asked": conversations.of_exercise(session, *of), "comments": conversations.comments(session, *of)}
