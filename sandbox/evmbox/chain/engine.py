"""What runs the EVM, as seen by a `Chain`: bytes in, bytes out. No ABI, no names, no words.

An engine seals every transaction in a block of its own. `timestamp` and `block_number` are those of the block that
comes next: what the next transaction will see, and what a call sees.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from eth_typing import Address

CHAIN_ID = 31337
"""The id that local chains have by custom (EIP-155)."""

START_TIME = 1_750_000_000
"""Unix time that the first transaction sees: 15 June 2025, 15:06:40 UTC."""

BLOCK_TIME_S = 1
"""Seconds between a block and the next, unless the clock is moved."""

BLOCK_GAS_LIMIT = 60_000_000
"""Gas a block can hold."""

MAX_TRANSACTION_GAS = 30_000_000
"""Gas one transaction may be given. Half a block, so that the base fee stays 0 whatever is used (EIP-1559)."""

MAX_INITCODE_BYTES = 49_152
"""Creation bytecode, constructor arguments included, may not be longer (EIP-3860)."""

MAX_RUNTIME_BYTES = 24_576
"""A contract's runtime bytecode may not be longer (EIP-170)."""


class Ending(StrEnum):
    """How an execution ended. All but `RETURNED` undo every change; all but `RETURNED` and `REVERTED` burn all gas."""

    RETURNED = "returned"
    REVERTED = "reverted"
    OUT_OF_GAS = "out of gas"
    INVALID_INSTRUCTION = "invalid instruction"
    INVALID_JUMP = "invalid jump"
    STACK_OVERFLOW = "stack overflow"
    STACK_UNDERFLOW = "stack underflow"
    CALL_DEPTH = "call depth"
    STATIC_WRITE = "write in a static call"
    RETURN_DATA_BOUNDS = "read past the return data"
    CODE_TOO_LARGE = "code too large"
    ADDRESS_TAKEN = "address taken"
    UNFUNDED = "unfunded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """A transaction or a call. An empty `to` creates a contract from `data`; amounts are wei."""

    sender: Address
    to: Address
    data: bytes
    value: int
    gas: int


@dataclass(frozen=True, slots=True)
class Log:
    """One event as the EVM records it; `topics` are 32 bytes each."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Execution:
    """What a message did. `output` is what was returned, or the data of a revert; a call has no `gas_used`."""

    ending: Ending
    output: bytes
    gas_used: int
    logs: tuple[Log, ...]
    created: Address | None
    timestamp: int
    block_number: int


class Engine(Protocol):
    """One private chain. Addresses are 20 bytes; nothing here raises for what a contract does."""

    @property
    def state_class(self) -> Any:
        """py-evm's state class of this engine alone: its `computation_class` is what executes here."""

    @property
    def timestamp(self) -> int:
        """Unix time of the next block."""

    @property
    def block_number(self) -> int:
        """Number of the next block."""

    def transact(self, message: Message) -> Execution:
        """Run the message as a transaction in a block of its own. Gas costs nothing."""

    def call(self, message: Message) -> Execution:
        """Run the message in the next block and keep nothing of it."""

    def mine(self) -> None:
        """Seal an empty block."""

    def warp(self, timestamp: int) -> None:
        """Give the next block this time, which is not before its own."""

    def balance(self, address: Address) -> int:
        """Return the balance in wei."""

    def code(self, address: Address) -> bytes:
        """Return the runtime bytecode, empty where there is none."""

    def storage(self, address: Address, slot: int) -> int:
        """Return one storage word as an unsigned integer."""

    def snapshot(self) -> Any:
        """Return a mark of state and block environment; it stays good however often it is reverted to."""

    def revert(self, mark: Any) -> None:
        """Go back to a mark of this engine."""
