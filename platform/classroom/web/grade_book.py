"""The grade book: learners by exercises with the points that count, one learner's grades, and points set by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from classroom import courses, gradebook, grades, regrades
from classroom.api.deps import InServices, Services
from classroom.api.routes import overrides as api
from classroom.api.routes.learners import seen
from classroom.courses import Offer, Staff
from classroom.errors import Invalid, NotFound
from classroom.gradebook import Grades
from classroom.models import Group, Role, Scope, User
from classroom.schemas import Name, OverrideIn
from classroom.web.course_forms import InChanging, InLooking, read
from classroom.web.grades import rules_in_words, track_rows, weights_in_words
from classroom.web.render import PageRoute, Viewer, page
from classroom.web.texts import gettext as _
from classroom.web.texts import marked

router = APIRouter(route_class=PageRoute, prefix="/gradebook")

SHOWN: Final = 50
"""Learners on one page."""
DONE: Final = {
    "set": marked("The points are set. The learner sees them, and the reason."),
    "back": marked("The computed points count again."),
}
Sort = Literal["name", "lowest", "highest"]


@dataclass(frozen=True)
class Row:
    """A learner's line."""

    learner: User
    grades: Grades


@dataclass(frozen=True)
class Asked:
    """Which part of the grade book is looked at, and in which order."""

    group: str
    track: str
    sort: Sort

    def address(self, **changes: str | int) -> str:
        """Give the address of the same with something else."""
        kept = {"group": self.group, "track": self.track, "sort": self.sort, **changes}
        return "?" + urlencode({name: value for name, value in kept.items() if value not in {"", "name", 1}})


@router.get("")
def grade_book(
    request: Request,
    viewer: InLooking,
    services: InServices,
    *,
    group: Annotated[str, Query(max_length=36)] = "",
    track: Annotated[str, Query(max_length=64)] = "",
    sort: Sort = "name",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show learners by exercises. For instructors, and assistants for their groups."""
    with services.database.read() as session:
        staff, offered = _looked_at(session, viewer, services)
        groups = _groups(session, staff)
        learners = _learners(session, staff, groups, group)
        number = min(number, max(1, math.ceil(len(learners) / SHOWN)))
        here = slice((number - 1) * SHOWN, number * SHOWN)
        if sort == "name":
            shown = learners[here]
            found = grades.of_learners(session, offered, [learner.id for learner in shown])
        else:
            found = grades.of_learners(session, offered, [learner.id for learner in learners])
            sign = 1 if sort == "lowest" else -1
            learners.sort(key=lambda learner: sign * (found[learner.id].percent or 0))
            shown = learners[here]
    asked = Asked(group, track if any(each.id == track for each in offered.tracks) else "", sort)
    nothing = gradebook.grades(offered.plan, ())
    whole = sum(each.weight for each in nothing.tracks)
    return page(
        request,
        "grade_book.html",
        viewer=viewer,
        here="cohort",
        course=offered.course,
        runs=_runs(staff, viewer),
        groups=groups,
        asked=asked,
        tracks=[
            {"track": each, "exercises": plan.exercises, "weight": 100 * plan.weight / whole if whole else 0, "at": at}
            for at, (each, plan) in enumerate(zip(offered.tracks, nothing.tracks, strict=True))
            if plan.exercises and asked.track in {"", each.id}
        ],
        all_tracks=offered.tracks,
        titles={exercise.id: exercise.title for exercise in offered.exercises.values()},
        rows=[Row(learner, found[learner.id]) for learner in shown],
        total=len(learners),
        first=here.start + 1,
        number=number,
        pages=math.ceil(len(learners) / SHOWN),
    )


@router.get("/{user_id}")
def learner(
    request: Request,
    user_id: UUID,
    viewer: InLooking,
    services: InServices,
    done: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """Show one learner's grades as they read them, with a form to set points. For who looks after them."""
    return _learner(request, viewer, services, user_id, done=DONE.get(done))


@router.post("/{user_id}/{exercise_id}")
def set_points(
    request: Request,
    user_id: UUID,
    exercise_id: Name,
    poster: InChanging,
    services: InServices,
    *,
    score: Annotated[str, Form(max_length=32)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Set a learner's points for an exercise."""
    try:
        api.override(
            course=poster.slug,
            user_id=user_id,
            exercise_id=exercise_id,
            points=read(OverrideIn, score=_points(score), reason=reason),
            person=poster.person,
            services=services,
            request=request,
        )
    except Invalid as error:
        return _learner(request, poster, services, user_id, error=error, tried=(exercise_id, score, reason))
    return RedirectResponse(f"/gradebook/{user_id}?done=set#exercise-{exercise_id}", status_code=303)


@router.post("/{user_id}/{exercise_id}/withdraw")
def take_back(request: Request, user_id: UUID, exercise_id: Name, poster: InChanging, services: InServices) -> Response:
    """Let the computed points count again."""
    api.withdraw_override(
        course=poster.slug,
        user_id=user_id,
        exercise_id=exercise_id,
        person=poster.person,
        services=services,
        request=request,
    )
    return RedirectResponse(f"/gradebook/{user_id}?done=back#exercise-{exercise_id}", status_code=303)


def _learner(
    request: Request,
    viewer: Viewer,
    services: Services,
    user_id: UUID,
    *,
    done: str | None = None,
    error: Invalid | None = None,
    tried: tuple[str, str, str] = ("", "", ""),
) -> Response:
    with services.database.read() as session:
        staff, found = seen(session, viewer.person, viewer.slug, user_id)
        offered = courses.offer(session, staff.course, services.catalog)
        graded = grades.of_learners(session, offered, [user_id])[user_id]
        made = grades.graded_attempts(session, offered, user_id)
        again = [note for each in regrades.notes(session, offered.course, user_id).values() for note in each]
    values: dict[str, Any] = {
        "learner": found,
        "course": offered.course,
        "percent": graded.percent,
        "rules": [*rules_in_words(offered.plan.policy), *weights_in_words(offered, graded)],
        "tracks": [track_rows(offered, track, graded, made, again) for track in offered.tracks],
        "made": made,
        "runs": _runs(staff, viewer),
        "done": done and _(done),
        "message": error and error.detail,
        "tried": dict(zip(("exercise", "score", "reason"), tried, strict=True)),
    }
    status = error.status_code if error else 200
    return page(request, "grade_book_learner.html", status=status, viewer=viewer, here="cohort", **values)


def _looked_at(session: Session, viewer: Viewer, services: Services) -> tuple[Staff, Offer]:
    staff = courses.require_staff(session, viewer.person.user, viewer.slug)
    return staff, courses.offer(session, staff.course, services.catalog)


def _runs(staff: Staff, viewer: Viewer) -> bool:
    return staff.role is Role.INSTRUCTOR and Scope.MANAGE in viewer.person.scopes


def _groups(session: Session, staff: Staff) -> list[Group]:
    """List the groups that this one may choose from."""
    if staff.role is Role.INSTRUCTOR:
        return courses.groups(session, staff.course)
    return courses.groups_of(session, staff.course, [staff.user.id]).get(staff.user.id, [])


def _learners(session: Session, staff: Staff, groups: Sequence[Group], group: str) -> list[User]:
    """List the learners of a group, or all whom this one looks after, by name. Raises NotFound."""
    seen = courses.learners_seen(staff)
    if group:
        chosen = next((each for each in groups if str(each.id) == group), None)
        if chosen is None:
            raise NotFound(_("This course has no such group."))
        seen = seen.where(courses.is_in_group(chosen.id))
    return list(session.exec(seen.order_by(User.display_name, User.name)))


def _points(score: str) -> float:
    try:
        found = float(score.strip().replace(",", "."))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Invalid(_("Points are a number, such as 2.5."))
    return found
