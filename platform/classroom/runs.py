"""Runs: a source compiled, or deployed and used step by step, in the background where that takes long.

What takes less is answered at once by `scratch`. A run is kept for some days, for whoever ordered it and no one else.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, delete, func, select

from classroom import workload
from classroom.db import UnitOfWork
from classroom.errors import NotFound, TooMany
from classroom.models import Job, JobState, Run, User, now
from classroom.schemas import CompileOut, ScenarioOut, Step
from classroom.workload import Claim, Enqueue, Kind, Lane, Retry

KEPT_FOR: Final = timedelta(days=7)

OPEN_EACH: Final = 3
"""How many a person may have waiting or running."""


def _load(session: Session, job: Job) -> Run | None:
    return session.get(Run, job.subject_id)


COMPILE: Final = Kind(
    name="compile",
    title="Compile a source",
    lane=Lane.BACKGROUND,
    priority=50,
    limit_s=120,
    retry=Retry(times=3),
    load=_load,
)
DEPLOY: Final = Kind(
    name="deploy",
    title="Deploy a contract and use it",
    lane=Lane.BACKGROUND,
    priority=50,
    limit_s=300,
    retry=Retry(times=3),
    load=_load,
)


def order(
    work: UnitOfWork,
    *,
    user: User,
    source: str,
    steps: Sequence[Step],
    enqueue: Enqueue,
    request_id: str | None = None,
) -> Job:
    """Have a source compiled or, with steps, deployed and used. Raises TooMany."""
    session = work.session
    session.exec(select(User.id).where(User.id == user.id).with_for_update())
    still_open = (JobState.QUEUED, JobState.RETRYING, JobState.RUNNING)
    mine = (
        select(func.count())
        .select_from(Job)
        .where(
            Job.made_by == user.id,
            col(Job.kind).in_([COMPILE.name, DEPLOY.name]),
            col(Job.state).in_(still_open),
        )
    )
    if session.exec(mine).one() >= OPEN_EACH:
        raise TooMany(
            f"You have {OPEN_EACH} of these waiting already; wait for one, or cancel it.", headers={"Retry-After": "5"}
        )
    run = Run(user_id=user.id, source=source, steps=[step.model_dump(mode="json") for step in steps])
    session.add(run)
    session.flush()
    kind = DEPLOY if steps else COMPILE
    return workload.order(
        work,
        kind,
        actor=user,
        enqueue=enqueue,
        subject_id=run.id,
        details={"steps": len(steps)},
        request_id=request_id,
    )


def finish(work: UnitOfWork, claim: Claim, result: CompileOut | ScenarioOut) -> bool:
    """Keep what came of it; False, and nothing written, where the lease was lost."""
    if workload.finish(work, claim) is None:
        return False
    run = work.session.get(Run, claim.subject_id)
    if run is not None:
        run.result = result.model_dump(mode="json")
        work.session.add(run)
    return True


def result_of(session: Session, job: Job) -> CompileOut | ScenarioOut:
    """Give what came of a run. Raises NotFound where there is nothing yet, or nothing any more."""
    run = session.get(Run, job.subject_id) if job.kind in {COMPILE.name, DEPLOY.name} else None
    if run is None or run.result is None:
        raise NotFound("There is no result: the job has none, is not done, or was done long ago.")
    return (ScenarioOut if job.kind == DEPLOY.name else CompileOut).model_validate(run.result)


def forget_old(session: Session) -> None:
    """Delete the runs that were kept for long enough."""
    session.exec(delete(Run).where(col(Run.created_at) < now() - KEPT_FOR))
