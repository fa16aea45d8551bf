"""How attempts are graded again: ordered, done, and published or discarded.

The new verdicts are kept beside the old ones, where only instructors see them, until they are published or discarded.
What an instructor has overridden is kept elsewhere and applied when it is read, so that it outlives every regrade. A
regrade uses the seed of each attempt, so that its learner meets the same values again.
"""

from collections.abc import Collection
from dataclasses import asdict
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from classroom import audit_log, courses, findings, progress, workload
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
from classroom.regrades.reading import changes, find, job_of
from classroom.submissions import Attempt, attempt_of, write_verdict
from classroom.workload import Claim, Enqueue, Kind, Kinds, Lane, Retry
from evmbox.report import Report


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
    reason: str = "",
    request_id: str | None = None,
) -> Regrade:
    """Have attempts of a course that have a verdict graded again: of one exercise, or these, or all.

    The reason, if there is one, is read by those whose points change. Raises Invalid where there are no such attempts,
    and Conflict where a regrade of the exercise is not decided yet.
    """
    session = work.session
    reason = courses.said(reason) if reason else ""
    courses.lock(session, course)
    _check_decided(session, course, exercise_id)
    chosen = select(Submission.id).where(Submission.course_id == course.id, Submission.state == SubmissionState.DONE)
    chosen = chosen.where(Submission.source != "")  # kept no longer, so that there is nothing to grade
    if exercise_id is not None:
        chosen = chosen.where(Submission.exercise_id == exercise_id)
    if submission_ids is not None:
        chosen = chosen.where(col(Submission.id).in_(submission_ids))
    found = session.exec(chosen).all()
    if not found:
        raise Invalid("There are no graded attempts among these.")
    regrade = Regrade(course_id=course.id, made_by=actor.id, exercise_id=exercise_id, reason=reason)
    session.add(regrade)
    session.flush()
    session.add_all(RegradeResult(regrade_id=regrade.id, submission_id=submission_id) for submission_id in found)
    workload.order(
        work,
        REGRADE,
        actor=actor,
        enqueue=enqueue,
        subject_id=regrade.id,
        course_id=course.id,
        details={"exercise": exercise_id, "attempts": len(found), "reason": reason},
        request_id=request_id,
    )
    return regrade


def _check_decided(session: Session, course: Course, exercise_id: str | None) -> None:
    """Raise Conflict where two regrades of an exercise would speak of the same verdicts."""
    if exercise_id is None:
        return
    open_states = (RegradeState.RUNNING, RegradeState.READY)
    held = select(Regrade).where(Regrade.course_id == course.id, Regrade.exercise_id == exercise_id)
    found = session.exec(held.where(col(Regrade.state).in_(open_states))).first()
    if found is not None and found.state is RegradeState.RUNNING:
        raise Conflict("This exercise is being graded again already. Wait until that is done, or stop it.")
    if found is not None:
        raise Conflict("New verdicts for this exercise wait for you. Publish or discard them first.")


def stop(work: UnitOfWork, course: Course, regrade_id: UUID, *, actor: User, request_id: str | None = None) -> None:
    """Break off a regrade that runs: nothing comes of it. Raises NotFound, and Conflict where it is over."""
    regrade = find(work.session, course, regrade_id)
    job = job_of(work.session, regrade.id)
    if regrade.state is not RegradeState.RUNNING or job is None:
        raise Conflict("It does not run any more.")
    workload.cancel(work, Kinds(REGRADE), job.id, actor_id=actor.id, request_id=request_id)


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
            course_id=regrade.course_id,
            details={"rose": rose, "fell": fell},
            request_id=job.request_id,
        )
    return True


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
        result.new_outcome, result.new_score = submission.outcome, submission.score
        result.new_max_score = submission.max_score
        result.new_checks = [asdict(check) for check in change.checks]
        result.outcome, result.score, result.max_score, result.report = old
        session.add_all((submission, result))
        audit_log.record(
            session,
            Action.SUBMISSION_REGRADED,
            actor_id=actor.id,
            subject=str(submission.id),
            course_id=course.id,
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
        select(Regrade)
        .where(Regrade.id == regrade_id, Regrade.course_id == course.id)
        .with_for_update()
        .execution_options(populate_existing=True)  # as it is once it is ours, not as it was when it was looked for
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
    audit_log.record(
        session,
        action,
        actor_id=actor.id,
        subject=str(regrade.id),
        course_id=regrade.course_id,
        details={"exercise": regrade.exercise_id, "reason": regrade.reason},
        request_id=request_id,
    )
