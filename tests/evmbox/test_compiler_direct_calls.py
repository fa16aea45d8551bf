"""Calls in solc without the detour through JavaScript: nearly all are, and the answers are those of the npm package."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import evmbox.compiler
from evmbox.compiler.imports import NODE_MODULES
from evmbox.compiler.node import find_node
from evmbox.versions import SOLC_VERSION, SOLC_VERSIONS, npm_package

NODE = str(find_node())
WORKER = Path(evmbox.compiler.__file__).with_name("solc_worker.mjs")
CONTRACTS = Path(__file__).parent / "contracts"
AS_PUBLISHED = """
const solc = require(process.argv[1]);
const lines = require("readline").createInterface({ input: process.stdin });
console.log(JSON.stringify({ ready: solc.version() }));
lines.on("line", (line) => console.log(solc.compile(line)));
"""
NAMES = [f"v{number}" for number in range(20)]
SOURCES = {
    "a token": (CONTRACTS / "Token.sol").read_text(),
    "strings and mappings": "contract C { mapping(address => uint256[]) m; event E(string s);"
    " function f(string calldata s) external { m[msg.sender].push(bytes(s).length); emit E(s); } }",
    "a mistake of syntax": "contract C { function f( }",
    "mistakes of types": 'contract C { uint256 a = "text"; function f() external returns (D) { g(); } }',
    "too many variables": f"contract C {{ function f() external pure returns (uint256) {{"
    f" {' '.join(f'uint256 {name} = 1;' for name in NAMES)} return {' + '.join(NAMES)}; }} }}",
    "assembly with a mistake": "contract C { function f() external { assembly { let x := add(1) } } }",
    "nothing": "",
}
SETTINGS: dict[str, dict[str, Any]] = {
    "as graded": {"optimizer": {"enabled": False}},
    "optimized": {"optimizer": {"enabled": True}},
    "by way of Yul": {"optimizer": {"enabled": True}, "viaIR": True},
}


def request(source: str, settings: dict[str, Any]) -> str:
    """Give one line of Standard JSON that asks for everything."""
    everything = {"*": {"*": ["abi", "evm", "metadata", "storageLayout"], "": ["ast"]}}
    named = {"Contract.sol": {"content": source}}
    whole = {"language": "Solidity", "sources": named, "settings": {**settings, "outputSelection": everything}}
    return json.dumps(whole) + "\n"


@contextmanager
def talking(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a compiler that answers line by line."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def ask(process: subprocess.Popen[str], line: str = "") -> str:
    """Write a line, if any, and give the next."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    process.stdin.flush()
    return process.stdout.readline()


@pytest.mark.parametrize("version", SOLC_VERSIONS)
def test_the_answers_are_those_of_the_npm_package(version: str) -> None:
    package = str(NODE_MODULES.resolve() / npm_package(version))
    with talking([NODE, str(WORKER), package]) as ours, talking([NODE, "-e", AS_PUBLISHED, package]) as published:
        greeting, expected = json.loads(ask(ours)), json.loads(ask(published))
        assert greeting["ready"] == expected["ready"]
        assert greeting["direct"] > 50, "the calls are not as the replacement expects them"
        for named, settings in SETTINGS.items() if version == SOLC_VERSION else [*SETTINGS.items()][:1]:
            for what, source in SOURCES.items():
                line = request(source, settings)
                assert ask(ours, line) == ask(published, line), f"{what}, {named}"
