"""The pages of regrades: ordered with a reason, looked at while they run and before they are published, and listed."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from classroom import courses
from classroom.api.deps import InServices, Services, run_by
from classroom.api.paging import Paging
from classroom.api.routes import regrades as api
from classroom.errors import ClassroomError, Conflict, Invalid
from classroom.schemas import RegradeChangeOut, RegradeDetailOut, RegradeIn
from classroom.web.course_forms import InChanging, InRunning, read
from classroom.web.render import PageRoute, Viewer, page
from classroom.web.texts import gettext as _
from classroom.web.texts import marked

router = APIRouter(route_class=PageRoute, prefix="/regrades")

SHOWN: Final = 200
"""Attempts on the page of a regrade; the API gives all."""
DONE: Final = {
    "published": marked("Published. The learners see their new points, and the reason."),
    "discarded": marked("Discarded. Every verdict is as it was."),
    "stopped": marked("It stops within a few seconds, and nothing comes of it."),
    "moved": marked("It had moved on meanwhile, so nothing was changed."),
}
RegradeId = api.RegradeId


@router.get("")
def list_regrades(
    request: Request,
    viewer: InRunning,
    services: InServices,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
    exercise: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show a course's regrades and the form for another one. For its instructors."""
    return _list(request, viewer, services, cursor=cursor, exercise_id=exercise)


@router.post("")
def order(
    request: Request,
    poster: InChanging,
    services: InServices,
    *,
    exercise_id: Annotated[str, Form(max_length=64)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Have an exercise graded again."""
    try:
        wanted = read(RegradeIn, exercise_id=exercise_id, reason=reason.strip())
        made = api.order_regrade(poster.slug, wanted, poster.person, services, request=request, response=Response())
    except (Invalid, Conflict) as error:
        return _list(request, poster, services, error=error, exercise_id=exercise_id, reason=reason[:500])
    return RedirectResponse(f"/regrades/{made.id}", status_code=303)


@router.get("/{regrade_id}")
def show(
    request: Request,
    regrade_id: RegradeId,
    viewer: InRunning,
    services: InServices,
    done: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Show how far a regrade is; once it is ready, who rises and falls and why. For the course's instructors."""
    said = DONE.get(done)
    return _page(request, "regrade.html", viewer, services, regrade_id, done=said and _(said))


@router.get("/{regrade_id}/publish")
def ask_to_publish(request: Request, regrade_id: RegradeId, viewer: InRunning, services: InServices) -> Response:
    """Ask once more before learners see the new verdicts."""
    return _page(request, "regrade_decide.html", viewer, services, regrade_id, act="publish")


@router.get("/{regrade_id}/discard")
def ask_to_discard(request: Request, regrade_id: RegradeId, viewer: InRunning, services: InServices) -> Response:
    """Ask once more before the new verdicts are thrown away."""
    return _page(request, "regrade_decide.html", viewer, services, regrade_id, act="discard")


@router.post("/{regrade_id}/publish")
def publish(request: Request, regrade_id: RegradeId, poster: InChanging, services: InServices) -> Response:
    """Let the new verdicts take the place of the old ones."""
    try:
        api.publish_regrade(poster.slug, regrade_id, poster.person, services, request)
    except Conflict:
        return _back(regrade_id, "moved")
    return _back(regrade_id, "published")


@router.post("/{regrade_id}/discard")
def discard(request: Request, regrade_id: RegradeId, poster: InChanging, services: InServices) -> Response:
    """Leave the old verdicts as they are."""
    try:
        left = api.discard_regrade(poster.slug, regrade_id, poster.person, services, request)
    except Conflict:
        return _back(regrade_id, "moved")
    return _back(regrade_id, "stopped" if left.state == "running" else "discarded")


def _list(
    request: Request,
    viewer: Viewer,
    services: Services,
    *,
    cursor: str | None = None,
    error: ClassroomError | None = None,
    exercise_id: str = "",
    reason: str = "",
) -> Response:
    found = api.list_regrades(viewer.slug, viewer.person, services, Paging(cursor=cursor or None))
    with services.database.read() as session:
        offered = courses.offer(session, run_by(session, viewer.person, viewer.slug), services.catalog)
    return page(
        request,
        "regrades.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="cohort",
        found=found.items,
        after=found.next,
        tracks=[(track, [each for lesson in track.lessons for each in lesson.exercises]) for track in offered.tracks],
        titles={exercise.id: exercise.title for exercise in services.catalog.exercises.values()},
        message=error.detail if error else None,
        done=None,
        tried={"exercise": exercise_id, "reason": reason},
    )


def _page(
    request: Request, template: str, viewer: Viewer, services: Services, regrade_id: RegradeId, **values: Any
) -> Response:
    found = api.show_regrade(viewer.slug, regrade_id, viewer.person, services)
    return page(
        request,
        template,
        viewer=viewer,
        here="cohort",
        regrade=found,
        title=_title(services, found),
        figures=_figures(found),
        changes=sorted(found.changes, key=_weight)[:SHOWN],
        **{"done": None, "message": None, **values},
    )


def _figures(found: RegradeDetailOut) -> dict[str, int]:
    """Count attempts and learners by what becomes of them."""
    rise = [change for change in found.changes if _moves(change) > 0]
    fall = [change for change in found.changes if _moves(change) < 0]
    counts = {(each.user_id, each.exercise_id): (each.would_count or 0) - (each.counts or 0) for each in found.changes}
    return {
        "rise": len(rise),
        "fall": len(fall),
        "other": len(found.changes) - len(rise) - len(fall),
        "learners_rise": sum(moved > 1e-9 for moved in counts.values()),
        "learners_fall": sum(moved < -1e-9 for moved in counts.values()),
    }


def _weight(change: RegradeChangeOut) -> tuple[float, float, str, int]:
    """Order changes: who loses points that count stands first, since that has to be looked at."""
    counted = (change.would_count or 0) - (change.counts or 0)
    return (counted, _moves(change), change.display_name, change.number)


def _moves(change: RegradeChangeOut) -> float:
    return (change.new_score or 0) - (change.old_score or 0)


def _title(services: Services, found: RegradeDetailOut) -> str:
    exercise = services.catalog.exercises.get(found.exercise_id or "")
    return exercise.title if exercise else found.exercise_id or _("Several exercises")


def _back(regrade_id: RegradeId, done: str) -> Response:
    return RedirectResponse(f"/regrades/{regrade_id}?done={done}", status_code=303)
