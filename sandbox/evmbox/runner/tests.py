"""Kind `tests`: a learner's test contract must pass on the right contract, and is worth the wrong ones it notices.

The tests are compiled once, with the version that the learner sees. Every other version takes its place where the tests
create it: see `evmbox.cheats`. A report says how a fault that was missed behaves, in the words of its author, and
never what the faulty version looks like.
"""

from dataclasses import replace

from evmbox.checks import Check
from evmbox.compiler import Compilation, Compiler
from evmbox.exercise import Exercise, UnderTest
from evmbox.report import Report
from evmbox.runner.grading import Grading
from evmbox.runner.submission import Submission

SHOWN = "shown"
REFERENCE = "reference"
MUTANT = "mutants/"

RIGHT = "passes_on_the_right_contract"
"""The id of the check that the tests pass where they must. It is worth nothing: an empty test passes it."""

RIGHT_HINT = "The contract is right here, so it is the test that is not: read once more what the contract promises."


def checks(exercise: Exercise) -> list[Check]:
    """Return what is judged, in order: the right version, then each wrong one. The ids are those of the files."""
    rules = rules_of(exercise)
    title = f"Your tests pass on a correct `{rules.target}`"
    right = Check(RIGHT, title, 1, 0, RIGHT_HINT, _not_run, takes_contract=False)
    faults = [
        Check(
            _id(name),
            f"Your tests notice fault {number}",
            fault.task,
            fault.points,
            fault.hint,
            _not_run,
            takes_contract=False,
        )
        for number, (name, fault) in enumerate(rules.faults.items(), start=1)
    ]
    return [right, *faults]


def prepare(exercise: Exercise, source: str, compiler: Compiler) -> Submission:
    """Compile the tests with the version they see, and every version by itself, as that one was compiled."""
    compilation = compiler.compile(source, extra_sources=exercise.importable, details=True)
    if not compilation.ok or compilation.details is None:
        return Submission(source, compilation)
    compilation = replace(compilation, details=replace(compilation.details, asts={}))  # which are large
    others = _versions(exercise, compiler, optimize=False)
    if not _embedded(compilation, others[SHOWN]):
        optimized = _versions(exercise, compiler, optimize=True)
        if _embedded(compilation, optimized[SHOWN]):
            others = optimized
    return Submission(source, compilation, others=others)


def judge(grading: Grading) -> Report:
    """Run the tests on the right version; where they pass, on each wrong one until one fails."""
    from evmbox.runner.suites import judge_tests  # noqa: PLC0415 - half a second that only a chain costs

    return judge_tests(grading)


def _versions(exercise: Exercise, compiler: Compiler, *, optimize: bool) -> dict[str, Compilation]:
    shown_file = f"{rules_of(exercise).target}.sol"
    sources = {SHOWN: exercise.extra_sources[shown_file]}
    if exercise.reference is not None:
        sources[REFERENCE] = exercise.reference
    sources |= {f"{MUTANT}{name}": text for name, text in exercise.mutants.items()}
    others = {name: text for name, text in exercise.extra_sources.items() if name != shown_file}
    return {
        name: replace(compiler.compile(text, extra_sources=others, optimize=optimize), abis={})
        for name, text in sources.items()
    }


def _embedded(tests: Compilation, shown: Compilation) -> bool:
    """Tell whether the tests carry a contract's creation code just as it was compiled by itself."""
    carried = [each.creation for each in tests.artifacts.values()]
    return any(each.creation and any(each.creation in code for code in carried) for each in shown.artifacts.values())


def _id(name: str) -> str:
    return name.removesuffix(".sol").replace("-", "_")


def rules_of(exercise: Exercise) -> UnderTest:
    """Return what the tests of an exercise of this kind are held against."""
    if exercise.tests is None:
        raise AssertionError("an exercise of kind 'tests' has rules for them")
    return exercise.tests


def _not_run(_: object) -> None:
    """Stand for a check whose work is done elsewhere."""
