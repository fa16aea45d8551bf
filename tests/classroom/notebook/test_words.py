"""What the editor says of Solidity's words, put to the compiler."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evmbox.compiler import Compiler, open_compiler

WEB = Path(__file__).parents[3] / "platform/web-src"
WORLD = """
interface Readable { function read() external view returns (uint256); }
contract Other {}
abstract contract Scene {
    uint256[] list;
    address other;
    event Happened(address who, uint256 what);
    error Refused(address who);
    function check(uint256 x) external returns (uint256) { return x; }
}
"""
AROUND = {
    "function": "contract E is Scene {{ function run() external payable {{\n{example}\n}} }}",
    "contract": "contract E {{\n{example}\n}}",
    "file": "{example}",
}


@pytest.fixture(scope="module")
def compiler() -> Iterator[Compiler]:
    compiler = open_compiler()
    yield compiler
    compiler.close()


def read_entries() -> list[dict[str, str]]:
    script = "import {ENTRIES} from './src/language.js'; console.log(JSON.stringify([...ENTRIES.values()]))"
    told = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=WEB, capture_output=True, text=True, check=True, timeout=60
    )
    entries: list[dict[str, str]] = json.loads(told.stdout)
    return entries


def test_every_example_compiles_and_uses_its_word(compiler: Compiler) -> None:
    entries = read_entries()
    assert len(entries) > 120
    refused = {}
    for entry in entries:
        example = entry["example"]
        assert entry["path"].split(".")[-1] in example or entry["path"] in {"memory", "wei"}, entry
        source = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n" + WORLD
        source += AROUND[entry["where"]].format(example=example)
        errors = [
            each.message for each in compiler.compile(source, check_only=True).diagnostics if each.severity == "error"
        ]
        if errors:
            refused[entry["path"]] = errors
    assert refused == {}


def test_every_member_has_the_type_that_is_said(compiler: Compiler) -> None:
    places = {
        "address": "other",
        "array": "list",
        "function": "this.check",
        "event": "Happened",
        "error": "Refused",
        "type": "type(Other)",
        "msg": "msg",
        "block": "block",
        "tx": "tx",
    }
    lines = []
    for entry in read_entries():
        before, _, member = entry["path"].rpartition(".")
        if before in places and entry["type"] and "(" not in entry["code"]:
            where = " memory" if entry["type"] in {"bytes", "string"} else ""
            lines.append(f"{{ {entry['type']}{where} x = {places[before]}.{member}; }}")
    assert len(lines) > 20
    source = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n" + WORLD
    source += AROUND["function"].format(example="\n".join(lines))
    found = compiler.compile(source, check_only=True).diagnostics
    assert [each.message for each in found if each.severity == "error"] == []
