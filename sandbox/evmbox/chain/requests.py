"""What a chain is asked to run, with the words that tell a learner about it."""

from dataclasses import dataclass

from evmbox.chain.abi import Function, Interface
from evmbox.chain.accounts import Account
from evmbox.chain.errors import OutOfReach
from evmbox.chain.words import show


@dataclass(frozen=True)
class Request:
    """A call, a transaction, or (without `to`) a deployment.

    `action` says who does what, `advice` what to look at if it reverts without a word. `gas` may be None for the
    chain's own limit.
    """

    sender: Account
    to: str | None
    data: bytes
    value: int
    gas: int | None
    action: str
    interface: Interface | None = None
    function: Function | None = None
    advice: str | None = None


def whole(number: object, what: str) -> int:
    """Return a whole number from 0 on. Raises `OutOfReach` for anything else: it may come from the contract."""
    bool(number)  # a receipt raises here that it is no value
    if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
        return number
    raise OutOfReach(f"{what} was expected, not {show(number)}.")


def wei(amount: object) -> int:
    """Return an amount that is to be sent. Raises `OutOfReach`."""
    return whole(amount, "An amount of wei")
