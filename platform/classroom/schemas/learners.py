"""Wire types of one learner's work, as those see it who look after them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import Out


class LearnerExerciseOut(Out):
    """How a learner stands in one exercise."""

    exercise_id: str
    title: str
    state: Literal["new", "started", "passed"] = "new"
    attempts: int = 0
    best_score: float = 0.0
    max_score: float
    last_outcome: str | None = None
    given_up: bool = Field(default=False, description="the solution was given up for")
    stuck: list[Literal["repeats", "stalled", "long"]] = Field(
        default_factory=list, description="why they are thought to be stuck; nothing: they are not"
    )
    failing: str | None = Field(
        default=None, description="where the last verdict failed first", examples=["keeps_the_number"]
    )
    attempted_at: datetime | None = None


class LearnerOut(Out):
    """How a learner stands in a course."""

    user_id: UUID
    name: str
    display_name: str
    attempts: int
    passed: int = Field(description="how many exercises")
    attempted_at: datetime | None = Field(description="when the last attempt was made; null: none was")
    exercises: list[LearnerExerciseOut]


class AttemptLineOut(Out):
    """An attempt on a learner's time line, without its source and its report."""

    submission_id: UUID
    exercise_id: str
    exercise_title: str = Field(examples=["A tip jar"])
    number: int
    state: Literal["queued", "running", "done", "failed"]
    outcome: str | None = Field(examples=["failed"])
    score: float | None
    max_score: float | None
    failing: str | None = Field(description="where it failed first", examples=["keeps_the_number"])
    made_at: datetime
    handed_in_for: bool = Field(description="whether somebody who teaches handed it in for the learner")
