"""What happens in class, while an exercise is open for a time: counts and shapes of failure, and nobody's name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final
from uuid import UUID

from sqlalchemy import func, select  # of columns: SQLModel types no more than four
from sqlmodel import Session, col

from classroom import courses, findings
from classroom.models import ClassHour, Finding, Progress, Submission, User, now
from classroom.schemas import MinuteOut, ShapeOut, ShownOut
from evmbox.chain.accounts import NAMES
from evmbox.exercise import Exercise
from evmbox.report import Outcome, Report

SHAPES: Final = 6
"""How many shapes of failure are told apart; a screen has room for no more."""

_OPAQUE: Final = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


@dataclass(frozen=True)
class Figures:
    """What is known of an hour."""

    learners: int
    before: int
    tried: int
    passed: int
    attempts: int
    median_minutes: float | None
    shapes: list[ShapeOut]
    minutes: list[MinuteOut]


@dataclass(frozen=True)
class _Row:
    submission_id: UUID
    user_id: UUID
    number: int
    outcome: str
    failing: str | None
    shape: str | None
    made_at: datetime
    finished_at: datetime


def figures(session: Session, staff: courses.Staff, hour: ClassHour) -> Figures:
    """Count what happened in an hour, among the learners whom this one looks after. The number of queries is fixed."""
    seen = courses.learners_seen(staff).with_only_columns(col(User.id))
    if hour.group_id is not None:
        seen = seen.where(courses.is_in_group(hour.group_id))
    learners = session.execute(select(func.count()).select_from(seen.subquery())).scalar_one()
    before = session.execute(
        select(func.count())
        .select_from(Progress)
        .where(
            col(Progress.course_id) == hour.course_id,
            col(Progress.exercise_id) == hour.exercise_id,
            col(Progress.passed_at) < hour.opened_at,
            col(Progress.user_id).in_(seen),
        )
    ).scalar_one()
    rows = [
        _Row(*row)
        for row in session.execute(
            select(
                col(Finding.submission_id),
                col(Finding.user_id),
                col(Finding.number),
                col(Finding.outcome),
                col(Finding.failing),
                col(Finding.shape),
                col(Finding.made_at),
                col(Finding.finished_at),
            )
            .where(
                col(Finding.course_id) == hour.course_id,
                col(Finding.exercise_id) == hour.exercise_id,
                col(Finding.made_at) >= hour.opened_at,
                col(Finding.made_at) <= hour.ended_at,
                col(Finding.user_id).in_(seen),
            )
            .order_by(col(Finding.made_at), col(Finding.number))
        )
    ]
    tried: dict[UUID, datetime] = {}
    passed: dict[UUID, datetime] = {}
    last: dict[UUID, _Row] = {}
    for row in rows:
        tried.setdefault(row.user_id, row.made_at)
        if row.outcome == Outcome.PASSED:
            passed.setdefault(row.user_id, row.finished_at)
        last[row.user_id] = row
    took = [(at - hour.opened_at).total_seconds() / 60 for at in passed.values()]
    return Figures(
        learners=learners,
        before=before,
        tried=len(tried),
        passed=len(passed),
        attempts=len(rows),
        median_minutes=round(median(took), 1) if took else None,
        shapes=_shapes(session, [row for user_id, row in last.items() if user_id not in passed]),
        minutes=_minutes(hour, list(tried.values()), list(passed.values())),
    )


def _shapes(session: Session, failed: Sequence[_Row]) -> list[ShapeOut]:
    """Group learners by how their last attempt failed, the commonest first, each with the latest as its example."""
    found: dict[tuple[str, str], list[_Row]] = {}
    for row in failed:
        if row.failing is not None and row.shape is not None:
            found.setdefault((row.failing, row.shape), []).append(row)
    commonest = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:SHAPES]
    latest = {key: max(rows, key=lambda row: row.made_at) for key, rows in commonest}
    wanted = select(col(Submission.id), col(Submission.report)).where(
        col(Submission.id).in_([row.submission_id for row in latest.values()])
    )
    reports = {row[0]: Report.model_validate(row[1]) for row in session.execute(wanted) if row[1] is not None}
    authors = {
        user.id: user
        for user in session.scalars(select(User).where(col(User.id).in_({row.user_id for row in latest.values()})))
    }
    shapes = []
    for (failing, shape), rows in commonest:
        example = latest[failing, shape]
        report = reports.get(example.submission_id)
        told = findings.what_failed(report) if report else findings.Told(failing, None, None)
        shapes.append(
            ShapeOut(
                failing=failing,
                title=told.title,
                example=_said(told.message, authors[example.user_id]),
                learners=len(rows),
                submission_id=example.submission_id,
            )
        )
    return shapes


def _minutes(hour: ClassHour, tried: Sequence[datetime], passed: Sequence[datetime]) -> list[MinuteOut]:
    """Count up, minute by minute, until now or the end."""
    until = min(now(), hour.ended_at)
    length = max(1, -int(-(until - hour.opened_at).total_seconds() // 60))

    def by(times: Sequence[datetime], minute: int) -> int:
        return sum((at - hour.opened_at).total_seconds() <= 60 * minute for at in times)

    return [
        MinuteOut(minute=minute, tried=by(tried, minute), passed=by(passed, minute) if minute < length else len(passed))
        for minute in range(1, length + 1)
    ]


def shown(session: Session, hour: ClassHour, exercise: Exercise) -> ShownOut | None:
    """Give the attempt that is discussed, without a name: of the comments only those of the starter are left."""
    attempt = session.get(Submission, hour.shown_id) if hour.shown_id else None
    if attempt is None or attempt.report is None or not attempt.source:
        return None
    author = session.get_one(User, attempt.user_id)
    told = findings.what_failed(Report.model_validate(attempt.report))
    return ShownOut(
        submission_id=attempt.id,
        source=anonymous(attempt.source, exercise.starter, names=(author.name, author.display_name)),
        title=told.title if attempt.outcome != Outcome.PASSED else None,
        message=_said(told.message, author),
        line=told.line,
    )


def anonymous(source: str, starter: str, *, names: Sequence[str] = ()) -> str:
    """Take out of a source what may tell whose it is, and keep every line at its place.

    Comments go, but for those that the starter has; so do the author's names, wherever they stand.
    """
    given = {found[0].strip() for found in _OPAQUE.finditer(starter)}

    def blank(found: re.Match[str]) -> str:
        text = found[0]
        if text[0] in "\"'" or text.strip() in given:
            return text
        return "\n" * text.count("\n")

    kept = without_names(_OPAQUE.sub(blank, source), names)
    return "\n".join(line.rstrip() for line in kept.split("\n"))


def without_names(text: str, names: Iterable[str]) -> str:
    """Take names out of a text, wherever they stand: as words, and as parts of a word such as `aliceSmithPot`."""
    words = {word for name in names for word in (name, *name.split()) if len(word) > 2}
    for word in sorted(words, key=len, reverse=True):
        as_word = rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])"
        text = re.sub(as_word, "…", text, flags=re.IGNORECASE)
        capital, small = re.escape(word[0].upper() + word[1:]), re.escape(word[0].lower() + word[1:])
        text = re.sub(rf"{capital}(?![a-z])|(?<![A-Za-z]){small}(?=[A-Z])", "…", text)
    return text


def _said(message: str | None, author: User) -> str | None:
    """Give what is said of an attempt without its author's name, which a reason they wrote may hold.

    The accounts of a check have names too; those stay, whatever people are called.
    """
    words = (author.name, author.display_name, *author.display_name.split())
    return message and without_names(message, [word for word in words if word.lower() not in NAMES])
