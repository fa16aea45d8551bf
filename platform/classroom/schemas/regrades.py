"""Wire types of regrades."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from classroom.schemas.base import In, Name, Out, Text

StatusName = Literal["passed", "failed", "not_run"]


class RegradeIn(In):
    """The exercise whose attempts are to be graded again, and why: those whose points change read it."""

    exercise_id: Name
    reason: Annotated[Text, StringConstraints(min_length=1, max_length=500)] = Field(
        examples=["The second check failed contracts that were right."]
    )


class RegradeOut(Out):
    """New verdicts on attempts that have one already: kept apart until they are published or discarded."""

    id: UUID
    exercise_id: str | None = Field(description="null: attempts at more than one exercise")
    reason: str
    state: Literal["running", "ready", "published", "discarded"]
    made_by: str | None = Field(description="who ordered it; null: somebody who is gone", examples=["Ines"])
    attempts: int
    rose: int | None = Field(description="attempts with more points than before; null: not known yet")
    fell: int | None = Field(description="attempts with fewer points than before; null: not known yet")
    job_id: UUID | None = Field(description="the job that does it: how far it is, and where it is stopped")
    job_state: Literal["queued", "running", "retrying", "done", "dead", "cancelled"] | None = None
    created_at: datetime
    decided_at: datetime | None = None


class CheckChangeOut(Out):
    """A check that ends in another way."""

    title: str = Field(examples=["It keeps the number"])
    old: StatusName | None = Field(description="null: the verdict had no such check")
    new: StatusName | None = Field(description="null: the verdict has no such check any more")


class RegradeChangeOut(Out):
    """An attempt whose verdict changes, and what that does to the points that count for its learner."""

    submission_id: UUID
    user_id: UUID
    name: str
    display_name: str
    exercise_id: str
    number: int
    old_outcome: str | None = Field(examples=["failed"])
    old_score: float | None
    old_max_score: float | None
    new_outcome: str | None = Field(examples=["passed"])
    new_score: float | None
    new_max_score: float | None
    checks: list[CheckChangeOut]
    counts: float | None = Field(default=None, description="what counts for the learner now; null once it is decided")
    would_count: float | None = Field(default=None, description="what counts once it is published")
    overridden: bool = Field(default=False, description="an instructor set the points, and they stay")


class RegradeDetailOut(RegradeOut):
    """A regrade with every attempt whose verdict it changes, or has changed."""

    changes: list[RegradeChangeOut]


class RegradedOut(Out):
    """That an attempt was graded again and came out otherwise."""

    at: datetime
    reason: str
    old_score: float
    old_max_score: float
    new_score: float
    new_max_score: float
