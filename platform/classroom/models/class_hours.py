"""The table of exercises that are done together, in class."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class ClassHour(Table, table=True):
    """An exercise that an instructor opened for a time, for a course or one of its groups, to be done together."""

    __tablename__ = "class_hours"
    __table_args__ = (
        CheckConstraint("closes_at > opened_at", name="ends_after_it_began"),
        CheckConstraint("closed_at >= opened_at", name="closed_after_it_began"),
        Index(None, "course_id", "opened_at"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    group_id: UUID | None = Field(default=None, foreign_key="course_groups.id", index=True, ondelete="CASCADE")
    opened_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    shown_id: UUID | None = Field(default=None, foreign_key="submissions.id", index=True, ondelete="SET NULL")
    opened_at: datetime = Field(default_factory=now, sa_column=time_column())
    closes_at: datetime = Field(sa_column=time_column())
    closed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))

    @property
    def ended_at(self) -> datetime:
        """When it ended, or is to end."""
        return min(self.closed_at or self.closes_at, self.closes_at)
