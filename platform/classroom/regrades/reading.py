"""What a regrade changes: attempt by attempt, check by check, in the points that count, and in a learner's words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import grades
from classroom.courses import Offer
from classroom.errors import NotFound
from classroom.gradebook import ExerciseGrade
from classroom.models import Course, Job, Regrade, RegradeResult, RegradeState, Submission, User

KIND = "regrade"


@dataclass(frozen=True)
class CheckChange:
    """A check that ends in another way, by the words of a verdict; None where the verdict has no such check."""

    title: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Change:
    """An attempt whose verdict a regrade changes, or has changed."""

    submission_id: UUID
    user_id: UUID
    exercise_id: str
    number: int
    old_outcome: str | None
    old_score: float | None
    old_max_score: float | None
    new_outcome: str | None
    new_score: float | None
    new_max_score: float | None
    checks: tuple[CheckChange, ...]


@dataclass(frozen=True)
class Effect:
    """What counts for one learner in one exercise, as it is and as it would be once a regrade is published."""

    before: ExerciseGrade
    after: ExerciseGrade


@dataclass(frozen=True)
class Note:
    """What a learner is told of an attempt of theirs that was graded again."""

    exercise_id: str
    number: int
    at: datetime
    old_score: float
    old_max_score: float
    new_score: float
    new_max_score: float
    reason: str


@dataclass(frozen=True)
class Listed:
    """A regrade with its job, who ordered it (None: who is gone), and how many attempts it is of."""

    regrade: Regrade
    job: Job | None
    made_by: User | None
    attempts: int


def of_course(course: Course) -> SelectOfScalar[Regrade]:
    """Give the statement that selects the regrades of a course, in no order yet."""
    return select(Regrade).where(Regrade.course_id == course.id)


def find(session: Session, course: Course, regrade_id: UUID) -> Regrade:
    """Find a regrade of a course. Raises NotFound."""
    regrade = session.exec(of_course(course).where(Regrade.id == regrade_id)).first()
    if regrade is None:
        raise NotFound("There is no such regrade in this course.")
    return regrade


def job_of(session: Session, regrade_id: UUID) -> Job | None:
    """Give the job of a regrade; None where it is kept no longer."""
    return session.exec(select(Job).where(Job.subject_id == regrade_id, Job.kind == KIND)).first()


def listed(session: Session, regrades: Sequence[Regrade]) -> list[Listed]:
    """Read what a list says of these regrades: three queries, however many they are."""
    ids = [regrade.id for regrade in regrades]
    jobs = session.exec(select(Job).where(col(Job.subject_id).in_(ids), Job.kind == KIND))
    of_regrade = {job.subject_id: job for job in jobs}
    makers = select(User).where(col(User.id).in_([each.made_by for each in regrades if each.made_by]))
    people = {user.id: user for user in session.exec(makers)}
    counted = select(RegradeResult.regrade_id, func.count()).where(col(RegradeResult.regrade_id).in_(ids))
    counts = {row[0]: row[1] for row in session.exec(counted.group_by(col(RegradeResult.regrade_id)))}
    return [
        Listed(
            each, of_regrade.get(each.id), people.get(each.made_by) if each.made_by else None, counts.get(each.id, 0)
        )
        for each in regrades
    ]


def changes(session: Session, regrade_id: UUID) -> list[Change]:
    """List the attempts whose verdict it changes; once it is published, whose verdict it has changed."""
    regrade = session.get(Regrade, regrade_id)
    published = regrade is not None and regrade.state is RegradeState.PUBLISHED
    graded = select(RegradeResult, Submission).join(Submission, col(Submission.id) == RegradeResult.submission_id)
    wanted = col(RegradeResult.new_outcome if published else RegradeResult.outcome).is_not(None)
    graded = graded.where(RegradeResult.regrade_id == regrade_id, wanted)
    if not published:  # the others are not read: each has two reports
        same = ("outcome", "score", "max_score")
        other = [getattr(Submission, name).is_distinct_from(getattr(RegradeResult, name)) for name in same]
        graded = graded.where(or_(*other))
    pairs = session.exec(graded.order_by(col(Submission.exercise_id), col(Submission.created_at)))
    return [(_published if published else _to_come)(result, submission) for result, submission in pairs]


def effects(session: Session, offered: Offer, found: Collection[Change]) -> dict[tuple[UUID, str], Effect]:
    """Tell what would count for each learner and exercise of changes that are still to come. Overrides stand."""
    learners = {change.user_id for change in found}
    instead = {change.submission_id: (change.new_score or 0.0, change.new_max_score or 0.0) for change in found}
    exercises = {change.exercise_id for change in found}
    before = grades.of_learners(session, offered, learners, exercise_ids=exercises)
    after = grades.of_learners(session, offered, learners, exercise_ids=exercises, verdicts=instead)
    return {
        (change.user_id, change.exercise_id): Effect(
            before[change.user_id].exercises[change.exercise_id], after[change.user_id].exercises[change.exercise_id]
        )
        for change in found
        if change.exercise_id in before[change.user_id].exercises
    }


def notes(session: Session, course: Course, user_id: UUID, exercise_id: str | None = None) -> dict[UUID, list[Note]]:
    """Tell a learner which of their attempts were graded again and came out otherwise, by attempt, the latest first."""
    statement = (
        select(RegradeResult, Regrade, Submission)
        .join(Regrade, col(Regrade.id) == RegradeResult.regrade_id)
        .join(Submission, col(Submission.id) == RegradeResult.submission_id)
        .where(
            Submission.course_id == course.id,
            Submission.user_id == user_id,
            Regrade.state == RegradeState.PUBLISHED,
            col(RegradeResult.new_outcome).is_not(None),
        )
        .order_by(col(Regrade.decided_at).desc())
    )
    if exercise_id is not None:
        statement = statement.where(Submission.exercise_id == exercise_id)
    found: dict[UUID, list[Note]] = {}
    for result, regrade, submission in session.exec(statement):
        found.setdefault(submission.id, []).append(
            Note(
                submission.exercise_id,
                submission.number,
                regrade.decided_at or regrade.created_at,
                result.score or 0.0,
                result.max_score or 0.0,
                result.new_score or 0.0,
                result.new_max_score or 0.0,
                regrade.reason,
            )
        )
    return found


def _published(result: RegradeResult, submission: Submission) -> Change:
    return Change(
        submission.id,
        submission.user_id,
        submission.exercise_id,
        submission.number,
        result.outcome,
        result.score,
        result.max_score,
        result.new_outcome,
        result.new_score,
        result.new_max_score,
        tuple(CheckChange(**each) for each in result.new_checks or ()),
    )


def _to_come(result: RegradeResult, submission: Submission) -> Change:
    return Change(
        submission.id,
        submission.user_id,
        submission.exercise_id,
        submission.number,
        submission.outcome,
        submission.score,
        submission.max_score,
        result.outcome,
        result.score,
        result.max_score,
        _checks(submission.report, result.report),
    )


def _checks(old: dict[str, Any] | None, new: dict[str, Any] | None) -> tuple[CheckChange, ...]:
    """Compare two verdicts check by check, in the order of the new one."""
    was = {each["id"]: each for each in (old or {}).get("checks", ())}
    now = {each["id"]: each for each in (new or {}).get("checks", ())}
    found = []
    for check_id in [*now, *(each for each in was if each not in now)]:
        before, after = was.get(check_id), now.get(check_id)
        pair = (before and before["status"], after and after["status"])
        if pair[0] != pair[1]:
            found.append(CheckChange((after or before or {})["title"], *pair))
    return tuple(found)
