"""How far learners are: one row per learner and exercise, written when an attempt is made and when its verdict is.

Every page reads these rows and none counts attempts, so that a page costs the same after ten attempts and ten thousand.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from classroom import findings, gradebook
from classroom.models import Course, HintTaken, Progress, ProgressState, Submission, SubmissionState, User, now
from classroom.schemas import CohortCell, CohortOut, CohortRow, ExerciseSummary, ProgressOut
from evmbox.report import Outcome, Report


def of_learner(session: Session, course: Course, user: User) -> dict[str, Progress]:
    """Give a learner's progress by exercise id; an exercise not begun is not there."""
    rows = session.exec(select(Progress).where(Progress.user_id == user.id, Progress.course_id == course.id))
    return {row.exercise_id: row for row in rows}


def to_out(exercise: ExerciseSummary, row: Progress | None) -> ProgressOut:
    """Say it in the words of the API. Without a row the exercise is new."""
    if row is None:
        return ProgressOut(
            exercise_id=exercise.id, state="new", attempts=0, best_score=0.0, max_score=exercise.max_score
        )
    return ProgressOut(
        exercise_id=exercise.id,
        state=row.state.value,
        attempts=row.attempts,
        best_score=row.best_score,
        max_score=row.max_score or exercise.max_score,
        best_gas=row.best_gas,
        last_outcome=row.last_outcome,
        given_up=row.given_up_at is not None,
        updated_at=row.updated_at,
    )


def cohort(
    session: Session, course: Course, learners: Sequence[User], exercises: Sequence[ExerciseSummary]
) -> CohortOut:
    """Tell how these learners of a course stand in these exercises, in this order: one query, whatever the numbers."""
    wanted = col(Progress.user_id).in_([learner.id for learner in learners])
    of_all = session.exec(select(Progress).where(Progress.course_id == course.id, wanted))
    rows = {(row.user_id, row.exercise_id): row for row in of_all}
    return CohortOut(
        course=course.slug,
        exercises=list(exercises),
        rows=[
            CohortRow(
                user_id=learner.id,
                name=learner.name,
                display_name=learner.display_name,
                cells=[
                    CohortCell(
                        **to_out(exercise, rows.get((learner.id, exercise.id))).model_dump(exclude={"updated_at"})
                    )
                    for exercise in exercises
                ],
            )
            for learner in learners
        ],
    )


def record_attempt(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> int:
    """Count an attempt that is being made, and give its number, from 1."""
    row = held(session, course_id, user_id, exercise_id)
    row.attempts += 1
    row.updated_at = row.attempted_at = now()
    if row.attempts == 1:  # a hint may have made the row long before
        row.advanced_at = row.attempted_at
    session.add(row)
    return row.attempts


def record_verdict(session: Session, submission: Submission, report: Report) -> None:
    """Take a verdict in: the best score and the least gas are kept, and what was passed once stays passed."""
    row = held(session, submission.course_id, submission.user_id, submission.exercise_id)
    overtaken = _overtaken(session, submission)
    hints = hints_of(session, row) if report.score > row.best_score else []  # else they change nothing
    rose = _keep_best(row, submission, report, hints)
    if report.outcome is Outcome.PASSED:
        row.state = ProgressState.PASSED
        row.passed_at = row.passed_at or now()
    if not overtaken:
        _note_last(row, report, rose=rose)
    row.updated_at = now()
    if rose:
        row.advanced_at = row.updated_at
    session.add(row)


def _keep_best(row: Progress, submission: Submission, report: Report, hints: Sequence[gradebook.Hint]) -> bool:
    """Keep the best that was reached, less the hints before it; what came after giving up is practice.

    Tell whether the points rose.
    """
    if row.practice_from is not None and submission.number >= row.practice_from:
        row.max_score = row.max_score or report.max_score
        return False
    score = max(0.0, report.score - gradebook.cost_of(hints, submission.number))
    rose = score > row.best_score
    if row.best_submission_id is None or score > row.best_score:
        row.best_score = score
        row.max_score = report.max_score
        row.best_submission_id = submission.id
    if report.gas_score and (row.best_gas is None or report.gas_score.used < row.best_gas):
        row.best_gas = report.gas_score.used
    return rose


def _note_last(row: Progress, report: Report, *, rose: bool) -> None:
    """Note how the last verdict went, and for how long it has been going so."""
    row.last_outcome = report.outcome.value
    row.stalled = 0 if rose else row.stalled + 1
    failure = findings.of_report(report)
    again = failure is not None and failure.shape == row.shape
    row.repeats = row.repeats + 1 if again else 1 if failure else 0
    row.failing, row.shape = (failure.at, failure.shape) if failure else (None, None)


def hints_of(session: Session, row: Progress) -> list[gradebook.Hint]:
    """Read the hints that a learner took with an exercise."""
    taken = select(HintTaken.cost, HintTaken.from_attempt).where(
        HintTaken.course_id == row.course_id,
        HintTaken.user_id == row.user_id,
        HintTaken.exercise_id == row.exercise_id,
    )
    return [gradebook.Hint(row.exercise_id, cost, from_attempt) for cost, from_attempt in session.exec(taken)]


def held(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> Progress:
    """Give the row, held until the end of the transaction: two verdicts on one exercise must not undo each other."""
    row = session.exec(
        select(Progress)
        .where(Progress.course_id == course_id, Progress.user_id == user_id, Progress.exercise_id == exercise_id)
        .with_for_update(key_share=True)
    ).first()
    return row or Progress(course_id=course_id, user_id=user_id, exercise_id=exercise_id)


def _overtaken(session: Session, submission: Submission) -> bool:
    """Tell whether a later attempt has its verdict already: two workers may finish in either order."""
    later = select(Submission.id).where(
        Submission.course_id == submission.course_id,
        Submission.user_id == submission.user_id,
        Submission.exercise_id == submission.exercise_id,
        Submission.number > submission.number,
        Submission.state == SubmissionState.DONE,
    )
    return session.exec(later).first() is not None


def count_again(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> None:
    """Work out a learner's row anew from the verdicts there are: after a regrade, some may have risen or fallen."""
    row = held(session, course_id, user_id, exercise_id)
    hints = hints_of(session, row)
    row.best_score = row.max_score = 0.0
    row.best_gas = row.best_submission_id = row.last_outcome = row.passed_at = None
    row.failing = row.shape = None
    row.repeats = row.stalled = 0
    row.state = ProgressState.STARTED
    graded = session.exec(
        select(Submission)
        .where(
            Submission.course_id == course_id,
            Submission.user_id == user_id,
            Submission.exercise_id == exercise_id,
            Submission.state == SubmissionState.DONE,
        )
        .order_by(col(Submission.number))
    ).all()
    for submission in graded:
        report = Report.model_validate(submission.report)
        rose = _keep_best(row, submission, report, hints)
        if rose or submission is graded[0]:
            row.advanced_at = submission.finished_at or submission.created_at
        if report.outcome is Outcome.PASSED:
            row.state = ProgressState.PASSED
            row.passed_at = row.passed_at or submission.finished_at
        _note_last(row, report, rose=rose)
    row.updated_at = now()
    session.add(row)
