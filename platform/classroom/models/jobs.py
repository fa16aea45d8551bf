"""The tables of work to be done, of who does it, and of when it is to be done again."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"  # it failed, and waits for its next attempt
    DONE = "done"
    DEAD = "dead"  # it failed too often; an operator may have it done again
    CANCELLED = "cancelled"


class Job(Table, table=True):
    """Work to be done. The row is the truth, the queue only a nudge.

    `attempt` counts the leases given and fences a worker that lost its own. `failures` counts the leases that ended
    in a loss or an error; a lease that a worker gave back on being stopped is none. `due_at` is when a job that waits
    is nudged next or, while it is retrying, may be tried again. `key` says that two orders are the same one.
    `revision` grows with each change that those who follow a job should see.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        one_of("state", JobState),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress_is_a_fraction"),
        Index(None, "state", "due_at"),
        Index(None, "state", "priority", "created_at"),  # the claim: what is the most urgent, and waits the longest
        Index(None, "made_by", "created_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=32)
    key: str | None = Field(default=None, max_length=128)
    subject_id: UUID | None = Field(default=None, index=True)
    course_id: UUID | None = Field(default=None, foreign_key="courses.id", index=True, ondelete="CASCADE")
    made_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    params: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON(), nullable=False))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    state: JobState = Field(default=JobState.QUEUED, sa_column=choice_column(JobState))
    priority: int = Field(default=0)
    progress: float = Field(default=0.0)
    stage: str | None = Field(default=None, max_length=128)
    revision: int = Field(default=0, ge=0)
    attempt: int = Field(default=0, ge=0)
    failures: int = Field(default=0, ge=0)
    worker: str | None = Field(default=None, max_length=128)
    due_at: datetime = Field(default_factory=now, sa_column=time_column())
    lease_until: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    cancel_asked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    last_error: str | None = Field(default=None, max_length=500)
    request_id: str | None = Field(default=None, max_length=64)
    traceparent: str | None = Field(default=None, max_length=55)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    started_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Worker(Table, table=True):
    """A job consumer that runs, or did: it says every few seconds that it lives, and what it has counted."""

    __tablename__ = "workers"

    name: str = Field(primary_key=True, max_length=128)
    slots: int = Field(ge=1)
    figures: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    started_at: datetime = Field(default_factory=now, sa_column=time_column())
    seen_at: datetime = Field(default_factory=now, sa_column=time_column(index=True))


class PeriodicTask(Table, table=True):
    """Something to be done again and again: whoever moves `next_at` on, alone makes the job."""

    __tablename__ = "periodic_tasks"

    name: str = Field(primary_key=True, max_length=64)
    next_at: datetime = Field(sa_column=time_column())


class Run(Table, table=True):
    """A source that a job compiles or takes steps with, and what came of it. Kept for some days."""

    __tablename__ = "runs"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    source: str
    steps: list[Any] = Field(default_factory=list, sa_column=Column(JSON(), nullable=False))
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column(index=True))


class RegradeState(StrEnum):
    """Where a regrade is."""

    RUNNING = "running"
    READY = "ready"  # every attempt has its new verdict, and nobody but the instructors sees them
    PUBLISHED = "published"
    DISCARDED = "discarded"


class Regrade(Table, table=True):
    """New verdicts on attempts that have one already, made after a check was mended. Published, or discarded."""

    __tablename__ = "regrades"
    __table_args__ = (one_of("state", RegradeState),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", index=True, ondelete="CASCADE")
    made_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    exercise_id: str | None = Field(default=None, max_length=64)  # none: attempts at more than one
    reason: str = Field(default="", max_length=500)  # which those whose points change read
    state: RegradeState = Field(default=RegradeState.RUNNING, sa_column=choice_column(RegradeState))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    decided_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class RegradeResult(Table, table=True):
    """One attempt in a regrade. `report` is the new verdict; once it is published, the one it took the place of.

    `new_…` is written when it is published, where the verdict changed: what it became, whatever later regrades do.
    """

    __tablename__ = "regrade_results"

    regrade_id: UUID = Field(primary_key=True, foreign_key="regrades.id", ondelete="CASCADE")
    submission_id: UUID = Field(primary_key=True, foreign_key="submissions.id", index=True, ondelete="CASCADE")
    outcome: str | None = Field(default=None, max_length=32)
    score: float | None = None
    max_score: float | None = None
    report: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    graded_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    new_outcome: str | None = Field(default=None, max_length=32)
    new_score: float | None = None
    new_max_score: float | None = None
    new_checks: list[Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
