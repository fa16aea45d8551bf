"""The forks of a pool: one waits for the next submission, one that is lost costs no verdict."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from evmbox.errors import EvmboxError
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import GradeJob
from evmbox.report import Outcome, Report
from evmbox.runner import Submission
from support.waiting import wait_until

COUNTER = Path(__file__).parent / "exercises/counter"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Give a pool of these tests' own, since they end its processes."""
    with Pool(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def counter() -> Exercise:
    return load_exercise(COUNTER)


def grade(pool: Pool, exercise: Exercise) -> Report:
    return pool.grade(exercise, exercise.solution, seed=1)


def template_of(pool: Pool) -> int:
    assert pool._template is not None
    return pool._template.pid


def test_a_template_that_is_killed_is_replaced_and_the_submission_graded(pool: Pool, counter: Exercise):
    lost = template_of(pool)
    os.kill(lost, signal.SIGKILL)
    assert grade(pool, counter).outcome is Outcome.PASSED
    assert template_of(pool) != lost
    assert pool.healthy()


def waiting(pool: Pool) -> list[psutil.Process]:
    """Give the forks that are there while nothing is graded."""
    return psutil.Process(template_of(pool)).children()


def spare_after_one(pool: Pool, counter: Exercise) -> list[psutil.Process]:
    """Give the fork that waits once something was graded: not the one that graded it, which may still be ending."""
    used: list[psutil.Process] = []
    assert pool.grade(counter, counter.solution, seed=1, on_progress=lambda _: used.extend(waiting(pool)))

    def spare() -> list[psutil.Process]:
        there = waiting(pool)
        return there if len(there) == 1 and not set(there) & set(used) else []

    found: list[psutil.Process] = wait_until(spare, what="the fork that waits")
    return found


def test_a_fork_waits_for_the_next_submission_and_no_more_than_one(pool: Pool, counter: Exercise):
    before = spare_after_one(pool, counter)
    during: list[psutil.Process] = []
    report = pool.grade(counter, counter.solution, seed=1, on_progress=lambda _: during.extend(waiting(pool)))
    assert report.outcome is Outcome.PASSED
    assert set(during) == set(before)
    assert psutil.wait_procs(before, timeout=10)[1] == []
    wait_until(lambda: len(waiting(pool)) == 1)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_waiting_fork_that_is_killed_is_no_verdict(pool: Pool, counter: Exercise, number: int):
    (fork,) = spare_after_one(pool, counter)
    fork.send_signal(number)
    psutil.wait_procs([fork], timeout=10)
    assert grade(pool, counter).outcome is Outcome.PASSED


PAGES = """
import os, resource
from evmbox.pool import pages

memory = bytearray(256 * 4096)

def write():
    for place in range(0, len(memory), 4096):
        memory[place] = 1

def copied(spans):
    reading, writing = os.pipe()
    if os.fork() == 0:
        pages.copy(spans)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        write()
        os.write(writing, str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before).encode())
        os._exit(0)
    return int(os.read(reading, 20))

spans = pages.touched_by(write)
assert memory[0] == 0, "it was written in a fork"
print(sum(end - start for start, end in spans) // 4096, copied(()), copied(spans))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="pages are found in /proc")
def test_the_pages_that_forks_write_to_are_found_and_copied_at_once():
    run = subprocess.run([sys.executable, "-c", PAGES], capture_output=True, text=True, check=True, timeout=60)
    found, one_by_one, at_once = map(int, run.stdout.split())
    assert found >= 256
    assert one_by_one >= 256
    assert at_once < 64


def test_a_fault_of_the_sandbox_is_no_verdict_on_the_learner(pool: Pool, counter: Exercise):
    nonsense = GradeJob(
        counter, Submission(counter.solution, pool.compile(counter.solution)), seed="no number", solc=""
    )
    with pytest.raises(EvmboxError, match=r"TypeError at .+\.py:\d+"):
        pool._fork(nonsense, Ration(), lambda _: None)
    assert grade(pool, counter).outcome is Outcome.PASSED
