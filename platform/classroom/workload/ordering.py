"""Jobs that a person orders: made, and written down as ordered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from classroom import audit_log
from classroom.audit_log import Action
from classroom.db import UnitOfWork
from classroom.models import Job, User
from classroom.workload.kinds import Kind, Params
from classroom.workload.lifecycle import Enqueue, add


def order(
    work: UnitOfWork,
    kind: Kind,
    *,
    actor: User,
    enqueue: Enqueue,
    subject_id: UUID | None = None,
    course_id: UUID | None = None,
    params: Params | None = None,
    details: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> Job:
    """Make a job for somebody, and write down that they ordered it, with these details. That they may is known."""
    job = add(
        work,
        kind,
        enqueue=enqueue,
        subject_id=subject_id,
        course_id=course_id,
        made_by=actor.id,
        params=params,
        request_id=request_id,
    )
    audit_log.record(
        work.session,
        Action.JOB_ORDERED,
        actor_id=actor.id,
        subject=str(job.id),
        course_id=course_id,
        details={"kind": kind.name, **(details or {})},
        request_id=request_id,
    )
    return job
