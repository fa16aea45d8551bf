"""The help that an exercise gives: hints, a rung at a time and at a price, and the solution, passed or given up for.

What help costs is said before it is taken, and what was taken is kept with the price that was said. It takes points
from the attempts after it and never from one before; the sums are made where grades are (`gradebook`).
"""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from classroom import audit_log, progress
from classroom.audit_log import Action
from classroom.errors import Conflict, Forbidden, NotFound
from classroom.models import Course, HintTaken, Progress, ProgressState, User, now
from classroom.schemas import HelpOut, HintOut, SolutionOut
from evmbox.exercise import Exercise, answer_text

CLOSED = "The solution can be read after passing, or by giving up, which the exercise offers under its hints."


def of_learner(session: Session, course: Course, user: User, exercise: Exercise, max_score: float) -> HelpOut:
    """Tell what help there is, what a learner took, and what more would cost. No hint that was not taken is in it."""
    row = _progress(session, course, user, exercise)
    taken = _taken(session, course, user, exercise)
    passed = _passed(row)
    shown = [hint for hint in taken if hint.rung <= len(exercise.hints)]  # the author may have taken one away since
    left = exercise.hints[_rung_after(taken) - 1 :]
    return HelpOut(
        exercise_id=exercise.id,
        hints=[
            HintOut(
                rung=hint.rung,
                text=exercise.hints[hint.rung - 1].text,
                cost=hint.cost,
                from_attempt=hint.from_attempt,
                taken_at=hint.taken_at,
            )
            for hint in shown
        ],
        rungs=len(exercise.hints),
        next_cost=_price(exercise, _rung_after(taken), row) if left else None,
        cost=sum(hint.cost for hint in taken),
        max_score=max_score,
        best_score=row.best_score if row else 0.0,
        passed=passed,
        given_up_at=row.given_up_at if row else None,
        practice_from=row.practice_from if row else None,
        solution_open=_solution_open(row),
    )


def take(
    session: Session,
    *,
    course: Course,
    user: User,
    exercise: Exercise,
    rung: int,
    cost: float,
    request_id: str | None = None,
) -> None:
    """Take the next hint at the price that was said. One that was taken before is taken no second time.

    Raises NotFound for a rung that is not there, Conflict where it is not the next one or costs something else.
    """
    if rung > len(exercise.hints):
        raise NotFound("The exercise has no such hint.")
    row = progress.held(session, course.id, user.id, exercise.id)
    taken = _taken(session, course, user, exercise)
    if any(hint.rung == rung for hint in taken):
        return
    if rung != _rung_after(taken):
        raise Conflict(f"Hints come one at a time: the next one is number {_rung_after(taken)}.")
    price = _price(exercise, rung, row)
    if price != cost:
        raise Conflict(f"This hint costs {price:g} points now. Look at the price again before you take it.")
    row.updated_at = now()
    session.add(row)
    session.add(
        HintTaken(
            course_id=course.id,
            user_id=user.id,
            exercise_id=exercise.id,
            rung=rung,
            cost=price,
            from_attempt=row.attempts + 1,
        )
    )
    audit_log.record(
        session,
        Action.HINT_TAKEN,
        actor_id=user.id,
        course_id=course.id,
        subject=str(user.id),
        details={"exercise": exercise.id, "rung": rung, "cost": price},
        request_id=request_id,
    )


def give_up(session: Session, *, course: Course, user: User, exercise: Exercise, request_id: str | None = None) -> None:
    """Open the solution to a learner who has not passed: attempts from now on earn nothing, earlier points stay.

    Who has passed may read it already, and who has given up has; nothing changes then.
    """
    row = progress.held(session, course.id, user.id, exercise.id)
    if _solution_open(row):
        return
    row.given_up_at = row.updated_at = now()
    row.practice_from = row.attempts + 1
    session.add(row)
    audit_log.record(
        session,
        Action.GIVEN_UP,
        actor_id=user.id,
        course_id=course.id,
        subject=str(user.id),
        details={"exercise": exercise.id, "attempts": row.attempts},
        request_id=request_id,
    )


def solution(session: Session, course: Course, user: User, exercise: Exercise, seed: int) -> SolutionOut:
    """Give the author's solution, with the learner's own values in it. Raises Forbidden where it is closed to them."""
    if not _solution_open(_progress(session, course, user, exercise)):
        raise Forbidden(CLOSED)
    return SolutionOut(
        exercise_id=exercise.id,
        file=exercise.solution_file,
        language=exercise.language,
        source=answer_text(exercise, exercise.solution, seed, file=exercise.solution_file),
    )


def _price(exercise: Exercise, rung: int, row: Progress | None) -> float:
    """Give what a hint costs: nothing once the solution is open, since it says less than that."""
    return 0.0 if _solution_open(row) else exercise.hints[rung - 1].cost


def _passed(row: Progress | None) -> bool:
    return row is not None and row.state is ProgressState.PASSED


def _solution_open(row: Progress | None) -> bool:
    return row is not None and (row.given_up_at is not None or _passed(row))


def _rung_after(taken: Sequence[HintTaken]) -> int:
    return taken[-1].rung + 1 if taken else 1


def _progress(session: Session, course: Course, user: User, exercise: Exercise) -> Progress | None:
    return session.exec(
        select(Progress).where(
            Progress.course_id == course.id, Progress.user_id == user.id, Progress.exercise_id == exercise.id
        )
    ).first()


def _taken(session: Session, course: Course, user: User, exercise: Exercise) -> Sequence[HintTaken]:
    return session.exec(
        select(HintTaken)
        .where(HintTaken.course_id == course.id, HintTaken.user_id == user.id, HintTaken.exercise_id == exercise.id)
        .order_by(col(HintTaken.rung))
    ).all()
