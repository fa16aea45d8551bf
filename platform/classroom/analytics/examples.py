"""The few reports that are opened: one for each misconception that is shown, and for the titles of the checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlmodel import Session, col, select

from classroom.analytics.rows import Learner, Made
from classroom.models import Submission
from classroom.schemas import ExampleOut
from evmbox.report import Report, Severity


@dataclass(frozen=True)
class Examples:
    """Titles by a check's id, in the order of the checks, and the latest attempt of each shape."""

    titles: dict[str, str]
    _by_shape: dict[str, ExampleOut]

    @classmethod
    def read(cls, session: Session, tried: Sequence[Learner], shapes: Sequence[tuple[str, str]]) -> Self:
        """Open the latest attempt of each of these shapes (where it failed, and its shape), and the latest of all."""
        wanted, latest = {shape for _, shape in shapes}, dict[str, Made]()
        with_checks: Made | None = None
        for each in (made for learner in tried for made in learner.made):
            if each.shape in wanted and (each.shape not in latest or latest[each.shape].made_at < each.made_at):
                latest[each.shape] = each
            if (each.passed or each.failed) and (with_checks is None or with_checks.made_at < each.made_at):
                with_checks = each
        opened = [*latest.values(), *([with_checks] if with_checks else [])]
        reports = _reports(session, {each.submission_id for each in opened})
        checks = reports[with_checks.submission_id].checks if with_checks else ()
        titles = {check.id: check.title for check in checks}
        for report in reports.values():  # an older one may know a check that is no more
            titles |= {check.id: check.title for check in report.checks if check.id not in titles}
        return cls(titles, {shape: _example(made, reports[made.submission_id]) for shape, made in latest.items()})

    def of_shape(self, shape: str) -> ExampleOut | None:
        """Give the example of a shape."""
        return self._by_shape.get(shape)


def _reports(session: Session, submission_ids: set[UUID]) -> dict[UUID, Report]:
    found: Any = session.exec(select(Submission.id, Submission.report).where(col(Submission.id).in_(submission_ids)))
    return {submission_id: Report.model_validate(report) for submission_id, report in found}


def _example(made: Made, report: Report) -> ExampleOut:
    check = next((each for each in report.checks if each.id == made.failing), None)
    if check is not None:
        text, steps = check.divergence or check.message, list(check.steps)
    else:
        error = next((each for each in report.diagnostics if each.severity is Severity.ERROR), None)
        text, steps = (error.help or error.message) if error else report.message, []
    return ExampleOut(
        submission_id=made.submission_id, user_id=made.user_id, number=made.number, text=text, steps=steps
    )
