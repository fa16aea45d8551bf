"""The tables. Columns and constraints only; what may be done with them lives in the services.

Choices are kept as their lower-case values in VARCHAR columns, with a check constraint each: readable with any tool,
and a new value is one migration on every database. Every constraint has a name, so that a migration can change it.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Column, DateTime, Enum, Index, MetaData, TypeDecorator, UniqueConstraint
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


def _choice(choices: type[StrEnum]) -> Any:
    return Column(
        Enum(
            choices,
            native_enum=False,
            create_constraint=False,  # written out by _one_of, where a migration can see and name it
            validate_strings=True,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
        nullable=False,
    )


def _one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


class Table(SQLModel):
    """The base of every table: one `MetaData` whose constraints name themselves."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


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


class User(Table, table=True):
    """A person."""

    __tablename__ = "users"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=64, unique=True, index=True)
    display_name: str = Field(max_length=128)
    password_hash: str | None = Field(default=None, max_length=256)
    is_admin: bool = Field(default=False)
    disabled_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Credential(Table, table=True):
    """An opaque secret, stored as its SHA-256; the secret itself is shown once."""

    __tablename__ = "credentials"
    __table_args__ = (_one_of("kind", CredentialKind),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: CredentialKind = Field(sa_column=_choice(CredentialKind))
    secret_hash: str = Field(max_length=64, unique=True, index=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    label: str = Field(default="", max_length=128)
    created_at: datetime = Field(default_factory=now, sa_column=_time())
    expires_at: datetime = Field(sa_column=_time())
    revoked_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Course(Table, table=True):
    """A course held for a cohort."""

    __tablename__ = "courses"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    slug: str = Field(max_length=64, unique=True, index=True)
    title: str = Field(max_length=200)
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Enrolment(Table, table=True):
    """A person's role in a course. One person may hold both roles: a laptop's owner teaches and learns."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "role"), _one_of("role", Role))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_column=_choice(Role))
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Submission(Table, table=True):
    """One attempt: what was handed in never changes; the verdict is written once."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("user_id", "idempotency_key"),
        UniqueConstraint("course_id", "user_id", "exercise_id", "number"),
        CheckConstraint("(state = 'done') = (report IS NOT NULL)", name="done_has_report"),
        _one_of("state", SubmissionState),
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
    state: SubmissionState = Field(default=SubmissionState.QUEUED, sa_column=_choice(SubmissionState))
    outcome: str | None = Field(default=None, max_length=32)
    score: float | None = None
    max_score: float | None = None
    report: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    created_at: datetime = Field(default_factory=now, sa_column=_time())
    finished_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Job(Table, table=True):
    """Work to be done. The row is the truth, the queue only a nudge.

    `attempt` counts the leases given and fences a worker that lost its own. `failures` counts the leases that ended
    in a loss or an error; a lease that a worker gave back on being stopped is none.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind"),
        _one_of("state", JobState),
        Index(None, "state", "due_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    kind: str = Field(max_length=32)
    subject_id: UUID = Field(foreign_key="submissions.id", ondelete="CASCADE")
    state: JobState = Field(default=JobState.QUEUED, sa_column=_choice(JobState))
    attempt: int = Field(default=0, ge=0)
    failures: int = Field(default=0, ge=0)
    worker: str | None = Field(default=None, max_length=128)
    due_at: datetime = Field(default_factory=now, sa_column=_time())
    lease_until: datetime | None = Field(default=None, sa_column=_time(nullable=True))
    last_error: str | None = Field(default=None, max_length=500)
    request_id: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(default_factory=now, sa_column=_time())
    finished_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Progress(Table, table=True):
    """How far one learner is with one exercise: written when a verdict is, read by every page."""

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("course_id", "user_id", "exercise_id"), _one_of("state", ProgressState))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    state: ProgressState = Field(default=ProgressState.STARTED, sa_column=_choice(ProgressState))
    attempts: int = Field(default=0, ge=0)
    best_score: float = Field(default=0.0)
    max_score: float = Field(default=0.0)
    best_gas: int | None = Field(default=None, ge=1)  # the least, of correct contracts, where gas is scored
    last_outcome: str | None = Field(default=None, max_length=32)
    best_submission_id: UUID | None = Field(default=None, foreign_key="submissions.id", ondelete="SET NULL")
    updated_at: datetime = Field(default_factory=now, sa_column=_time())
    passed_at: datetime | None = Field(default=None, sa_column=_time(nullable=True))


class Draft(Table, table=True):
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
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class Chain(Table, table=True):
    """A private chain for notebooks: a learner's, or a throwaway one of a kernel that is not bound to anyone yet.

    What it is, is its journal; `entries` is the journal's length, and so the number of the entry that comes next.
    """

    __tablename__ = "chains"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        UniqueConstraint("credential_id", "name"),
        CheckConstraint("(user_id IS NULL) != (credential_id IS NULL)", name="one_owner"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    credential_id: UUID | None = Field(default=None, foreign_key="credentials.id", ondelete="CASCADE")
    name: str = Field(max_length=64)
    seed: str = Field(max_length=64)  # hexadecimal, 256 bits: wider than any integer column
    entries: int = Field(default=0, ge=0)
    journal_bytes: int = Field(default=0, ge=0)
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class ChainRequest(Table, table=True):
    """One thing that changed a chain: doing all of them again, in order, gives the same chain."""

    __tablename__ = "chain_requests"

    chain_id: UUID = Field(primary_key=True, foreign_key="chains.id", ondelete="CASCADE")
    sequence: int = Field(primary_key=True, ge=0)
    method: str = Field(max_length=64)
    params: list[Any] = Field(sa_column=Column(JSON(), nullable=False))
    created_at: datetime = Field(default_factory=now, sa_column=_time())


class AuditEvent(Table, table=True):
    """One thing that happened, appended in its own transaction. Pseudonymous ids only: no name, source or secret."""

    __tablename__ = "audit_events"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_column=_time(index=True))
    action: str = Field(max_length=64, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    subject: str | None = Field(default=None, max_length=128)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON(), nullable=False))
    request_id: str | None = Field(default=None, max_length=64)
