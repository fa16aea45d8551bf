"""The first divergence on planted faults: the line that is told is the line at fault."""

from dataclasses import replace
from pathlib import Path

import pytest

from evmbox.checks import load_checks
from evmbox.compiler import Compilation, Compiler
from evmbox.divergence import Divergence, Pair
from evmbox.exercise import Exercise, load_exercise
from evmbox.report import CheckStatus, Outcome
from evmbox.runner import judge, prepare

ROOT = Path(__file__).parents[2]
LEDGER = "tests/evmbox/exercises/ledger"
SAVINGS = "tests/evmbox/exercises/savings"
HELLO = "lessons/foundations/hello-storage/hello-storage"
TIPS = "lessons/foundations/tip-jar/tip-jar"

# Exercise, what the solution says, what the fault makes of it, and the line to be told: by default the changed one.
# Where a line is taken out, it is the one that is reached in its place or the head of the function.
FAULTS: list[tuple[str, str, str, str | None]] = [
    (LEDGER, "if (msg.value == 0) revert Nothing();", "", "function deposit()"),
    (LEDGER, "if (msg.value == 0) revert", "if (msg.value == 1) revert", None),
    (LEDGER, "if (msg.value == 0) revert", "if (msg.value > 0) revert", None),
    (LEDGER, "msg.value / 100;", "msg.value / 10;", None),
    (LEDGER, "msg.value - fee;", "msg.value;", None),
    (LEDGER, "balanceOf[msg.sender] += msg.value", "balanceOf[msg.sender] = msg.value", None),
    (LEDGER, "balanceOf[owner] += fee;", "balanceOf[tx.origin] += fee;", None),
    (LEDGER, "balanceOf[owner] += fee;", "", "function deposit()"),
    (LEDGER, "total += msg.value;", "total += msg.value - fee;", None),
    (LEDGER, "total += msg.value;", "total = msg.value;", None),
    (LEDGER, "deposits += 1;", "deposits += 2;", None),
    (LEDGER, "deposits += 1;", "", "function deposit()"),
    (LEDGER, "emit Deposited(msg.sender, msg.value, fee)", "emit Deposited(owner, msg.value, fee)", None),
    (LEDGER, "emit Deposited(msg.sender, msg.value, fee);", "", "function deposit()"),
    (LEDGER, "emit Withdrawn(msg.sender, amount)", "emit Withdrawn(msg.sender, has)", None),
    (LEDGER, "if (amount > has)", "if (amount >= has)", None),
    (LEDGER, "if (amount > has) revert TooLittle(has)", "if (amount > has) revert TooLittle(amount)", None),
    (LEDGER, "if (amount > has) revert TooLittle(has)", "if (amount > has + 1) revert TooLittle(has)", None),
    (LEDGER, "balanceOf[msg.sender] = has - amount;", "balanceOf[msg.sender] = 0;", None),
    (LEDGER, "total -= amount;", "total -= has;", None),
    (LEDGER, "{value: amount}", "{value: amount / 2}", None),
    (LEDGER, "allowance[msg.sender][who] = amount;", "allowance[who][msg.sender] = amount;", None),
    (LEDGER, "allowance[from][msg.sender] = left - amount;", "allowance[from][msg.sender] = left;", None),
    (LEDGER, "if (amount > left) revert", "if (amount > left + 1) revert", None),
    (LEDGER, "if (to == address(0)) revert NoOne();", "", "function move("),
    (LEDGER, "if (balanceOf[from] < amount)", "if (balanceOf[from] <= amount)", None),
    (LEDGER, "balanceOf[from] -= amount;", "balanceOf[to] -= amount;", None),
    (LEDGER, "balanceOf[to] += amount;", "balanceOf[to] = amount;", None),
    (LEDGER, "emit Moved(from, to, amount)", "emit Moved(to, from, amount)", None),
    (SAVINGS, "if (block.timestamp < opens)", "if (block.timestamp <= opens)", None),
    (SAVINGS, "if (msg.sender != saver)", "if (msg.sender == saver)", None),
    (SAVINGS, "opens = block.timestamp + wait;", "opens = block.timestamp + 2 * wait;", None),
    (HELLO, "emit Changed(msg.sender, ", "emit Changed(address(this), ", None),
    (TIPS, "total += msg.value;", "total = msg.value;", None),
]


@pytest.fixture(scope="module")
def told(compiler: Compiler) -> list[tuple[str, int, int | None, str]]:
    """Give, for each fault, what it is, the line at fault, and the line and the words that are told."""
    rows = []
    for folder, right, wrong, at in FAULTS:
        exercise = load_exercise(ROOT / folder)
        assert exercise.solution.count(right) == 1, right
        line = exercise.solution[: exercise.solution.index(at or right)].count("\n") + 1
        found = explain(compiler, exercise, exercise.solution.replace(right, wrong))
        rows.append((f"{right!r} -> {wrong!r}", line, found and found.where and found.where.line, str(found)))
    return rows


def explain(compiler: Compiler, exercise: Exercise, source: str) -> Divergence | None:
    """Grade a source, and explain the first check that fails."""
    submission = prepare(exercise, source, compiler=compiler)
    report = judge(exercise, submission, seed=1)
    assert report.outcome is Outcome.FAILED, report.message
    failed = next(check.id for check in report.checks if check.status is CheckStatus.FAILED)
    check = next(check for check in load_checks(exercise.path) if check.id == failed)
    return Pair(
        exercise,
        replace(submission, compilation=with_details(compiler, exercise, source)),
        prepare(exercise, exercise.solution, compiler=compiler),
        seed=1,
    ).explain(check)


def with_details(compiler: Compiler, exercise: Exercise, source: str) -> Compilation:
    return compiler.compile(source, extra_sources=exercise.extra_sources, details=True)


def test_the_told_line_is_right_in_nine_of_ten_planted_faults(told: list[tuple[str, int, int | None, str]]) -> None:
    assert len(told) >= 30
    wrong = [row for row in told if row[1] != row[2]]
    assert len(wrong) <= len(told) // 10, wrong


def test_every_planted_fault_is_told(told: list[tuple[str, int, int | None, str]]) -> None:
    assert [row for row in told if row[2] is None] == []


def test_what_is_told_is_in_the_words_of_the_learners_contract(compiler: Compiler) -> None:
    exercise = load_exercise(ROOT / LEDGER)
    source = exercise.solution.replace(
        "balanceOf[msg.sender] += msg.value - fee;", "balanceOf[msg.sender] += msg.value;"
    )
    found = explain(compiler, exercise, source)
    assert found is not None
    assert found.message.startswith("After Bob called `deposit()`, sending ")
    assert "`balanceOf(Bob)` is " in found.message
    assert " and should be " in found.message
    assert found.message.endswith(" That came from line 23.")
    assert found.where is not None
    assert found.where.function == "deposit"


def test_an_error_that_the_learner_does_not_have_is_not_named(compiler: Compiler) -> None:
    exercise = load_exercise(ROOT / LEDGER)
    source = exercise.solution.replace("error NoOne();", "").replace("if (to == address(0)) revert NoOne();", "")
    found = explain(compiler, exercise, source)
    assert found is not None
    assert "It should have reverted, but it succeeded. Nothing in `move` (line 40) stops it." in found.message
    assert "NoOne" not in found.message


def test_a_contract_that_is_right_in_another_way_has_no_divergence(compiler: Compiler) -> None:
    exercise = load_exercise(ROOT / "tests/evmbox/exercises/counter")
    for source in exercise.variants.values():
        pair = Pair(
            exercise,
            replace(prepare(exercise, source, compiler=compiler), compilation=with_details(compiler, exercise, source)),
            prepare(exercise, exercise.solution, compiler=compiler),
            seed=1,
        )
        assert [pair.explain(check) for check in load_checks(exercise.path)] == [None] * len(load_checks(exercise.path))


def test_a_contract_of_the_checks_is_called_by_its_name(compiler: Compiler) -> None:
    exercise = load_exercise(ROOT / TIPS)
    found = explain(compiler, exercise, exercise.mistake_sources["error-names-the-signer.sol"])
    assert found is not None
    assert "but it should have reverted with NotOwner(caller=the messenger)" in found.message
