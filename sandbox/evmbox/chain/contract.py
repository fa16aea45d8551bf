"""A contract on a chain, with its functions as methods."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from evmbox.chain.abi import Function, Interface, Mismatch, encode, width
from evmbox.chain.accounts import Account, Addressed
from evmbox.chain.errors import MissingFunction
from evmbox.chain.receipts import Receipt
from evmbox.chain.requests import Request, wei
from evmbox.chain.units import in_words
from evmbox.chain.words import show_all

if TYPE_CHECKING:
    from evmbox.chain.chain import Chain

Sender = Account | str | None
"""Who sends: an account, its name, or None for Alice."""


MAX_LISTED = 12
"""How many functions a message names."""


class Artifact(Protocol):
    """A compiled contract, as far as a chain needs it."""

    @property
    def name(self) -> str:
        """The contract's name."""

    @property
    def abi(self) -> Sequence[Mapping[str, Any]]:
        """The JSON ABI."""

    @property
    def creation(self) -> bytes:
        """Creation bytecode, without constructor arguments."""


class Contract(Addressed):
    """A contract that was deployed.

    `contract.f(1, 2, sender=chain.bob, value=ether(1))` calls the function `f` as its ABI says: a `view` or `pure`
    function that returns something gives its value; any other is a transaction and gives a `Receipt`. Arguments go
    by the ABI's types; an account or a contract is an address, a tuple, list or dict a struct. Without a `sender` it
    is Alice. A function that is missing or takes other arguments raises `MissingFunction`.

    Three forms don't depend on what the learner wrote: `call` (and `read`, the same) always reads, `send` always
    sends. They take a name or, where there are overloads, a signature: `contract.call("at(uint256)", 3)`. They also
    reach functions that are named like something of this class: `address`, `abi`, `balance`, `call`, `has`, ….
    """

    def __init__(self, chain: "Chain", address: str, artifact: Artifact, deployment: Receipt | None = None) -> None:
        super().__init__(chain, address)
        self._target = Target(chain, address, Interface(artifact.abi))
        self._artifact = artifact
        self._deployment = deployment

    @property
    def abi(self) -> Sequence[Mapping[str, Any]]:
        """The JSON ABI."""
        return self._artifact.abi

    @property
    def artifact(self) -> Artifact:
        """What it was deployed from; `chain.deploy(contract.artifact)` makes another."""
        return self._artifact

    @property
    def deployment(self) -> Receipt | None:
        """The receipt of its deployment; None where another contract made it."""
        return self._deployment

    def call(self, function: str, *args: Any, sender: Sender = None, value: int = 0, gas: int | None = None) -> Any:
        """Run a function without a transaction, keep nothing of it, and return its value."""
        return self._target.read(function, args, Terms(sender, value, gas))

    read = call

    def send(self, function: str, *args: Any, sender: Sender = None, value: int = 0, gas: int | None = None) -> Receipt:
        """Send a transaction to a function, whatever it promises, and return its receipt."""
        return self._target.send(function, args, Terms(sender, value, gas))

    def has(self, function: str) -> bool:
        """Tell whether the contract has a function of this name or signature (`set(uint256)`)."""
        return bool(self._target.interface.named(function))

    def __getattr__(self, name: str) -> "Method":
        if name.startswith("_") and (name == "_target" or not self.has(name)):
            raise AttributeError(name)
        return Method(self._target, name)

    def __repr__(self) -> str:
        return self._target.title


@dataclass(frozen=True)
class Terms:
    """Who calls, with how much wei, and with how much gas."""

    sender: Sender
    value: int
    gas: int | None


@dataclass(frozen=True)
class Method:
    """A function of a contract by its name, whether or not the contract has it: calling it finds that out."""

    target: "Target"
    name: str

    def __call__(self, *args: Any, sender: Sender = None, value: int = 0, gas: int | None = None) -> Any:
        """Read a value from a `view` or `pure` function; send a transaction to any other and return its receipt."""
        return self.target.use(self.name, args, Terms(sender, value, gas))


@dataclass(frozen=True)
class Target:
    """A contract as it is called: where it is and what its ABI says."""

    chain: "Chain"
    address: str
    interface: Interface

    @property
    def title(self) -> str:
        """What a learner knows it as."""
        return self.chain.name_of(self.address) or self.address

    def use(self, name: str, args: Sequence[Any], terms: Terms) -> Any:
        """Call a function as its ABI says."""
        function, data = self._choose(name, args)
        reads = function.gives_a_value
        return self._read(function, data, args, terms) if reads else self._send(function, data, args, terms)

    def read(self, name: str, args: Sequence[Any], terms: Terms) -> Any:
        """Call a function and return its value."""
        function, data = self._choose(name, args)
        return self._read(function, data, args, terms)

    def send(self, name: str, args: Sequence[Any], terms: Terms) -> Receipt:
        """Send a transaction to a function."""
        function, data = self._choose(name, args)
        return self._send(function, data, args, terms)

    def _read(self, function: Function, data: bytes, args: Sequence[Any], terms: Terms) -> Any:
        return function.result(self.chain.look(self._request(function, data, args, terms)))

    def _send(self, function: Function, data: bytes, args: Sequence[Any], terms: Terms) -> Receipt:
        return self.chain.execute(self._request(function, data, args, terms))

    def _request(self, function: Function, data: bytes, args: Sequence[Any], terms: Terms) -> Request:
        sender = self.chain.sender(terms.sender)
        where = "" if self.chain.is_submission(self.address) else f" of {self.title}"
        paying = f", sending {in_words(wei(terms.value))}" if terms.value else ""
        refuses_ether = terms.value and not function.payable
        return Request(
            sender=sender,
            to=self.address,
            data=data,
            value=terms.value,
            gas=terms.gas,
            action=f"{sender!r} called `{function.name}({show_all(args, self.chain.name_of)})`{where}{paying}",
            interface=self.interface,
            function=function,
            advice=f"`{function.signature}` isn't `payable`, so it can't take ether." if refuses_ether else None,
        )

    def _choose(self, name: str, args: Sequence[Any]) -> tuple[Function, bytes]:
        """Return the function that is meant and its calldata; of several that fit, the one of the widest types."""
        fitting: list[tuple[Function, bytes]] = []
        reasons: list[str] = []
        candidates = self.interface.named(name)
        for function in candidates:
            try:
                fitting.append((function, function.selector + encode(function.inputs, args, self.chain.address_of)))
            except Mismatch as mismatch:
                reasons.append(str(mismatch))
        if not fitting:
            raise MissingFunction(self._missing(name, args, candidates, reasons))
        return max(fitting, key=lambda chosen: width(chosen[0].inputs))

    def _missing(self, name: str, args: Sequence[Any], candidates: Sequence[Function], reasons: Sequence[str]) -> str:
        title = self.title[0].upper() + self.title[1:]
        wanted = name if "(" in name else f"{name}({show_all(args, self.chain.name_of)})"
        if candidates:
            why = reasons[0] if len(reasons) == 1 else "none of them takes that"
            return f"{title} can't be called as `{wanted}`: it has {_list(candidates)}, and {why}."
        if not self.interface.functions:
            return f"{title} has no function `{wanted}`. It has no `public` or `external` function at all."
        names = {each.name.lower(): each.name for each in self.interface.functions}
        close = difflib.get_close_matches(name.partition("(")[0].lower(), names, n=1, cutoff=0.75)
        hint = f"Did you mean `{names[close[0]]}`?" if close else "Is it marked `public` or `external`?"
        return f"{title} has no function `{wanted}`. It has {_list(self.interface.functions)}. {hint}"


def _list(functions: Sequence[Function]) -> str:
    shown = [f"`{each.declaration}`" for each in functions[:MAX_LISTED]]
    more = len(functions) - len(shown)
    return ", ".join([*shown, *([f"and {more} more"] if more else [])])
