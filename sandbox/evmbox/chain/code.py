"""Code without a source: how bytes become a contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TAKES_ANYTHING: list[dict[str, Any]] = [
    {"type": "receive", "stateMutability": "payable"},
    {"type": "fallback", "stateMutability": "payable"},
]
"""The ABI of code of which nothing is known: it has no function, and may take whatever is sent."""


@dataclass(frozen=True)
class Code:
    """A contract of which there is only code; it can be called by raw calldata."""

    name: str
    creation: bytes
    abi: Sequence[Mapping[str, Any]] = field(default_factory=lambda: TAKES_ANYTHING)


def creation_of(runtime: bytes) -> bytes:
    """Return creation bytecode that deploys exactly this runtime bytecode."""
    # PUSH2 size, DUP1, PUSH1 10 (where the runtime begins), RETURNDATASIZE (0), CODECOPY, RETURNDATASIZE (0), RETURN
    return b"\x61" + len(runtime).to_bytes(2, "big") + bytes.fromhex("80600a3d393df3") + runtime
