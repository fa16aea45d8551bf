"""The heat map as a plain table, a page at a time: who is chosen, and in which order.

`static/cohort-order.js` does the same in a browser with JavaScript, on all rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from classroom.schemas.cohort import GAVE_UP, NEW, PASSED, QUIET, STARTED, STUCK, HeatMapOut, MapLearner

PAGE: Final = 30
NEED: Final = {STUCK: 0, QUIET: 1, STARTED: 2, GAVE_UP: 3, NEW: 4, PASSED: 5}
"""In a column, who is most in need comes first."""


@dataclass(frozen=True)
class Choice:
    """What a visitor chose to see."""

    sort: str = "name"
    group: UUID | None = None
    stuck: bool = False
    find: str = ""


@dataclass(frozen=True)
class Shown:
    """One page of the learners that were chosen."""

    learners: list[MapLearner]
    chosen: int
    page: int
    pages: int


def show(found: HeatMapOut, choice: Choice, page: int) -> Shown:
    """Choose, order and cut."""
    chosen = arranged(found, choice)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(1, page), pages)
    return Shown(chosen[(page - 1) * PAGE : page * PAGE], len(chosen), page, pages)


def arranged(found: HeatMapOut, choice: Choice) -> list[MapLearner]:
    """Give the learners that were chosen, in the order that was."""
    wanted = choice.find.strip().casefold()
    chosen = [
        each
        for each in found.learners
        if (choice.group is None or choice.group in each.groups)
        and (not choice.stuck or STUCK in each.states)
        and (wanted in each.display_name.casefold() or wanted in each.name.casefold())
    ]
    key = _key(found, choice.sort.removeprefix("-"))
    by_name = sorted(chosen, key=lambda each: (each.display_name.casefold(), each.name))
    return sorted(by_name, key=key, reverse=choice.sort.startswith("-")) if key else by_name


def _key(found: HeatMapOut, by: str) -> Callable[[MapLearner], Any] | None:
    if by == "passed":
        return lambda each: -each.states.count(PASSED)
    if by == "seen":
        return lambda each: -(each.seen_at.timestamp() if each.seen_at else 0.0)
    if by == "stuck":
        return lambda each: (-each.states.count(STUCK), -each.states.count(QUIET))
    columns = [each.id for each in found.exercises]
    if by in columns:
        place = columns.index(by)
        return lambda each: (NEED[each.states[place]], -each.attempts[place])
    return None
