"""Scenarios: steps as data on a fresh chain, answered as data."""

from collections.abc import Callable

import pytest

from evmbox.chain import START_TIME
from evmbox.chain.code import TAKES_ANYTHING, creation_of
from evmbox.compiler import Artifact, Compilation, Compiler
from evmbox.scenario import run_scenario
from evmbox.steps import Step, StepResult

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Jar {
    error NotOwner(address caller);
    event Tipped(address indexed by, uint256 amount, bytes note);
    struct Tip { address by; uint256 amount; bytes3 tag; }

    uint256 public constant MAX = type(uint256).max;
    address public owner = msg.sender;
    Tip[] private tips;

    function tip(bytes calldata note) external payable returns (uint256) {
        require(msg.value > 0, "empty tip");
        tips.push(Tip(msg.sender, msg.value, 0xabcdef));
        emit Tipped(msg.sender, msg.value, note);
        return tips.length;
    }
    function all() external view returns (Tip[] memory) { return tips; }
    function take() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        payable(owner).transfer(address(this).balance);
    }
    function give(address to) external { owner = to; }
    function time() external view returns (uint256) { return block.timestamp; }
    function loop() external pure { while (true) {} }
}

contract Picky { constructor(address who) { require(who != address(0)); } }
"""
ETHER = 10**18


def test_code_without_a_source_is_sent_raw_calldata_and_answers_what_came_back() -> None:
    echo = Artifact("Code", TAKES_ANYTHING, creation_of(bytes.fromhex("365f5f37365ff3")), 7)
    steps = [
        Step(action="deploy", contract="Code"),
        Step(action="raw", target=0, args=["0xabcd"], value_wei=1),
        Step(action="balance", target=0),
        Step(action="raw", target=0, args=["0xabc"]),
    ]
    _, sent, balance, refused = run_scenario(Compilation(artifacts={"Code": echo}), steps)[0]
    assert (sent.result, balance.result) == ("0xabcd", 1)
    assert sent.gas_used is not None
    assert "hexadecimal" in (refused.error or "")


@pytest.fixture
def run(compiler: Compiler) -> Callable[..., list[StepResult]]:
    """Give a function that runs steps after a first one that deploys a Jar."""
    compilation = compiler.compile(SOURCE)
    assert compilation.ok, compilation.diagnostics

    def run_steps(*steps: dict[str, object]) -> list[StepResult]:
        all_steps = [Step(action="deploy", contract="Jar"), *(Step.model_validate(step) for step in steps)]
        results, message = run_scenario(compilation, all_steps)
        assert message is None
        for result in results:
            assert StepResult.model_validate_json(result.model_dump_json()) == result
        return results

    return run_steps


def test_a_transaction_gives_value_gas_and_events(run):
    deployed, tipped = run(
        {"action": "send", "target": 0, "function": "tip", "args": ["0xc0ffee"], "account": "bob", "value_wei": ETHER}
    )
    assert deployed.ok
    assert deployed.address is not None
    assert deployed.gas_used is not None
    assert deployed.gas_used > 53_000
    assert tipped.result == 1
    assert tipped.gas_used is not None
    [event] = tipped.events
    assert event["name"] == "Tipped"
    assert event["args"]["amount"] == ETHER
    assert event["args"]["note"] == "0xc0ffee"
    assert event["address"] == deployed.address


def test_values_are_plain_json(run):
    results = run(
        {"action": "send", "target": 0, "function": "tip", "args": ["0x"], "value_wei": 5},
        {"action": "call", "target": 0, "function": "all"},
        {"action": "call", "target": 0, "function": "MAX"},
        {"action": "storage", "target": 0, "slot": 1},
    )
    [tip] = results[2].result
    assert (tip["amount"], tip["tag"]) == (5, "0xabcdef")
    assert results[3].result == 2**256 - 1
    assert results[4].result == 1


def test_accounts_are_named_where_an_address_is_wanted(run):
    results = run(
        {"action": "send", "target": 0, "function": "give", "args": ["Bob"]},
        {"action": "send", "target": 0, "function": "take", "account": "bob"},
    )
    assert [result.ok for result in results] == [True, True, True]


def test_balances_and_time_move(run):
    results = run(
        {"action": "send", "target": 0, "function": "tip", "args": ["0x"], "account": "bob", "value_wei": ETHER},
        {"action": "balance", "target": 0},
        {"action": "balance", "account": "bob"},
        {"action": "call", "target": 0, "function": "time"},
        {"action": "wait", "seconds": 3600},
        {"action": "call", "target": 0, "function": "time"},
    )
    assert [result.result for result in results[2:4]] == [ETHER, 999 * ETHER]
    assert results[4].result == START_TIME + 2
    assert results[6].result == results[5].result == START_TIME + 3602


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"action": "send", "target": 0, "function": "tip", "args": ["0x"]}, 'reverted with "empty tip"'),
        ({"action": "send", "target": 0, "function": "take", "account": "carol"}, "NotOwner(caller=Carol)"),
        ({"action": "send", "target": 0, "function": "loop"}, "ran out of gas"),
        ({"action": "send", "target": 0, "function": "tipp", "args": ["0x"]}, "Did you mean `tip`?"),
        ({"action": "send", "target": 0, "function": "give", "args": ["nobody"]}, "can't hold"),
        ({"action": "send", "target": 0, "function": "give", "args": ["bob"], "account": "mallory"}, "no account"),
        ({"action": "send", "function": "give"}, "which contract"),
        ({"action": "send", "target": 0}, "names a function"),
        ({"action": "send", "target": 9, "function": "give"}, "deployed nothing"),
        ({"action": "send", "target": 1, "function": "give"}, "deployed nothing"),
        ({"action": "send", "target": 0, "function": "tip", "args": ["0x"], "value_wei": 2**200}, "has only"),
        ({"action": "deploy", "contract": "Bottle"}, "no contract `Bottle`"),
        ({"action": "deploy", "contract": "Picky"}, "constructor(address who)"),
        ({"action": "deploy"}, "names a contract"),
        ({"action": "storage"}, "which contract"),
    ],
)
def test_a_step_that_fails_says_why_and_the_next_one_runs(run, step: dict[str, object], said: str):
    results = run(step, {"action": "call", "target": 0, "function": "owner"})
    assert not results[1].ok
    assert said in str(results[1].error)
    assert results[2].ok


def test_a_failed_deployment_leaves_nothing_to_call(run):
    results = run(
        {"action": "deploy", "contract": "Picky", "args": ["0x" + "00" * 20]},
        {"action": "call", "target": 1, "function": "owner"},
        {"action": "deploy", "contract": "Jar"},
        {"action": "call", "target": 3, "function": "owner"},
    )
    assert [result.ok for result in results] == [True, False, False, True, True]


def test_events_of_no_known_type_are_shown_raw(compiler: Compiler):
    source = "contract Raw { function log() external { assembly { mstore(0, 7) log1(0, 32, 9) } } }"
    steps = [Step(action="deploy", contract="Raw"), Step(action="send", target=0, function="log")]
    results, _ = run_scenario(compiler.compile(source), steps)
    [event] = results[1].events
    assert event["name"] is None
    assert (event["topics"], event["data"]) == ([f"0x{9:064x}"], f"0x{7:064x}")
