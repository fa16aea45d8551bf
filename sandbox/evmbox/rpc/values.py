"""How values travel in Ethereum JSON-RPC: quantities, data, addresses, block tags; read strictly, written as geth does.

Each reader takes a JSON value and raises `RpcError` with code -32602 where it does not fit.
Source: https://ethereum.github.io/execution-apis/
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from eth_typing import Address, Hash32
from eth_utils.address import to_checksum_address

from evmbox.rpc.errors import invalid

TAGS = ("latest", "earliest", "pending", "safe", "finalized")
MAX_DATA_BYTES = 1024**2

_QUANTITY = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]*)")
_DATA = re.compile(r"0x([0-9a-fA-F]{2})*")

T = TypeVar("T")
Reader = Callable[[Any], T]


@dataclass(frozen=True, slots=True)
class BlockId:
    """Which block is meant: a tag, a number or a hash; one of them is set."""

    tag: str | None = None
    number: int | None = None
    hash: Hash32 | None = None

    @property
    def is_pending(self) -> bool:
        """Whether the block that comes next is meant."""
        return self.tag == "pending"


LATEST = BlockId(tag="latest")


def quantity(value: Any, *, bits: int = 256) -> int:
    """Read a number: 0x-hexadecimal without leading zeros."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise invalid("a quantity is 0x-hexadecimal without leading zeros")
    if len(value) > 2 + bits // 4:
        raise invalid(f"the quantity is larger than {bits} bits")
    return int(value, 16)


def data(value: Any) -> bytes:
    """Read bytes: 0x and two hexadecimal digits for each."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise invalid("data are 0x and two hexadecimal digits for each byte")
    if len(value) > 2 + 2 * MAX_DATA_BYTES:
        raise invalid(f"data are at most {MAX_DATA_BYTES} bytes")
    return bytes.fromhex(value[2:])


def address(value: Any) -> Address:
    """Read an address: 20 bytes, in any case."""
    read = _sized(value, 20, "an address")
    return Address(read)


def hash32(value: Any) -> Hash32:
    """Read a hash: 32 bytes."""
    return Hash32(_sized(value, 32, "a hash"))


def slot(value: Any) -> int:
    """Read the place of a storage word, as a quantity or as 32 bytes."""
    if isinstance(value, str) and len(value) <= 66 and re.fullmatch(r"0x[0-9a-fA-F]+", value):
        return int(value, 16)
    raise invalid("a storage slot is 0x-hexadecimal of at most 32 bytes")


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise invalid("true or false is expected")
    return value


def seconds(value: Any) -> int:
    """Read a time or a count as a JSON number or a quantity, as clients of development chains send either."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < 2**63:
            return value
        raise invalid("the number is out of range")
    return quantity(value, bits=63)


def text(value: Any) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise invalid("a text is expected")
    return value


def anything(value: Any) -> Any:
    """Take whatever comes; the method looks at it itself."""
    return value


def block_id(value: Any) -> BlockId:
    """Read which block is meant: a tag, a number, or an object with its hash or number (EIP-1898)."""
    match value:
        case str() if value in TAGS:
            return BlockId(tag=value)
        case str() if len(value) == 66:
            return BlockId(hash=hash32(value))
        case {"blockHash": wanted, **rest} if not set(rest) - {"requireCanonical"}:
            return BlockId(hash=hash32(wanted))
        case {"blockNumber": wanted, **rest} if not rest:
            return BlockId(number=quantity(wanted, bits=64))
        case str() if _QUANTITY.fullmatch(value):
            return BlockId(number=quantity(value, bits=64))
    raise invalid(f"a block is one of {', '.join(TAGS)}, a number as a quantity, or an object with blockHash")


def hexadecimal(value: bytes) -> str:
    """Write bytes."""
    return f"0x{value.hex()}"


def word(value: int) -> str:
    """Write an integer as 32 bytes."""
    return f"0x{value:064x}"


def checksummed(value: bytes) -> str:
    """Write an address."""
    return to_checksum_address(value)


def _sized(value: Any, size: int, what: str) -> bytes:
    if not isinstance(value, str) or len(value) != 2 + 2 * size or not _DATA.fullmatch(value):
        raise invalid(f"{what} is 0x and {2 * size} hexadecimal digits")
    return bytes.fromhex(value[2:])
