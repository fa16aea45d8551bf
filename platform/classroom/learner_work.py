"""One learner's work in a course, as those see it who look after them: how they stand, and all their attempts."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from classroom import attention, courses, progress
from classroom.attention import Standing
from classroom.courses import Offer, Staff
from classroom.errors import NotFound
from classroom.models import Finding, Progress, ProgressState, Submission, User, now
from classroom.schemas import AttemptLineOut, ExerciseSummary, LearnerExerciseOut, LearnerOut

NO_SUCH: Final = "This course has no such learner."


def learner(session: Session, staff: Staff, user_id: UUID) -> User:
    """Give a learner whom this one looks after. Raises NotFound."""
    found = session.exec(courses.learners_seen(staff).where(User.id == user_id)).first()
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def standing(session: Session, offered: Offer, user: User, exercises: Sequence[ExerciseSummary]) -> LearnerOut:
    """Tell how a learner stands in every exercise of a course, in its order."""
    rows = progress.of_learner(session, offered.course, user)
    told = [_exercise(exercise, rows.get(exercise.id)) for exercise in exercises]
    return LearnerOut(
        user_id=user.id,
        name=user.name,
        display_name=user.display_name,
        attempts=sum(each.attempts for each in told),
        passed=sum(each.state == "passed" for each in told),
        attempted_at=max((each.attempted_at for each in told if each.attempted_at), default=None),
        exercises=told,
    )


def timeline(course_id: UUID, user_id: UUID, exercise_id: str | None = None) -> Any:
    """Select a learner's attempts without their sources and reports, in no order; `timeline_order` gives one."""
    made = col(Submission.user_id) == user_id, col(Submission.course_id) == course_id
    columns: Any = (
        Submission.id,
        Submission.exercise_id,
        Submission.number,
        Submission.state,
        Submission.outcome,
        Submission.score,
        Submission.max_score,
        Submission.created_at,
        Submission.handed_in_by,
        Finding.failing,
    )
    found = select(*columns).join(Finding, col(Finding.submission_id) == Submission.id, isouter=True).where(*made)
    return found if exercise_id is None else found.where(Submission.exercise_id == exercise_id)


TIMELINE_ORDER: Final = (col(Submission.created_at), col(Submission.id))


def line_out(row: Sequence[Any], titles: dict[str, str]) -> AttemptLineOut:
    """Say a row of a time line in the words of the API; `titles` are those of exercises."""
    submission_id, exercise_id, number, state, outcome, score, max_score, made_at, by, failing = row
    return AttemptLineOut(
        submission_id=submission_id,
        exercise_id=exercise_id,
        exercise_title=titles.get(exercise_id, exercise_id),
        number=number,
        state=state.value,
        outcome=outcome,
        score=score,
        max_score=max_score,
        failing=failing,
        made_at=made_at,
        handed_in_for=by is not None,
    )


def _exercise(exercise: ExerciseSummary, row: Progress | None) -> LearnerExerciseOut:
    if row is None:
        return LearnerExerciseOut(exercise_id=exercise.id, title=exercise.title, max_score=exercise.max_score)
    over = row.state is ProgressState.PASSED or row.given_up_at is not None
    seen = Standing(over, row.repeats, row.stalled, row.attempted_at, row.advanced_at)
    stuck = attention.stuck(seen, at=now())
    return LearnerExerciseOut(
        exercise_id=exercise.id,
        title=exercise.title,
        state=row.state.value,
        attempts=row.attempts,
        best_score=row.best_score,
        max_score=row.max_score or exercise.max_score,
        last_outcome=row.last_outcome,
        given_up=row.given_up_at is not None,
        stuck=[reason.value for reason in stuck.reasons] if stuck else [],
        failing=row.failing,
        attempted_at=row.attempted_at if row.attempts else None,
    )
