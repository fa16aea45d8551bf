"""Badges: a small set of things worth a word, worked out from the records whenever they are read and stored nowhere.

Each is for something that a learner did, none for what others did not. Wording is left to who shows them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from classroom.catalog import Catalog
from classroom.models import Course, HintTaken, Progress, ProgressState, Submission, SubmissionState, User
from evmbox.exercise import Kind
from evmbox.report import Outcome

STREAK_DAYS: Final = 7
PERSISTENT_TRIES: Final = 5


class BadgeKind(StrEnum):
    """What a badge is for."""

    FIRST_PASS = "first-pass"  # noqa: S105 - no password
    FIRST_TRY = "first-try"
    PERSISTENT = "persistent"
    CHALLENGE = "challenge"
    MUTANTS = "mutants"
    GAS = "gas"
    WEEK = "week"
    TRACK = "track"
    UNAIDED = "unaided"
    COURSE = "course"


@dataclass(frozen=True)
class Badge:
    """A badge that was earned: what for, in which exercise or track by its title, and when (UTC)."""

    kind: BadgeKind
    subject: str
    at: datetime


def of_learner(session: Session, course: Course, user: User, catalog: Catalog) -> list[Badge]:
    """Give the badges that a learner has in a course, the latest first. Three queries, whatever the numbers.

    A pass in practice, with the solution open, earns none.
    """
    rows = session.exec(
        select(Progress).where(
            Progress.user_id == user.id, Progress.course_id == course.id, Progress.state == ProgressState.PASSED
        )
    ).all()
    verdicts = session.exec(
        select(Submission.exercise_id, Submission.number, Submission.outcome, Submission.created_at)
        .where(
            Submission.user_id == user.id,
            Submission.course_id == course.id,
            Submission.state == SubmissionState.DONE,
        )
        .order_by(col(Submission.created_at))
    ).all()
    tries: dict[str, int] = {}
    for exercise_id, number, outcome, _ in verdicts:
        if outcome == Outcome.PASSED:
            tries.setdefault(exercise_id, number)
    passed = {
        row.exercise_id: row.passed_at
        for row in rows
        if row.passed_at
        and row.exercise_id in catalog.exercises
        and (row.practice_from is None or tries.get(row.exercise_id, row.practice_from) < row.practice_from)
    }
    found = [
        *_of_exercises(catalog, rows, passed, tries),
        *_of_tracks(catalog, passed, _helped(session, course, user, tries)),
    ]
    if (full := streak_end(at.astimezone(UTC).date() for _, _, _, at in verdicts)) is not None:
        found.append(Badge(BadgeKind.WEEK, "", datetime(full.year, full.month, full.day, tzinfo=UTC)))
    return sorted(found, key=lambda badge: badge.at, reverse=True)


def streak_end(days: Iterable[date], wanted: int = STREAK_DAYS) -> date | None:
    """Give the day on which a streak of that many days of work was first full; one day off in a row is forgiven.

    Days off do not count, so a week's streak takes seven days of work, and a second day off in a row ends it.
    """
    length = 0
    last: date | None = None
    for day in sorted(set(days)):
        length = length + 1 if last is not None and day - last <= timedelta(days=2) else 1
        if length == wanted:
            return day
        last = day
    return None


def _of_exercises(
    catalog: Catalog, rows: Iterable[Progress], passed: Mapping[str, datetime], tries: Mapping[str, int]
) -> list[Badge]:
    """Give the first of each kind only: a badge says that one can, not how often."""
    least_gas = {row.exercise_id: row.best_gas for row in rows}
    first: dict[BadgeKind, Badge] = {}
    for exercise_id, at in sorted(passed.items(), key=lambda each: each[1]):
        exercise = catalog.exercise(exercise_id)
        number = tries.get(exercise_id, 0)
        budget = exercise.gas_budget or sum(exercise.gas_budgets.values())
        earned = {
            BadgeKind.FIRST_PASS: True,
            BadgeKind.FIRST_TRY: number == 1,
            BadgeKind.PERSISTENT: number >= PERSISTENT_TRIES,
            BadgeKind.CHALLENGE: exercise.kind is Kind.CHALLENGE,
            BadgeKind.MUTANTS: exercise.kind is Kind.TESTS,
            BadgeKind.GAS: 0 < (least_gas[exercise_id] or 0) <= budget,
        }
        for kind, is_earned in earned.items():
            if is_earned:
                first.setdefault(kind, Badge(kind, exercise.title, at))
    return list(first.values())


def _helped(session: Session, course: Course, user: User, tries: Mapping[str, int]) -> set[str]:
    """Give the exercises of which a learner took a hint before they passed."""
    taken = session.exec(
        select(HintTaken.exercise_id, HintTaken.from_attempt).where(
            HintTaken.user_id == user.id, HintTaken.course_id == course.id
        )
    ).all()
    return {exercise_id for exercise_id, attempt in taken if attempt <= tries.get(exercise_id, attempt)}


def _of_tracks(catalog: Catalog, passed: Mapping[str, datetime], helped: Collection[str]) -> list[Badge]:
    """Give one for each track that is done; of those done without a hint the first has one more."""
    done = []
    unaided = []
    for track in catalog.tracks:
        wanted = [exercise.id for lesson in track.lessons for exercise in lesson.exercises]
        if wanted and all(each in passed for each in wanted):
            at = max(passed[each] for each in wanted)
            done.append(Badge(BadgeKind.TRACK, track.title, at))
            if not any(each in helped for each in wanted):
                unaided.append(Badge(BadgeKind.UNAIDED, track.title, at))
    if done and all(each in passed for each in catalog.exercises):
        done.append(Badge(BadgeKind.COURSE, catalog.title, max(passed.values())))
    return [*done, *sorted(unaided, key=lambda badge: badge.at)[:1]]
