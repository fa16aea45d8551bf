"""What is told of jobs: to who made them, to instructors and operators, to whoever measures. Nothing is written."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom.errors import NotFound
from classroom.models import Enrolment, Job, JobState, Role, User, Worker, now
from classroom.schemas import JobEvent, JobOut
from classroom.workload.kinds import Kind
from classroom.workload.lifecycle import LOST_AFTER


@dataclass(frozen=True)
class Depth:
    """How the jobs of a kind stand: how many are in each state that is not over, and how long the oldest has waited."""

    kind: str
    queued: int = 0
    running: int = 0
    retrying: int = 0
    dead: int = 0
    oldest: timedelta | None = None


def get(session: Session, job_id: UUID) -> Job:
    """Give a job. Raises NotFound. Whether somebody may see it is for the caller to decide."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("There is no such job.")
    return job


def made_by(user: User, *, kind: str | None = None) -> SelectOfScalar[Job]:
    """Choose the jobs that a person has ordered, in no order yet."""
    mine = select(Job).where(Job.made_by == user.id)
    return mine if kind is None else mine.where(Job.kind == kind)


def dead(*, taught_by: User | None = None) -> SelectOfScalar[Job]:
    """Choose the jobs that were given up, in no order yet: all, or those of the courses that a person teaches."""
    given_up = select(Job).where(Job.state == JobState.DEAD)
    if taught_by is None:
        return given_up
    theirs = select(Enrolment.course_id).where(Enrolment.user_id == taught_by.id, Enrolment.role == Role.INSTRUCTOR)
    return given_up.where(col(Job.course_id).in_(theirs))


def recent(
    session: Session, *, states: Collection[JobState] = tuple(JobState), kind: str | None = None, limit: int = 50
) -> list[Job]:
    """List the newest jobs in some states."""
    newest = select(Job).where(col(Job.state).in_(states))
    if kind is not None:
        newest = newest.where(Job.kind == kind)
    return list(session.exec(newest.order_by(col(Job.created_at).desc(), col(Job.id)).limit(limit)))


def depths(session: Session) -> list[Depth]:
    """Tell how the jobs of each kind stand, by name: one query, for pages and for metrics."""
    open_states = (JobState.QUEUED, JobState.RUNNING, JobState.RETRYING, JobState.DEAD)
    at = now()
    found: dict[str, Depth] = {}
    for kind, state, count, oldest in session.exec(
        select(Job.kind, Job.state, func.count(), func.min(Job.created_at))
        .where(col(Job.state).in_(open_states))
        .group_by(Job.kind, Job.state)
    ).all():
        depth = found.get(kind, Depth(kind))
        waited = at - oldest if state is JobState.QUEUED else depth.oldest
        found[kind] = Depth(**{**depth.__dict__, JobState(state).value: count, "oldest": waited})
    return [found[kind] for kind in sorted(found)]


def waits(session: Session, kinds: Iterable[Kind]) -> bool:
    """Tell whether a job of these kinds waits to be claimed."""
    queued = select(Job.id).where(Job.state == JobState.QUEUED, col(Job.kind).in_([kind.name for kind in kinds]))
    return session.exec(queued.limit(1)).first() is not None


def live_workers(session: Session) -> list[Worker]:
    """List the consumers that have been heard of lately, by name."""
    lately = select(Worker).where(col(Worker.seen_at) >= now() - LOST_AFTER)
    return list(session.exec(lately.order_by(col(Worker.name))))


def events_of(session: Session, job_ids: Collection[UUID]) -> dict[UUID, JobEvent]:
    """Say in one query where several jobs are."""
    return {
        job.id: JobEvent(
            job_id=job.id, state=job.state.value, revision=job.revision, progress=job.progress, stage=job.stage
        )
        for job in session.exec(select(Job).where(col(Job.id).in_(job_ids)))
    }


def to_out(job: Job, *, for_operator: bool = False) -> JobOut:
    """Say it in the words of the API. What went wrong inside is for operators."""
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=job.state.value,
        subject_id=job.subject_id,
        progress=job.progress,
        stage=job.stage,
        revision=job.revision,
        attempt=job.attempt,
        failures=job.failures,
        cancelling=job.state is JobState.RUNNING and job.cancel_asked_at is not None,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        result=job.result,
        error=job.last_error if for_operator else None,
        worker=job.worker if for_operator else None,
        request_id=job.request_id if for_operator else None,
    )
