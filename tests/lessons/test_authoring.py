"""What docs/authoring.md tells authors is whole, and its example works."""

import re
from pathlib import Path

import pytest

from evmbox import checks
from evmbox.exercise import Limits, Manifest, load_exercise
from evmbox.pool import Pool
from evmbox.proof import Claim, prove

GUIDE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text()
SOLUTION = """
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Doorbell {
    event Rang(address by);

    uint256 public rings;

    function ring() external {
        rings += 1;
        emit Rang(msg.sender);
    }
}
"""


@pytest.mark.parametrize("field", [*Manifest.model_fields, *Limits.model_fields])
def test_every_field_of_the_manifest_is_told(field: str):
    assert f"`{field}`" in GUIDE


@pytest.mark.parametrize("name", checks.__all__)
def test_every_name_that_checks_may_use_is_told(name: str):
    assert re.search(rf"`[^`]*\b{name}\b[^`]*`|^\s*(?:from .*|@)\b{name}\b", GUIDE, re.MULTILINE)


def test_the_example_is_proven(tmp_path: Path, pool: Pool):
    folder = tmp_path / "doorbell"
    (folder / "mistakes").mkdir(parents=True)
    for name in ("exercise.toml", "checks.py"):
        (found,) = re.findall(rf"^```\w+\n# {name}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
        (folder / name).write_text(found)
    (folder / "solution.sol").write_text(SOLUTION)
    (folder / "starter.sol").write_text(SOLUTION.replace("rings += 1;\n        emit Rang(msg.sender);", ""))
    (folder / "mistakes" / "counts-once.sol").write_text(SOLUTION.replace("rings += 1;", "rings = 1;"))
    proof = prove(load_exercise(folder), pool)
    wrong = [row for row in proof.rows if not row.ok]
    assert {row.claim for row in wrong} == {Claim.ENOUGH_VARIANTS, Claim.ENOUGH_MISTAKES}
