"""The table of what verdicts found, narrow enough to be counted by the hundred thousand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field

from classroom.models.base import Table, time_column


class Finding(Table, table=True):
    """What one verdict found. The report holds all of it; here stands what pages about many attempts count."""

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        CheckConstraint("score >= 0 AND score <= max_score", name="score_in_range"),
        CheckConstraint("gas >= 1", name="gas_used"),
        Index(None, "course_id", "exercise_id", "shape"),
        Index(None, "user_id", "exercise_id"),
        Index(  # how hard exercises are, told from first attempts: answered without a look at the rows
            "ix_findings_first_attempts",
            *("course_id", "exercise_id", "user_id", "outcome", "score", "max_score"),
            sqlite_where=text("number = 1"),
            postgresql_where=text("number = 1"),
        ),
    )

    submission_id: UUID = Field(primary_key=True, foreign_key="submissions.id", ondelete="CASCADE")
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    number: int  # of the attempt, from 1
    outcome: str = Field(max_length=32)
    score: float
    max_score: float
    failed: list[str] = Field(sa_column=Column(JSON, nullable=False))  # the ids of checks that failed, in their order
    failing: str | None = Field(default=None, max_length=128)  # see `findings.of_report`
    shape: str | None = Field(default=None, max_length=16)  # the same for attempts that went wrong in the same way
    gas: int | None = None  # of correct contracts, where gas is scored
    made_at: datetime = Field(sa_column=time_column())
    finished_at: datetime = Field(sa_column=time_column())
