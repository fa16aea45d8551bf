"""How the cohort's pages say things: the letters of cells, why somebody is stuck, what fails, how long ago."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from babel.dates import format_timedelta

from classroom.attention import LATELY, LONG, LONG_VERDICTS, REPEATS, STALLED
from classroom.schemas.cohort import GAVE_UP, NEW, PASSED, QUIET, STARTED, STUCK, StuckGroup, StuckLearner
from classroom.web import names
from classroom.web.texts import gettext as _
from classroom.web.texts import language, ngettext

SYMBOLS: Final = {PASSED: "✓", STARTED: "◐", STUCK: "!", QUIET: "…", GAVE_UP: "⚑", NEW: "·"}
CLASSES: Final = {
    PASSED: "passed",
    STARTED: "started",
    STUCK: "stuck",
    QUIET: "quieted",
    GAVE_UP: "gave-up",
    NEW: "new",
}


def states() -> dict[str, str]:
    """Name the states of a cell, by their letters."""
    return {
        PASSED: _("Passed"),
        STARTED: _("In progress"),
        STUCK: _("Stuck"),
        QUIET: _("Went quiet"),
        GAVE_UP: _("Gave up"),
        NEW: _("Not started"),
    }


def for_script() -> dict[str, object]:
    """Give the words that the page's script puts into cells and says by itself."""
    return {
        "states": states(),
        "symbols": SYMBOLS,
        "classes": CLASSES,
        "attempt": _("1 attempt"),
        "attempts": _("%(number)s attempts"),
        "never": _("never"),
        "live": _("Live"),
        "lost": _("Not live: the connection was lost. Trying again."),
        "shown": _("%(shown)s of %(all)s learners"),
        "nobody": _("Nobody fits what you chose."),
        "learner": _("Learner"),
        "passed": _("Passed"),
    }


def cells() -> Callable[[str, int], str]:
    """Give what says a cell in words, such as `Stuck, 7 attempts`; there are thousands, and few that differ."""
    named = states()

    @cache
    def say(state: str, attempts: int) -> str:
        return f"{named[state]}, {tries(attempts)}" if attempts else named[state]

    return say


def tries(number: int) -> str:
    """Say how many attempts."""
    return ngettext("%(number)s attempt", "%(number)s attempts", number) % {"number": number}


def ago(at: datetime, then: datetime) -> str:
    """Say how long ago something was, such as `2 hours ago`."""
    seconds = min(-1.0, (then - at).total_seconds())
    return format_timedelta(timedelta(seconds=seconds), add_direction=True, locale=language().locale)


def lasting(span: timedelta) -> str:
    """Say how long something lasts, such as `40 minutes`."""
    return format_timedelta(span, threshold=1.5, locale=language().locale)


def reasons(learner: StuckLearner) -> list[str]:
    """Say why somebody is thought to be stuck."""
    said = []
    if "repeats" in learner.reasons:
        said.append(_("the same failure %(number)s times in a row") % {"number": learner.repeats})
    if "stalled" in learner.reasons:
        said.append(_("%(number)s verdicts without a point more") % {"number": learner.stalled})
    if "long" in learner.reasons:
        said.append(_("no progress for %(span)s") % {"span": lasting(learner.tried_at - learner.since)})
    return said


def failing(group: StuckGroup) -> str:
    """Say what fails in a group, in the words of the check where it is one."""
    failed = group.failing or ""
    if group.check or (failed not in names.OUTCOMES and not failed.startswith("compile:")):
        return _("Fails: “%(check)s”") % {"check": names.failure(failed, group.check)}
    return names.failure(failed)


def rule() -> list[str]:
    """Say who counts as stuck, with the numbers of the rule."""
    return [
        ngettext(
            "the same thing went wrong in their last %(number)s verdict or more",
            "the same thing went wrong in their last %(number)s verdicts or more",
            REPEATS,
        )
        % {"number": REPEATS},
        ngettext(
            "%(number)s verdict or more brought no better points",
            "%(number)s verdicts or more brought no better points",
            STALLED,
        )
        % {"number": STALLED},
        _("they tried for %(span)s or more, in %(number)s verdicts or more, without better points")
        % {"span": lasting(LONG), "number": LONG_VERDICTS},
    ]


def lately() -> str:
    """Say after how long without an attempt somebody is no longer stuck but quiet."""
    return lasting(LATELY)
