"""Random variables of random types: what a trace says was written is what the contract's getter and its storage say."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evmbox.chain import Chain, Contract, Snapshot, Struct
from evmbox.chain.recorder import recording
from evmbox.chain.words import show
from evmbox.compiler import Compilation, Compiler
from evmbox.trace import Layout, Library, Long, changes

CONTRACTS = 6
VARIABLES = 6
LONGEST = 7

INTEGERS = [f"{sign}{bits}" for sign in ("uint", "int") for bits in (8, 16, 24, 64, 128, 200, 256)]
VALUES = [*INTEGERS, "bool", "address", "bytes1", "bytes4", "bytes20", "bytes32", "Mood", "Price"]
KEYS = ["uint256", "int16", "uint8", "bool", "address", "bytes4", "bytes32", "string", "Mood"]
IN_ABI = {"Mood": "uint8", "Price": "int128"}


@dataclass
class Access:
    """The way from a variable to one value: how Solidity writes it, its parameters, and where an array has to grow."""

    expression: str
    leaf: str = ""
    parameters: list[str] = field(default_factory=list)
    growing: list[str] = field(default_factory=list)
    template: list[str | int] = field(default_factory=list)


class Generator:
    """Writes contracts with variables of random types, each with a setter and a getter of one value within."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same contracts in every run
        self._structs: list[str] = []
        self.accesses: list[Access] = []

    def contract(self, name: str) -> str:
        variables, functions = [], []
        for number in range(VARIABLES):
            access = Access(f"v{number}", template=[f"v{number}"])
            declared = self._type(3, access)
            variables.append(f"{declared} {'internal ' if 'mapping' in declared else ''}v{number};")
            functions.append(self._functions(number, access))
            self.accesses.append(access)
        body = "\n".join([*self._structs, *variables, *functions])
        return f"contract {name} {{ enum Mood {{ A, B, C }}\n{body}\n}}"

    def _functions(self, number: int, access: Access) -> str:
        where = {"string": " calldata", "bytes": " calldata"}
        keys = [f"{kind}{where.get(kind, '')} k{place}" for place, kind in enumerate(access.parameters)]
        value = f"{access.leaf}{where.get(access.leaf, '')} value"
        result = f"{access.leaf}{' memory' if access.leaf in where else ''}"
        setter = f"function set{number}({', '.join([*keys, value])}) external {{ {' '.join(access.growing)} "
        getter = f"function get{number}({', '.join(keys)}) external view returns ({result}) {{ "
        return f"{setter}{access.expression} = value; }} {getter}return {access.expression}; }}"

    def _type(self, depth: int, access: Access) -> str:
        """Return a random type, and lead the access on to a value in it."""
        shape = self._random.choice(
            ["value", "text"] if depth == 0 else ["struct", "list", "row", "mapping", "value", "text"]
        )
        match shape:
            case "value" | "text":
                access.leaf = self._random.choice(VALUES if shape == "value" else ["string", "bytes"])
                return access.leaf
            case "struct":
                return self._struct(depth, access)
            case "mapping":
                key = self._random.choice(KEYS)
                self._index(access, key)
                return f"mapping({key} => {self._type(depth - 1, access)})"
            case "row":
                length = self._random.randint(1, LONGEST)
                before = access.expression
                self._index(access, "uint8")
                access.expression = f"{before}[k{len(access.parameters) - 1} % {length}]"
                access.template.append(length)
                return f"{self._type(depth - 1, access)}[{length}]"
        before = access.expression
        self._index(access, "uint8")
        index = f"k{len(access.parameters) - 1} % {LONGEST}"
        access.expression = f"{before}[{index}]"
        access.template.append(LONGEST)
        access.growing.append(f"while ({before}.length <= {index}) {before}.push();")
        return f"{self._type(depth - 1, access)}[]"

    def _index(self, access: Access, key: str) -> None:
        access.expression += f"[k{len(access.parameters)}]"
        access.template.append("[]")
        access.parameters.append(key)

    def _struct(self, depth: int, access: Access) -> str:
        chosen = self._random.randrange(4)
        access.expression += f".f{chosen}"
        access.template.append(f".f{chosen}")
        fields = [
            f"{self._type(depth - 1, access) if place == chosen else self._type(depth - 1, Access(''))} f{place};"
            for place in range(4)
        ]
        name = f"S{len(self._structs)}"
        self._structs.append(f"struct {name} {{ {' '.join(fields)} }}")
        return name


def expected_path(access: Access, keys: list[Any]) -> str:
    """Write the path as a trace should."""
    path, left = "", list(keys)
    parts = access.template
    for place, part in enumerate(parts):
        if part == "[]":
            key = left.pop(0)
            modulus = parts[place + 1] if place + 1 < len(parts) else None
            path += f"[{show(key % modulus if isinstance(modulus, int) else key)}]"
        elif isinstance(part, str):
            path += part
    return path


def value_of(kind: str) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a table
    """Draw a value of a type, as the ABI has it in Python."""
    kind = IN_ABI.get(kind, kind) if kind != "Mood" else kind
    match kind:
        case "bool":
            return st.booleans()
        case "address":
            return st.sampled_from(
                ["0x5ED4F8C48a1547328dda47C1A45515fC24fb8A70", "0x761CF6beC7d7605A120296D5e433C6124c8dDC4C"]
            )
        case "Mood":
            return st.integers(0, 2)
        case "string":
            return st.one_of(st.sampled_from(["", "x" * 31, "x" * 32, "größer" * 20]), st.text("ab\x00é", max_size=70))
        case "bytes":
            return st.one_of(st.sampled_from([b"", bytes(31), bytes(32), b"\xff" * 65]), st.binary(max_size=70))
    if kind.startswith("bytes"):
        size = int(kind[5:])
        return st.binary(min_size=size, max_size=size)
    bits = int(kind.removeprefix("u").removeprefix("int"))
    low, high = (0, 2**bits - 1) if kind.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return st.one_of(st.sampled_from([low, high]), st.integers(low, high))


Subject = tuple[Contract, int, Access, str]
Subjects = tuple[list[Subject], Compilation, Chain, Snapshot]


@pytest.fixture(scope="module")
def subjects(compiler: Compiler) -> Subjects:
    """Give every variable of the random contracts, deployed."""
    generators = [Generator(seed) for seed in range(CONTRACTS)]
    sources = [generator.contract(f"C{number}") for number, generator in enumerate(generators)]
    head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\ntype Price is int128;\n"
    compilation = compiler.compile(head + "\n".join(sources), details=True, timeout_s=60)
    assert compilation.ok, compilation.message
    chain = Chain(artifacts=compilation.artifacts, call_gas=20_000_000)
    found: list[Subject] = []
    for number, generator in enumerate(generators):
        contract = chain.deploy(f"C{number}", gas=20_000_000)
        found += [(contract, place, access, f"C{number}") for place, access in enumerate(generator.accesses)]
    return found, compilation, chain, chain.snapshot()


@pytest.fixture(scope="module")
def library(subjects: Subjects) -> Library:
    details = subjects[1].details
    assert details is not None
    return Library(details)


def test_random_variables_cover_what_solidity_has(subjects: Subjects) -> None:
    details = subjects[1].details
    assert details is not None
    kinds = {
        kind["encoding"] if "members" not in kind else "struct"
        for contract in details.contracts.values()
        for kind in contract.storage_layout["types"].values()
    }
    assert kinds == {"inplace", "mapping", "dynamic_array", "bytes", "struct"}


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_a_trace_says_was_written_is_there(subjects: Subjects, library: Library, data: st.DataObject) -> None:
    every, compilation, chain, untouched = subjects
    chain.revert(untouched)
    contract, number, access, name = every[data.draw(st.integers(0, len(every) - 1))]
    keys = [data.draw(value_of(kind)) for kind in access.parameters]
    value = data.draw(value_of(access.leaf))
    with recording(chain.engine) as recorded:
        contract.send(f"set{number}", *keys, value)
    written = changes(recorded, library)

    path = expected_path(access, keys)
    told = [each for each in written if str(each.path) == path]
    assert all(each.path is not None for each in written)
    assert contract.call(f"get{number}", *keys) == value
    if not told:  # it was so before, and shares its word with others
        assert value in {0, bytes(len(value)) if isinstance(value, bytes) else 0}
    elif isinstance(told[-1].new, Long):
        assert told[-1].new.length == len(value.encode() if isinstance(value, str) else value)
    else:
        assert told[-1].new == value
    for each in recorded.accesses:
        last = next(other for other in reversed(recorded.accesses) if other.slot == each.slot)
        assert chain.storage_at(contract, each.slot) == last.new

    details = compilation.details
    assert details is not None
    layout = Layout(details.contracts[name].storage_layout, asts=details.asts)
    whole = whole_value(layout, number, lambda slot: chain.storage_at(contract, slot), recorded.preimages.values())
    assert find(whole, access, keys) == value


def whole_value(layout: Layout, number: int, load: Callable[[int], int], keys: Any) -> Any:
    """Read a whole variable from storage."""
    cell = next(each for each in layout.variables if str(each.path) == f"v{number}")
    return layout.value(cell, load, keys=keys)


def find(whole: Any, access: Access, keys: list[Any]) -> Any:
    """Follow an access in what was read."""
    left, parts = list(keys), access.template
    for place, part in enumerate(parts[1:], 1):
        if part == "[]":
            key = left.pop(0)
            modulus = parts[place + 1] if place + 1 < len(parts) else None
            whole = whole[key % modulus if isinstance(modulus, int) else key]
        elif isinstance(part, str):
            assert isinstance(whole, Struct)
            whole = whole[part.removeprefix(".")]
    return whole
