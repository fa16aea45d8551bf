"""From a source that need not compile to runs of tokens: names and values become kinds, comments and layout go."""

import re
from collections.abc import Iterator
from typing import Final

from evmbox.likeness.shapes import Token

_WORDS: Final = re.compile(
    rb"(?P<skip>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))"
    rb"|(?P<text>(?:hex|unicode)?\"(?:\\.|[^\"\\\n])*\"?|(?:hex|unicode)?'(?:\\.|[^'\\\n])*'?)"
    rb"|(?P<number>0x[0-9a-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:e-?\d+)?)"
    rb"|(?P<name>[A-Za-z_$][\w$]*)"
    rb"|(?P<sign>>>>=|<<=|>>=|>>>|=>|[-+*/%&|^!<>=]=|\+\+|--|&&|\|\||<<|>>|\*\*|.)",
    re.DOTALL,
)
_KEPT: Final = frozenset(
    b"if else for while do return revert require assert emit delete new unchecked assembly try catch break continue "
    b"mapping struct enum event error modifier function constructor receive fallback using is "
    b"msg sender value block timestamp number tx origin this super gasleft keccak256 sha256 ecrecover abi encode "
    b"encodePacked encodeWithSelector encodeCall decode call staticcall delegatecall transfer send balance code length "
    b"push pop selector type max min address bool string bytes true false ether wei gwei seconds minutes hours days "
    b"weeks memory storage calldata".split()
)
_TYPE: Final = re.compile(rb"u?int(?:\d+)?$|bytes\d+$")
_HEADS: Final = frozenset({b"function", b"constructor", b"modifier", b"receive", b"fallback"})
_SILENT: Final = frozenset(b"{ } ( ) ; ,".split())  # how a text is laid out, and what each language needs anyway


def runs_of(source: str) -> list[list[Token]]:
    """Give the runs of a source: the body of each function and modifier, from its first brace on."""
    words = list(_words(source.encode()))
    runs: list[list[Token]] = []
    run: list[Token] | None = None
    depth, base, waits = 0, 0, False
    for word, token in words:
        if word in _HEADS and run is None:
            waits = True
        elif word == b";" and waits and run is None:
            waits = False  # it has no body
        elif word == b"{":
            if waits and run is None:
                run, base, waits = [], depth, False
            depth += 1
        elif word == b"}":
            depth = max(0, depth - 1)
            if run is not None and depth <= base:
                runs.append(run)
                run = None
        elif run is not None and word not in _SILENT:
            run.append(token)
    return [found for found in (*runs, run or []) if found]


def _words(source: bytes) -> Iterator[tuple[bytes, Token]]:
    for found in _WORDS.finditer(source):
        kind, word = found.lastgroup, found[0]
        if kind == "skip":
            continue
        text = word.decode("utf-8", "replace")
        if kind == "name" and word not in _KEPT:
            text = "uint256" if word == b"uint" else text if _TYPE.match(word) else "a name"
        elif kind in {"text", "number"}:
            text = f"{kind} literal"
        yield word, Token(text, found.start(), found.end())
