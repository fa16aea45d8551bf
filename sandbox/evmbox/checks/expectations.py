"""What a check says it expects: that a block reverts, that it emits an event, that two values are equal."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from evmbox.chain import Action, Contract, Event, ExecutionError, LearnerError, Reverted, Struct, listening
from evmbox.chain.abi import Interface, canonical
from evmbox.chain.failures import PANICS
from evmbox.checks.showing import names_in_use, shown, shown_call
from evmbox.errors import ChainError

EXHAUSTED = (MemoryError, RecursionError, SystemError)
"""What Python raises where a contract used up memory or stack: no fault of the check's, and nothing to decide here."""


class CheckFailed(LearnerError):
    """The contract does not do what the check asks for; the message is for the learner."""


def expect_equal(actual: Any, expected: Any, what: str) -> None:
    """Fail unless both are equal. `what` names the value for the learner: "the ether in the jar"."""
    if not same(actual, expected):
        raise CheckFailed(f"{_sentence(what)} should be {shown(expected)}, but it is {shown(actual)}.")


def same(actual: Any, expected: Any) -> bool:
    """Tell whether a contract's value is the expected one. `true` is not 1, a tuple may stand for an array."""
    if isinstance(actual, bool) != isinstance(expected, bool):
        return False
    if isinstance(actual, list | Struct) and isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    return bool(actual == expected)


class reverts:  # noqa: N801 — it reads as a word of the check
    """The block must revert.

    `reverts()` takes any revert. `reverts("NotOwner", caller=chain.bob)` takes the custom error of that name with
    these arguments, by name or by place; those not given may be anything. One word with a capital first letter is a
    custom error; any other text is a reason or the words of a panic: `reverts("not enough")`, `reverts("division by
    zero")`. `reverts(reason="Locked")` is for a reason that would look like a custom error. A number is a panic's
    code: `reverts(0x11)`. Nothing but a revert is taken, unless asked for: `reverts(OutOfGas)`, and
    `reverts(ExecutionError)` for any execution that failed. A missing function never is.

    Afterwards `error` is what was raised.
    """

    error: ExecutionError

    def __init__(self, expected: str | int | type[ExecutionError] | None = None, /, *values: Any, **named: Any) -> None:
        self._reason: str | None = None
        if expected is None and set(named) == {"reason"} and not values:
            self._reason = named.pop("reason")
        self._custom = isinstance(expected, str) and expected.isidentifier() and expected[0].isupper()
        if (values or named) and not self._custom:
            raise ChainError("reverts() takes arguments only with the name of a custom error, such as NotOwner.")
        self._expected = expected
        self._values = values
        self._named = named
        self._listening = listening()

    def __enter__(self) -> Self:
        self._heard = self._listening.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        self._listening.__exit__(None, None, None)
        if error is None:
            raise CheckFailed(f"{_last(self._heard)}. It should have {self._in_words()}, but it succeeded.")
        if not isinstance(error, ExecutionError):
            return False
        self.error = error
        difference = self._difference(error)
        if difference is not None:
            raise CheckFailed(f"{error.explanation} {difference}") from error
        return True

    def _difference(self, error: ExecutionError) -> str | None:
        """Say why this is not the expected failure; None if it is."""
        wrong = f"It should have {self._in_words()}."
        if isinstance(self._expected, type):
            return None if isinstance(error, self._expected) else wrong
        if not isinstance(error, Reverted):
            return wrong
        match self._expected:
            case None:
                return None if self._reason in {None, error.reason} else wrong
            case str() if self._custom:
                return self._difference_to_custom(error, self._expected)
            case str():
                return None if self._expected in {error.reason, PANICS.get(_code(error))} else wrong
        return None if error.panic == self._expected else wrong

    def _difference_to_custom(self, error: Reverted, name: str) -> str | None:
        if error.error != name:
            return f"It should have {self._in_words()}."
        return _wrong_values(name, error.arguments, self._values, self._named)

    def _in_words(self) -> str:
        match self._expected:
            case None:
                return "reverted" if self._reason is None else f"reverted with {shown(self._reason)}"
            case str() if self._custom:
                return f"reverted with {shown_call(self._expected, self._values, self._named)}"
            case str():
                return f"reverted with {shown(self._expected)}"
            case int():
                return f"panicked: {PANICS.get(self._expected, 'unknown code')} (0x{self._expected:02x})"
        return _ENDED.get(self._expected.__name__, "failed")


_ENDED = {"Reverted": "reverted", "OutOfGas": "run out of gas"}


class emits(AbstractContextManager["emits", None]):  # noqa: N801 — it reads as a word of the check
    """The block must make the contract emit an event once, with these values by name or by place.

    `emits(contract, "Changed", by=chain.alice, to=5)`, or `emits(contract, "Changed", chain.alice, 0, 5)`; values not
    given may be anything. A parameter whose name Python keeps for itself takes an underscore: `from_=0`. A full
    signature, `"Changed(address,uint256)"`, asks for the types too. `emits.times(2, …)` asks for another number,
    `emits.nothing(contract)` for no event at all, `emits.nothing(contract, "Changed")` for none of that name.
    """

    def __init__(self, contract: Contract, event: str, /, *values: Any, **named: Any) -> None:
        self._contract = contract
        self._event = event
        self._values = values
        self._named = named
        self._times = 1
        self._listening = listening()

    @classmethod
    def times(cls, times: int, contract: Contract, event: str, /, *values: Any, **named: Any) -> Self:
        """Ask for the event so many times."""
        expectation = cls(contract, event, *values, **named)
        expectation._times = times
        return expectation

    @classmethod
    def nothing(cls, contract: Contract, event: str = "", /, *values: Any, **named: Any) -> Self:
        """Ask for no such event; for none at all where no name is given."""
        return cls.times(0, contract, event, *values, **named)

    def __enter__(self) -> Self:
        self._heard = self._listening.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listening.__exit__(None, None, None)
        if error is not None:
            return
        seen = [
            event
            for action in self._heard
            if action.receipt is not None
            for event in action.receipt.events
            if event.address == self._contract.address
        ]
        signature = canonical(self._event)
        alike = [event for event in seen if self._event in {"", event.name} or event.signature == signature]
        differences = [_wrong_values(self._event, event.args, self._values, self._named) for event in alike]
        if differences.count(None) != self._times:
            raise CheckFailed(f"{_last(self._heard)}. {self._complaint(seen, differences)}")

    def _complaint(self, seen: Sequence[Event], differences: Sequence[str | None]) -> str:
        name, signature = self._event.partition("(")[0], canonical(self._event)
        wanted = f"`{shown_call(name, self._values, self._named)}`"
        happened = f"It emitted {_listed(seen)}." if seen else "It emitted no event."
        if self._times == 0:
            return f"It should not have emitted {wanted if self._event else 'an event'}. {happened}"
        matching = differences.count(None)
        if matching:
            return f"It should have emitted {wanted} {_times(self._times)}, not {_times(matching)}."
        declared = Interface(self._contract.abi).events
        if not any({self._event, signature} & {each.name, each.signature} for each in declared):
            asked = f"no event `{signature}`" if name != self._event else "no such event"
            has = f" It declares {', '.join(f'`{each.signature}`' for each in declared)}." if declared else ""
            return f"It should have emitted {wanted}, but the contract declares {asked}.{has}"
        missing = next((each for each in differences if each is not None and "no parameter" in each), "")
        return f"It should have emitted {wanted}. {happened} {missing}".rstrip()


def _wrong_values(name: str, actual: Mapping[str, Any], values: Sequence[Any], named: Mapping[str, Any]) -> str | None:
    """Say what is wrong with the arguments of an error or event; None if nothing is."""
    expected = dict(zip(actual, values, strict=False))
    if len(values) > len(actual):
        return f"`{name}` has only {len(actual)} parameters."
    for key, value in named.items():
        parameter = key if key in actual else key.removesuffix("_")
        if parameter not in actual:
            has = ", ".join(f"`{each}`" for each in actual) or "none"
            return f"`{name}` has no parameter `{parameter}`; its parameters: {has}."
        expected[parameter] = value
    for parameter, value in expected.items():
        if not same(actual[parameter], value):
            return f"Its `{parameter}` should be {shown(value)}, not {shown(actual[parameter])}."
    return None


def _last(heard: Sequence[Action]) -> str:
    if not heard:
        raise ChainError("Nothing was done on the chain inside reverts() or emits().")
    return heard[-1].text


def _listed(events: Sequence[Event]) -> str:
    shown_first = [f"`{event.in_words(names_in_use())}`" for event in events[:4]]
    return ", ".join([*shown_first, *(["…"] if len(events) > 4 else [])])


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _code(error: Reverted) -> int:
    return -1 if error.panic is None else error.panic


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
