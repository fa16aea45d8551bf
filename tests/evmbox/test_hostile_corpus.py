"""Every source in `hostile/chain` gets the verdict that stands in its first line, and an honest one after it passes."""

import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evmbox.compiler import Compiler
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.confinement import Ration
from evmbox.report import Outcome, Report
from support.waiting import wait_until

EXERCISES = Path(__file__).parent / "exercises"
HOSTILE = sorted((Path(__file__).parent / "hostile" / "chain").glob("*.sol"))
LOOP = Path(__file__).parent / "hostile" / "pairing-loop.sol"
SHORT_S = 2
MAX_TEXT = 4_000


@pytest.fixture(scope="module")
def brief() -> Iterator[Pool]:
    """Give a pool whose limits are short, since what runs in it runs into them."""
    with Pool(1, ration=Ration(cpu_s=SHORT_S, wall_s=3 * SHORT_S), diagnostics=False) as pool:
        yield pool


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Exercise]:
    """Give the exercise that hostile sources are graded by, with little gas and with much."""
    folder = tmp_path_factory.mktemp("roomy") / "target"
    shutil.copytree(EXERCISES / "target", folder)
    manifest = folder / "exercise.toml"
    manifest.write_text(re.sub(r"_gas = [\d_]+", "_gas = 30_000_000", manifest.read_text()))
    return {False: load_exercise(EXERCISES / "target"), True: load_exercise(folder)}


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_a_hostile_source_gets_the_verdict_it_names(brief: Pool, targets: dict[bool, Exercise], path: Path):
    source = path.read_text()
    verdicts = source.splitlines()[0].removeprefix("// verdict: ").split(" | ")
    target = targets["\n// gas: 30_000_000\n" in source]
    report = brief.grade(target, source, seed=1)
    said = [text for each in report.checks for text in (each.message,) if text] + [report.message or ""]
    assert report.outcome in verdicts, (report.outcome, said, report.diagnostics[:1])
    assert len(report.checks) == 3
    assert all(len(text) < MAX_TEXT and text.isprintable() for text in said), said
    assert brief.grade(targets[False], target.solution, seed=1).outcome is Outcome.PASSED


def test_honest_work_waits_for_one_hostile_submission_at_most(brief: Pool, targets: dict[bool, Exercise]):
    """One slot: who comes after a hostile source is next, whatever else was handed in since."""
    hostile, honest = LOOP.read_text(), targets[True].solution
    for source in (hostile, honest):
        assert brief.compile(source).ok
    finished: list[str] = []
    running = threading.Event()

    def hand_in(name: str, source: str) -> Report:
        report = brief.grade(targets[True], source, seed=1, on_progress=lambda _: running.set())
        finished.append(name)
        return report

    with ThreadPoolExecutor(3) as executor:
        first = executor.submit(hand_in, "hostile", hostile)
        assert running.wait(60)
        middle = executor.submit(hand_in, "honest", honest)
        wait_until(lambda: brief._slots.waiting == 1)
        last = executor.submit(hand_in, "hostile again", hostile)
        reports = [each.result() for each in (first, middle, last)]
    assert finished == ["hostile", "honest", "hostile again"]
    assert [report.outcome is Outcome.PASSED for report in reports] == [False, True, False]


def test_the_hostile_sources_were_found_and_are_contracts(compiler: Compiler):
    assert len(HOSTILE) >= 20
    assert compiler.compile(HOSTILE[0].read_text()).ok
