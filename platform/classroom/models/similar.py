"""The tables of similar submissions: fingerprints of attempts, comparisons of an exercise, and pairs that are alike."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlalchemy.sql.elements import conv
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class ComparisonState(StrEnum):
    """Where a comparison is."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Fingerprints(Table, table=True):
    """The fingerprints of one attempt, made once for each `version` of how they are made."""

    __tablename__ = "fingerprints"

    submission_id: UUID = Field(primary_key=True, foreign_key="submissions.id", ondelete="CASCADE")
    version: int = Field(ge=1)
    prints: dict[str, Any] = Field(sa_column=Column(JSON(), nullable=False))


class Comparison(Table, table=True):
    """The last comparison of all answers to an exercise in a course: how many, and how many told nothing."""

    __tablename__ = "comparisons"
    __table_args__ = (UniqueConstraint("course_id", "exercise_id"), one_of("state", ComparisonState))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    made_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    state: ComparisonState = Field(default=ComparisonState.RUNNING, sa_column=choice_column(ComparisonState))
    compared: int = Field(default=0, ge=0)
    silent: int = Field(default=0, ge=0)
    ordered_at: datetime = Field(default_factory=now, sa_column=time_column())
    finished_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class SimilarPair(Table, table=True):
    """Two learners whose answers are unusually alike. `matches` are the places, in characters: [from, to, from, to].

    `current` says that the last comparison found it. What an instructor has looked at stays, whatever comes later.
    """

    __tablename__ = "similar_pairs"
    __table_args__ = (
        UniqueConstraint(
            "course_id", "exercise_id", "first_user_id", "second_user_id", name=conv("uq_similar_pairs_people")
        ),  # the usual name is longer than PostgreSQL takes
        CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_fraction"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    first_user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    second_user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    first_submission_id: UUID = Field(foreign_key="submissions.id", index=True, ondelete="CASCADE")
    second_submission_id: UUID = Field(foreign_key="submissions.id", index=True, ondelete="CASCADE")
    share: float
    weight: float
    matches: list[Any] = Field(default_factory=list, sa_column=Column(JSON(), nullable=False))
    current: bool = True
    found_at: datetime = Field(default_factory=now, sa_column=time_column())
    looked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    looked_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
