"""A measure: a function that has a contract work, and counts the gas that this takes."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from evmbox.chain import Chain, Contract, listening
from evmbox.checks.check import Check, check


@dataclass(frozen=True)
class Work:
    """What a contract's work took: gas, and bytes of calldata other than 0, which cost more than a 0."""

    gas: int
    calldata_bytes: int


@dataclass(frozen=True)
class Measure(Check):
    """A check whose points are for meeting a budget of gas."""

    def work(self, chain: Chain, contract: Contract) -> Work:
        """Have the contract work, tell what it took, and leave the chain as it was.

        Raises `CheckFailed` where the contract does it wrong, `ExerciseError` where the measure itself is broken.
        """
        counted: list[Work] = []

        @functools.wraps(self.function)
        def count(*known: Any) -> None:
            with listening() as actions:
                returned = self.function(*known)
            sent = [action.receipt for action in actions if action.receipt is not None]
            gas = returned if isinstance(returned, int) else sum(receipt.gas_used for receipt in sent)
            counted.append(Work(gas, sum(len(receipt.calldata.replace(b"\0", b"")) for receipt in sent)))

        replace(self, function=count).run(chain, contract)
        return counted[0]


def measure(
    title: str, *, task: int, points: float = 1, hint: str | None = None
) -> Callable[[Callable[..., object]], Measure]:
    """Make a measure of a function `(chain, contract)`. Its id is the function's name.

        @measure("Ten members join", task=3, points=3)
        def ten_join(chain, contract):
            contract.join(chain.number("first", 1, 2**64), sender=chain.bob)

    What counts is the gas of all its transactions, or the number it returns. It should also say what the work must
    come to, with `expect_equal` and the like: a contract that does it wrong has no score.
    """

    def decorate(function: Callable[..., object]) -> Measure:
        made = check(title, task=task, points=points, hint=hint)(function)
        return Measure(**vars(made))

    return decorate
