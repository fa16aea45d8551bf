"""How a chain stands between the steps of a scenario, by the names of variables, and what each step changed."""

from collections.abc import Callable

import pytest

from evmbox.compiler import Compiler
from evmbox.scenario import run_scenario
from evmbox.steps import Change, State, Step, StepResult

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;

contract Jar {
    struct Tip { address by; uint96 amount; string note; }

    address public owner = msg.sender;
    bool open = true;
    mapping(address => mapping(uint256 => uint256)) given;
    Tip[] tips;
    uint256[] many;
    uint16[3] marks = [uint16(1), 2, 3];

    function tip(string calldata note, uint256 kind) external payable {
        require(open, "closed");
        given[msg.sender][kind] += msg.value;
        tips.push(Tip(msg.sender, uint96(msg.value), note));
    }
    function twice() external { marks[0] = 9; marks[0] = 8; marks[1] = 7; marks[1] = 2; }
    function grow() external { assembly { sstore(many.slot, not(0)) } }
    function fail() external { open = false; revert("no"); }
}

contract Empty {}
"""
DEPLOY = {"action": "deploy", "contract": "Jar", "account": "owner"}


@pytest.fixture(scope="module")
def run(compiler: Compiler) -> Callable[..., list[StepResult]]:
    compilation = compiler.compile(SOURCE, details=True)
    assert compilation.ok, compilation.diagnostics

    def run_steps(*steps: dict[str, object]) -> list[StepResult]:
        results, stopped = run_scenario(compilation, [Step.model_validate(step) for step in steps], state=True)
        assert stopped is None
        return results

    return run_steps


def send(function: str, *args: object, account: str = "bob", value: int = 0) -> dict[str, object]:
    return {
        "action": "send",
        "target": 0,
        "function": function,
        "args": list(args),
        "account": account,
        "value_wei": value,
    }


def values(state: State | None) -> dict[str, str]:
    assert state is not None
    return {each.name: each.value for each in state.contracts[0].variables}


def test_variables_stand_by_name_with_the_keys_that_steps_have_used(run):
    *_, last = run(DEPLOY, send("tip", "for the band", 7, value=5))
    assert values(last.state) == {
        "owner": "Owner",
        "open": "true",
        "given[Bob][7]": "5",
        "tips[0].by": "Bob",
        "tips[0].amount": "5",
        "tips[0].note": '"for the band"',
        "many": "[]",
        "marks": "[1, 2, 3]",
    }
    assert last.state.contracts[0].balance_wei == "5"
    assert last.state.accounts["bob"] == str(1000 * 10**18 - 5)


def test_only_the_last_step_tells_the_state_and_a_read_changes_nothing(run):
    deployed, read = run(DEPLOY, {"action": "call", "target": 0, "function": "owner"})
    assert deployed.state is None
    assert read.changes is None
    assert values(read.state)["given"] == "no entries"


def test_a_change_is_from_before_the_step_to_after_it(run):
    *_, twice = run(DEPLOY, send("twice"))
    assert twice.changes == [Change(contract="Jar", variable="marks[0]", old="1", new="8")]


def test_what_a_reverted_step_wrote_is_no_change(run):
    _, failed = run(DEPLOY, send("fail"))
    assert (failed.ok, failed.changes) == (False, [])
    assert values(failed.state)["open"] == "true"


def test_a_list_without_end_is_not_read_to_the_end(run):
    *_, grown = run(DEPLOY, send("grow"))
    assert values(grown.state)["many"] == "too long to show"


def test_each_contract_has_a_state_of_its_own_and_one_without_variables_says_so(run):
    *_, last = run(DEPLOY, {**DEPLOY, "contract": "Empty"}, {**DEPLOY, "account": "bob"})
    assert [(each.target, each.contract, len(each.variables) > 0) for each in last.state.contracts] == [
        (0, "Jar", True),
        (1, "Empty", False),
        (2, "Jar", True),
    ]


def test_without_asking_nothing_of_it_is_told(compiler: Compiler):
    [deployed], _ = run_scenario(compiler.compile(SOURCE), [Step.model_validate(DEPLOY)])
    assert (deployed.changes, deployed.state) == (None, None)
