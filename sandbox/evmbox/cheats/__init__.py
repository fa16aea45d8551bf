"""Tests written in Solidity: a library that they import, and the cheat codes behind its `vm`.

The names are those that Foundry's users know; library and cheat codes are our own. They exist on a chain of
`suite.cheating_chain` and on no other. This module is light; `suite` imports the EVM.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

LIBRARY_NAME = "forge-std/Test.sol"
"""What tests import the library as."""


@cache
def library() -> Mapping[str, str]:
    """Return the text of the library by the name that it is imported as."""
    return {LIBRARY_NAME: (Path(__file__).parent / "library" / "Test.sol").read_text(encoding="utf-8")}
