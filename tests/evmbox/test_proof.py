"""Proofs of exercises: what is proven of good ones, and what an author is told about the others."""

import shutil
from pathlib import Path

import pytest

from evmbox.exercise import load_exercise
from evmbox.pool import Pool
from evmbox.proof import SEEDS, Claim, Graded, Proof, Proving, Row, prove
from evmbox.proof.memory import ProofMemory

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
    proof = prove(exercise, pool, mutants=False)
    assert failing(proof) == {}
    assert proof.ok
    assert proof.digest == exercise.digest
    assert proof.mutation is None
    claims = [row.claim for row in proof.rows]
    assert Claim.MUTANTS_KILLED not in claims
    assert claims.count(Claim.SOLUTION_PASSES) == len(SEEDS)
    assert claims.count(Claim.VARIANT_PASSES) == 2
    assert claims.count(Claim.MISTAKE_CAUGHT) == 4
    assert Proof.model_validate_json(proof.model_dump_json()) == proof


def test_progress_counts_every_submission(pool: Pool):
    told: list[Proving] = []
    proof = prove(load_exercise(EXERCISES / "counter"), pool, told.append, mutants=False)
    graded = len([row for row in proof.rows if row.file.endswith(".sol")])
    assert [each.done for each in told] == list(range(1, graded + 1))
    assert {each.total for each in told} == {graded}


def test_what_was_graded_is_graded_again_only_where_something_changed(pool: Pool, folder: Path):
    checks = (folder / "checks.py").read_text().partition('@check("The count is')[0]
    (folder / "checks.py").write_text(checks)
    known: dict[str, Graded] = {}
    told: list[Row] = []
    first = prove(load_exercise(folder), pool, mutants=False, known=known, on_row=told.append)
    graded = dict(known)
    assert set(told) == {row for row in first.rows if row.file.endswith(".sol")}
    assert len(graded) == len(told)
    assert prove(load_exercise(folder), pool, mutants=False, known=known) == first
    assert known == graded
    shutil.copy(folder / "starter.sol", folder / "mistakes" / "silent.sol")
    prove(load_exercise(folder), pool, mutants=False, known=known)
    assert len(known.keys() - graded.keys()) == 0, "the starter's verdict is known, whatever the file is called"
    (folder / "mistakes" / "silent.sol").write_text("contract Counter {")
    prove(load_exercise(folder), pool, mutants=False, known=known)
    assert len(known.keys() - graded.keys()) == 1
    (folder / "checks.py").write_text(f"{checks}\n")
    prove(load_exercise(folder), pool, mutants=False, known=known)
    assert len(known) == 2 * len(graded) + 1, "other checks judge everything again"


def test_proofs_are_remembered_while_nothing_changes(pool: Pool, folder: Path, tmp_path: Path):
    exercise = load_exercise(folder)
    proof = prove(exercise, pool, mutants=False)
    memory = ProofMemory(tmp_path / "proofs")
    assert memory.get(exercise, mutants=False) is None
    memory.put(exercise, proof, mutants=False)
    assert ProofMemory(tmp_path / "proofs").get(exercise, mutants=False) == proof
    assert memory.get(exercise, mutants=True) is None, "without mutants less was proven"
    memory.put(exercise, proof, mutants=True)
    shutil.copy(folder / "mistakes" / "by-two.sol", folder / "mistakes" / "never-down.sol")
    changed = load_exercise(folder)
    assert memory.get(changed, mutants=False) is None
    memory.put(changed, proof.model_copy(update={"ok": False}), mutants=False)
    assert memory.get(changed, mutants=False) is None, "what failed is tried again"
    for file in (tmp_path / "proofs").iterdir():
        file.write_text(file.read_text()[:100])
    assert memory.get(exercise, mutants=True) is None, "half a file is no proof"


def test_a_starter_that_passes_is_found(pool: Pool, folder: Path):
    shutil.copy(folder / "solution.sol", folder / "starter.sol")
    assert failing(prove(load_exercise(folder), pool, mutants=False))["starter.sol"].found == "every check passes"


def test_a_starter_that_does_not_compile_is_found(pool: Pool, folder: Path):
    (folder / "starter.sol").write_text("contract Counter {")
    assert "does not compile; line 1" in failing(prove(load_exercise(folder), pool, mutants=False))["starter.sol"].found


def test_a_solution_that_fails_is_found_with_its_check(pool: Pool, folder: Path):
    shutil.copy(folder / "mistakes" / "by-two.sol", folder / "solution.sol")
    found = failing(prove(load_exercise(folder), pool, mutants=False))["solution.sol"].found
    assert found.startswith("increments: ")


def test_a_variant_that_fails_is_found(pool: Pool, folder: Path):
    shutil.copy(folder / "mistakes" / "panics.sol", folder / "variants" / "inherited.sol")
    assert (
        "stops_at_zero: " in failing(prove(load_exercise(folder), pool, mutants=False))["variants/inherited.sol"].found
    )


def test_a_mistake_caught_by_another_check_only_is_found(pool: Pool, folder: Path):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace('"by-two.sol" = "increments"', '"by-two.sol" = "stops_at_zero"'))
    row = failing(prove(load_exercise(folder), pool, mutants=False))["mistakes/by-two.sol"]
    assert row.expected == "stops_at_zero fails"
    assert "increments: " in row.found


def test_a_mistake_that_names_no_check_is_found(pool: Pool, folder: Path):
    manifest = folder / "exercise.toml"
    manifest.write_text(manifest.read_text().replace('"increments"', '"adds_one"'))
    assert (
        failing(prove(load_exercise(folder), pool, mutants=False))["mistakes/by-two.sol"].found
        == "checks.py has no check adds_one"
    )


def test_a_check_of_a_task_that_nobody_asked_for_is_found(pool: Pool, folder: Path):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace("task=3", "task=4"))
    assert failing(prove(load_exercise(folder), pool, mutants=False))["checks.py"].found == "stops_at_zero names task 4"


def test_too_few_variants_and_mistakes_are_found(pool: Pool):
    rows = failing(prove(load_exercise(EXERCISES / "target"), pool, mutants=False))
    assert rows["variants/"].expected == "at least 2"
    assert rows["mistakes/"].found == "0"


def test_a_broken_check_is_shown_to_its_author(pool: Pool, folder: Path):
    checks = folder / "checks.py"
    checks.write_text(checks.read_text().replace("times = 1 + chain.seed % 5", "times = 1 // 0"))
    assert "ZeroDivisionError" in failing(prove(load_exercise(folder), pool, mutants=False))["solution.sol"].found


def test_two_faults_that_the_same_tests_notice_are_not_told_apart(pool: Pool, tmp_path: Path):
    folder = Path(shutil.copytree(EXERCISES / "voucher-tests", tmp_path / "voucher-tests"))
    manifest = folder / "exercise.toml"
    (folder / "mistakes" / "no-price.sol").unlink()
    manifest.write_text(manifest.read_text().replace('"no-price.sol" = "free"\n', ""))
    row = failing(prove(load_exercise(folder), pool))["mutants/"]
    assert row.claim is Claim.FAULTS_APART
    assert row.found == "whoever notices one of allows_anyone and free notices both"
