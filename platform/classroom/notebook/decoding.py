"""Calls and events in words, by the ABIs that are known."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

_Json = Mapping[str, Any]


class Known:
    """ABIs by the name of their contract, and what they explain. `names` are known addresses, in lower case."""

    def __init__(self, abis: Mapping[str, Sequence[_Json]], names: Mapping[str, str]) -> None:
        self.names = names
        self._functions: dict[str, _Json] = {}
        self._events: dict[str, _Json] = {}
        self._errors: dict[str, _Json] = {}
        self._selectors: dict[str, frozenset[str]] = {}
        keccak = import_module("eth_hash.auto").keccak if abis else None  # a kernel that explores nothing needs none
        for contract, abi in abis.items():
            selectors = set()
            for entry in abi:
                if entry.get("type") not in {"function", "event", "error"} or keccak is None:
                    continue
                digest = keccak(signature(entry).encode()).hex()
                if entry["type"] == "event":
                    self._events[f"0x{digest}"] = entry
                elif entry["type"] == "error":
                    self._errors[f"0x{digest[:8]}"] = entry
                else:
                    selectors.add(digest[:8])
                    self._functions[f"0x{digest[:8]}"] = entry
            self._selectors[contract] = frozenset(selectors)

    def contract(self, code: str) -> str | None:
        """Return which contract a runtime bytecode is, by the functions it has; None where none fits."""
        fitting = [
            (len(selectors), name)
            for name, selectors in self._selectors.items()
            if selectors and all(f"63{each}" in code or f"62{each[2:]}" in code for each in selectors)
        ]
        return max(fitting)[1] if fitting else None

    def call(self, data: str) -> str | None:
        """Tell a call: `tip(text="thanks")`; None where no ABI explains it."""
        entry = self._functions.get(data[:10])
        if entry is None:
            return None
        return self._told(entry["name"], entry["inputs"], bytes.fromhex(data[10:]))

    def error(self, data: str) -> str | None:
        """Tell what a revert said: `reverted with Poor(has=4)`; None where no ABI explains it."""
        entry = self._errors.get(data[:10])
        told = None if entry is None else self._told(entry["name"], entry["inputs"], bytes.fromhex(data[10:]))
        return told and f"reverted with {told}"

    def event(self, topics: Sequence[str], data: str) -> str | None:
        """Tell an event: `Tipped(from=Bob, amount=5)`; None where no ABI explains it."""
        entry = self._events.get(topics[0]) if topics else None
        if entry is None or entry.get("anonymous"):
            return None
        indexed = [each for each in entry["inputs"] if each.get("indexed")]
        plain = [each for each in entry["inputs"] if not each.get("indexed")]
        if len(indexed) != len(topics) - 1:
            return None
        parts = self._values(plain, bytes.fromhex(data[2:]))
        if parts is None:
            return None
        for each, topic in zip(indexed, topics[1:], strict=True):
            value = self._values([each], bytes.fromhex(topic[2:])) if _is_word(each["type"]) else None
            parts |= value or {each["name"]: topic}
        ordered = [f"{each['name']}={parts[each['name']]}" for each in entry["inputs"] if each["name"] in parts]
        return f"{entry['name']}({', '.join(ordered)})"

    def name(self, address: str) -> str:
        """Return the name of an address, or the address itself."""
        return self.names.get(address.lower(), address)

    def _told(self, name: str, inputs: Sequence[_Json], data: bytes) -> str | None:
        values = self._values(inputs, data)
        if values is None:
            return None
        return f"{name}({', '.join(f'{key}={value}' if key else value for key, value in values.items())})"

    def _values(self, inputs: Sequence[_Json], data: bytes) -> dict[str, str] | None:
        codec = import_module("eth_abi")
        try:
            values = codec.decode([_type(each) for each in inputs], data)
        except (codec.exceptions.DecodingError, UnicodeDecodeError, OverflowError):
            return None
        return {
            each.get("name") or f"{place + 1}": self._shown(value)
            for place, (each, value) in enumerate(zip(inputs, values, strict=True))
        }

    def _shown(self, value: Any) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case bytes():
                return f"0x{value.hex()}"
            case str() if value.startswith("0x") and len(value) == 42:
                return self.name(value)
            case str():
                return f'"{value}"'
            case list() | tuple():
                return f"[{', '.join(map(self._shown, value))}]"
        return str(value)


def signature(entry: _Json) -> str:
    """Return the signature of a function or an event, with canonical types."""
    return f"{entry['name']}({','.join(_type(each) for each in entry['inputs'])})"


def _type(parameter: _Json) -> str:
    kind: str = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(member) for member in parameter['components'])}){kind.removeprefix('tuple')}"


def _is_word(kind: str) -> bool:
    return not kind.endswith("]") and kind not in {"string", "bytes"} and not kind.startswith("tuple")
