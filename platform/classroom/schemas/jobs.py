"""Wire types of jobs."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import In, Out, Source
from evmbox.steps import Step


class RunIn(In):
    """A source to be compiled in the background or, with steps, to be deployed and used on an empty chain."""

    source: Source
    steps: list[Step] = Field(
        default_factory=list,
        max_length=1000,
        description="none: compile only",
        examples=[[{"action": "deploy", "contract": "TipJar"}]],
    )


class JobOut(Out):
    """Where a job is."""

    id: UUID
    kind: str
    state: Literal["queued", "running", "retrying", "done", "dead", "cancelled"]
    subject_id: UUID | None = Field(default=None, description="what it is about: a submission, a run, a regrade")
    progress: float = Field(ge=0, le=1)
    stage: str | None = Field(default=None, description="what it is doing, in words")
    revision: int = Field(description="grows with each change; the id of the events")
    attempt: int
    failures: int
    cancelling: bool = Field(default=False, description="it runs, and ends as soon as its worker hears of it")
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: dict[str, Any] | None = Field(default=None, description="small facts about what came of it")
    error: str | None = Field(default=None, description="for operators: what went wrong at last")
    worker: str | None = Field(default=None, description="for operators: who does it")
    request_id: str | None = Field(default=None, description="for operators: the request that ordered it")


class JobEvent(Out):
    """One server-sent event about a job; the last has a state of done, dead or cancelled."""

    job_id: UUID
    state: Literal["queued", "running", "retrying", "done", "dead", "cancelled"]
    revision: int = 0
    progress: float = 0.0
    stage: str | None = None
