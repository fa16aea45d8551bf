"""Courses: what they are, what they teach and when, and how their cohort stands."""

from typing import Any

from fastapi import Request, Response
from sqlmodel import Session, col, select

from classroom import courses, progress
from classroom.api.deps import (
    CourseSlug,
    InKnown,
    InManaging,
    InPerson,
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
from classroom.courses import Dates, Offer
from classroom.errors import Invalid
from classroom.gradebook import Counting, LateRule
from classroom.models import Course, Enrolment, Role, Scope, User
from classroom.schemas import (
    CohortOut,
    CourseChange,
    CourseIn,
    CourseOut,
    CourseSummary,
    CourseTrackOut,
    ExerciseDatesOut,
    Page,
    PlanIn,
)

router = api_router("courses", 401, 403, 404, 422, 503)

_MAY_BE_NULL = {"starts_at", "ends_at"}


@router.get("/courses")
def list_courses(person: InKnown, services: InServices, paging: InPaging) -> Page[CourseSummary]:
    """List the courses one is in, by title; an administrator's list holds all."""
    mine = select(Enrolment.course_id).where(Enrolment.user_id == person.user.id)
    statement = select(Course)
    if Scope.ADMIN not in person.scopes:
        statement = statement.where(col(Course.id).in_(mine))
    with services.database.read() as session:
        found, after = read_page(session, statement, col(Course.title), col(Course.slug), paging=paging)
        held = _roles(session, person)
    return Page(items=[CourseSummary(**_summary(course, held)) for course in found], next=after)


@router.post("/courses", status_code=201, responses=documented(409, 413, 415))
def create_course(
    course: CourseIn,
    person: InManaging,
    services: InServices,
    request: Request,
    response: Response,
    *,
    once: InOnce = FIRST,
) -> CourseOut:
    """Make a course that teaches every track, and become its instructor. For administrators and who teaches already."""
    with services.database.unit_of_work() as work:
        courses.require_founder(work.session, person.user)
        once.begin(work)
        made = courses.create(
            work.session,
            title=course.title,
            slug=course.slug or "",
            starts_at=course.starts_at,
            ends_at=course.ends_at,
            instructor=person.user,
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        response.headers["Location"] = f"{router.prefix}/courses/{made.slug}"
        return once.keep(work, _out(work.session, services, person, made))


@router.get("/courses/{course}")
def show_course(course: CourseSlug, person: InKnown, services: InServices) -> CourseOut:
    """Show a course one is in: its dates, its tracks and how it counts."""
    with services.database.read() as session, not_yours(session, Course, col(Course.slug) == course):
        if Scope.ADMIN in person.scopes:
            found = courses.require_instructor(session, person.user, course)
        else:
            found = courses.require_role(session, person.user, course, *Role)
        return _out(session, services, person, found)


@router.patch("/courses/{course}", responses=documented(409, 413, 415))
def change_course(
    course: CourseSlug, change: CourseChange, person: InManaging, services: InServices, request: Request
) -> CourseOut:
    """Rename, date or archive a course, or change how it counts. For its instructors."""
    named = change.model_dump(include=change.model_fields_set)
    for name, value in named.items():
        if value is None and name not in _MAY_BE_NULL:
            raise Invalid(f"{name} may be left out, and may not be null.")
    archived = named.pop("archived", None)
    for name, choices in (("late_rule", LateRule), ("counting", Counting)):
        if name in named:
            named[name] = choices(named[name])
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        courses.change(
            work.session,
            found,
            named,
            archived=archived,
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        return _out(work.session, services, person, found)


@router.put("/courses/{course}/plan", responses=documented(413, 415))
def set_plan(course: CourseSlug, plan: PlanIn, person: InManaging, services: InServices, request: Request) -> CourseOut:
    """Choose what a course teaches, and when each track or exercise opens and is due. For its instructors."""
    with services.database.unit_of_work() as work:
        found = run_by(work.session, person, course)
        courses.set_plan(
            work.session,
            found,
            services.catalog,
            all_tracks=plan.all_tracks,
            tracks=[Dates(**track.model_dump()) for track in plan.tracks],
            exercises=[Dates(**exercise.model_dump()) for exercise in plan.exercises],
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        return _out(work.session, services, person, found)


@router.put("/courses/{course}/chosen", status_code=204)
def choose_course(course: CourseSlug, person: InPerson, services: InServices) -> None:
    """Make a course the one that is meant where a request names none."""
    with services.database.unit_of_work() as work, not_yours(work.session, Course, col(Course.slug) == course):
        courses.choose(work.session, person.user, course)


@router.get("/courses/{course}/cohort")
def show_cohort(course: CourseSlug, person: InTeaching, services: InServices, paging: InPaging) -> CohortOut:
    """Show how learners stand in every exercise, by name. For the course's instructors, and assistants' own groups."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        offered = courses.offer(session, staff.course, services.catalog)
        order = (col(User.display_name), col(User.name))
        learners, after = read_page(session, courses.learners_seen(staff), *order, paging=paging)
        found = progress.cohort(session, staff.course, learners, summaries(services, offered))
    return found.model_copy(update={"next": after})


def summaries(services: Services, offered: Offer) -> list[Any]:
    """Give the exercises of a course as lists show them, in its order."""
    return [services.catalog.summary(exercise_id) for exercise_id in offered.exercises]


def _roles(session: Session, person: Person) -> dict[str, list[Role]]:
    """Tell what a person is in each course; a notebook is told of their learner's side only."""
    held = courses.roles(session, person.user)
    if not person.is_kernel:
        return held
    return {slug: [role for role in roles if role is Role.LEARNER] for slug, roles in held.items()}


def _summary(course: Course, held: dict[str, list[Role]]) -> dict[str, Any]:
    return {
        "slug": course.slug,
        "title": course.title,
        "roles": [role.value for role in held.get(course.slug, [])],
        "starts_at": course.starts_at,
        "ends_at": course.ends_at,
        "archived_at": course.archived_at,
    }


def _out(session: Session, services: Services, person: Person, course: Course) -> CourseOut:
    offered = courses.offer(session, course, services.catalog)
    return CourseOut(
        **_summary(course, _roles(session, person)),
        all_tracks=course.all_tracks,
        tracks=[
            CourseTrackOut(
                id=track.id,
                title=track.title,
                drop_lowest=plan.drop_lowest,
                weight=plan.weight,
                exercises=[
                    ExerciseDatesOut(
                        id=exercise.id,
                        title=services.catalog.summary(exercise.id).title,
                        opens_at=exercise.opens_at,
                        due_at=exercise.due_at,
                    )
                    for exercise in plan.exercises
                ],
            )
            for track, plan in zip(offered.tracks, offered.plan.tracks, strict=True)
        ],
        late_rule=course.late_rule.value,
        late_percent_per_day=course.late_percent_per_day,
        grace_minutes=course.grace_minutes,
        counting=course.counting.value,
    )
