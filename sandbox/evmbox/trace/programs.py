"""Which compiled contract a piece of code is, and which piece of source an instruction of it comes from.

Source maps: https://docs.soliditylang.org/en/latest/internals/source_mappings.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from evmbox.chain.recorder import Frame
from evmbox.chain.recorder.opcodes import JUMPDEST
from evmbox.compiler import ContractDetails, Details
from evmbox.report import Location
from evmbox.trace.layout import Layout
from evmbox.trace.sources import CONTRACT, FUNCTION, Sources, Span

PUSH1, PUSH32 = 0x60, 0x7F
_LIBRARY = b"\x73" + bytes(20) + b"\x30\x14"
"""A library's code begins with its own address, which is 0 until it is deployed."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """An instruction's entry of a source map. `jump` is 'i' into a function, 'o' out of one, '-' otherwise."""

    start: int
    length: int
    file: int
    jump: str


def decompress(source_map: str) -> Iterator[Mapped]:
    """Give an entry for each instruction of a source map, which leaves out what is as before."""
    fields = ["0", "0", "-1", "-"]
    for entry in source_map.split(";"):
        for place, value in enumerate(entry.split(":")[:4]):
            if value:
                fields[place] = value
        yield Mapped(int(fields[0]), int(fields[1]), int(fields[2]), fields[3])


def instructions(code: bytes) -> Iterator[int]:
    """Give the place of each instruction in a piece of code."""
    pc = 0
    while pc < len(code):
        yield pc
        pc += code[pc] - PUSH1 + 2 if PUSH1 <= code[pc] <= PUSH32 else 1


class Program:
    """One contract's creation or runtime code."""

    def __init__(self, name: str, details: ContractDetails, sources: Sources, *, creates: bool) -> None:
        self.contract = name
        self.details = details
        self.creates = creates
        self.sources = sources
        self.code = details.creation if creates else details.runtime
        self._spans: dict[int, Span | None] = {}

    @cached_property
    def file(self) -> str | None:
        """The file that the contract stands in."""
        return next(
            (named.span.file for named in self.sources.named if (named.kind, named.name) == (CONTRACT, self.contract)),
            None,
        )

    @cached_property
    def layout(self) -> Layout:
        """Where the contract keeps its variables."""
        return Layout(self.details.storage_layout, asts=self.sources.asts)

    @cached_property
    def transient_layout(self) -> Layout:
        """Where the contract keeps its transient variables."""
        return Layout(self.details.transient_layout, asts=self.sources.asts)

    @cached_property
    def map(self) -> dict[int, Mapped]:
        """The entries of the source map, by place in the code."""
        source_map = self.details.creation_map if self.creates else self.details.runtime_map
        return dict(zip(instructions(self.code), decompress(source_map), strict=False))

    def span(self, pc: int) -> Span | None:
        """Return what an instruction comes from; None for what solc added itself, and for data."""
        if pc not in self._spans:
            mapped = self.map.get(pc)
            self._spans[pc] = None if mapped is None else self.sources.span(mapped.start, mapped.length, mapped.file)
        return self._spans[pc]

    def location(self, pc: int, stack: Sequence[int | bytes] = ()) -> Location | None:
        """Return where an instruction comes from.

        In code that solc added itself, it is where that was called from, by the return addresses on the stack.
        """
        span = self.span(pc)
        if span is None:
            span = next((span for span in map(self._returned_to, reversed(stack)) if span is not None), None)
        return None if span is None else self.sources.location(span)

    def dispatches(self, pc: int) -> bool:
        """Tell whether an instruction belongs to the contract as a whole: the choice of the function that is called."""
        span = self.span(pc)
        around = None if span is None else self.sources.around(span)
        return around is not None and around.kind == CONTRACT and around.span == span

    def begins_function(self, pc: int) -> bool:
        """Tell whether a function of the source begins at an instruction, which stands for it as a whole."""
        span = self.span(pc)
        around = None if span is None else self.sources.around(span)
        return around is not None and around.kind == FUNCTION and around.span == span

    def _returned_to(self, value: int | bytes) -> Span | None:
        pc = value if isinstance(value, int) else int.from_bytes(value, "big")
        return self.span(pc) if pc < len(self.code) and self.code[pc] == JUMPDEST else None

    def is_in(self, code: bytes) -> bool:
        """Tell whether code on the chain is this program: immutables and a library's address are filled in there."""
        if self.creates:
            return bool(self.code) and code.startswith(self.code)
        return bool(code) and len(code) == len(self.code) and self._masked(code) == self._masked(self.code)

    def _masked(self, code: bytes) -> bytes:
        masked = bytearray(code)
        for places in self.details.immutables.values():
            for place in places:
                masked[place["start"] : place["start"] + place["length"]] = bytes(place["length"])
        if self.code.startswith(_LIBRARY):
            masked[1:21] = bytes(20)
        return bytes(masked)


class Library:
    """The contracts of some compiles, found by their code. Earlier compiles win over later ones."""

    def __init__(self, *compiles: Details) -> None:
        self._programs = [
            Program(name, contract, sources, creates=creates)
            for details in compiles
            for sources in (Sources(details),)
            for name, contract in details.contracts.items()
            for creates in (False, True)
        ]
        self._found: dict[tuple[bytes, bool], Program | None] = {}

    def program(self, frame: Frame) -> Program | None:
        """Return the program that a call runs, if it is known."""
        key = (frame.code, frame.creates)
        if key not in self._found:
            fitting = (each for each in self._programs if each.creates == frame.creates and each.is_in(frame.code))
            self._found[key] = max(fitting, key=lambda each: len(each.code), default=None)
        return self._found[key]
