"""What a verdict found, in a form that can be counted: where it failed first, and the shape of that failure.

Two attempts have the same shape where the same check was the first to fail and what happened differed from a right
contract in the same way, whatever the values and the accounts were. So a shape stands for a misconception: those who
have it can be told the same thing. Values differ from learner to learner (they come from a seed), and are left out;
that something was nothing, or more or less than it should have been, is kept.
"""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col

from classroom.models import Finding, Submission, now
from evmbox.report import CheckResult, CheckStatus, Diagnostic, Outcome, Report, Severity

_NUMBER: Final = r"(?<![\w.])-?\d[\d_,]*(?:\.\d+)?(?: (?:ether|gwei|wei)\b)?"
_PAIR: Final = re.compile(rf"(?P<came>{_NUMBER})(?P<between>\D{{1,40}}should \D{{1,20}})(?P<should>{_NUMBER})")
_LINE: Final = re.compile(r"That came from [^.]*\.")
_VALUE: Final = re.compile(rf"0x[0-9a-fA-F]+|\"[^\"]*\"|{_NUMBER}")
_ACCOUNT: Final = re.compile(r"\b(?:[Oo]wner|Alice|Bob|Carol|Dave|Erin)\b")
_UNITS: Final = {"wei": 1, "gwei": 10**9, "ether": 10**18}


@dataclass(frozen=True)
class Failure:
    """Where an attempt failed first: a check's id, else `compile:CODE` or the outcome. A shape is 16 hex digits."""

    at: str
    shape: str


def of_report(report: Report) -> Failure | None:
    """Tell where an attempt failed first, and how; None for one that passed, and where the lesson is to blame."""
    if report.outcome in {Outcome.PASSED, Outcome.LESSON_BROKEN}:
        return None
    check = first_failed(report)
    if check is not None:
        return _failure(check.id, check.divergence or check.message or "")
    error = first_error(report)
    if report.outcome is Outcome.COMPILE_ERROR and error is not None:
        return _failure(f"compile:{error.code or error.kind}"[:128], "")
    return _failure(report.outcome.value, report.message or "")


OUTCOMES: Final = {
    Outcome.COMPILE_ERROR: "Does not compile",
    Outcome.NO_DEPLOYABLE_CONTRACT: "No contract to deploy",
    Outcome.OUT_OF_GAS: "Runs out of gas",
    Outcome.TIMED_OUT: "Takes too long",
    Outcome.RESOURCE_LIMIT: "Uses too much",
    Outcome.OUTPUT_LIMIT: "Says too much",
}
"""What an attempt is called that failed before any check did."""


class Told(NamedTuple):
    """What failed first, in words: its title, what happened and should have, and the line it is about."""

    title: str
    message: str | None
    line: int | None


def what_failed(report: Report) -> Told:
    """Say what failed first."""
    check = first_failed(report)
    if check is not None:
        return Told(check.title, check.divergence or check.message, check.where.line if check.where else None)
    title = OUTCOMES.get(report.outcome, report.outcome.value)
    error = first_error(report)
    if report.outcome is Outcome.COMPILE_ERROR and error is not None:
        return Told(title, error.help or error.message, error.line)
    return Told(title, report.message, report.where.line if report.where else None)


def first_error(report: Report) -> Diagnostic | None:
    """Give the first error of the compiler."""
    return next((each for each in report.diagnostics if each.severity is Severity.ERROR), None)


def first_failed(report: Report) -> CheckResult | None:
    """Give the first check that failed."""
    return next((check for check in report.checks if check.status is CheckStatus.FAILED), None)


def in_general(text: str) -> str:
    """Take out of a sentence about a failure what differs from learner to learner.

    `After Bob calls "add(7)", "total()" is 0 and should be 7.` becomes the same as with Alice and 12.
    """
    text = _PAIR.sub(_compared, _LINE.sub("", text))
    text = _ACCOUNT.sub("someone", _VALUE.sub(lambda found: "nothing" if _number(found[0]) == 0 else "#", text))
    return " ".join(text.split())


def _compared(found: re.Match[str]) -> str:
    came, should = _number(found["came"]) or 0, _number(found["should"]) or 0
    than = "as much" if came == should else "nothing" if came == 0 else "less" if came < should else "more"
    return f"{than}{found['between']}{'#' if should else 'nothing'}"


def _number(text: str) -> Decimal | None:
    """Read a number with its unit, in wei where it has one; what is none is None."""
    digits, _, unit = text.partition(" ")
    try:
        return Decimal(digits.replace(",", "")) * _UNITS.get(unit, 1)
    except InvalidOperation:
        return None


def _failure(at: str, text: str) -> Failure:
    return Failure(at, hashlib.sha256(f"{at}\n{in_general(text)}".encode()).hexdigest()[:16])


def record(session: Session, submission: Submission, report: Report, *, again: bool = False) -> None:
    """Write down what a verdict found; `again` puts it in the place of what an earlier one did."""
    failure = of_report(report)
    if again:
        gone = delete(Finding).where(col(Finding.submission_id) == submission.id)
        session.exec(gone.execution_options(synchronize_session=False))  # else it looks at every row there is in hand
    session.add(
        Finding(
            submission_id=submission.id,
            course_id=submission.course_id,
            user_id=submission.user_id,
            exercise_id=submission.exercise_id,
            number=submission.number,
            outcome=report.outcome.value,
            score=report.score,
            max_score=report.max_score,
            failed=[check.id for check in report.checks if check.status is CheckStatus.FAILED],
            failing=failure.at if failure else None,
            shape=failure.shape if failure else None,
            gas=report.gas_score.used if report.gas_score else None,
            made_at=submission.created_at,
            finished_at=submission.finished_at or now(),
        )
    )
