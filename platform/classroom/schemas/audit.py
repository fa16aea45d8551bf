"""The wire types of the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import Out


class AuditEntryOut(Out):
    """One entry of the audit log. Names are those of today; the log itself holds ids."""

    id: int
    at: datetime
    action: str
    actor_id: UUID | None = Field(description="who did it; null: the server itself")
    actor: str | None = Field(description="the name of who did it; null where they are gone")
    subject: str | None = Field(description="the id of what it was done to")
    subject_name: str | None = Field(description="the name, where it was done to a person")
    course: str | None = Field(description="the course it belongs to")
    details: dict[str, Any]
    request_id: str | None
    position: int | None = Field(description="its place in the sealed chain; null until it is sealed")
