"""The geometry of the plots on an exercise's page. Templates write the SVG; every number is in a table too."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p, log10
from typing import Final

from classroom.schemas import GasFigures, TimeToPass

WIDTH: Final = 440
HEIGHT: Final = 250
LEFT: Final = 52
RIGHT: Final = 14
TOP: Final = 14
BOTTOM: Final = 44
_MINUTE: Final = 60.0
_TIMES: Final = (0, 1, 5, 15, 60, 4 * 60, 24 * 60, 7 * 24 * 60, 28 * 24 * 60)  # minutes
_CLOSEST: Final = 30  # px between two marks of the horizontal axis


@dataclass(frozen=True)
class Mark:
    """A mark of an axis, in px, and the number that stands there."""

    at: float
    value: float


@dataclass(frozen=True)
class Point:
    """A point that is pointed out, in px, and the number that it stands for."""

    x: float
    y: float
    value: float


@dataclass(frozen=True)
class Curve:
    """The time to pass: a falling line of steps. Marks are of shares upwards, and of seconds to the right."""

    path: str
    area: str
    shares: tuple[Mark, ...]
    times: tuple[Mark, ...]
    half: Point | None


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram, in px."""

    x: float
    y: float
    width: float
    height: float
    within: bool
    """Whether all of it is within the budget."""


@dataclass(frozen=True)
class Bars:
    """The gas used: bars, marks of learners upwards and of gas to the right, and lines that are pointed out."""

    bars: tuple[Bar, ...]
    learners: tuple[Mark, ...]
    gas: tuple[Mark, ...]
    budget: Mark
    best_known: Mark | None


def curve(times: TimeToPass) -> Curve | None:
    """Draw the share that has not passed yet over time, on an axis where early minutes have most room."""
    if not times.steps:
        return None
    longest = max(times.steps[-1].seconds * 1.25, 5 * _MINUTE)

    def x(seconds: float) -> float:
        return LEFT + _wide() * log1p(seconds / _MINUTE) / log1p(longest / _MINUTE)

    places = [f"H{x(step.seconds):.1f} V{_y(step.share):.1f}" for step in times.steps]
    path = " ".join([f"M{x(0):.1f} {_y(1):.1f}", *places, f"H{x(longest):.1f}"])
    half = None
    if times.half is not None:
        half = Point(x(times.half), _y(0.5), times.half)
    return Curve(
        path=path,
        area=f"{path} V{_y(0):.1f} H{LEFT} Z",
        shares=tuple(Mark(_y(each), each) for each in (0, 0.25, 0.5, 0.75, 1)),
        times=_apart([Mark(x(each * _MINUTE), each * _MINUTE) for each in _TIMES if each * _MINUTE <= longest]),
        half=half,
    )


def gas_bars(gas: GasFigures) -> Bars:
    """Draw how many learners used how much gas, with the budget and the best that is known."""
    pointed_out = [gas.budget, *([gas.best_known] if gas.best_known else [])]
    low = min([each.low for each in gas.bins] + pointed_out)
    high = max([each.high for each in gas.bins] + pointed_out)
    margin = (high - low) * 0.04
    low, high = int(low - margin), int(high + margin)
    most = max(each.learners for each in gas.bins)

    def x(value: float) -> float:
        return LEFT + _wide() * (value - low) / (high - low)

    bars = tuple(
        Bar(
            x=x(each.low) + 0.75,
            y=_y(each.learners / most),
            width=max(1.0, x(each.high) - x(each.low) - 1.5),
            height=_y(0) - _y(each.learners / most),
            within=each.high <= gas.budget,
        )
        for each in gas.bins
        if each.learners
    )
    step = _step(most / 4)
    upwards = tuple(Mark(_y(value / most), value) for value in range(0, most + 1, max(1, int(step))))
    across = _step((high - low) / 4)
    first = int(-(-low // across) * across)
    return Bars(
        bars=bars,
        learners=upwards,
        gas=tuple(Mark(x(value), value) for value in range(first, high + 1, int(across))),
        budget=Mark(x(gas.budget), gas.budget),
        best_known=Mark(x(gas.best_known), gas.best_known) if gas.best_known else None,
    )


def _wide() -> float:
    return WIDTH - LEFT - RIGHT


def _y(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _apart(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Leave out marks that would stand too close to the one before."""
    kept: list[Mark] = []
    for mark in marks:
        if not kept or mark.at - kept[-1].at >= _CLOSEST:
            kept.append(mark)
    return tuple(kept)


def _step(least: float) -> float:
    """Give a round number, 1, 2 or 5 times a power of ten, of at least this."""
    power = 10.0 ** int(log10(max(least, 1)))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= least)
