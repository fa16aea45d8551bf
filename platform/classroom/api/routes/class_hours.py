"""Exercises that are done together, in class. Who looks at one sees counts, and never a name."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request
from sqlmodel import Session, col

from classroom import courses, in_class
from classroom.api.deps import (
    CourseSlug,
    InManaging,
    InServices,
    InTeaching,
    Person,
    Services,
    not_yours,
    run_by,
    staff_of,
)
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.models import ClassHour, Group, Submission, now
from classroom.schemas import ClassHourIn, ClassHourOut, ClassHourSummary, MoreTimeIn, Page, ShownIn

router = api_router("courses", 401, 403, 404, 422, 503)

HourId = Annotated[UUID, Path(description="the hour's id")]


@router.get("/courses/{course}/class-hours")
def list_class_hours(
    course: CourseSlug, person: InTeaching, services: InServices, paging: InPaging
) -> Page[ClassHourSummary]:
    """List what was opened in class, the latest first; an assistant sees that of the course and of their groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        statement = courses.hours_seen(session, staff)
        order = (col(ClassHour.opened_at), col(ClassHour.id))
        found, after = read_page(session, statement, *order, paging=paging, descending=True)
        return Page(items=[ClassHourSummary(**_summary(session, services, hour)) for hour in found], next=after)


@router.post("/courses/{course}/class-hours", status_code=201, responses=documented(409, 413, 415))
def open_class_hour(
    course: CourseSlug,
    wanted: ClassHourIn,
    person: InManaging,
    services: InServices,
    request: Request,
    *,
    once: InOnce = FIRST,
) -> ClassHourSummary:
    """Open an exercise in class for a time, also before its date. For the course's instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        once.begin(work)
        exercise = courses.offer(work.session, found, services.catalog).exercise(wanted.exercise_id)
        with not_yours(work.session, Group, col(Group.id) == wanted.group_id):
            hour = courses.open_hour(
                work.session,
                found,
                exercise.id,
                minutes=wanted.minutes,
                group_id=wanted.group_id,
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )
        return once.keep(work, ClassHourSummary(**_summary(work.session, services, hour)))


@router.get("/courses/{course}/class-hours/{hour_id}")
def show_class_hour(course: CourseSlug, hour_id: HourId, person: InTeaching, services: InServices) -> ClassHourOut:
    """Tell what happens in class, or happened: counts and shapes of failure; an assistant's are of their groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        with not_yours(session, ClassHour, col(ClassHour.id) == hour_id):
            hour = courses.hour_of(session, staff, hour_id)
        counted = in_class.figures(session, staff, hour)
        exercise = services.catalog.exercises.get(hour.exercise_id)
        shown = in_class.shown(session, hour, exercise) if exercise else None
        return ClassHourOut(**_summary(session, services, hour), **vars(counted), shown=shown)


@router.post("/courses/{course}/class-hours/{hour_id}/more-time", responses=documented(409, 413, 415))
def extend_class_hour(
    *,
    course: CourseSlug,
    hour_id: HourId,
    wanted: MoreTimeIn,
    person: InManaging,
    services: InServices,
    request: Request,
    once: InOnce = FIRST,
) -> ClassHourSummary:
    """Give more time. For the course's instructors."""
    with services.database.unit_of_work() as work:
        hour = _run(work.session, person, course, hour_id)
        once.begin(work)
        courses.extend_hour(
            work.session, hour, minutes=wanted.minutes, actor_id=person.user.id, request_id=request.state.request_id
        )
        return once.keep(work, ClassHourSummary(**_summary(work.session, services, hour)))


@router.post("/courses/{course}/class-hours/{hour_id}/close")
def close_class_hour(
    course: CourseSlug, hour_id: HourId, person: InManaging, services: InServices, request: Request
) -> ClassHourSummary:
    """End it before its time. For the course's instructors."""
    with services.database.unit_of_work() as work:
        hour = _run(work.session, person, course, hour_id)
        courses.close_hour(work.session, hour, actor_id=person.user.id, request_id=request.state.request_id)
        return ClassHourSummary(**_summary(work.session, services, hour))


@router.put("/courses/{course}/class-hours/{hour_id}/shown", responses=documented(413, 415))
def show_attempt_in_class(
    *,
    course: CourseSlug,
    hour_id: HourId,
    wanted: ShownIn,
    person: InManaging,
    services: InServices,
    request: Request,
) -> ClassHourSummary:
    """Put an attempt of this hour on the screen, without a name, or take it away. For the course's instructors."""
    with services.database.unit_of_work() as work:
        hour = _run(work.session, person, course, hour_id)
        with not_yours(work.session, Submission, col(Submission.id) == wanted.submission_id):
            courses.show_attempt(
                work.session,
                hour,
                wanted.submission_id,
                actor_id=person.user.id,
                request_id=request.state.request_id,
            )
        return ClassHourSummary(**_summary(work.session, services, hour))


def _run(session: Session, person: Person, course: str, hour_id: UUID) -> ClassHour:
    """Give an hour to who runs its course. Raises Forbidden, NotFound or NotYours."""
    run_by(session, person, course)
    with not_yours(session, ClassHour, col(ClassHour.id) == hour_id):
        return courses.hour_of(session, staff_of(session, person, course), hour_id)


def _summary(session: Session, services: Services, hour: ClassHour) -> dict[str, Any]:
    exercise = services.catalog.exercises.get(hour.exercise_id)
    group = session.get(Group, hour.group_id) if hour.group_id else None
    return {
        "id": hour.id,
        "exercise_id": hour.exercise_id,
        "title": exercise.title if exercise else hour.exercise_id,
        "group": group.name if group else None,
        "opened_at": hour.opened_at,
        "ends_at": hour.ended_at,
        "open": hour.closed_at is None and now() < hour.closes_at,
    }
