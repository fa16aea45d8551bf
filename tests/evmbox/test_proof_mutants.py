"""Proofs by mutants: what the checks refuse, what survives them, and what authors say about it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evmbox.compiler import SOURCE_NAME
from evmbox.exercise import load_exercise
from evmbox.mutate import mutants_of
from evmbox.pool import Pool
from evmbox.proof import Claim, Fate, MutantResult, Proof, Proving, Row, Work, mutants, prove

EXERCISES = Path(__file__).parent / "exercises"

MANIFEST = """
id = "lamp"
title = "A lamp"
contract = "Lamp"
tasks = ["`turn()` turns it on."]
"""
SOLUTION = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Lamp {
    uint256 public turns;
    bool public on;

    function turn() external {
        turns += 1;
        on = true;
    }

    function again() external {
        turns += 1;
    }
}
"""
CHECKS = """
from evmbox.checks import check, expect_equal

@check("It is on", task=1)
def is_on(chain, contract):
    contract.turn()
    expect_equal(contract.on(), True, "on()")
"""
STRICT = (
    CHECKS
    + """
@check("Turns are counted", task=1)
def counts(chain, contract):
    contract.turn()
    contract.turn()
    contract.again()
    expect_equal(contract.turns(), 3, "turns()")
"""
)
REMOVED = '[[equivalent]]\noperator = "write"\nbefore = "turns += 1;"\nafter = ""\nreason = "Nobody asks."\n'

Prove = Callable[..., Proof]


@pytest.fixture
def prove_lamp(pool: Pool, tmp_path: Path) -> Prove:
    """Give a function that proves an exercise of these texts."""

    def prove_folder(*, manifest: str = "", solution: str = SOLUTION, checks: str = STRICT) -> Proof:
        folder = tmp_path / "lamp"
        folder.mkdir(exist_ok=True)
        (folder / "exercise.toml").write_text(MANIFEST + manifest)
        (folder / "solution.sol").write_text(solution)
        (folder / "starter.sol").write_text(SOLUTION.replace("on = true;", ""))
        (folder / "checks.py").write_text(checks)
        return prove(load_exercise(folder), pool)

    return prove_folder


def said(proof: Proof, claim: Claim) -> Row:
    (row,) = [row for row in proof.rows if row.claim is claim]
    return row


def fated(proof: Proof, fate: Fate) -> list[MutantResult]:
    assert proof.mutation is not None
    return [mutant for mutant in proof.mutation.mutants if mutant.fate is fate]


def test_a_good_exercise_kills_its_mutants_and_tells_by_which_check(pool: Pool):
    told: list[Proving] = []
    proof = prove(load_exercise(EXERCISES / "counter"), pool, told.append)
    assert proof.ok
    (survivor,) = fated(proof, Fate.SURVIVED)
    assert survivor.diff.splitlines()[2:4] == ["-        count -= 1;", "+        unchecked { count -= 1; }"]
    killed = fated(proof, Fate.KILLED)
    assert (
        said(proof, Claim.MUTANTS_KILLED).found
        == f"{len(killed)} of {len(killed) + 1} killed, 1 survived, 0 equivalent"
    )
    assert all(mutant.why.split(":")[0] in proof.checks for mutant in killed)
    assert Proof.model_validate_json(proof.model_dump_json()) == proof
    graded = [each for each in told if each.work is Work.MUTANTS]
    assert [each.done for each in graded] == list(range(1, len(killed) + 2))


def test_a_check_that_is_missing_is_found(prove_lamp: Prove):
    proof = prove_lamp(checks=CHECKS)
    assert not said(proof, Claim.MUTANTS_KILLED).ok
    assert {mutant.before for mutant in fated(proof, Fate.SURVIVED)} == {"turns += 1;"}
    assert said(prove_lamp(), Claim.MUTANTS_KILLED).ok


def test_a_mutant_is_equivalent_where_the_author_says_why(prove_lamp: Prove):
    entry = REMOVED.replace("before", 'function = "again"\nbefore')
    proof = prove_lamp(manifest=entry, checks=CHECKS)
    (equivalent,) = fated(proof, Fate.EQUIVALENT)
    assert (equivalent.function, equivalent.why) == ("again", "Nobody asks.")
    assert said(proof, Claim.EQUIVALENTS_SURVIVE).ok
    assert ("turn", "turns += 1;", "") in {
        (mutant.function, mutant.before, mutant.after) for mutant in fated(proof, Fate.SURVIVED)
    }


def test_an_entry_that_may_mean_two_mutants_is_refused(prove_lamp: Prove):
    row = said(prove_lamp(manifest=REMOVED, checks=CHECKS), Claim.EQUIVALENTS_SURVIVE)
    assert not row.ok
    assert row.found.endswith('a change in "turn" and "again"; say with `function = …` which is meant')


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (REMOVED, "write: turns += 1; → nothing is refused (counts: "),
        (REMOVED.replace("turns", "twists"), "write: twists += 1; → nothing is no mutant"),
        (REMOVED.replace("write", "event"), "is no mutant"),
    ],
)
def test_an_entry_that_names_no_survivor_is_refused(prove_lamp: Prove, entry: str, found: str):
    proof = prove_lamp(manifest=entry)
    row = said(proof, Claim.EQUIVALENTS_SURVIVE)
    assert not row.ok
    assert not proof.ok
    assert found in row.found


def test_spaces_in_an_entry_do_not_matter(prove_lamp: Prove):
    entry = REMOVED.replace("turns += 1;", "  turns   +=  1; ").replace("before", 'function = "again"\nbefore')
    assert said(prove_lamp(manifest=entry, checks=CHECKS), Claim.EQUIVALENTS_SURVIVE).ok


def test_what_the_optimizer_cannot_tell_from_the_solution_is_equivalent(prove_lamp: Prove):
    proof = prove_lamp(solution=SOLUTION.replace("on = true;", "unchecked { on = turns + 0 == turns; }"))
    same = [mutant for mutant in fated(proof, Fate.EQUIVALENT) if "turns - 0" in mutant.after]
    assert len(same) == 1
    assert same[0].why == "the optimizer makes the same code of it as of the solution"


def test_a_check_that_breaks_on_a_mutant_is_found(prove_lamp: Prove):
    broken = STRICT.replace('expect_equal(contract.turns(), 3, "turns()")', '{3: "three"}[contract.turns()]')
    proof = prove_lamp(checks=broken)
    row = said(proof, Claim.NO_CHECK_BREAKS)
    assert not row.ok
    assert "KeyError" in row.found
    assert {mutant.before for mutant in fated(proof, Fate.BREAKS_A_CHECK)} == {"turns += 1;"}


def test_without_a_solution_that_passes_there_are_no_mutants(prove_lamp: Prove):
    proof = prove_lamp(solution=SOLUTION.replace("on = true;", ""))
    assert proof.mutation is None
    assert said(proof, Claim.MUTANTS_KILLED).found == "the solution fails"
    assert not said(proof, Claim.MUTANTS_KILLED).ok


def test_what_could_not_be_compiled_is_equal_to_nothing(pool: Pool):
    exercise = load_exercise(EXERCISES / "counter")
    details = pool.compile(exercise.solution, details=True).details
    assert details is not None
    mutant = mutants_of(exercise.solution, details.asts[SOURCE_NAME])[0]
    broken = exercise.model_copy(update={"solution": "contract Counter {"})
    assert list(mutants._same_code(broken, [replace(mutant, source="contract Counter { uint")], pool)) == []
    assert list(mutants._same_code(exercise, [replace(mutant, source=exercise.solution)], pool)) != []
