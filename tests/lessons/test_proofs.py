"""Every exercise of the course is proven, through the real pool: right answers pass, wrong ones are refused."""

import pytest

from classroom.catalog import Catalog
from evmbox.exercise import Exercise
from evmbox.pool import Pool
from evmbox.proof import prove
from evmbox.report import CheckStatus, Outcome


@pytest.mark.timeout(600)
def test_an_exercise_is_proven(exercise: Exercise, pool: Pool):
    proof = prove(exercise, pool)
    wrong = [f"{row.file}: {row.claim}, {row.expected}; found: {row.found}" for row in proof.rows if not row.ok]
    assert proof.ok, "\n".join(wrong)


def test_the_starter_says_where_to_write_for_each_task(exercise: Exercise):
    for number in range(1, len(exercise.tasks) + 1):
        assert f"Task {number}:" in exercise.starter


def test_the_starter_compiles_without_a_word_about_it_being_wrong(exercise: Exercise, pool: Pool):
    compilation = pool.compile(exercise.starter)
    assert compilation.ok
    assert {diagnostic.kind for diagnostic in compilation.diagnostics} <= {"Warning"}


def test_solutions_are_written_as_we_teach(exercise: Exercise, pool: Pool):
    assert not pool.compile(exercise.solution).diagnostics
    for old in (".transfer(", ".send(", "tx.origin", "SafeMath", "selfdestruct", "assembly"):
        assert old not in exercise.solution
    assert "/// @notice" in exercise.solution


def test_every_task_has_a_check_and_every_check_a_mistake(exercise: Exercise, pool: Pool):
    report = pool.grade(exercise, exercise.starter, seed=1)
    assert {check.task for check in report.checks} == set(range(1, len(exercise.tasks) + 1))
    assert {check.id for check in report.checks} == set(exercise.mistakes.values())


def test_a_failed_check_gives_a_hint_and_a_message_that_fits_on_a_screen(exercise: Exercise, pool: Pool):
    report = pool.grade(exercise, exercise.starter, seed=1)
    assert report.outcome is Outcome.FAILED
    for check in report.checks:
        if check.status is CheckStatus.FAILED:
            assert check.hint
            assert check.message
            assert len(check.message) < 300
            assert "0x" not in check.message, "people and contracts have names here"


def test_hints_are_a_ladder_of_three(course: Catalog):
    for exercise in course.exercises.values():
        assert len(exercise.hints) == 3
        lengths = [len(hint.text) for hint in exercise.hints]
        assert max(lengths) < 500


def test_two_learners_get_different_numbers_and_one_the_same_again(exercise: Exercise, pool: Pool):
    told = [[check.message for check in pool.grade(exercise, exercise.starter, seed=seed).checks] for seed in (7, 8, 7)]
    assert told[0] != told[1]
    assert told[0] == told[2]
