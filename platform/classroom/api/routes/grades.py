"""Grades, computed when they are read by the rules of the course as they are now."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import Query, Request, Response
from sqlmodel import Session, col

from classroom import audit_log, courses, grade_files, grades
from classroom.api.deps import (
    CourseQuery,
    CourseSlug,
    InPerson,
    InServices,
    InTeaching,
    Person,
    Services,
    learner_course,
    staff_of,
)
from classroom.api.files import CSV_RESPONSE, csv_response
from classroom.api.paging import InPaging, read_page
from classroom.api.routing import api_router
from classroom.audit_log import Action
from classroom.courses import Offer
from classroom.models import User
from classroom.schemas import GradesOut, Page

router = api_router("grades", 401, 403, 404, 422, 503)

GRADES_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the grades of every learner, as the list gives them",
        "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}},
    }
}


@router.get("/grades")
def show_own_grades(person: InPerson, services: InServices, course: CourseQuery = None) -> GradesOut:
    """Show the learner's own grades in a course."""
    with services.database.read() as session:
        offered = courses.offer(session, learner_course(session, person, course), services.catalog)
        found = grades.of_learners(session, offered, [person.user.id])
    return grades.to_out(offered, person.user, found[person.user.id])


@router.get("/courses/{course}/grades")
def list_grades(course: CourseSlug, person: InTeaching, services: InServices, paging: InPaging) -> Page[GradesOut]:
    """List the grades of a course's learners, by name. For its instructors, and assistants for their groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        offered = courses.offer(session, staff.course, services.catalog)
        order = (col(User.display_name), col(User.name))
        learners, after = read_page(session, courses.learners_seen(staff), *order, paging=paging)
        found = grades.of_learners(session, offered, [learner.id for learner in learners])
    return Page(items=[grades.to_out(offered, learner, found[learner.id]) for learner in learners], next=after)


@router.get("/courses/{course}/grades.csv", response_class=Response, responses=CSV_RESPONSE)
def export_grades(
    course: CourseSlug,
    person: InTeaching,
    services: InServices,
    request: Request,
    form: Annotated[
        Literal["columns", "rows"],
        Query(
            description="`columns`: a row for each learner; `rows`: one for each exercise of each, with all there is"
        ),
    ] = "columns",
) -> Response:
    """Export a course's grades as CSV, a column for each exercise. For instructors, and assistants for their groups.

    In `rows` stand hints, attempts, being late and what an instructor has set, too.
    """
    with services.database.read() as session:
        offered, found = _exported(session, services, person, course)
        text = (
            grade_files.as_rows(session, offered, found) if form == "rows" else grade_files.as_columns(offered, found)
        )
    _write_down(services, person, offered, found, request)
    return csv_response(text, f"{offered.course.slug}-grades{'-by-exercise' if form == 'rows' else ''}.csv")


@router.get("/courses/{course}/grades.json", response_class=Response, responses=GRADES_FILE)
def export_grades_as_json(course: CourseSlug, person: InTeaching, services: InServices, request: Request) -> Response:
    """Export a course's grades as one JSON file. For instructors, and assistants for their groups."""
    with services.database.read() as session:
        offered, found = _exported(session, services, person, course)
    _write_down(services, person, offered, found, request)
    named = {"Content-Disposition": f'attachment; filename="{offered.course.slug}-grades.json"'}
    return Response(grade_files.as_json(found), media_type="application/json", headers=named)


def _exported(session: Session, services: Services, person: Person, course: str) -> tuple[Offer, list[GradesOut]]:
    """Compute the grades of everybody whom this one looks after."""
    staff = staff_of(session, person, course)
    offered = courses.offer(session, staff.course, services.catalog)
    learners = courses.learners_in_order(session, staff)
    return offered, grade_files.of_learners(session, offered, learners)


def _write_down(
    services: Services, person: Person, offered: Offer, found: Sequence[GradesOut], request: Request
) -> None:
    """Write down that grades were taken out, before they leave; nobody else waits while they are computed."""
    with services.database.unit_of_work() as work:
        audit_log.record(
            work.session,
            Action.GRADES_EXPORTED,
            actor_id=person.user.id,
            course_id=offered.course.id,
            subject=str(offered.course.id),
            details={"learners": len(found)},
            request_id=request.state.request_id,
        )
