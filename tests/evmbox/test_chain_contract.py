"""A contract's functions as methods: arguments, return values, overloads, what is missing, ether, gas."""

import copy
from typing import Any

import pytest

from evmbox.chain import (
    BadReturn,
    Chain,
    Contract,
    ExecutionError,
    MissingFunction,
    NotAValue,
    OutOfGas,
    OutOfReach,
    Receipt,
    Reverted,
    Struct,
    ether,
)
from evmbox.errors import ChainError

BOX = """
contract Box {
    uint256 public value;
    address public last;
    constructor(uint256 start) payable { value = start; }
    function set(uint256 to) external { value = to; last = msg.sender; }
    function get() external view returns (uint256) { return value; }
    function forgotten() external returns (uint256) { return value; }
    function take() external payable returns (uint256) { return msg.value; }
    function ensure() external view { require(value > 0, "empty"); }
    receive() external payable {}
}
"""

TYPES = """
contract Types {
    enum Colour { Red, Green }
    struct Point { int128 x; uint8 y; }
    struct Page { address author; string text; Point[] points; bytes4 tag; uint256 count; }
    function page(Page calldata p) external pure returns (Page memory) { return p; }
    function many(bool a, bytes calldata b, bytes32 c, Colour d, uint8[3] calldata e, string[][] calldata f)
        external pure returns (bool, bytes memory, bytes32, Colour, uint8[3] memory, string[][] memory)
    { return (a, b, c, d, e, f); }
    function named() external pure returns (uint256 low, uint256 high) { return (1, 9); }
    function who(address a) external pure returns (address) { return a; }
    function from(int8 a) external pure returns (int8) { return a; }
    function nothing() external pure {}
    function points() external pure returns (Point[] memory all) {
        all = new Point[](2); all[0] = Point(-1, 2); all[1] = Point(3, 4);
    }
}
"""

OVERLOADS = """
contract Overloads {
    function f(uint8) external pure returns (string memory) { return "uint8"; }
    function f(uint256) external pure returns (string memory) { return "uint256"; }
    function f(string calldata) external pure returns (string memory) { return "string"; }
    function f(uint256, uint256) external pure returns (string memory) { return "two"; }
    function balance() external pure returns (uint256) { return 77; }
    function g(uint256) external {}
    function g(address) external {}
    function _odd() external pure returns (uint256) { return 3; }
}
"""


@pytest.fixture
def box(deploy: Any) -> Any:
    return deploy(BOX, 5, value=ether(1))


def test_a_view_function_gives_its_value_and_any_other_a_receipt(chain: Chain, box: Any):
    assert box.get() == box.value() == 5
    receipt = box.set(7, sender=chain.bob)
    assert isinstance(receipt, Receipt)
    assert (receipt.status, receipt.value, receipt.events, receipt.created) == (True, None, (), None)
    assert 21_000 < receipt.gas_used < 60_000
    assert box.get() == 7
    assert box.last() == chain.bob


def test_who_sends_is_alice_unless_said_by_account_name_or_address(chain: Chain, box: Any):
    for sender, expected in [
        (None, chain.alice),
        ("Bob", chain.bob),
        (chain.carol, chain.carol),
        (str(chain.dave), chain.dave),
    ]:
        box.set(1, sender=sender)
        assert box.last() == expected
    with pytest.raises(ChainError, match="no account 'mallory'"):
        box.set(1, sender="mallory")
    with pytest.raises(ChainError, match="only accounts"):
        box.set(1, sender=box)


def test_call_and_send_do_not_depend_on_what_the_function_promises(chain: Chain, box: Any):
    assert box.call("forgotten") == box.read("get") == 5
    receipt = box.send("get")
    assert (receipt.value, receipt.gas_used > 21_000) == (5, True)
    assert box.forgotten().value == 5
    before = box.balance
    assert box.call("take", value=3) == 3
    assert box.balance == before
    assert box.take(value=3).value == 3
    assert box.balance == before + 3


@pytest.mark.parametrize(
    "use",
    [
        lambda receipt: receipt == 5,
        lambda receipt: receipt != 5,
        lambda receipt: receipt > 5,
        lambda receipt: 5 - receipt,
        lambda receipt: receipt + 1,
        bool,
        len,
        list,
        lambda receipt: receipt["x"],
        lambda receipt: receipt.author,
        lambda receipt: 5 in receipt,
        range,
        lambda receipt: [1, 2][receipt],
    ],
)
def test_a_forgotten_view_is_explained_wherever_the_value_is_used(box: Any, use: Any):
    with pytest.raises(NotAValue, match=r"`forgotten\(\)`, but it isn't marked `view`"):
        use(box.forgotten())


def test_a_transaction_without_a_value_says_so_when_one_is_expected(chain: Chain, box: Any):
    with pytest.raises(NotAValue, match="declared to return nothing"):
        assert box.set(3) == 3
    with pytest.raises(NotAValue, match="gives no value"):
        assert chain.transfer(chain.bob, box, 1) == 3


def test_a_receipt_is_itself_and_shows_what_was_done(box: Any):
    receipt = box.set(3)
    assert [box.set(3), receipt].index(receipt) == 1
    assert len({receipt, receipt, box.set(3)}) == 2
    assert repr(receipt).startswith("<Alice called `set(3)`: ")


def test_a_view_function_that_returns_nothing_is_run_as_a_transaction(box: Any):
    assert box.ensure().gas_used > 21_000
    box.set(0)
    with pytest.raises(Reverted, match="empty"):
        box.ensure()


def test_structs_arrays_and_bytes_go_in_and_come_out(chain: Chain, deploy: Any):
    types = deploy(TYPES)
    page = {
        "author": chain.bob,
        "text": "hi",
        "points": [(-1, 2), {"x": 3, "y": 4}],
        "tag": b"\x01\x02\x03\x04",
        "count": 9,
    }
    back = types.page(page)
    assert isinstance(back, Struct)
    assert back["author"] == back.author == back[0] == chain.bob
    assert back.points == [(-1, 2), (3, 4)]
    assert back.points[0].x == -1
    assert (back.tag, back.count, len(back)) == (b"\x01\x02\x03\x04", 9, 5)
    assert back == types.page([chain.bob, "hi", [[-1, 2], [3, 4]], "0x01020304", 9])
    assert back.as_dict().keys() == page.keys()
    assert types.points() == [{"x": -1, "y": 2}, (3, 4)]
    assert types.many(True, b"ab", "0x12", 1, [1, 2, 3], [["a"], []]) == (
        True,
        b"ab",
        b"\x12" + bytes(31),
        1,
        [1, 2, 3],
        [["a"], []],
    )
    both = types.named()
    assert (both.low, both.high, list(both), both) == (1, 9, [1, 9], {"low": 1, "high": 9})
    assert types.call("from", -128) == -128


def test_a_field_that_is_not_there_is_the_learners_to_mend(deploy: Any):
    with pytest.raises(BadReturn, match="has no `middle`; it has `low`, `high`"):
        deploy(TYPES).named().middle  # noqa: B018


@pytest.mark.parametrize("who", ["account", "name", "address", "lower", "bytes", "contract"])
def test_an_address_can_be_given_in_many_ways(chain: Chain, deploy: Any, who: str):
    types = deploy(TYPES)
    bob = chain.bob
    forms = {
        "account": bob,
        "name": "bob",
        "address": bob.address,
        "lower": bob.address.lower(),
        "bytes": bytes(bob.raw),
        "contract": types,
    }
    expected = types if who == "contract" else bob
    assert types.who(forms[who]) == expected
    assert types.who(forms[who]) == expected.address


@pytest.mark.parametrize(
    ("function", "args", "why"),
    [
        ("who", ("mallory",), '`address` can\'t hold "mallory"'),
        ("who", (), "it takes 1 argument, not 0"),
        ("from", (128,), "`int8` can't hold 128"),
        ("from", (True,), "`int8` can't hold true"),
        ("from", ("5",), '`int8` can\'t hold "5"'),
        ("many", (1, b"", b"", 0, [1, 2, 3], []), "`bool` can't hold 1"),
        ("many", (True, "text", b"", 0, [1, 2, 3], []), '`bytes` can\'t hold "text"'),
        ("many", (True, b"", bytes(33), 0, [1, 2, 3], []), "`bytes32` can't hold 0x00"),
        ("many", (True, b"", b"", 0, [1, 2], []), r"`uint8\[3\]` holds 3 values, not 2"),
        ("many", (True, b"", b"", 0, [1, 2, 300], []), "`uint8` can't hold 300"),
        ("many", (True, b"", b"", 0, [1, 2, 3], "text"), r"`string\[\]\[\]` can't hold"),
        ("page", ({"author": "bob"},), "the struct has the fields author, text, points, tag, count"),
        ("page", ((1, 2),), "can't hold"),
    ],
)
def test_an_argument_of_another_type_is_named(deploy: Any, function: str, args: tuple[Any, ...], why: str):
    with pytest.raises(MissingFunction, match=why):
        deploy(TYPES).call(function, *args)


def test_a_missing_function_is_told_with_what_there_is(deploy: Any):
    box = deploy(BOX, 5)
    with pytest.raises(MissingFunction) as caught:
        box.withdraw()
    assert str(caught.value) == (
        "Your contract has no function `withdraw()`. It has `ensure()`, `forgotten()`, `get()`, `last()`, "
        "`set(uint256 to)`, `take()`, `value()`. Is it marked `public` or `external`?"
    )
    with pytest.raises(MissingFunction, match=r"no function `Set\(5\)`.* Did you mean `set`\?"):
        box.Set(5)
    with pytest.raises(MissingFunction, match=r"can't be called as `set\(Bob, 1\)`: it has `set\(uint256 to\)`"):
        box.set("0xb4382FAD66C77B640b45B8E92c2b851Ab335B84b", 1)
    with pytest.raises(MissingFunction, match=r"no function `set\(address\)`"):
        box.call("set(address)", 1)
    with pytest.raises(MissingFunction, match="no `public` or `external` function at all"):
        deploy("contract Empty {}").get()


def test_a_contract_of_many_functions_does_not_flood_the_message(deploy: Any):
    functions = "".join(f"function f{number}() external {{}}" for number in range(30))
    with pytest.raises(MissingFunction, match=r"`f19.*, and 18 more"):
        deploy(f"contract Wide {{ {functions} }}").get()


def test_has_knows_names_and_signatures(box: Any):
    assert box.has("set")
    assert box.has("set(uint256)")
    assert box.has("set( uint )")
    assert not box.has("set(address)")
    assert not box.has("Set")


def test_an_overload_is_chosen_by_what_fits_and_can_be_named(chain: Chain, deploy: Any):
    overloads = deploy(OVERLOADS)
    assert overloads.f("text") == "string"
    assert overloads.f(5) == "uint256"
    assert overloads.f(1, 2) == "two"
    assert overloads.call("f(uint8)", 5) == "uint8"
    assert overloads.call("f(uint)", 5) == "uint256"
    assert overloads.call("balance") == 77
    assert overloads.balance == 0
    assert overloads._odd() == 3
    with pytest.raises(MissingFunction, match=r"it has .*`f\(string\)`.*, and none of them takes that"):
        overloads.f(True)
    overloads.g(5)
    overloads.g(chain.bob)
    assert set(chain.gas) == {"constructor", "g(uint256)", "g(address)"}


def test_python_finds_no_functions_that_only_python_looks_for(box: Any):
    assert not hasattr(box, "__len__")
    assert not hasattr(box, "_repr_html_")


def test_ether_sent_to_a_function_that_takes_none_is_explained(box: Any):
    with pytest.raises(Reverted) as caught:
        box.set(5, value=ether("0.5"))
    assert caught.value.explanation == (
        "Alice called `set(5)`, sending 0.5 ether, and it reverted without a reason. "
        "`set(uint256)` isn't `payable`, so it can't take ether."
    )


def test_plain_ether_goes_to_receive_and_data_to_fallback(chain: Chain, deploy: Any):
    taker = deploy(
        """
        contract Taker {
            event Got(uint256 value, bytes data);
            receive() external payable { emit Got(msg.value, ""); }
            fallback() external payable { emit Got(msg.value, msg.data); }
        }
        """
    )
    assert chain.transfer(chain.bob, taker, 3).events[0].args == {"value": 3, "data": b""}
    receipt = chain.transfer("bob", taker.address, 0, data=b"\x01\x02")
    assert receipt.events[0].args == {"value": 0, "data": b"\x01\x02"}
    assert receipt.action == "Bob sent 0 wei with the calldata 0x0102 to your contract"
    assert taker.balance == 3
    assert set(chain.gas) == {"constructor", "receive", "fallback"}


def test_plain_ether_to_a_contract_without_receive_is_explained(chain: Chain, deploy: Any):
    with pytest.raises(Reverted) as caught:
        chain.transfer(chain.bob, deploy("contract Closed {}"), 5)
    assert caught.value.explanation == (
        "Bob sent 5 wei to your contract, and it reverted without a reason. "
        "Your contract has no `receive()`, so it can't take plain ether."
    )


def test_nobody_sends_more_than_they_have(chain: Chain):
    with pytest.raises(ExecutionError) as caught:
        chain.transfer(chain.bob, chain.carol, ether(2000))
    assert not isinstance(caught.value, Reverted)
    assert (
        caught.value.explanation
        == "Bob sent 2,000 ether to Carol, and it could not be paid for. Bob has only 1,000 ether."
    )
    for amount in (-1, 0.5, "1", True):
        with pytest.raises(OutOfReach, match="An amount of wei was expected"):
            chain.transfer(chain.bob, chain.carol, amount)
    with pytest.raises(OutOfReach, match="An address was expected, not 5"):
        chain.transfer(chain.bob, 5, 1)


def test_the_constructor_takes_its_arguments_and_says_if_they_do_not_fit(chain: Chain, build: Any):
    artifact = build(BOX)
    with pytest.raises(MissingFunction) as caught:
        chain.deploy(artifact)
    assert str(caught.value) == (
        "The constructor of your contract can't be called with (): "
        "it is `constructor(uint256 start)`, and it takes 1 argument, not 0."
    )
    with pytest.raises(Reverted, match="without a reason") as refused:
        chain.deploy(build("contract Plain {}"), value=1)
    assert "Its constructor isn't `payable`" in refused.value.explanation
    contract = chain.deploy(artifact, 1, sender="bob", value=3)
    assert (contract.get(), contract.balance) == (1, 3)


def test_the_first_contract_is_the_learners_and_later_ones_have_their_names(chain: Chain, build: Any):
    first, second = chain.deploy(build(BOX), 1), chain.deploy(build(BOX), 2)
    third = chain.deploy(build(BOX), 3, called="the other box")
    assert [repr(each) for each in (first, second, third)] == ["your contract", "`Box`", "the other box"]
    assert second.set(second.get() + 1, value=0).action == "Alice called `set(3)` of `Box`"
    assert chain.gas.keys() == {"constructor"}
    first.set(1)
    assert chain.gas.keys() == {"constructor", "set"}


def test_gas_records_the_highest_of_each_function_of_the_submission(chain: Chain, deploy: Any):
    box = deploy(BOX, 0)
    assert chain.gas == {"constructor": box.deployment.gas_used}
    used = [box.set(number).gas_used for number in (5, 5, 0)]
    assert chain.gas["set"] == max(used) > min(used)
    box.get()
    with pytest.raises(OutOfGas):
        box.set(1, gas=30_000)
    assert chain.gas.keys() == {"constructor", "set"}


def test_contracts_are_deployed_by_name_and_found_at_addresses(compilation_of: Any):
    source = """
    contract Child { uint256 public born = block.timestamp; event Hello(); function hi() external { emit Hello(); } }
    contract Parent {
        Child public child;
        function make() external { child = new Child(); }
        function greet() external { child.hi(); }
    }
    abstract contract Idea { function x() external virtual; }
    """
    chain = Chain(artifacts=compilation_of(source).artifacts)
    parent = chain.deploy("Parent")
    made = parent.make()
    child = chain.at(parent.child(), "Child")
    assert isinstance(child, Contract)
    assert child.born() == made.timestamp
    assert repr(child) == "`Child`"
    assert parent.greet().events[0].name == "Hello"
    for missing in ("Idea", "Nothing"):
        with pytest.raises(OutOfReach, match=f"no contract `{missing}` that can be deployed"):
            chain.deploy(missing)


def test_amounts_and_times_that_came_from_a_contract_are_its_fault(chain: Chain, build: Any):
    box = chain.deploy(build(BOX), 5)
    for amount in (-1, "much", 1.5):
        with pytest.raises(OutOfReach, match="An amount of wei was expected"):
            box.take(value=amount)
        with pytest.raises(OutOfReach, match="An amount of wei was expected"):
            chain.deploy(build(BOX), 5, value=amount)
        with pytest.raises(OutOfReach, match="A number of seconds was expected"):
            chain.wait(amount)
        with pytest.raises(OutOfReach, match="A time was expected"):
            chain.warp(amount)
    for use in (chain.wait, chain.warp, box.set, lambda amount: box.take(value=amount)):
        with pytest.raises(NotAValue):
            use(box.forgotten())


def test_contracts_and_structs_can_be_copied(chain: Chain, deploy: Any):
    types = deploy(TYPES)
    assert copy.copy(types) == types
    assert copy.copy(types.named()) == (1, 9)


def test_storage_and_code_can_be_looked_at(chain: Chain, deploy: Any):
    box = deploy(BOX, 5)
    box.set(6, sender=chain.bob)
    assert chain.storage_at(box, 0) == 6
    assert chain.storage_at(box.address, 1) == int(chain.bob.address, 16)
    assert chain.storage_at(box, 2**256 - 1) == 0
    assert len(chain.code(box)) > 100
    assert chain.code(chain.bob) == b""


def test_an_account_is_equal_to_its_address_in_any_case(chain: Chain):
    bob = chain.bob
    assert all(bob == other for other in (bob.address, bob.address.lower(), chain.account("BOB")))
    assert [bob.address].index(bob) == 0
    assert bob != chain.carol
    assert bob != 5
    assert {bob: 1}[bob.address] == 1
    assert (str(bob), repr(bob), bob.name) == (bob.address, "Bob", "bob")


@pytest.mark.parametrize(
    ("body", "returned"),
    [
        ("return(0, 0)", "nothing came back"),
        ("mstore(0, 7) return(0, 31)", "31 bytes came back"),
        ("mstore(0, not(0)) return(0, 32)", "32 bytes came back"),
        ("mstore(0, 0x20) mstore(32, not(0)) return(0, 64)", "64 bytes came back"),
        ("mstore(0, 0x20) mstore(32, 2) mstore(64, not(0)) return(0, 96)", "96 bytes came back"),
        ("mstore(0, 0x00) return(0, 64)", "64 bytes came back"),
    ],
)
def test_return_data_that_does_not_fit_fails_the_check_and_not_the_lesson(deploy: Any, body: str, returned: str):
    liar = deploy(f"contract Liar {{ function f() external returns (string[] memory) {{ assembly {{ {body} }} }} }}")
    with pytest.raises(BadReturn, match=rf"`f\(\)` should return \(string\[\]\), but {returned}"):
        liar.call("f")
    receipt = liar.f()
    with pytest.raises(BadReturn):
        receipt.value  # noqa: B018


@pytest.mark.parametrize("kind", ["address", "bool", "uint8", "bytes3", "int16"])
def test_dirty_bits_in_return_data_are_refused(deploy: Any, kind: str):
    body = "assembly { mstore(0, not(0)) return(0, 32) }"
    liar = deploy(f"contract Liar {{ function f() external pure returns ({kind}) {{ {body} }} }}")
    if kind == "int16":
        assert liar.f() == -1
    else:
        with pytest.raises(BadReturn):
            liar.f()


def test_text_that_is_no_utf8_is_escaped(deploy: Any):
    body = 'bytes memory odd = hex"61ff62"; return string(odd);'
    odd = deploy(f"contract Odd {{ function f() external pure returns (string memory) {{ {body} }} }}")
    assert odd.f() == "a\\xffb"


def test_a_library_with_types_of_its_own_can_still_be_read(deploy: Any):
    library = deploy(
        """
        library Lib {
            struct S { uint256 x; }
            function touch(S storage s, mapping(address => uint256) storage m) external { s.x = 1; m[msg.sender] = 2; }
            function two() external pure returns (uint256) { return 2; }
        }
        """
    )
    assert library.two() == 2
    with pytest.raises(MissingFunction, match="touch"):
        library.touch(1, 2)
