"""The instructor's first page: how the cohort stands, who needs help, and every learner by every exercise."""

from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from classroom import cohort, courses
from classroom.api.deps import InServices, Services
from classroom.courses import Offer, Staff
from classroom.models import Scope
from classroom.schemas.cohort import HeatMapOut
from classroom.web import cohort_words
from classroom.web.cohort_table import Choice, show
from classroom.web.render import InViewer, PageRoute, Viewer, page
from classroom.web.texts import gettext as _

router = APIRouter(route_class=PageRoute)

TOLD = 6
"""So many groups of learners who are stuck are open at first."""


@router.get("/cohort")
def show_cohort(
    *,
    request: Request,
    viewer: InViewer,
    services: InServices,
    sort: Annotated[str, Query(max_length=65)] = "name",
    group: Annotated[str, Query(max_length=64)] = "",
    stuck: Annotated[str, Query(max_length=8)] = "",
    find: Annotated[str, Query(max_length=128)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show learners by exercises, and who is stuck. For instructors, and assistants for their groups."""
    with services.database.read() as session:
        staff, offered = _staff(session, viewer, services)
        seen = cohort.look(session, staff)
        found = cohort.heat_map(session, staff, offered, services.catalog, seen=seen)
        needed = cohort.attention_of(session, staff, offered, seen=seen)
    choice = Choice(sort=sort, group=_id(group), stuck=stuck == "yes", find=find)
    shown = show(found, choice, number)
    return page(
        request,
        "cohort.html",
        viewer=viewer,
        here="cohort",
        course=staff.course,
        map=found,
        tracks=_tracks(services, found),
        choice=choice,
        shown=shown,
        words=cohort_words,
        say=cohort_words.cells(),
        script_words=cohort_words.for_script(),
        sorts=_sorts(),
        address=lambda **changed: _address(choice, **changed),
        needed=needed,
        told=TOLD,
    )


@router.get("/cohort/attention")
def show_attention(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show the figures and who is stuck alone, for a page that is open and heard of a change."""
    with services.database.read() as session:
        needed = cohort.attention_of(session, *_staff(session, viewer, services))
    return page(
        request, "cohort_attention.html", viewer=viewer, here="cohort", needed=needed, words=cohort_words, told=TOLD
    )


def _staff(session: Session, viewer: Viewer, services: Services) -> tuple[Staff, Offer]:
    viewer.person.require(Scope.TEACH)
    staff = courses.require_staff(session, viewer.person.user, viewer.slug)
    return staff, courses.offer(session, staff.course, services.catalog)


def _tracks(services: Services, found: HeatMapOut) -> list[tuple[str, int]]:
    """Give the tracks over the columns: title, and how many columns wide."""
    titles = {track.id: track.title for track in services.catalog.tracks}
    together = groupby(found.exercises, key=lambda each: each.track_id)
    return [(titles[track_id], len(list(columns))) for track_id, columns in together]


def _sorts() -> dict[str, str]:
    return {
        "name": _("Name"),
        "stuck": _("Stuck on most"),
        "passed": _("Most passed"),
        "-passed": _("Fewest passed"),
        "seen": _("Seen last"),
        "-seen": _("Not seen for longest"),
    }


def _address(choice: Choice, **changed: Any) -> str:
    """Give the address of the same choice with something changed."""
    values = {
        "sort": choice.sort,
        "group": choice.group or "",
        "stuck": "yes" if choice.stuck else "",
        "find": choice.find,
    }
    kept = {name: value for name, value in {**values, **changed}.items() if value and (name, value) != ("sort", "name")}
    return f"/cohort?{urlencode(kept)}" if kept else "/cohort"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
