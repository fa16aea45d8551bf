"""The checks of a compiled token: on py-evm directly, on our eth-tester engine, on stock web3 + eth-tester, on revm.

Each way makes a chain, deploys the same bytecode and runs the same six checks; the peer a chain for each check, as its
users do. revm is the limit: called from Python with what was encoded beforehand, its binding comes from PyPI for the
time of the run (needs the registry; `--without-revm` does without). Another way is a whole submission through the pool
whose source was compiled ahead: the same, in a process of its own. All in turns, in one run. Prints medians in ms and
ratios; asserts nothing about time, but every check must pass.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from evmbox.chain import STARTING_BALANCE, Chain, Engine
from evmbox.chain.accounts import KEYS
from evmbox.chain.direct_engine import DirectEngine
from evmbox.chain.eth_tester_engine import EthTesterEngine
from evmbox.checks import load_checks
from evmbox.compiler import Artifact, open_compiler
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.report import Outcome
from peers import token_revm
from peers.token_web3 import CHECKS, SUPPLY, Deployed

HERE = Path(__file__).parent
TOKEN = HERE.parent / "tests/evmbox/contracts/Token.sol"
DIRECT = "py-evm directly"


def make_exercise(folder: Path) -> Exercise:
    """Make a whole exercise of the token, which is its own starter and solution."""
    shutil.copytree(HERE / "token", folder)
    for name in ("starter.sol", "solution.sol"):
        shutil.copy(TOKEN, folder / name)
    return load_exercise(folder)


def compiled(source: str) -> Artifact:
    """Return the compiled token."""
    compiler = open_compiler()
    artifact = compiler.compile(source).artifacts["Token"]
    compiler.close()
    return artifact


def measure(ways: dict[str, Callable[[], None]], rounds: int) -> dict[str, list[float]]:
    """Run each way twice unmeasured, then all of them in turns; give milliseconds."""
    for way in ways.values():
        way()
        way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--without-revm", action="store_true", help="install nothing")
    options = parser.parse_args()
    token = compiled(TOKEN.read_text())
    checks = load_checks(HERE / "token")
    assert len(checks) == len(CHECKS)

    def ours(engine: Engine) -> None:
        chain = Chain(engine=engine)
        contract = chain.deploy(token, SUPPLY)
        for check in checks:
            check.run(chain, contract)

    def peer() -> None:
        for check in CHECKS:
            check(Deployed(token.abi, token.creation))

    with tempfile.TemporaryDirectory() as folder, Pool(size=1, diagnostics=False) as pool:
        exercise = make_exercise(Path(folder) / "token")

        def pooled() -> None:
            assert pool.grade(exercise, exercise.solution, seed=1).outcome is Outcome.PASSED

        ways: dict[str, Callable[[], None]] = {
            DIRECT: lambda: ours(DirectEngine(KEYS, balance=STARTING_BALANCE)),
            "the same through the pool": pooled,
            "our eth-tester engine": lambda: ours(EthTesterEngine(KEYS, balance=STARTING_BALANCE)),
            "stock eth-tester + web3": peer,
        }
        if not options.without_revm:
            revm = token_revm.install(Path(folder) / "revm")
            ways["revm"] = lambda: token_revm.run(revm, token.creation)
        times = measure(ways, options.rounds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians}, indent=2) + "\n")
        return
    print(f"Token, deployment and six checks; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, eth-tester {version('eth-tester')}, web3 {version('web3')}")
    for name, values in times.items():
        ratio = medians[name] / medians[DIRECT], min(values) / min(times[DIRECT])
        print(f"{name}: median {medians[name]:7.2f} ms, least {min(values):7.2f}, n {len(values)}, ", end="")
        print(f"{ratio[0]:.3g} times py-evm directly by the median, {ratio[1]:.3g} by the least")


if __name__ == "__main__":
    main()
