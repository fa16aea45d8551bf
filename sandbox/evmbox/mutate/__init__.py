"""Mutants of a Solidity source: one small change each, of the kinds that people make, found in solc's syntax tree.

`tree` walks and edits a source, `meaning` tells what its parts are, `expressions` and `statements` hold the operators.
Whether a mutant compiles, differs from its source and is refused by an exercise's checks is for others to find out.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, takewhile
from typing import Any

from evmbox.mutate import expressions, statements
from evmbox.mutate.meaning import owner_name
from evmbox.mutate.tree import CALLABLES, Edit, Tree

__all__ = ["OPERATORS", "Mutant", "Operator", "mutants_of", "one_line"]


class Operator(StrEnum):
    """A kind of change."""

    GUARD = "guard"
    WRITE = "write"
    ORDER = "order"
    EVENT = "event"
    ERROR = "error"
    ACCOUNT = "account"
    ETHER = "ether"
    COMPARISON = "comparison"
    ARITHMETIC = "arithmetic"
    BOOLEAN = "boolean"
    CONDITION = "condition"
    BRANCHES = "branches"
    CONSTANT = "constant"
    RETURN = "return"
    CALL = "call"
    SUPER = "super"
    UNCHECKED = "unchecked"
    LOOP = "loop"
    MUTABILITY = "mutability"


OPERATORS: Mapping[Operator, Callable[[Tree], Iterator[Edit]]] = {
    Operator.GUARD: statements.guards,
    Operator.WRITE: statements.write,
    Operator.ORDER: statements.order,
    Operator.EVENT: statements.event,
    Operator.ERROR: statements.error,
    Operator.ACCOUNT: expressions.account,
    Operator.ETHER: expressions.ether,
    Operator.COMPARISON: expressions.comparison,
    Operator.ARITHMETIC: expressions.arithmetic,
    Operator.BOOLEAN: expressions.boolean,
    Operator.CONDITION: expressions.condition,
    Operator.BRANCHES: expressions.branches,
    Operator.CONSTANT: expressions.constant,
    Operator.RETURN: statements.returned,
    Operator.CALL: statements.calls,
    Operator.SUPER: statements.inherited,
    Operator.UNCHECKED: statements.unchecked,
    Operator.LOOP: statements.loop,
    Operator.MUTABILITY: statements.mutability,
}
"""In the order in which a change that two of them make is counted: as the first one's."""


@dataclass(frozen=True)
class Mutant:
    """A source with one change.

    `line` is 1-based, in the original. `before` and `after` are the changed lines on one line, with single spaces:
    with `operator` and `function`, the one around the change, they name a mutant however the source moves.
    """

    operator: Operator
    function: str
    line: int
    before: str
    after: str
    source: str
    diff: str


def mutants_of(source: str, ast: Mapping[str, Any]) -> list[Mutant]:
    """Return every mutant of a source, none twice, in the order of the source. `ast` is solc's tree of it."""
    tree = Tree(source, ast)
    found = [(edit, operator) for operator, edits in OPERATORS.items() for edit in edits(tree)]
    made: dict[str, Mutant] = {}
    for edit, operator in sorted(found, key=lambda each: each[0].start):  # a stable sort
        mutant = _mutant(tree, edit, operator, source)
        if mutant.source != source:
            made.setdefault(mutant.source, mutant)
    return list(made.values())


def _mutant(tree: Tree, edit: Edit, operator: Operator, source: str) -> Mutant:
    mutated = (tree.bytes[: edit.start] + edit.text.encode() + tree.bytes[edit.end :]).decode()
    old, new = source.splitlines(), mutated.splitlines()
    first = sum(1 for _ in takewhile(_same, zip(old, new, strict=False)))
    most = min(len(old), len(new)) - first
    last = sum(1 for _ in takewhile(_same, islice(zip(reversed(old), reversed(new), strict=False), most)))
    around = [node for node in tree.of(*CALLABLES) if node.start <= edit.start and edit.end <= node.end]
    return Mutant(
        operator=operator,
        function=owner_name(around[0]) if around else "",
        line=first + 1,
        before=one_line(old[first : len(old) - last]),
        after=one_line(new[first : len(new) - last]),
        source=mutated,
        diff="\n".join(list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]),
    )


def one_line(lines: Iterable[str]) -> str:
    """Return lines as one, with single spaces: how the text of a change is compared."""
    return " ".join(" ".join(lines).split())


def _same(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]
