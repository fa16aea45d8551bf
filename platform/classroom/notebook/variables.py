"""Storage by the names of variables, from solc's `storageLayout` and a way to read a slot.

How Solidity lays variables out: https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html
A mapping cannot be listed: its values are looked up for the people and contracts that are known, and 0 is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

MOST_ELEMENTS = 8
MOST_VALUES = 100
_WORD = 32
_LONG_TEXT = 4096


@dataclass(frozen=True)
class Variable:
    """One value: `name` as Solidity writes it (`balanceOf[Bob]`), its type, and what it is in words."""

    name: str
    type: str
    value: str


@dataclass(frozen=True)
class Storage:
    """The storage of one contract: solc's layout, what reads a slot as a number, and known addresses by name.

    `names` has addresses in lower case.
    """

    layout: Mapping[str, Any]
    load: Callable[[int], int]
    names: Mapping[str, str]

    def variables(self) -> list[Variable]:
        """Read every variable, at most `MOST_VALUES` of them."""
        found: list[Variable] = []
        for entry in self.layout.get("storage", ()):
            for variable in self._read(entry["label"], entry["type"], int(entry["slot"]), entry["offset"]):
                found.append(variable)
                if len(found) >= MOST_VALUES:
                    return found
        return found

    def _read(self, name: str, kind: str, slot: int, offset: int) -> Iterator[Variable]:
        type_ = self.layout["types"][kind]
        label, size = type_["label"], int(type_["numberOfBytes"])
        match type_["encoding"]:
            case "mapping":
                yield from self._mapping(name, type_, slot)
            case "bytes":
                yield Variable(name, label, self._bytes(slot, text=label == "string"))
            case "dynamic_array":
                length = self.load(slot)
                yield Variable(f"{name}.length", "uint256", f"{length:,}")
                yield from self._elements(name, type_["base"], length, _hash(slot))
            case _ if "members" in type_:
                for member in type_["members"]:
                    yield from self._read(
                        f"{name}.{member['label']}", member["type"], slot + int(member["slot"]), member["offset"]
                    )
            case _ if "base" in type_:
                length = int(label.rpartition("[")[2].rstrip("]"))
                yield from self._elements(name, type_["base"], length, slot)
            case _:
                raw = (self.load(slot) >> (8 * offset)) % (1 << (8 * size))
                yield Variable(name, label, self._value(label, raw, size))

    def _elements(self, name: str, base: str, length: int, slot: int) -> Iterator[Variable]:
        size = int(self.layout["types"][base]["numberOfBytes"])
        each = _WORD // size if size < _WORD else 1
        slots = -(-size // _WORD)
        for index in range(min(length, MOST_ELEMENTS)):
            at = slot + index // each * slots
            yield from self._read(f"{name}[{index}]", base, at, index % each * size if each > 1 else 0)

    def _mapping(self, name: str, type_: Mapping[str, Any], slot: int) -> Iterator[Variable]:
        key = self.layout["types"][type_["key"]]["label"]
        if not key.startswith(("address", "contract ")):
            yield Variable(name, type_["label"], "values by a key that is not an address")
            return
        for address, called in self.names.items():
            place = _hash(int(address, 16), slot)
            for variable in self._read(f"{name}[{called}]", type_["value"], place, 0):
                if variable.value not in {"0", "false", '""', "0x", "nobody (0x0)"}:
                    yield variable

    def _bytes(self, slot: int, *, text: bool) -> str:
        word = self.load(slot)
        if word % 2:
            length = (word - 1) // 2
            begins, words = _hash(slot), -(-min(length, _LONG_TEXT) // _WORD)
            data = b"".join(self.load(begins + index).to_bytes(_WORD) for index in range(words))[:length]
        else:
            data = word.to_bytes(_WORD)[: word % 256 // 2]
        return f'"{data.decode(errors="replace")}"' if text else f"0x{data.hex()}"

    def _value(self, label: str, raw: int, size: int) -> str:
        if label == "bool":
            return "true" if raw else "false"
        if label.startswith(("address", "contract ")):
            address = f"0x{raw:040x}"
            return self.names.get(address, address) if raw else "nobody (0x0)"
        if label.startswith("bytes"):
            return f"0x{raw.to_bytes(size).hex()}"
        if label.startswith("int") and raw >> (8 * size - 1):
            raw -= 1 << (8 * size)
        return f"{raw:,}"


def _hash(*words: int) -> int:
    keccak = import_module("eth_hash.auto").keccak  # only who looks into storage needs it
    return int.from_bytes(keccak(b"".join(word.to_bytes(_WORD) for word in words)))
