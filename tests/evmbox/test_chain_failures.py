"""Failed executions in words: every way a contract can end, and nothing it returns can break or flood a message."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evmbox.chain import Chain, Ending, ExecutionError, LearnerError, OutOfGas, Reverted
from evmbox.chain.failures import PANICS, explain_revert
from evmbox.chain.units import ether, gwei, in_words
from evmbox.chain.words import printable, show
from evmbox.errors import ChainError

WRONG = """
error NotOwner(address caller);
error Many(uint256 amount, string why, bytes data, uint256[] list);
error Plain();
library Elsewhere { error Deep(uint256 depth); function fail() external pure { revert Deep(3); } }
contract Wrong {
    enum E { A }
    uint256[] list;
    function(uint256) internal pure returns (uint256) pointer;
    bytes packed;
    function custom() external view { revert NotOwner(msg.sender); }
    function many() external pure {
        uint256[] memory numbers = new uint256[](12);
        revert Many(1 ether, "why", hex"ff", numbers);
    }
    function plain() external pure { revert Plain(); }
    function reason() external pure { revert("too early"); }
    function required() external pure { require(false); }
    function empty() external pure { assembly { revert(0, 0) } }
    function asserted() external pure { assert(false); }
    function overflow(uint256 a) external pure returns (uint256) { return a - 1; }
    function divide(uint256 a) external pure returns (uint256) { return 1 / a; }
    function toEnum(uint256 a) external pure returns (E) { return E(a); }
    function pop() external { list.pop(); }
    function index(uint256 a) external view returns (uint256) { return list[a]; }
    function allocate() external pure returns (bytes memory) { return new bytes(2**255); }
    function uninitialized() external view returns (uint256) { return pointer(1); }
    function invalid() external pure { assembly { invalid() } }
    function forever() external pure { while (true) {} }
    function write() external returns (bool ok) {
        (ok,) = address(this).staticcall(abi.encodeCall(this.pop, ()));
        require(ok, "no writing here");
    }
    function raw(bytes calldata data) external pure {
        bytes memory copy = data;
        assembly { revert(add(copy, 32), mload(copy)) }
    }
    function huge() external pure {
        assembly {
            mstore(0, shl(224, 0x08c379a0))
            mstore(4, 32)
            mstore(36, 2999904)
            revert(0, 3000004)
        }
    }
    function deep(uint256 level) external view {
        if (gasleft() < 20_000) revert(level > 300 ? "deep" : "shallow");
        this.deep(level + 1);
    }
}
"""


@pytest.fixture(scope="module")
def wrong(build: Any) -> Any:
    return Chain().deploy(build(WRONG, "Wrong"))


def failure(wrong: Any, function: str, *args: Any, **terms: Any) -> ExecutionError:
    with pytest.raises(ExecutionError) as called:
        wrong.call(function, *args, **terms)
    with pytest.raises(ExecutionError) as sent:
        wrong.send(function, *args, **terms)
    assert str(called.value) == str(sent.value)
    assert type(called.value) is type(sent.value)
    return sent.value


def test_a_custom_error_has_its_arguments_by_name_and_shows_people(wrong: Any):
    error = failure(wrong, "custom", sender="bob")
    assert isinstance(error, Reverted)
    assert (error.error, error.arguments) == ("NotOwner", {"caller": wrong._target.chain.bob})
    assert (error.reason, error.panic) == (None, None)
    assert str(error) == "NotOwner(caller=Bob)"
    assert error.explanation == "Bob called `custom()`, and it reverted with NotOwner(caller=Bob)."


def test_arguments_of_every_kind_are_shown_short(wrong: Any):
    assert str(failure(wrong, "many")) == (
        'Many(amount=1,000,000,000,000,000,000 (1 ether), why="why", data=0xff, '
        "list=[0, 0, 0, 0, 0, 0, 0, 0, … (12 in all)])"
    )
    assert str(failure(wrong, "plain")) == "Plain()"


@pytest.mark.parametrize(
    ("function", "args", "words"),
    [
        ("reason", (), 'reverted with "too early"'),
        ("required", (), "reverted without a reason"),
        ("empty", (), "reverted without a reason"),
        ("asserted", (), "panicked: assertion failed (0x01)"),
        ("overflow", (0,), "panicked: arithmetic overflow or underflow (0x11)"),
        ("divide", (0,), "panicked: division by zero (0x12)"),
        ("toEnum", (7,), "panicked: conversion to an enum that has no such value (0x21)"),
        ("pop", (), "panicked: pop from an empty array (0x31)"),
        ("index", (5,), "panicked: array index out of bounds (0x32)"),
        ("allocate", (), "panicked: too much memory allocated (0x41)"),
        ("uninitialized", (), "panicked: call of an uninitialized function (0x51)"),
        ("write", (), 'reverted with "no writing here"'),
        ("invalid", (), "ran into an invalid instruction, which burns all gas"),
        ("forever", (), "ran out of gas (3,000,000 were given)"),
    ],
)
def test_each_ending_is_told_in_words(wrong: Any, function: str, args: tuple[int, ...], words: str):
    assert str(failure(wrong, function, *args)) == words


def test_kinds_of_failure_are_told_apart(wrong: Any):
    reason = failure(wrong, "reason")
    assert isinstance(reason, Reverted)
    assert (reason.reason, reason.error, reason.panic) == ("too early", None, None)
    panic = failure(wrong, "divide", 0)
    assert isinstance(panic, Reverted)
    assert (panic.panic, panic.reason, panic.error) == (0x12, None, None)
    assert isinstance(failure(wrong, "forever", gas=50_000), OutOfGas)
    invalid = failure(wrong, "invalid")
    assert type(invalid) is ExecutionError
    assert invalid.ending is Ending.INVALID_INSTRUCTION


def test_a_call_that_goes_hundreds_of_levels_deep_ends_in_words(wrong: Any):
    assert str(failure(wrong, "deep", 0, gas=30_000_000)) == 'reverted with "deep"'


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("5f56", Ending.INVALID_JUMP),
        ("50", Ending.STACK_UNDERFLOW),
        ("5b5f56", Ending.OUT_OF_GAS),
        ("5b5f5f56", Ending.STACK_OVERFLOW),
        ("5f60205f3e", Ending.RETURN_DATA_BOUNDS),
        ("0c", Ending.INVALID_INSTRUCTION),
        ("60ef5f5360015ff3", Ending.FAILED),
        ("6160015ff3", Ending.CODE_TOO_LARGE),
    ],
)
def test_bytecode_that_ends_badly_at_deployment_is_told_in_words(chain: Chain, code: str, ending: Ending):
    class Raw:
        name, abi, creation = "Raw", (), bytes.fromhex(code)

    with pytest.raises(ExecutionError) as caught:
        chain.deploy(Raw(), gas=1_000_000)
    assert caught.value.ending is ending
    assert caught.value.explanation.startswith("Owner deployed your contract, and it ")


def test_creation_code_beyond_the_limit_is_told_as_too_large(chain: Chain):
    class Raw:
        name, abi, creation = "Raw", (), bytes(49_153)

    with pytest.raises(ExecutionError, match=r"too large: at most 24,576 bytes") as caught:
        chain.deploy(Raw())
    assert caught.value.ending is Ending.CODE_TOO_LARGE
    assert chain.block_number == 1


def test_an_error_of_another_known_contract_is_explained(compilation_of: Any):
    compilation = compilation_of(
        """
        contract Inner { error Deep(uint256 depth); function fail() external pure { revert Deep(3); } }
        contract Outer { Inner inner = new Inner(); function f() external view { inner.fail(); } }
        """
    )
    alone = Chain().deploy(compilation.artifacts["Outer"])
    with pytest.raises(Reverted, match="no known error explains: 0x"):
        alone.f()
    together = Chain(abis=compilation.abis.values()).deploy(compilation.artifacts["Outer"])
    with pytest.raises(Reverted, match=r"^Deep\(depth=3\)$"):
        together.f()


def test_three_megabytes_of_revert_data_are_cut(wrong: Any):
    error = failure(wrong, "huge", gas=30_000_000)
    assert len(str(error)) < 1200
    assert "(2,999,907 characters)" in str(error)


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("right\u202eleft", "right\\u{202e}left"),
        ("bell\x07 line\nbreak\x1b[31m", "bell\\u{7} line\\u{a}break\\u{1b}[31m"),
        ("null\0", "null\\u{0}"),
        ("zero\u200bwidth", "zero\\u{200b}width"),
        ("é 日本 🎉", "é 日本 🎉"),
        ("x" * 500, "x" * 120 + "… (500 characters)"),
    ],
)
def test_characters_that_mislead_are_escaped(wrong: Any, reason: str, shown: str):
    selector, encoded = "08c379a0", reason.encode()
    words = f"{32:064x}{len(encoded):064x}{encoded.hex().ljust(-(-len(encoded) // 32) * 64, '0')}"
    error = failure(wrong, "raw", bytes.fromhex(selector + words))
    assert str(error) == f'reverted with "{shown}"'


@pytest.mark.parametrize(
    "data",
    [
        "08c379a0",
        "08c379a0" + "ff" * 32,
        f"08c379a0{32:064x}{2**255:064x}",
        f"08c379a0{0:064x}",
        "4e487b71",
        "4e487b71" + "ff" * 31,
        "12345678",
        "ff",
    ],
)
def test_malformed_revert_data_is_shown_as_it_is(wrong: Any, data: str):
    error = failure(wrong, "raw", bytes.fromhex(data))
    assert isinstance(error, Reverted)
    assert str(error).startswith("reverted with data that no known error explains: 0x")
    assert (error.data.hex(), error.reason, error.panic, error.error) == (data, None, None, None)


def test_text_in_a_reason_that_is_no_utf8_is_escaped(wrong: Any):
    error = failure(wrong, "raw", bytes.fromhex(f"08c379a0{32:064x}{3:064x}61ff62{0:058x}"))
    assert str(error) == 'reverted with "a\\xffb"'


@given(st.binary(max_size=200), st.sampled_from(["", "08c379a0", "4e487b71"]))
def test_any_revert_data_is_told_in_one_harmless_line(data: bytes, head: str):
    error = explain_revert(bytes.fromhex(head) + data, ())
    assert isinstance(error, Reverted)
    assert str(error).isprintable()
    assert len(str(error)) < 1300


def test_every_panic_has_its_words():
    for code, words in PANICS.items():
        data = bytes.fromhex(f"4e487b71{code:064x}")
        assert str(explain_revert(data, ())) == f"panicked: {words} (0x{code:02x})"
    assert "unknown code (0x99)" in str(explain_revert(bytes.fromhex(f"4e487b71{0x99:064x}"), ()))


@given(st.text())
def test_printable_text_has_no_character_that_cannot_be_seen(text: str):
    shown = printable(text)
    assert all(unicodedata.category(character)[0] != "C" for character in shown)
    assert text.isprintable() == (shown == text) or len(text) > 120


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (5, "5"),
        (-5, "-5"),
        (999_999, "999999"),
        (1_000_000, "1,000,000"),
        (10**18, "1,000,000,000,000,000,000 (1 ether)"),
        (2**256 - 1, "type(uint256).max"),
        ("a", '"a"'),
        (b"\x01", "0x01"),
        (bytes(40), "0x" + "00" * 32 + "… (40 bytes)"),
        ([1, [2]], "[1, [2]]"),
        ({"a": 1}, "{a: 1}"),
        (None, "nothing"),
        ("0x" + "ab" * 20, "0x" + "ab" * 20),
    ],
)
def test_a_value_is_shown_as_a_learner_reads_it(value: Any, shown: str):
    assert show(value) == shown


@pytest.mark.parametrize(
    ("wei", "words"),
    [
        (0, "0 wei"),
        (7, "7 wei"),
        (ether(1), "1 ether"),
        (ether("0.5"), "0.5 ether"),
        (ether("1234.056"), "1,234.056 ether"),
        (gwei(20), "20 gwei"),
        (gwei("1.5"), "1.5 gwei"),
        (ether(1) + 1, "1,000,000,000,000,000,001 wei"),
    ],
)
def test_an_amount_is_told_in_the_unit_that_reads_best(wei: int, words: str):
    assert in_words(wei) == words


def test_ether_is_exact():
    assert ether(1) == 10**18
    assert ether("0.1") == ether(0.1) == 10**17
    assert ether("123456789012.123456789012345678") == 123456789012123456789012345678
    assert gwei(1.5) == 1_500_000_000
    for amount in ("0.0000000000000000001", "one", float("nan"), float("inf")):
        with pytest.raises(ChainError):
            ether(amount)


def test_every_failure_is_a_learners_error():
    assert issubclass(ExecutionError, LearnerError)
    assert not issubclass(LearnerError, ChainError)
