"""Grades, computed when they are read by the rules of the course as they are now."""

from fastapi import Request, Response
from sqlmodel import col

from classroom import audit_log, courses, grades, roster
from classroom.api.deps import CourseQuery, CourseSlug, InPerson, InServices, InTeaching, learner_course, staff_of
from classroom.api.files import CSV_RESPONSE, csv_response
from classroom.api.paging import InPaging, read_page
from classroom.api.routing import api_router
from classroom.audit_log import Action
from classroom.models import User
from classroom.schemas import GradesOut, Page

router = api_router("grades", 401, 403, 404, 422, 503)


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
def export_grades(course: CourseSlug, person: InTeaching, services: InServices, request: Request) -> Response:
    """Export a course's grades as CSV, a column for each exercise. For instructors, and assistants for their groups."""
    with services.database.unit_of_work() as work:
        staff = staff_of(work.session, person, course)
        offered = courses.offer(work.session, staff.course, services.catalog)
        learners = courses.learners_in_order(work.session, staff)
        found = grades.of_learners(work.session, offered, [learner.id for learner in learners])
        audit_log.record(
            work.session,
            Action.GRADES_EXPORTED,
            actor_id=person.user.id,
            subject=str(staff.course.id),
            details={"learners": len(learners)},
            request_id=request.state.request_id,
        )
    header = ["name", "display_name", "percent", *offered.exercises]
    rows = []
    for learner in learners:
        out = grades.to_out(offered, learner, found[learner.id])
        points = {each.exercise_id: each.score for track in out.tracks for each in track.exercises}
        rows.append([learner.name, learner.display_name, out.percent, *(points[each] for each in offered.exercises)])
    return csv_response(roster.write_csv(header, rows), f"{staff.course.slug}-grades.csv")
