"""Beginning a lesson: what is written is whole, and nothing is written over."""

import shutil
from pathlib import Path

import pytest

from classroom import authoring
from classroom.catalog import Catalog
from classroom.errors import Conflict, Invalid
from classroom.lessons import build_notebook
from classroom.settings import REPOSITORY
from evmbox.exercise import load_exercise
from evmbox.pool import Pool
from evmbox.proof import Fate, prove


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Give a copy of the course."""
    return Path(shutil.copytree(REPOSITORY / "lessons", tmp_path / "lessons"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_lesson_that_was_begun_is_proven_as_it_is(course: Path) -> None:
    begun = authoring.begin(course, "basics/big-numbers")
    exercise = load_exercise(begun.folder / "big-numbers")
    assert (exercise.contract, exercise.title) == ("BigNumbers", "Big numbers")
    with Pool(1, diagnostics=False) as pool:
        proof = prove(exercise, pool)
    assert proof.ok, [row for row in proof.rows if not row.ok]
    assert proof.mutation is not None
    assert {mutant.fate for mutant in proof.mutation.mutants} == {Fate.KILLED}
    assert {exercise.mistakes[name] for name in exercise.mistakes} == set(proof.checks)
    assert all(f"Task {number}:" in exercise.starter for number in range(1, len(exercise.tasks) + 1))


def test_it_says_what_to_write_into_the_course_which_then_knows_it(course: Path) -> None:
    begun = authoring.begin(course, "basics/big-numbers")
    assert begun.to_list is not None
    listing = course / "course.toml"
    text = listing.read_text()
    listing.write_text(text.replace("[requires]", f"{begun.to_list}\n\n[requires]"))
    lesson = Catalog.load(course).lesson("big-numbers")
    assert [exercise.id for exercise in lesson.exercises] == ["big-numbers"]
    assert 'exercise(\\"big-numbers\\")' in build_notebook(lesson).text
    assert set(begun.files) == {path for path in begun.folder.rglob("*") if path.is_file()}


def test_a_track_that_is_there_gets_one_more_lesson(course: Path) -> None:
    begun = authoring.begin(course, "foundations/big-numbers")
    assert begun.to_list is not None
    assert begun.to_list.startswith('lessons = ["first-transaction", "hello-storage", ')
    assert begun.to_list.endswith(', "big-numbers"]   # of the track "foundations"')


def test_a_lesson_that_is_there_gets_one_more_exercise(course: Path) -> None:
    before = contents(course)
    begun = authoring.begin(course, "foundations/tip-jar/tip-cup")
    assert begun.to_list is None
    assert contents(course).items() > before.items()
    lesson = Catalog.load(course).lesson("tip-jar")
    assert [exercise.id for exercise in lesson.exercises] == ["tip-cup", "tip-jar"]


@pytest.mark.parametrize("place", ["foundations/tip-jar", "foundations/tip-jar/tip-jar", "foundations/jars/tip-jar"])
def test_what_is_there_is_never_written_over(course: Path, place: str) -> None:
    before = contents(course)
    with pytest.raises(Conflict, match="is there already"):
        authoring.begin(course, place)
    assert contents(course) == before


@pytest.mark.parametrize(
    "place", ["", "basics", "a/b/c/d", "../outside/x", "Basics/one", "basics/1st", "a//b", "/etc/x y"]
)
def test_what_is_no_place_is_refused(course: Path, place: str) -> None:
    before = contents(course.parent)
    with pytest.raises(Invalid, match="is no place for a lesson"):
        authoring.begin(course, place)
    assert contents(course.parent) == before
