"""Who needs help: a rule that can be read, applied to how far a learner is.

Pure: no clock, and no database; `in_database` says the same to one.

A learner is stuck on an exercise which they have neither passed nor given up, and tried within the last three days,
where at least one of these holds:

- the same thing went wrong in their last three verdicts or more (`repeats`);
- five verdicts or more brought no better points (`stalled`);
- they have tried for half an hour or more, in three verdicts or more, without better points (`long`).

Who was stuck and has not tried for three days is `quiet`: they may have given up without saying so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

REPEATS: Final = 3
STALLED: Final = 5
LONG: Final = timedelta(minutes=30)
LONG_VERDICTS: Final = 3
LATELY: Final = timedelta(days=3)


class Reason(StrEnum):
    """Why a learner is thought to be stuck."""

    REPEATS = "repeats"
    STALLED = "stalled"
    LONG = "long"


@dataclass(frozen=True)
class Standing:
    """How far a learner is with an exercise, as the rule sees it; the names are those of `Progress`."""

    over: bool
    """Passed or given up."""
    repeats: int
    stalled: int
    attempted_at: datetime
    advanced_at: datetime


@dataclass(frozen=True)
class Stuck:
    """A learner who does not get on: since when, why, and whether they have stopped trying."""

    reasons: tuple[Reason, ...]
    since: datetime
    quiet: bool


def stuck(standing: Standing, *, at: datetime) -> Stuck | None:
    """Apply the rule at a moment; None for who gets on, and for who is done."""
    if standing.over:
        return None
    tried = standing.attempted_at - standing.advanced_at
    found = {
        Reason.REPEATS: standing.repeats >= REPEATS,
        Reason.STALLED: standing.stalled >= STALLED,
        Reason.LONG: standing.stalled >= LONG_VERDICTS and tried >= LONG,
    }
    reasons = tuple(reason for reason, holds in found.items() if holds)
    if not reasons:
        return None
    return Stuck(reasons, standing.advanced_at, quiet=at - standing.attempted_at > LATELY)
