"""What a chain is asked to run, with the words that tell a learner about it."""

from dataclasses import dataclass

from evmbox.chain.abi import Function, Interface
from evmbox.chain.accounts import Account


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
