"""Storage by the names of variables: what a trace says was written is what getters and storage say is there."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from evmbox.chain import Chain, Contract
from evmbox.chain.recorder import recording
from evmbox.compiler import Compilation, Compiler
from evmbox.trace import Change, Library, changes

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.28;\n"

EVERYTHING = (
    HEAD
    + """
type Price is int128;

library Lists {
    function grow(uint256[] storage list) internal {
        list.push(11);
    }
}

contract Borrower {
    function borrow(uint256 slot) external {
        assembly {
            sstore(slot, 12)
        }
    }
}

contract Keeper {
    uint256 kept;

    function keep() external {
        kept = 8;
    }
}

contract Proxy {
    address target;
    uint256 other;

    constructor(address given) {
        target = given;
    }

    fallback() external {
        (bool done,) = target.delegatecall(msg.data);
        require(done);
    }
}

contract Part {
    uint256 public x;

    constructor(uint256 given) {
        x = given;
    }
}

contract Everything {
    enum Mood { Calm, Glad }

    struct Person {
        uint8 age;
        address owner;
        Mood mood;
        uint256[] marks;
        mapping(string => uint256) notes;
    }

    Price price;
    uint8 low;
    int16 middle;
    bool high;
    bytes3 tag;
    Person person;
    Person[2] pair;
    mapping(address => mapping(uint256 => Person)) people;
    mapping(bytes32 => bool) seen;
    mapping(bool => mapping(int8 => bytes4)) signs;
    bytes raw;
    string text;
    uint24[13] small;
    int16[] many;
    Part part;
    Price[] prices;
    uint256 transient passing;
    uint256 immutable fixedAtBirth;

    constructor() {
        price = Price.wrap(-7);
        fixedAtBirth = 5;
    }

    function pack() external {
        low = 200;
        middle = -3;
        high = true;
        tag = "abc";
    }

    function nest() external {
        people[msg.sender][7].owner = msg.sender;
        people[msg.sender][7].mood = Mood.Glad;
        pair[1].notes["hello"] = 5;
        seen[keccak256("x")] = true;
        signs[true][-2] = 0x01020304;
    }

    function list() external {
        many.push(-3);
        many.push(4);
        small[12] = 9;
        Lists.grow(person.marks);
        many.pop();
    }

    function write(string calldata given) external {
        text = given;
        raw = bytes(given);
    }

    function price2() external {
        prices.push(Price.wrap(1));
        prices.push(Price.wrap(-2));
    }

    function pass() external {
        passing = 4;
    }

    function make() external {
        part = new Part(3);
    }

    function fail() external {
        low = 1;
        revert();
    }

    function lend(Borrower borrower) external {
        (bool done,) = address(borrower).delegatecall(abi.encodeCall(Borrower.borrow, (1)));
        require(done);
    }

    function poke() external {
        assembly {
            sstore(1000, 6)
        }
    }
}
"""
)


@pytest.fixture(scope="module")
def everything(compiler: Compiler) -> Compilation:
    compilation = compiler.compile(EVERYTHING, details=True)
    assert compilation.ok, compilation.diagnostics
    return compilation


@pytest.fixture(scope="module")
def library(everything: Compilation) -> Library:
    assert everything.details is not None
    return Library(everything.details)


@pytest.fixture
def contract(chain: Chain, everything: Compilation) -> Contract:
    chain.artifacts.update(everything.artifacts)
    return chain.deploy("Everything")


def told(changed: Iterable[Change]) -> list[tuple[str, Any, Any]]:
    return [(str(each.path), each.old, each.new) for each in changed]


def line(compilation: Compilation, text: str) -> int:
    assert compilation.details is not None
    return compilation.details.sources["Contract.sol"].split("\n").index(text) + 1


@pytest.fixture
def written(chain: Chain, contract: Contract, library: Library) -> Callable[..., list[Change]]:
    def call(function: str, *args: Any) -> list[Change]:
        with recording(chain.engine) as recorded:
            contract.send(function, *args, sender=chain.bob)
        return changes(recorded, library)

    return call


def test_values_that_share_a_word_are_told_apart(written: Callable[..., list[Change]]) -> None:
    assert told(written("pack")) == [
        ("low", 0, 200),
        ("middle", 0, -3),
        ("high", False, True),
        ("tag", b"\0\0\0", b"abc"),
    ]


def test_a_constructor_writes_by_name(chain: Chain, everything: Compilation, library: Library) -> None:
    chain.artifacts.update(everything.artifacts)
    with recording(chain.engine) as recorded:
        chain.deploy("Everything")
    [change] = changes(recorded, library)
    assert (str(change.path), change.type, change.new) == ("price", "Price", -7)
    assert change.location is not None
    assert (change.location.function, change.location.contract) == ("constructor", "Everything")
    assert change.location.line == line(everything, "        price = Price.wrap(-7);")


def test_structs_and_mappings_are_told_with_their_keys(
    chain: Chain, written: Callable[..., list[Change]], everything: Compilation
) -> None:
    bob = chain.bob.address
    changed = written("nest")
    assert told(changed) == [
        (f"people[{bob}][7].owner", "0x" + "0" * 40, bob),
        (f"people[{bob}][7].mood", 0, 1),
        ('pair[1].notes["hello"]', 0, 5),
        ("seen[0x7521d1cadbcfa91eec65aa16715b94ffc1c9654ba57ea2ef1a2127bca1127a83]", False, True),
        ("signs[true][-2]", bytes(4), bytes.fromhex("01020304")),
    ]
    path = changed[0].path
    assert path is not None
    assert path.in_words(chain.name_of) == "people[Bob][7].owner"
    assert [change.location and change.location.line for change in changed] == [
        line(everything, "        people[msg.sender][7].owner = msg.sender;") + offset for offset in range(5)
    ]


def test_arrays_are_told_by_index_and_length(written: Callable[..., list[Change]], everything: Compilation) -> None:
    changed = written("list")
    assert told(changed) == [
        ("many.length", 0, 1),
        ("many[0]", 0, -3),
        ("many.length", 1, 2),
        ("many[1]", 0, 4),
        ("small[12]", 0, 9),
        ("person.marks.length", 0, 1),
        ("person.marks[0]", 0, 11),
        ("many[1]", 4, 0),
        ("many.length", 2, 1),
    ]
    within = changed[5].location
    assert within is not None
    assert (within.line, within.function, within.contract) == (
        line(everything, "        list.push(11);"),
        "grow",
        "Lists",
    )


def test_elements_of_half_a_word_share_one(written: Callable[..., list[Change]]) -> None:
    changed = written("price2")
    assert told(changed)[1::2] == [("prices[0]", 0, 1), ("prices[1]", 0, -2)]
    assert changed[1].slot == changed[3].slot


def test_texts_are_told_short_and_long(written: Callable[..., list[Change]], everything: Compilation) -> None:
    assert told(written("write", "short")) == [("text", "", "short"), ("raw", b"", b"short")]
    long = "a text that does not fit into thirty-two bytes"
    changed = written("write", long)
    assert [(str(each.path), str(each.new)) for each in changed if each.path and len(each.path.parts) == 1] == [
        ("text", "46 bytes"),
        ("raw", "46 bytes"),
    ]
    assert ("text[0:32]", bytes(32), long[:32].encode()) in told(changed)
    assert {each.location and each.location.line for each in changed} == {
        line(everything, "        text = given;"),
        line(everything, "        raw = bytes(given);"),
    }


def test_transient_storage_is_told_as_such(written: Callable[..., list[Change]]) -> None:
    [change] = written("pass")
    assert (str(change.path), change.new, change.transient) == ("passing", 4, True)


def test_a_contract_that_another_makes_is_known_too(written: Callable[..., list[Change]]) -> None:
    made = written("make")
    assert [(each.contract, str(each.path)) for each in made] == [("Part", "x"), ("Everything", "part")]
    assert made[1].new == made[0].address


def test_a_library_writes_the_variables_of_its_caller(
    chain: Chain, contract: Contract, written: Callable[..., list[Change]]
) -> None:
    [change] = written("lend", chain.deploy("Borrower"))
    assert (change.contract, change.address) == ("Everything", contract.address)
    assert (str(change.path), change.new) == ("person.age", 12)
    assert change.location is not None
    assert (change.location.contract, change.location.function) == ("Borrower", "borrow")


def test_behind_a_proxy_the_variables_are_those_of_the_code_that_writes(
    chain: Chain, everything: Compilation, library: Library
) -> None:
    chain.artifacts.update(everything.artifacts)
    proxy = chain.deploy("Proxy", chain.deploy("Keeper"))
    with recording(chain.engine) as recorded:
        chain.at(proxy.address, "Keeper").keep()
    [change] = changes(recorded, library)
    assert (change.contract, str(change.path), change.new) == ("Keeper", "kept", 8)
    assert change.address == proxy.address


def test_what_was_undone_is_told_as_undone(chain: Chain, contract: Contract, library: Library) -> None:
    with recording(chain.engine) as recorded, pytest.raises(Exception, match="reverted"):
        contract.fail()
    [change] = changes(recorded, library)
    assert change.undone


def test_a_slot_that_no_variable_explains_has_no_name(written: Callable[..., list[Change]]) -> None:
    [change] = written("poke")
    assert (change.path, change.slot, change.new) == (None, 1000, 6)


def test_code_that_is_not_known_is_told_by_slots(chain: Chain, contract: Contract) -> None:
    with recording(chain.engine) as recorded:
        contract.pack()
    assert {(each.contract, each.path, each.location) for each in changes(recorded, Library())} == {(None, None, None)}
