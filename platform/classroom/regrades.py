"""Regrades: new verdicts on attempts that have one already, after a check was mended.

The new verdicts are kept beside the old ones, where only instructors see them, until they are published or discarded.
What an instructor has overridden is kept elsewhere and applied when it is read, so that it outlives every regrade. A
regrade uses the seed of each attempt, so that its learner meets the same values again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from classroom import audit_log, findings, progress, workload
from classroom.audit_log import Action
from classroom.db import UnitOfWork
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import (
    Course,
    Job,
    JobState,
    Regrade,
    RegradeResult,
    RegradeState,
    Submission,
    SubmissionState,
    User,
    now,
)
from classroom.submissions import Attempt, attempt_of, write_verdict
from classroom.workload import Claim, Enqueue, Kind, Lane, Retry
from evmbox.report import Report


@dataclass(frozen=True)
class Change:
    """An attempt whose verdict a regrade changes, or has changed."""

    submission_id: UUID
    user_id: UUID
    exercise_id: str
    old_outcome: str | None
    old_score: float | None
    new_outcome: str | None
    new_score: float | None


def _follow(session: Session, job: Job) -> None:
    """Give a regrade up where its job is."""
    regrade = session.get(Regrade, job.subject_id)
    if regrade is not None and regrade.state in {RegradeState.RUNNING, RegradeState.DISCARDED}:
        over = job.state in {JobState.DEAD, JobState.CANCELLED}
        regrade.state = RegradeState.DISCARDED if over else RegradeState.RUNNING
        regrade.decided_at = job.finished_at if over else None
        session.add(regrade)


REGRADE: Final = Kind(
    name="regrade",
    title="Grade attempts again",
    lane=Lane.BACKGROUND,
    priority=10,
    limit_s=6 * 3600,
    retry=Retry(times=5, first_s=10),
    concurrency=1,
    follow=_follow,
    load=lambda session, job: session.get(Regrade, job.subject_id),
)


def order(
    work: UnitOfWork,
    *,
    course: Course,
    actor: User,
    enqueue: Enqueue,
    exercise_id: str | None = None,
    submission_ids: Collection[UUID] | None = None,
    request_id: str | None = None,
) -> Regrade:
    """Have attempts of a course that have a verdict graded again: of one exercise, or these, or all.

    Raises Invalid where there are none.
    """
    session = work.session
    chosen = select(Submission.id).where(Submission.course_id == course.id, Submission.state == SubmissionState.DONE)
    chosen = chosen.where(Submission.source != "")  # kept no longer, so that there is nothing to grade
    if exercise_id is not None:
        chosen = chosen.where(Submission.exercise_id == exercise_id)
    if submission_ids is not None:
        chosen = chosen.where(col(Submission.id).in_(submission_ids))
    found = session.exec(chosen).all()
    if not found:
        raise Invalid("There are no graded attempts among these.")
    regrade = Regrade(course_id=course.id, made_by=actor.id)
    session.add(regrade)
    session.flush()
    session.add_all(RegradeResult(regrade_id=regrade.id, submission_id=submission_id) for submission_id in found)
    job = workload.add(
        work,
        REGRADE,
        enqueue=enqueue,
        subject_id=regrade.id,
        course_id=course.id,
        made_by=actor.id,
        request_id=request_id,
    )
    audit_log.record(
        session,
        Action.JOB_ORDERED,
        actor_id=actor.id,
        subject=str(job.id),
        details={"kind": REGRADE.name, "exercise": exercise_id, "attempts": len(found)},
        request_id=request_id,
    )
    return regrade


def todo(session: Session, regrade_id: UUID) -> tuple[list[Attempt], int]:
    """Give the attempts that have no new verdict yet, and how many there are in all."""
    results = select(RegradeResult).where(RegradeResult.regrade_id == regrade_id)
    total = session.exec(select(func.count()).select_from(results.subquery())).one()
    left = session.exec(
        select(Submission)
        .join(RegradeResult, col(RegradeResult.submission_id) == Submission.id)
        .where(RegradeResult.regrade_id == regrade_id, col(RegradeResult.graded_at).is_(None))
        .order_by(col(Submission.exercise_id), col(Submission.created_at))
    )
    return [attempt_of(submission) for submission in left], total


def put(work: UnitOfWork, claim: Claim, submission_id: UUID, report: Report | None, *, share: float) -> bool:
    """Keep one new verdict, None where its exercise is gone; False, and nothing written, where the lease was lost."""
    if not workload.note(work, claim, share, "Grading attempts again"):
        return False
    result = work.session.get(RegradeResult, (claim.subject_id, submission_id))
    if result is not None:
        result.graded_at = now()
        if report is not None:
            result.outcome = report.outcome.value
            result.score = report.score
            result.max_score = report.max_score
            result.report = report.model_dump(mode="json")
        work.session.add(result)
    return True


def finish(work: UnitOfWork, claim: Claim) -> bool:
    """Lay a regrade before the instructors; False, and nothing written, where the lease was lost."""
    session = work.session
    regrade = session.get(Regrade, claim.subject_id)
    changed = changes(session, regrade.id) if regrade else []
    rose = sum((change.new_score or 0) > (change.old_score or 0) for change in changed)
    fell = sum((change.new_score or 0) < (change.old_score or 0) for change in changed)
    job = workload.finish(work, claim, {"rose": rose, "fell": fell})
    if job is None:
        return False
    if regrade is not None:
        regrade.state = RegradeState.READY
        session.add(regrade)
        audit_log.record(
            session,
            Action.REGRADE_READY,
            actor_id=None,
            subject=str(regrade.id),
            details={"rose": rose, "fell": fell},
            request_id=job.request_id,
        )
    return True


def changes(session: Session, regrade_id: UUID) -> list[Change]:
    """List the attempts whose verdict it changes; once it is published, whose verdict it has changed."""
    regrade = session.get(Regrade, regrade_id)
    pairs = session.exec(
        select(RegradeResult, Submission)
        .join(Submission, col(Submission.id) == RegradeResult.submission_id)
        .where(RegradeResult.regrade_id == regrade_id, col(RegradeResult.outcome).is_not(None))
        .order_by(col(Submission.exercise_id), col(Submission.created_at))
    ).all()
    found = []
    for result, submission in pairs:
        old, new = (submission.outcome, submission.score), (result.outcome, result.score)
        if old == new:
            continue
        if regrade is not None and regrade.state is RegradeState.PUBLISHED:
            old, new = new, old
        found.append(Change(submission.id, submission.user_id, submission.exercise_id, *old, *new))
    return found


def publish(work: UnitOfWork, course: Course, regrade_id: UUID, *, actor: User, request_id: str | None = None) -> int:
    """Let the new verdicts take the place of the old ones, which are kept; tell how many changed.

    Raises NotFound, and Conflict where it is not ready.
    """
    session = work.session
    regrade = _ready(session, course, regrade_id)
    changed = changes(session, regrade.id)
    for change in changed:
        submission = session.get_one(Submission, change.submission_id)
        result = session.get_one(RegradeResult, (regrade.id, submission.id))
        old = (submission.outcome, submission.score, submission.max_score, submission.report)
        report = Report.model_validate(result.report)
        write_verdict(submission, report)
        findings.record(session, submission, report, again=True)
        result.outcome, result.score, result.max_score, result.report = old
        session.add_all((submission, result))
        audit_log.record(
            session,
            Action.SUBMISSION_REGRADED,
            actor_id=actor.id,
            subject=str(submission.id),
            details={"regrade": str(regrade.id), "from": change.old_score, "to": change.new_score},
            request_id=request_id,
        )
    session.flush()
    for user_id, exercise_id in {(change.user_id, change.exercise_id) for change in changed}:
        progress.count_again(session, course.id, user_id, exercise_id)
    _decide(session, regrade, RegradeState.PUBLISHED, actor=actor, request_id=request_id)
    return len(changed)


def discard(work: UnitOfWork, course: Course, regrade_id: UUID, *, actor: User, request_id: str | None = None) -> None:
    """Leave the old verdicts as they are. Raises NotFound, and Conflict where it is not ready."""
    regrade = _ready(work.session, course, regrade_id)
    _decide(work.session, regrade, RegradeState.DISCARDED, actor=actor, request_id=request_id)


def _ready(session: Session, course: Course, regrade_id: UUID) -> Regrade:
    regrade = session.exec(
        select(Regrade).where(Regrade.id == regrade_id, Regrade.course_id == course.id).with_for_update()
    ).first()
    if regrade is None:
        raise NotFound("There is no such regrade in this course.")
    if regrade.state is not RegradeState.READY:
        raise Conflict(f"Only a regrade that is ready can be published or discarded; this one is {regrade.state}.")
    return regrade


def _decide(session: Session, regrade: Regrade, state: RegradeState, *, actor: User, request_id: str | None) -> None:
    regrade.state = state
    regrade.decided_at = now()
    session.add(regrade)
    action = Action.REGRADE_PUBLISHED if state is RegradeState.PUBLISHED else Action.REGRADE_DISCARDED
    audit_log.record(session, action, actor_id=actor.id, subject=str(regrade.id), request_id=request_id)
