"""Wire types of similar submissions."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from classroom.schemas.base import In, Name, Out


class SimilarSideOut(Out):
    """One of two learners, with the attempt that was compared."""

    user_id: UUID
    name: str
    display_name: str
    submission_id: UUID
    number: int = Field(description="which of their attempts")
    passed: bool
    handed_in_at: datetime
    gave_up_at: datetime | None = Field(default=None, description="when they opened the lesson's own solution")


class SimilarPairOut(Out):
    """Two learners whose answers are unusually alike; `first` handed in first. It proves nothing."""

    id: UUID
    first: SimilarSideOut
    second: SimilarSideOut
    parts: int = Field(description="places that both share and hardly anybody else has", examples=[7])
    share: float = Field(ge=0, le=1, description="of what is unusual in the shorter one")
    looked_at: datetime | None = Field(default=None, description="an instructor looked, and there is nothing to it")


class SimilarOut(Out):
    """What the last comparison of the answers to an exercise found."""

    exercise_id: Name
    state: Literal["never", "running", "ready", "failed"]
    compared: int = Field(default=0, description="answers, one of each learner")
    silent: int = Field(default=0, description="of these, too short or too usual to tell anything")
    compared_at: datetime | None = None
    pairs: list[SimilarPairOut]
    groups: list[list[UUID]] = Field(description="three and more learners who are alike, directly or by way of others")


class MatchOut(Out):
    """One place that is alike in both: characters of each source, from and to."""

    first_start: int
    first_end: int
    second_start: int
    second_end: int


class SimilarSourcesOut(Out):
    """Two answers side by side, with the places that are alike."""

    pair: SimilarPairOut
    first_source: str = Field(examples=["contract TipJar {}\n"])
    second_source: str = Field(examples=["contract Jar {}\n"])
    matches: list[MatchOut]


class SettledIn(In):
    """Whether a pair was looked at, with nothing to it."""

    nothing_to_it: bool = Field(examples=[True])
