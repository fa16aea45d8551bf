"""A submission from source to verdict, in process: what each kind of submission gets, and what learners are told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evmbox.checks import load_checks
from evmbox.compiler import Compiler
from evmbox.exercise import Exercise, Kind, load_exercise
from evmbox.report import CheckStatus, Outcome, Progress, Report, Stage
from evmbox.runner import grade, judge, prepare
from evmbox.runner.kinds import KINDS
from evmbox.versions import EVM_VERSION, SOLC_VERSION

EXERCISES = Path(__file__).parent / "exercises"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
BROKEN_CHECKS = """
from evmbox.checks import check

SECRET = "canary-7f3a"


@check("It holds", task=1)
def holds(chain, contract):
    pass


@check("It breaks", task=2)
def breaks(chain, contract):
    raise KeyError(SECRET)
"""
LOOPING_CHECKS = """
from evmbox.checks import check, given, integers, reverts

examples = []


@check("It holds for any value", task=1)
@given(value=integers())
def drawn(chain, contract, value):
    examples.append(value)
    with reverts("BelowZero"):
        contract.increment()


@check("One example is enough", task=1)
def drawn_once(chain, contract):
    assert len(examples) == 1
"""


@pytest.fixture(scope="module")
def counter() -> Exercise:
    return load_exercise(EXERCISES / "counter")


@pytest.fixture(scope="module")
def savings() -> Exercise:
    return load_exercise(EXERCISES / "savings")


@pytest.fixture
def verdict(compiler: Compiler) -> Callable[..., Report]:
    """Give a function that grades a source."""

    def grade_source(exercise: Exercise, source: str, seed: int = 7) -> Report:
        return grade(exercise, source, compiler=compiler, seed=seed)

    return grade_source


def statuses(report: Report) -> dict[str, CheckStatus]:
    return {check.id: check.status for check in report.checks}


def messages(report: Report) -> dict[str, str | None]:
    return {check.id: check.message for check in report.checks}


def test_a_solution_passes_with_every_point(verdict, counter: Exercise):
    report = verdict(counter, counter.solution)
    assert report.outcome is Outcome.PASSED
    assert report.score == report.max_score == 10
    assert set(statuses(report).values()) == {CheckStatus.PASSED}
    assert report.message is None


def test_a_report_says_what_it_was_made_from_and_with(verdict, counter: Exercise):
    report = verdict(counter, counter.solution)
    assert report.versions.model_dump() == {"solc": SOLC_VERSION, "evm": EVM_VERSION, "exercise": counter.digest}
    assert report.deployed is not None
    assert report.deployed.contract == "Counter"
    assert report.deployed.gas_used == report.gas["constructor"] > 53_000
    assert report.gas["increment"] > report.gas["decrement"] > 21_000
    assert report.size is not None
    assert 100 < report.size < 1000
    assert 0 < report.timings.deploy_ms < report.timings.total_ms
    assert report.timings.compile_ms > 0
    assert report.timings.checks_ms > 0
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_progress_is_told_stage_by_stage(compiler: Compiler, savings: Exercise):
    told: list[Progress] = []
    grade(savings, savings.solution, compiler=compiler, seed=1, on_progress=told.append)
    assert [each.stage for each in told] == [Stage.COMPILE, Stage.DEPLOY, *[Stage.CHECK] * 3]
    assert [(each.index, each.total) for each in told[2:]] == [(1, 3), (2, 3), (3, 3)]


def test_a_starter_fails_check_by_check_with_hints(verdict, counter: Exercise):
    report = verdict(counter, counter.starter)
    assert report.outcome is Outcome.FAILED
    assert statuses(report)["begins_at_zero"] is CheckStatus.PASSED
    assert statuses(report)["increments"] is CheckStatus.FAILED
    assert report.score == 1
    hints = {check.id: check.hint for check in report.checks}
    assert hints["stops_at_zero"] == "Compare before you subtract."
    assert hints["begins_at_zero"] is None


@pytest.mark.parametrize("name", ["counter", "savings"])
def test_each_mistake_is_caught_by_its_check(verdict, name: str):
    exercise = load_exercise(EXERCISES / name)
    for file, check in exercise.mistakes.items():
        report = verdict(exercise, exercise.mistake_sources[file])
        assert report.outcome is Outcome.FAILED, file
        assert statuses(report)[check] is CheckStatus.FAILED, file


@pytest.mark.parametrize("name", ["counter", "savings"])
def test_each_variant_passes(verdict, name: str):
    exercise = load_exercise(EXERCISES / name)
    for file, source in exercise.variants.items():
        assert verdict(exercise, source).outcome is Outcome.PASSED, file


def test_the_first_failure_may_be_the_last_check_that_runs(compiler: Compiler, counter: Exercise):
    submission = prepare(counter, counter.mistake_sources["by-two.sol"], compiler=compiler)
    report = judge(counter, submission, seed=7, to_the_end=False)
    passed, failed, *others = [check.status for check in report.checks]
    assert (passed, failed) == (CheckStatus.PASSED, CheckStatus.FAILED)
    assert set(others) == {CheckStatus.NOT_RUN}
    assert report.outcome is Outcome.FAILED
    solution = prepare(counter, counter.solution, compiler=compiler)
    assert judge(counter, solution, seed=7, to_the_end=False).outcome is Outcome.PASSED


def test_a_source_that_does_not_compile_lists_every_check_as_not_run(verdict, counter: Exercise):
    report = verdict(counter, HEAD + "contract Counter { uint count }")
    assert report.outcome is Outcome.COMPILE_ERROR
    assert report.diagnostics
    assert set(statuses(report).values()) == {CheckStatus.NOT_RUN}
    assert (report.score, report.max_score) == (0, 10)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "There is no contract in your source"),
        (HEAD, "There is no contract in your source"),
        ("contract Countr { }", "found `Countr`. Rename `Countr` to `Counter`"),
        ("contract Alpha {} contract TheCounter {}", "Rename `TheCounter` to `Counter`"),
        ("abstract contract Counter { function f() external virtual; }", "`Counter` is abstract or an interface"),
        ("interface Counter { }", "`Counter` is abstract or an interface"),
        ("".join(f"contract C{n} {{}}" for n in range(9)), "found `C0`, `C1`, `C2`, `C3`, `C4` and 4 more"),
        (f"contract {'C' * 9000} {{}}", "C… (9,000 characters)`"),
        ("interface ICounter { }", "Nothing here can be deployed, only `ICounter`"),
    ],
)
def test_a_source_without_the_contract_says_what_was_found(verdict, counter: Exercise, source: str, said: str):
    report = verdict(counter, source)
    assert report.outcome is Outcome.NO_DEPLOYABLE_CONTRACT
    assert report.message is not None
    assert said in report.message
    assert set(statuses(report).values()) == {CheckStatus.NOT_RUN}


@pytest.mark.parametrize(
    ("constructor", "outcome", "said"),
    [
        ("constructor(uint256 start) {}", Outcome.FAILED, "constructor(uint256 start)"),
        ('constructor() { revert("not today"); }', Outcome.FAILED, 'reverted with "not today"'),
        ("constructor() { assert(false); }", Outcome.FAILED, "panicked"),
        ("constructor() { while (true) {} }", Outcome.OUT_OF_GAS, "ran out of gas"),
    ],
)
def test_a_constructor_that_fails_is_explained(
    verdict, counter: Exercise, constructor: str, outcome: Outcome, said: str
):
    report = verdict(counter, HEAD + f"contract Counter {{ {constructor} }}")
    assert report.outcome is outcome
    assert report.message is not None
    assert said in report.message
    assert report.deployed is None
    assert set(statuses(report).values()) == {CheckStatus.NOT_RUN}


def test_a_missing_function_fails_the_check_and_says_so(verdict, counter: Exercise):
    report = verdict(counter, HEAD + "contract Counter { uint256 public count; function increment() external {} }")
    assert report.outcome is Outcome.FAILED
    assert "`decrement()`" in str(messages(report)["stops_at_zero"])


def test_out_of_gas_in_a_check_fails_that_check_only(verdict, counter: Exercise):
    source = counter.solution.replace("count += 1;", "while (true) {}")
    report = verdict(counter, source)
    assert report.outcome is Outcome.FAILED
    assert "ran out of gas" in str(messages(report)["increments"])
    assert statuses(report)["stops_at_zero"] is CheckStatus.PASSED


def test_a_loop_is_run_once_by_a_check_that_draws_its_inputs(compiler: Compiler, broken: Exercise):
    """Looking for a simpler example would take as long again each time, and end at the time limit."""
    (broken.path / "checks.py").write_text(LOOPING_CHECKS)
    source = broken.solution.replace("count += 1;", "while (true) {}")
    report = grade(broken.current(), source, compiler=compiler, seed=1)
    assert "ran out of gas" in str(messages(report)["drawn"])
    assert statuses(report)["drawn_once"] is CheckStatus.PASSED


def test_the_gas_of_a_call_is_what_the_exercise_allows(verdict, savings: Exercise):
    source = savings.solution.replace(
        "function deposit() external payable {}",
        "uint256[] s; function deposit() external payable { for (uint i = 0; i < 30; i++) s.push(i + 1); }",
    )
    assert "500,000" in str(messages(verdict(savings, source))["pays_everything"])


@pytest.fixture
def broken(tmp_path: Path) -> Exercise:
    folder = tmp_path / "counter"
    shutil.copytree(EXERCISES / "counter", folder)
    (folder / "checks.py").write_text(BROKEN_CHECKS)
    return load_exercise(folder)


def test_a_broken_check_is_the_lessons_fault_and_leaks_nothing(compiler: Compiler, broken: Exercise):
    faults: list[str] = []
    report = grade(broken, broken.solution, compiler=compiler, seed=1, on_fault=faults.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert statuses(report) == {"holds": CheckStatus.PASSED, "breaks": CheckStatus.NOT_RUN}
    assert "checks.py, line 14: KeyError" in str(messages(report)["breaks"])
    assert "canary-7f3a" not in report.model_dump_json()
    assert "canary-7f3a" in faults[0]


@pytest.mark.parametrize("text", ["this is not Python", "raise RuntimeError('canary-7f3a')", "# no checks\n"])
def test_checks_that_cannot_be_read_are_the_lessons_fault(compiler: Compiler, broken: Exercise, text: str):
    (broken.path / "checks.py").write_text(text)
    faults: list[str] = []
    report = grade(broken.current(), broken.solution, compiler=compiler, seed=1, on_fault=faults.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert "canary" not in report.model_dump_json()
    assert "checks.py" in faults[0]


HELPED_CHECKS = """
from evmbox.checks import check, expect_equal


@check("A contract may count, too", task=1)
def a_contract_counts(chain, contract):
    chain.deploy("Caller").poke(contract, sender=chain.bob)
    expect_equal(contract.count(), 1, "count()")
"""
HELPERS = (
    HEAD
    + "interface I { function increment() external; } contract Caller { function poke(I i) public { i.increment(); } }"
)


def test_checks_may_deploy_contracts_of_their_own(compiler: Compiler, broken: Exercise):
    (broken.path / "checks.py").write_text(HELPED_CHECKS)
    (broken.path / "helpers.sol").write_text(HELPERS)
    exercise = broken.current()
    assert grade(exercise, exercise.solution, compiler=compiler, seed=1).outcome is Outcome.PASSED
    # A contract of the submission by the same name is not taken for it.
    source = exercise.solution + "contract Caller { function poke(address) public {} }"
    assert grade(exercise, source, compiler=compiler, seed=1).outcome is Outcome.PASSED


def test_helpers_that_do_not_compile_are_the_lessons_fault(compiler: Compiler, broken: Exercise):
    (broken.path / "helpers.sol").write_text("contract Canary7f3a {")
    faults: list[str] = []
    exercise = broken.current()
    report = grade(exercise, exercise.solution, compiler=compiler, seed=1, on_fault=faults.append)
    assert report.outcome is Outcome.LESSON_BROKEN
    assert "Canary7f3a" not in report.model_dump_json()
    assert faults[0].startswith("helpers.sol does not compile: line 1")


def test_every_kind_of_exercise_can_be_graded():
    assert set(KINDS) == set(Kind)


@pytest.mark.parametrize("name", ["counter", "savings"])
def test_no_report_holds_text_of_a_solution_or_a_check(verdict, name: str):
    exercise = load_exercise(EXERCISES / name)
    lines = [*exercise.solution.splitlines(), *(exercise.path / "checks.py").read_text().splitlines()]
    secrets = {line.strip() for line in lines if len(line.strip()) > 25 and not line.startswith(("@", "//", "pragma"))}
    secrets -= {line.strip() for line in exercise.starter.splitlines()}
    for source in (exercise.starter, *exercise.mistake_sources.values()):
        told = json.dumps(verdict(exercise, source).model_dump(mode="json", exclude={"checks": {"__all__": {"hint"}}}))
        assert not [secret for secret in secrets if json.dumps(secret)[1:-1] in told]


def comparable(report: Report) -> dict[str, object]:
    checks = sorted(report.checks, key=lambda check: check.id)
    plain = report.model_copy(update={"checks": tuple(checks)}).model_dump(exclude={"timings"})
    return {**plain, "gas": dict(sorted(report.gas.items()))}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_checks_never_matters(compiler: Compiler, counter: Exercise, data: st.DataObject):
    name, source = data.draw(st.sampled_from([("solution", counter.solution), *counter.mistake_sources.items()]))
    submission = prepare(counter, source, compiler=compiler)
    checks = load_checks(counter.path)
    shuffled = data.draw(st.permutations(checks))
    reports = [judge(counter, submission, seed=3, checks=order) for order in (checks, shuffled)]
    assert comparable(reports[0]) == comparable(reports[1]), name
