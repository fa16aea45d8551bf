"""Fingerprints: hashes of short runs of tokens, of which winnowing keeps few, each with its place in the source."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from evmbox.likeness import shapes, words
from evmbox.likeness.shapes import Token, Tree

VERSION: Final = 1
"""Grows with every change that makes other fingerprints of the same source."""

LENGTH: Final = 7
"""Tokens in one fingerprint."""

WINDOW: Final = 4
"""Of so many fingerprints in a row at least one is kept: a match of LENGTH + WINDOW - 1 tokens is never missed."""

SHORTEST: Final = 5
"""A member of fewer tokens has no fingerprint; there are few ways to write it."""


class Mark(NamedTuple):
    """A fingerprint (48 bits) and the bytes of the UTF-8 source from `start` to `end` that it stands for."""

    value: int
    start: int
    end: int


@dataclass(frozen=True)
class Prints:
    """The fingerprints of a source: of its syntax tree, None where it does not compile, and of its words."""

    tree: tuple[Mark, ...] | None
    words: tuple[Mark, ...]

    def to_json(self) -> dict[str, Any]:
        """Give it as data that JSON can hold."""
        tree = None if self.tree is None else [list(mark) for mark in self.tree]
        return {"tree": tree, "words": [list(mark) for mark in self.words]}

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> "Prints":
        """Read what `to_json` gave."""
        tree = None if data["tree"] is None else tuple(Mark(*each) for each in data["tree"])
        return cls(tree, tuple(Mark(*each) for each in data["words"]))


def prints_of(source: str, tree: Tree | None) -> Prints:
    """Give the fingerprints that are kept of a source. `tree` is solc's syntax tree of it, None without one."""
    return _prints(source, tree, window=WINDOW)


def every_print_of(source: str, tree: Tree | None) -> Prints:
    """Give every fingerprint there is of a source: what is to be ignored of others, wherever it stands there."""
    return _prints(source, tree, window=1)


def _prints(source: str, tree: Tree | None, *, window: int) -> Prints:
    of_tree = None if tree is None else _marks(shapes.runs_of(tree), window)
    return Prints(of_tree, _marks(words.runs_of(source), window))


def _marks(runs: list[list[Token]], window: int) -> tuple[Mark, ...]:
    return tuple(mark for run in runs for mark in _winnowed(_grams(run), window))


def _grams(run: Sequence[Token]) -> list[Mark]:
    if len(run) < SHORTEST:
        return []
    length = min(LENGTH, len(run))
    return [_mark(run[first : first + length]) for first in range(len(run) - length + 1)]


def _mark(tokens: Sequence[Token]) -> Mark:
    text = "\n".join(token.text for token in tokens)
    value = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest())
    return Mark(value, min(token.start for token in tokens), max(token.end for token in tokens))


def _winnowed(grams: list[Mark], window: int) -> list[Mark]:
    """Keep the least value of each window, the last of equals, each once."""
    if len(grams) <= window:
        return [min(reversed(grams), key=lambda mark: mark.value)] if grams else []
    kept: list[Mark] = []
    last = -1
    for first in range(len(grams) - window + 1):
        least = min(range(first + window - 1, first - 1, -1), key=lambda place: grams[place].value)
        if least != last:
            kept.append(grams[least])
            last = least
    return kept
