"""What a lesson author writes against: checks that judge what a contract does, never how it is written.

    @check("Only the owner can withdraw", task=3, points=2, hint="Who is msg.sender here?")
    def only_owner_withdraws(chain, contract):
        contract.tip("thanks", sender=chain.alice, value=ether(1))
        with reverts("NotOwner", caller=chain.bob):
            contract.withdraw(sender=chain.bob)
        expect_equal(contract.balance, ether(1), "the ether in the jar")

A check passes if it returns. It fails, with a message for the learner, by `CheckFailed`, by `assert`, and by whatever
the contract does wrong (`LearnerError`). Any other exception is the lesson's own fault. Each check starts from the
chain as it was after the deployment.
"""

from evmbox.chain import (
    BadReturn,
    ExecutionError,
    LearnerError,
    MissingFunction,
    NotAValue,
    OutOfGas,
    OutOfReach,
    Reverted,
    ether,
    gwei,
)
from evmbox.checks.answer import Answer, answer, would_revert
from evmbox.checks.check import Check, check
from evmbox.checks.draws import addresses, given, integers, text
from evmbox.checks.expectations import CheckFailed, emits, expect_equal, reverts
from evmbox.checks.loading import load_checks
from evmbox.checks.measure import Measure, measure

__all__ = [
    "Answer",
    "BadReturn",
    "Check",
    "CheckFailed",
    "ExecutionError",
    "LearnerError",
    "Measure",
    "MissingFunction",
    "NotAValue",
    "OutOfGas",
    "OutOfReach",
    "Reverted",
    "addresses",
    "answer",
    "check",
    "emits",
    "ether",
    "expect_equal",
    "given",
    "gwei",
    "integers",
    "load_checks",
    "measure",
    "reverts",
    "text",
    "would_revert",
]
