"""The table of the hints that learners read, rung by rung."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from classroom.models.base import Table, now, time_column


class HintTaken(Table, table=True):
    """A learner read one rung of an exercise's hints. `cost` is what was said before, and stays what it was."""

    __tablename__ = "hints_taken"
    __table_args__ = (
        UniqueConstraint("course_id", "user_id", "exercise_id", "rung"),
        CheckConstraint("rung >= 1", name="rung_counts_from_one"),
        CheckConstraint("cost >= 0", name="cost_takes"),
        CheckConstraint("from_attempt >= 1", name="attempts_count_from_one"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    rung: int
    cost: float  # in points
    from_attempt: int  # the number of the first attempt that it takes points from
    taken_at: datetime = Field(default_factory=now, sa_column=time_column())
