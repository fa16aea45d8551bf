"""What happened inside a transaction, as a table: its calls within calls, the variables written, gas by function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classroom.notebook import tables
from classroom.notebook.abi import NAMES
from classroom.schemas import Traced


@dataclass(frozen=True)
class Call:
    """One call or creation; `depth` 0 is the transaction itself, `gas_used` includes what it called."""

    depth: int
    kind: str
    what: str
    gas_used: int
    error: str | None = None


@dataclass(frozen=True)
class Write:
    """A variable that was written, or a word of storage that none explains."""

    variable: str
    old: str
    new: str


@dataclass(frozen=True, repr=False)
class Trace:
    """What happened inside one transaction."""

    title: str
    calls: tuple[Call, ...]
    writes: tuple[Write, ...] = ()
    functions: tuple[tuple[str, int], ...] = ()
    """Gas by function: its own, without what it called."""

    @classmethod
    def of_lab(cls, title: str, traced: Traced) -> "Trace":
        """Read the trace of a lab's step."""
        summary = traced.summary
        if summary is None:
            return cls(title, ())
        calls = tuple(
            Call(call.depth, call.kind, _called(call.contract or call.target, call.function), call.gas_used, call.error)
            for call in summary.calls
        )
        writes = tuple(
            Write(f"{write.contract or write.address}.{write.variable or write.slot}", write.old, write.new)
            for write in summary.writes
            if not write.undone
        )
        functions = ((f"{each.contract or '?'}.{each.function}", each.own) for each in summary.functions)
        return cls(title, calls, writes, tuple(sorted(functions, key=lambda pair: -pair[1])))

    @classmethod
    def of_chain(cls, title: str, call: Mapping[str, Any], called: Callable[[str, str], str]) -> "Trace":
        """Read what the tracer `callTracer` tells; `called` names what an address and its calldata stand for."""
        return cls(title, tuple(_flat(call, 0, called)))

    def __repr__(self) -> str:
        return tables.trace_text(self)

    def _repr_html_(self) -> str:
        return tables.trace_html(self)


def _called(target: str, function: str | None) -> str:
    return f"{NAMES.get(target, target)}.{function}" if function else NAMES.get(target, target)


def _flat(call: Mapping[str, Any], depth: int, called: Callable[[str, str], str]) -> Sequence[Call]:
    what = called(call["to"], call.get("input", "0x")) if call.get("to") else "a new contract"
    here = Call(depth, call["type"], what, int(str(call.get("gasUsed", "0x0")), 16), call.get("error"))
    return [here, *(each for inner in call.get("calls", ()) for each in _flat(inner, depth + 1, called))]
