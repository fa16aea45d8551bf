"""Pages of similar submissions: whose answers to an exercise are alike, and two of them side by side. A question."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from babel.dates import format_timedelta
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import col

from classroom import courses, similarity
from classroom.api.deps import InServices, not_yours
from classroom.courses import Staff
from classroom.errors import Conflict
from classroom.models import Role, Scope, SimilarPair
from classroom.schemas import Name
from classroom.similarity import Pair
from classroom.web import texts
from classroom.web.forms import InPoster
from classroom.web.render import InViewer, PageRoute, page

router = APIRouter(route_class=PageRoute, prefix="/similar")


@dataclass(frozen=True)
class Piece:
    """A stretch of a source; `part` numbers, from 1, the place that the other source has too."""

    text: str
    part: int | None = None


@router.get("/{exercise_id}")
def show(request: Request, exercise_id: Name, viewer: InViewer, services: InServices) -> Response:
    """Show whose answers to an exercise are alike. For instructors, and assistants for their groups."""
    viewer.person.require(Scope.TEACH)
    with services.database.read() as session:
        staff = courses.require_staff(session, viewer.person.user, viewer.slug)
        exercise = courses.offer(session, staff.course, services.catalog).exercise(exercise_id)
        similarity.check_fit(exercise)
        found = similarity.overview(session, staff, exercise_id)
    return page(
        request,
        "similar.html",
        viewer=viewer,
        here="cohort",
        exercise=exercise,
        comparison=found.comparison,
        open=[each for each in found.pairs if each.row.looked_at is None],
        settled=[each for each in found.pairs if each.row.looked_at is not None],
        groups=[texts.listed([user.display_name for user in group]) for group in found.groups],
        orders=staff.role is Role.INSTRUCTOR,
        amount=amount,
        later=later,
    )


@router.post("/{exercise_id}")
def compare(request: Request, exercise_id: Name, viewer: InPoster, services: InServices) -> Response:
    """Have the answers compared; where that is under way already, show how far it is."""
    viewer.person.require(Scope.MANAGE)
    try:
        with services.database.unit_of_work() as work:
            course = courses.require_instructor(work.session, viewer.person.user, viewer.slug)
            similarity.order(
                work,
                course,
                courses.offer(work.session, course, services.catalog).exercise(exercise_id),
                actor=viewer.person.user,
                enqueue=services.enqueue,
                request_id=request.state.request_id,
            )
    except Conflict:
        pass
    return RedirectResponse(f"/similar/{exercise_id}", status_code=303)


@router.get("/{exercise_id}/{pair_id}")
def show_pair(request: Request, exercise_id: Name, pair_id: UUID, viewer: InViewer, services: InServices) -> Response:
    """Show two answers side by side, what both have marked; that is written into the audit log."""
    viewer.person.require(Scope.TEACH)
    with services.database.unit_of_work() as work:
        staff = courses.require_staff(work.session, viewer.person.user, viewer.slug)
        exercise = courses.offer(work.session, staff.course, services.catalog).exercise(exercise_id)
        with not_yours(work.session, SimilarPair, col(SimilarPair.id) == pair_id):
            found = similarity.see(work, staff, exercise_id, pair_id, request_id=request.state.request_id)
    first, second = sides(found)
    return page(
        request,
        "similar_pair.html",
        viewer=viewer,
        here="cohort",
        exercise=exercise,
        pair=found,
        first=first,
        second=second,
        settles=staff.role is Role.INSTRUCTOR,
        amount=amount,
        later=later,
    )


@router.post("/{exercise_id}/{pair_id}")
def settle(
    request: Request,
    exercise_id: Name,
    pair_id: UUID,
    viewer: InPoster,
    *,
    services: InServices,
    nothing_to_it: Annotated[bool, Form()],
) -> Response:
    """Mark a pair as looked at, or take that back."""
    viewer.person.require(Scope.MANAGE)
    with services.database.unit_of_work() as work:
        course = courses.require_instructor(work.session, viewer.person.user, viewer.slug)
        with not_yours(work.session, SimilarPair, col(SimilarPair.id) == pair_id):
            similarity.settle(
                work,
                Staff(course, viewer.person.user, Role.INSTRUCTOR),
                exercise_id,
                pair_id,
                nothing_to_it=nothing_to_it,
                request_id=request.state.request_id,
            )
    target = f"/similar/{exercise_id}" if nothing_to_it else f"/similar/{exercise_id}/{pair_id}"
    return RedirectResponse(target, status_code=303)


def sides(pair: Pair) -> tuple[list[Piece], list[Piece]]:
    """Cut both sources at the places that they share."""
    return (
        pieces(pair.first.submission.source, [(each[0], each[1]) for each in pair.matches]),
        pieces(pair.second.submission.source, [(each[2], each[3]) for each in pair.matches]),
    )


def pieces(source: str, spans: list[tuple[int, int]]) -> list[Piece]:
    """Cut a source at places, numbered from 1 in the order given; of two that overlap the later one is cut short."""
    found, at = [], 0
    for (start, end), part in sorted((span, number) for number, span in enumerate(spans, start=1)):
        begin = max(start, at)
        if end <= begin:
            continue
        found += [Piece(source[at:begin]), Piece(source[begin:end], part)]
        at = end
    return [piece for piece in (*found, Piece(source[at:])) if piece.text]


def amount(pair: Pair) -> str:
    """Say in words how much two answers share."""
    number = len(pair.matches)
    parts = texts.ngettext("%(num)s unusual part in common", "%(num)s unusual parts in common", number)
    share = pair.row.share
    if share >= 0.9:
        much = texts.gettext("nearly all that is unusual in the shorter answer")
    elif share >= 0.7:
        much = texts.gettext("most of what is unusual in the shorter answer")
    else:
        much = texts.gettext("more than half of what is unusual in the shorter answer")
    return f"{parts % {'num': number}}: {much}"


def later(pair: Pair) -> str:
    """Say how long after the first the second was handed in."""
    between = pair.second.submission.created_at - pair.first.submission.created_at
    return format_timedelta(between, locale=texts.language().locale)
