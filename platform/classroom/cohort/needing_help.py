"""A cohort in numbers, and who is stuck on what, most in need first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from classroom import attention, findings, workload
from classroom.attention import Stuck
from classroom.attention.in_database import ROWS
from classroom.cohort.standing import COLUMNS, Learner, Look, Standing, look
from classroom.courses import Offer, Staff
from classroom.models import Finding, Submission
from classroom.schemas.cohort import STUCK, AttentionOut, CohortFiguresOut, StuckGroup, StuckLearner
from evmbox.report import Report, Severity

TODAY: Final = timedelta(hours=24)
TOLD_GROUPS: Final = 12
TOLD_LEARNERS: Final = 4
"""So many learners of so many groups are told of with their last verdict; of the others, the names and the reasons."""
AT_ONCE: Final = 2_000
"""So many learners and exercises are asked for in one query: SQLite takes 32,766 values."""


class Found(NamedTuple):
    """A learner whom the rule calls stuck on an exercise."""

    row: Standing
    stuck: Stuck


def attention_of(session: Session, staff: Staff, offered: Offer, *, seen: Look | None = None) -> AttentionOut:
    """Tell a cohort in numbers, and who of the learners whom this one looks after is stuck, grouped by what fails.

    The largest group comes first, of two equal ones the one that has waited longest; in it, who fails most often.
    `seen` is what a look that was taken already saw.
    """
    seen = seen or look(session, staff)
    at = seen.at
    pairs = [
        (learner.user_id, exercise_id)
        for learner in seen.learners
        if f":{STUCK}" in learner.line.cells
        for exercise_id, _, told in (cell.partition(":") for cell in learner.line.cells.split())
        if told.startswith(STUCK) and exercise_id in offered.exercises
    ]
    found = _stuck(session, staff, pairs, at=at)
    grouped: dict[tuple[str, str | None], list[Found]] = {}
    for each in found:
        grouped.setdefault((each.row.exercise_id, each.row.failing), []).append(each)
    ordered = sorted(grouped.values(), key=lambda group: (-len(group), min(each.stuck.since for each in group)))
    for group in ordered:
        group.sort(key=lambda each: (-(each.row.repeats + each.row.stalled), each.stuck.since))
    shown = [each for group in ordered[:TOLD_GROUPS] for each in group[:TOLD_LEARNERS]]
    reports = _last_reports(session, staff, shown)
    people = {each.user_id: each.display_name for each in seen.learners}
    return AttentionOut(
        course=staff.course.slug,
        at=at,
        figures=_figures(session, seen.learners, stuck=len({each.row.user_id for each in found}), at=at),
        groups=[_group(offered, group, reports, people) for group in ordered],
    )


def _stuck(session: Session, staff: Staff, pairs: Sequence[tuple[UUID, str]], *, at: datetime) -> list[Found]:
    """Read what is known of these learners in these exercises, and why the rule finds them."""
    found = []
    for some in _batches(pairs):
        rows = session.connection().execute(
            select(*COLUMNS).where(
                ROWS.c.course_id == staff.course.id, tuple_(ROWS.c.user_id, ROWS.c.exercise_id).in_(some)
            )
        )
        for values in rows:
            row = Standing(*values)
            stuck = attention.stuck(
                attention.Standing(False, row.repeats, row.stalled, row.attempted_at, row.advanced_at), at=at
            )
            if stuck is not None and not stuck.quiet:
                found.append(Found(row, stuck))
    return found


def _batches(pairs: Sequence[tuple[UUID, str]]) -> list[Sequence[tuple[UUID, str]]]:
    return [pairs[start : start + AT_ONCE] for start in range(0, len(pairs), AT_ONCE)]


def _figures(session: Session, learners: Sequence[Learner], *, stuck: int, at: datetime) -> CohortFiguresOut:
    grading = next((depth for depth in workload.depths(session) if depth.kind == "grade"), None)
    waiting = grading.queued if grading else 0
    passed = [each.line.passed_lately for each in learners if each.line.passed_lately]
    return CohortFiguresOut(
        learners=len(learners),
        active_today=sum(each.line.seen_at is not None and each.line.seen_at > at - TODAY for each in learners),
        stuck_now=stuck,
        passed_this_week=sum(passed),
        passed_by=len(passed),
        waiting=waiting,
        oldest_s=grading.oldest.total_seconds() if waiting and grading and grading.oldest else None,
    )


def _last_reports(session: Session, staff: Staff, shown: Sequence[Found]) -> dict[tuple[UUID, str], Report]:
    """Read the last verdict of these learners, each on the exercise where they are stuck."""
    pairs = {(each.row.user_id, each.row.exercise_id) for each in shown}
    if not pairs:
        return {}
    made = session.connection().execute(
        select(col(Finding.number), col(Finding.user_id), col(Finding.exercise_id), col(Finding.submission_id)).where(
            col(Finding.course_id) == staff.course.id,
            col(Finding.user_id).in_({user_id for user_id, _ in pairs}),
            col(Finding.exercise_id).in_({exercise_id for _, exercise_id in pairs}),
        )
    )
    last = {(user_id, exercise_id): id_ for _, user_id, exercise_id, id_ in sorted(made, key=lambda row: row[0])}
    wanted = {last[pair]: pair for pair in pairs if pair in last}
    read = select(col(Submission.id), col(Submission.report)).where(col(Submission.id).in_(wanted))
    return {
        wanted[id_]: Report.model_validate(report)
        for id_, report in session.connection().execute(read)
        if report is not None
    }


def _group(
    offered: Offer, group: Sequence[Found], reports: dict[tuple[UUID, str], Report], people: Mapping[UUID, str]
) -> StuckGroup:
    first = group[0].row
    learners, check = [], None
    for each in group:
        row = each.row
        report = reports.get((row.user_id, row.exercise_id))
        failed = findings.first_failed(report) if report else None
        if failed is not None and failed.id == row.failing:
            check = failed.title
        learners.append(
            StuckLearner(
                user_id=row.user_id,
                display_name=people[row.user_id],
                reasons=[reason.value for reason in each.stuck.reasons],
                attempts=row.attempts,
                repeats=row.repeats,
                stalled=row.stalled,
                since=each.stuck.since,
                tried_at=row.attempted_at,
                message=(failed.message if failed else _said(report)) if report else None,
                divergence=failed.divergence if failed else None,
            )
        )
    return StuckGroup(
        exercise_id=first.exercise_id,
        title=offered.exercise(first.exercise_id).title,
        failing=first.failing,
        check=check,
        learners=learners,
    )


def _said(report: Report) -> str | None:
    """Give what a verdict without a failed check says."""
    error = next((each for each in report.diagnostics if each.severity is Severity.ERROR), None)
    return report.message or ((error.help or error.message) if error else None)
