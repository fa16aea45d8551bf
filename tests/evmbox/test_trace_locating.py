"""A verdict that tells of gas that ran out names the line of the loop; any other verdict pays nothing for it."""

import shutil
from pathlib import Path

import pytest

from evmbox.compiler import Compiler
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.jobs import Job, LocateJob
from evmbox.report import CheckStatus, Outcome, Report
from evmbox.runner import grade

EXERCISE = Path(__file__).parent / "exercises/counter"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
SPINNING = (
    HEAD
    + """contract Counter {
    uint256 public count;
    error BelowZero();

    function increment() external {
        uint256 i;
        while (i < 10) {
            count = i;
        }
    }

    function decrement() external {
        if (count == 0) revert BelowZero();
        count--;
    }
}
"""
)
BORN_SPINNING = (
    HEAD
    + """contract Counter {
    uint256[] public count;

    constructor() {
        for (uint256 i; i < 1_000_000; i++) {
            count.push(i);
        }
    }
}
"""
)


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """Give an exercise whose calls have little gas, so that it is soon gone."""
    folder = shutil.copytree(EXERCISE, tmp_path_factory.mktemp("exercises") / "counter")
    with (folder / "exercise.toml").open("a") as manifest:
        manifest.write("\n[limits]\ncall_gas = 100_000\ndeploy_gas = 1_000_000\n")
    return load_exercise(folder)


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for the line however busy the machine is."""
    monkeypatch.setattr("evmbox.runner.locating.LOCATE_S", 60.0)
    monkeypatch.setattr("evmbox.pool.second_look.LOCATE_S", 60.0)


def assert_names_the_loop_of_increment(report: Report) -> None:
    checks = {check.id: check for check in report.checks}
    spinning = checks["increments"]
    assert (spinning.status, spinning.ending) == (CheckStatus.FAILED, "out of gas")
    assert spinning.where is not None
    assert (spinning.where.line, spinning.where.function) == (9, "increment")
    assert spinning.message is not None
    assert spinning.message.endswith("Most of the gas went into the loop in line 9.")
    assert checks["begins_at_zero"].where is None
    assert checks["begins_at_zero"].ending is None


@pytest.mark.usefixtures("_patient")
def test_a_check_that_runs_out_of_gas_names_the_line_of_the_loop(counter: Exercise, compiler: Compiler) -> None:
    assert_names_the_loop_of_increment(grade(counter, SPINNING, compiler=compiler, seed=1))


@pytest.mark.usefixtures("_patient")
def test_so_does_one_that_is_graded_in_the_pool(counter: Exercise, pool: Pool) -> None:
    assert_names_the_loop_of_increment(pool.grade(counter, SPINNING, seed=1))


@pytest.mark.usefixtures("_patient")
def test_a_deployment_that_runs_out_of_gas_names_the_line_of_the_loop(counter: Exercise, compiler: Compiler) -> None:
    report = grade(counter, BORN_SPINNING, compiler=compiler, seed=1)
    assert report.outcome is Outcome.OUT_OF_GAS
    assert report.where is not None
    assert (report.where.line, report.where.function) == (7, "constructor")
    assert report.message is not None
    assert report.message.endswith("Most of the gas went into the loop in line 7.")


def test_a_revert_is_told_as_the_ending_of_a_check(counter: Exercise, compiler: Compiler) -> None:
    source = SPINNING.replace("count = i;", 'revert("no");')
    checks = {check.id: check for check in grade(counter, source, compiler=compiler, seed=1).checks}
    assert checks["increments"].ending == "reverted"
    assert checks["increments"].where is None


@pytest.mark.usefixtures("_patient")
def test_only_gas_that_ran_out_is_looked_for(counter: Exercise, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[Job] = []
    fork = pool._fork

    def forked(job: Job, *rest: object, **options: object) -> object:
        jobs.append(job)
        return fork(job, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "_fork", forked)
    for source in (counter.solution, counter.starter, SPINNING):
        pool.grade(counter, source, seed=1)
    assert [isinstance(job, LocateJob) for job in jobs] == [False, False, False, True]


def test_who_took_long_until_the_gas_ran_out_is_not_run_again(
    counter: Exercise, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evmbox.runner.locating.LOCATE_S", 0.0)
    report = pool.grade(counter, SPINNING, seed=1)
    assert "out of gas" in [check.ending for check in report.checks]
    assert all(check.where is None for check in report.checks)
