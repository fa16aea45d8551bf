"""Proves an exercise: that its checks accept what is right and refuse what is wrong, file by file. As data.

A mistake that learners make is held against the check that must catch it, a check against the task it names, and all
of them against every small change to the solution (`mutants`). What is found may quote the exercise's checks and its
solution: a proof is for its author.
"""

import hashlib
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from pydantic import Field

from evmbox.exercise import CHECKS, MANIFEST, Exercise, Kind, answer_text
from evmbox.pool import Pool
from evmbox.proof.mutants import MIN_KILLED, MUTATED_KINDS, Fate, MutantResult, Mutation, mutate
from evmbox.proof.parallel import in_parallel
from evmbox.report import CheckResult, CheckStatus, Data, Outcome, Report
from evmbox.runner import ignore

__all__ = ["Claim", "Fate", "Graded", "MutantResult", "Mutation", "Proof", "Proving", "Row", "Work", "prove"]

MIN_VARIANTS = 2
MIN_MISTAKES = 4
UNTOUCHED = "nothing done"
"""What a row of a proof calls a challenge that nobody touched."""

SEEDS = (1, 2, 3, 2**128 - 1, 2**255 + 5)
"""A solution must pass for every learner, so it is graded with several seeds."""


class Claim(StrEnum):
    """What a row of a proof is about."""

    STARTER_FAILS = "the starter fails"
    SOLUTION_PASSES = "the solution passes"
    VARIANT_PASSES = "the variant passes"
    MISTAKE_CAUGHT = "the mistake is caught"
    TASKS_NAMED = "each check names a task"
    FAULTS_APART = "faults are told apart"
    ENOUGH_VARIANTS = "enough variants"
    ENOUGH_MISTAKES = "enough mistakes"
    MUTANTS_KILLED = "mutants are killed"
    NO_CHECK_BREAKS = "no check breaks"
    EQUIVALENTS_SURVIVE = "equivalents survive"


class Work(StrEnum):
    """What is being done for a proof."""

    FILES = "grading its files"
    COMPILING = "compiling mutants"
    MUTANTS = "grading mutants"


class Row(Data):
    """One claim about one file or folder: what was expected, what was found, and whether that is as it should be."""

    claim: Claim
    file: str
    expected: str
    found: str
    ok: bool


class Proof(Data):
    """What was proven of an exercise, row by row; `ok` where all of it was."""

    exercise_id: str
    digest: str
    ok: bool
    checks: tuple[str, ...] = Field(default=(), description="the ids of its checks")
    rows: tuple[Row, ...]
    mutation: Mutation | None = Field(default=None, description="None where no mutants were made")


class Proving(Data):
    """How far a proof has come, in submissions of one kind of work."""

    work: Work
    done: int
    total: int


@dataclass(frozen=True)
class _Trial:
    claim: Claim
    file: str
    source: str
    seed: int = SEEDS[0]
    catcher: str | None = None


@dataclass(frozen=True)
class Graded:
    """The verdict on one file, and what broke in the lesson on the way to it, where something did."""

    report: Report
    fault: str | None


def prove(
    exercise: Exercise,
    pool: Pool,
    on_progress: Callable[[Proving], object] = ignore,
    *,
    mutants: bool = True,
    on_row: Callable[[Row], object] = ignore,
    known: MutableMapping[str, Graded] | None = None,
) -> Proof:
    """Grade every file of an exercise, and every mutant of its solution, and return what that proves.

    `on_progress` and `on_row`, which is told of each file's row as soon as it is known, are called in this thread.
    Mutants are left out where they are not wanted, and where the kind of the exercise has none. `known` is what was
    graded before and need not be again while nothing that it depends on changes; what is graded now is added.
    """
    trials = list(_trials(exercise))
    known = {} if known is None else known
    judge = _judged_by(exercise)
    keys = {trial: f"{judge} {hashlib.sha256(trial.source.encode()).hexdigest()} {trial.seed}" for trial in trials}

    def grade(trial: _Trial) -> Graded:
        if (before := known.get(keys[trial])) is not None:
            return before
        faults: list[str] = []
        source = answer_text(exercise, trial.source, trial.seed, file=trial.file)
        report = pool.grade(exercise, source, seed=trial.seed, on_fault=faults.append)
        graded = Graded(report, faults[0] if faults else None)
        if report.versions.exercise == exercise.digest:  # nobody changed the folder meanwhile
            known[keys[trial]] = graded
        return graded

    def tell(trial: _Trial, result: Graded, done: int) -> None:
        on_row(_judge(trial, result))
        on_progress(Proving(work=Work.FILES, done=done, total=len(trials)))

    graded = in_parallel(trials, grade, pool.size, tell)
    rows = [_judge(trial, result) for trial, result in zip(trials, graded, strict=True)]
    checks = next((result.report.checks for result in graded if result.report.checks), ())
    rows += _structure(exercise, checks)
    if exercise.tests is not None:
        rows.append(_apart(graded))
    mutation = None
    if mutants and exercise.kind in MUTATED_KINDS:
        if all(row.ok for row in rows if row.claim is Claim.SOLUTION_PASSES):
            mutation = mutate(
                exercise,
                pool,
                seed=SEEDS[0],
                on_compiled=lambda done, total: on_progress(Proving(work=Work.COMPILING, done=done, total=total)),
                on_graded=lambda done, total: on_progress(Proving(work=Work.MUTANTS, done=done, total=total)),
            )
        rows += _on_mutants(mutation)
    return Proof(
        exercise_id=exercise.id,
        digest=exercise.digest,
        ok=all(row.ok for row in rows),
        checks=tuple(check.id for check in checks),
        rows=tuple(rows),
        mutation=mutation,
    )


def _trials(exercise: Exercise) -> Iterator[_Trial]:
    yield _Trial(Claim.STARTER_FAILS, exercise.starter_file, exercise.starter)
    if exercise.kind is Kind.CHALLENGE:
        yield _Trial(Claim.STARTER_FAILS, UNTOUCHED, '{"steps": []}')
    for seed in SEEDS:
        yield _Trial(Claim.SOLUTION_PASSES, exercise.solution_file, exercise.solution, seed=seed)
    for name, source in exercise.variants.items():
        yield _Trial(Claim.VARIANT_PASSES, f"variants/{name}", source)
    for name, source in exercise.mistake_sources.items():
        yield _Trial(Claim.MISTAKE_CAUGHT, f"mistakes/{name}", source, catcher=exercise.mistakes[name])


def _judged_by(exercise: Exercise) -> str:
    """Digest everything in the folder that a verdict depends on beside the answer itself."""
    digest = hashlib.sha256()
    for file in sorted(exercise.path.rglob("*")):
        name = file.relative_to(exercise.path)
        answers = name.parts[0] in {"variants", "mistakes"} or name.stem in {"starter", "solution"}
        if file.is_file() and not answers and "__pycache__" not in name.parts:
            digest.update(f"{name.as_posix()} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _judge(trial: _Trial, graded: Graded) -> Row:
    report, fault = graded.report, graded.fault
    failed = [check for check in report.checks if check.status is CheckStatus.FAILED]
    match trial.claim:
        case Claim.STARTER_FAILS:
            expected = "it compiles and fails"
            ok = report.outcome in {Outcome.FAILED, Outcome.NO_DEPLOYABLE_CONTRACT}
        case Claim.MISTAKE_CAUGHT:
            expected = f"{trial.catcher} fails"
            ok = trial.catcher in {check.id for check in failed} and fault is None
        case _:
            expected = "every check passes" if trial.seed == SEEDS[0] else f"every check passes with seed {trial.seed}"
            ok = report.outcome is Outcome.PASSED
    found = _found(report, failed, fault)
    if trial.catcher and report.checks and trial.catcher not in {check.id for check in report.checks}:
        found = f"{CHECKS} has no check {trial.catcher}"
    return Row(claim=trial.claim, file=trial.file, expected=expected, found=found, ok=ok)


def _found(report: Report, failed: list[CheckResult], fault: str | None) -> str:
    if fault is not None:
        return f"the lesson is broken: {fault.strip()}"
    if report.outcome is Outcome.COMPILE_ERROR:
        errors = [f"line {each.line}: {each.message}" for each in report.diagnostics if each.severity == "error"]
        return "; ".join(["it does not compile", *errors[:1]])
    if failed and report.outcome is Outcome.FAILED:
        return "; ".join(f"{check.id}: {check.message}" for check in failed)
    return "every check passes" if report.outcome is Outcome.PASSED else f"{report.outcome}: {report.message}"


def _structure(exercise: Exercise, checks: Sequence[CheckResult]) -> Iterator[Row]:
    """Yield what is said about the folder as a whole."""
    strays = [f"{check.id} names task {check.task}" for check in checks if not 1 <= check.task <= len(exercise.tasks)]
    yield Row(
        claim=Claim.TASKS_NAMED,
        file=CHECKS,
        expected=f"each names one of the tasks 1 to {len(exercise.tasks)}",
        found="; ".join(strays) or ("all do" if checks else "no check could be read"),
        ok=bool(checks) and not strays,
    )
    variants, mistakes = (0, len(exercise.questions)) if exercise.review else (MIN_VARIANTS, MIN_MISTAKES)
    for claim, folder, number, least in (
        (Claim.ENOUGH_VARIANTS, "variants/", len(exercise.variants), variants),
        (Claim.ENOUGH_MISTAKES, "mistakes/", len(exercise.mistakes), mistakes),
    ):
        yield Row(claim=claim, file=folder, expected=f"at least {least}", found=str(number), ok=number >= least)


def _apart(graded: Sequence[Graded]) -> Row:
    """Say whether each fault asks for something of its own: whether of any two some file notices one alone."""
    noticed: dict[str, list[bool]] = {}
    for result in graded:
        right, *faults = result.report.checks or (None,)
        if right is not None and right.status is CheckStatus.PASSED:
            for check in faults:
                noticed.setdefault(check.id, []).append(check.status is CheckStatus.PASSED)
    alike = [f"{one} and {other}" for one, other in combinations(noticed, 2) if noticed[one] == noticed[other]]
    return Row(
        claim=Claim.FAULTS_APART,
        file="mutants/",
        expected="of any two, some file notices one alone",
        found="; ".join(f"whoever notices one of {each} notices both" for each in alike)
        or ("all are told apart" if noticed else "no tests were held against them"),
        ok=bool(noticed) and not alike,
    )


def _on_mutants(mutation: Mutation | None) -> Iterator[Row]:
    """Yield what is said about all mutants; None where there are none, since the solution itself fails."""
    killed = survived = equivalent = 0
    if mutation is not None:
        killed, survived, equivalent = (mutation.count(fate) for fate in (Fate.KILLED, Fate.SURVIVED, Fate.EQUIVALENT))
    that_matter = f"{killed} of {len(mutation.mutants) - equivalent} killed" if mutation else "the solution fails"
    yield Row(
        claim=Claim.MUTANTS_KILLED,
        file="solution.sol",
        expected=f"at least {MIN_KILLED:.0%} of those that are not equivalent",
        found=f"{that_matter}, {survived} survived, {equivalent} equivalent" if mutation else that_matter,
        ok=mutation is not None and mutation.killed_share >= MIN_KILLED,
    )
    if mutation is None:
        return
    broken = [mutant for mutant in mutation.mutants if mutant.fate is Fate.BREAKS_A_CHECK]
    yield Row(
        claim=Claim.NO_CHECK_BREAKS,
        file=CHECKS,
        expected="no mutant breaks a check",
        found="; ".join(f"{mutant.before} → {mutant.after}: {mutant.why}" for mutant in broken) or "none does",
        ok=not broken,
    )
    yield Row(
        claim=Claim.EQUIVALENTS_SURVIVE,
        file=MANIFEST,
        expected="each [[equivalent]] names one mutant that survives",
        found="; ".join(mutation.stale) or "each does",
        ok=not mutation.stale,
    )
