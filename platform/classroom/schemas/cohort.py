"""Wire types of how a whole cohort stands: the heat map, its changes, and who is stuck on what."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import Out
from classroom.schemas.courses import GroupRef

PASSED: Final = "p"
STARTED: Final = "s"
STUCK: Final = "x"
QUIET: Final = "q"
GAVE_UP: Final = "g"
NEW: Final = "-"

CellState = Literal["p", "s", "x", "q", "g", "-"]
_STATES: Final = (
    "`p` passed, `s` in progress, `x` stuck, `q` was stuck and has not tried for days, `g` gave up, `-` not started"
)


class MapExercise(Out):
    """A column of the heat map."""

    id: str
    title: str
    track_id: str
    max_score: float


class MapLearner(Out):
    """A row of the heat map; both lists are in the order of its columns."""

    user_id: UUID
    name: str
    display_name: str
    groups: list[UUID] = Field(description="the ids of the groups they are in")
    seen_at: datetime | None = Field(default=None, description="when they last handed in; null: never")
    states: str = Field(description=f"a letter for each exercise: {_STATES}", examples=["ppsx-g"])
    attempts: list[int] = Field(description="how many attempts were made at each exercise")


class HeatMapOut(Out):
    """Learners by exercises, as small as it can be said."""

    course: str
    at: datetime
    exercises: list[MapExercise]
    groups: list[GroupRef]
    learners: list[MapLearner]


class MapCell(Out):
    """A cell that changed."""

    user_id: UUID
    exercise_id: str
    state: CellState = Field(description=_STATES)
    attempts: int
    seen_at: datetime


class MapChangesOut(Out):
    """One server-sent event about a cohort: what has changed since the one before."""

    at: datetime
    cells: list[MapCell]


class CohortFiguresOut(Out):
    """A cohort in numbers."""

    learners: int
    active_today: int = Field(description="learners who handed in within the last 24 hours")
    stuck_now: int = Field(description="learners who are stuck on at least one exercise")
    passed_this_week: int = Field(description="exercises passed within the last seven days, each learner's counted")
    passed_by: int = Field(description="by how many learners")
    waiting: int = Field(description="attempts of the whole classroom that wait to be checked")
    oldest_s: float | None = Field(default=None, description="for how long the oldest of them has waited, in seconds")


class StuckLearner(Out):
    """A learner who does not get on with an exercise, and why that is thought."""

    user_id: UUID
    display_name: str
    reasons: list[Literal["repeats", "stalled", "long"]]
    attempts: int
    repeats: int = Field(description="verdicts in a row that failed in the same way")
    stalled: int = Field(description="verdicts since the points last rose")
    since: datetime = Field(description="when the points last rose, or they began")
    tried_at: datetime
    message: str | None = Field(default=None, description="what their last verdict says, for those at the top")
    divergence: str | None = Field(
        default=None, description="where their last attempt went another way", examples=["Nothing in `set` changes it."]
    )


class StuckGroup(Out):
    """Learners who are stuck on an exercise at the same check, most in need first."""

    exercise_id: str
    title: str
    failing: str | None = Field(
        description="a check's id, `compile:CODE`, or the outcome", examples=["withdraws_everything"]
    )
    check: str | None = Field(
        default=None, description="the check's title", examples=["The owner withdraws everything"]
    )
    learners: list[StuckLearner]


class AttentionOut(Out):
    """A cohort in numbers, and who needs help now."""

    course: str
    at: datetime
    figures: CohortFiguresOut
    groups: list[StuckGroup]
