"""The sums behind the figures of an exercise. Pure: no database, no clock, no word for a reader.

Every figure that is too small to mean anything is None, and says so in its docstring.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import atanh, ceil, sqrt, tanh
from statistics import StatisticsError, correlation
from typing import Final

_Z_95: Final = 1.959964


@dataclass(frozen=True)
class Survival:
    """A step of a Kaplan-Meier curve: from `time` on, this share has not come to the event yet."""

    time: float
    share: float
    at_risk: int
    """How many were still under way just before."""
    events: int


@dataclass(frozen=True)
class Tried:
    """How one learner went on: the number of the attempt that passed, from 1, or None, and how many there were."""

    passed_at: int | None
    attempts: int


@dataclass(frozen=True)
class ByAttempt:
    """What became of the k-th attempts at an exercise that a learner had not passed before."""

    number: int
    made: int
    passed: int
    share_by: float
    """The share of all who tried that has passed by this attempt."""


@dataclass(frozen=True)
class Correlated:
    """A correlation with its 95 % interval, by Fisher's transformation, and of how many pairs."""

    value: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True)
class Bin:
    """A bar of a histogram: how many values lie from `low` to below `high`; the last holds its `high` too."""

    low: float
    high: float
    count: int


def survival(times: Iterable[tuple[float, bool]]) -> list[Survival]:
    """Estimate by Kaplan and Meier (1958) what share has not come to the event after each time.

    `times` holds for each one how long they were seen, in any unit, and whether the event came then; who was seen no
    longer without it is censored: they count as at risk up to there. A step for each time at which an event came.
    """
    seen = sorted(times)
    at_risk, share, steps = len(seen), 1.0, []
    for time, here in groupby(seen, key=lambda each: each[0]):
        came = [event for _, event in here]
        if events := sum(came):
            share *= 1 - events / at_risk
            steps.append(Survival(time, share, at_risk, events))
        at_risk -= len(came)
    return steps


def quantile(steps: Sequence[Survival], share: float) -> float | None:
    """Tell after what time this share has come to the event; None where the curve does not reach it."""
    return next((step.time for step in steps if 1 - step.share >= share - 1e-12), None)


def by_attempt(learners: Sequence[Tried]) -> list[ByAttempt]:
    """Count for each k how many made a k-th attempt without having passed before, and how many passed with it."""
    tried = Counter(each.passed_at or each.attempts for each in learners if each.attempts)
    passed = Counter(each.passed_at for each in learners if each.passed_at)
    everyone, left, done, found = tried.total(), tried.total(), 0, []
    for number in range(1, max(tried, default=0) + 1):
        done += passed[number]
        found.append(ByAttempt(number, left, passed[number], done / everyone))
        left -= tried[number]
    return found


def correlated(pairs: Sequence[tuple[float, float]]) -> Correlated | None:
    """Correlate pairs (Pearson); None for three pairs or fewer, and where one side is the same everywhere."""
    if len(pairs) <= 3:  # the interval divides by three less than there are
        return None
    try:
        value = correlation(*zip(*pairs, strict=True))
    except StatisticsError:
        return None
    bounded = max(-0.999999, min(0.999999, value))
    half = _Z_95 / sqrt(len(pairs) - 3)
    return Correlated(value, tanh(atanh(bounded) - half), tanh(atanh(bounded) + half), len(pairs))


def histogram(values: Sequence[float], *, at_most: int = 12) -> list[Bin]:
    """Sort values into bars of one width, a round one: 1, 2 or 5 times a power of ten. At most so many bars."""
    if not values:
        return []
    low, high = min(values), max(values)
    width = _round_up((high - low) / (at_most - 1) if high > low else max(abs(high) / 100, 1.0))
    first = low // width * width
    count = max(1, ceil((high - first) / width + 1e-9))
    held = Counter(min(int((value - first) // width), count - 1) for value in values)
    return [Bin(first + at * width, first + (at + 1) * width, held[at]) for at in range(count)]


def _round_up(width: float) -> float:
    power = 10.0 ** (len(str(int(width))) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width)
