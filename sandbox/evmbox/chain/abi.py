"""The contract ABI as Python values: entries of the ABI, and encoding and decoding by them. It knows no chain.

How Solidity's types appear in Python: `uint` and `int` as int, `bool` as bool, `address` as a checksummed str, `string`
as str, `bytes` and `bytesN` as bytes, arrays as list, a struct (and several return values) as a `Struct`.
Enums are their number, contracts their address.
Source: https://docs.soliditylang.org/en/latest/abi-spec.html
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

import eth_abi.abi
from eth_abi.exceptions import DecodingError, EncodingError, ParseError
from eth_hash.auto import keccak
from eth_utils.address import to_checksum_address

from evmbox.chain.errors import BadReturn
from evmbox.chain.values import Hashed, Struct
from evmbox.chain.words import show

Json = Mapping[str, Any]
AddressOf = Callable[[Any], str | None]
"""Gives the checksummed address that a value stands for, or None."""

_ARRAY = re.compile(r"^(?P<element>.*)\[(?P<length>\d*)\]$")
_SIZED = re.compile(r"^(?P<kind>uint|int|bytes)(?P<size>\d+)$")
_ALIAS = re.compile(r"\b(uint|int)\b(?!\d)")


class Mismatch(Exception):
    """A Python value does not fit an ABI type; the message says which and why."""


class Undecodable(Exception):
    """Bytes can't be read as the ABI types they should be."""


@dataclass(frozen=True)
class Parameter:
    """A parameter, a return value, or a field of a struct. `type` is canonical: structs are written out."""

    name: str
    type: str
    components: tuple["Parameter", ...] = ()
    indexed: bool = False

    @classmethod
    def parse(cls, entry: Json) -> "Parameter":
        """Read a parameter of a JSON ABI."""
        components = parameters(entry.get("components", ()))
        written_out = f"({','.join(component.type for component in components)})"
        kind = str(entry["type"])
        return cls(
            name=str(entry.get("name", "")),
            type=written_out + kind.removeprefix("tuple") if kind.startswith("tuple") else kind,
            components=components,
            indexed=bool(entry.get("indexed", False)),
        )

    @property
    def element(self) -> "Parameter | None":
        """What an array is made of; None for what is no array."""
        array = _ARRAY.match(self.type)
        return None if array is None else Parameter(self.name, array["element"], self.components)

    @property
    def length(self) -> int | None:
        """How long a fixed array is."""
        array = _ARRAY.match(self.type)
        return int(array["length"]) if array and array["length"] else None

    @property
    def hashed_when_indexed(self) -> bool:
        """Whether an event keeps only a hash of it where it is indexed: text, byte strings, arrays and structs."""
        return self.type in {"string", "bytes"} or self.type.endswith(("]", ")"))


@dataclass(frozen=True)
class Function:
    """A function of a contract; also its constructor, whose name is empty."""

    name: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...]
    mutability: Literal["pure", "view", "nonpayable", "payable"]

    @cached_property
    def signature(self) -> str:
        """Name and types, as the selector is made of them: `transfer(address,uint256)`."""
        return f"{self.name}({','.join(parameter.type for parameter in self.inputs)})"

    @cached_property
    def selector(self) -> bytes:
        """The four bytes that calldata begins with."""
        return keccak(self.signature.encode())[:4]

    @property
    def declaration(self) -> str:
        """Name, types and parameter names, as a learner wrote them: `transfer(address to, uint256 value)`."""
        return f"{self.name}({', '.join(f'{each.type} {each.name}'.strip() for each in self.inputs)})"

    @property
    def gives_a_value(self) -> bool:
        """Whether calling it reads: it promises to change nothing, and returns something."""
        return self.mutability in {"view", "pure"} and bool(self.outputs)

    @property
    def payable(self) -> bool:
        """Whether it takes ether."""
        return self.mutability == "payable"

    def result(self, data: bytes) -> Any:
        """Decode what it returned: nothing as None, one value as itself, several as a `Struct`.

        Raises `BadReturn`.
        """
        if not self.outputs:
            return None
        try:
            values = decode(self.outputs, data)
        except Undecodable as error:
            came = f"{len(data)} bytes came back" if data else "nothing came back"
            expected = ", ".join(each.type for each in self.outputs)
            raise BadReturn(
                f"`{self.signature}` should return ({expected}), but {came} that can't be read so."
            ) from error
        return values[0] if len(values) == 1 else Struct(names(self.outputs), values)


@dataclass(frozen=True)
class Error:
    """A custom error."""

    name: str
    inputs: tuple[Parameter, ...]

    @cached_property
    def selector(self) -> bytes:
        """The four bytes that its revert data begins with."""
        return keccak(f"{self.name}({','.join(each.type for each in self.inputs)})".encode())[:4]


@dataclass(frozen=True)
class EventType:
    """An event as it is declared."""

    name: str
    inputs: tuple[Parameter, ...]
    anonymous: bool

    @cached_property
    def signature(self) -> str:
        """Name and types: `Transfer(address,address,uint256)`."""
        return f"{self.name}({','.join(each.type for each in self.inputs)})"

    @cached_property
    def topic(self) -> bytes:
        """The first topic of its logs, unless it is anonymous."""
        return keccak(self.signature.encode())

    def decode(self, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
        """Return the values of a log of this event, by parameter name, in order. Raises `Undecodable`."""
        rest = topics if self.anonymous else topics[1:]
        indexed = [each for each in self.inputs if each.indexed]
        if len(rest) != len(indexed) or (not self.anonymous and self.topic != topics[0]):
            raise Undecodable
        in_topics = iter(
            Hashed(topic) if each.hashed_when_indexed else decode((each,), topic)[0]
            for each, topic in zip(indexed, rest, strict=True)
        )
        in_data = iter(decode([each for each in self.inputs if not each.indexed], data))
        values = [next(in_topics if each.indexed else in_data) for each in self.inputs]
        return dict(zip(names(self.inputs), values, strict=True))


class Interface:
    """A contract's ABI, looked things up in."""

    def __init__(self, abi: Iterable[Json]) -> None:
        entries = list(abi)
        self.functions = tuple(_function(entry) for entry in entries if entry["type"] == "function")
        self.errors = tuple(
            Error(entry["name"], parameters(entry["inputs"])) for entry in entries if entry["type"] == "error"
        )
        self.events = tuple(
            EventType(entry["name"], parameters(entry["inputs"]), bool(entry.get("anonymous", False)))
            for entry in entries
            if entry["type"] == "event"
        )
        kinds = {entry["type"] for entry in entries}
        self.takes_plain_ether = "receive" in kinds or any(
            entry["type"] == "fallback" and entry.get("stateMutability") == "payable" for entry in entries
        )
        self.constructor = next(
            (_function(entry) for entry in entries if entry["type"] == "constructor"),
            Function("", (), (), "nonpayable"),
        )

    def named(self, name: str) -> tuple[Function, ...]:
        """Return the functions of a name, or of a full signature such as `set(uint256)`; `uint` is `uint256`."""
        if "(" in name:
            signature = canonical(name)
            return tuple(each for each in self.functions if each.signature == signature)
        return tuple(each for each in self.functions if each.name == name)


def parameters(entries: Iterable[Json]) -> tuple[Parameter, ...]:
    """Read the parameters of a JSON ABI."""
    return tuple(Parameter.parse(entry) for entry in entries)


def names(of: Sequence[Parameter]) -> list[str]:
    """Return the parameters' names; one without a name is `arg0`, `arg1`, … by its place."""
    return [each.name or f"arg{place}" for place, each in enumerate(of)]


def canonical(signature: str) -> str:
    """Return a signature as the ABI writes it: without spaces, `uint` as `uint256`."""
    return _ALIAS.sub(r"\g<1>256", re.sub(r"\s+", "", signature))


def encode(of: Sequence[Parameter], values: Sequence[Any], address_of: AddressOf) -> bytes:
    """Encode values as arguments. Raises `Mismatch` where their number or one of them does not fit."""
    if len(of) != len(values):
        raise Mismatch(f"it takes {len(of)} {'argument' if len(of) == 1 else 'arguments'}, not {len(values)}")
    fitted = [fit(parameter, value, address_of) for parameter, value in zip(of, values, strict=True)]
    try:
        return eth_abi.abi.encode([parameter.type for parameter in of], fitted)
    except (EncodingError, ParseError, ValueError) as error:
        raise Mismatch(str(error)) from error


def decode(of: Sequence[Parameter], data: bytes) -> tuple[Any, ...]:
    """Decode bytes as values. Text that is no UTF-8 is kept with its odd bytes escaped. Raises `Undecodable`."""
    try:
        raw = eth_abi.abi.decode([parameter.type.replace("string", "bytes") for parameter in of], data)
    except (DecodingError, ParseError, ValueError, OverflowError) as error:
        raise Undecodable from error
    return tuple(_read(parameter, value) for parameter, value in zip(of, raw, strict=True))


def fit(parameter: Parameter, value: Any, address_of: AddressOf) -> Any:  # noqa: C901, PLR0911
    """Return a Python value in the form that eth-abi encodes. Raises `Mismatch`."""
    bool(value)  # a receipt raises here that it is no value
    element = parameter.element
    if element is not None:
        if not isinstance(value, list | tuple):
            raise Mismatch(_mismatch(parameter, value))
        if parameter.length not in {None, len(value)}:
            raise Mismatch(f"`{parameter.type}` holds {parameter.length} values, not {len(value)}")
        return [fit(element, each, address_of) for each in value]
    if parameter.components or parameter.type == "()":
        return _fit_struct(parameter, value, address_of)
    match parameter.type, value:
        case "address", _:
            address = address_of(value)
            if address is not None:
                return address
        case "bool", bool():
            return value
        case "string", str():
            return value
        case (("bytes" | "function"), _) if (data := _bytes(value)) is not None:
            return data
    sized = _SIZED.match(parameter.type)
    if sized and sized["kind"] == "bytes":
        data = _bytes(value)
        if data is not None and len(data) <= int(sized["size"]):
            return data
    elif sized and isinstance(value, int) and not isinstance(value, bool) and value in _range(sized):
        return value
    raise Mismatch(_mismatch(parameter, value))


def width(of: Sequence[Parameter]) -> int:
    """Say how much the parameters can hold; of overloads that all fit, the widest is meant."""
    return sum(int(sized["size"]) if (sized := _SIZED.match(each.type)) else 256 for each in of)


@lru_cache(maxsize=1024)
def checksummed(address: bytes | str) -> str:
    """Return 20 bytes, or an address in hexadecimal, as a checksummed address (EIP-55)."""
    return to_checksum_address(address)


def _function(entry: Json) -> Function:
    return Function(
        name=str(entry.get("name", "")),
        inputs=parameters(entry.get("inputs", ())),
        outputs=parameters(entry.get("outputs", ())),
        mutability=entry["stateMutability"],
    )


def _fit_struct(parameter: Parameter, value: Any, address_of: AddressOf) -> tuple[Any, ...]:
    fields = names(parameter.components)
    if isinstance(value, Mapping):
        if set(value) != set(fields):
            raise Mismatch(f"the struct has the fields {', '.join(fields)}, not {', '.join(map(str, value))}")
        value = [value[field] for field in fields]
    if not isinstance(value, list | tuple | Struct) or len(value) != len(fields):
        raise Mismatch(_mismatch(parameter, value))
    return tuple(fit(component, each, address_of) for component, each in zip(parameter.components, value, strict=True))


def _range(sized: re.Match[str]) -> range:
    bits = int(sized["size"])
    return range(2**bits) if sized["kind"] == "uint" else range(-(2 ** (bits - 1)), 2 ** (bits - 1))


def _bytes(value: Any) -> bytes | None:
    match value:
        case bytes() | bytearray():
            return bytes(value)
        case str() if value.startswith("0x"):
            try:
                return bytes.fromhex(value[2:])
            except ValueError:
                return None
    return None


def _mismatch(parameter: Parameter, value: Any) -> str:
    return f"`{parameter.type}` can't hold {show(value)}"


def _read(parameter: Parameter, value: Any) -> Any:
    element = parameter.element
    if element is not None:
        return [_read(element, each) for each in value]
    if parameter.components:
        fields = [_read(component, each) for component, each in zip(parameter.components, value, strict=True)]
        return Struct(names(parameter.components), fields)
    match parameter.type:
        case "address":
            return checksummed(value)
        case "string":
            return value.decode("utf-8", "backslashreplace")
    return value
