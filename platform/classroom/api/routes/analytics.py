"""What the attempts at exercises say: how it goes, where and how attempts fail, how hard an exercise is."""

from classroom import analytics, courses
from classroom.api.deps import CourseSlug, InServices, InTeaching, staff_of
from classroom.api.routes.lessons import ExerciseId
from classroom.api.routing import api_router
from classroom.schemas import ExerciseAnalytics, ExerciseFigures

router = api_router("analytics", 401, 403, 404, 422, 503)


@router.get("/courses/{course}/exercises")
def list_figures(course: CourseSlug, person: InTeaching, services: InServices) -> list[ExerciseFigures]:
    """List the course's exercises, in its order, each with how it goes. Assistants: of their groups' learners."""
    with services.database.read() as session:
        return analytics.of_course(session, staff_of(session, person, course), services.catalog)


@router.get("/courses/{course}/exercises/{exercise_id}/analytics")
def show_analytics(
    course: CourseSlug, exercise_id: ExerciseId, person: InTeaching, services: InServices
) -> ExerciseAnalytics:
    """Show all that is counted of one exercise. Assistants: of their groups' learners."""
    with services.database.read() as session:
        staff = staff_of(session, person, course)
        exercise = courses.offer(session, staff.course, services.catalog).exercise(exercise_id)
        return analytics.of_exercise(session, staff, services.catalog, exercise.id)
