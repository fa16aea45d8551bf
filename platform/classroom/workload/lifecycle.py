"""What moves a job from one state to another, each in one transaction of whoever calls."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import bindparam, func, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.db import UnitOfWork
from classroom.errors import Conflict, NotFound
from classroom.models import Job, JobState, Worker, now
from classroom.telemetry.tracing import TRACEPARENT
from classroom.workload.kinds import Kind, Kinds, Lane, Params

NUDGE_AFTER: Final = timedelta(seconds=2)
"""A job that still waits after that long is nudged: its message may be lost. Each further wait is twice as long."""

LONGEST_NUDGE: Final = timedelta(seconds=60)

LOST_AFTER: Final = timedelta(seconds=20)
"""A consumer that was silent for so long is lost, and its leases are over."""

FORGET_WORKER_AFTER: Final = timedelta(days=1)

Enqueue = Callable[[UUID], object]

_AS_RETURNED: Final = {"synchronize_session": False, "populate_existing": True}
"""What a statement returns is what there is: SQLAlchemy need not work out which objects it has changed."""

_WAITING: Final = (JobState.QUEUED, JobState.RETRYING)


@dataclass(frozen=True)
class Claim:
    """A lease on one job. `attempt` fences it: once another worker holds a later one, this one opens nothing."""

    job_id: UUID
    attempt: int
    kind: Kind
    subject_id: UUID | None
    course_id: UUID | None
    made_by: UUID | None
    params: Params
    loaded: Any
    ordered_at: datetime
    request_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Moved:
    """A job that was moved without its worker."""

    job_id: UUID
    kind: str
    subject_id: UUID | None
    state: JobState


@dataclass(frozen=True)
class Reaped:
    """What `reap` found: jobs to be put in the queue again by lane, and jobs that were moved."""

    due: tuple[UUID, ...]
    moved: tuple[Moved, ...]
    in_background: bool = False


def add(
    work: UnitOfWork,
    kind: Kind,
    *,
    enqueue: Enqueue,
    subject_id: UUID | None = None,
    key: str | None = None,
    course_id: UUID | None = None,
    made_by: UUID | None = None,
    params: Params | None = None,
    request_id: str | None = None,
) -> Job:
    """Make a job, and have it put in the queue once it is on disk. Raises Conflict where its key was used before."""
    given = kind.params() if params is None else params
    if type(given) is not kind.params:
        raise TypeError(f"{kind.name} takes {kind.params.__name__}")
    job = Job(
        kind=kind.name,
        key=key,
        subject_id=subject_id,
        course_id=course_id,
        made_by=made_by,
        params=given.model_dump(mode="json"),
        priority=kind.priority,
        due_at=now() + NUDGE_AFTER,
        request_id=request_id,
        traceparent=TRACEPARENT.get(),
    )
    if key is None:
        work.session.add(job)
    else:
        try:
            with work.session.begin_nested():
                work.session.add(job)
        except IntegrityError:
            raise Conflict(f"This was ordered before: {kind.title.lower()}.") from None
    work.after_commit(lambda: enqueue(job.id))
    return job


def claim(
    work: UnitOfWork, kinds: Iterable[Kind], *, worker: str, lease_s: float, job_id: UUID | None = None
) -> Claim | None:
    """Take a lease on the most urgent waiting job of these kinds, or None where none waits or all that may run do.

    With `job_id` on this one or none, where it is not waiting: taken, done, given up or never made.
    """
    session = work.session
    by_name = {kind.name: kind for kind in kinds}
    names = _with_room(session, by_name)
    at = now()
    given = {"by": worker[:128], "at": at, "until": at + timedelta(seconds=lease_s)}
    if job_id is not None:
        given["wanted"] = job_id
    job = session.exec(_taking(tuple(names), one=job_id is not None), params=given).scalar_one_or_none()
    if job is None:
        return None
    kind = by_name[job.kind]
    loaded = None
    if kind.load is not None and (loaded := kind.load(session, job)) is None:
        _end(session, kind, job, JobState.CANCELLED, error="what it was about is gone")
        return None
    try:
        params = kind.params.model_validate(job.params)
    except ValidationError as error:  # of another release: else it would stand at the head of the queue for ever
        _end(session, kind, job, JobState.DEAD, error=str(error))
        return None
    kind.follow(session, job)
    return Claim(
        job_id=job.id,
        attempt=job.attempt,
        kind=kind,
        subject_id=job.subject_id,
        course_id=job.course_id,
        made_by=job.made_by,
        params=params,
        loaded=loaded,
        ordered_at=job.created_at,
        request_id=job.request_id,
        traceparent=job.traceparent,
    )


def finish(work: UnitOfWork, claim: Claim, result: Mapping[str, Any] | None = None) -> Job | None:
    """End a job that was done; None where the lease was lost, and then nothing may be written.

    To be called first in the transaction that writes the effects.
    """
    return _end_lease(
        work.session,
        claim,
        state=JobState.DONE,
        finished_at=now(),
        progress=1.0,
        result=None if result is None else dict(result),
    )


def note(work: UnitOfWork, claim: Claim, progress: float, stage: str | None = None) -> bool:
    """Write down how far a job is, 0 to 1; tell whether the lease still holds."""
    values = {"progress": min(max(progress, 0.0), 1.0), "stage": stage and stage[:128], "revision": Job.revision + 1}
    noted = work.session.exec(_held(claim).values(**values).returning(col(Job.id)))
    return noted.scalar_one_or_none() is not None


def release(
    work: UnitOfWork, claim: Claim, *, error: str | None = None, retry_in: timedelta | None = None
) -> Moved | None:
    """Give a job back; tell where it is then, or None where the lease was lost already.

    With an `error` the lease counts as failed, and one too many gives the job up. Without one it does not count: the
    worker was stopped, or found no room.
    """
    job = _end_lease(work.session, claim, state=JobState.QUEUED)
    return None if job is None else _put_back(work.session, claim.kind, job, error=error, retry_in=retry_in)


def call_off(work: UnitOfWork, claim: Claim) -> Moved | None:
    """End a job whose cancelling was asked for while it ran; None where the lease was lost already."""
    job = _end_lease(work.session, claim, state=JobState.RUNNING)
    if job is None:
        return None
    _end(work.session, claim.kind, job, JobState.CANCELLED)
    return _moved(job)


def cancel(
    work: UnitOfWork, kinds: Kinds, job_id: UUID, *, actor_id: UUID | None, request_id: str | None = None
) -> Job:
    """Cancel a job: at once where it waits, as soon as its worker hears of it where it runs. Raises Conflict."""
    session = work.session
    job = _locked(session, job_id)
    if job.state in _WAITING:
        _end(session, kinds[job.kind], job, JobState.CANCELLED)
    elif job.state is JobState.RUNNING:
        job.cancel_asked_at = job.cancel_asked_at or now()
        job.revision += 1
    elif job.state is not JobState.CANCELLED:
        raise Conflict("This job is over, and cannot be cancelled.")
    session.add(job)
    audit_log.record(
        session,
        Action.JOB_CANCELLED,
        actor_id=actor_id,
        subject=str(job.id),
        details={"kind": job.kind},
        request_id=request_id,
    )
    return job


def requeue(
    work: UnitOfWork,
    kinds: Kinds,
    job_id: UUID,
    *,
    enqueue: Enqueue,
    actor_id: UUID | None,
    request_id: str | None = None,
) -> Job:
    """Have a job done after all that was given up. Raises Conflict for every other."""
    session = work.session
    job = _locked(session, job_id)
    if job.state is not JobState.DEAD:
        raise Conflict(f"Only a job that was given up can be put back; this one is {job.state.value}.")
    job.state = JobState.QUEUED
    job.failures = 0
    job.progress = 0.0
    job.stage = job.finished_at = None
    job.due_at = now() + NUDGE_AFTER
    job.revision += 1
    session.add(job)
    kinds[job.kind].follow(session, job)
    audit_log.record(
        session,
        Action.JOB_REQUEUED,
        actor_id=actor_id,
        subject=str(job.id),
        details={"kind": job.kind},
        request_id=request_id,
    )
    work.after_commit(lambda: enqueue(job_id))
    return job


def reap(work: UnitOfWork, kinds: Kinds, *, lost_worker: str | None = None, limit: int = 100) -> Reaped:
    """Take back leases that ran out, and pick the jobs that should be nudged.

    `lost_worker` is the beginning of the names of workers known to be dead: their leases end at once, as those of a
    consumer do that has not been heard of. A job waits twice as long for each further nudge, so that a long queue is
    not flooded with messages about itself.
    """
    session = work.session
    at = now()
    over = (col(Job.lease_until) <= at) | col(Job.worker).in_(
        select(Worker.name).where(col(Worker.seen_at) < at - LOST_AFTER)
    )
    if lost_worker is not None:
        over |= col(Job.worker).startswith(lost_worker, autoescape=True)
    known = col(Job.kind).in_(list(kinds))
    running = (
        select(Job).where(Job.state == JobState.RUNNING, known, over).limit(limit).with_for_update(skip_locked=True)
    )
    moved = []
    for job in session.exec(running).all():
        if job.cancel_asked_at is not None:
            _end(session, kinds[job.kind], job, JobState.CANCELLED)
            moved.append(_moved(job))
        else:
            moved.append(_put_back(session, kinds[job.kind], job, error="the worker was lost", retry_in=timedelta(0)))
    session.flush()

    at = now()
    waiting = (
        select(Job)
        .where(col(Job.state).in_(_WAITING), known, col(Job.due_at) <= at)
        .order_by(col(Job.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due, in_background = [], False
    for job in session.exec(waiting).all():
        if job.state is JobState.RETRYING:
            job.state = JobState.QUEUED
            job.revision += 1
        job.due_at = at + min(max(at - job.created_at, NUDGE_AFTER), LONGEST_NUDGE)
        if kinds[job.kind].lane is Lane.INTERACTIVE:
            due.append(job.id)
        else:
            in_background = True
    return Reaped(due=tuple(due), moved=tuple(moved), in_background=in_background)


def beat(
    work: UnitOfWork,
    name: str,
    *,
    slots: int,
    held: Collection[UUID],
    lease_s: float,
    figures: list[Any] | None = None,
) -> None:
    """Say that a consumer lives and what it has counted, and renew the leases it holds."""
    session = work.session
    at = now()
    told = update(Worker).where(col(Worker.name) == name).values(seen_at=at, figures=figures)
    seen = session.exec(told.returning(col(Worker.name)))
    if seen.scalar_one_or_none() is None:
        session.add(Worker(name=name, slots=slots, figures=figures, started_at=at, seen_at=at))
    if held:
        session.exec(
            update(Job)
            .where(col(Job.id).in_(held), col(Job.state) == JobState.RUNNING, col(Job.worker) == name)
            .values(lease_until=at + timedelta(seconds=lease_s))
            .execution_options(synchronize_session=False)
        )
    for gone in session.exec(select(Worker).where(col(Worker.seen_at) < at - FORGET_WORKER_AFTER)).all():
        session.delete(gone)


def leave(work: UnitOfWork, name: str) -> None:
    """Say that a consumer ends; its leases have been given back."""
    worker = work.session.get(Worker, name)
    if worker is not None:
        work.session.delete(worker)


def asked_to_cancel(session: Session, job_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these jobs somebody wants to see cancelled."""
    asked = select(Job.id).where(col(Job.id).in_(job_ids), col(Job.cancel_asked_at).is_not(None))
    return set(session.exec(asked))


@cache
def _taking(names: tuple[str, ...], *, one: bool) -> Any:
    """Write the statement that takes a lease once: it is on the way of every attempt."""
    waiting = select(Job.id).where(Job.state == JobState.QUEUED, col(Job.kind).in_(names))
    if one:
        waiting = waiting.where(Job.id == bindparam("wanted"))
    first = waiting.order_by(col(Job.priority).desc(), col(Job.created_at)).limit(1).with_for_update(skip_locked=True)
    return (
        update(Job)
        .where(col(Job.id) == first.scalar_subquery(), col(Job.state) == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            attempt=Job.attempt + 1,
            revision=Job.revision + 1,
            worker=bindparam("by"),
            started_at=bindparam("at"),
            lease_until=bindparam("until"),
            progress=0.0,
            stage=None,
        )
        .returning(Job)
        .execution_options(**_AS_RETURNED)
    )


def _with_room(session: Session, kinds: Mapping[str, Kind]) -> list[str]:
    """Keep the kinds of which another may run. One who counts waits for whoever is counting."""
    bounded = {name: kind.concurrency for name, kind in kinds.items() if kind.concurrency is not None}
    if not bounded:
        return list(kinds)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('classroom.workload'))"))
    running = dict(
        session.exec(
            select(Job.kind, func.count())
            .where(Job.state == JobState.RUNNING, col(Job.kind).in_(bounded))
            .group_by(Job.kind)
        ).all()
    )
    return [name for name in kinds if name not in bounded or running.get(name, 0) < bounded[name]]


def _locked(session: Session, job_id: UUID) -> Job:
    job = session.exec(select(Job).where(Job.id == job_id).with_for_update()).first()
    if job is None:
        raise NotFound("There is no such job.")
    return job


def _held(claim: Claim) -> Any:
    """Begin the statement that only the holder of a lease completes: the fence, decided by the database."""
    return update(Job).where(
        col(Job.id) == claim.job_id, col(Job.state) == JobState.RUNNING, col(Job.attempt) == claim.attempt
    )


def _end_lease(session: Session, claim: Claim, **values: object) -> Job | None:
    """Let go of a lease if it still holds."""
    ended = _held(claim).values(worker=None, lease_until=None, revision=Job.revision + 1, **values).returning(Job)
    job: Job | None = session.exec(ended.execution_options(**_AS_RETURNED)).scalar_one_or_none()
    return job


def _put_back(session: Session, kind: Kind, job: Job, *, error: str | None, retry_in: timedelta | None) -> Moved:
    """Let a job wait again, or give it up where it has failed too often."""
    job.worker = job.lease_until = None
    job.revision += 1
    if error is not None:
        job.failures += 1
        job.last_error = error[:500]
    if job.failures >= kind.retry.times:
        _end(session, kind, job, JobState.DEAD)
        return _moved(job)
    if error is None or retry_in == timedelta(0):
        job.state = JobState.QUEUED
        job.due_at = now() + (retry_in or timedelta(0))
    else:
        job.state = JobState.RETRYING
        job.due_at = now() + (kind.retry.pause(job.failures) if retry_in is None else retry_in)
    session.add(job)
    kind.follow(session, job)
    return _moved(job)


def _end(session: Session, kind: Kind, job: Job, state: JobState, *, error: str | None = None) -> None:
    job.state = state
    job.worker = job.lease_until = None
    job.finished_at = now()
    job.revision += 1
    if error is not None:
        job.last_error = error[:500]
    session.add(job)
    kind.follow(session, job)
    if state is JobState.DEAD:
        audit_log.record(
            session,
            Action.JOB_GIVEN_UP,
            actor_id=None,
            subject=str(job.id),
            details={"kind": job.kind, "attempt": job.attempt, "failures": job.failures},
            request_id=job.request_id,
        )


def _moved(job: Job) -> Moved:
    return Moved(job_id=job.id, kind=job.kind, subject_id=job.subject_id, state=job.state)
