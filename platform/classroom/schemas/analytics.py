"""Wire types of what is counted of an exercise: attempts, failures, help, difficulty. Shares are from 0 to 1."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import Out
from evmbox.steps import Step

Share = Annotated[float, Field(ge=0, le=1, description="from 0 to 1")]
Code = Annotated[str, Field(examples=["keeps_the_number", "compile:7576", "out_of_gas"])]
Seconds = Annotated[float, Field(ge=0, description="seconds")]
DifficultyWord = Literal["hard", "fair", "easy", "too_few"]
DiscriminationWord = Literal["well", "hardly", "backwards", "nobody_apart", "too_few"]


class ExerciseFigures(Out):
    """How the learners whom the caller looks after stand in one exercise."""

    exercise_id: str
    title: str
    lesson_id: str
    track_id: str
    learners: int = Field(description="whom the caller looks after")
    tried: int = Field(description="learners with an attempt")
    passed: int = Field(description="learners who passed without having given up before")
    gave_up: int = Field(description="learners who opened the solution first")
    stuck: int = Field(description="learners who are stuck by the course's rule, those not counted who stopped trying")
    quiet: int = Field(description="learners who were stuck and have not tried for three days")
    attempts: int
    median_attempts: float | None = Field(description="of those who tried; null where nobody did")
    first_tries: int = Field(description="learners whose first attempt has a verdict")
    passed_first: int = Field(description="of them, those who passed with it")
    difficulty: DifficultyWord


class AttemptFigures(Out):
    """What became of the k-th attempts of those who had not passed before."""

    number: int
    made: int
    passed: int
    share_by: Share = Field(description="the share of all who tried that has passed by this attempt")


class SurvivalStep(Out):
    """From this time after the first attempt on, this share of those who tried has not passed yet."""

    seconds: Seconds
    share: Share
    at_risk: int = Field(description="learners under way just before")
    passed: int = Field(description="learners who passed just then")


class TimeToPass(Out):
    """The time on the clock from the first attempt to the one that passed, by Kaplan and Meier.

    Who has not passed counts as under way until now, or until they gave up.
    """

    learners: int
    steps: list[SurvivalStep]
    quarter: Seconds | None = Field(description="after which a quarter has passed; null: not reached")
    half: Seconds | None = Field(description="after which half have passed; null: not reached")
    three_quarters: Seconds | None = Field(description="after which three quarters have passed; null: not reached")


class FailureFigures(Out):
    """A check that failed, or another way to fail: its code, such as `compile:7576` or `out_of_gas`."""

    code: Code
    title: str | None = Field(description="the check's title; null for what is no check")
    learners: int = Field(description="who ever failed here")
    attempts: int = Field(description="that failed here")
    first: int = Field(description="attempts in which this was what failed first")
    now: int = Field(description="learners whose last verdict failed here first, and who are not done")


class ExampleOut(Out):
    """One attempt that failed so. What it says of accounts is of the test chain; nobody's name is in it."""

    submission_id: UUID
    user_id: UUID
    number: int
    text: str | None = Field(description="what happened that does not in a right contract, in a sentence")
    steps: list[Step] = Field(description="what leads there, where the check tells it")


class Misconception(Out):
    """Attempts that went wrong in the same way: the same check first, and the same difference, whatever the values."""

    code: Code
    shape: str = Field(
        description="16 hexadecimal digits, the same for what is the same", examples=["9f86d081884c7d65"]
    )
    title: str | None
    learners: int
    attempts: int
    open: int = Field(description="learners whose last verdict went wrong so, and who are not done")
    example: ExampleOut | None


class HintFigures(Out):
    """One rung of the hints, and whether it helped: a pass within the next three attempts."""

    rung: int
    text: str
    taken: int = Field(description="learners who took it")
    helped: int
    not_helped: int
    open: int = Field(description="learners of whom it cannot be told yet")


class DifficultyOut(Out):
    """How hard the exercise is, told from first attempts only."""

    word: DifficultyWord
    first_tries: int
    passed_first: int
    mean_share: Share | None = Field(description="of the points, at the first attempt; null where there was none")


class DiscriminationOut(Out):
    """Whether the exercise tells strong from weak learners.

    The correlation between a learner's points here and in the rest of the course, both at first attempt, as shares.
    """

    word: DiscriminationWord
    correlation: float | None = Field(ge=-1, le=1, description="from -1 to 1")
    low: float | None = Field(ge=-1, le=1, description="of its 95 % interval, from -1 to 1")
    high: float | None = Field(ge=-1, le=1, description="of its 95 % interval, from -1 to 1")
    learners: int = Field(description="who have tried this one and at least three others")


class GasBin(Out):
    """Learners whose best contract used from `low` to below `high` gas."""

    low: int
    high: int
    learners: int


class GasFigures(Out):
    """The least gas that each learner's correct contracts used. Gas is in units of the test chain."""

    budget: int
    best_known: int | None
    learners: int
    within_budget: int
    median: float
    best: int
    bins: list[GasBin]


class StuckOut(Out):
    """A learner who does not get on, and why: see the course's rule."""

    user_id: UUID
    name: str
    display_name: str
    attempts: int
    code: Code | None = Field(description="where the last verdict failed first")
    title: str | None
    reasons: list[Literal["repeats", "stalled", "long"]]
    since: datetime
    quiet: bool = Field(description="they have not tried for three days")


class ExerciseAnalytics(Out):
    """All that is counted of one exercise, of the learners whom the caller looks after.

    Attempts after giving up are practice, and are in no figure.
    """

    figures: ExerciseFigures
    by_attempt: list[AttemptFigures]
    time_to_pass: TimeToPass
    failures: list[FailureFigures]
    misconceptions: list[Misconception] = Field(description="the 12 that most learners have")
    other_shapes: int = Field(description="how many more there are")
    hints: list[HintFigures]
    difficulty: DifficultyOut
    discrimination: DiscriminationOut
    gas: GasFigures | None = Field(description="null where gas is not scored, or nobody's contract is correct yet")
    stuck: list[StuckOut] = Field(description="those who still try first, then who waits the longest; at most 50")
