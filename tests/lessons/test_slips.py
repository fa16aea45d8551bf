"""What a learner is told who hands in something else than an answer: exactly what to do, in every exercise."""

import re
from collections.abc import Callable

import pytest

from classroom.catalog import Catalog
from evmbox.exercise import Exercise, Kind
from evmbox.pool import Pool
from evmbox.report import Outcome, Report, Severity

HEAD = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.37;\n\n"
OTHER = (
    HEAD + "contract Greeter {\n    function greet() external pure returns (uint256) {\n        return 1;\n    }\n}\n"
)
Hand = Callable[[str], Report]


@pytest.fixture
def hand(contract: Exercise, pool: Pool) -> Hand:
    """Give a function that hands in a source for one exercise that asks for a contract."""
    return lambda source: pool.grade(contract, source, seed=5)


def declared(exercise: Exercise, pattern: str, replacement: str) -> str:
    """Give the solution with the line that declares its contract changed."""
    changed, times = re.subn(
        rf"^contract {exercise.contract}\b{pattern}", replacement, exercise.solution, flags=re.MULTILINE
    )
    assert times == 1
    return changed


def with_parameter(exercise: Exercise) -> str:
    """Give the solution with one more parameter of its constructor."""
    if "constructor(" in exercise.solution:
        return re.sub(r"constructor\((?=\w)", "constructor(bool extra, ", exercise.solution).replace(
            "constructor()", "constructor(bool extra)"
        )
    return declared(exercise, r"([^{]*)\{", rf"contract {exercise.contract}\1{{\n    constructor(bool extra) {{}}\n")


@pytest.mark.parametrize("source", ["", " \n\n", "// nothing yet\n", "/* nothing\nyet */"])
def test_an_empty_file_is_told_so(hand: Hand, contract: Exercise, source: str):
    report = hand(source)
    assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert report.message == (
        f"There is no contract in your source: it is empty. "
        f"Write `contract {contract.contract} {{ … }}`, as the starter does."
    )


def test_a_renamed_contract_is_to_be_named_as_asked(hand: Hand, contract: Exercise):
    report = hand(declared(contract, "", f"contract My{contract.contract}"))
    assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert report.message is not None
    assert report.message.startswith(f"This exercise deploys a contract named `{contract.contract}`")
    assert report.message.endswith(f" Rename `My{contract.contract}` to `{contract.contract}`.")


def test_another_contract_belongs_elsewhere(hand: Hand, contract: Exercise):
    report = hand(OTHER)
    assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert re.fullmatch(
        rf"This exercise deploys a contract named `{contract.contract}`, and found `Greeter`\. There is no .+ in it\. "
        rf"Was this meant for another exercise\? Hand it in there, and write `contract {contract.contract}` here; "
        rf"if it is your answer, rename it to `{contract.contract}`\.",
        report.message or "",
    )


def test_the_answer_to_another_exercise_is_told_apart(course: Catalog, contract: Exercise, pool: Pool):
    others = [
        each
        for each in course.exercises.values()
        if each.kind is Kind.CONTRACT and each.contract != contract.contract and not each.extra_sources
    ]
    for other in others[:3]:
        report = pool.grade(contract, other.solution, seed=5)
        assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
        assert f"found `{other.contract}`. There is no " in (report.message or "")
        assert f"write `contract {contract.contract}` here" in (report.message or "")


@pytest.mark.parametrize("what", ["interface", "abstract contract"])
def test_a_promise_is_no_contract(hand: Hand, contract: Exercise, what: str):
    virtual = " virtual" if what == "abstract contract" else ""
    body = f"{{\n    function f() external{virtual};\n}}\n"
    named = hand(f"{HEAD}{what} {contract.contract} {body}")
    assert named.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert f"Write `contract {contract.contract}` with a body `{{ … }}` for every function." in (named.message or "")
    other = hand(f"{HEAD}{what} IPromise {body}")
    assert other.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert "Nothing here can be deployed, only `IPromise`: " in (other.message or "")
    assert f"Write `contract {contract.contract}` with a body for every function." in (other.message or "")


def test_a_parameter_of_the_constructor_is_to_go(hand: Hand, contract: Exercise):
    report = hand(with_parameter(contract))
    assert report.outcome is Outcome.FAILED
    given = len(contract.constructor)
    advice = f"with {given} arguments here, so give it as many" if given else "without arguments here, so take the"
    assert re.search(r"it takes \d arguments?, not \d", report.message or "")
    assert advice in (report.message or "")


@pytest.mark.parametrize("pragma", ["0.8.19", "^0.7.0", ">=0.4.22 <0.6.0"])
def test_another_pragma_is_to_be_changed(hand: Hand, contract: Exercise, pragma: str):
    report = hand(contract.solution.replace("pragma solidity ^0.8.37;", f"pragma solidity {pragma};"))
    assert report.outcome is Outcome.COMPILE_ERROR
    (error,) = [each for each in report.diagnostics if each.severity is Severity.ERROR]
    assert error.line == 2
    assert "Write `pragma solidity ^0.8.0;`." in (error.help or "")


def test_json_is_told_from_solidity(hand: Hand, contract: Exercise):
    for source in ('{"steps": []}', "[1, 2]"):
        report = hand(source)
        assert report.outcome is Outcome.COMPILE_ERROR
        assert report.message == (
            f"This looks like JSON, and what is asked for is Solidity. Write `contract {contract.contract}`."
        )


def test_who_skips_ahead_is_told_what_each_task_still_lacks(contract: Exercise, pool: Pool):
    """One task is done well enough to be seen, the others are as the starter has them."""
    report = pool.grade(contract, contract.starter, seed=5)
    assert report.outcome is Outcome.FAILED
    failed = [each for each in report.checks if each.message]
    assert {each.task for each in failed} <= set(range(1, len(contract.tasks) + 1))
    assert failed
    assert all(each.hint for each in failed)


ASKS_FOR_NO_CONTRACT = ("", "// nothing", OTHER, "I sent it from my wallet.", "[]")


@pytest.mark.parametrize("source", ASKS_FOR_NO_CONTRACT)
def test_what_is_no_transaction_is_told_its_form(course: Catalog, source: str, pool: Pool):
    for exercise in course.exercises.values():
        if exercise.kind is Kind.CHALLENGE and exercise.contract is None:
            report = pool.grade(exercise, source, seed=5)
            assert report.outcome is Outcome.FAILED
            assert (report.message or "").startswith("This exercise asks for transactions and for no contract. Hand in")


def test_answers_to_questions_are_no_transactions(course: Catalog, pool: Pool):
    report = pool.grade(course.exercise("first-transaction"), '{"sum": "4"}', seed=5)
    assert report.message == (
        "What you handed in can't be read. `sum`: "
        "there is no such thing here; write `steps`, with a `source` or without, or `transactions`."
    )


@pytest.mark.parametrize("source", ["", "// nothing", OTHER, "yes", "[]", '{"sum": '])
def test_what_is_no_list_of_answers_is_told_its_form(course: Catalog, source: str, pool: Pool):
    for exercise in course.exercises.values():
        if exercise.kind is Kind.PREDICT:
            report = pool.grade(exercise, source, seed=5)
            assert report.outcome is Outcome.FAILED
            assert "Write one JSON object with an answer for each question, such as" in (report.message or "")


def test_an_answer_that_is_missing_is_told_its_form(course: Catalog, pool: Pool):
    for exercise in course.exercises.values():
        if exercise.kind is Kind.PREDICT:
            report = pool.grade(exercise, '{"steps": []}', seed=5)
            assert all((check.message or "").startswith("There is no answer. It is ") for check in report.checks)
