"""Exercises that ask for tests: what a learner is told, slip by slip, and that each fault can be missed alone."""

import re

import pytest

from classroom.catalog import Catalog
from evmbox.exercise import Exercise, Kind
from evmbox.pool import Pool
from evmbox.report import CheckStatus, Outcome, Report, Severity

HEAD = "// SPDX-License-Identifier: Apache-2.0\npragma solidity ^0.8.37;\n\n"
GREETER = (
    HEAD + "contract Greeter {\n    function greet() external pure returns (uint256) {\n        return 1;\n    }\n}\n"
)
IDS = ("kill-the-mutants", "invariants", "find-the-bug")
FIRST = re.compile(r"Your tests must pass on a correct `\w+` first; then they are run on faulty ones\.")


@pytest.fixture(params=IDS)
def suite(request: pytest.FixtureRequest, course: Catalog) -> Exercise:
    return course.exercise(request.param)


def declaration(exercise: Exercise) -> str:
    return f"contract {exercise.contract} is Test {{"


def right(report: Report) -> str:
    """Give what is said of the tests on the right contract, after it was said that this comes first."""
    assert report.outcome is Outcome.FAILED
    assert FIRST.fullmatch(report.message or "")
    return report.checks[0].message or ""


def test_these_are_all_that_there_are(course: Catalog):
    assert [each.id for each in course.exercises.values() if each.kind is Kind.TESTS] == list(IDS)


def test_what_is_no_answer_is_told_what_to_write(suite: Exercise, pool: Pool):
    name = suite.contract
    assert suite.tests is not None
    said = {
        "": f"There is no contract in your source: it is empty. Write `contract {name} {{ … }}`, as the starter does.",
        '{"steps": []}': f"This looks like JSON, and what is asked for is Solidity. Write `contract {name}`.",
        suite.solution.replace(declaration(suite), f"contract My{name} is Test {{"): f"Rename `My{name}` to `{name}`.",
        GREETER: f"There is no `function test…` in it. Was this meant for another exercise? Hand it in there, "
        f"and write `contract {name}` here",
        suite.extra_sources[f"{suite.tests.target}.sol"]: f"found `{suite.tests.target}`. There is no `function test…`",
        f"{HEAD}interface {name} {{\n    function testX() external;\n}}\n": f"Write `contract {name}` with a body",
    }
    for source, words in said.items():
        report = pool.grade(suite, source, seed=5)
        assert report.outcome in {Outcome.NO_DEPLOYABLE_CONTRACT, Outcome.COMPILE_ERROR}
        assert words in (report.message or "")


def test_tests_that_can_not_be_run_are_told_why(suite: Exercise, pool: Pool):
    with_argument = suite.solution.replace(
        declaration(suite), f"{declaration(suite)}\n    constructor(bool extra) {{}}\n"
    )
    assert right(pool.grade(suite, with_argument, seed=5)) == (
        f"The constructor of `{suite.contract}` takes 1 argument, and tests are made without any: "
        "let it take none, and make what they need in `setUp()`."
    )
    assert right(pool.grade(suite, f"{HEAD}contract {suite.contract} {{}}\n", seed=5)).startswith("There is no test: ")


def test_another_pragma_and_the_answer_to_another_exercise_do_not_compile(suite: Exercise, course: Catalog, pool: Pool):
    pragma = pool.grade(suite, suite.solution.replace("^0.8.37", "0.8.19"), seed=5)
    other = course.exercise(next(each for each in IDS if each != suite.id))
    elsewhere = pool.grade(suite, other.solution, seed=5)
    assert suite.tests is not None
    for report, words in ((pragma, "Write `pragma solidity ^0.8.0;`."), (elsewhere, f'"./{suite.tests.target}.sol"')):
        assert report.outcome is Outcome.COMPILE_ERROR
        (error,) = [each for each in report.diagnostics if each.severity is Severity.ERROR][:1]
        assert words in (error.help or "")


def test_no_sentence_for_a_learner_shows_code_of_a_fault(suite: Exercise):
    """What is told of a fault are words: none of the lines in which it differs stands in them."""
    assert suite.tests is not None
    shown = set((suite.reference or suite.extra_sources[f"{suite.tests.target}.sol"]).splitlines())
    for name, fault in suite.tests.faults.items():
        assert fault.hint
        assert not re.search(r"[=;{}]", fault.behaviour)
        for line in set(suite.mutants[name].splitlines()) - shown:
            if "///" not in line:
                assert line.strip() not in f"{fault.behaviour} {fault.hint}"


def test_what_is_wrong_with_the_tests_comes_first_and_in_one_line(suite: Exercise, pool: Pool):
    wrong = [file for file, check in suite.mistakes.items() if check == "passes_on_the_right_contract"]
    assert len(wrong) >= 3
    for file in wrong:
        report = pool.grade(suite, suite.mistake_sources[file], seed=5)
        assert right(report)
        assert {check.status for check in report.checks[1:]} == {CheckStatus.NOT_RUN}
