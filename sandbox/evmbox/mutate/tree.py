"""A source and its syntax tree, to walk and to edit. Nothing here knows an operator.

Positions are bytes of the UTF-8 source, as solc counts them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_TOKENS = re.compile(rb"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_SKIPPED = {"PragmaDirective", "ImportDirective", "StructuredDocumentation", "InlineAssembly"}
BLOCKS = {"Block", "UncheckedBlock"}
CALLABLES = {"FunctionDefinition", "ModifierDefinition"}


@dataclass(frozen=True)
class Edit:
    """Text to stand in the place of the bytes from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(eq=False)
class Node:
    """A node of the tree. `role` is the name its parent has for it; `data` is what solc says of it."""

    kind: str
    start: int
    end: int
    role: str
    data: Mapping[str, Any]
    parent: "Node | None"
    children: list["Node"] = field(default_factory=list)

    @property
    def type(self) -> str:
        """Solc's identifier of an expression's type, such as t_uint256."""
        return str(self.data.get("typeDescriptions", {}).get("typeIdentifier", ""))

    @property
    def operator(self) -> str:
        """The operator of an expression that has one."""
        return str(self.data.get("operator", ""))

    @property
    def name(self) -> str:
        """The name of a declaration, an identifier or a member."""
        return str(self.data.get("memberName", self.data.get("name", "")))

    def child(self, role: str) -> "Node | None":
        """Return the child of a role, if there is one."""
        return next((child for child in self.children if child.role == role), None)

    def all(self, role: str) -> list["Node"]:
        """Return every child of a role."""
        return [child for child in self.children if child.role == role]

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, in the order of the source's structure."""
        yield self
        for child in self.children:
            yield from child.walk()

    def above(self) -> Iterator["Node"]:
        """Yield the nodes around this one, from the inside out."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def within(self, kinds: set[str]) -> "Node | None":
        """Return the nearest node around this one that is of one of these kinds."""
        return next((node for node in self.above() if node.kind in kinds), None)


class Tree:
    """A source file with its syntax tree."""

    def __init__(self, source: str, ast: Mapping[str, Any]) -> None:
        self.bytes = source.encode()
        self.root = _node(ast, "", None)
        self.nodes = list(self.root.walk())

    @cached_property
    def bare(self) -> bytes:
        """The source with its comments and strings blanked out, every byte at its place."""
        return _TOKENS.sub(lambda found: re.sub(rb"[^\n]", b" ", found[0]), self.bytes)

    @cached_property
    def declarations(self) -> dict[int, Node]:
        """Every node by solc's id."""
        return {node.data["id"]: node for node in self.nodes if "id" in node.data}

    def of(self, *kinds: str) -> Iterator[Node]:
        """Yield every node of some kinds."""
        return (node for node in self.nodes if node.kind in kinds)

    def text(self, node: Node) -> str:
        """Return the text of a node."""
        return self.bytes[node.start : node.end].decode()

    def replace(self, node: Node, text: str) -> Edit:
        """Put a text in the place of a node."""
        return Edit(node.start, node.end, text)

    def swap(self, first: Node, second: Node) -> Edit:
        """Exchange two nodes, the first of which comes first."""
        between = self.bytes[first.end : second.start].decode()
        return Edit(first.start, second.end, self.text(second) + between + self.text(first))

    def find(self, word: str, start: int, end: int) -> tuple[int, int] | None:
        """Return where a word or operator stands between two positions, outside of comments and strings."""
        bounded = rf"\b{word}\b" if word.isalnum() else re.escape(word)
        found = re.search(bounded.encode(), self.bare[start:end])
        return (start + found.start(), start + found.end()) if found else None

    def end_of(self, statement: Node) -> int:
        """Return where a statement ends, with its semicolon, which solc leaves out."""
        found = re.match(rb"\s*;", self.bare[statement.end :])
        return statement.end + found.end() if found else statement.end

    def remove(self, statement: Node) -> Edit:
        """Take a statement away, with its line where it has it alone."""
        start, end = statement.start, self.end_of(statement)
        if statement.parent is None or statement.parent.kind not in BLOCKS:
            return Edit(start, end, "{}")  # the body of an `if` or a loop
        before = re.search(rb"\n[ \t]*\Z", self.bytes[:start])
        after = re.match(rb"[ \t]*(?=\n)", self.bytes[end:])
        if before and after:
            return Edit(before.start(), end + after.end(), "")
        return Edit(start, end, "")

    def repeat(self, statement: Node) -> Edit:
        """Do a statement twice."""
        text = self.bytes[statement.start : self.end_of(statement)].decode()
        if statement.parent is None or statement.parent.kind not in BLOCKS:
            return Edit(statement.start, self.end_of(statement), f"{{ {text} {text} }}")
        return Edit(statement.start, self.end_of(statement), f"{text} {text}")

    def declaration_of(self, node: Node) -> Node | None:
        """Return what an identifier or a member stands for, where it is declared in this file."""
        return self.declarations.get(node.data.get("referencedDeclaration", -1))

    def roots(self, target: Node) -> Iterator[Node]:
        """Yield the declarations that an assignment to `target` writes to: `balances` in `balances[who].sum`."""
        if target.kind == "TupleExpression":
            for part in target.children:
                yield from self.roots(part)
            return
        base = target
        while (inner := base.child("baseExpression") or base.child("expression")) is not None:
            base = inner
        if (declared := self.declaration_of(base)) is not None:
            yield declared


def _node(data: Mapping[str, Any], role: str, parent: Node | None) -> Node:
    start, length, _ = (int(part) for part in data["src"].split(":"))
    node = Node(data["nodeType"], start, start + length, role, data, parent)
    if node.kind not in _SKIPPED:
        for key, value in data.items():
            below = value if isinstance(value, list) else [value]
            node.children += [_node(each, key, node) for each in below if isinstance(each, dict) and "nodeType" in each]
    node.children.sort(key=lambda child: child.start)
    return node
