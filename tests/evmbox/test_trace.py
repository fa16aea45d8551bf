"""A trace read: lines, calls with their arguments, events, gas by line and function, and pages of steps."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from evmbox.chain import Chain, Contract, LearnerError
from evmbox.chain.recorder import Wanted, recording
from evmbox.compiler import Compilation, Compiler
from evmbox.trace import Trace
from evmbox.traces import TraceSummary

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

contract Counter {
    uint256 public count;

    error TooMany(address who, uint256 asked);
    event Bumped(address indexed by, uint256 count);

    function bump(uint256 by) external returns (uint256) {
        if (by > 9) revert TooMany(msg.sender, by);
        count += by;
        emit Bumped(msg.sender, count);
        return count;
    }

    receive() external payable {}
}

contract User {
    Counter immutable counter;
    uint256 total;
    string note = unicode"größer";

    modifier twice() {
        total++;
        _;
        total++;
    }

    constructor() {
        counter = new Counter();
    }

    function use(uint256 n) external twice returns (uint256) {
        for (uint256 i = 0; i < n; i++) {
            total += square(i);
        }
        return counter.bump(3) + fib(5);
    }

    function square(uint256 x) internal pure returns (uint256) {
        return x * x;
    }

    function fib(uint256 n) internal pure returns (uint256) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    function risk() external {
        try counter.bump(10) {
            total = 1;
        } catch {
            total = 2;
        }
    }

    function pay() external payable {
        (bool sent,) = address(counter).call{value: msg.value}("");
        require(sent, unicode"größer als gedacht"); total = 7;
    }

    function spin() external {
        while (true) {
            total++;
        }
    }
}
"""


@pytest.fixture(scope="module")
def compilation(compiler: Compiler) -> Compilation:
    compilation = compiler.compile(SOURCE, details=True)
    assert compilation.ok, compilation.diagnostics
    return compilation


@pytest.fixture
def user(chain: Chain, compilation: Compilation) -> Contract:
    chain.artifacts.update(compilation.artifacts)
    return chain.deploy("User")


Record = Callable[..., Trace]


@pytest.fixture
def trace(chain: Chain, user: Contract, compilation: Compilation) -> Record:
    def record(function: str, *args: Any, wanted: Wanted | None = None, **terms: Any) -> Trace:
        recorder = recording(chain.engine, wanted or Wanted(steps=100_000))
        with recorder as recorded, suppress(LearnerError):
            user.send(function, *args, sender=chain.bob, **terms)
        return Trace(recorded, compilation, chain.name_of)

    return record


def line(text: str) -> int:
    return SOURCE.split("\n").index(text) + 1


def test_the_calls_are_told_with_arguments_results_and_places(trace: Record) -> None:
    outer, inner = trace("use", 2).summary().calls
    assert (outer.sender, outer.target, outer.contract, outer.function) == (
        "Bob",
        "your contract",
        "User",
        "use(uint256)",
    )
    assert (outer.arguments, outer.result, outer.error, outer.location) == ({"n": "2"}, "8", None, None)
    assert (inner.kind, inner.sender, inner.contract, inner.function) == (
        "CALL",
        "your contract",
        "Counter",
        "bump(uint256)",
    )
    assert (inner.arguments, inner.result, inner.parent, inner.depth) == ({"by": "3"}, "3", 0, 1)
    assert inner.location is not None
    assert inner.location.line == line("        return counter.bump(3) + fib(5);")
    assert outer.first_step < inner.first_step < inner.end_step < outer.end_step


def test_a_creation_is_told_with_its_constructor(chain: Chain, compilation: Compilation) -> None:
    chain.artifacts.update(compilation.artifacts)
    with recording(chain.engine, Wanted(steps=10_000)) as recorded:
        chain.deploy("User")
    calls = Trace(recorded, compilation, chain.name_of).summary().calls
    assert [(call.kind, call.contract, call.function) for call in calls] == [
        ("CREATE", "User", "constructor"),
        ("CREATE", "Counter", "constructor"),
    ]


def test_a_call_that_fails_says_why_and_a_caught_one_undoes_only_itself(trace: Record) -> None:
    summary = trace("risk").summary()
    outer, inner = summary.calls
    assert inner.error == "reverted with TooMany(who=your contract, asked=10)"
    assert (inner.undone, outer.undone, outer.error) == (True, False, None)
    assert [(write.variable, write.new, write.undone) for write in summary.writes] == [("total", "2", False)]


def test_ether_goes_to_receive(trace: Record) -> None:
    summary = trace("pay", value=5).summary()
    assert [(call.function, call.value_wei) for call in summary.calls] == [("pay()", "5"), ("receive", "5")]


def test_columns_count_characters(trace: Record) -> None:
    [write] = trace("pay", value=1).summary().writes
    text = '        require(sent, unicode"größer als gedacht"); total = 7;'
    assert write.location is not None
    assert (write.location.line, write.location.column) == (line(text), text.index("total") + 1)
    assert write.location.end_column == text.index("total") + 1 + len("total = 7")


def test_events_are_told_by_name_and_place(trace: Record) -> None:
    [log] = trace("use", 1).summary().logs
    assert log.event == "Bumped(by=your contract, count=3)"
    assert log.location is not None
    assert log.location.line == line("        emit Bumped(msg.sender, count);")


def test_variables_are_told_with_the_modifiers_lines(trace: Record) -> None:
    summary = trace("use", 0).summary()
    assert [(write.contract, write.variable, write.old, write.new) for write in summary.writes] == [
        ("User", "total", "0", "1"),
        ("Counter", "count", "0", "3"),
        ("User", "total", "1", "2"),
    ]
    assert summary.writes[0].location is not None
    assert summary.writes[0].location.function == "twice"


def test_gas_by_line_and_function_adds_up(trace: Record) -> None:
    traced = trace("use", 20)
    summary, root = traced.summary(), traced.recording.frames[0]
    used = root.gas - root.gas_left
    assert sum(each.own for each in summary.lines) + summary.gas_elsewhere == used
    by_line = {each.line: each for each in summary.lines}
    loop = by_line[line("            total += square(i);")]
    square = by_line[line("        return x * x;")]
    assert loop.total > loop.own
    assert square.own == square.total <= loop.total - loop.own
    functions = {(each.contract, each.function): each for each in summary.functions}
    assert functions["User", "square"].calls == 20
    assert functions["User", "fib"].calls == 15
    assert functions["Counter", "bump"].calls == 1
    assert functions["User", "use"].calls == 1
    assert functions["User", "fib"].own == functions["User", "fib"].total
    assert max(each.total for each in summary.functions) == functions["User", "use"].total <= used


def test_gas_that_is_burned_counts_to_where_it_ran_out(trace: Record) -> None:
    traced = trace("spin", gas=60_000)
    summary, root = traced.summary(), traced.recording.frames[0]
    assert summary.calls[0].error == f"ran out of gas ({root.gas:,} were given)"
    assert sum(each.own for each in summary.lines) + summary.gas_elsewhere == root.gas


def test_steps_come_in_pages(trace: Record) -> None:
    traced = trace("use", 3, wanted=Wanted(steps=100_000, stack=range(10, 12), memory=range(11, 12)))
    total = len(traced.recording)
    page = traced.page(10, 5)
    assert (page.offset, page.total, [step.index for step in page.steps]) == (10, total, [10, 11, 12, 13, 14])
    assert [step.stack is None for step in page.steps] == [False, False, True, True, True]
    assert [step.memory is None for step in page.steps] == [True, False, True, True, True]
    assert [len(traced.page(offset, 700).steps) for offset in (0, total - 7, total, total + 1)] == [700, 7, 0, 0]
    assert len(traced.page(0, 10**9).steps) == min(total, 1000)
    every = [step for offset in range(0, total, 700) for step in traced.page(offset, 700).steps]
    assert [step.index for step in every] == list(range(total))


def test_every_step_of_a_page_finds_its_line_on_the_page(trace: Record) -> None:
    traced = trace("use", 3)
    total = len(traced.recording)
    for offset in range(0, total, 1000):
        page = traced.page(offset)
        for step in page.steps:
            expected = traced.lines.location(step.index)
            assert (None if step.location is None else page.locations[step.location]) == expected


def test_a_summary_survives_json(trace: Record) -> None:
    summary = trace("use", 3).summary()
    assert TraceSummary.model_validate_json(summary.model_dump_json()) == summary


def test_what_may_not_be_seen_is_withheld(chain: Chain, compiler: Compiler) -> None:
    head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
    hidden = f"{head}contract Canary {{ uint256 canary; function sing(uint256 tune) public {{ canary = tune; }} }}"
    mine = "uint256 mine; function go() external { mine = 1; sing(2); mine = 3; }"
    source = f"{head}import './Hidden.sol'; contract Mine is Canary {{ {mine} }}"
    compilation = compiler.compile(source, extra_sources={"Hidden.sol": hidden}, details=True)
    assert compilation.ok, compilation.diagnostics
    chain.artifacts.update(compilation.artifacts)
    contract = chain.deploy("Mine")
    with recording(chain.engine, Wanted(steps=10_000)) as recorded:
        contract.go()
    traced = Trace(recorded, compilation, chain.name_of)
    told = traced.summary().model_dump_json() + "".join(
        traced.page(offset).model_dump_json() for offset in range(0, len(recorded), 1000)
    )
    assert "mine" in told
    assert "Hidden.sol" not in told
    assert "canary" not in told.lower()
    assert "sing" not in told
