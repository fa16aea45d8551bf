"""What happened on a chain while a check ran, action by action, and what could be seen of the contract after each.

It is written at the engine, below all words: so the same check on two contracts can be held side by side.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from eth_typing import Address

from evmbox.chain.abi import Function, Interface, Undecodable, checksummed, decode, encode
from evmbox.chain.engine import Ending, Engine, Execution, Message
from evmbox.chain.recorder import Recording, Wanted, recording

MAX_ENTRIES = 2_000
"""Actions that are written down; a check that draws its inputs does a few hundred."""

MAX_LOOKS = 4_000
"""Reads of the contract's own functions in one transcript."""

MAX_LOOKS_AT_ONCE = 24
MAX_STEPS = 100_000
STEPS_ONLY = Wanted(steps=MAX_STEPS)
LOOK_GAS = 200_000
"""Gas for one of them: enough to read, too little to stop the clock."""

MAX_PEOPLE = 6
MAX_WORDS = 4
"""Numbers, and byte strings, that are remembered from calldata to look things up by."""


@dataclass(frozen=True)
class Look:
    """A read of one of the contract's own functions: which, with which arguments, and what came back."""

    function: Function
    args: tuple[Any, ...]
    ending: Ending
    output: bytes


@dataclass(frozen=True)
class Entry:
    """One thing that was done: the message, how it ended, and what was to be seen afterwards.

    `balances` are wei by address: of the accounts and the contracts that take part. `looks` and `balances` are empty
    after a mere call. `waited` are the seconds that the clock was moved just before, `undone_at` is the place at which
    the chain went back to what was before; None where it never did.
    """

    message: Message
    is_transaction: bool
    execution: Execution
    balances: dict[Address, int] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()
    waited: int = 0
    undone_at: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What was recorded of one action, and the slots that each look read afterwards, by its place among the looks."""

    recording: Recording
    slots: Sequence[frozenset[tuple[bytes, int]]]
    gas_used: int | None = None


class Enough(BaseException):
    """What was to be recorded has been; the check need not go on."""


class WatchedEngine:
    """An engine that writes a transcript of all that a chain does on it, and otherwise is the engine it was given.

    `functions` are those of the submission that are looked at after each transaction; only ones that read are taken.
    The action at the place `record_at` is recorded, and then everything ends with `Enough`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        accounts: Sequence[Address],
        functions: Sequence[Function],
        record_at: int | None = None,
        wanted: Wanted = STEPS_ONLY,
    ) -> None:
        self.entries: list[Entry] = []
        self.evidence: Evidence | None = None
        self.engine = engine
        self._record_at = record_at
        self._wanted = wanted
        self._watched = dict.fromkeys(accounts)
        readers = [each for each in functions if each.mutability == "view" and each.outputs and _simple(each)]
        self._readers = sorted(readers, key=lambda each: len(each.inputs))  # the many ways to ask for a pair come last
        self._selectors = {each.selector: each for each in functions}
        self._submission: Address | None = None
        self._looks_left = MAX_LOOKS
        self._waited = 0
        self._marks: list[tuple[Any, int]] = []
        self._known: dict[str, dict[Any, None]] = {"address": dict.fromkeys(accounts)}

    @property
    def state_class(self) -> Any:
        """py-evm's state class of the engine."""
        return self.engine.state_class

    @property
    def timestamp(self) -> int:
        """Unix time of the next block."""
        return self.engine.timestamp

    @property
    def block_number(self) -> int:
        """Number of the next block."""
        return self.engine.block_number

    def transact(self, message: Message) -> Execution:
        """Run the message as a transaction, and write it down."""
        with self._recorded() as recording:
            execution = self.engine.transact(message)
        if execution.created is not None:
            self._watched[execution.created] = None
            self._submission = self._submission or execution.created
        self._learn(message)
        if recording is not None:
            self.evidence = Evidence(recording, tuple(self._slots_read()), execution.gas_used)
            raise Enough
        if len(self.entries) < MAX_ENTRIES:
            balances = {address: self.engine.balance(address) for address in self._watched}
            looks = tuple(self._look())
            self.entries.append(Entry(message, True, execution, balances, looks, waited=self._take_wait()))
        return execution

    def call(self, message: Message) -> Execution:
        """Run the message and keep nothing of it but what it gave."""
        with self._recorded() as recording:
            execution = self.engine.call(message)
        if recording is not None:
            self.evidence = Evidence(recording, ())
            raise Enough
        if len(self.entries) < MAX_ENTRIES:
            self.entries.append(Entry(message, False, execution, waited=self._take_wait()))
        return execution

    def mine(self) -> None:
        """Seal an empty block."""
        self.engine.mine()

    def warp(self, timestamp: int) -> None:
        """Give the next block this time."""
        self._waited += timestamp - self.engine.timestamp
        self.engine.warp(timestamp)

    def balance(self, address: Address) -> int:
        """Return the balance in wei."""
        return self.engine.balance(address)

    def code(self, address: Address) -> bytes:
        """Return the runtime bytecode."""
        return self.engine.code(address)

    def storage(self, address: Address, slot: int) -> int:
        """Return one storage word."""
        return self.engine.storage(address, slot)

    def snapshot(self) -> Any:
        """Return a mark to go back to."""
        mark = self.engine.snapshot()
        self._marks.append((mark, len(self.entries)))
        return mark

    def revert(self, mark: Any) -> None:
        """Go back to a mark."""
        self.engine.revert(mark)
        now, self._waited = len(self.entries), 0
        begun = next((place for known, place in reversed(self._marks) if known is mark or known == mark), now)
        for place in range(begun, now):
            if self.entries[place].undone_at is None:
                self.entries[place] = replace(self.entries[place], undone_at=now)

    def _take_wait(self) -> int:
        waited, self._waited = self._waited, 0
        return waited

    @contextmanager
    def _recorded(self) -> Iterator[Recording | None]:
        if len(self.entries) != self._record_at:
            yield None
            return
        with recording(self.engine, self._wanted) as what:
            yield what

    def _look(self) -> Iterator[Look]:
        for function, args, message in self._reads():
            seen = self.engine.call(message)
            yield Look(function, args, seen.ending, seen.output)

    def _slots_read(self) -> Iterator[frozenset[tuple[bytes, int]]]:
        for _, _, message in self._reads():
            with recording(self.engine) as what:
                self.engine.call(message)
            yield frozenset((what.frames[each.frame].storage, each.slot) for each in what.accesses)

    def _reads(self) -> Iterator[tuple[Function, tuple[Any, ...], Message]]:
        """Give the reads that are to be made of the submission now."""
        if self._submission is None:
            return
        left, sender = MAX_LOOKS_AT_ONCE, next(iter(self._watched))
        for function in self._readers:
            for args in product(*(self._candidates(each.type) for each in function.inputs)):
                if left == 0 or self._looks_left == 0:
                    return
                left, self._looks_left = left - 1, self._looks_left - 1
                data = function.selector + encode(function.inputs, args, _as_text)
                yield function, args, Message(sender, self._submission, data, 0, LOOK_GAS)

    def _candidates(self, kind: str) -> list[Any]:
        known = list(self._known.get(kind, ()))
        return known[:MAX_PEOPLE] if kind == "address" else known

    def _learn(self, message: Message) -> None:
        """Remember who sends and what arguments are given: what a mapping may be looked up by.

        Whoever takes part stands before those who don't, since only so many are looked at.
        """
        self._remember("address", message.sender)
        function = self._selectors.get(message.data[:4])
        if function is None or message.to != self._submission:
            return
        try:
            values = decode(function.inputs, message.data[4:])
        except Undecodable:
            return
        for parameter, value in zip(function.inputs, values, strict=True):
            if parameter.type == "address":
                self._remember("address", Address(bytes.fromhex(value[2:])))
            elif parameter.element is None and not parameter.components:
                self._remember(parameter.type, value)

    def _remember(self, kind: str, value: Any) -> None:
        known = self._known.setdefault(kind, {})
        if kind == "address":
            known.pop(value, None)
            self._known[kind] = {value: None, **known}
        elif len(known) < MAX_WORDS:
            known[value] = None


def _as_text(value: bytes) -> str:
    return checksummed(value)


def common(first: Interface, second: Interface) -> tuple[Function, ...]:
    """Return the functions that both have, with the same types in and out: what may be compared at all."""
    theirs = {each.signature: each for each in second.functions}
    return tuple(
        each
        for each in first.functions
        if (other := theirs.get(each.signature)) is not None
        and [output.type for output in other.outputs] == [output.type for output in each.outputs]
    )


def _simple(function: Function) -> bool:
    return len(function.inputs) <= 2 and all(each.element is None and not each.components for each in function.inputs)
