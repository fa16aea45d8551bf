"""What every lesson's text holds, and what it never holds. Nothing is compiled or run here."""

import re
import tomllib
from collections.abc import Container
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import jupytext
import nbformat
import pytest
from spellchecker import SpellChecker

from classroom import estimate
from classroom.catalog import Catalog
from classroom.estimate import estimated_minutes
from classroom.lessons import build_lessons
from classroom.settings import Settings

LESSONS = Path(__file__).parents[2] / "lessons"
TEXTS = sorted(LESSONS.glob("*/*/lesson.md"))
VOCABULARY = Path(__file__).parent / "vocabulary.txt"


@pytest.fixture
def text(lesson_id: str) -> Path:
    """Give the path of one lesson's text."""
    return next(path for path in TEXTS if path.parent.name == lesson_id)


@cache
def notebook(text: Path) -> nbformat.NotebookNode:
    return jupytext.read(text)


def cells(text: Path, kind: str) -> list[str]:
    return [cell.source for cell in notebook(text).cells if cell.cell_type == kind]


def prose(text: Path) -> str:
    """Give the lesson's words: its text cells without code, addresses and markup."""
    words = "\n\n".join(cells(text, "markdown"))
    words = re.sub(r"^```.*?^```", "", words, flags=re.DOTALL | re.MULTILINE)
    words = re.sub(r"`[^`]*`", "", words)
    return re.sub(r"\]\([^)]*\)", "]", words)


def test_the_course_lists_every_lesson_there_is(course: Catalog):
    listed = {lesson.path.resolve() for lesson in course.lessons.values()}
    assert listed == {text.resolve() for text in TEXTS}


def test_every_lesson_follows_those_it_needs(course: Catalog):
    seen: set[str] = set()
    for lesson in course.lessons.values():
        assert seen.issuperset(lesson.requires), f"{lesson.id} comes before {set(lesson.requires) - seen}"
        seen.add(lesson.id)


def test_every_exercise_follows_those_it_needs(course: Catalog):
    seen: set[str] = set()
    for exercise in course.exercises.values():
        assert seen.issuperset(exercise.requires), f"{exercise.id} comes before {set(exercise.requires) - seen}"
        seen.add(exercise.id)


def test_every_lesson_can_be_built(course: Catalog, tmp_path: Path):
    built = build_lessons(course, Settings(data_dir=tmp_path))
    assert [each.lesson.id for each in built] == list(course.lessons)
    assert all(nbformat.read(each.app, as_version=4).cells for each in built)


def test_a_lesson_takes_ten_to_twenty_five_minutes_by_the_formula(lesson_id: str, course: Catalog):
    lesson = course.lesson(lesson_id)
    assert 10 <= lesson.minutes <= 25
    assert lesson.minutes == estimated_minutes(lesson), "write what the formula says into the front matter"


def test_the_guide_has_the_figures_of_the_formula():
    guide = (LESSONS.parent / "docs" / "authoring.md").read_text()
    for words in (
        f"{estimate.WORDS_A_MINUTE} words a minute",
        f"{estimate.LINES_A_MINUTE} lines of code",
        f"{estimate.MINUTES_A_CELL:g} minutes for each code cell",
        f"{estimate.MINUTES_A_TASK:g} for each task",
        f"{estimate.MINUTES_A_QUESTION:g} for each question",
        f"multiple of {estimate.STEP}",
    ):
        assert words in guide


def test_concepts_are_taught_after_what_they_build_on(course: Catalog):
    """Each concept that an exercise teaches is one of the course's, and what it builds on was taught or is with it."""
    taught: set[str] = set()
    for lesson in course.lessons.values():
        here = {concept for exercise in lesson.exercises for concept in exercise.concepts}
        assert here, f"{lesson.id} teaches nothing"
        assert here <= course.concepts.keys(), f"{lesson.id}: {here - course.concepts.keys()} is not in course.toml"
        missing = {needed for concept in here for needed in course.concepts[concept]} - taught - here
        assert not missing, f"{lesson.id} builds on {missing}, which nobody taught before"
        taught |= here


def test_a_lesson_has_its_exercises_and_then_looks_back(text: Path, course: Catalog):
    code = "\n".join(cells(text, "code"))
    exercises = {each.id for each in course.lesson(text.parent.name).exercises}
    assert exercises
    assert set(re.findall(r'^exercise\("([^"]+)"\)$', code, re.MULTILINE)) == exercises
    source = text.read_text()
    assert source.index("## Your turn") < source.index("exercise(") < source.index("## Looking back")
    assert "**Read on.**" in source[source.index("## Looking back") :]


def test_solidity_that_runs_is_shown_in_the_text_and_the_other_way_round(text: Path):
    """A lesson app hides code cells: the contract a cell runs must stand in the text, in the very same words."""
    shown = re.findall(r"^```solidity\n(.*?)^```", "\n\n".join(cells(text, "markdown")), re.DOTALL | re.MULTILINE)
    run = re.findall(r'= """\n(.*?)"""', "\n".join(cells(text, "code")), re.DOTALL)
    assert set(run) == {source for source in shown if "pragma solidity" in source}
    whole = "\n".join(run)
    for source in shown:
        assert all(line.strip() in whole or _a_pattern(line) for line in source.splitlines()), source


def _a_pattern(line: str) -> bool:
    """Tell whether a line shows a form with made-up names, and not a piece of a contract above."""
    return line == '(bool delivered, ) = receiver.call{value: amount}("");'


def test_no_contract_in_the_text_gives_the_solution_away(text: Path):
    shown = "\n".join(cells(text, "markdown") + cells(text, "code"))
    for manifest in text.parent.glob("*/exercise.toml"):
        about = tomllib.loads(manifest.read_text())
        if about.get("kind", "contract") in {"contract", "gas"}:
            assert f"contract {about['contract']} " not in shown


def test_cells_keep_to_what_a_lesson_needs(text: Path):
    for code in cells(text, "code"):
        for module in re.findall(r"^\s*(?:from|import) (\S+)", code, re.MULTILINE):
            assert module == "classroom.notebook"
        assert not re.search(r"^\s*[%!]", code, re.MULTILINE)


def test_gas_and_storage_are_measured_and_never_claimed(text: Path):
    """What is claimed may be wrong after the next hard fork. The one number below is a rule of the EVM."""
    claims = [int(number.replace(",", "")) for number in re.findall(r"(\d[\d,]*) gas\b", prose(text))]
    assert set(claims) <= {2300}


def test_links_are_whole_and_go_where_they_say(text: Path):
    source = "\n\n".join(cells(text, "markdown"))
    for label, address in re.findall(r"(?<!!)\[([^\]]+)\]\(([^)]+)\)", source):
        assert label.strip()
        parts = urlsplit(address)
        assert parts.scheme == "https" or (not parts.scheme and (text.parent / parts.path).is_file()), address


def test_pictures_have_words_and_nothing_that_moves_or_loads(text: Path):
    source = "\n\n".join(cells(text, "markdown"))
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", source)
    assert {name for _, name in pictures} == {path.name for path in text.parent.glob("*.svg")}
    for words, name in pictures:
        assert len(words.split()) >= 8, f"{name}: say what the picture says"
        svg = (text.parent / name).read_text()
        assert "<title" in svg
        assert "viewBox" in svg
        assert not re.search(r"<script|<foreignObject|<animate|\bon\w+=|href=|@import|url\((?!#)", svg)


def words_of(text: Path) -> set[str]:
    return {word.removesuffix("'s") for word in re.findall(r"[a-z]+(?:'[a-z]+)?", prose(text).lower())}


@pytest.fixture(scope="module")
def dictionary() -> Container[str]:
    return SpellChecker(language="en").word_frequency.dictionary


def test_spelling(text: Path, dictionary: Container[str]):
    """Each word is English, or one of the field's in `vocabulary.txt`."""
    field = set(VOCABULARY.read_text().split())
    unknown = sorted(word for word in words_of(text) if word not in dictionary and word not in field)
    assert not unknown, f"add to vocabulary.txt what is spelt right: {' '.join(unknown)}"


def test_the_vocabulary_is_in_order_and_needed(dictionary: Container[str]):
    listed = VOCABULARY.read_text().split()
    assert listed == sorted(set(listed))
    used = {word for text in TEXTS for word in words_of(text)}
    assert [word for word in listed if word not in used or word in dictionary] == []
