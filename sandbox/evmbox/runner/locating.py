"""The line of the loop that burned the gas, for a report that tells of gas that ran out.

It takes a compile with details and another run, so it is done afterwards and only where gas did run out: any other
verdict pays nothing for it. What it finds is of the submitted source only.
"""

from collections.abc import Callable
from contextlib import suppress

from evmbox.chain import Chain, Contract, Ending
from evmbox.chain.recorder import Wanted, recording
from evmbox.checks import CheckFailed, load_checks
from evmbox.checks.expectations import EXHAUSTED
from evmbox.compiler import SOURCE_NAME
from evmbox.errors import ExerciseError, TimeUp
from evmbox.exercise import Exercise, Kind
from evmbox.report import CheckResult, CheckStatus, Location, Outcome, Report
from evmbox.runner.choosing import choose
from evmbox.runner.grading import Grading, Refusal
from evmbox.runner.stages import deploy, open_chain
from evmbox.runner.submission import Submission
from evmbox.trace.lines import Lines
from evmbox.trace.loops import greediest
from evmbox.trace.programs import Library

BLOCKS = Wanted(blocks=True)
LOCATE_S = 2.0
"""Whose compile or run took longer is not told the line: finding it takes as long again."""


def worth_locating(exercise: Exercise, report: Report) -> bool:
    """Tell whether a report could say which loop burned the gas, and it is soon found."""
    if exercise.kind is not Kind.CONTRACT or report.outcome not in {Outcome.OUT_OF_GAS, Outcome.FAILED}:
        return False  # also where time ran out: nothing is looked for in what took too long already
    timings = report.timings
    if max(timings.compile_ms, timings.deploy_ms + timings.checks_ms) > LOCATE_S * 1000:
        return False
    return report.outcome is Outcome.OUT_OF_GAS or any(map(_ran_out, report.checks))


def locate(exercise: Exercise, submission: Submission, report: Report, *, seed: int) -> Report:
    """Return the report with the lines of the loops that burned the gas, as far as they are found.

    `submission` was compiled with details. It is run again: this is for where a learner's code may run.
    """
    details = submission.compilation.details
    if details is None:
        return report
    library = Library(details)
    found = report

    def loop_in(chain: Chain, run: Callable[[], object]) -> Location | None:
        with recording(chain.engine, BLOCKS) as recorded, suppress(CheckFailed, ExerciseError):
            run()
        loop = greediest(Lines(recorded, library, visible=SOURCE_NAME.__eq__))  # a line number is one of their file
        return None if loop is None else loop.location

    with suppress(TimeUp, *EXHAUSTED):
        grading = Grading(exercise, submission, seed, report.versions.solc)
        artifact = choose(exercise, submission.compilation)
        if isinstance(artifact, Refusal):
            return report
        chain = open_chain(grading)
        if report.outcome is Outcome.OUT_OF_GAS:
            where = loop_in(chain, lambda: deploy(grading, chain, artifact, *exercise.constructor))
            return report.model_copy(update={"where": where, "message": _told(report.message, where)})
        contract = deploy(grading, chain, artifact, *exercise.constructor)
        checks = {check.id: check for check in load_checks(exercise.path, exercise.checks)}
        for index, result in enumerate(report.checks):
            if _ran_out(result) and isinstance(contract, Contract):
                where = loop_in(chain, lambda: checks[result.id].run(chain, contract))  # noqa: B023 - run at once
                update = {"where": where, "message": _told(result.message, where)}
                results = (*found.checks[:index], result.model_copy(update=update), *found.checks[index + 1 :])
                found = found.model_copy(update={"checks": results})
    return found


def _ran_out(result: CheckResult) -> bool:
    return result.status is CheckStatus.FAILED and result.ending == Ending.OUT_OF_GAS


def _told(message: str | None, where: Location | None) -> str | None:
    if where is None:
        return message
    return f"{message or ''} Most of the gas went into the loop in line {where.line}.".lstrip()
