"""The table of what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class AuditEvent(Table, table=True):
    """One thing that happened, appended in its own transaction. Pseudonymous ids only: no name, source or secret."""

    __tablename__ = "audit_events"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_column=time_column(index=True))
    action: str = Field(max_length=64, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    subject: str | None = Field(default=None, max_length=128)
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON(), nullable=False))
    request_id: str | None = Field(default=None, max_length=64)
