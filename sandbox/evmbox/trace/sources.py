"""Where in a source file something is: solc's offsets as lines and columns, and what function encloses them."""

import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evmbox.compiler import Details
from evmbox.report import Location

CONTRACT = "ContractDefinition"
FUNCTION = "FunctionDefinition"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source file, in bytes of its UTF-8 text."""

    file: str
    start: int
    length: int

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.start + self.length

    def holds(self, other: "Span") -> bool:
        """Tell whether another lies in it."""
        return self.file == other.file and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Named:
    """A contract, function, modifier or public variable, and its span. `contract` is the one around it."""

    span: Span
    kind: str
    name: str
    contract: str | None


class SourceFile:
    """A text whose places are asked for by byte."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._bytes = text.encode()
        self._starts = [0, *(place + 1 for place, byte in enumerate(self._bytes) if byte == 0x0A)]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, from 1, of a byte; the column counts characters."""
        line = bisect.bisect_right(self._starts, min(offset, len(self._bytes)))
        start = self._starts[line - 1]
        return line, len(self._bytes[start:offset].decode("utf-8", "replace")) + 1

    def text(self, span: Span) -> str:
        """Return the text of a span."""
        return self._bytes[span.start : span.end].decode("utf-8", "replace")


class Sources:
    """The files of a compile, and what stands where in them."""

    def __init__(self, details: Details) -> None:
        self._texts = details.sources
        self._ids = details.files
        self.asts = details.asts
        self._files: dict[str, SourceFile] = {}
        self._locations: dict[Span, Location] = {}

    def file(self, name: str) -> SourceFile:
        """Return a file of the compile."""
        if name not in self._files:
            self._files[name] = SourceFile(name, self._texts[name])
        return self._files[name]

    def span(self, start: int, length: int, file: int) -> Span | None:
        """Return what a source map means; None for what solc made itself."""
        name = self._ids.get(file)
        return None if name is None or name not in self._texts or start < 0 else Span(name, start, length)

    def span_of(self, node: Mapping[str, Any]) -> Span | None:
        """Return the span of a node of the syntax tree."""
        return self.span(*map(int, node["src"].split(":")))

    def location(self, span: Span) -> Location:
        """Return a span in lines and columns, and the function around it."""
        if span not in self._locations:
            file, around = self.file(span.file), self.around(span)
            line, column = file.place(span.start)
            end_line, end_column = file.place(span.end)
            self._locations[span] = Location(
                file=span.file,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                contract=None if around is None else around.contract,
                function=None if around is None or around.kind == CONTRACT else around.name,
            )
        return self._locations[span]

    def around(self, span: Span) -> Named | None:
        """Return the innermost contract, function, modifier or public variable that a span is part of."""
        holding = [each for each in self.named if each.span.holds(span)]
        return min(holding, key=lambda each: each.span.length, default=None)

    @cached_property
    def named(self) -> list[Named]:
        """The contracts, functions, modifiers and public variables of the files whose syntax trees are known."""
        return [named for ast in self.asts.values() for node in ast["nodes"] for named in self._names(node, None)]

    def _names(self, node: Mapping[str, Any], contract: str | None) -> Iterator[Named]:
        kind, span = node["nodeType"], self.span_of(node)
        if span is None:
            return
        if kind == CONTRACT:
            yield Named(span, kind, node["name"], node["name"])
            for inner in node["nodes"]:
                yield from self._names(inner, node["name"])
        elif kind in {FUNCTION, "ModifierDefinition"}:
            yield Named(span, kind, node["name"] or node.get("kind", ""), contract)
        elif kind == "VariableDeclaration" and node.get("visibility") == "public":
            yield Named(span, kind, node["name"], contract)


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Give every node of a syntax tree, outer ones first."""
    if isinstance(node, dict):
        if "nodeType" in node:
            yield node
        for child in node.values():
            yield from walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from walk(child)
