"""A learner's own grades: the points that count, and for each exercise in words why it is these."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response

from classroom import courses, grades, regrades
from classroom.api.deps import CourseQuery, InServices, learner_course
from classroom.catalog import Track
from classroom.courses import Offer
from classroom.gradebook import Counting, ExerciseGrade, Grades, LateRule, Policy
from classroom.models import Scope
from classroom.regrades import Note
from classroom.web.render import InViewer, PageRoute, page
from classroom.web.texts import day, marked, ngettext, percent, points
from classroom.web.texts import gettext as _

router = APIRouter(route_class=PageRoute)

COUNTS: Final = {
    Counting.BEST: marked("Of all your attempts at an exercise, the best one counts, the first of equals."),
    Counting.LAST: marked("Of all your attempts at an exercise, the last one counts."),
    Counting.LAST_ON_TIME: marked(
        "The last attempt before the deadline counts; where there is none, the last late one."
    ),
}
AS_WHICH: Final = {
    Counting.BEST: marked("Attempt %(number)s counts, the best of %(of)s."),
    Counting.LAST: marked("Attempt %(number)s counts, the last of %(of)s."),
    Counting.LAST_ON_TIME: marked("Attempt %(number)s counts, the last in time of %(of)s."),
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
        again = [note for each in regrades.notes(session, offered.course, person.user.id).values() for note in each]
    return page(
        request,
        "grades.html",
        viewer=viewer,
        here="grades",
        course=offered.course,
        percent=found.percent,
        rules=rules_in_words(offered.plan.policy),
        weights=weights_in_words(offered, found),
        tracks=[track_rows(offered, track, found, made, again) for track in offered.tracks],
    )


def rules_in_words(policy: Policy) -> list[str]:
    """Say how a course counts, a sentence for each rule."""
    minutes = round(policy.grace.total_seconds() / 60)
    late = {
        LateRule.NONE: _("Late work counts in full, and is called late."),
        LateRule.HARD_CLOSE: _("Late work is not taken."),
        LateRule.PERCENT_PER_DAY: _("Late work loses %(percent)s of its points for each day begun.")
        % {"percent": percent(policy.percent_per_day)},
    }[policy.late]
    grace = ngettext(
        "Work is late from %(num)s minute after the due date on.",
        "Work is late from %(num)s minutes after the due date on.",
        minutes,
    ) % {"num": points(minutes)}
    return [_(COUNTS[policy.counting]), late, *([grace] if minutes else [])]


def weights_in_words(offered: Offer, found: Grades) -> list[str]:
    """Say what the tracks weigh: one sentence where it is by their points, else one for each track."""
    if all(track.weight is None for track in offered.plan.tracks):
        return [_("Each track weighs as much as all its exercises are worth.")]
    whole = sum(track.weight for track in found.tracks)
    return [
        _("%(track)s makes %(percent)s of the grade.")
        % {"track": track.title, "percent": percent(100 * grade.weight / whole if whole else 0)}
        for track, grade in zip(offered.tracks, found.tracks, strict=True)
    ]


def why(grade: ExerciseGrade, policy: Policy, attempts: int) -> list[str]:
    """Say why these are the points of an exercise, for who made so many attempts at it."""
    said = []
    if grade.overridden:
        said.append(_("Your instructor set these points."))
        if grade.override_reason:
            said.append(_("The reason: %(reason)s") % {"reason": _sentence(grade.override_reason)})
    elif grade.attempt is None:
        said.append(_("None of your attempts counts yet.") if attempts else _("No attempt yet."))
    else:
        said.append(_which(grade, policy, attempts))
        late_took = (grade.reached or 0) - grade.hints_cost - grade.score
        if late_took <= 1e-9:  # what binary fractions leave
            late_took = 0
        said += _taken(grade, late_took)
        if grade.late and not late_took:
            said.append(_("It came late, which takes no points."))
    if grade.given_up:
        said.append(_("You gave it up to read the solution: attempts after that are practice."))
    if grade.dropped:
        said.append(_("Dropped: left out of the points of its track, in your favour."))
    return said


def again_in_words(note: Note) -> str:
    """Say that an attempt was graded again, how its points changed, and why."""
    said = {
        "number": note.number,
        "day": day(note.at),
        "old": points(note.old_score),
        "new": points(note.new_score),
        "reason": _sentence(note.reason),
    }
    if note.old_score == note.new_score:
        return _("Attempt %(number)s was graded again on %(day)s, and keeps its %(new)s points. %(reason)s") % said
    return _("Attempt %(number)s was graded again on %(day)s: %(old)s → %(new)s points. %(reason)s") % said


def track_rows(
    offered: Offer, track: Track, found: Grades, made: dict[str, int], again: Sequence[Note] = ()
) -> dict[str, object]:
    """Give what a page shows of a track: its grade, and each exercise with its points and why it has these."""
    grade = next(each for each in found.tracks if each.track_id == track.id)
    plan = next(each for each in offered.plan.tracks if each.id == track.id)
    rows = [
        {
            "lesson_id": lesson.id,
            "title": exercise.title,
            "grade": found.exercises[exercise.id],
            "why": why(found.exercises[exercise.id], offered.plan.policy, made.get(exercise.id, 0)),
            "again": _of_exercise(again, found.exercises[exercise.id]),
        }
        for lesson in track.lessons
        for exercise in lesson.exercises
    ]
    return {"track": track, "grade": grade, "dropped": plan.drop_lowest, "rows": rows}


def _of_exercise(again: Sequence[Note], grade: ExerciseGrade) -> list[str]:
    """Say what was graded again: the attempt that counts, or the latest, and how many others."""
    mine = [note for note in again if note.exercise_id == grade.exercise_id]
    mine.sort(key=lambda note: (note.number != grade.attempt, -note.at.timestamp(), -note.number))
    others = len({note.number for note in mine}) - 1
    if others < 1:
        return [again_in_words(note) for note in mine[:1]]
    more = ngettext("So was %(num)s other attempt.", "So were %(num)s other attempts.", others) % {"num": others}
    return [f"{again_in_words(mine[0])} {more}"]


def _which(grade: ExerciseGrade, policy: Policy, attempts: int) -> str:
    if attempts <= 1:
        words = _("Attempt %(number)s counts.")
    elif policy.counting is Counting.LAST_ON_TIME and grade.late:
        words = _("Attempt %(number)s counts, the last, since none came in time, of %(of)s.")
    else:
        words = _(AS_WHICH[policy.counting])
    return words % {"number": grade.attempt, "of": attempts}


def _taken(grade: ExerciseGrade, late_took: float) -> list[str]:
    said = {"reached": points(grade.reached or 0), "hints": points(grade.hints_cost), "late": points(late_took)}
    if grade.hints_cost and late_took:
        words = _("It reached %(reached)s points; %(hints)s were taken for hints and %(late)s because it came late.")
    elif grade.hints_cost:
        words = _("It reached %(reached)s points; %(hints)s were taken for hints.")
    elif late_took:
        words = _("It reached %(reached)s points; %(late)s were taken because it came late.")
    else:
        return []
    return [words % said]


def _sentence(reason: str) -> str:
    """End what somebody wrote as a sentence ends."""
    return reason if not reason or reason[-1] in ".!?…" else f"{reason}."
