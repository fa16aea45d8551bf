"""The table of work to be done."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Table, table=True):
    """Work to be done. The row is the truth, the queue only a nudge.

    `attempt` counts the leases given and fences a worker that lost its own. `failures` counts the leases that ended
    in a loss or an error; a lease that a worker gave back on being stopped is none.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind"),
        one_of("state", JobState),
        Index(None, "state", "due_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=32)
    subject_id: UUID = Field(foreign_key="submissions.id", ondelete="CASCADE")
    state: JobState = Field(default=JobState.QUEUED, sa_column=choice_column(JobState))
    attempt: int = Field(default=0, ge=0)
    failures: int = Field(default=0, ge=0)
    worker: str | None = Field(default=None, max_length=128)
    due_at: datetime = Field(default_factory=now, sa_column=time_column())
    lease_until: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    last_error: str | None = Field(default=None, max_length=500)
    request_id: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
