"""The tables. Columns and constraints only; what may be done with them lives in the services."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Column, DateTime, Index, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel


def now() -> datetime:
    """Tell the current time, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored aware, in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Give an aware time back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(*, nullable: bool = False, index: bool = False) -> Any:
    return Column(UtcDateTime(), nullable=nullable, index=index)


class Role(StrEnum):
    """What a person is in one course."""

    INSTRUCTOR = "instructor"
    LEARNER = "learner"


class CredentialKind(StrEnum):
    """What an opaque secret opens."""

    SESSION = "session"  # a browser's cookie
    TOKEN = "token"  # noqa: S105 - a bearer token of the API
    KERNEL = "kernel"  # a kernel's ticket: learner scope, unbound until the server binds its visitor
    ONE_TIME_LINK = "one_time_link"  # exchanged once for a session


class SubmissionState(StrEnum):
    """Where an attempt is on its way to a verdict."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # graded by nobody: the workers were lost, and the learner may try again


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class ProgressState(StrEnum):
    """How far a learner is with an exercise."""

    STARTED = "started"
    PASSED = "passed"


class User(SQLModel, table=True):
    """A person."""

    __tablename__ = "users"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=64, unique=True, index=True)
    display_name: str = Field(max_length=128)
    password_hash: str | None = Field(default=None, max_length=256)
    is_admin: bool = Field(default=False)
    disabled_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Credential(SQLModel, table=True):
    """An opaque secret, stored as its SHA-256; the secret itself is shown once."""

    __tablename__ = "credentials"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: CredentialKind
    secret_hash: str = Field(max_length=64, unique=True, index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    label: str = Field(default="", max_length=128)
    created_at: datetime = Field(default_factory=now, sa_column=_time())
    expires_at: datetime = Field(sa_column=_time())
    revoked_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Course(SQLModel, table=True):
    """A course held for a cohort."""

    __tablename__ = "courses"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    slug: str = Field(max_length=64, unique=True, index=True)
    title: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Enrolment(SQLModel, table=True):
    """A person's role in a course. One person may hold both roles: a laptop's owner teaches and learns."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "role"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    role: Role
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Submission(SQLModel, table=True):
    """One attempt: what was handed in never changes; the verdict is written once."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        UniqueConstraint("course_id", "user_id", "exercise_id", "number"),
        CheckConstraint("(state = 'DONE') = (report IS NOT NULL)", name="done_has_report"),
        Index("ix_submissions_cohort", "course_id", "exercise_id", "user_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    number: int = Field(ge=1)
    idempotency_key: str = Field(max_length=128)
    source: str
    seed: str = Field(max_length=64)
    state: SubmissionState = Field(default=SubmissionState.QUEUED)
    outcome: str | None = Field(default=None, max_length=32)
    score: float | None = None
    max_score: float | None = None
    report: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=_time())
    finished_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Job(SQLModel, table=True):
    """Work to be done. The row is the truth, the queue only a nudge; `attempt` fences a worker that lost its lease."""

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("kind", "subject_id"), Index("ix_jobs_due", "state", "due_at"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=32)
    subject_id: UUID
    state: JobState = Field(default=JobState.QUEUED)
    attempt: int = Field(default=0, ge=0)
    worker: str | None = Field(default=None, max_length=128)
    due_at: datetime = Field(default_factory=now, sa_column=_time())
    lease_until: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    last_error: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(default_factory=now, sa_column=_time())
    finished_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Progress(SQLModel, table=True):
    """How far one learner is with one exercise: written when a verdict is, read by every page."""

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "exercise_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    state: ProgressState = Field(default=ProgressState.STARTED)
    attempts: int = Field(default=0, ge=0)
    best_score: float = Field(default=0.0)
    max_score: float = Field(default=0.0)
    last_outcome: str | None = Field(default=None, max_length=32)
    best_submission_id: UUID | None = Field(default=None, foreign_key="submissions.id", ondelete="SET NULL")
    updated_at: datetime = Field(default_factory=now, sa_column=_time())
    passed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Draft(SQLModel, table=True):
    """The unsaved text in a learner's editor; `revision` lets two tabs notice each other."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "exercise_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    source: str
    revision: int = Field(default=1, ge=1)
    updated_at: datetime = Field(default_factory=now, sa_column=_time())


class Deployment(SQLModel, table=True):
    """A contract that a submission put on a chain: where, by which account, at what gas, from which bytecode."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("submission_id", "address"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    submission_id: UUID = Field(foreign_key="submissions.id", index=True, ondelete="CASCADE")
    contract: str = Field(max_length=128)
    address: str = Field(max_length=42)
    deployer: str = Field(max_length=42)
    gas_used: int = Field(ge=0)
    bytecode_sha256: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class AuditEvent(SQLModel, table=True):
    """One thing that happened, appended in its own transaction. Pseudonymous ids only: no name, source or secret."""

    __tablename__ = "audit_events"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_column=_time(index=True))
    action: str = Field(max_length=64, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    subject: str | None = Field(default=None, max_length=128)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON(), nullable=False))
    request_id: str | None = Field(default=None, max_length=64)
