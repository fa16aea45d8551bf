"""What a transaction leaves behind: its receipt, and the events in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from evmbox.chain.abi import Function, Interface, Undecodable
from evmbox.chain.engine import Execution, Log
from evmbox.chain.errors import NotAValue
from evmbox.chain.words import Name, nameless, show


@dataclass(frozen=True)
class Event:
    """One event. `args` are its values by parameter name, in order.

    Where no known ABI explains it, `name` is None and `args` is empty; `topics` and `data` are always what was logged.
    """

    name: str | None
    args: dict[str, Any]
    address: str
    topics: tuple[bytes, ...]
    data: bytes
    signature: str | None = None
    indexed: tuple[str, ...] = ()

    def in_words(self, name: Name = nameless) -> str:
        """Return the event as one reads it: `Changed(by=Alice, from=0, to=5)`."""
        if self.name is None:
            return f"an event of {len(self.topics)} topics that no known ABI explains"
        return f"{self.name}({', '.join(f'{key}={show(value, name)}' for key, value in self.args.items())})"

    def __repr__(self) -> str:
        return self.in_words()


def decode_event(log: Log, address: str, interfaces: Iterable[Interface]) -> Event:
    """Decode a log by the first interface that explains it."""
    for interface in interfaces:
        for declared in interface.events:
            try:
                args = declared.decode(log.topics, log.data)
            except Undecodable:
                continue
            indexed = tuple(key for key, parameter in zip(args, declared.inputs, strict=True) if parameter.indexed)
            return Event(declared.name, args, address, log.topics, log.data, declared.signature, indexed)
    return Event(None, {}, address, log.topics, log.data)


class Receipt:
    """A transaction that succeeded.

    It is no value: comparing it, computing with it or testing it raises `NotAValue`, which tells the learner that a
    function lacks `view`. What the function returned is `value`.
    """

    def __init__(
        self,
        execution: Execution,
        *,
        action: str,
        events: tuple[Event, ...],
        function: Function | None,
        created: str | None,
        calldata: bytes = b"",
    ) -> None:
        self.action = action
        self.calldata = calldata
        self.status = True
        self.gas_used = execution.gas_used
        self.timestamp = execution.timestamp
        self.block_number = execution.block_number
        self.events = events
        self.created = created
        self.output = execution.output
        self._function = function

    @cached_property
    def value(self) -> Any:
        """What the function returned, None where it returns nothing. Raises `BadReturn`."""
        return None if self._function is None else self._function.result(self.output)

    def __repr__(self) -> str:
        return f"<{self.action}: {self.gas_used:,} gas>"

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, Receipt) else self._refuse()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse()

    def _refuse(self, *_: object) -> NoReturn:
        function = self._function
        if function is None:
            raise NotAValue(f"{self.action}, which is a transaction and gives no value.")
        if not function.outputs:
            raise NotAValue(f"A value was expected from `{function.signature}`, but it is declared to return nothing.")
        raise NotAValue(
            f"A value was expected from `{function.signature}`, but it isn't marked `view`: calling it sends a "
            "transaction, which gives no value. Mark it `view`."
        )

    __hash__ = object.__hash__
    __bool__ = __int__ = __index__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = __mod__ = __rmod__ = _refuse
