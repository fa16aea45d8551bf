"""The tables of what people agreed to, and of what was used, by which an institution bills."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class Acceptance(Table, table=True):
    """A person agreed to a version of the terms, or of the privacy page."""

    __tablename__ = "acceptances"
    __table_args__ = (UniqueConstraint("user_id", "document", "version"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    document: str = Field(max_length=32)
    version: str = Field(max_length=64)  # a digest of the text that was shown
    accepted_at: datetime = Field(default_factory=now, sa_column=time_column())


class Usage(Table, table=True):
    """What one seat of a course used in one month. Whose seat it was is forgotten with the person; the row stays."""

    __tablename__ = "usage"
    __table_args__ = (
        UniqueConstraint("course_id", "month", "user_id"),
        CheckConstraint("attempts >= 0", name="attempts_counted"),
        CheckConstraint("compute_ms >= 0", name="compute_counted"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    month: str = Field(max_length=7, index=True)  # 2026-11, in UTC
    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    attempts: int = Field(default=0)
    compute_ms: int = Field(default=0, sa_column=Column(BigInteger(), nullable=False))
