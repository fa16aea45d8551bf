"""Attempts and their verdicts: made once, graded once, whatever is killed in between.

`submit` writes the attempt and its job. A worker takes a lease on the job, grades outside any transaction and hands the
verdict in (`finish`). Where a job is on its way is told in `workload`; the attempt follows it.
"""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import audit_log, courses, findings, progress, usage, workload
from classroom.audit_log import Action
from classroom.db import UnitOfWork
from classroom.errors import Conflict, Invalid, NotFound, TooLarge, TooMany
from classroom.models import Course, Deployment, Job, JobState, Submission, SubmissionState, User, now
from classroom.schemas import MAX_SOURCE_BYTES, SubmissionOut
from classroom.settings import Settings
from classroom.workload import Claim, Enqueue, Kind, Lane, Retry
from evmbox.report import Report

_LOST = (
    "This attempt has no verdict: the grader broke off three times while it worked on it. "
    "Please check it again, and tell your instructor if that happens again."
)
_CANCELLED = "This attempt was cancelled before it had a verdict."
_QUEUE_FULL_RETRY_S = 5
_RATE_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Attempt:
    """What it takes to grade an attempt."""

    submission_id: UUID
    exercise_id: str
    source: str
    seed: int


def attempt_of(submission: Submission) -> Attempt:
    """Give what it takes to grade an attempt, or to grade it again."""
    return Attempt(submission.id, submission.exercise_id, submission.source, int(submission.seed, 16))


def _load(session: Session, job: Job) -> Attempt | None:
    submission = session.get(Submission, job.subject_id)
    return None if submission is None else attempt_of(submission)


def _follow(session: Session, job: Job) -> None:
    """Let an attempt be where its job is; what is done is for `finish` to write."""
    session.exec(
        _FOLLOWING,
        params={
            "attempt": job.subject_id,
            "its_state": _STATES[job.state],
            "its_end": job.finished_at,
            "its_outcome": job.state.value if job.state is JobState.CANCELLED else None,
        },
    )
    if job.state is JobState.DEAD and (submission := session.get(Submission, job.subject_id)) is not None:
        audit_log.record(
            session,
            Action.SUBMISSION_LOST,
            actor_id=None,
            course_id=submission.course_id,
            subject=str(submission.id),
            details={"attempt": job.attempt, "failures": job.failures},
            request_id=job.request_id,
        )


_STATES: Final = {
    JobState.QUEUED: SubmissionState.QUEUED,
    JobState.RETRYING: SubmissionState.QUEUED,
    JobState.RUNNING: SubmissionState.RUNNING,
    JobState.DONE: SubmissionState.DONE,
    JobState.DEAD: SubmissionState.FAILED,
    JobState.CANCELLED: SubmissionState.FAILED,
}

_FOLLOWING: Final = (
    update(Submission)
    .where(col(Submission.id) == bindparam("attempt"))
    .values(state=bindparam("its_state"), finished_at=bindparam("its_end"), outcome=bindparam("its_outcome"))
    .execution_options(synchronize_session=False)
)

GRADE: Final = Kind(
    name="grade",
    title="Grade an attempt",
    lane=Lane.INTERACTIVE,
    priority=100,
    limit_s=120.0,
    retry=Retry(times=3, first_s=1.0, factor=2.0, longest_s=10.0),
    follow=_follow,
    load=_load,
)


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
    enqueue: Enqueue,
    settings: Settings,
    key: bytes,
    offered: courses.Offer | None = None,
    handed_in_by: UUID | None = None,
    request_id: str | None = None,
) -> Submission:
    """Write an attempt down, and have its job put in the queue once it is on disk.

    The same idempotency key gives the same submission again, and no second job, also after the exercise has closed.
    `key` is the server's; `offered` is what the course teaches and when, and without it nothing is ever closed.
    `handed_in_by` is who does it for them, which is for the caller to allow.
    Raises TooLarge, Invalid, Conflict where nothing is taken now or a key was used for something else, and TooMany with
    Retry-After.
    """
    _check(source, idempotency_key)
    session = work.session
    one_at_a_time = select(User.id).where(User.id == user.id).with_for_update(key_share=True)
    if session.get_bind().dialect.name != "sqlite":  # where one transaction writes at a time anyway
        session.exec(one_at_a_time)  # of each learner's submissions; what only refers to the learner need not wait
    earlier = session.exec(
        select(Submission).where(Submission.user_id == user.id, Submission.idempotency_key == idempotency_key)
    ).first()
    if earlier:
        if (earlier.course_id, earlier.exercise_id, earlier.source) != (course.id, exercise_id, source):
            raise Conflict("This idempotency key was used for another submission. Use a new key for each attempt.")
        return earlier
    if offered is not None:
        courses.check_handing_in(session, offered, user.id, exercise_id)
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
        handed_in_by=handed_in_by,
    )
    session.add(submission)
    usage.add(session, course.id, user.id, at=submission.created_at, attempts=1)
    for_whom = {"learner": str(user.id)} if handed_in_by else {}
    workload.add(
        work,
        GRADE,
        enqueue=enqueue,
        subject_id=submission.id,
        course_id=course.id,
        made_by=user.id,
        request_id=request_id,
    )
    audit_log.record(
        session,
        Action.SUBMISSION_MADE,
        actor_id=handed_in_by or user.id,
        course_id=course.id,
        subject=str(submission.id),
        details={"exercise": exercise_id, "number": submission.number} | for_whom,
        request_id=request_id,
    )
    return submission


def get(session: Session, submission_id: UUID, viewer: User) -> Submission:
    """Give a submission to its learner or to who looks after them in its course. Raises NotFound for everyone else."""
    submission = session.get(Submission, submission_id)
    if submission is None or not (
        submission.user_id == viewer.id
        or courses.looks_after(session, submission.course_id, viewer, submission.user_id)
    ):
        raise NotFound("There is no such submission.")
    return submission


def attempts(session: Session, course: Course, user: User, exercise_id: str, *, limit: int = 50) -> list[Submission]:
    """List a learner's attempts at an exercise, the latest first."""
    made = attempts_at(course, user, exercise_id)
    return list(session.exec(made.order_by(col(Submission.number).desc()).limit(limit)))


def attempts_at(course: Course, user: User, exercise_id: str) -> SelectOfScalar[Submission]:
    """Select a learner's attempts at an exercise, in no order; their numbers tell them apart."""
    return select(Submission).where(
        Submission.course_id == course.id, Submission.user_id == user.id, Submission.exercise_id == exercise_id
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
        message=_message(submission),
        handed_in_for=submission.handed_in_by is not None,
    )


def _message(submission: Submission) -> str | None:
    if submission.state is not SubmissionState.FAILED:
        return None
    return _CANCELLED if submission.outcome == JobState.CANCELLED.value else _LOST


def claim(work: UnitOfWork, job_id: UUID, *, worker: str, lease_s: float) -> Claim | None:
    """Take a lease on the job of one attempt, or None where it is not waiting; see `workload.claim`."""
    return workload.claim(work, [GRADE], job_id=job_id, worker=worker, lease_s=lease_s)


def finish(work: UnitOfWork, claim: Claim, report: Report) -> bool:
    """Write the verdict with all that follows from it; False, and nothing written, where the lease was lost."""
    session = work.session
    job = workload.finish(work, claim)
    if job is None:
        return False
    submission = session.get_one(Submission, job.subject_id)
    progress.record_verdict(session, submission, report)  # reads, and so comes before anything is changed
    submission.state = SubmissionState.DONE
    write_verdict(submission, report)
    submission.finished_at = job.finished_at
    findings.record(session, submission, report)
    if report.deployed:
        session.add(Deployment(submission_id=submission.id, **report.deployed.model_dump()))
    usage.add(
        session,
        submission.course_id,
        submission.user_id,
        at=submission.created_at,
        compute_ms=report.timings.total_ms,
    )
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


def write_verdict(submission: Submission, report: Report) -> None:
    """Put a verdict into the columns of its attempt."""
    submission.outcome = report.outcome.value
    submission.score = report.score
    submission.max_score = report.max_score
    submission.report = report.model_dump(mode="json")


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


_ONE_TOO_MANY: Final = (
    select(Submission.created_at)
    .where(Submission.user_id == bindparam("user"), Submission.created_at > bindparam("since"))
    .order_by(col(Submission.created_at).desc())
    .offset(bindparam("allowed"))
    .limit(1)
)
_WAITING: Final = select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED, Job.kind == GRADE.name)


def _check_rate(session: Session, user: User, per_minute: int) -> None:
    at = now()
    since = {"user": user.id, "since": at - _RATE_WINDOW, "allowed": per_minute - 1}
    made_at = session.exec(_ONE_TOO_MANY, params=since).first()
    if made_at is not None:
        wait_s = max(1, math.ceil((made_at + _RATE_WINDOW - at).total_seconds()))
        raise TooMany(
            f"You have handed in {per_minute} times within a minute. Try again in {wait_s} seconds.",
            headers={"Retry-After": str(wait_s)},
        )


def _check_queue(session: Session, max_queued: int) -> None:
    waiting = session.exec(_WAITING).one()
    if waiting >= max_queued:
        raise TooMany(
            f"{waiting} submissions are waiting to be graded, and no more can wait. Try again in a moment.",
            headers={"Retry-After": str(_QUEUE_FULL_RETRY_S)},
        )
