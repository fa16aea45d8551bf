"""A learner's own grades: the points that count, and for each exercise in words why it is these."""

from fastapi import APIRouter, Request, Response

from classroom import courses, grades
from classroom.api.deps import CourseQuery, InServices, learner_course
from classroom.catalog import Track
from classroom.courses import Offer
from classroom.gradebook import Counting, ExerciseGrade, Grades, LateRule, Policy
from classroom.models import Scope
from classroom.web.render import InViewer, PageRoute, page

router = APIRouter(route_class=PageRoute)

COUNTS = {
    Counting.BEST: "Of all your attempts at an exercise, the best one counts, the first of equals.",
    Counting.LAST: "Of all your attempts at an exercise, the last one counts.",
    Counting.LAST_ON_TIME: "The last attempt before the deadline counts; where there is none, the last late one.",
}
AS_WHICH = {
    Counting.BEST: "the best of",
    Counting.LAST: "the last of",
    Counting.LAST_ON_TIME: "the last in time of",
}


@router.get("/grades")
def own_grades(request: Request, viewer: InViewer, services: InServices, course: CourseQuery = None) -> Response:
    """Show the grades of who asks, in the course they are in or the one that is named, where they learn there."""
    person = viewer.person
    person.require(Scope.LEARN)
    with services.database.read() as session:
        offered = courses.offer(session, learner_course(session, person, course), services.catalog)
        found = grades.of_learners(session, offered, [person.user.id])[person.user.id]
        made = grades.graded_attempts(session, offered, person.user.id)
    rules = rules_in_words(offered.plan.policy)
    return page(
        request,
        "grades.html",
        viewer=viewer,
        here="grades",
        course=offered.course,
        percent=found.percent,
        rules=rules,
        tracks=[_track(offered, track, found, made) for track in offered.tracks],
    )


def rules_in_words(policy: Policy) -> list[str]:
    """Say how a course counts, a sentence for each rule."""
    minutes = round(policy.grace.total_seconds() / 60)
    late = {
        LateRule.NONE: "Late work counts in full, and is called late.",
        LateRule.HARD_CLOSE: "Late work is not taken.",
        LateRule.PERCENT_PER_DAY: f"Late work loses {policy.percent_per_day:g} % of its points for each day begun.",
    }[policy.late]
    grace = [f"Work is late from {minutes:,} minutes after the due date on."] if minutes else []
    return [COUNTS[policy.counting], late, *grace]


def why(grade: ExerciseGrade, policy: Policy, attempts: int) -> list[str]:
    """Say why these are the points of an exercise, for who made so many attempts at it."""
    said = []
    if grade.overridden:
        said.append("Your instructor set these points.")
    elif grade.attempt is None:
        said.append("None of your attempts counts yet." if attempts else "No attempt yet.")
    else:
        which = f", {_as_which(grade, policy)} {attempts}" if attempts > 1 else ""
        said.append(f"Attempt {grade.attempt} counts{which}.")
        late_took = (grade.reached or 0) - grade.hints_cost - grade.score
        taken = [f"{grade.hints_cost:.4g} were taken for hints"] if grade.hints_cost else []
        if late_took > 1e-9:  # what binary fractions leave
            taken.append(f"{late_took:.4g} were taken because it came late")
        if taken:
            said.append(f"It reached {grade.reached:g} points; {' and '.join(taken)}.")
        if grade.late and late_took <= 1e-9:
            said.append("It came late, which takes no points.")
    if grade.given_up:
        said.append("You gave it up to read the solution: attempts after that are practice.")
    if grade.dropped:
        said.append("Dropped: left out of the points of its track, in your favour.")
    return said


def _as_which(grade: ExerciseGrade, policy: Policy) -> str:
    late_after_all = policy.counting is Counting.LAST_ON_TIME and grade.late
    return "the last, since none came in time, of" if late_after_all else AS_WHICH[policy.counting]


def _track(offered: Offer, track: Track, found: Grades, made: dict[str, int]) -> dict[str, object]:
    grade = next(each for each in found.tracks if each.track_id == track.id)
    plan = next(each for each in offered.plan.tracks if each.id == track.id)
    rows = [
        {
            "lesson_id": lesson.id,
            "title": exercise.title,
            "grade": found.exercises[exercise.id],
            "why": why(found.exercises[exercise.id], offered.plan.policy, made.get(exercise.id, 0)),
        }
        for lesson in track.lessons
        for exercise in lesson.exercises
    ]
    return {"track": track, "grade": grade, "dropped": plan.drop_lowest, "rows": rows}
