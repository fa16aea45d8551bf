"""The ABI in a kernel: signatures, and values to bytes and back (Solidity ABI specification).

What encodes is loaded at first use: most notebooks never need it.
"""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from classroom.errors import Invalid
from classroom.schemas import ACCOUNTS

Entry = Mapping[str, Any]
NAMES = {address: name.capitalize() for name, address in ACCOUNTS.items()}
_REVERT = {"type": "error", "name": "Error", "inputs": [{"name": "reason", "type": "string"}]}
_PANIC = {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]}


class Address(str):
    """The address of a named account. It shows itself as the name; everywhere else it is the address's text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return NAMES[str.__str__(self)]


def signature(entry: Entry) -> str:
    """Give the canonical signature of a function, event or error, such as `tip(string)`."""
    return f"{entry['name']}({','.join(canonical(parameter) for parameter in entry['inputs'])})"


def canonical(parameter: Entry) -> str:
    """Give a parameter's canonical type; structs are tuples of their members."""
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(canonical(member) for member in parameter['components'])}){kind.removeprefix('tuple')}"


def parameters(inputs: Sequence[Entry]) -> str:
    """Write parameters as a declaration does: `uint256 amount, string note`."""
    return ", ".join(f"{parameter['type']} {parameter.get('name', '')}".strip() for parameter in inputs)


def declaration(entry: Entry) -> str:
    """Write a function as Solidity declares it, without the keyword."""
    answers = parameters(entry.get("outputs", []))
    kind = entry.get("stateMutability", "nonpayable")
    words = [f"{entry['name']}({parameters(entry['inputs'])})"]
    if kind != "nonpayable":
        words.append(kind)
    if answers:
        words.append(f"returns ({answers})")
    return " ".join(words)


def named(value: Any) -> Any:
    """Have the addresses of named accounts show themselves by name, wherever they stand in an answer."""
    if isinstance(value, str):
        return Address(value) if value in NAMES else value
    if isinstance(value, dict):
        return {name: named(part) for name, part in value.items()}
    if isinstance(value, list):
        return [named(part) for part in value]
    return value


def address_of(who: Any) -> str:
    """Give the address of a named account, a contract, or an address. Raise `Invalid` for anything else."""
    text = str.__str__(who) if isinstance(who, str) else str(getattr(who, "address", who))
    if text.lower() in ACCOUNTS:
        return ACCOUNTS[text.lower()]
    if re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        checksummed: str = import_module("eth_utils").to_checksum_address(text)
        return checksummed
    raise Invalid(f"{text!r} is neither an address nor one of {', '.join(ACCOUNTS)}.")


def encode(inputs: Sequence[Entry], values: Sequence[Any]) -> bytes:
    """Encode arguments. Raise `Invalid` for a value that does not fit its parameter."""
    codec = import_module("eth_abi")
    encoded = []
    for parameter, value in zip(inputs, values, strict=True):
        try:
            encoded.append(_argument(parameter, value))
            codec.encode([canonical(parameter)], encoded[-1:])
        except (codec.exceptions.EncodingError, TypeError, ValueError, LookupError):
            what = parameter.get("name") or "This argument"
            raise Invalid(f"{what} is a {parameter['type']}, and {value!r} does not fit.") from None
    data: bytes = codec.encode([canonical(parameter) for parameter in inputs], encoded)
    return data


def selector(entry: Entry) -> bytes:
    """Give the first four bytes of a call or error."""
    return topic(entry)[:4]


def topic(entry: Entry) -> bytes:
    """Give the Keccak-256 of a signature, 32 bytes."""
    digest: bytes = import_module("eth_utils").keccak(text=signature(entry))
    return digest


def decode(outputs: Sequence[Entry], data: bytes) -> list[Any]:
    """Decode what a function answers: addresses checksummed, bytes as hexadecimal, structs as dicts."""
    codec = import_module("eth_abi")
    try:
        values = codec.decode([canonical(parameter) for parameter in outputs], data)
    except codec.exceptions.DecodingError:
        raise Invalid(
            "What came back is no answer of this function. Is there a contract of this kind at the address?"
        ) from None
    return [named(_value(parameter, value)) for parameter, value in zip(outputs, values, strict=True)]


def decode_error(abi: Sequence[Entry], data: bytes) -> str | None:
    """Say why a call reverted, by what it gave back; None where nothing explains it."""
    known = [_REVERT, _PANIC, *(entry for entry in abi if entry.get("type") == "error")]
    entry = next((entry for entry in known if data[:4] == selector(entry)), None)
    if entry is None:
        return None
    values = decode(entry["inputs"], data[4:])
    if entry is _REVERT:
        return f"reverted with {values[0]!r}"
    inner = ", ".join(
        f"{parameter.get('name') or at}={value!r}"
        for at, (parameter, value) in enumerate(zip(entry["inputs"], values, strict=True))
    )
    return f"reverted with {entry['name']}({inner})"


def decode_log(abi: Sequence[Entry], topics: Sequence[bytes], data: bytes) -> tuple[str | None, dict[str, Any]]:
    """Tell an event's name and arguments; indexed ones of a dynamic type are known by their digest only."""
    events = [entry for entry in abi if entry.get("type") == "event" and not entry.get("anonymous")]
    entry = next((entry for entry in events if topics and topics[0] == topic(entry)), None)
    if entry is None:
        return None, {"data": f"0x{data.hex()}"}
    plain = iter(decode([each for each in entry["inputs"] if not each.get("indexed")], data))
    rest = iter(topics[1:])
    args = {}
    for at, parameter in enumerate(entry["inputs"]):
        name = parameter.get("name") or str(at)
        if not parameter.get("indexed"):
            args[name] = next(plain)
            continue
        word = next(rest)
        kind = parameter["type"]
        dynamic = kind in {"string", "bytes"} or kind.startswith("tuple") or kind.endswith("]")
        args[name] = f"0x{word.hex()}" if dynamic else decode([parameter], word)[0]
    return entry["name"], args


def _argument(parameter: Entry, value: Any) -> Any:
    kind: str = parameter["type"]
    if kind.endswith("]"):
        member = {**parameter, "type": kind[: kind.rindex("[")]}
        return [_argument(member, each) for each in value]
    if kind == "tuple":
        parts = [value[member["name"]] for member in parameter["components"]] if isinstance(value, dict) else value
        return tuple(_argument(member, part) for member, part in zip(parameter["components"], parts, strict=True))
    if kind == "address":
        return address_of(value)
    if kind.startswith("bytes") and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x"))
    if isinstance(value, float):
        raise Invalid(f"{value} is not a whole number. Write ether({value}) if ether is meant.")
    return value


def _value(parameter: Entry, value: Any) -> Any:
    kind: str = parameter["type"]
    if kind.endswith("]"):
        member = {**parameter, "type": kind[: kind.rindex("[")]}
        return [_value(member, each) for each in value]
    if kind == "tuple":
        members = parameter["components"]
        return {member["name"]: _value(member, part) for member, part in zip(members, value, strict=True)}
    if kind == "address":
        return import_module("eth_utils").to_checksum_address(value)
    return f"0x{value.hex()}" if isinstance(value, bytes) else value
