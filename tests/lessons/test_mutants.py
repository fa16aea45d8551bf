"""Changes to the solutions that no operator of `evmbox.mutate` makes, by hand: added restrictions, narrower types.

They are refused, except those that change nothing that was asked: these must pass. What the operators make is part of
each exercise's proof.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from classroom.catalog import Catalog
from evmbox.exercise import Exercise
from evmbox.pool import Pool
from evmbox.report import Outcome, Report

EMIT = "        emit Changed(msg.sender, number, newNumber);\n"
WRITE = "        number = newNumber;\n"
GUARD = "        if (msg.sender != owner) revert NotOwner(msg.sender);\n"
EMPTY = "        if (msg.value == 0) revert EmptyTip();\n"
ADD = "        total += msg.value;\n"
CALL = 'owner.call{value: address(this).balance}("")'
SEND = f"        (bool delivered, ) = {CALL};\n"
DELIVERED = "        if (!delivered) revert NotDelivered();\n"

KILLED: dict[str, list[tuple[str, str]]] = {
    "hello-storage": [
        (EMIT, f"        if (number != newNumber) {EMIT.strip()}\n"),
        (EMIT, f"        if (newNumber != 0) {EMIT.strip()}\n"),
        (EMIT, f"        if (number != 0) {EMIT.strip()}\n"),
        (EMIT + WRITE, f"        uint256 old = number;\n{WRITE}        emit Changed(msg.sender, newNumber, old);\n"),
        ("msg.sender, number, newNumber", "msg.sender, newNumber, newNumber"),
        ("msg.sender, number, newNumber", "msg.sender, number, number"),
        ("msg.sender, number, newNumber", "address(0), number, newNumber"),
        ("uint256 from", "uint256 indexed from"),
        ("uint256 to", "uint256 indexed to"),
        ("uint256 to);", "uint256 to) anonymous;"),
        ("Changed(", "changed("),
        (WRITE, "        number |= newNumber;\n"),
        (WRITE, "        unchecked { number = newNumber + 1; }\n"),
        (WRITE, "        unchecked { number = newNumber - 1; }\n"),
        (WRITE, "        if (newNumber > number) number = newNumber;\n"),
        (WRITE, "        number = number == 0 ? newNumber : number;\n"),
        (WRITE, "        number = newNumber % type(uint256).max;\n"),
        (WRITE, "        number = newNumber & ~uint256(1);\n"),
        (WRITE, "        number = uint128(newNumber);\n"),
        (WRITE, "        number = uint248(newNumber);\n"),
        ("uint256 private number;", "uint256 private number = 1;"),
        ("uint256 private number;", "uint256 private transient number;"),
        ("return number;", "return number + 1;"),
        ("return number;", "return number == 0 ? 0 : number - 1;"),
        ("return number;", "require(number != 0); return number;"),
        ("get()", "Get()"),
        ("set(uint256 newNumber)", "set(uint256 newNumber, uint256)"),
        (EMIT, "        require(newNumber != 0);\n" + EMIT),
        (EMIT, "        require(newNumber != number);\n" + EMIT),
        (EMIT, "        require(newNumber < type(uint256).max);\n" + EMIT),
        (EMIT, "        require(newNumber < 2 ** 128);\n" + EMIT),
        (EMIT, "        require(msg.sender == tx.origin);\n" + EMIT),
        (EMIT, "        require(msg.sender.code.length == 0);\n" + EMIT),
        (EMIT, "        require(number == 0);\n" + EMIT),
        (EMIT, "        if (newNumber == 0) return;\n" + EMIT),
    ],
    "tip-jar": [
        ("msg.value == 0", "msg.value <= 1"),
        ("msg.value == 0", "msg.value < 1 gwei"),
        ("msg.value == 0", "msg.value >= 1 ether"),
        ("msg.value == 0", "msg.value == 0 && total > 0"),
        ("msg.value == 0", "msg.value == 0 && total == 0"),
        (ADD, "        total += 1;\n"),
        (ADD, "        total += msg.value + 1;\n"),
        (ADD, "        total += msg.value - 1;\n"),
        (ADD, "        if (msg.sender != owner) total += msg.value;\n"),
        (ADD, "        if (msg.sender.code.length == 0) total += msg.value;\n        else total += 2;\n"),
        (ADD, "        total = total > msg.value ? total : msg.value;\n"),
        (ADD, "        total |= msg.value;\n"),
        (ADD, "        total = address(this).balance;\n"),
        (EMPTY, EMPTY + "        require(msg.sender == tx.origin);\n"),
        (EMPTY, EMPTY + "        require(msg.sender != owner);\n"),
        (EMPTY, EMPTY + "        require(total == 0);\n"),
        (EMPTY, EMPTY + "        require(address(this).balance < 10 ether);\n"),
        (
            "string calldata /* note */) external payable {\n",
            "string calldata note) external payable {\n        require(bytes(note).length > 0);\n",
        ),
        (
            "string calldata /* note */) external payable {\n",
            "string calldata note) external payable {\n        require(bytes(note).length < 100);\n",
        ),
        ("owner = msg.sender;", "owner = address(0);"),
        ("owner = msg.sender;", "require(msg.sender == tx.origin); owner = msg.sender;"),
        (GUARD, "        if (msg.sender != owner) revert NotDelivered();\n"),
        (GUARD, '        require(msg.sender == owner, "NotOwner");\n'),
        (GUARD, GUARD.replace("msg.sender != owner", "msg.sender != owner && tx.origin != owner")),
        (GUARD, GUARD.replace("msg.sender != owner", "msg.sender != owner || tx.origin != owner")),
        (GUARD, GUARD.replace("msg.sender != owner", "msg.sender != owner && address(this).balance > 0")),
        ("NotOwner(msg.sender)", "NotOwner(address(0))"),
        ("NotOwner(", "NotTheOwner("),
        (CALL, CALL.replace("owner.call", "tx.origin.call")),
        (CALL, CALL.replace("owner.call", "address(0).call")),
        (CALL, CALL.replace("address(this).balance", "address(this).balance - 1")),
        (CALL, CALL.replace("address(this).balance", "address(this).balance / 2")),
        (CALL, CALL.replace("address(this).balance", "total")),
        (CALL, CALL.replace("address(this).balance", "total / 2")),
        (CALL, CALL.replace("address(this).balance", "1 ether")),
        (CALL, CALL.replace("balance}", "balance, gas: 0}")),
        (SEND + DELIVERED, "        payable(owner).transfer(address(this).balance);\n"),
        (SEND + DELIVERED, "        if (!payable(owner).send(address(this).balance)) revert NotDelivered();\n"),
        (SEND + DELIVERED, "        selfdestruct(payable(owner));\n"),
        (SEND + DELIVERED, ""),
        (DELIVERED, DELIVERED + "        total = 0;\n"),
        (DELIVERED, DELIVERED + "        delete total;\n"),
        (SEND, "        total -= address(this).balance;\n" + SEND),
        (GUARD, GUARD + "        require(address(this).balance == total);\n"),
        (GUARD, GUARD + "        require(msg.sender.code.length == 0);\n"),
        ("function withdraw() external", "function withdraw(uint256) external"),
        ("uint256 public total", "uint256 public sum; uint256 private total"),
    ],
}

EQUIVALENT: dict[str, list[tuple[str, str, str]]] = {
    "hello-storage": [
        ("uint256 private number;", "uint256 internal number;", "who else may name the variable is nobody's concern"),
        (EMIT, "        if (number == newNumber) { emit Changed(msg.sender, number, number); return; }\n" + EMIT,
         "the number stays what it is, and the event is the same"),
        ("set(uint256 newNumber) external", "set(uint256 newNumber) public payable", "the task says nothing of ether"),
    ],
    "tip-jar": [
        ("msg.value == 0", "msg.value < 1", "there is nothing between 0 and 1"),
        (GUARD + SEND, SEND + GUARD, "a revert takes back what was sent before it"),
        (CALL, CALL.replace('("")', '("tips")'), "the data is the receiver's affair"),
        (GUARD, GUARD + "        require(address(this).balance > 0);\n", "the task leaves the empty jar open"),
        ("function withdraw() external", "function withdraw() external payable", "the task says nothing of it"),
        ("    constructor() {", "    receive() external payable {}\n\n    constructor() payable {",
         "the task leaves ether open that comes without a tip"),
    ],
}  # fmt: skip


def mutant_of(solution: str, old: str, new: str) -> str:
    """Give the solution with one change, made wherever the old text stands."""
    assert old in solution, f"the solution no longer has {old!r}"
    mutant = solution.replace(old, new)
    assert mutant != solution
    return mutant


def graded(exercise: Exercise, mutants: list[str], pool: Pool) -> list[Report]:
    """Give the verdict on each, as many at a time as the pool takes."""
    with ThreadPoolExecutor(pool.size) as executor:
        return list(executor.map(lambda mutant: pool.grade(exercise, mutant, seed=11), mutants))


def in_words(old: str, new: str) -> str:
    return " ".join(new.split()) or f"without {' '.join(old.split())}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("of", KILLED)
def test_every_mutant_is_refused(of: str, course: Catalog, pool: Pool):
    exercise, changes = course.exercise(of), KILLED[of]
    reports = graded(exercise, [mutant_of(exercise.solution, *change) for change in changes], pool)
    others = [
        f"{in_words(*change)}: {report.outcome} {report.message or ''}"
        for change, report in zip(changes, reports, strict=True)
        if report.outcome is not Outcome.FAILED or not report.checks
    ]
    assert not others, "\n".join(others)


@pytest.mark.parametrize("of", EQUIVALENT)
def test_changes_that_change_nothing_pass(of: str, course: Catalog, pool: Pool):
    exercise, changes = course.exercise(of), EQUIVALENT[of]
    reports = graded(exercise, [mutant_of(exercise.solution, old, new) for old, new, _ in changes], pool)
    refused = [
        f"{in_words(old, new)} ({why}): {[check.message for check in report.checks if check.message] or report.message}"
        for (old, new, why), report in zip(changes, reports, strict=True)
        if report.outcome is not Outcome.PASSED
    ]
    assert not refused, "\n".join(refused)
