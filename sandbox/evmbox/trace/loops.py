"""Which loop the gas went into, from a recording of stretches of code (`Wanted(blocks=True)`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth.exceptions import OutOfGas

from evmbox.chain.recorder import Frame
from evmbox.report import Location
from evmbox.trace.lines import Lines
from evmbox.trace.programs import Program
from evmbox.trace.sources import FUNCTION, Sources, Span, walk

LOOPS = frozenset({"ForStatement", "WhileStatement", "DoWhileStatement"})
MODIFIER = "ModifierDefinition"
MOST = 0.5
"""From this share of the gas on, it went into the loop."""

NEARLY_ALL = 0.9
"""A loop within a loop is told instead of the outer one, where it took this share of what the outer one took."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that gas went into: where it begins, and its share of the gas that the call had."""

    location: Location
    share: float


def greediest(lines: Lines) -> Loop | None:
    """Return the loop that most of the gas went into, if one took more than half of it.

    Of several transactions the last that ran out of gas is meant, or the greediest where none did. What a loop calls
    counts as its own. Where no loop of a call did it, the greediest call within it is looked at.
    """
    frames = lines.recording.frames
    children: dict[int, list[Frame]] = {}
    for each in frames:
        if each.parent is not None:
            children.setdefault(each.parent, []).append(each)
    roots = lines.recording.roots
    burned = [root for root in roots if isinstance(root.error, OutOfGas)]
    frame = burned[-1] if burned else max(roots, key=_used, default=None)
    while frame is not None:
        program = lines.program(frame)
        found = None if program is None else _greediest_in(frame, program, lines)
        if found is not None:
            return found
        frame = max(children.get(frame.index, ()), key=_used, default=None)
    return None


def _greediest_in(frame: Frame, program: Program, lines: Lines) -> Loop | None:
    blocks = [(span, gas) for pc, gas in frame.blocks.items() if pc >= 0 and (span := program.span(pc)) is not None]
    candidates = [
        (loop, sum(gas for span, gas in blocks if any(each.holds(span) for each in reach)))
        for loop, reach in Loops(program.sources).reaches
    ]
    chosen: tuple[Span, int] | None = None
    for loop, gas in candidates:  # outer ones first
        within = chosen is not None and chosen[0].holds(loop)
        if chosen is None or gas > chosen[1] or (within and gas >= chosen[1] * NEARLY_ALL):
            chosen = (loop, gas)
    known = sum(gas for _, gas in blocks)  # what solc added itself serves the loop as it does the rest
    if chosen is None or chosen[1] < MOST * known or lines.shown(program.sources.location(chosen[0])) is None:
        return None
    return Loop(program.sources.location(chosen[0]), chosen[1] / known)


class Loops:
    """The loops of some sources, and all that each may run: its own text, and the functions it calls, and theirs."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    @cached_property
    def reaches(self) -> list[tuple[Span, list[Span]]]:
        """Each loop with the stretches of source it may run, outer loops before inner ones."""
        return [
            (span, [span, *self._called(node, set())])
            for ast in self._sources.asts.values()
            for node in walk(ast)
            if node["nodeType"] in LOOPS and (span := self._sources.span_of(node)) is not None
        ]

    def _called(self, node: dict[str, Any], seen: set[int]) -> Iterator[Span]:
        for inner in walk(node):
            target = inner.get("referencedDeclaration")
            if not isinstance(target, int) or target in seen or target not in self._functions:
                continue
            seen.add(target)
            function = self._functions[target]
            span = self._sources.span_of(function)
            if span is not None:
                yield span
            yield from self._called(function, seen)

    @cached_property
    def _functions(self) -> dict[int, dict[str, Any]]:
        return {
            node["id"]: node
            for ast in self._sources.asts.values()
            for node in walk(ast)
            if node["nodeType"] in {FUNCTION, MODIFIER}
        }


def _used(frame: Frame) -> int:
    return max(frame.gas - frame.gas_left, 1)
