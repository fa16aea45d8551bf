"""Proves by mutants: makes every small change to the solution and finds out which of them the checks refuse.

A mutant that is no more than the solution in other bytecode is counted as equivalent by itself: where the optimizer
makes the same code of both. The others that survive show a check that is missing, or are listed by the author.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat

from pydantic import Field

from evmbox.compiler import SOURCE_NAME, Compilation
from evmbox.errors import EvmboxError
from evmbox.exercise import Equivalent, Exercise, Kind
from evmbox.mutate import Mutant, mutants_of, one_line
from evmbox.pool import Pool
from evmbox.proof.parallel import in_parallel
from evmbox.report import CheckStatus, Data, Outcome, Report

MUTATED_KINDS = frozenset({Kind.CONTRACT, Kind.GAS})
"""The kinds whose solution is a Solidity source that checks judge."""

MIN_KILLED = 0.95
SAME_CODE = "the optimizer makes the same code of it as of the solution"

OnDone = Callable[[int, int], object]


class Fate(StrEnum):
    """What became of a mutant. Where a check breaks on it, neither the mutant nor the check is of any use."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    BREAKS_A_CHECK = "breaks a check"


class MutantResult(Data):
    """One mutant of the solution and what became of it. `before` and `after` name the change, `diff` shows it."""

    operator: str
    function: str
    line: int = Field(description="1-based, in the solution")
    before: str
    after: str
    diff: str
    fate: Fate
    why: str = Field(description="what refused it, why it is equivalent, or what broke")


class Mutation(Data):
    """Every mutant of a solution that compiles and is a program of its own, and the entries that name none of them."""

    mutants: tuple[MutantResult, ...]
    stale: tuple[str, ...] = Field(default=(), description="what is wrong with [[equivalent]] entries")

    def count(self, fate: Fate) -> int:
        """Return how many ended like this."""
        return sum(mutant.fate is fate for mutant in self.mutants)

    @property
    def killed_share(self) -> float:
        """The share of the mutants that are not equivalent that were killed; 1 where there are none."""
        that_matter = len(self.mutants) - self.count(Fate.EQUIVALENT)
        return self.count(Fate.KILLED) / that_matter if that_matter else 1.0


@dataclass(frozen=True)
class _Verdict:
    fate: Fate
    why: str


def mutate(exercise: Exercise, pool: Pool, *, seed: int, on_compiled: OnDone, on_graded: OnDone) -> Mutation:
    """Grade the mutants of a solution that passes. The callbacks are called in this thread."""
    compiled = pool.compile(exercise.solution, details=True, extra_sources=exercise.extra_sources)
    if compiled.details is None:
        return Mutation(mutants=())
    mutants = mutants_of(exercise.solution, compiled.details.asts[SOURCE_NAME])

    def compile_one(mutant: Mutant) -> Compilation:
        return _compiled(exercise, mutant.source, pool)

    compilations = in_parallel(mutants, compile_one, pool.size, lambda _, __, done: on_compiled(done, len(mutants)))
    alive = list(_distinct(compiled, mutants, compilations))

    def grade_one(mutant: Mutant) -> _Verdict:
        return _grade(exercise, mutant, pool, seed)

    verdicts = in_parallel(alive, grade_one, pool.size, lambda _, __, done: on_graded(done, len(alive)))
    fates = dict(zip(alive, verdicts, strict=True))
    survivors = [mutant for mutant, verdict in fates.items() if verdict.fate is Fate.SURVIVED]
    stale: list[str] = []
    for entry in exercise.equivalent:
        named = [mutant for mutant in survivors if _names(entry, mutant)]
        stale += _wrong_with(entry, named, fates)
        fates |= dict(zip(named, repeat(_Verdict(Fate.EQUIVALENT, entry.reason)), strict=False))
    left = [mutant for mutant in survivors if fates[mutant].fate is Fate.SURVIVED]
    if left:
        fates |= dict.fromkeys(_same_code(exercise, left, pool), _Verdict(Fate.EQUIVALENT, SAME_CODE))
    return Mutation(mutants=tuple(_result(mutant, fates[mutant]) for mutant in alive), stale=tuple(stale))


def _compiled(exercise: Exercise, source: str, pool: Pool, *, optimize: bool = False) -> Compilation:
    """Compile one source. Raises `EvmboxError` where a limit ended it: that says nothing about the source."""
    compilation = pool.compile(source, optimize=optimize, extra_sources=exercise.extra_sources)
    if compilation.outcome not in {None, Outcome.COMPILE_ERROR}:
        raise EvmboxError(f"A mutant could not be compiled: {compilation.message} Try again later.")
    return compilation


def _distinct(
    solution: Compilation, mutants: Sequence[Mutant], compilations: Sequence[Compilation]
) -> Iterator[Mutant]:
    """Yield the mutants that compile, of several with the same code the first."""
    seen = {_code(solution)}
    for mutant, compilation in zip(mutants, compilations, strict=True):
        if compilation.ok and (code := _code(compilation)) not in seen:
            seen.add(code)
            yield mutant


def _code(compilation: Compilation) -> str:
    """Return what can be seen of a compilation from outside: bytecode and interface of each contract."""
    return json.dumps([[each.name, each.creation.hex(), each.abi] for each in compilation.artifacts.values()])


def _grade(exercise: Exercise, mutant: Mutant, pool: Pool, seed: int) -> _Verdict:
    faults: list[str] = []
    report = pool.grade(exercise, mutant.source, seed=seed, on_fault=faults.append, to_the_end=False)
    if report.outcome is Outcome.LESSON_BROKEN:
        return _Verdict(Fate.BREAKS_A_CHECK, "; ".join(fault.strip() for fault in faults))
    if report.outcome is Outcome.PASSED:
        return _Verdict(Fate.SURVIVED, "every check passes")
    return _Verdict(Fate.KILLED, _killer(report))


def _killer(report: Report) -> str:
    failed = next((check for check in report.checks if check.status is CheckStatus.FAILED), None)
    return f"{failed.id}: {failed.message}" if failed else f"{report.outcome}: {report.message}"


def _names(entry: Equivalent, mutant: Mutant) -> bool:
    change = (mutant.operator, mutant.before, mutant.after)
    wanted = (entry.operator, one_line([entry.before]), one_line([entry.after]))
    return change == wanted and entry.function in {None, mutant.function}


def _wrong_with(entry: Equivalent, named: Sequence[Mutant], fates: dict[Mutant, _Verdict]) -> Iterator[str]:
    what = f"{entry.operator}: {entry.before} → {entry.after or 'nothing'}"
    if len({mutant.function for mutant in named}) > 1:
        functions = " and ".join(f'"{mutant.function}"' for mutant in named)
        yield f"{what} is a change in {functions}; say with `function = …` which is meant"
    if not named:
        known = [verdict.why for mutant, verdict in fates.items() if _names(entry, mutant)]
        yield f"{what} is refused ({known[0]}); remove the entry" if known else f"{what} is no mutant; remove the entry"


def _same_code(exercise: Exercise, mutants: Sequence[Mutant], pool: Pool) -> Iterator[Mutant]:
    def optimized(source: str) -> Compilation:
        return _compiled(exercise, source, pool, optimize=True)

    solution = optimized(exercise.solution)
    if not solution.ok:
        return  # what the optimizer can't compile says nothing about what is equal
    for mutant in mutants:
        compilation = optimized(mutant.source)
        if compilation.ok and _code(compilation) == _code(solution):
            yield mutant


def _result(mutant: Mutant, verdict: _Verdict) -> MutantResult:
    return MutantResult(
        operator=mutant.operator,
        function=mutant.function,
        line=mutant.line,
        before=mutant.before,
        after=mutant.after,
        diff=mutant.diff,
        fate=verdict.fate,
        why=verdict.why,
    )
