"""Looks a second time into a submission that failed: which loop burned the gas, where it parts from the reference.

Both take another compile, with details, and another run, and a learner waits for them: so they are done only where they
are quick, and the verdict stands whatever becomes of them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from evmbox.compiler import Compiler
from evmbox.divergence import Divergence, Pair
from evmbox.errors import EvmboxError
from evmbox.exercise import Kind
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import ExplainJob, Finished, GradeJob, Job, LocateJob, Message, Parted
from evmbox.pool.template import Ending, Listener
from evmbox.report import CheckStatus, Outcome, Report
from evmbox.runner import LOCATE_S, ignore, prepare, with_details, worth_locating

EXPLAIN_MS = 2000
"""How long a failing submission may be looked into; one whose checks took longer is not."""

EXPLAINED_KINDS = frozenset({Kind.CONTRACT, Kind.GAS})
"""The kinds whose checks judge a contract by what it does, beside a reference that does it right."""

MAX_EXPLAINED = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SecondLook:
    """What was graded and how it ended, and what it takes to look again: a way into a fork, within a ration."""

    fork: Callable[[Job, Ration, Listener], Finished | Ending]
    ration: Ration
    job: GradeJob

    def locate(self, report: Report, compiler: Compiler) -> Report:
        """Add the lines of the loops that burned the gas, where that is quickly found: not for who is out for time."""
        job = self.job
        spent_s = (report.timings.deploy_ms + report.timings.checks_ms) / 1000
        if not worth_locating(job.exercise, report):
            return report
        submission = with_details(job.exercise, job.submission, compiler=compiler, timeout_s=2 * LOCATE_S)
        ration = self.ration.model_copy(update={"wall_s": min(self.ration.wall_s, 2 * spent_s + LOCATE_S)})
        try:
            ending = self.fork(LocateJob(job.exercise, submission.silent(), report, job.seed), ration, ignore)
        except EvmboxError:  # a verdict without the line is better than none
            _log.exception("The loop that burned the gas in %s could not be looked for.", job.exercise.id)
            return report
        return (isinstance(ending, Finished) and ending.report) or report

    def explain(self, report: Report, compiler: Compiler) -> Report:
        """Return the report with the divergences that can be found in a short time."""
        job = self.job
        failed = [check.id for check in report.checks if check.status is CheckStatus.FAILED][:MAX_EXPLAINED]
        if not failed or not self._worth_explaining(report):
            return report
        pair = Pair(
            job.exercise,
            with_details(job.exercise, job.submission, compiler=compiler).silent(),
            prepare(job.exercise, job.exercise.solution, compiler=compiler).silent(),
            job.seed,
        )
        found: dict[str, Divergence] = {}

        def listen(message: Message) -> None:
            if isinstance(message, Parted):
                found[message.check] = message.divergence

        ration = self.ration.model_copy(update={"wall_s": EXPLAIN_MS / 1000})
        try:
            self.fork(ExplainJob(pair, failed), ration, listen)
        except EvmboxError:
            _log.exception("A failing submission to %s could not be explained.", job.exercise.id)
        checks = tuple(
            check.model_copy(
                update={"divergence": told.message, "where": check.where or told.where, "steps": told.steps}
            )
            if (told := found.get(check.id))
            else check
            for check in report.checks
        )
        return report.model_copy(update={"checks": checks})

    def _worth_explaining(self, report: Report) -> bool:
        """Tell whether it did something wrong, and soon: who only burned too much gas did nothing wrong."""
        wrong = report.outcome is Outcome.FAILED and report.gas_score is None
        return wrong and self.job.exercise.kind in EXPLAINED_KINDS and report.timings.checks_ms <= EXPLAIN_MS
