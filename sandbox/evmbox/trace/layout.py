"""Storage by the names of variables: which variable a slot is part of, and what its bytes mean.

How Solidity lays variables out: https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html
The place of a mapping's value, or of what a dynamic array holds, is a hash; it is recognised by what was hashed.
"""

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_hash.auto import keccak

from evmbox.chain.abi import checksummed
from evmbox.chain.values import Struct
from evmbox.chain.words import Name, nameless, show
from evmbox.trace.sources import walk

WORD = 32
MAX_DEPTH = 32
MAX_ELEMENTS = 2**64
"""Beyond this distance from a hash, a slot is not part of what begins there."""

Load = Callable[[int], int]
"""Gives the word in a slot."""


@dataclass(frozen=True, slots=True)
class Key:
    """An index or a mapping's key, as the ABI has it in Python."""

    value: Any

    def in_words(self, name: Name = nameless) -> str:
        """Return it as a learner reads it."""
        return show(self.value, name)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of the bytes of a long text or byte string; `end` is exclusive."""

    start: int
    end: int

    def in_words(self, _: Name = nameless) -> str:
        """Return it as Solidity writes a slice."""
        return f"{self.start}:{self.end}"


@dataclass(frozen=True, slots=True)
class Path:
    """The way to a value: the variable's name, then fields (text) and keys."""

    parts: tuple[str | Key | Stretch, ...]

    def __truediv__(self, part: str | Key | Stretch) -> "Path":
        return Path((*self.parts, part))

    def in_words(self, name: Name = nameless) -> str:
        """Return it as Solidity writes it, known addresses by name: `balanceOf[Bob]`, `people[0].age`."""
        shown = "".join(f".{part}" if isinstance(part, str) else f"[{part.in_words(name)}]" for part in self.parts)
        return shown.removeprefix(".")

    def __str__(self) -> str:
        return self.in_words()


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a slot. `kind` is solc's name of its type, `offset` counts from the lowest byte.

    `chunk` where it is only 32 bytes of a long text or byte string.
    """

    path: Path
    kind: str
    slot: int
    offset: int = 0
    chunk: bool = False


class Layout:
    """Where one contract keeps its variables. `asts` tell what solc's layout leaves out: names of enums' members."""

    def __init__(self, layout: Mapping[str, Any], *, asts: Mapping[str, Any]) -> None:
        self._variables: list[dict[str, Any]] = layout.get("storage") or []
        self._types: dict[str, dict[str, Any]] = layout.get("types") or {}
        self._asts = asts

    @property
    def variables(self) -> list[Cell]:
        """The variables of the contract, in order."""
        return [
            Cell(Path((each["label"],)), each["type"], int(each["slot"]), each["offset"]) for each in self._variables
        ]

    def cells(self, slot: int, preimages: Mapping[int, bytes]) -> list[Cell]:
        """Return what lies in a slot, from its lowest byte up; nothing where no variable explains it."""
        return list(self._explain(slot, Places(preimages, self._dynamic_slots()), MAX_DEPTH))

    def finder(self, preimages: Mapping[int, bytes]) -> Callable[[int], list[Cell]]:
        """Return a function like `cells` for many slots."""
        places = Places(preimages, self._dynamic_slots())
        known: dict[int, list[Cell]] = {}

        def find(slot: int) -> list[Cell]:
            if slot not in known:
                known[slot] = list(self._explain(slot, places, MAX_DEPTH))
            return known[slot]

        return find

    def label(self, cell: Cell) -> str:
        """Return the type as Solidity writes it; what a slot holds of a dynamic array is its length."""
        if self._types[cell.kind]["encoding"] == "dynamic_array":
            return "uint256"
        label: str = self._types[cell.kind]["label"]
        return label.removeprefix("struct ").removeprefix("enum ").removeprefix("contract ")

    def told(self, cell: Cell) -> Path:
        """Return the path of what the slot holds."""
        return cell.path / "length" if self._types[cell.kind]["encoding"] == "dynamic_array" else cell.path

    def read(self, cell: Cell, word: int) -> Any:
        """Return the value, or what one word tells of it: a long text's word gives its length as `Long`."""
        kind = self._types[cell.kind]
        if cell.chunk:
            return word.to_bytes(WORD, "big")
        match kind["encoding"]:
            case "bytes":
                return self._short(cell.kind, word)
            case "dynamic_array":
                return word
        data = word.to_bytes(WORD, "big")[WORD - cell.offset - self._size(cell.kind) : WORD - cell.offset]
        return self._value(cell.kind, data)

    def value(self, cell: Cell, load: Load, *, keys: Iterable[bytes] = ()) -> Any:
        """Return a whole value from storage: text, arrays as list, structs as `Struct`, a mapping as dict.

        A mapping has no list of its keys: `keys` are preimages of hashes, of which those that belong to it are used.
        """
        keys = tuple(keys)
        kind = self._types[cell.kind]
        match kind["encoding"]:
            case "bytes":
                return self._text(cell, load)
            case "mapping":
                slot = cell.slot.to_bytes(WORD, "big")
                found = {
                    self._key(kind["key"], preimage[:-WORD]): keccak_of(preimage)
                    for preimage in keys
                    if preimage[-WORD:] == slot
                }
                return {key: self.value(self._entry(cell, place, key), load, keys=keys) for key, place in found.items()}
            case "dynamic_array":
                start, length = keccak_of(cell.slot.to_bytes(WORD, "big")), load(cell.slot)
                return [
                    self.value(self._element(cell, kind["base"], start, index), load, keys=keys)
                    for index in range(length)
                ]
        if "members" in kind:
            members = self._members(cell)
            names = [str(each.path.parts[-1]) for each in members]
            return Struct(names, [self.value(each, load, keys=keys) for each in members])
        if "base" in kind:
            return [
                self.value(self._element(cell, kind["base"], cell.slot, index), load, keys=keys)
                for index in range(self._length(cell.kind))
            ]
        return self.read(cell, load(cell.slot))

    def _explain(self, slot: int, places: "Places", depth: int) -> Iterator[Cell]:
        for variable in self.variables:
            if variable.slot <= slot < variable.slot + self._slots(variable.kind):
                yield from self._within(variable, slot)
        if depth == 0 or (found := places.before(slot)) is None:
            return
        start, preimage = found
        base, key = int.from_bytes(preimage[-WORD:], "big"), preimage[:-WORD]
        for holder in self._explain(base, places, depth - 1):
            kind = self._types[holder.kind]
            match kind["encoding"]:
                case "mapping":
                    yield from self._within(self._entry(holder, start, self._key(kind["key"], key)), slot)
                case "dynamic_array" if not key:
                    yield from self._in_array(holder, kind["base"], start, slot)
                case "bytes" if not key:
                    first = (slot - start) * WORD
                    yield Cell(holder.path / Stretch(first, first + WORD), holder.kind, slot, chunk=True)

    def _within(self, cell: Cell, slot: int) -> Iterator[Cell]:
        """Give the parts of a value that lie in one slot."""
        kind = self._types[cell.kind]
        if kind["encoding"] != "inplace" or not ("members" in kind or "base" in kind):
            if cell.slot == slot:
                yield cell
        elif "members" in kind:
            for member in self._members(cell):
                if member.slot <= slot < member.slot + self._slots(member.kind):
                    yield from self._within(member, slot)
        else:
            yield from self._in_array(cell, kind["base"], cell.slot, slot, self._length(cell.kind))

    def _in_array(self, cell: Cell, base: str, start: int, slot: int, length: int = MAX_ELEMENTS) -> Iterator[Cell]:
        per_word, slots = self._packing(base)
        first = (slot - start) // slots * per_word
        for index in range(first, min(first + per_word, length)):
            yield from self._within(self._element(cell, base, start, index), slot)

    def _element(self, cell: Cell, base: str, start: int, index: int) -> Cell:
        per_word, slots = self._packing(base)
        place = start + index // per_word * slots
        return Cell(cell.path / Key(index), base, place, index % per_word * self._size(base) if per_word > 1 else 0)

    def _members(self, cell: Cell) -> list[Cell]:
        return [
            Cell(cell.path / each["label"], each["type"], cell.slot + int(each["slot"]), each["offset"])
            for each in self._types[cell.kind]["members"]
        ]

    def _entry(self, cell: Cell, place: int, key: Any) -> Cell:
        return Cell(cell.path / Key(key), self._types[cell.kind]["value"], place)

    def _key(self, kind: str, data: bytes) -> Any:
        if self._types[kind]["encoding"] == "bytes":
            return data.decode("utf-8", "backslashreplace") if "string" in kind else data
        size = self._size(kind)
        return self._value(kind, data[:size] if kind.startswith("t_bytes") else data[-size:])

    def _packing(self, base: str) -> tuple[int, int]:
        """Return how many elements of an array share a word, and how many words one takes."""
        kind, size = self._types[base], self._size(base)
        alone = kind["encoding"] != "inplace" or "members" in kind or "base" in kind
        return (1, self._slots(base)) if alone or size > WORD // 2 else (WORD // size, 1)

    def _size(self, kind: str) -> int:
        return int(self._types[kind]["numberOfBytes"])

    def _slots(self, kind: str) -> int:
        return max(-(-self._size(kind) // WORD), 1)

    def _length(self, kind: str) -> int:
        label: str = self._types[kind]["label"]
        return int(label[label.rindex("[") + 1 : -1])

    def _short(self, kind: str, word: int) -> Any:
        if word & 1:
            return Long(word >> 1)
        return self._decoded(kind, word.to_bytes(WORD, "big")[: min((word & 0xFF) >> 1, WORD - 1)])

    def _text(self, cell: Cell, load: Load) -> Any:
        word = load(cell.slot)
        if not word & 1:
            return self._short(cell.kind, word)
        start, length = keccak_of(cell.slot.to_bytes(WORD, "big")), word >> 1
        data = b"".join(load(start + place).to_bytes(WORD, "big") for place in range(-(-length // WORD)))
        return self._decoded(cell.kind, data[:length])

    def _decoded(self, kind: str, data: bytes) -> Any:
        return data.decode("utf-8", "backslashreplace") if "string" in kind else data

    def _value(self, kind: str, data: bytes) -> Any:
        """Return a value type's bytes as Python has it in the ABI."""
        kind = self._underlying(kind)
        if kind.startswith("t_bool"):
            return any(data)
        if kind.startswith(("t_address", "t_contract")):
            return checksummed(data)
        if kind.startswith(("t_bytes", "t_function")):
            return data
        return int.from_bytes(data, "big", signed=kind.startswith("t_int"))

    def _underlying(self, kind: str) -> str:
        if not kind.startswith("t_userDefinedValueType"):
            return kind
        return self._aliases.get(int(kind[kind.rindex(")") + 1 :]), "t_uint")

    @cached_property
    def _aliases(self) -> dict[int, str]:
        """The types that user-defined value types stand for, by the id of their definition."""
        return {
            node["id"]: node["underlyingType"]["typeDescriptions"]["typeIdentifier"]
            for ast in self._asts.values()
            for node in walk(ast)
            if node["nodeType"] == "UserDefinedValueTypeDefinition"
        }

    def _dynamic_slots(self) -> Iterator[int]:
        """Give the slots of variables whose content begins at a hash that solc may have worked out itself."""
        for variable in self.variables:
            yield from self._hashed_slots(variable)

    def _hashed_slots(self, cell: Cell) -> Iterator[int]:
        kind = self._types[cell.kind]
        if kind["encoding"] in {"bytes", "dynamic_array"}:
            yield cell.slot
        elif "members" in kind:
            for member in self._members(cell):
                yield from self._hashed_slots(member)


@dataclass(frozen=True, slots=True)
class Long:
    """A text or byte string too long for one word, of which only the length is known."""

    length: int

    def __str__(self) -> str:
        return f"{self.length:,} bytes"


class Places:
    """Hashes that stand for places in storage, in order."""

    def __init__(self, preimages: Mapping[int, bytes], dynamic_slots: Iterable[int]) -> None:
        words = (slot.to_bytes(WORD, "big") for slot in dynamic_slots)
        self._preimages = {keccak_of(word): word for word in words} | {
            digest: preimage for digest, preimage in preimages.items() if len(preimage) >= WORD
        }
        self._order = sorted(self._preimages)

    def before(self, slot: int) -> tuple[int, bytes] | None:
        """Return the nearest hash at or before a slot, and what was hashed, if the slot can belong to it."""
        place = bisect.bisect_right(self._order, slot) - 1
        if place < 0 or slot - self._order[place] >= MAX_ELEMENTS:
            return None
        digest = self._order[place]
        return digest, self._preimages[digest]


def keccak_of(data: bytes) -> int:
    """Return a Keccak-256 hash as a number."""
    return int.from_bytes(keccak(data), "big")
