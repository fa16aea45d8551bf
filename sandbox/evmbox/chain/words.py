"""How values are shown to a learner: short, in one line, with known addresses by name, and harmless to display.

A contract decides what is in many of these values. Control characters, bidirectional overrides, surrogates and other
characters that one cannot see are escaped, and what is long is cut.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evmbox.chain.units import WEI_PER_ETHER, in_words

FINNEY = WEI_PER_ETHER // 1000
"""From here on an integer that reads well as ether is also shown so."""

MAX_UINT256 = 2**256 - 1
MAX_CHARACTERS = 120
MAX_ELEMENTS = 8
READABLE_INTEGER = 10**6
"""From here on an integer is shown with separators."""

Name = Callable[[str], str | None]
"""Gives the name of a checksummed address, if it has one."""


def nameless(_: str) -> None:
    """Know no address."""


def printable(text: str, *, limit: int = MAX_CHARACTERS) -> str:
    """Return text with every invisible character escaped, cut to the limit."""
    cut = text[:limit]
    shown = "".join(character if character.isprintable() else _escaped(character) for character in cut)
    return shown if len(text) <= limit else f"{shown}… ({len(text):,} characters)"


def hexadecimal(data: bytes, *, limit: int = 32) -> str:
    """Return bytes as 0x-hexadecimal, cut to the limit."""
    shown = f"0x{data[:limit].hex()}"
    return shown if len(data) <= limit else f"{shown}… ({len(data):,} bytes)"


def show(value: Any, name: Name = nameless) -> str:  # noqa: PLR0911
    """Return a value of the ABI as a learner reads it: an address by its name, text in quotes, bytes in hexadecimal."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return _integer(value)
        case str():
            return name(value) or (value if is_address(value) else f'"{printable(value)}"')
        case bytes() | bytearray():
            return hexadecimal(bytes(value))
        case Mapping():
            first = list(value.items())[:MAX_ELEMENTS]
            return _listed("{", [f"{printable(str(key))}: {show(item, name)}" for key, item in first], value, "}")
        case list() | tuple():
            return _listed("[", [show(item, name) for item in value[:MAX_ELEMENTS]], value, "]")
        case None:
            return "nothing"
    if hasattr(type(value), "as_dict"):  # asked of the class: a contract says yes to every name
        return show(value.as_dict(), name)
    return name(str(value)) or printable(str(value))


def show_all(values: Sequence[Any], name: Name = nameless) -> str:
    """Return values as the arguments of a call, without the parentheses."""
    return ", ".join(show(value, name) for value in values)


def is_address(text: str) -> bool:
    """Tell whether text has the form of an address."""
    if len(text) != 42 or not text.startswith("0x"):
        return False
    return all(character in "0123456789abcdefABCDEF" for character in text[2:])


def _integer(value: int) -> str:
    if value == MAX_UINT256:
        return "type(uint256).max"
    shown = f"{value:,}" if abs(value) >= READABLE_INTEGER else str(value)
    return (
        f"{shown} ({in_words(value)})"
        if value >= WEI_PER_ETHER // 1000 and value % (WEI_PER_ETHER // 1000) == 0
        else shown
    )


def _listed(opening: str, shown: list[str], value: Sequence[Any] | Mapping[Any, Any], closing: str) -> str:
    more = [] if len(value) <= MAX_ELEMENTS else [f"… ({len(value):,} in all)"]
    return f"{opening}{', '.join([*shown, *more])}{closing}"


def _escaped(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"
