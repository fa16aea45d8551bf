"""Invariants: what they notice, what is said where they are wrong, and that Foundry's names mean the same here."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evmbox.compiler import Compiler, open_compiler
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool.cache import Memory, RememberingCompiler
from evmbox.report import CheckStatus, Report
from evmbox.runner import grade

RIGHT = "passes_on_the_right_contract"
HEAD = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {Test} from "forge-std/Test.sol";
import {Bank} from "./Bank.sol";

contract Handler is Test {
    Bank public immutable bank;
    address[3] public actors = [makeAddr("ada"), makeAddr("bo"), makeAddr("cy")];
    uint256 public paid;

    constructor(Bank bank_) { bank = bank_; }
    function deposit(uint256 who, uint256 amount) external {
        amount = bound(amount, 0, 10 ether);
        hoax(actors[who % 3], amount);
        bank.deposit{value: amount}();
        paid += amount;
    }
    function withdraw(uint256 who, uint256 amount) external {
        address actor = actors[who % 3];
        amount = bound(amount, 0, bank.balanceOf(actor));
        vm.prank(actor);
        bank.withdraw(amount);
        paid -= amount;
    }
    function move(uint256 from, uint256 to, uint256 amount) external {
        address actor = actors[from % 3];
        amount = bound(amount, 0, bank.balanceOf(actor));
        vm.prank(actor);
        bank.move(actors[to % 3], amount);
    }
}
"""
SUM = """
    function sum() internal view returns (uint256 all) {
        for (uint256 i; i < 3; i++) all += bank.balanceOf(handler.actors(i));
    }
"""
SET_UP = """
    Bank bank; Handler handler;
    function setUp() public { bank = new Bank(); handler = new Handler(bank); targetContract(address(handler)); }
"""

Verdict = Callable[..., Report]


@pytest.fixture(scope="module")
def verdict() -> Iterator[Verdict]:
    compiler: Compiler = RememberingCompiler(open_compiler(), Memory())
    bank: Exercise = load_exercise(Path(__file__).parent / "exercises/leaky-bank")

    def grade_body(body: str, *, seed: int = 7) -> Report:
        source = f"{HEAD}contract BankTest is Test {{ {body} }}"
        return grade(bank, source, compiler=compiler, seed=seed)

    yield grade_body
    compiler.close()


def noticed(report: Report) -> set[str]:
    return {check.id for check in report.checks if check.status is CheckStatus.PASSED}


def message(report: Report) -> str:
    return report.checks[0].message or ""


def test_an_invariant_notices_what_breaks_it_and_nothing_else(verdict: Verdict):
    report = verdict(f"{SET_UP}{SUM} function invariant_books() public view {{ assertEq(sum(), bank.total()); }}")
    assert noticed(report) == {RIGHT, "to_oneself", "last_deposit", "total_stays"}
    assert report.checks[1].message == "`invariant_books()` noticed it: somebody can get rich without a deposit."


@pytest.mark.parametrize("seed", range(2))
def test_the_same_is_noticed_with_every_seed(verdict: Verdict, seed: int):
    report = verdict(
        f"{SET_UP} function invariant_paid() public view {{ assertEq(bank.total(), handler.paid()); }}", seed=seed
    )
    assert noticed(report) == {RIGHT, "total_stays"}


def test_an_invariant_that_does_not_hold_is_told_with_the_fewest_calls_and_its_line(verdict: Verdict):
    report = verdict(f"{SET_UP}\nfunction invariant_poor() public view {{\n assertLt(bank.total(), 1); }}")
    said = message(report)
    assert said.startswith("On a correct `Bank`: `invariant_poor()` failed at `assertLt("), said
    assert said.count(" called `deposit(") == 1, said
    assert "`withdraw(" not in said, said
    line = HEAD.count("\n") + SET_UP.count("\n") + 3
    assert said.endswith(f"of `Handler` (line {line})."), said


def test_an_invariant_that_never_held_is_said_to_fail_from_the_start(verdict: Verdict):
    report = verdict(f"{SET_UP} function invariant_rich() public view {{ assertGt(bank.total(), 0); }}")
    assert "failed at `assertGt(0, 0)` from the start" in message(report)


def test_without_named_contracts_all_that_were_made_are_called_and_calls_may_revert(verdict: Verdict):
    body = "Bank bank; function setUp() public { bank = new Bank(); } function invariant_none() public view {"
    assert noticed(verdict(f"{body} assertEq(bank.total(), 0); }}")) == {RIGHT}
    said = message(verdict(f"{body} assertEq(bank.balanceOf(address(1)), 1); }}"))
    assert "from the start" in said


def test_an_assertion_in_a_handler_counts(verdict: Verdict):
    body = """
        Asserting handler;
        function setUp() public { handler = new Asserting(new Bank()); targetContract(address(handler)); }
        function invariant_nothing() public view {}
    }
    contract Asserting is Test {
        Bank immutable bank; constructor(Bank b) { bank = b; }
        function twice(uint96 a) external {
            hoax(address(5), 2 * uint256(a)); bank.deposit{value: a}();
            vm.prank(address(5)); bank.deposit{value: a}();
            assertGe(bank.balanceOf(address(5)), 2 * uint256(a));
        }
    """
    assert noticed(verdict(body)) == {RIGHT, "last_deposit"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("function invariant_a() public {}", "found nothing to call: make the contract in `setUp()`"),
        (f"{SET_UP} function invariant_a(uint256 x) public {{}}", "`invariant_a(uint256 x)` takes an argument"),
        (f"{SET_UP} function invariant_a() public {{ revert('no'); }}", 'reverted with "no" from the start'),
    ],
)
def test_an_invariant_that_can_not_be_tried_is_explained(verdict: Verdict, body: str, said: str):
    assert said in message(verdict(body))


def test_a_target_that_never_ends_is_left_alone(verdict: Verdict):
    body = """
        Loop loop; Bank bank;
        function setUp() public { bank = new Bank(); loop = new Loop(); }
        function invariant_a() public view { assertEq(bank.total(), 0); }
    }
    contract Loop { uint256 public n; function spin() external { while (true) n++; }
    """
    started = time.process_time()
    assert noticed(verdict(body)) == {RIGHT}
    assert time.process_time() - started < 60  # 75 endless calls of each of five versions would take minutes
