"""Out of gas: the loop that burned it is found, whatever it calls and wherever it stands."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from evmbox.chain import Chain, LearnerError
from evmbox.chain.recorder import Wanted, recording
from evmbox.compiler import Compilation, Compiler
from evmbox.trace.lines import Lines
from evmbox.trace.loops import Loop, greediest
from evmbox.trace.programs import Library

SOURCE = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Spinner {
    uint256 total;

    function spin() external {
        while (true) { // spin
            total++;
        }
    }
}

contract Loops {
    uint256 total;
    Spinner spinner = new Spinner();

    function small() internal {
        for (uint256 i = 0; i < 3; i++) {
            total += i;
        }
    }

    function plain() external {
        small();
        for (uint256 i = 0; i >= 0; i++) { // plain
            total += i;
        }
    }

    function step(uint256 i) internal returns (uint256) {
        return half(i);
    }

    function half(uint256 i) internal returns (uint256) {
        total = i / 2;
        return total;
    }

    function calling() external {
        uint256 i = 0;
        do { // calling
            i += step(i);
        } while (i >= 0);
    }

    function nested() external {
        for (uint256 i = 0; i < 100; i++) { // outer
            for (uint256 j = 0; j < 1000; j++) { // nested
                total += j;
            }
        }
    }

    function around() external {
        while (true) { // around
            total += 1;
            total += 2;
            for (uint256 j = 0; j < 2; j++) {
                total += j;
            }
        }
    }

    function elsewhere() external {
        spinner.spin();
    }

    function straight() external {
        small();
        assembly {
            invalid()
        }
    }
}

contract Born {
    uint256[] list;

    constructor() {
        for (uint256 i = 0; i < 100000; i++) { // born
            list.push(i);
        }
    }
}
"""


@pytest.fixture(scope="module")
def compilation(compiler: Compiler) -> Compilation:
    compilation = compiler.compile(SOURCE, details=True)
    assert compilation.ok, compilation.diagnostics
    return compilation


@pytest.fixture
def burn(chain: Chain, compilation: Compilation) -> Callable[[str], Loop | None]:
    chain.artifacts.update(compilation.artifacts)
    assert compilation.details is not None
    library = Library(compilation.details)

    def run(function: str) -> Loop | None:
        contract = chain.deploy("Loops")
        with recording(chain.engine, Wanted(blocks=True)) as recorded, suppress(LearnerError):
            contract.send(function, gas=300_000)
        return greediest(Lines(recorded, library))

    return run


def line(mark: str) -> int:
    return next(number for number, text in enumerate(SOURCE.split("\n"), 1) if text.endswith(f"// {mark}"))


@pytest.mark.parametrize(
    ("function", "mark"),
    [
        ("plain", "plain"),
        ("calling", "calling"),
        ("nested", "nested"),
        ("around", "around"),
        ("elsewhere", "spin"),
    ],
)
def test_the_loop_that_burned_the_gas_is_found(burn: Callable[[str], Loop | None], function: str, mark: str) -> None:
    found = burn(function)
    assert found is not None
    assert found.location.line == line(mark)
    assert found.share > 0.5


def test_where_no_loop_did_it_none_is_named(burn: Callable[[str], Loop | None]) -> None:
    assert burn("straight") is None


def test_a_constructor_burns_gas_too(chain: Chain, compilation: Compilation) -> None:
    chain.artifacts.update(compilation.artifacts)
    assert compilation.details is not None
    with recording(chain.engine, Wanted(blocks=True)) as recorded, suppress(LearnerError):
        chain.deploy("Born", gas=500_000)
    found = greediest(Lines(recorded, Library(compilation.details)))
    assert found is not None
    assert found.location.line == line("born")
