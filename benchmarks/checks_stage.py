"""The checks of a compiled token: on py-evm directly, on our eth-tester engine, and on stock web3 + eth-tester.

Each way makes a chain, deploys the same bytecode and runs the same six checks; the peer a chain for each check, as its
users do. All in this process, in turns. Prints medians in ms and ratios; asserts nothing about time, but every check
must pass.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from evmbox.chain import STARTING_BALANCE, Chain, Engine
from evmbox.chain.accounts import KEYS
from evmbox.chain.direct_engine import DirectEngine
from evmbox.chain.eth_tester_engine import EthTesterEngine
from evmbox.checks import load_checks
from evmbox.compiler import open_compiler
from peers.token_web3 import CHECKS, SUPPLY, Deployed

HERE = Path(__file__).parent
TOKEN = HERE.parent / "tests/evmbox/contracts/Token.sol"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    compiler = open_compiler()
    token = compiler.compile(TOKEN.read_text()).artifacts["Token"]
    compiler.close()
    checks = load_checks(HERE / "token")
    assert len(checks) == len(CHECKS)

    def ours(make: Callable[[], Engine]) -> None:
        chain = Chain(engine=make())
        contract = chain.deploy(token, SUPPLY)
        for check in checks:
            check.run(chain, contract)

    def peer() -> None:
        for check in CHECKS:
            check(Deployed(token.abi, token.creation))

    ways: dict[str, Callable[[], None]] = {
        "py-evm directly": lambda: ours(lambda: DirectEngine(KEYS, balance=STARTING_BALANCE)),
        "our eth-tester engine": lambda: ours(lambda: EthTesterEngine(KEYS, balance=STARTING_BALANCE)),
        "stock eth-tester + web3": peer,
    }
    for way in ways.values():
        way()
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            times[name].append((time.perf_counter() - began) * 1000)
    medians = {name: statistics.median(values) for name, values in times.items()}
    fastest = medians["py-evm directly"]
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians}, indent=2) + "\n")
        return
    print(f"Token, deployment and six checks; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, eth-tester {version('eth-tester')}, web3 {version('web3')}")
    for name, values in times.items():
        print(
            f"{name}: median {medians[name]:7.1f} ms, min {min(values):7.1f}, n {len(values)}, "
            f"{medians[name] / fastest:.1f} times py-evm directly"
        )


if __name__ == "__main__":
    main()
