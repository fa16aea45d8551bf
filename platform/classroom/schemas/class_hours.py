"""Wire types of exercises that are done together, in class."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import Id, In, Name, Out

Minutes = Annotated[int, Field(ge=1, le=240)]


class ClassHourIn(In):
    """An exercise to be opened in class."""

    exercise_id: Name
    minutes: Minutes = 10
    group_id: Id | None = Field(default=None, description="only for this group of the course")


class MoreTimeIn(In):
    """More time for what is open in class."""

    minutes: Minutes = 5


class ShownIn(In):
    """An attempt to discuss, shown without a name."""

    submission_id: Id | None = Field(description="one that was made in this hour; null takes it off the screen")


class ClassHourSummary(Out):
    """An exercise that is, or was, open in class."""

    id: UUID
    exercise_id: str
    title: str = Field(description="the exercise's")
    group: str | None = Field(description="the name of the only group it is for")
    opened_at: datetime
    ends_at: datetime = Field(description="when it ended, or is to end")
    open: bool


class ShapeOut(Out):
    """Learners whose last attempt failed in the same way. Nobody is named."""

    failing: str = Field(
        description="the id of the check that failed first, else `compile:CODE` or an outcome",
        examples=["counts_deposits"],
    )
    title: str = Field(description="the same in words")
    example: str | None = Field(
        description="what happened in one of these attempts, and should have",
        examples=["After Bob calls deposit, `total()` is 0 and should be 5."],
    )
    learners: int
    submission_id: UUID = Field(description="the latest of these attempts")


class MinuteOut(Out):
    """How many learners had tried and passed by the end of a minute."""

    minute: int = Field(description="from 1")
    tried: int
    passed: int


class ShownOut(Out):
    """An attempt to discuss: without a name, without comments of the learner's."""

    submission_id: UUID
    source: str
    title: str | None = Field(description="what failed first, in words")
    message: str | None = Field(description="what happened, and should have")
    line: int | None = Field(description="of the source, from 1")


class ClassHourOut(ClassHourSummary):
    """What happens, or happened, in class. Counts only: nobody is named."""

    learners: int = Field(description="for how many it is")
    before: int = Field(description="how many had passed the exercise before")
    tried: int = Field(description="how many handed in since it was opened")
    passed: int = Field(description="how many of those passed")
    attempts: int
    median_minutes: float | None = Field(description="from the opening to the pass, of those who passed")
    shapes: list[ShapeOut] = Field(description="how last attempts fail, the commonest first")
    minutes: list[MinuteOut]
    shown: ShownOut | None
