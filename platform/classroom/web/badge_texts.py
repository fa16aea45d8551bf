"""What badges are called, what they were given for, and the sign that stands for each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from classroom import badges, courses
from classroom.api.deps import Services
from classroom.badges import PERSISTENT_TRIES, STREAK_DAYS, Badge, BadgeKind
from classroom.web.render import Viewer
from classroom.web.texts import gettext as _


@dataclass(frozen=True)
class Told:
    """A badge as a page shows it."""

    kind: str
    sign: str
    name: str
    reason: str
    at: datetime


_SIGNS: Final = {
    BadgeKind.FIRST_PASS: "✓",
    BadgeKind.FIRST_TRY: "1",
    BadgeKind.PERSISTENT: "↻",
    BadgeKind.CHALLENGE: "⚡",
    BadgeKind.MUTANTS: "⧉",
    BadgeKind.GAS: "◔",
    BadgeKind.WEEK: "7",
    BadgeKind.TRACK: "⬢",
    BadgeKind.UNAIDED: "◇",
    BadgeKind.COURSE: "★",
}


def told(badge: Badge) -> Told:
    """Say a badge in the language of the page."""
    about = {"subject": badge.subject, "tries": PERSISTENT_TRIES, "days": STREAK_DAYS}
    name, reason = {
        BadgeKind.FIRST_PASS: (_("First pass"), _("Passed a first exercise: %(subject)s.")),
        BadgeKind.FIRST_TRY: (_("At the first try"), _("Passed %(subject)s with the first contract handed in.")),
        BadgeKind.PERSISTENT: (_("Kept at it"), _("Passed %(subject)s after %(tries)s attempts or more.")),
        BadgeKind.CHALLENGE: (_("On the chain"), _("Solved %(subject)s by what happened on a chain, not by a text.")),
        BadgeKind.MUTANTS: (_("Tests that bite"), _("Wrote tests that catch the mistakes: %(subject)s.")),
        BadgeKind.GAS: (_("Within the budget"), _("Stayed within the gas budget of %(subject)s.")),
        BadgeKind.WEEK: (_("A week of work"), _("Worked on %(days)s days, with never more than one day off between.")),
        BadgeKind.TRACK: (_("Track done"), _("Passed every exercise of %(subject)s.")),
        BadgeKind.UNAIDED: (_("Without a hint"), _("Passed every exercise of %(subject)s without a hint.")),
        BadgeKind.COURSE: (_("All of it"), _("Passed every exercise of %(subject)s.")),
    }[badge.kind]
    return Told(badge.kind.value, _SIGNS[badge.kind], name % about, reason % about, badge.at)


def badges_of(viewer: Viewer, services: Services) -> list[Told]:
    """Give a person's badges in the course they are in, the latest first; who is in none has none."""
    if viewer.course is None:
        return []
    with services.database.read() as session:
        course = courses.current_course(session, viewer.person.user)
        return [told(badge) for badge in badges.of_learner(session, course, viewer.person.user, services.catalog)]
