"""The tables of what happened, and of how it is sealed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer, text
from sqlmodel import Field

from classroom.models.base import Table, now, time_column

_UNSEALED = text("position IS NULL")


class AuditEvent(Table, table=True):
    """One thing that happened, appended in its own transaction. Pseudonymous ids only: no name, source or secret.

    `position` and `digest` are the sealer's: in which order it found the entries, and the link of each to the one
    before. A trigger lets nobody change an entry otherwise, or delete one.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        CheckConstraint("(position IS NULL) = (digest IS NULL)", name="sealed_with_digest"),
        Index(None, "position", unique=True),
        Index("ix_audit_events_unsealed", "id", postgresql_where=_UNSEALED, sqlite_where=_UNSEALED),
        Index(None, "action", "id"),
        Index(None, "actor_id", "id"),
        Index(None, "subject", "id"),
        Index(None, "course_id", "id"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    at: datetime = Field(default_factory=now, sa_column=time_column(index=True))
    action: str = Field(max_length=64)
    actor_id: UUID | None = Field(default=None)
    subject: str | None = Field(default=None, max_length=128)
    course_id: UUID | None = Field(default=None)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON(), nullable=False))
    request_id: str | None = Field(default=None, max_length=64)
    position: int | None = Field(default=None, sa_column=Column(BigInteger(), nullable=True))
    digest: str | None = Field(default=None, max_length=64)


class AuditHead(Table, table=True):
    """The one row that says how far the log is sealed, signed. Who holds it is the sealer."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: int = Field(default=1, primary_key=True)
    position: int = Field(default=0, sa_column=Column(BigInteger(), nullable=False))
    digest: str = Field(max_length=64)
    sealed_at: datetime = Field(default_factory=now, sa_column=time_column())
    signature: str = Field(default="", max_length=160)
    public_key: str = Field(default="", max_length=66)
