"""Kind `gas`: a contract that is correct first, and then does its work within a budget of gas.

Measures run once every check has passed. The figure of each is taken with inputs that are the same for everyone, so
that learners can be compared. It is taken again with inputs that the learner's seed and the submission itself decide,
which nobody can write into a contract beforehand. The highest figure counts, less what calldata alone explains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from eth_hash.auto import keccak

from evmbox.chain import Chain, Contract
from evmbox.checks import Check, CheckFailed, Measure
from evmbox.checks.check import CHECKS_FILE
from evmbox.checks.measure import Work
from evmbox.compiler import Compiler
from evmbox.errors import ExerciseError
from evmbox.exercise import MANIFEST, Exercise
from evmbox.report import CheckStatus, GasScore, Outcome, Report
from evmbox.runner.choosing import choose
from evmbox.runner.contract import compile_helpers
from evmbox.runner.grading import LESSON_FAULT, Grading, Refusal
from evmbox.runner.stages import deploy, open_chain, run_checks
from evmbox.runner.submission import NO_HELPERS, Submission

COMMON_SEED = 0
DRAWN_RUNS = 2
BYTE_GAS = 30
"""How much more a byte of calldata may cost than a zero byte (EIP-7623): that much is luck, and not the contract's."""

WAITING = "Gas is measured once every check passes."


def prepare(exercise: Exercise, source: str, compiler: Compiler) -> Submission:
    """Compile as for kind `contract`, with the optimizer on: what it saves by itself is nobody's skill."""
    compilation = compiler.compile(source, extra_sources=exercise.extra_sources, optimize=True)
    return Submission(source, compilation, compile_helpers(exercise, compiler) if compilation.ok else NO_HELPERS)


def judge(grading: Grading) -> Report:
    """Run every check on the contract, and measure it if it passes them all."""
    exercise = grading.exercise
    measures = [check for check in grading.checks if isinstance(check, Measure)]
    checks = [check for check in grading.checks if not isinstance(check, Measure)]
    try:
        _match(exercise, measures)
    except ExerciseError as error:
        grading.listeners.on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"The measures do not fit the budgets. {LESSON_FAULT}")
    chosen = choose(exercise, grading.submission.compilation, grading.submission.source)
    if isinstance(chosen, Refusal):
        return grading.refuse(chosen)
    chain = open_chain(grading)
    contract = deploy(grading, chain, chosen, *exercise.constructor)
    if isinstance(contract, Refusal):
        return grading.refuse(contract)
    meter = Meter(exercise, tuple(measures), chain, contract, _drawn_seeds(grading))
    grading.list([*checks, *(_budgeted(measure, meter) for measure in measures)])
    report = run_checks(grading, chain, contract, last=len(checks))
    if any(result.status is not CheckStatus.PASSED for result in grading.results[: len(checks)]):
        for index in range(len(checks), len(grading.results)):
            grading.settle(index, CheckStatus.NOT_RUN, WAITING)
        return grading.report(report.outcome, report.message)
    report = run_checks(grading, chain, contract, first=len(checks))
    return report.model_copy(update={"gas_score": meter.score, "gas": report.gas})


@dataclass(frozen=True)
class Meter:
    """Measures one contract, all at once: a total can only be told where every part is."""

    exercise: Exercise
    measures: tuple[Measure, ...]
    chain: Chain
    contract: Contract
    drawn_seeds: Sequence[int]

    @cached_property
    def used(self) -> dict[str, int]:
        """The gas of each measure. Raises `CheckFailed` and `ExerciseError`."""
        return {measure.id: self._figure(measure) for measure in self.measures}

    @property
    def score(self) -> GasScore | None:
        """The score; None unless everything could be measured."""
        used: dict[str, int] | None = self.__dict__.get("used")
        if used is None:
            return None
        budget = self.exercise.gas_budget or sum(self.exercise.gas_budgets.values())
        best_known = self.exercise.best_known_gas
        return GasScore(used=sum(used.values()), budget=budget, best_known=best_known, measures=used)

    def _figure(self, measure: Measure) -> int:
        common = self._run(measure, COMMON_SEED)
        figures = [common.gas]
        for drawn in [self._run(measure, seed) for seed in self.drawn_seeds]:
            luck = BYTE_GAS * max(drawn.calldata_bytes - common.calldata_bytes, 0)
            figures.append(drawn.gas - luck)
        return max(figures)

    def _run(self, measure: Measure, seed: int) -> Work:
        own = self.chain.seed
        self.chain.seed = seed
        try:
            return measure.work(self.chain, self.contract)
        finally:
            self.chain.seed = own


@dataclass(frozen=True)
class _Budgeted(Check):
    """A check that a measure stays within its budget, or all together within theirs."""

    meter: Meter

    def run(self, chain: Chain, contract: Contract | None = None) -> None:  # noqa: ARG002 — the meter has its own
        exercise = self.meter.exercise
        together = exercise.gas_budget is not None
        used = sum(self.meter.used.values()) if together else self.meter.used[self.id]
        budget = exercise.gas_budget or exercise.gas_budgets[self.id]
        if used > budget:
            what = "All measures together" if together and len(self.meter.used) > 1 else "This"
            raise CheckFailed(f"{what} used {used:,} gas; the budget is {budget:,}.")


def _budgeted(measure: Measure, meter: Meter) -> Check:
    return _Budgeted(**vars(measure), meter=meter)


def _match(exercise: Exercise, measures: Sequence[Measure]) -> None:
    """Raise `ExerciseError` unless there is a measure for each budget, and a budget for each measure."""
    names = {measure.id for measure in measures}
    if not names or (exercise.gas_budgets and names != exercise.gas_budgets.keys()):
        raise ExerciseError(
            f"measures here are {', '.join(sorted(names)) or 'none'}.",
            file=CHECKS_FILE,
            remedy=f"Write a @measure for each budget of {MANIFEST}, at least one.",
        )


def _drawn_seeds(grading: Grading) -> list[int]:
    told = f"{grading.seed} {grading.submission.source}".encode()
    return [int.from_bytes(keccak(b"%d " % run + told), "big") for run in range(DRAWN_RUNS)]
