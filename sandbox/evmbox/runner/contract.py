"""Kind `contract`: the submitted contract is deployed once, and every check starts from the chain as it is then."""

from evmbox.compiler import Compilation, Compiler
from evmbox.exercise import Exercise
from evmbox.report import Report
from evmbox.runner.choosing import choose
from evmbox.runner.grading import Grading, Refusal
from evmbox.runner.stages import deploy, open_chain, run_checks
from evmbox.runner.submission import NO_HELPERS, Submission


def prepare(exercise: Exercise, source: str, compiler: Compiler) -> Submission:
    """Compile a submission with the exercise's own files in reach of its imports, and the checks' own contracts."""
    compilation = compiler.compile(source, extra_sources=exercise.extra_sources)
    return Submission(source, compilation, compile_helpers(exercise, compiler) if compilation.ok else NO_HELPERS)


def judge(grading: Grading) -> Report:
    """Deploy the contract that the exercise names, and run every check on it."""
    chosen = choose(grading.exercise, grading.submission.compilation, grading.submission.source)
    if isinstance(chosen, Refusal):
        return grading.refuse(chosen)
    chain = open_chain(grading)
    contract = deploy(grading, chain, chosen, *grading.exercise.constructor)
    if isinstance(contract, Refusal):
        return grading.refuse(contract)
    return run_checks(grading, chain, contract)


def compile_helpers(exercise: Exercise, compiler: Compiler) -> Compilation:
    """Compile the contracts that an exercise's checks deploy themselves; an empty compilation where there are none."""
    if exercise.helpers is None:
        return NO_HELPERS
    return compiler.compile(exercise.helpers, extra_sources=exercise.extra_sources)
