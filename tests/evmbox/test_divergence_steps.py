"""What a check did as the steps of a scenario: it does the same again, or there are none."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from evmbox.chain import Chain, ExecutionError
from evmbox.compiler import Compiler
from evmbox.divergence.as_steps import MAX_STEPS, steps_until
from evmbox.divergence.transcript import WatchedEngine
from evmbox.scenario import run_scenario
from evmbox.steps import Step

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Jar {
    struct Tip { address to; uint256 amount; bytes note; }
    uint256 immutable goal;
    uint256 public until;
    Tip[] tips;
    constructor(uint256 goal_) payable { goal = goal_; }
    receive() external payable {}
    function tip(Tip calldata one, address[] calldata more) external payable returns (uint256) {
        until = block.timestamp;
        tips.push(one);
        return more.length;
    }
    function late() external view returns (bool) { return block.timestamp > until + 1 days; }
    function never() external pure { revert("never"); }
}
contract Other { function hello() external pure returns (uint256) { return 1; } }
"""
Play = Callable[[Callable[[Chain, object], object]], tuple[Step, ...]]


@pytest.fixture
def play(compiler: Compiler) -> Play:
    """Give a function that deploys a Jar, has something done, and returns that as steps."""
    compilation = compiler.compile(SOURCE)
    artifact = compilation.artifacts["Jar"]

    def played(do):
        chain = Chain(artifacts=compilation.artifacts)
        engine = WatchedEngine(chain.engine, accounts=[each.raw for each in chain.accounts], functions=[])
        chain.put_on(engine)
        jar = chain.deploy(artifact, 3, value=7)
        with suppress(ExecutionError):
            do(chain, jar)
        steps = steps_until(len(engine.entries) - 1, engine.entries, artifact, chain)
        if steps:
            results, _ = run_scenario(compilation, steps)
            assert results[-1].ok == (engine.entries[-1].execution.ending == "returned")
        return steps

    return played


def test_steps_name_people_and_contracts_and_hold_values_in_full(play: Play) -> None:
    def do(chain, jar):
        one = {"to": jar, "amount": 2**255, "note": b"hi"}
        jar.tip(one, [chain.alice, chain.carol], sender=chain.bob, value=10**18)

    deployed, tipped = play(do)
    assert deployed == Step(action="deploy", account="owner", contract="Jar", args=[3], value_wei=7)
    assert tipped == Step(
        action="send",
        account="bob",
        target=0,
        function="tip((address,uint256,bytes),address[])",
        args=[{"to": "@0", "amount": 2**255, "note": "0x6869"}, ["alice", "carol"]],
        value_wei=10**18,
    )


def test_time_moves_as_it_did(play: Play) -> None:
    def do(chain, jar):
        jar.tip((chain.bob, 1, b""), [])
        chain.wait(86_400)
        chain.wait(5)
        assert jar.late() is True

    assert [(step.action, step.seconds) for step in play(do)] == [
        ("deploy", 0),
        ("send", 0),
        ("wait", 86_405),
        ("call", 0),
    ]


def test_what_was_undone_is_left_out(play: Play) -> None:
    def do(chain, jar):
        mark = chain.snapshot()
        jar.tip((chain.bob, 1, b""), [])
        chain.revert(mark)
        chain.transfer(chain.bob, jar, 4)
        jar.never(sender=chain.bob)

    steps = play(do)
    assert [step.action for step in steps] == ["deploy", "transfer", "send"]
    assert (steps[1].target, steps[1].value_wei) == (0, 4)


def test_reads_on_the_way_are_left_out(play: Play) -> None:
    def do(chain, jar):
        jar.until()
        jar.late()

    assert [step.function for step in play(do)] == [None, "late()"]


def test_another_contract_or_too_much_gives_no_steps(play: Play) -> None:
    def deploys_another(chain, _jar):
        chain.deploy("Other")

    def does_much(chain, jar):
        for _ in range(MAX_STEPS):
            chain.transfer(chain.bob, jar, 1)

    assert play(deploys_another) == ()
    assert play(does_much) == ()
