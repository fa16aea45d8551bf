"""Invariants of a test contract: what must hold after whatever anybody does, tried with calls drawn at random.

As in Foundry: a function whose name begins with `invariant` is called after each of a row of calls to the contracts
that `setUp` made, or to those alone that it named with `targetContract(…)`. The calls come from the chain's accounts,
carry no ether, and may revert.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evmbox.chain import Contract
from evmbox.chain.abi import Function, Interface
from evmbox.cheats.drawing import draw

ROWS = 10
"""How many rows of calls are tried, each from what `setUp` left."""

CALLS = 25
"""How many calls a row has."""

NAMED = "targetContracts()"


@dataclass(frozen=True)
class Call:
    """One call of a row: by whom, of which function of which contract, with what."""

    sender: str
    target: Contract
    function: Function
    args: tuple[Any, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Which function of which contract it is."""
        return self.target.address, self.function.signature

    def send(self) -> None:
        """Make the call. Raises `LearnerError` where it reverts."""
        self.target.send(self.function.signature, *self.args, sender=self.sender)


def is_invariant(function: Function) -> bool:
    """Tell whether a function of a test contract is an invariant."""
    return function.name.startswith("invariant")


def targets(contract: Contract, made: Sequence[Contract]) -> list[Contract]:
    """Return the contracts that are called: those that the tests named, or all that were made."""
    if not contract.has(NAMED):
        return list(made)
    named = contract.call(NAMED)
    return [each for each in made if each.address in named] if named else list(made)


def rows(called: Sequence[Contract], *, seed: int, senders: Sequence[str], pool: Sequence[str]) -> Iterator[list[Call]]:
    """Yield rows of calls, the same ones for every version of a contract; none where there is nothing to call."""
    functions = [
        (target, function)
        for target in called
        for function in Interface(target.abi).functions
        if function.mutability not in {"view", "pure"}
    ]
    numbers = random.Random(f"{seed} invariants")  # noqa: S311 - to be the same again, not to be secret
    for _ in range(ROWS if functions else 0):
        yield [_call(*numbers.choice(functions), numbers, senders, pool) for _ in range(CALLS)]


def _call(
    target: Contract, function: Function, numbers: random.Random, senders: Sequence[str], pool: Sequence[str]
) -> Call:
    args = tuple(draw(each, numbers, pool) for each in function.inputs)
    return Call(numbers.choice(senders), target, function, args)
