"""The kinds of exercises that can be graded: for each, how a submission is prepared and how it is judged."""

from collections.abc import Callable, Mapping
from typing import Protocol

from evmbox.checks import Check
from evmbox.compiler import Compiler
from evmbox.exercise import Exercise, Kind
from evmbox.report import Report
from evmbox.runner import bytecode, challenge, contract, gas, predict, tests
from evmbox.runner.grading import Grading
from evmbox.runner.submission import Submission


class KindModule(Protocol):
    """What the module of a kind offers."""

    def prepare(self, exercise: Exercise, source: str, compiler: Compiler) -> Submission:
        """Compile what a submission needs, on the trusted side. A learner's mistake is data in what is returned."""

    def judge(self, grading: Grading) -> Report:
        """Run the submission of a grading and return the verdict. `TimeUp` and `EXHAUSTED` pass through."""


KINDS: Mapping[Kind, KindModule] = {
    Kind.CONTRACT: contract,
    Kind.CHALLENGE: challenge,
    Kind.TESTS: tests,
    Kind.PREDICT: predict,
    Kind.GAS: gas,
    Kind.BYTECODE: bytecode,
}

OWN_CHECKS: Mapping[Kind, Callable[[Exercise], list[Check]]] = {Kind.TESTS: tests.checks}
"""What is judged in the kinds that have no `checks.py`."""
