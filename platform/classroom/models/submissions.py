"""The tables of attempts, verdicts, progress and drafts."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class SubmissionState(StrEnum):
    """Where an attempt is on its way to a verdict."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # graded by nobody: the workers were lost, and the learner may try again


class ProgressState(StrEnum):
    """How far a learner is with an exercise."""

    STARTED = "started"
    PASSED = "passed"


class Submission(Table, table=True):
    """One attempt: what was handed in never changes; the verdict is written once."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        UniqueConstraint("course_id", "user_id", "exercise_id", "number"),
        CheckConstraint("(state = 'done') = (report IS NOT NULL)", name="done_has_report"),
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        CheckConstraint("score >= 0 AND score <= max_score", name="score_in_range"),
        one_of("state", SubmissionState),
        Index(None, "user_id", "created_at"),  # the rate: how many in the last minute
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    number: int = Field(ge=1)
    idempotency_key: str = Field(max_length=128)
    source: str
    seed: str = Field(max_length=64)  # hexadecimal, 256 bits: wider than any integer column
    state: SubmissionState = Field(default=SubmissionState.QUEUED, sa_column=choice_column(SubmissionState))
    outcome: str | None = Field(default=None, max_length=32)
    score: float | None = None
    max_score: float | None = None
    handed_in_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")  # for them
    report: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Progress(Table, table=True):
    """How far one learner is with one exercise: written when a verdict is, read by every page."""

    __tablename__ = "progress"
    __table_args__ = (
        UniqueConstraint("course_id", "user_id", "exercise_id"),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
        CheckConstraint("best_score >= 0 AND best_score <= max_score", name="score_in_range"),
        CheckConstraint("repeats >= 0 AND stalled >= 0", name="verdicts_counted"),
        CheckConstraint("(given_up_at IS NULL) = (practice_from IS NULL)", name="given_up_is_practice"),
        one_of("state", ProgressState),
        Index(None, "course_id", "exercise_id", "shape"),  # who fails in the same way now
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    state: ProgressState = Field(default=ProgressState.STARTED, sa_column=choice_column(ProgressState))
    attempts: int = Field(default=0, ge=0)
    best_score: float = Field(default=0.0)
    max_score: float = Field(default=0.0)
    best_gas: int | None = Field(default=None, ge=1)  # the least, of correct contracts, where gas is scored
    last_outcome: str | None = Field(default=None, max_length=32)
    best_submission_id: UUID | None = Field(default=None, foreign_key="submissions.id", index=True, ondelete="SET NULL")
    updated_at: datetime = Field(default_factory=now, sa_column=time_column())
    passed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    given_up_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    failing: str | None = Field(default=None, max_length=128)  # where the last verdict failed first, see `findings`
    shape: str | None = Field(default=None, max_length=16)  # and how
    repeats: int = Field(default=0, ge=0)  # how many verdicts in a row, up to the last, had that shape
    stalled: int = Field(default=0, ge=0)  # how many verdicts there were since the points last rose
    attempted_at: datetime = Field(default_factory=now, sa_column=time_column())  # when the last attempt was made
    advanced_at: datetime = Field(default_factory=now, sa_column=time_column())  # when they began, or points last rose
    practice_from: int | None = None  # the number of the first attempt that earns nothing, since the solution was open


class Draft(Table, table=True):
    """The unsaved text in a learner's editor; `revision` lets two tabs notice each other."""

    __tablename__ = "drafts"
    __table_args__ = (
        UniqueConstraint("course_id", "user_id", "exercise_id"),
        CheckConstraint("revision >= 1", name="revision_counts_from_one"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    source: str
    revision: int = Field(default=1, ge=1)
    updated_at: datetime = Field(default_factory=now, sa_column=time_column())


class Deployment(Table, table=True):
    """A contract that a submission put on a chain: where, by which account, at what gas, from which bytecode."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("submission_id", "address"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    submission_id: UUID = Field(foreign_key="submissions.id", ondelete="CASCADE")
    contract: str = Field(max_length=128)
    address: str = Field(max_length=42)
    deployer: str = Field(max_length=42)
    gas_used: int = Field(ge=0)
    bytecode_sha256: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
