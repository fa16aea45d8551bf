"""Tests written in Solidity: a library that they import, and the cheat codes behind its `vm`.

The names are those that Foundry's users know; library and cheat codes are our own. They exist on a chain of
`cheating_chain` and on no other.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from evmbox.cheats.session import CHEAT_ADDRESS, Session, Setting
from evmbox.cheats.suite import ASSERTION, Failure, Suite, cheating_chain

LIBRARY_NAME = "forge-std/Test.sol"
"""What tests import the library as."""

__all__ = [
    "ASSERTION",
    "CHEAT_ADDRESS",
    "LIBRARY_NAME",
    "Failure",
    "Session",
    "Setting",
    "Suite",
    "cheating_chain",
    "library",
]


@cache
def library() -> Mapping[str, str]:
    """Return the text of the library by the name that it is imported as."""
    return {LIBRARY_NAME: (Path(__file__).parent / "library" / "Test.sol").read_text(encoding="utf-8")}
