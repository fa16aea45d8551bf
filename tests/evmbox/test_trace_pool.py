"""Traces through the pool: bounded, whatever is traced."""

import struct
import zlib
from base64 import b64decode
from pathlib import Path

import pytest

from evmbox.pool import Pool
from evmbox.steps import Step
from evmbox.traces import MAX_STEPS, Window

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
HUGE = (
    HEAD
    + """contract Huge {
    event Said(bytes what);
    uint256[] list;

    function spin() external {
        while (true) {}
    }

    function fill() external {
        bytes memory much = new bytes(250_000);
        for (uint256 i = 0; i < 1_000; i++) {
            much[i] = 0x41;
        }
        emit Said(much);
    }
}
"""
)
DEPLOY = Step(action="deploy", contract="Huge")
COLUMNS = ((1, "B"), (2, "H"), (2, "H"), (2, "H"), (2, "H"), (4, "I"), (4, "I"))
"""Of an outline: bytes a number, and what `struct` calls that: op, location, call, pc, depth, gas, cost."""


def test_a_trace_is_cut_at_a_bound_and_says_so(pool: Pool) -> None:
    steps = [DEPLOY, Step(action="send", target=0, function="spin")]
    _, trace, message = pool.trace(HUGE, steps, 1, Window(offset=MAX_STEPS - 3, limit=10))
    if trace is None:  # on a machine so busy that the time was over first
        assert message is not None
        return
    assert trace.summary is not None
    assert trace.summary.truncated
    assert trace.summary.steps == MAX_STEPS
    assert trace.page is not None
    assert len(trace.page.steps) == 3
    assert "ran out of gas" in str(trace.result.error)


def test_pages_of_large_memories_are_short_and_fit_together(pool: Pool) -> None:
    steps = [DEPLOY, Step(action="send", target=0, function="fill")]
    seen: list[int] = []
    offset = 400
    for _ in range(3):
        window = Window(offset=offset, limit=1000, memory=True, summary=False)
        _, trace, _ = pool.trace(HUGE, steps, 1, window)
        assert trace is not None
        assert trace.page is not None
        assert 0 < len(trace.page.steps) < 1000
        assert trace.page.steps[0].memory is not None
        seen += [step.index for step in trace.page.steps]
        offset = seen[-1] + 1
    assert seen == list(range(400, offset))


def test_a_trace_tells_the_step_of_the_scenario_that_was_asked_for(pool: Pool) -> None:
    source = (Path(__file__).parent / "exercises/counter/solution.sol").read_text()
    steps = [Step(action="deploy", contract="Counter"), Step(action="send", target=0, function="increment")]
    for index, function in ((0, "constructor"), (1, "increment()")):
        _, trace, message = pool.trace(source, steps, index, Window())
        assert message is None
        assert trace is not None
        assert trace.summary is not None
        assert trace.summary.calls[0].function == function


def test_there_is_no_trace_of_a_step_that_is_not_there(pool: Pool) -> None:
    with pytest.raises(IndexError):
        pool.trace(HUGE, [DEPLOY], 1, Window())


def test_an_outline_has_every_step_of_the_pages_in_columns(pool: Pool) -> None:
    steps = [DEPLOY, Step(action="send", target=0, function="fill")]
    _, trace, _ = pool.trace(HUGE, steps, 1, Window(limit=1000, outline=True))
    assert trace is not None
    assert trace.page is not None
    outline = trace.outline
    assert outline is not None
    assert outline.steps == trace.page.total
    packed = zlib.decompress(b64decode(outline.columns))
    assert len(packed) == outline.steps * sum(size for size, _ in COLUMNS)
    columns = []
    for size, code in COLUMNS:
        end = size * outline.steps
        columns.append(struct.unpack(f"<{outline.steps}{code}", packed[:end]))
        packed = packed[end:]
    ops, locations, *others = (column[: len(trace.page.steps)] for column in columns)
    assert [outline.ops[op] for op in ops] == [step.op for step in trace.page.steps]
    assert [None if place == 0xFFFF else outline.locations[place] for place in locations] == [
        None if step.location is None else trace.page.locations[step.location] for step in trace.page.steps
    ]
    told = [(step.call, step.pc, step.depth, step.gas, step.cost) for step in trace.page.steps]
    assert list(zip(*others, strict=True)) == told
