"""A cohort in numbers, and who is stuck on what, most in need first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import distinct, func, select
from sqlmodel import Session, col

from classroom import courses, findings, workload
from classroom.cohort.standing import BEGUN, LETTER, Found, seen_by, stuck_ones
from classroom.courses import Offer, Staff
from classroom.models import Finding, Progress, Submission, User, now
from classroom.schemas.cohort import PASSED, AttentionOut, CohortFiguresOut, StuckGroup, StuckLearner
from evmbox.report import Report, Severity

TODAY: Final = timedelta(hours=24)
WEEK: Final = timedelta(days=7)
TOLD_GROUPS: Final = 12
TOLD_LEARNERS: Final = 4
"""So many learners of so many groups are told of with their last verdict; of the others, the names and the reasons."""


def attention_of(session: Session, staff: Staff, offered: Offer) -> AttentionOut:
    """Tell a cohort in numbers, and who of the learners whom this one looks after is stuck, grouped by what fails.

    The largest group comes first, of two equal ones the one that has waited longest; in it, who fails most often.
    """
    at = now()
    found = [each for each in stuck_ones(session, staff, list(offered.exercises), at=at) if not each.stuck.quiet]
    grouped: dict[tuple[str, str | None], list[Found]] = {}
    for each in found:
        grouped.setdefault((each.row.exercise_id, each.row.failing), []).append(each)
    ordered = sorted(grouped.values(), key=lambda group: (-len(group), min(each.stuck.since for each in group)))
    for group in ordered:
        group.sort(key=lambda each: (-(each.row.repeats + each.row.stalled), each.stuck.since))
    told = [each for group in ordered[:TOLD_GROUPS] for each in group[:TOLD_LEARNERS]]
    reports = _last_reports(session, staff, told)
    names = _names(session, staff, found)
    return AttentionOut(
        course=staff.course.slug,
        at=at,
        figures=_figures(session, staff, stuck=len({each.row.user_id for each in found}), at=at),
        groups=[_group(offered, group, reports, names) for group in ordered],
    )


def _figures(session: Session, staff: Staff, *, stuck: int, at: datetime) -> CohortFiguresOut:
    mine = seen_by(staff)
    learners = courses.learners_seen(staff).with_only_columns(col(User.id)).subquery()
    active = select(func.count(distinct(col(Progress.user_id)))).where(
        mine, BEGUN, col(Progress.attempts) > 0, col(Progress.attempted_at) > at - TODAY
    )
    passed = select(func.count(), func.count(distinct(col(Progress.user_id)))).where(
        mine, LETTER == PASSED, col(Progress.passed_at) > at - WEEK
    )
    passes, passed_by = session.execute(passed).one()
    grading = next((depth for depth in workload.depths(session) if depth.kind == "grade"), None)
    waiting = grading.queued if grading else 0
    return CohortFiguresOut(
        learners=session.execute(select(func.count()).select_from(learners)).scalar_one(),
        active_today=session.execute(active).scalar_one(),
        stuck_now=stuck,
        passed_this_week=passes,
        passed_by=passed_by,
        waiting=waiting,
        oldest_s=grading.oldest.total_seconds() if waiting and grading and grading.oldest else None,
    )


def _names(session: Session, staff: Staff, found: Sequence[Found]) -> dict[UUID, str]:
    wanted = {each.row.user_id for each in found}
    narrow = courses.learners_seen(staff).with_only_columns(col(User.id), col(User.display_name))
    return {user_id: name for user_id, name in session.execute(narrow) if user_id in wanted}


def _last_reports(session: Session, staff: Staff, told: Sequence[Found]) -> dict[tuple[UUID, str], Report]:
    """Read the last verdict of these learners, each on the exercise where they are stuck."""
    pairs = {(each.row.user_id, each.row.exercise_id) for each in told}
    if not pairs:
        return {}
    made = select(col(Finding.user_id), col(Finding.exercise_id), func.max(col(Finding.number)).label("number")).where(
        col(Finding.course_id) == staff.course.id,
        col(Finding.user_id).in_({user_id for user_id, _ in pairs}),
        col(Finding.exercise_id).in_({exercise_id for _, exercise_id in pairs}),
    )
    last = [
        (user_id, exercise_id, number)
        for user_id, exercise_id, number in session.execute(
            made.group_by(col(Finding.user_id), col(Finding.exercise_id))
        )
        if (user_id, exercise_id) in pairs
    ]
    found = {}
    for user_id, exercise_id, number in last:
        report = session.execute(
            select(col(Submission.report)).where(
                col(Submission.course_id) == staff.course.id,
                col(Submission.user_id) == user_id,
                col(Submission.exercise_id) == exercise_id,
                col(Submission.number) == number,
            )
        ).scalar_one()
        if report is not None:
            found[user_id, exercise_id] = Report.model_validate(report)
    return found


def _group(
    offered: Offer, group: Sequence[Found], reports: dict[tuple[UUID, str], Report], names: dict[UUID, str]
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
                display_name=names[row.user_id],
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
