"""What recording costs: one transaction of some 110,000 steps, unrecorded and recorded in several ways, in turns.

  unrecorded         the same transaction, as a verdict runs it: what recording is measured against
  calls, storage     what a divergence takes: calls, storage, logs, hashes
  stretches          what finding a loop takes: gas from one JUMPDEST to the next
  steps              what a trace takes: place, opcode, gas and call of every step
  steps and stacks   what geth's struct logs take

Then what is made of it: the first page of 1,000 steps, a later one, the summary, and struct logs. Prints medians in
ms and ratios; asserts nothing about time.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from evmbox.chain import Chain
from evmbox.chain.recorder import Recording, StructLogOptions, Wanted, recording, struct_logs
from evmbox.compiler import Compilation, open_compiler
from evmbox.trace import Trace

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Work {
    mapping(uint256 => uint256) squares;
    uint256 total;

    function square(uint256 i) internal pure returns (uint256) {
        return i * i;
    }

    function run(uint256 n) external {
        for (uint256 i = 0; i < n; i++) {
            squares[i % 8] = square(i);
            total += i;
        }
    }
}
"""
ROUNDS_OF_LOOP = 420
LIMIT = 200_000
RECORDED = {
    "calls, storage": Wanted(),
    "stretches": Wanted(blocks=True),
    "steps": Wanted(steps=LIMIT),
    "steps and stacks": Wanted(steps=LIMIT, stack=range(LIMIT)),
}


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """Give milliseconds and the result."""
    began = time.perf_counter()
    result = do()
    return (time.perf_counter() - began) * 1000, result


def made_of(steps: Recording, stacks: Recording, compilation: Compilation) -> dict[str, float]:
    """Give the milliseconds that each thing made of a recording takes."""
    trace = Trace(steps, compilation)
    options = StructLogOptions(limit=LIMIT)
    return {
        "first page": timed(lambda: trace.page(0, 1000))[0],
        "later page": timed(lambda: trace.page(len(steps) - 1000, 1000))[0],
        "summary": timed(trace.summary)[0],
        "struct logs": timed(lambda: struct_logs(stacks, gas_used=0, options=options))[0],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    compiler = open_compiler()
    compilation = compiler.compile(SOURCE, details=True)
    compiler.close()
    chain = Chain(artifacts=compilation.artifacts, call_gas=20_000_000)
    contract = chain.deploy("Work")
    contract.run(ROUNDS_OF_LOOP)
    before = chain.snapshot()
    times: dict[str, list[float]] = {}

    def take(name: str, wanted: Wanted | None) -> Recording | None:
        chain.revert(before)
        context = nullcontext() if wanted is None else recording(chain.engine, wanted)
        with context as recorded:
            elapsed, _ = timed(lambda: contract.run(ROUNDS_OF_LOOP))
        times.setdefault(name, []).append(elapsed)
        return recorded

    steps = 0
    for _ in range(options.rounds):
        take("unrecorded", None)
        made = {name: take(name, wanted) for name, wanted in RECORDED.items()}
        recorded, stacks = made["steps"], made["steps and stacks"]
        assert recorded is not None
        assert stacks is not None
        steps = len(recorded)
        for name, elapsed in made_of(recorded, stacks, compilation).items():
            times.setdefault(name, []).append(elapsed)
    medians = {name: statistics.median(values) for name, values in times.items()}
    if options.json:
        sys.stdout.write(json.dumps({"steps": steps, "ms": times, "medians": medians}, indent=2) + "\n")
        return
    print(f"{steps:,} steps; Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, values in times.items():
        ratio = f", {medians[name] / medians['unrecorded']:.2f} of unrecorded" if name in RECORDED else ""
        print(f"{name}: median {medians[name]:6.0f} ms, min {min(values):6.0f}, n {len(values)}{ratio}")


if __name__ == "__main__":
    main()
