"""Wire types of courses and cohorts."""

from typing import Literal
from uuid import UUID

from classroom.schemas.base import Out
from classroom.schemas.lessons import ExerciseSummary


class CohortCell(Out):
    """One learner's state in one exercise."""

    exercise_id: str
    state: Literal["new", "started", "passed"]
    attempts: int
    best_score: float
    max_score: float
    last_outcome: str | None = None


class CohortRow(Out):
    """One learner's line."""

    user_id: UUID
    name: str
    display_name: str
    cells: list[CohortCell]


class CohortOut(Out):
    """Learners by exercises."""

    course: str
    exercises: list[ExerciseSummary]
    rows: list[CohortRow]
