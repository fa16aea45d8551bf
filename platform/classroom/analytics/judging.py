"""When an exercise is called hard, and when it is said to tell learners apart. Pure; the bounds are documented."""

from typing import Final

from classroom.analytics.statistics import Correlated
from classroom.schemas import DifficultyWord, DiscriminationWord

FEWEST_FOR_DIFFICULTY: Final = 5
"""Learners whose first attempt has a verdict; of fewer, nothing is said about how hard an exercise is."""

FEWEST_FOR_DISCRIMINATION: Final = 20
"""Learners who have tried this exercise and others; of fewer, nothing is said about whether it tells them apart."""

FEWEST_OTHERS: Final = 3
"""Other exercises that a learner must have tried for their standing in the rest of the course to mean something."""

HARD: Final = 0.3
EASY: Final = 0.7
WELL: Final = 0.3


def difficulty(passed_first: int, first_tries: int) -> DifficultyWord:
    """Call an exercise hard where at most 3 of 10 pass at their first try, and easy where at least 7 of 10 do."""
    if first_tries < FEWEST_FOR_DIFFICULTY:
        return "too_few"
    share = passed_first / first_tries
    return "hard" if share <= HARD else "easy" if share >= EASY else "fair"


def discrimination(found: Correlated | None, learners: int) -> DiscriminationWord:
    """Say whether who does well in the rest of the course does well here too.

    `well` from a correlation of 0.3 that chance does not explain (its 95 % interval is above zero), `backwards` where
    the interval is below zero, `nobody_apart` where everybody's first attempt is worth the same.
    """
    if learners < FEWEST_FOR_DISCRIMINATION:
        return "too_few"
    if found is None:
        return "nobody_apart"
    if found.high < 0:
        return "backwards"
    return "well" if found.value >= WELL and found.low > 0 else "hardly"
