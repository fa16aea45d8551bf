"""What is known of a submission while it is judged, and how that becomes a report. The same for every kind."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from evmbox.chain import Ending
from evmbox.checks import Check
from evmbox.exercise import Exercise
from evmbox.report import CheckResult, CheckStatus, Deployed, GasScore, Outcome, Progress, Report, Timings, Versions
from evmbox.runner.submission import Submission
from evmbox.versions import EVM_VERSION, SOLC_VERSION

LESSON_FAULT = "The fault is in the lesson, not in your contract. Please tell your instructor."

OnProgress = Callable[[Progress], object]
OnDraft = Callable[[Report], object]
OnFault = Callable[[str], object]


def ignore(_: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True)
class Listeners:
    """Who is told on the way to a verdict: how far it came, what it would be now, what broke in the lesson."""

    on_progress: OnProgress = ignore
    on_draft: OnDraft = ignore
    on_fault: OnFault = ignore


UNHEARD = Listeners()


def report_without_run(exercise: Exercise, outcome: Outcome, message: str, *, solc: str = SOLC_VERSION) -> Report:
    """Return the verdict on a submission of which nothing more is known than how it ended."""
    return Report(
        exercise_id=exercise.id,
        outcome=outcome,
        message=message,
        score=0,
        max_score=0,
        timings=Timings(),
        versions=Versions(solc=solc, evm=EVM_VERSION, exercise=exercise.digest),
    )


def timed(report: Report, **milliseconds: float) -> Report:
    """Return the report with some of its timings replaced."""
    return report.model_copy(update={"timings": report.timings.model_copy(update=milliseconds)})


@dataclass(frozen=True)
class Refusal:
    """Why a submission cannot be deployed."""

    outcome: Outcome
    message: str


@dataclass
class Grading:
    """What is known of a submission so far; it can be turned into a report at any moment."""

    exercise: Exercise
    submission: Submission
    seed: int
    solc: str
    listeners: Listeners = UNHEARD
    to_the_end: bool = True
    checks: Sequence[Check] = ()
    results: list[CheckResult] = field(default_factory=list)
    deployed: Deployed | None = None
    gas: dict[str, int] = field(default_factory=dict)
    hides_gas: bool = False
    gas_score: GasScore | None = None
    size: int | None = None
    deploy_ms: float = 0.0
    checks_ms: float = 0.0

    def list(self, checks: Sequence[Check]) -> None:
        """Put every check into the report as one that has not run."""
        self.checks = checks
        self.results = [
            CheckResult(
                id=check.id, title=check.title, task=check.task, status=CheckStatus.NOT_RUN, points=check.points
            )
            for check in checks
        ]

    def settle(self, index: int, status: CheckStatus, message: str | None = None, ending: Ending | None = None) -> None:
        """Record how one check ended; a check that failed shows its hint. `ending` is that of a call that failed it."""
        hint = self.checks[index].hint if status is CheckStatus.FAILED else None
        self.results[index] = self.results[index].model_copy(
            update={"status": status, "message": message, "hint": hint, "ending": ending and ending.value}
        )

    def refuse(self, refusal: Refusal) -> Report:
        """Return the report of a submission that can't be deployed."""
        return self.report(refusal.outcome, refusal.message)

    def report(self, outcome: Outcome, message: str | None = None) -> Report:
        """Return what is known as a report with this outcome."""
        return Report(
            exercise_id=self.exercise.id,
            outcome=outcome,
            message=message,
            score=sum(result.points for result in self.results if result.status is CheckStatus.PASSED),
            max_score=sum(result.points for result in self.results),
            diagnostics=self.submission.compilation.diagnostics,
            checks=tuple(self.results),
            deployed=self.deployed,
            gas={} if self.hides_gas else self.gas,
            gas_score=self.gas_score,
            size=self.size,
            timings=Timings(
                compile_ms=self.submission.compilation.elapsed_ms,
                deploy_ms=self.deploy_ms,
                checks_ms=self.checks_ms,
                total_ms=self.submission.compilation.elapsed_ms + self.deploy_ms + self.checks_ms,
            ),
            versions=Versions(solc=self.solc, evm=EVM_VERSION, exercise=self.exercise.digest),
        )


def cut_short(report: Report, outcome: Outcome) -> Report:
    """Return the report of a submission that a limit ended where `report` had come to."""
    what = {
        Outcome.TIMED_OUT: "It took too long and was stopped",
        Outcome.OUTPUT_LIMIT: "It put out more than a submission may, and was stopped",
        Outcome.RESOURCE_LIMIT: "It used more memory or computing time than a submission may, and was stopped",
    }[outcome]
    checks = list(report.checks)
    waiting = [place for place, each in enumerate(checks) if each.status is CheckStatus.NOT_RUN and not each.message]
    if report.deployed is None or not waiting:
        where = "while your contract was being deployed"
    else:
        running = checks[waiting[0]]
        where = f"in the check “{running.title}” ({waiting[0] + 1} of {len(checks)})"
        checks[waiting[0]] = running.model_copy(update={"status": CheckStatus.FAILED, "message": f"{what} here."})
    message = f"{what} {where}. Look for a loop or a recursion that does not end."
    return report.model_copy(update={"outcome": outcome, "message": message, "checks": tuple(checks)})


def elapsed_ms(started: float) -> float:
    """Return the milliseconds since a time of the performance counter."""
    return (time.perf_counter() - started) * 1000
