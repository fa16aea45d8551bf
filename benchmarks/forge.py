"""From source to verdict of a token with six checks, beside `forge test` and pytest + eth-tester + web3.py, in one run.

Ways, taken in turns so that whatever else the machine does falls on all of them alike:
  ours, fresh            `Pool.grade` in a pool that runs, a source it has not seen: compile, fork, deploy, check
  ours, compiled ahead   the same, of a source that the pool has compiled in a pause before
  forge, changed         `forge test` after a change; solc is the same npm package, in a Node process of its own
  forge, unchanged       `forge test` with nothing to compile
  pytest, kept running   pytest.main in a process that has everything imported; a Node process compiles
  pytest                 `python -m pytest` from nothing

forge comes from npm (needs the registry) into a temporary folder. Everyone compiles without optimizer. Prints medians
and minima in ms and ratios; asserts nothing about time, but every verdict must be right.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from evmbox.pool import Pool
from evmbox.report import Outcome, Timings
from peers import foundry
from token_exercise import token_exercise
from verdict import RESIDENT, pytest_environment

PEER = Path(__file__).parent / "peers/test_token.py"
WARM_UPS = 2
COMPILED_BEFORE = 25
"""A compiler on Node is still getting faster over its first compiles; a pool of a day has many behind it."""

BUDGETS = (
    ("forge, changed", "ours, fresh", 15),
    ("pytest", "ours, fresh", 30),
    ("pytest, kept running", "ours, fresh", None),
    ("forge, unchanged", "ours, compiled ahead", 1),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, Pool(size=1, diagnostics=False) as pool:
        folder = Path(temporary)
        exercise = token_exercise(folder)
        project = foundry.Project(folder / "project", foundry.install(folder, "forge")["forge"], exercise.solution)
        source = folder / "Token.sol"
        source.write_text(exercise.solution)
        environment = pytest_environment(source)
        resident = subprocess.Popen(
            [sys.executable, "-c", RESIDENT], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert resident.stdin is not None
        assert resident.stdout is not None
        asked, answered = resident.stdin, resident.stdout
        spent: dict[str, list[Timings]] = {"ours, fresh": [], "ours, compiled ahead": []}

        def grade(way: str, source: str) -> float:
            began = time.perf_counter()
            report = pool.grade(exercise, source, seed=1)
            took_ms = (time.perf_counter() - began) * 1000
            assert report.outcome is Outcome.PASSED, report
            assert (report.timings.compile_ms == 0) is (way == "ours, compiled ahead"), report.timings
            spent[way].append(report.timings)
            return took_ms

        def fresh(number: int) -> float:
            return grade("ours, fresh", f"{exercise.solution}\n// fresh {number}\n")

        def ahead(number: int) -> float:
            source = f"{exercise.solution}\n// ahead {number}\n"
            assert pool.compile_ahead(exercise, source)
            return grade("ours, compiled ahead", source)

        def changed(number: int) -> float:
            project.change(f"\n// {number}\n")
            return timed(lambda: project.test(compiles=True))

        def kept_running() -> None:
            asked.write(f"{PEER}\n")
            asked.flush()
            assert answered.readline() == "0\n"

        def from_nothing() -> None:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", str(PEER)]
            subprocess.run(command, env=environment, capture_output=True, check=True)

        ways: dict[str, Callable[[int], float]] = {
            "ours, fresh": fresh,
            "ours, compiled ahead": ahead,
            "forge, changed": changed,
            "forge, unchanged": lambda _: timed(lambda: project.test(compiles=False)),
            "pytest, kept running": lambda _: timed(kept_running),
            "pytest": lambda _: timed(from_nothing),
        }
        times = in_turns(ways, options.rounds)
        asked.close()
        resident.wait()
    report(times, {name: timings[-options.rounds :] for name, timings in spent.items()}, as_json=options.json)


def in_turns(ways: dict[str, Callable[[int], float]], rounds: int) -> dict[str, list[float]]:
    """Run all ways in turns, first some times unmeasured; give milliseconds."""
    for number in range(COMPILED_BEFORE):
        ways["ours, fresh"](-WARM_UPS - 1 - number)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(-WARM_UPS, rounds):
        for name, way in ways.items():
            took_ms = way(number)
            if number >= 0:
                times[name].append(took_ms)
    return times


def timed(way: Callable[[], None]) -> float:
    """Give the milliseconds that it takes."""
    began = time.perf_counter()
    way()
    return (time.perf_counter() - began) * 1000


def report(times: dict[str, list[float]], spent: dict[str, list[Timings]], *, as_json: bool) -> None:
    """Print what was measured, and beside each budget what there is."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    if as_json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians}, indent=2) + "\n")
        return
    print(f"Token, source to verdict; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, forge {foundry.VERSION}, eth-tester {version('eth-tester')}")
    for name, values in times.items():
        print(f"{name:22} median {medians[name]:7.1f} ms, min {min(values):7.1f}, n {len(values)}")
    for name, timings in spent.items():
        parts = {part: [getattr(each, part) for each in timings] for part in ("compile_ms", "deploy_ms", "checks_ms")}
        said = ", ".join(f"{part} {statistics.median(each):.1f} (min {min(each):.1f})" for part, each in parts.items())
        print(f"{name}: of which {said}")
    for peer, ours, budget in BUDGETS:
        ratio, least = medians[peer] / medians[ours], min(times[peer]) / min(times[ours])
        wanted = f"; budget {budget}" if budget else ""
        print(f"{peer} / {ours}: {ratio:.1f} of medians, {least:.1f} of minima{wanted}")


if __name__ == "__main__":
    main()
