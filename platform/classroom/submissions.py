"""Attempts and their verdicts: made once, graded once, whatever is killed in between.

`submit` writes the attempt and its job. A worker takes a lease on the job (`claim`), grades outside any transaction and
hands the verdict in (`finish`), or gives the job back (`release`). `reap` takes leases that ran out away and tells what
should be nudged again. The rows are the truth: whatever a queue loses, repeats or makes up changes nothing but time.
"""

import hashlib
import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from classroom import audit_log, courses, progress
from classroom.audit_log import Action
from classroom.db import UnitOfWork
from classroom.errors import Conflict, Invalid, NotFound, TooLarge, TooMany
from classroom.models import Course, Deployment, Job, JobState, Role, Submission, SubmissionState, User, now
from classroom.schemas import MAX_SOURCE_BYTES, SubmissionOut
from classroom.settings import Settings
from evmbox.report import Report

GRADE = "grade"
"""The kind of the jobs made here."""

MAX_FAILURES = 3
"""A job whose workers were lost that often is given up."""

NUDGE_AFTER = timedelta(seconds=2)
"""A job that still waits after that long is nudged: its message may be lost. Each further wait is twice as long."""

LONGEST_NUDGE = timedelta(seconds=60)

_LOST = (
    "This attempt has no verdict: the grader broke off three times while it worked on it. "
    "Please check it again, and tell your instructor if that happens again."
)
_QUEUE_FULL_RETRY_S = 5
_RATE_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Claim:
    """A lease on one job. `attempt` fences it: once another worker holds a later one, this one opens nothing."""

    job_id: UUID
    attempt: int
    submission_id: UUID
    exercise_id: str
    source: str
    seed: int


@dataclass(frozen=True)
class Reaped:
    """What `reap` found: jobs to be put in the queue again, and submissions that were given up."""

    due: tuple[UUID, ...]
    lost: tuple[UUID, ...]


def seed_for(key: bytes, user_id: UUID, exercise_id: str) -> int:
    """Give the seed of a learner's values in an exercise: 256 bits, the same for every attempt, no neighbour's."""
    return int.from_bytes(hmac.digest(key, f"seed:{user_id}:{exercise_id}".encode(), hashlib.sha256))


def submit(
    work: UnitOfWork,
    *,
    user: User,
    course: Course,
    exercise_id: str,
    source: str,
    idempotency_key: str,
    enqueue: Callable[[UUID], object],
    settings: Settings,
    key: bytes,
    request_id: str | None = None,
) -> Submission:
    """Write an attempt down, and have its job put in the queue once it is on disk.

    The same idempotency key gives the same submission again, and no second job. `key` is the server's.
    Raises TooLarge, Invalid, Conflict for a key that was used for something else, and TooMany with Retry-After.
    """
    _check(source, idempotency_key)
    session = work.session
    one_at_a_time = select(User.id).where(User.id == user.id).with_for_update(key_share=True)
    session.exec(one_at_a_time)  # of each learner's submissions; what only refers to the learner need not wait
    earlier = session.exec(
        select(Submission).where(Submission.user_id == user.id, Submission.idempotency_key == idempotency_key)
    ).first()
    if earlier:
        if (earlier.course_id, earlier.exercise_id, earlier.source) != (course.id, exercise_id, source):
            raise Conflict("This idempotency key was used for another submission. Use a new key for each attempt.")
        return earlier
    _check_rate(session, user, settings.submissions_per_minute)
    _check_queue(session, settings.max_queued)

    submission = Submission(
        course_id=course.id,
        user_id=user.id,
        exercise_id=exercise_id,
        number=progress.record_attempt(session, course.id, user.id, exercise_id),
        idempotency_key=idempotency_key,
        source=source,
        seed=f"{seed_for(key, user.id, exercise_id):064x}",
    )
    session.add(submission)
    session.flush()
    job = Job(kind=GRADE, subject_id=submission.id, due_at=now() + NUDGE_AFTER, request_id=request_id)
    session.add(job)
    audit_log.record(
        session,
        Action.SUBMISSION_MADE,
        actor_id=user.id,
        course_id=course.id,
        subject=str(submission.id),
        details={"exercise": exercise_id, "number": submission.number},
        request_id=request_id,
    )
    work.after_commit(lambda: enqueue(job.id))
    return submission


def get(session: Session, submission_id: UUID, viewer: User) -> Submission:
    """Give a submission to its learner or to an instructor of its course. Raises NotFound for everyone else."""
    submission = session.get(Submission, submission_id)
    if submission is None or not (
        submission.user_id == viewer.id or courses.has_role(session, submission.course_id, viewer.id, Role.INSTRUCTOR)
    ):
        raise NotFound("There is no such submission.")
    return submission


def attempts(session: Session, course: Course, user: User, exercise_id: str, *, limit: int = 50) -> list[Submission]:
    """List a learner's attempts at an exercise, the latest first."""
    return list(
        session.exec(
            select(Submission)
            .where(
                Submission.course_id == course.id,
                Submission.user_id == user.id,
                Submission.exercise_id == exercise_id,
            )
            .order_by(col(Submission.number).desc())
            .limit(limit)
        )
    )


def to_out(submission: Submission, *, with_source: bool = False) -> SubmissionOut:
    """Say it in the words of the API."""
    return SubmissionOut(
        id=submission.id,
        exercise_id=submission.exercise_id,
        number=submission.number,
        state=submission.state.value,
        created_at=submission.created_at,
        finished_at=submission.finished_at,
        source=submission.source if with_source else None,
        report=None if submission.report is None else Report.model_validate(submission.report),
        message=_LOST if submission.state is SubmissionState.FAILED else None,
    )


def claim(work: UnitOfWork, job_id: UUID, *, worker: str, lease_s: float) -> Claim | None:
    """Take a lease on a waiting job, or None where it is not waiting: taken, done, given up or never made."""
    session = work.session
    job = session.exec(
        update(Job)
        .where(col(Job.id) == job_id, col(Job.kind) == GRADE, col(Job.state) == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            attempt=Job.attempt + 1,
            worker=worker[:128],
            lease_until=now() + timedelta(seconds=lease_s),
        )
        .returning(Job)
    ).scalar_one_or_none()
    if job is None:
        return None
    submission = session.get_one(Submission, job.subject_id)
    submission.state = SubmissionState.RUNNING
    return Claim(
        job_id=job.id,
        attempt=job.attempt,
        submission_id=submission.id,
        exercise_id=submission.exercise_id,
        source=submission.source,
        seed=int(submission.seed, 16),
    )


def finish(work: UnitOfWork, claim: Claim, report: Report) -> bool:
    """Write the verdict with all that follows from it; False, and nothing written, where the lease was lost."""
    session = work.session
    job = _end_lease(session, claim, state=JobState.DONE, finished_at=now())
    if job is None:
        return False
    submission = session.get_one(Submission, job.subject_id)
    submission.state = SubmissionState.DONE
    submission.outcome = report.outcome.value
    submission.score = report.score
    submission.max_score = report.max_score
    submission.report = report.model_dump(mode="json")
    submission.finished_at = job.finished_at
    if report.deployed:
        session.add(Deployment(submission_id=submission.id, **report.deployed.model_dump()))
    progress.record_verdict(session, submission, report)
    audit_log.record(
        session,
        Action.SUBMISSION_GRADED,
        actor_id=None,
        course_id=submission.course_id,
        subject=str(submission.id),
        details={"outcome": report.outcome.value, "score": report.score, "attempt": claim.attempt},
        request_id=job.request_id,
    )
    return True


def release(
    work: UnitOfWork, claim: Claim, *, error: str | None = None, retry_in: timedelta = timedelta(0)
) -> SubmissionState | None:
    """Give a job back; tell the state its submission is in then, or None where the lease was lost already.

    With an `error` the lease counts as failed, and one too many gives the submission up. Without one it does not
    count: the worker was stopped, or found no room.
    """
    job = _end_lease(work.session, claim, state=JobState.QUEUED)
    if job is None:
        return None
    submission = work.session.get_one(Submission, job.subject_id)
    _put_back(work.session, job, submission, error=error, due_in=retry_in)
    return submission.state


def reap(work: UnitOfWork, *, lost_worker: str | None = None, limit: int = 100) -> Reaped:
    """Take back leases that ran out, and pick the jobs that should be nudged.

    `lost_worker` is the beginning of the names of workers known to be dead: their leases end at once. A job waits
    twice as long for each further nudge, so that a long queue is not flooded with messages about itself.
    """
    session = work.session
    over = col(Job.lease_until) <= now()
    if lost_worker is not None:
        over |= col(Job.worker).startswith(lost_worker, autoescape=True)
    running = select(Job).where(Job.state == JobState.RUNNING, over).limit(limit).with_for_update(skip_locked=True)
    lost = []
    for job in session.exec(running).all():
        submission = session.get_one(Submission, job.subject_id)
        _put_back(session, job, submission, error="the worker was lost", due_in=timedelta(0))
        if job.state is JobState.DEAD:
            lost.append(submission.id)
    session.flush()

    at = now()
    waiting = (
        select(Job)
        .where(Job.state == JobState.QUEUED, col(Job.due_at) <= at)
        .order_by(col(Job.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = session.exec(waiting).all()
    for job in due:
        job.due_at = at + min(max(at - job.created_at, NUDGE_AFTER), LONGEST_NUDGE)
    return Reaped(due=tuple(job.id for job in due), lost=tuple(lost))


def _check(source: str, idempotency_key: str) -> None:
    try:
        size = len(source.encode())
    except UnicodeEncodeError:
        raise Invalid("The source must be valid Unicode; it contains half of a surrogate pair.") from None
    if size > MAX_SOURCE_BYTES:
        raise TooLarge(f"The source has {size:,} bytes; {MAX_SOURCE_BYTES:,} are allowed.")
    if "\x00" in source:
        raise Invalid("The source must not contain the NUL character.")
    if not (0 < len(idempotency_key) <= 128 and idempotency_key.isascii() and idempotency_key.isprintable()):
        raise Invalid("An idempotency key has 1 to 128 printable ASCII characters.")


def _check_rate(session: Session, user: User, per_minute: int) -> None:
    at = now()
    one_too_many = (
        select(Submission.created_at)
        .where(Submission.user_id == user.id, Submission.created_at > at - _RATE_WINDOW)
        .order_by(col(Submission.created_at).desc())
        .offset(per_minute - 1)
        .limit(1)
    )
    made_at = session.exec(one_too_many).first()
    if made_at is not None:
        wait_s = max(1, math.ceil((made_at + _RATE_WINDOW - at).total_seconds()))
        raise TooMany(
            f"You have handed in {per_minute} times within a minute. Try again in {wait_s} seconds.",
            headers={"Retry-After": str(wait_s)},
        )


def _check_queue(session: Session, max_queued: int) -> None:
    waiting = session.exec(select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED)).one()
    if waiting >= max_queued:
        raise TooMany(
            f"{waiting} submissions are waiting to be graded, and no more can wait. Try again in a moment.",
            headers={"Retry-After": str(_QUEUE_FULL_RETRY_S)},
        )


def _end_lease(session: Session, claim: Claim, **values: object) -> Job | None:
    """Let go of a lease if it still holds: the fence, decided by the database in one statement."""
    return session.exec(
        update(Job)
        .where(col(Job.id) == claim.job_id, col(Job.state) == JobState.RUNNING, col(Job.attempt) == claim.attempt)
        .values(worker=None, lease_until=None, **values)
        .returning(Job)
    ).scalar_one_or_none()


def _put_back(session: Session, job: Job, submission: Submission, *, error: str | None, due_in: timedelta) -> None:
    """Let a job wait again, or give it up where it has failed too often."""
    job.worker = job.lease_until = None
    if error is not None:
        job.failures += 1
        job.last_error = error[:500]
    if job.failures < MAX_FAILURES:
        job.state = JobState.QUEUED
        job.due_at = now() + due_in
        submission.state = SubmissionState.QUEUED
        return
    job.state = JobState.DEAD
    job.finished_at = submission.finished_at = now()
    submission.state = SubmissionState.FAILED
    audit_log.record(
        session,
        Action.SUBMISSION_LOST,
        actor_id=None,
        course_id=submission.course_id,
        subject=str(submission.id),
        details={"attempt": job.attempt, "failures": job.failures},
        request_id=job.request_id,
    )
