"""Throwaway work over a real pool: what comes back, and who gets a turn."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from classroom.errors import TooMany, Unavailable
from classroom.schemas import Step, TraceIn
from classroom.scratch import TURNS_EACH, TURNS_IN_ALL, Scratch
from evmbox.compiler import NodeCompiler
from evmbox.errors import CompilerUnavailable
from evmbox.exercise import load_exercise

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
COUNTER = HEAD + "contract Counter { uint256 public count; function add(uint256 n) external { count += n; } }\n"
STRUCTS = "".join(f"struct S{n} {{ S{n - 1} a; S{n - 1} b; }} " for n in range(1, 17))
BOMB = HEAD + f"contract Bomb {{ struct S0 {{ uint256 a; }} {STRUCTS} S16 public s; }}\n"
WHO = uuid4()
SAVINGS = Path(__file__).parents[1] / "evmbox" / "exercises" / "savings"
COURSE = Path(__file__).parents[2] / "lessons"


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    opened = Scratch()
    yield opened
    opened.close()


def test_what_can_be_deployed_comes_back_with_its_abi(scratch):
    source = COUNTER + "interface Adder { function add(uint256 n) external; }\nabstract contract Half is Adder {}\n"
    compiled = scratch.compile(WHO, source)
    assert list(compiled.contracts) == ["Counter"]
    assert {entry["name"] for entry in compiled.contracts["Counter"]} == {"count", "add"}
    assert compiled.diagnostics == []


def test_a_mistake_is_data_with_its_place(scratch):
    for check_only in (True, False):
        compiled = scratch.compile(WHO, HEAD + "contract A { nonsense }\n", check_only=check_only)
        assert compiled.contracts == {}
        assert (compiled.diagnostics[0].severity, compiled.diagnostics[0].line) == ("error", 3)


def test_what_is_typed_for_an_exercise_may_import_its_files_and_gets_its_compiler(scratch, tmp_path):
    folder = Path(shutil.copytree(SAVINGS, tmp_path / "savings"))
    manifest = folder / "exercise.toml"
    manifest.write_text('solc = "0.8.30"\n' + manifest.read_text())
    exercise = load_exercise(folder)
    source = HEAD.replace("^0.8.0", "0.8.30") + 'import "./Clock.sol"; contract Mine {}\n'
    assert scratch.compile(WHO, source, check_only=True, exercise=exercise).diagnostics == []
    alone = scratch.compile(WHO, source, check_only=True)
    assert {each.kind for each in alone.diagnostics} == {"ParserError"}


def test_tests_that_are_typed_may_import_the_library_of_tests(scratch):
    exercise = load_exercise(COURSE / "testing" / "kill-the-mutants" / "kill-the-mutants")
    typed = scratch.compile(WHO, exercise.starter, check_only=True, exercise=exercise)
    assert typed.diagnostics == []


def test_a_limit_is_told_as_a_diagnostic(scratch):
    compiled = scratch.compile(WHO, BOMB)
    assert compiled.contracts == {}
    assert [each.severity for each in compiled.diagnostics] == ["error"]
    assert scratch.compile(WHO, COUNTER).diagnostics == []


def test_a_scenario_tells_what_each_step_did_and_begins_anew_each_time(scratch):
    steps = [
        Step(action="deploy", contract="Counter"),
        Step(action="send", target=0, function="add", args=[3]),
        Step(action="call", target=0, function="count"),
        Step(action="call", target=0, function="nothing"),
    ]
    first, second = (scratch.scenario(WHO, COUNTER, steps) for _ in range(2))
    assert [step.ok for step in first.steps] == [True, True, True, False]
    assert first.steps[2].result == 3
    assert first == second


def test_a_scenario_for_an_exercise_may_use_its_files_and_tells_the_state_by_name(scratch):
    source = HEAD + 'import "./Clock.sol"; contract Mine { uint256 kept = 7; }\n'
    deploy = [Step(action="deploy", contract="Mine")]
    told = scratch.scenario(WHO, source, deploy, exercise=load_exercise(SAVINGS), state=True)
    assert [(each.name, each.value) for each in told.steps[0].state.contracts[0].variables] == [("kept", "7")]
    assert scratch.trace(WHO, TraceIn(source=source, steps=deploy, index=0), exercise=load_exercise(SAVINGS)).trace
    assert scratch.scenario(WHO, source, deploy).steps == []


@pytest.mark.parametrize(
    ("exercise", "name", "step"),
    [
        ("forty-two", "Bytecode", {"action": "raw", "args": ["0x"]}),
        ("larger", "Larger", {"action": "call", "function": "max", "args": [42, 3]}),
    ],
)
def test_code_is_tried_as_a_contract_is(scratch, exercise, name, step):
    found = load_exercise(SAVINGS.with_name(exercise))
    assert list(scratch.compile(WHO, found.solution, exercise=found).contracts) == [name]
    steps = [Step(action="deploy", contract=name), Step(target=0, **step)]
    told = scratch.scenario(WHO, found.solution, steps, exercise=found, state=True)
    assert told.steps[1].result in {42, f"0x{42:064x}"}
    traced = scratch.trace(WHO, TraceIn(source=found.solution, steps=steps, index=1, outline=True), exercise=found)
    assert traced.trace.outline.steps > 3
    assert scratch.scenario(WHO, "zz", steps, exercise=found).diagnostics


def test_a_scenario_of_a_source_that_does_not_compile_has_diagnostics_and_no_steps(scratch):
    told = scratch.scenario(WHO, "contract A {", [Step(action="deploy", contract="A")])
    assert told.steps == []
    assert told.diagnostics[0].severity == "error"


def test_a_trace_tells_what_happened_in_one_step_and_its_pages_fit_together(scratch):
    steps = [
        Step(action="deploy", contract="Counter"),
        Step(action="send", target=0, function="add", args=[3]),
        Step(action="send", target=0, function="add", args=[4], account="bob"),
    ]
    told = scratch.trace(WHO, TraceIn(source=COUNTER, steps=steps, index=2, limit=50, memory=True))
    assert (told.diagnostics, told.stopped) == ([], None)
    trace = told.trace
    assert trace.result.ok
    assert trace.summary.gas_used == trace.result.gas_used
    [call] = trace.summary.calls
    assert (call.sender, call.contract, call.function, call.arguments) == (
        "Bob",
        "Counter",
        "add(uint256)",
        {"n": "4"},
    )
    [write] = trace.summary.writes
    assert (write.variable, write.old, write.new, write.location.line) == ("count", "3", "7", 3)
    assert len(trace.page.steps) == 50 < trace.page.total
    assert all(step.stack is not None for step in trace.page.steps)
    assert trace.page.steps[3].memory.endswith("80")
    rest = TraceIn(source=COUNTER, steps=steps, index=2, offset=50, limit=1000, summary=False)
    more = scratch.trace(WHO, rest).trace
    assert more.summary is None
    assert [step.index for step in (*trace.page.steps, *more.page.steps)] == list(range(trace.page.total))
    assert more.page.steps[-1].op == "STOP"


def test_a_trace_of_what_does_not_compile_or_execute_says_so(scratch):
    told = scratch.trace(WHO, TraceIn(source="contract A {", steps=[Step(action="wait")], index=0))
    assert told.trace is None
    assert told.diagnostics[0].severity == "error"
    waited = scratch.trace(WHO, TraceIn(source=COUNTER, steps=[Step(action="wait", seconds=5)], index=0)).trace
    assert waited.result.ok
    assert waited.page is None


def test_a_trace_of_a_step_that_fails_tells_why(scratch):
    steps = [Step(action="deploy", contract="Counter"), Step(action="send", target=0, function="nonsense")]
    trace = scratch.trace(WHO, TraceIn(source=COUNTER, steps=steps, index=1)).trace
    assert not trace.result.ok
    assert trace.page is None


def test_a_person_has_a_few_turns_and_so_have_all_together():
    scratch = Scratch()
    with ExitStack() as running:
        for _ in range(TURNS_EACH):
            running.enter_context(scratch._turn(WHO))
        with pytest.raises(TooMany):
            scratch.compile(WHO, COUNTER)
        for _ in range(TURNS_IN_ALL - TURNS_EACH):
            running.enter_context(scratch._turn(uuid4()))
        with pytest.raises(Unavailable):
            scratch.compile(uuid4(), COUNTER)
    assert not scratch._turns


def test_a_start_that_failed_is_told_and_not_tried_again_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("evmbox.compiler.native.find_solc", lambda _: None)
    monkeypatch.setattr("evmbox.compiler.native.NodeCompiler", partial(NodeCompiler, node_modules=tmp_path))
    scratch = Scratch()
    with pytest.raises(CompilerUnavailable, match="solc") as first:
        scratch.compile(WHO, COUNTER)
    with pytest.raises(CompilerUnavailable) as second:
        scratch.compile(WHO, COUNTER)
    assert second.value is first.value
    assert scratch.state() == str(first.value)
    assert not scratch._turns


def test_what_is_closed_takes_no_work():
    scratch = Scratch()
    scratch.close()
    with pytest.raises(Unavailable):
        scratch.compile(WHO, COUNTER)
