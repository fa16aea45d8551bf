"""What a learner's contract can do wrong on a chain, as exceptions that fail the check they are raised in.

LearnerError                 a sentence for the learner
├── MissingFunction          the contract has no such function, or it takes other arguments
├── BadReturn                what came back does not fit the types the function declares
├── NotAValue                a transaction was used where a value was expected: a forgotten `view`
├── OutOfReach               the check can't go on with what the contract gave it, such as a time in the past
└── ExecutionError           a call, transaction or deployment that ended without success
    ├── Reverted             by REVERT: custom error, reason, panic, or nothing
    └── OutOfGas             it used up its gas

`str()` of an `ExecutionError` says what happened; its `explanation` also says who called what.
"""

from collections.abc import Mapping
from typing import Any

from evmbox.chain.engine import Ending


class LearnerError(Exception):
    """Something a learner's contract did, or lacks, that a check can't accept."""

    @property
    def explanation(self) -> str:
        """The whole story in a sentence or two, for the learner."""
        return str(self)


class MissingFunction(LearnerError):
    """The contract has no function of that name, or none that takes these arguments."""


class BadReturn(LearnerError):
    """The bytes that came back can't be read as the types that the function declares."""


class NotAValue(LearnerError):
    """A transaction was used as a value; the function is probably meant to be `view`."""


class OutOfReach(LearnerError):
    """The chain can't do what a check asked of it with a value that came from the contract."""


class ExecutionError(LearnerError):
    """A call, transaction or deployment ended without success, and changed nothing.

    `action` says who did what ("Bob called `withdraw()`"), `advice` what a beginner should look at first.
    """

    def __init__(self, words: str, *, ending: Ending) -> None:
        super().__init__(words)
        self.ending = ending
        self.action = ""
        self.advice: str | None = None

    @property
    def predicate(self) -> str:
        """What happened, to go on a sentence with: 'ran out of gas (3,000,000 were given)'."""
        return str(self)

    @property
    def explanation(self) -> str:
        """Who did what, what happened, and what to look at."""
        sentence = f"{self.action}, and it {self.predicate}."
        return f"{sentence} {self.advice}" if self.advice else sentence


class Reverted(ExecutionError):
    """The contract reverted.

    One of these is set, or none where it gave no reason: `error` and `arguments` (by name) for a custom error,
    `reason` for `require` and `revert` with a text, `panic` for Solidity's own checks. `data` is what came back.
    """

    def __init__(
        self,
        words: str,
        *,
        data: bytes,
        reason: str | None = None,
        error: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        panic: int | None = None,
    ) -> None:
        super().__init__(words, ending=Ending.REVERTED)
        self.data = data
        self.reason = reason
        self.error = error
        self.arguments: dict[str, Any] = dict(arguments or {})
        self.panic = panic

    @property
    def predicate(self) -> str:
        """What happened: 'reverted with NotOwner(caller=Bob)', 'panicked: division by zero (0x12)'."""
        return f"reverted with {self}" if self.error else str(self)


class OutOfGas(ExecutionError):
    """A call, transaction or deployment used up the gas it was given."""
