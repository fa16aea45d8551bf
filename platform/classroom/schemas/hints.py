"""Wire types of the help that an exercise gives: hints, a rung at a time, and its solution."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from classroom.schemas.base import In, Out


class HintIn(In):
    """A hint that a learner wants, at the price they were told: at another one nothing is taken."""

    rung: int = Field(ge=1, le=1000, description="which: the next one, from 1, or one that was taken before")
    cost: float = Field(ge=0, le=1_000_000, description="the points it costs, as `next_cost` said")


class HintOut(Out):
    """A hint that was taken."""

    rung: int
    text: str
    cost: float = Field(description="the points it took from every attempt after it")
    from_attempt: int = Field(description="the number of the first attempt that it takes points from")
    taken_at: datetime


class HelpOut(Out):
    """What help an exercise has for a learner, what they took and what more would cost. Never a hint not taken."""

    exercise_id: str
    hints: list[HintOut] = Field(description="those that were taken, the first rung first")
    rungs: int = Field(description="how many hints there are")
    next_cost: float | None = Field(description="the points that the next hint costs; null: there is no other")
    cost: float = Field(description="the points that are taken from the next attempt, for all hints so far")
    max_score: float
    best_score: float = Field(description="the points reached so far, which no help takes away")
    passed: bool
    given_up_at: datetime | None = Field(description="when they gave up; attempts after that are practice")
    practice_from: int | None = Field(description="the number of the first attempt that is practice")
    solution_open: bool = Field(description="whether the solution may be read: after passing, or given up for")


class SolutionOut(Out):
    """The author's solution of an exercise."""

    exercise_id: str
    file: str = Field(examples=["solution.sol"])
    language: Literal["solidity", "yul", "hex", "json"]
    source: str
