"""How many submissions of a token with six checks a pool grades a second, with one worker and with two, in one run.

`workers` threads hand in without a pause for a few seconds: sources that are all new, then one source that is known.
The pools take turns. Then the memory of this process, which holds the pool, is read while submissions go on. Asserts
nothing about time or memory, but every verdict must be right.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psutil

from evmbox.exercise import Exercise
from evmbox.pool import Pool
from evmbox.report import Outcome
from token_exercise import token_exercise

WORKERS = (1, 2)


def rate(pool: Pool, grade: Callable[[Pool], None], seconds: float) -> float:
    """Grade with a thread for each worker until the time is over; give submissions a second."""
    began = time.perf_counter()
    ends = began + seconds

    def work(_: int) -> int:
        done = 0
        while time.perf_counter() < ends:
            grade(pool)
            done += 1
        return done

    with ThreadPoolExecutor(pool.size) as threads:
        done = sum(threads.map(work, range(pool.size)))
    return done / (time.perf_counter() - began)


def grades_of(exercise: Exercise) -> dict[str, Callable[[Pool], None]]:
    """Give what is measured."""
    numbers = count()

    def check(pool: Pool, source: str) -> None:
        report = pool.grade(exercise, source, seed=1)
        assert report.outcome is Outcome.PASSED, report

    return {
        "fresh": lambda pool: check(pool, f"{exercise.solution}\n// {next(numbers)}\n"),
        "cached": lambda pool: check(pool, exercise.solution),
    }


def memory_over(pool: Pool, grade: Callable[[Pool], None], submissions: int, steps: int) -> list[float]:
    """Give this process's own memory in MB, before, and after each of the equal steps."""
    own, read = psutil.Process(), []
    for step in range(steps + 1):
        if step:
            with ThreadPoolExecutor(pool.size) as threads:
                list(threads.map(lambda _: grade(pool), range(submissions // steps)))
        gc.collect()
        read.append(own.memory_full_info().uss / 2**20)
    return read


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3, help="of each of the rounds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--submissions", type=int, default=300, help="over which memory is read")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        grades = grades_of(token_exercise(Path(folder)))
        pools = {size: opened.enter_context(Pool(size=size, diagnostics=False)) for size in WORKERS}
        for pool in pools.values():
            for grade in grades.values():
                rate(pool, grade, options.seconds)  # a compiler on Node gets faster over its first compiles
        rates: dict[str, list[float]] = {f"{what}, {size}": [] for what in grades for size in pools}
        for _ in range(options.rounds):
            for what, grade in grades.items():
                for size, pool in pools.items():
                    rates[f"{what}, {size}"].append(rate(pool, grade, options.seconds))
        load = os.getloadavg()[0]
        memory = memory_over(pools[2], grades["cached"], options.submissions, 3)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    if options.json:
        sys.stdout.write(json.dumps({"per_s": rates, "medians": medians, "memory_mb": memory}, indent=2) + "\n")
        return
    print(f"Token, submissions a second; Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f}")
    for name, values in rates.items():
        print(f"{name} workers: median {medians[name]:6.1f}, most {max(values):6.1f}, n {len(values)}")
    for what in grades:
        print(f"{what}: two workers do {medians[f'{what}, 2'] / medians[f'{what}, 1']:.2f} times what one does")
    print(f"memory before and after each third of {options.submissions}: {', '.join(f'{mb:.1f}' for mb in memory)} MB")


if __name__ == "__main__":
    main()
