"""Python values for what Solidity has and Python has not: structs, and the hashes that events keep."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eth_hash.auto import keccak

from evmbox.chain.errors import BadReturn
from evmbox.chain.words import show


class Struct:
    """A struct, or several return values: reads by place, by name and as an attribute.

    Equal to a tuple or list of the same values, and to a dict of the same names and values.
    """

    __slots__ = ("_names", "_values")

    def __init__(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self._names = tuple(names)
        self._values = tuple(values)

    def as_dict(self) -> dict[str, Any]:
        """Return the values by name."""
        return dict(zip(self._names, self._values, strict=True))

    def __getitem__(self, key: Any) -> Any:
        return self._field(key) if isinstance(key, str) else self._values[key]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in self.__slots__:
            raise AttributeError(name)
        return self._field(name)

    def _field(self, name: str) -> Any:
        if name not in self._names:
            fields = ", ".join(f"`{each}`" for each in self._names)
            raise BadReturn(f"What came back has no `{name}`; it has {fields}.")
        return self._values[self._names.index(name)]

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __eq__(self, other: object) -> bool:
        match other:
            case Struct():
                return self._values == other._values
            case Mapping():
                return self.as_dict() == other
            case list() | tuple():
                return self._values == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return show(self.as_dict())


class Hashed(bytes):
    """What an event keeps of an indexed text, byte string, array or struct: its Keccak-256 hash.

    Equal to the hash, and to the text or byte string that it is the hash of.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return bytes.__eq__(self, keccak(other.encode()))
        return bytes.__eq__(self, other) or (isinstance(other, bytes) and bytes.__eq__(self, keccak(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return bytes.__hash__(self)
