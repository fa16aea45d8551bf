"""Proofs of exercises: what is proven of good ones, and what an author is told about the others."""

import shutil
from pathlib import Path

import pytest

from evmbox.exercise import load_exercise
from evmbox.pool import Pool
from evmbox.proof import SEEDS, Claim, Proof, Proving, Row, prove

EXERCISES = Path(__file__).parent / "exercises"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXERCISES / "counter", tmp_path / "counter"))


def failing(proof: Proof) -> dict[str, Row]:
    assert proof.ok == (not [row for row in proof.rows if not row.ok])
    return {row.file: row for row in proof.rows if not row.ok}


@pytest.mark.parametrize("name", ["counter", "savings"])
def test_a_good_exercise_is_proven_file_by_file(pool: Pool, name: str):
    exercise = load_exercise(EXERCISES / name)
    proof = prove(exercise, pool)
    assert failing(proof) == {}
    assert proof.ok
    assert proof.digest == exercise.digest
    claims = [row.claim for row in proof.rows]
    assert claims.count(Claim.SOLUTION_PASSES) == len(SEEDS)
    assert claims.count(Claim.VARIANT_PASSES) == 2
    assert claims.count(Claim.MISTAKE_CAUGHT) == 4
    assert Proof.model_validate_json(proof.model_dump_json()) == proof


def test_progress_counts_every_submission(pool: Pool):
    told: list[Proving] = []
    proof = prove(load_exercise(EXERCISES / "counter"), pool, told.append)
    graded = len([row for row in proof.rows if row.file.endswith(".sol")])
    assert [each.done for each in told] == list(range(1, graded + 1))
    assert {each.total for each in told} == {graded}


def test_a_starter_that_passes_is_found(pool: Pool, folder: Path):
    shutil.copy(folder / "solution.sol", folder / "starter.sol")
    assert failing(prove(load_exercise(folder), pool))["starter.sol"].found == "every check passes"


def test_a_starter_that_does_not_compile_is_found(pool: Pool, folder: Path):
    (folder / "starter.sol").write_text("contract Counter {")
    assert "does not compile; line 1" in failing(prove(load_exercise(folder), pool))["starter.sol"].found


def test_a_solution_that_fails_is_found_with_its_check(pool: Pool, folder: Path):
    shutil.copy(folder / "mistakes" / "by-two.sol", folder / "solution.sol")
    found = failing(prove(load_exercise(folder), pool))["solution.sol"].found
    assert found.startswith("increments: ")


def test_a_variant_that_fails_is_found(pool: Pool, folder: Path):
    shutil.copy(folder / "mistakes" / "panics.sol", folder / "variants" / "inherited.sol")
    assert "stops_at_zero: " in failing(prove(load_exercise(folder), pool))["variants/inherited.sol"].found


def test_a_mistake_caught_by_another_check_only_is_found(pool: Pool, folder: Path):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace('"by-two.sol" = "increments"', '"by-two.sol" = "stops_at_zero"'))
    row = failing(prove(load_exercise(folder), pool))["mistakes/by-two.sol"]
    assert row.expected == "stops_at_zero fails"
    assert "increments: " in row.found


def test_a_mistake_that_names_no_check_is_found(pool: Pool, folder: Path):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace('"increments"', '"adds_one"'))
    assert failing(prove(load_exercise(folder), pool))["mistakes/by-two.sol"].found == "checks.py has no check adds_one"


def test_a_check_of_a_task_that_nobody_asked_for_is_found(pool: Pool, folder: Path):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace("task=3", "task=4"))
    assert failing(prove(load_exercise(folder), pool))["checks.py"].found == "stops_at_zero names task 4"


def test_too_few_variants_and_mistakes_are_found(pool: Pool):
    rows = failing(prove(load_exercise(EXERCISES / "target"), pool))
    assert rows["variants/"].expected == "at least 2"
    assert rows["mistakes/"].found == "0"


def test_a_broken_check_is_shown_to_its_author(pool: Pool, folder: Path):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace("times = 1 + chain.seed % 5", "times = 1 // 0"))
    assert "ZeroDivisionError" in failing(prove(load_exercise(folder), pool))["solution.sol"].found
