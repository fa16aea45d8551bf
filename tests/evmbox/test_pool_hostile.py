"""Hostile sources: each gets its verdict in time, and harms nobody who comes after it or works beside it."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.confinement import Ration
from evmbox.report import Outcome, Report

EXERCISES = Path(__file__).parent / "exercises"
HOSTILE = Path(__file__).parent / "hostile"
SHORT_S = 3
MOST_GAS = "30_000_000"

FAILS = {Outcome.FAILED}
CUT_SHORT = {Outcome.TIMED_OUT, Outcome.RESOURCE_LIMIT}

WITH_LITTLE_GAS = {
    "constructor-loop.sol": ({Outcome.OUT_OF_GAS}, "ran out of gas"),
    "function-loop.sol": (FAILS, "ran out of gas"),
    "memory-growth.sol": (FAILS, "ran out of gas"),
    "deep-recursion.sol": (FAILS, ""),
    "call-tree.sol": (FAILS | CUT_SHORT, ""),
    "event-flood.sol": ({Outcome.FAILED, Outcome.PASSED}, ""),
    "huge-revert.sol": (FAILS, "ran out of gas"),
    "malformed-return.sol": (FAILS, "can't be read"),
    "odd-text.sol": (FAILS, r"\u{202e}"),
    "selfdestruct.sol": (FAILS, ""),
}
"""What each gets where gas is the limit that counts, and what some message says."""

WITH_MUCH_GAS = {
    "constructor-loop.sol": {Outcome.OUT_OF_GAS, *CUT_SHORT},
    "function-loop.sol": FAILS | CUT_SHORT,
    "memory-growth.sol": FAILS | CUT_SHORT,
    "deep-recursion.sol": FAILS | CUT_SHORT,
    "call-tree.sol": CUT_SHORT,
    "event-flood.sol": {Outcome.FAILED, Outcome.PASSED, *CUT_SHORT},
    "huge-revert.sol": FAILS,
    "pairing-loop.sol": CUT_SHORT,
}
"""What each gets with all the gas there is, where time and memory are the limits that count."""


@pytest.fixture(scope="module")
def target() -> Exercise:
    return load_exercise(EXERCISES / "target")


@pytest.fixture(scope="module")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    folder = tmp_path_factory.mktemp("roomy") / "target"
    shutil.copytree(EXERCISES / "target", folder)
    manifest = folder / "exercise.toml"
    manifest.write_text(re.sub(r"_gas = [\d_]+", f"_gas = {MOST_GAS}", manifest.read_text()))
    return load_exercise(folder)


@pytest.fixture(scope="module")
def brief() -> Iterator[Pool]:
    """Give a pool whose limits are short, since what runs in it runs into them."""
    with Pool(2, ration=Ration(cpu_s=2, wall_s=SHORT_S)) as pool:
        yield pool


def attack(pool: Pool, exercise: Exercise, name: str) -> Report:
    """Grade a hostile source, then an honest one, which must be none the worse for it."""
    source = (HOSTILE / name).read_text()
    compilation = pool.compile(source)
    assert compilation.ok, compilation.diagnostics
    report = pool.grade(exercise, source, seed=1)
    assert len(report.checks) == 3
    assert len(report.model_dump_json()) < 20_000
    assert pool.grade(exercise, exercise.solution, seed=1).outcome is Outcome.PASSED
    return report


def said(report: Report) -> str:
    return " ".join(filter(None, [report.message, *(check.message for check in report.checks)]))


@pytest.mark.parametrize("name", WITH_LITTLE_GAS)
def test_a_hostile_source_with_little_gas_gets_its_verdict(pool: Pool, target: Exercise, name: str):
    outcomes, words = WITH_LITTLE_GAS[name]
    report = attack(pool, target, name)
    assert report.outcome in outcomes, said(report)
    assert words in said(report)


@pytest.mark.parametrize("name", WITH_MUCH_GAS)
def test_a_hostile_source_with_much_gas_gets_its_verdict_in_time(brief: Pool, roomy: Exercise, name: str):
    report = attack(brief, roomy, name)
    assert report.outcome in WITH_MUCH_GAS[name], said(report)
    assert report.timings.total_ms - report.timings.compile_ms < 3 * SHORT_S * 1000


@pytest.mark.parametrize("name", ["odd-text.sol", "huge-revert.sol", "malformed-return.sol"])
def test_nothing_that_misleads_the_eye_reaches_a_report(pool: Pool, roomy: Exercise, name: str):
    text = said(attack(pool, roomy, name))
    assert text.isprintable()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]", text)
    assert len(text) < 5_000


def test_honest_work_beside_a_hostile_source_is_delayed_by_one_slot_at_most(
    pool: Pool, target: Exercise, roomy: Exercise
):
    """Two slots: while one is held by a source that runs until it is stopped, the other serves everyone else."""
    hostile = (HOSTILE / "pairing-loop.sol").read_text()
    for source in (hostile, target.solution):
        assert pool.compile(source).ok
    with ThreadPoolExecutor(1) as executor:
        stuck = executor.submit(pool.grade, roomy, hostile, seed=1)
        honest = [pool.grade(target, target.solution, seed=seed) for seed in range(5)]
        assert {report.outcome for report in honest} == {Outcome.PASSED}
        assert not stuck.done()
        report = stuck.result()
    assert report.outcome in CUT_SHORT
    assert report.timings.total_ms < 20_000


def test_a_hostile_source_leaves_no_process_behind(brief: Pool, roomy: Exercise):
    forks: set[psutil.Process] = set()

    def look(_: object) -> None:
        assert brief._template is not None
        forks.update(psutil.Process(brief._template.pid).children(recursive=True))

    report = brief.grade(roomy, (HOSTILE / "pairing-loop.sol").read_text(), seed=1, on_progress=look)
    assert report.outcome in CUT_SHORT
    assert forks
    _, alive = psutil.wait_procs(forks, timeout=60)
    assert alive == []
