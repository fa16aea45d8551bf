"""How a whole cohort stands: the heat map, its changes as they come, and who is stuck on what."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from classroom import cohort, courses
from classroom.api.cohort_events import APART_S, LONGEST_S, LOOK_AGAIN_S
from classroom.api.deps import CourseSlug, InServices, InTeaching, Person, Services, staff_of
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.errors import Forbidden, NotFound, Unavailable
from classroom.models import now
from classroom.schemas.cohort import AttentionOut, HeatMapOut, MapCell, MapChangesOut

router = api_router("cohort", 401, 403, 404, 422, 503)

OVERLAP: Final = timedelta(seconds=15)
"""A row is written a moment before others can read it, so each look goes back a little further than the last one."""


@router.get("/courses/{course}/cohort/map")
def show_heat_map(course: CourseSlug, person: InTeaching, services: InServices) -> HeatMapOut:
    """Show all learners by all exercises at once. For the course's instructors, and assistants for their groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        return cohort.heat_map(session, staff, courses.offer(session, staff.course, services.catalog), services.catalog)


@router.get("/courses/{course}/cohort/attention")
def show_attention(course: CourseSlug, person: InTeaching, services: InServices) -> AttentionOut:
    """Show a cohort in numbers, and who is stuck now, by what fails. For instructors, and assistants' own groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        return cohort.attention_of(session, staff, courses.offer(session, staff.course, services.catalog))


def check_staff(course: CourseSlug, person: InTeaching, services: InServices) -> None:
    """Raise Forbidden or NotFound for who does not look after the course: before the answer begins."""
    with services.database.read() as session:
        staff_of(session, person, course)


async def moves(person: InTeaching, services: InServices) -> AsyncIterator[asyncio.Event]:
    """Hold a place among the pages that are open as long as the answer lasts."""
    with services.cohort_hub.subscribe(reader=person.user.id) as moved:
        yield moved


@router.get(
    "/courses/{course}/cohort/events",
    response_class=EventSourceResponse,
    responses=documented(429),
    dependencies=[Depends(check_staff)],
)
async def follow(
    course: CourseSlug,
    person: InTeaching,
    moved: Annotated[asyncio.Event, Depends(moves, scope="request")],
    services: InServices,
) -> AsyncIterator[ServerSentEvent]:
    """Tell by server-sent events which cells of the heat map change: `cells`, at most one event a second.

    The first comes at once, with what changed in the last seconds. After a quarter of an hour the stream ends; who
    reads on opens another one. A comment each 15 seconds keeps the connection alive.
    """
    ends = time.monotonic() + LONGEST_S
    since, told, first = now() - OVERLAP, dict[tuple[UUID, str], MapCell](), True
    while time.monotonic() < ends:
        moved.clear()
        at = now()
        try:
            found = await run_in_threadpool(_changed, services, person, course, since, at)
        except (Forbidden, NotFound):
            return  # no longer theirs
        except Unavailable:
            found = []
        else:
            since = at - OVERLAP
        fresh = [cell for cell in found if told.get((cell.user_id, cell.exercise_id)) != cell]
        told = {(cell.user_id, cell.exercise_id): cell for cell in found}
        if fresh or first:
            yield ServerSentEvent(data=MapChangesOut(at=at, cells=fresh), event="cells")
            first = False
        await asyncio.sleep(APART_S)
        with suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), LOOK_AGAIN_S)


def _changed(services: Services, person: Person, course: str, since: datetime, at: datetime) -> list[MapCell]:
    with services.database.read() as session:
        staff = courses.require_staff(session, person.user, course)
        offered = courses.offer(session, staff.course, services.catalog)
        return cohort.changes(session, staff, offered.exercises, since=since, at=at)
