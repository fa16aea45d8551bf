"""What docs/authoring.md tells authors is whole, and its example works."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from classroom.catalog import Catalog
from classroom.estimate import estimated_minutes
from evmbox import checks
from evmbox.cheats import LIBRARY_NAME, library
from evmbox.exercise import ChallengeRules, FaultyVersion, Limits, Manifest, UnderTest, load_exercise
from evmbox.pool import Pool
from evmbox.proof import Claim, prove
from support.commands import classroom_here

GUIDE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text()
VM_AND_TEST = library()[LIBRARY_NAME]
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


FIELDS = [
    field for model in (Manifest, Limits, UnderTest, FaultyVersion, ChallengeRules) for field in model.model_fields
]


@pytest.mark.parametrize("field", dict.fromkeys(FIELDS))
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
    assert_proven(folder, pool)


LATCH = """
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

contract Latch {
    bool public on;

    function flip() external {
        on = !on;
    }
}
"""
FILES = {
    "predict": {"starter.json": "{}", "mistakes/never-empty.json": '{"refused": "no"}'},
    "gas": {
        "solution.sol": LATCH,
        "starter.sol": LATCH.replace("on = !on;", ""),
        "mistakes/counts-too.sol": LATCH.replace("bool public on;", "bool public on; uint256 flips;").replace(
            "on = !on;", "on = !on; flips++;"
        ),
    },
    "bytecode": {"starter.hex": "00", "mistakes/zero.hex": "60205ff3"},
}
"""What the guide leaves to be written, by the kind it is about."""


@pytest.mark.parametrize("kind", FILES)
def test_the_example_of_each_other_kind_is_proven(kind: str, tmp_path: Path, pool: Pool):
    written = dict(re.findall(rf"^```\w+\n(?:#|//) {kind}/(\S+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE))
    name = re.findall(r'^id = "(.*)"$', written["exercise.toml"], re.MULTILINE)[0]
    for file, text in (written | FILES[kind]).items():
        path = tmp_path / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert_proven(tmp_path / name, pool)


def assert_proven(folder: Path, pool: Pool) -> None:
    """Hold that nothing is missing but the number of variants and mistakes, which an example need not have."""
    proof = prove(load_exercise(folder), pool)
    wrong = [row for row in proof.rows if not row.ok]
    assert {row.claim for row in wrong} == {Claim.ENOUGH_VARIANTS, Claim.ENOUGH_MISTAKES}, wrong


@pytest.mark.parametrize("name", re.findall(r"function (\w+)\(", VM_AND_TEST))
def test_every_cheat_code_and_assertion_is_told(name: str):
    assert re.search(rf"`(vm\.)?{name}`", GUIDE)


def write_example(folder: Path, **others: str) -> Path:
    """Write a folder of the guide, and what a reader would add to it."""
    told = re.findall(rf"^```\w+\n(?:#|//) {folder.name}/(\S+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    for name, text in [*told, *others.items()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_example_of_tests_is_proven(tmp_path: Path, pool: Pool):
    folder = write_example(tmp_path / "parking")
    target, tests = (folder / "Parking.sol").read_text(), (folder / "solution.sol").read_text()
    start = tests[: tests.index("        vm.expectRevert")] + "    }\n}\n"
    write_example(
        folder,
        **{
            "mutants/leaves-unpaid.sol": target.replace("if (!paid[msg.sender]) revert Unpaid();", ""),
            "mutants/half-price.sol": target.replace("PRICE = 3", "PRICE = 2"),
            "starter.sol": start,
            "mistakes/only-pays.sol": start.replace("    }\n}\n", "        parking.pay{value: 3}();\n    }\n}\n"),
        },
    )
    proof = prove(load_exercise(folder), pool)
    wrong = [row for row in proof.rows if not row.ok]
    assert {row.claim for row in wrong} == {Claim.ENOUGH_VARIANTS, Claim.ENOUGH_MISTAKES}, wrong


def test_the_example_of_a_challenge_is_proven(tmp_path: Path, pool: Pool):
    folder = write_example(tmp_path / "lucky-box")
    attacker = (folder / "solution.sol").read_text()
    write_example(
        folder,
        **{
            "starter.sol": attacker.replace("        box.open(uint256(keccak256(abi.encode(block.timestamp))));\n", ""),
            "mistakes/guesses.sol": attacker.replace("abi.encode(block.timestamp)", "abi.encode(1)"),
        },
    )
    proof = prove(load_exercise(folder), pool)
    wrong = [row for row in proof.rows if not row.ok]
    assert {row.claim for row in wrong} == {Claim.ENOUGH_VARIANTS, Claim.ENOUGH_MISTAKES}, wrong


EVENING = GUIDE.split("## In one evening\n")[1].split("\n## An exercise\n")[0]
STEPS = re.findall(
    r"^(?:(Write|Add to) `([^`]+)`:\n\n)?(`{3,4})(\w+)\n(.*?)^\3$(?=\n\n([^\n]*))", EVENING, re.DOTALL | re.MULTILINE
)
"""How a file is written and which, its fence, its kind, its text; and the line that stands after it."""


@pytest.mark.timeout(600)  # six commands, one after the other
def test_a_lesson_is_built_in_one_evening_by_following_the_guide_to_the_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Do what is printed in "In one evening", from an empty folder on, with no more than what stands there."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    said = []
    for how, file, _, kind, text, then in STEPS:
        if file:
            assert how == "Write" or Path(file).is_file()
            with Path(file).open("w" if how == "Write" else "a") as written:
                written.write(text)
            continue
        assert kind == "sh", text
        for line in text.splitlines():
            if line.startswith("classroom "):
                done = classroom_here(tmp_path / "data", *shlex.split(line)[1:])
                said.append(done.stdout)
                assert done.returncode == (1 if then.startswith("It says `not proven`") else 0), (line, done)
            elif line.startswith("cd "):
                monkeypatch.chdir(Path(line.removeprefix("cd ")).expanduser())
            elif not line.startswith("export PATH="):
                subprocess.run(["sh", "-ec", line], check=True)
    _begun, files, refused, proven, _added, listed = said
    assert files.rstrip().endswith("\nproven")
    assert refused.count("survived\n") == 5
    assert refused.count("tx.origin") == 2 * 4  # in the diff, and in the entry
    assert "33 of 33 killed, 0 survived, 1 equivalent" in proven
    assert "doors-course" in listed
    lesson = Catalog.load(Path.cwd()).lesson("turnstile")
    assert lesson.minutes == estimated_minutes(lesson)
