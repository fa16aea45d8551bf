"""One submission from source to verdict: compile, choose the contract, deploy it once, run each check on a snapshot.

A learner's mistake is data in the `Report`. So is a broken lesson: its author learns through `on_fault` what broke,
the learner only that it was not their fault. No text of a solution or a check gets into a report.
"""

import difflib
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import CodeType

from evmbox.chain import Chain, Contract, LearnerError, OutOfGas
from evmbox.chain.words import printable
from evmbox.checks import Check, CheckFailed, load_checks
from evmbox.checks.expectations import EXHAUSTED
from evmbox.compiler import Artifact, Compilation, Compiler
from evmbox.errors import ExerciseError, TimeUp
from evmbox.exercise import HELPERS, Exercise
from evmbox.report import CheckResult, CheckStatus, Deployed, Outcome, Progress, Report, Stage, Timings, Versions
from evmbox.versions import EVM_VERSION, SOLC_VERSION

LESSON_FAULT = "The fault is in the lesson, not in your contract. Please tell your instructor."

MAX_NAMES = 5
NO_HELPERS = Compilation()

OnProgress = Callable[[Progress], object]
OnDraft = Callable[[Report], object]
OnFault = Callable[[str], object]


def ignore(_: object) -> None:
    """Listen to nothing."""


def grade(
    exercise: Exercise,
    source: str,
    *,
    compiler: Compiler,
    seed: int,
    on_progress: OnProgress = ignore,
    on_fault: OnFault = ignore,
) -> Report:
    """Return the verdict on a submission, made in this process: without isolation, for sources one trusts."""
    started = time.perf_counter()
    on_progress(Progress(stage=Stage.COMPILE))
    compilation = compile_stage(compiler, exercise, source)
    report = run_checks(
        exercise,
        compilation,
        helpers=compile_helpers(compiler, exercise),
        seed=seed,
        solc=compiler.version,
        on_progress=on_progress,
        on_fault=on_fault,
    )
    return timed(report, total_ms=_ms_since(started))


def compile_stage(compiler: Compiler, exercise: Exercise, source: str) -> Compilation:
    """Compile a submission as it is graded, with the exercise's own files in reach of its imports."""
    return compiler.compile(source, extra_sources=exercise.extra_sources)


def compile_helpers(compiler: Compiler, exercise: Exercise) -> Compilation:
    """Compile the contracts that an exercise's checks deploy themselves; an empty compilation where there are none."""
    if exercise.helpers is None:
        return NO_HELPERS
    return compiler.compile(exercise.helpers, extra_sources=exercise.extra_sources)


def run_checks(
    exercise: Exercise,
    compilation: Compilation,
    *,
    helpers: Compilation = NO_HELPERS,
    seed: int,
    solc: str = SOLC_VERSION,
    checks: Sequence[Check] | None = None,
    checks_code: CodeType | None = None,
    on_progress: OnProgress = ignore,
    on_draft: OnDraft = ignore,
    on_fault: OnFault = ignore,
) -> Report:
    """Deploy a compiled submission on a fresh chain, run every check of its exercise and return the verdict.

    `checks` are the exercise's own unless given; `checks_code` is its `checks.py`, compiled already. `on_draft` gets,
    before each thing that may not come back, the report as it should be if it doesn't.
    """
    grading = _Grading(exercise, compilation, helpers, solc)
    try:
        grading.list(load_checks(exercise.path, checks_code) if checks is None else checks)
    except ExerciseError as error:
        on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"The checks cannot be read. {LESSON_FAULT}")
    if not helpers.ok:
        errors = [f"line {each.line}: {each.message}" for each in helpers.diagnostics if each.severity == "error"]
        on_fault(f"{HELPERS} does not compile: {'; '.join(errors) or helpers.message}")
        return grading.report(Outcome.LESSON_BROKEN, f"The contracts used by the checks do not compile. {LESSON_FAULT}")
    if not exercise.runnable:
        message = f"Exercises of kind '{exercise.kind}' cannot be checked yet. {LESSON_FAULT}"
        on_fault(message)
        return grading.report(Outcome.LESSON_BROKEN, message)
    chosen = _choose(exercise, compilation)
    if isinstance(chosen, _Refusal):
        return grading.report(chosen.outcome, chosen.message)
    return _run(grading, chosen, seed=seed, on_progress=on_progress, on_draft=on_draft, on_fault=on_fault)


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
class _Refusal:
    """Why a submission cannot be deployed."""

    outcome: Outcome
    message: str


@dataclass
class _Grading:
    """What is known of a submission so far; it can be turned into a report at any moment."""

    exercise: Exercise
    compilation: Compilation
    helpers: Compilation
    solc: str
    checks: Sequence[Check] = ()
    results: list[CheckResult] = field(default_factory=list)
    running: int | None = None
    deployed: Deployed | None = None
    gas: dict[str, int] = field(default_factory=dict)
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

    def settle(self, index: int, status: CheckStatus, message: str | None = None) -> None:
        """Record how one check ended; a check that failed shows its hint."""
        hint = self.checks[index].hint if status is CheckStatus.FAILED else None
        self.results[index] = self.results[index].model_copy(
            update={"status": status, "message": message, "hint": hint}
        )

    def report(self, outcome: Outcome, message: str | None = None) -> Report:
        """Return what is known as a report with this outcome."""
        return Report(
            exercise_id=self.exercise.id,
            outcome=outcome,
            message=message,
            score=sum(result.points for result in self.results if result.status is CheckStatus.PASSED),
            max_score=sum(result.points for result in self.results),
            diagnostics=self.compilation.diagnostics,
            checks=tuple(self.results),
            deployed=self.deployed,
            gas=self.gas,
            size=self.size,
            timings=Timings(
                compile_ms=self.compilation.elapsed_ms,
                deploy_ms=self.deploy_ms,
                checks_ms=self.checks_ms,
                total_ms=self.compilation.elapsed_ms + self.deploy_ms + self.checks_ms,
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


def _choose(exercise: Exercise, compilation: Compilation) -> Artifact | _Refusal:
    """Return the contract to deploy, or in words for the learner why there is none."""
    if compilation.outcome is not None:
        return _Refusal(compilation.outcome, compilation.message or "The compiler did not accept your source.")
    name = exercise.contract
    artifact = compilation.artifacts.get(name or "")
    if artifact is not None and artifact.creation:
        return artifact
    deployable = [other.name for other in compilation.artifacts.values() if other.creation]
    if name in compilation.abis:
        message = f"`{name}` is abstract or an interface, so it cannot be deployed. Write every function's body."
    elif deployable:
        near = printable(difflib.get_close_matches(name or "", deployable, n=1, cutoff=0.0)[0])
        found = _in_code(deployable)
        message = f"This exercise deploys a contract named `{name}`, and found {found}. Rename `{near}` to `{name}`."
    elif compilation.abis:
        found = _in_code(compilation.abis)
        message = (
            f"Nothing here can be deployed, only {found}: abstract, an interface or a library. Write `contract {name}`."
        )
    else:
        message = f"There is no contract in your source. Write `contract {name} {{ … }}`."
    return _Refusal(Outcome.NO_DEPLOYABLE_CONTRACT, message)


def _in_code(names: Iterable[str]) -> str:
    """Return the first few names, as code."""
    every = sorted(names)
    more = f" and {len(every) - MAX_NAMES} more" if len(every) > MAX_NAMES else ""
    return ", ".join(f"`{printable(name)}`" for name in every[:MAX_NAMES]) + more


def _run(
    grading: _Grading,
    artifact: Artifact,
    *,
    seed: int,
    on_progress: OnProgress,
    on_draft: OnDraft,
    on_fault: OnFault,
) -> Report:
    exceeded: Outcome | None = None
    try:
        on_draft(grading.report(Outcome.RESOURCE_LIMIT))
        on_progress(Progress(stage=Stage.DEPLOY))
        started = time.perf_counter()
        deployed = _deploy(grading, artifact, seed=seed)
        grading.deploy_ms = _ms_since(started)
        if isinstance(deployed, _Refusal):
            return grading.report(deployed.outcome, deployed.message)
        return _check_all(grading, *deployed, on_progress=on_progress, on_draft=on_draft, on_fault=on_fault)
    except TimeUp:
        exceeded = Outcome.TIMED_OUT
    except EXHAUSTED:
        exceeded = Outcome.RESOURCE_LIMIT
    return cut_short(grading.report(exceeded), exceeded)  # only here: by now the exception has let go of its frames


def _deploy(grading: _Grading, artifact: Artifact, *, seed: int) -> tuple[Chain, Contract] | _Refusal:
    grading.size = artifact.runtime_size
    limits = grading.exercise.limits
    chain = Chain(
        seed=seed,
        artifacts={**grading.compilation.artifacts, **grading.helpers.artifacts},
        abis=(*grading.compilation.abis.values(), *grading.helpers.abis.values()),
        deploy_gas=limits.deploy_gas,
        call_gas=limits.call_gas,
    )
    try:
        contract = chain.deploy(artifact, *grading.exercise.constructor)
    except OutOfGas as error:
        return _Refusal(Outcome.OUT_OF_GAS, error.explanation)
    except LearnerError as error:
        return _Refusal(Outcome.FAILED, error.explanation)
    grading.deployed = Deployed(
        contract=artifact.name,
        address=contract.address,
        deployer=chain.owner.address,
        gas_used=chain.gas["constructor"],
        bytecode_sha256=hashlib.sha256(artifact.creation).hexdigest(),
    )
    return chain, contract


def _check_all(
    grading: _Grading,
    chain: Chain,
    contract: Contract,
    *,
    on_progress: OnProgress,
    on_draft: OnDraft,
    on_fault: OnFault,
) -> Report:
    started = time.perf_counter()
    broken = False
    for index, check in enumerate(grading.checks):
        on_draft(grading.report(Outcome.RESOURCE_LIMIT))
        on_progress(Progress(stage=Stage.CHECK, index=index + 1, total=len(grading.checks)))
        try:
            check.run(chain, contract)
        except CheckFailed as error:
            grading.settle(index, CheckStatus.FAILED, str(error))
        except ExerciseError as error:
            broken = True
            on_fault(str(error))
            grading.settle(index, CheckStatus.NOT_RUN, f"This check is broken ({_place(error)}). {LESSON_FAULT}")
        else:
            grading.settle(index, CheckStatus.PASSED)
        finally:
            grading.gas = dict(chain.gas)
            grading.checks_ms = _ms_since(started)
    if broken:
        return grading.report(Outcome.LESSON_BROKEN, f"A check broke. {LESSON_FAULT}")
    passed = all(result.status is CheckStatus.PASSED for result in grading.results)
    return grading.report(Outcome.PASSED if passed else Outcome.FAILED)


def _place(error: ExerciseError) -> str:
    """Return where in a lesson's file something broke, and as what: enough to find it, and nothing of the source."""
    where = error.file if error.line is None else f"{error.file}, line {error.line}"
    return f"{where}: {type(error.__cause__ or error).__name__}"


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
