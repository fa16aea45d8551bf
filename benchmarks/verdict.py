"""From source to verdict, beside pytest + eth-tester + web3.py with checks of the same behaviour, in one run.

Four ways, taken in turns so that whatever else the machine does falls on all of them alike:
  ours, warm     a pool that runs; a source it has not seen (each differs by a comment)
  ours, cold     `classroom lesson grade`: a process, a pool and a compiler from nothing, to the printed verdict
  peer, warm     pytest.main in a process that has everything imported; compiles in a Node process of its own
  peer, cold     `python -m pytest` from nothing

Both sides get the same source, the same npm solc, no optimizer. Prints medians in ms and ratios; asserts nothing
about time, but every verdict must be right.
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

from evmbox.exercise import load_exercise
from evmbox.pool import Pool
from evmbox.report import Outcome

ROOT = Path(__file__).parent.parent
EXERCISE = ROOT / "lessons/foundations/tip-jar/tip-jar"
PEER = Path(__file__).parent / "peers/test_tip_jar.py"
RESIDENT = """
import contextlib, io, sys, pytest, web3, eth_tester
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main(["-q", "-p", "no:cacheprovider", "-W", "ignore", line.strip()])
    print(int(code), flush=True)
"""


def pytest_environment(source: Path) -> dict[str, str]:
    """Give the peer the source, and the Node that the product uses."""
    return {**os.environ, "CONTRACT": str(source), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def measure(ways: dict[str, Callable[[int], None]], rounds: int) -> dict[str, list[float]]:
    """Run each way once unmeasured, then all of them in turns; give milliseconds."""
    for way in ways.values():
        way(-1)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way(number)
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    exercise = load_exercise(EXERCISE)
    solution = exercise.solution
    with tempfile.TemporaryDirectory() as folder, Pool(size=1) as pool:
        source = Path(folder) / "TipJar.sol"
        source.write_text(solution)
        environment = pytest_environment(source)
        resident = subprocess.Popen(
            [sys.executable, "-c", RESIDENT], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert resident.stdin is not None
        assert resident.stdout is not None
        asked, answered = resident.stdin, resident.stdout

        def ours_warm(number: int) -> None:
            report = pool.grade(exercise, f"{solution}\n// {number}\n", seed=number + 2)
            assert report.outcome is Outcome.PASSED, report

        def ours_cold(number: int) -> None:
            command = [sys.executable, "-m", "classroom", "lesson", "grade", "tip-jar", str(source), "--json"]
            run = subprocess.run([*command, f"--seed={number + 2}"], capture_output=True, text=True, check=True)
            assert json.loads(run.stdout)["outcome"] == "passed"

        def peer_warm(_: int) -> None:
            asked.write(f"{PEER}\n")
            asked.flush()
            assert answered.readline() == "0\n"

        def peer_cold(_: int) -> None:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", str(PEER)]
            subprocess.run(command, env=environment, capture_output=True, check=True)

        ways = {"ours, warm": ours_warm, "peer, warm": peer_warm, "ours, cold": ours_cold, "peer, cold": peer_cold}
        times = measure(ways, options.rounds)
        asked.close()
        resident.wait()
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {when: medians[f"peer, {when}"] / medians[f"ours, {when}"] for when in ("warm", "cold")}
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians, "ratios": ratios}, indent=2) + "\n")
        return
    print(f"tip-jar, source to verdict; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, eth-tester {version('eth-tester')}, web3 {version('web3')}")
    for name, values in times.items():
        print(f"{name}: median {medians[name]:7.0f} ms, min {min(values):7.0f}, n {len(values)}")
    for when, ratio in ratios.items():
        print(f"{when}: ours is {ratio:.1f} times as fast as the peer")


if __name__ == "__main__":
    main()
