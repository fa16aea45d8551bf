"""What there is to know of a kind of job before one is done: its parameters, limits, retries and how urgent it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from random import SystemRandom
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from classroom.errors import NotFound
from classroom.models import Job

_RANDOM: Final = SystemRandom()


class Lane(StrEnum):
    """Which workers do it. Nobody in one lane ever waits for anybody in the other."""

    INTERACTIVE = "interactive"  # a person waits for it now
    BACKGROUND = "background"


class Params(BaseModel):
    """The parameters of a job: small, and no one's source code or secret. What is large stays in a row of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Retry:
    """How often a job may fail, and how long it rests after each failure: longer each time, and never in step."""

    times: int = 3
    first_s: float = 1.0
    factor: float = 4.0
    longest_s: float = 600.0
    jitter: float = 0.25

    def pause(self, failures: int) -> timedelta:
        """Tell how long a job rests that has failed this often, from 1."""
        usual_s = min(self.longest_s, self.first_s * self.factor ** (failures - 1))
        return timedelta(seconds=usual_s * _RANDOM.uniform(1 - self.jitter, 1 + self.jitter))


def _nothing(_session: Session, _job: Job) -> None:
    pass


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    `limit_s` is the longest that one attempt may take: its lease is renewed no further. `concurrency` is how many of
    them run at a time, on all hosts together. `follow` is called in each transaction that moves a job, other than to
    done, so that what the job is about moves with it. `load` gives what the handler needs, read in the transaction of
    the claim; where it gives None, what the job was about is gone, and the job is cancelled.
    """

    name: str
    title: str
    lane: Lane
    priority: int
    limit_s: float
    params: type[Params] = Params
    retry: Retry = field(default_factory=Retry)
    concurrency: int | None = None
    follow: Callable[[Session, Job], None] = _nothing
    load: Callable[[Session, Job], Any] | None = None


class Kinds(Mapping[str, Kind]):
    """All kinds there are, by name."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) != len(kinds):
            raise ValueError("two kinds of job have one name")

    def __getitem__(self, name: str) -> Kind:
        """Give a kind. Raises NotFound, for a job that an earlier or later release has made."""
        try:
            return self._kinds[name]
        except KeyError:
            raise NotFound(f"There is no kind of job called {name} in this release.") from None

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def of(self, lane: Lane) -> tuple[Kind, ...]:
        """Give the kinds of a lane."""
        return tuple(kind for kind in self._kinds.values() if kind.lane is lane)
