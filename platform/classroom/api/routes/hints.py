"""The help of an exercise: hints one at a time, at the price that was said, and its solution."""

from fastapi import Request
from sqlmodel import Session

from classroom import courses, hints, submissions
from classroom.api.deps import (
    CourseQuery,
    InPerson,
    InServices,
    Person,
    Services,
    check_open,
    learner_course,
    member_offer,
)
from classroom.api.problems import documented
from classroom.api.routes.lessons import ExerciseId
from classroom.api.routing import api_router
from classroom.models import Course
from classroom.schemas import HelpOut, HintIn, SolutionOut
from evmbox.exercise import Exercise

router = api_router("hints", 401, 403, 404, 422, 503)


@router.get("/exercises/{exercise_id}/help")
def show_help(exercise_id: ExerciseId, person: InPerson, services: InServices, course: CourseQuery = None) -> HelpOut:
    """Show the hints that were taken, what the next one costs, and whether the solution may be read."""
    with services.database.read() as session:
        offered = member_offer(session, services, person, course)
        check_open(session, person, offered, exercise_id)
        return _help(session, services, offered.course, person, offered.exercise(exercise_id))


@router.post("/exercises/{exercise_id}/hints", responses=documented(409, 413, 415))
def take_hint(
    *,
    exercise_id: ExerciseId,
    hint: HintIn,
    person: InPerson,
    services: InServices,
    request: Request,
    course: CourseQuery = None,
) -> HelpOut:
    """Take the next hint. It costs its points of every attempt after it; one that was taken before costs nothing."""
    with services.database.unit_of_work() as work:
        of_course, exercise = _open(work.session, services, person, course, exercise_id)
        hints.take(
            work.session,
            course=of_course,
            user=person.user,
            exercise=exercise,
            rung=hint.rung,
            cost=hint.cost,
            request_id=request.state.request_id,
        )
        work.session.flush()
        return _help(work.session, services, of_course, person, exercise)


@router.post("/exercises/{exercise_id}/give-up")
def give_up(
    exercise_id: ExerciseId, person: InPerson, services: InServices, request: Request, course: CourseQuery = None
) -> HelpOut:
    """Give an exercise up and open its solution. Attempts after that are practice; points reached before stay."""
    with services.database.unit_of_work() as work:
        of_course, exercise = _open(work.session, services, person, course, exercise_id)
        hints.give_up(
            work.session,
            course=of_course,
            user=person.user,
            exercise=exercise,
            request_id=request.state.request_id,
        )
        work.session.flush()
        return _help(work.session, services, of_course, person, exercise)


@router.get("/exercises/{exercise_id}/solution")
def show_solution(
    exercise_id: ExerciseId, person: InPerson, services: InServices, course: CourseQuery = None
) -> SolutionOut:
    """Show the solution to a learner who has passed the exercise or given it up; 403 for everybody else."""
    with services.database.read() as session:
        of_course, exercise = _open(session, services, person, course, exercise_id)
        seed = submissions.seed_for(services.key, person.user.id, exercise_id)
        return hints.solution(session, of_course, person.user, exercise, seed)


def _open(
    session: Session, services: Services, person: Person, course: str | None, exercise_id: str
) -> tuple[Course, Exercise]:
    of_course = learner_course(session, person, course)
    offered = courses.offer(session, of_course, services.catalog)
    check_open(session, person, offered, exercise_id)
    return of_course, offered.exercise(exercise_id)


def _help(session: Session, services: Services, course: Course, person: Person, exercise: Exercise) -> HelpOut:
    return hints.of_learner(session, course, person.user, exercise, services.catalog.summary(exercise.id).max_score)
