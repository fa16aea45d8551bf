"""One submission from source to verdict: prepare (compile), then judge (deploy, run each check on a snapshot).

`prepare` needs a compiler and runs on the trusted side; `judge` runs a learner's code and is given what was prepared.
What the two do for a kind of exercise is a module of that kind, listed in `kinds`; `grading` is what they share.
A learner's mistake is data in the `Report`. So is a broken lesson: its author learns through `on_fault` what broke,
the learner only that it was not their fault. No text of a solution or a check gets into a report.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from types import CodeType

from evmbox.checks import Check, load_checks
from evmbox.checks.expectations import EXHAUSTED
from evmbox.compiler import Compilation, Compiler
from evmbox.compiler.compilation import TIME_LIMIT_S
from evmbox.errors import ExerciseError, TimeUp
from evmbox.exercise import HELPERS, Exercise, Kind
from evmbox.report import Outcome, Progress, Report, Stage
from evmbox.runner import bytecode
from evmbox.runner.grading import (
    LESSON_FAULT,
    UNHEARD,
    Grading,
    Listeners,
    OnFault,
    OnProgress,
    cut_short,
    elapsed_ms,
    ignore,
    report_without_run,
    timed,
)
from evmbox.runner.kinds import KINDS, OWN_CHECKS
from evmbox.runner.locating import LOCATE_S, locate, worth_locating
from evmbox.runner.submission import Submission
from evmbox.versions import SOLC_VERSION

__all__ = [
    "LESSON_FAULT",
    "LOCATE_S",
    "Listeners",
    "OnFault",
    "OnProgress",
    "Submission",
    "checks_of",
    "compile_to_try",
    "cut_short",
    "grade",
    "ignore",
    "judge",
    "locate",
    "prepare",
    "report_without_run",
    "timed",
    "with_details",
    "worth_locating",
]


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
    submission = prepare(exercise, source, compiler=compiler)
    listeners = Listeners(on_progress=on_progress, on_fault=on_fault)
    report = judge(exercise, submission, seed=seed, solc=compiler.version, listeners=listeners)
    if worth_locating(exercise, report):
        report = locate(exercise, with_details(exercise, submission, compiler=compiler), report, seed=seed)
    return timed(report, total_ms=elapsed_ms(started))


def prepare(exercise: Exercise, source: str, *, compiler: Compiler) -> Submission:
    """Return what `judge` needs of a submission: the source, and all that has to be compiled for it."""
    return KINDS[exercise.kind].prepare(exercise, source, compiler)


def compile_to_try(exercise: Exercise, source: str, *, compiler: Compiler, details: bool) -> Compilation:
    """Compile a draft for a scenario: code for an exercise of the kind `bytecode` becomes a contract too."""
    if exercise.kind is Kind.BYTECODE:
        return bytecode.as_contract(exercise, source, compiler)
    return compiler.compile(
        source,
        extra_sources=exercise.importable,
        optimize=exercise.kind is Kind.GAS,
        details=details,
    )


def with_details(
    exercise: Exercise, submission: Submission, *, compiler: Compiler, timeout_s: float = TIME_LIMIT_S
) -> Submission:
    """Return a submission of kind `contract` or `gas` compiled once more, with details; its code is the same."""
    compilation = compiler.compile(
        submission.source,
        extra_sources=exercise.extra_sources,
        optimize=exercise.kind is Kind.GAS,
        details=True,
        timeout_s=timeout_s,
    )
    return replace(submission, compilation=compilation)


def judge(
    exercise: Exercise,
    submission: Submission,
    *,
    seed: int,
    solc: str = SOLC_VERSION,
    checks: Sequence[Check] | None = None,
    checks_code: CodeType | None = None,
    listeners: Listeners = UNHEARD,
    to_the_end: bool = True,
) -> Report:
    """Run a prepared submission on a fresh chain and return the verdict.

    `checks` are the exercise's own unless given; `checks_code` is its `checks.py`, compiled already. Unless
    `to_the_end`, the first check that fails is the last that runs.

    `listeners.on_draft` gets, before each thing that may not come back, the report as it should be if it doesn't.
    """
    grading = Grading(exercise, submission, seed, solc, listeners, to_the_end)
    try:
        grading.list(checks_of(exercise, checks_code) if checks is None else checks)
    except ExerciseError as error:
        listeners.on_fault(str(error))
        return grading.report(Outcome.LESSON_BROKEN, f"The checks cannot be read. {LESSON_FAULT}")
    if not submission.helpers.ok:
        errors = [f"line {each.line}: {each.message}" for each in submission.helpers.diagnostics if each.line]
        listeners.on_fault(f"{HELPERS} does not compile: {'; '.join(errors) or submission.helpers.message}")
        return grading.report(Outcome.LESSON_BROKEN, f"The contracts used by the checks do not compile. {LESSON_FAULT}")
    exceeded: Outcome | None = None
    try:
        return KINDS[exercise.kind].judge(grading)
    except TimeUp:
        exceeded = Outcome.TIMED_OUT
    except EXHAUSTED:
        exceeded = Outcome.RESOURCE_LIMIT
    return cut_short(grading.report(exceeded), exceeded)  # only here: by now the exception has let go of its frames


def checks_of(exercise: Exercise, code: CodeType | None = None) -> list[Check]:
    """Return what an exercise is judged by: its `checks.py`, or what its kind has instead. Raises `ExerciseError`.

    `code` is its `checks.py`, compiled already.
    """
    own = OWN_CHECKS.get(exercise.kind)
    return load_checks(exercise.path, exercise.checks, code=code) if own is None else own(exercise)
