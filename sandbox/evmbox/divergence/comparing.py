"""Where two transcripts of the same check first part, in words for a learner.

It compares what can be seen from outside: how an action ended, what it returned, its events, who has how much ether,
and what the contract's own functions answer afterwards. So it holds for contracts that are laid out differently.
Nothing is named that the learner's own contract does not name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from eth_typing import Address

from evmbox.chain import CALL_GAS, BadReturn, Chain, Ending, Event, ExecutionError, OutOfGas, Reverted
from evmbox.chain.abi import Function, Interface, checksummed
from evmbox.chain.engine import Execution, Log
from evmbox.chain.failures import failure
from evmbox.chain.receipts import decode_event
from evmbox.chain.units import in_words
from evmbox.chain.words import show, show_all
from evmbox.divergence.transcript import Entry


class Part(Enum):
    """In what two actions differ."""

    REVERTS = auto()
    """It failed and should not have, or for another reason."""

    SUCCEEDS = auto()
    """It should have failed."""

    RETURNS = auto()
    LOGS = auto()
    PAYS = auto()
    KEEPS = auto()
    """What its own functions answer afterwards."""


@dataclass(frozen=True)
class Difference:
    """The first action that went another way: its place among all, in what, and what to tell.

    `look_index` is the place of the read that shows it, `log` the event of the learner's that should be another,
    `missing` one that should have been there, `revert` the data that the action should have reverted with.
    """

    index: int
    part: Part
    message: str
    look_index: int | None = None
    log: Log | None = None
    missing: Log | None = None
    revert: bytes | None = None


@dataclass(frozen=True)
class Side:
    """One run of the check: what was done in words, and as a transcript."""

    actions: Sequence[str]
    entries: Sequence[Entry]


def first_differences(ours: Side, reference: Side, *, chain: Chain, interface: Interface) -> list[Difference]:
    """Return how the first action that parts differs, the most telling first; nothing where none is seen to part.

    `chain` names addresses, `interface` is that of the learner's contract.
    """
    comparison = _Comparison(chain, interface)
    for index, (mine, theirs) in enumerate(zip(ours.entries, reference.entries, strict=False)):
        if not _same_request(mine, theirs):
            return []  # the check goes on from something that no transcript shows
        action = ours.actions[index] if index < len(ours.actions) else "This step"
        if differences := list(comparison.of(index, action, mine, theirs)):
            return differences
    return []


class _Comparison:
    def __init__(self, chain: Chain, interface: Interface) -> None:
        self._chain = chain
        self._interface = interface
        self._functions = {each.selector: each for each in interface.functions}

    def of(self, index: int, action: str, mine: Entry, theirs: Entry) -> Iterable[Difference]:
        """Yield the differences of one action, the most telling first."""
        yield from self._ending(index, action, mine, theirs)
        if mine.execution.ending is theirs.execution.ending is Ending.RETURNED:
            yield from self._output(index, action, mine, theirs)
            yield from self._looks(index, action, mine, theirs)
            yield from self._balances(index, action, mine, theirs)
            yield from self._logs(index, action, mine, theirs)

    def _ending(self, index: int, action: str, mine: Entry, theirs: Entry) -> Iterable[Difference]:
        ours, reference = mine.execution, theirs.execution
        if ours.ending is Ending.RETURNED and reference.ending is Ending.RETURNED:
            return
        if ours.ending is Ending.RETURNED:
            message = f"{action}. It should have {self._should(reference)}, but it succeeded."
            yield Difference(index, Part.SUCCEEDS, message, revert=reference.output)
        elif reference.ending is Ending.RETURNED:
            message = f"{action}. It {self._failed(ours).predicate}, but it should have succeeded."
            yield Difference(index, Part.REVERTS, message)
        elif (ours.ending, ours.output) != (reference.ending, reference.output):
            happened, should = self._failed(ours).predicate, self._should(reference)
            what = f"it should have {should}" if should != happened else "that should have had another reason"
            yield Difference(index, Part.REVERTS, f"{action}. It {happened}, but {what}.", revert=reference.output)

    def _output(self, index: int, action: str, mine: Entry, theirs: Entry) -> Iterable[Difference]:
        function = self._functions.get(mine.message.data[:4])
        if function is None or not function.outputs or mine.execution.output == theirs.execution.output:
            return
        came, should = self._value(function, mine.execution.output), self._value(function, theirs.execution.output)
        if came is not None and should is not None and came != should:
            message = f"{action}. It returned {came}, but it should have returned {should}."
            yield Difference(index, Part.RETURNS, message)

    def _logs(self, index: int, action: str, mine: Entry, theirs: Entry) -> Iterable[Difference]:
        ours, reference = list(mine.execution.logs), list(theirs.execution.logs)
        if ours == reference:
            return
        place = next(
            (place for place, pair in enumerate(zip(ours, reference, strict=False)) if pair[0] != pair[1]),
            min(len(ours), len(reference)),
        )
        log = ours[place] if place < len(ours) else None
        expected = reference[place] if place < len(reference) else None
        should = self._event(expected) if expected else None
        if log is None:
            what = f"It should have emitted {should}" if should else "It should have emitted an event"
            message = f"{action}. {what}, but it did not."
        elif expected is None:
            message = f"{action}. It emitted {self._event(log) or 'an event'}, which it should not have."
        else:
            happened = self._event(log) or "an event"
            message = f"{action}. It emitted {happened}, but it should have been {should or 'another event'}."
        yield Difference(index, Part.LOGS, message, log=log, missing=expected)

    def _balances(self, index: int, action: str, mine: Entry, theirs: Entry) -> Iterable[Difference]:
        for address, wei in mine.balances.items():
            should = theirs.balances.get(address)
            if should is not None and should != wei:
                name = self._chain.last_name_of(checksummed(address)) or checksummed(address)
                message = f"After {_inside(action)}, {name} has {in_words(wei)} and should have {in_words(should)}."
                yield Difference(index, Part.PAYS, message)

    def _looks(self, index: int, action: str, mine: Entry, theirs: Entry) -> Iterable[Difference]:
        for place, (look, other) in enumerate(zip(mine.looks, theirs.looks, strict=False)):
            if (look.ending, look.output) == (other.ending, other.output) or other.ending is not Ending.RETURNED:
                continue
            should = self._value(other.function, other.output)
            came = self._value(look.function, look.output) if look.ending is Ending.RETURNED else "out of reach"
            if should is None or came is None or came == should:
                continue
            args = [checksummed(each) if isinstance(each, bytes) and len(each) == 20 else each for each in look.args]
            call = f"{look.function.name}({show_all(args, self._chain.last_name_of)})"
            message = f"After {_inside(action)}, `{call}` is {came} and should be {should}."
            yield Difference(index, Part.KEEPS, message, look_index=place)

    def _value(self, function: Function, output: bytes) -> str | None:
        try:
            return show(function.result(output), self._chain.last_name_of)
        except BadReturn:
            return None

    def _event(self, log: Log) -> str | None:
        event: Event = decode_event(log, checksummed(log.address), [self._interface])
        return f"`{event.in_words(self._chain.last_name_of)}`" if event.name else None

    def _failed(self, execution: Execution) -> ExecutionError:
        return failure(execution, gas=CALL_GAS, known=self._interface.errors, name=self._chain.last_name_of)

    def _should(self, reference: Execution) -> str:
        """Say how an action should have failed, in no word that the learner's contract does not have."""
        error = self._failed(reference)
        if isinstance(error, Reverted):
            named = error.error is not None or error.panic is not None
            return error.predicate if named else "reverted"
        return "run out of gas" if isinstance(error, OutOfGas) else "failed"


def _same_request(mine: Entry, theirs: Entry) -> bool:
    ours, reference = mine.message, theirs.message
    if (ours.sender, ours.to, ours.value) != (reference.sender, reference.to, reference.value):
        return False
    creates = ours.to == Address(b"")
    return mine.is_transaction == theirs.is_transaction and (creates or ours.data == reference.data)


def _inside(action: str) -> str:
    """Return what was done, to stand within a sentence; names keep their capitals."""
    return action.rstrip(".")
