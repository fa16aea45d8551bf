"""Every exercise of the course is proven, through the real pool: right answers pass, wrong ones are refused."""

import re

import pytest

from classroom.catalog import Catalog
from classroom.cli import table
from classroom.settings import REPOSITORY
from evmbox.exercise import Exercise
from evmbox.pool import Pool
from evmbox.proof import Proof, prove
from evmbox.proof.mutants import MUTATED_KINDS
from evmbox.questions import questions
from evmbox.report import CheckStatus, Outcome

LESSONS = REPOSITORY / "lessons"
PROVEN = table.read(LESSONS)
"""The rows of the generated table by exercise."""
STALE = "the table in lessons/README.md is of another content: run `classroom lesson table`"

TAUGHT = {("low-level-calls", "assembly")}
"""What a lesson is about: Solidity has no words for a revert with bytes as they are."""


def assert_ok(proof: Proof) -> None:
    wrong = [f"{row.file}: {row.claim}, {row.expected}; found: {row.found}" for row in proof.rows if not row.ok]
    assert proof.ok, "\n".join(wrong)


@pytest.mark.timeout(600)
def test_an_exercise_is_proven(course: Catalog, folder_id: str, pool: Pool):
    """Every file is graded. What the mutants showed is remembered, as long as the folder is what it was then."""
    exercise = course.exercise(folder_id)
    proof = prove(exercise, pool, mutants=False)
    assert_ok(proof)
    assert folder_id in PROVEN, STALE
    *cells, _killed, _equivalent, content = table.row_of(exercise, proof)
    *told, killed, _equivalent, told_content = PROVEN[folder_id]
    assert (told, told_content) == (cells, content), STALE
    if exercise.kind in MUTATED_KINDS:
        assert all(map(int, killed.split(" of "))), STALE


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_mutants_are_killed_as_the_table_says(course: Catalog, folder_id: str, pool: Pool):
    exercise = course.exercise(folder_id)
    proof = prove(exercise, pool)
    assert_ok(proof)
    assert table.row_of(exercise, proof) == PROVEN[folder_id], STALE


def test_the_table_is_written_as_it_is_read(course: Catalog):
    assert (
        f"{table.BEGIN}\n{table.render(course, PROVEN.values())}\n\n{table.END}" in (LESSONS / "README.md").read_text()
    )


def test_the_starter_says_where_to_write_for_each_task(contract: Exercise):
    for number in range(1, len(contract.tasks) + 1):
        assert f"Task {number}:" in contract.starter


def test_the_starter_compiles_without_a_word_about_it_being_wrong(contract: Exercise, pool: Pool):
    compilation = pool.compile(contract.starter, extra_sources=contract.extra_sources)
    assert compilation.ok
    assert {diagnostic.kind for diagnostic in compilation.diagnostics} <= {"Warning"}


def test_solutions_are_written_as_we_teach(contract: Exercise, pool: Pool):
    assert not pool.compile(contract.solution, extra_sources=contract.extra_sources).diagnostics
    for old in (".transfer(", ".send(", "tx.origin", "SafeMath", "selfdestruct", "assembly"):
        assert old not in contract.solution or (contract.id, old) in TAUGHT
    assert "/// @notice" in contract.solution


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
            assert not re.search(r"0x[0-9a-fA-F]{40}\b", check.message), "people and contracts have names here"


def test_hints_are_a_ladder_of_three(course: Catalog):
    for exercise in course.exercises.values():
        assert len(exercise.hints) == 3
        lengths = [len(hint.text) for hint in exercise.hints]
        assert max(lengths) < 500


def test_two_learners_get_different_numbers_and_one_the_same_again(contract: Exercise, pool: Pool):
    told = [[check.message for check in pool.grade(contract, contract.starter, seed=seed).checks] for seed in (7, 8, 7)]
    assert told[0] != told[1]
    assert told[0] == told[2]


def test_every_lesson_comes_back_in_two_questions_of_each_learners_own(course: Catalog, lesson_id: str):
    review = course.lesson(lesson_id).review
    assert review is not None, "add an exercise with `review = true`: docs/authoring.md says how"
    assert review.values
    asked = [[question.text for question in questions(review, seed)] for seed in range(8)]
    assert len({tuple(texts) for texts in asked}) > 1, "every learner is asked the same"


def test_a_review_is_short_to_read(course: Catalog, review_id: str):
    review = course.exercise(review_id)
    assert review.scene is not None
    assert len(review.scene.splitlines()) <= 40
    assert set(review.mistakes.values()) == {question.id for question in review.questions}
