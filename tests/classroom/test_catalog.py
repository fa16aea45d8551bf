"""The course as it is read from disk, and what its author is told where it is wrong."""

from pathlib import Path

import pytest

from classroom.catalog import Catalog, CourseError
from classroom.errors import NotFound
from classroom.settings import REPOSITORY

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
CHECKS = """\
from evmbox.checks import check

@check("One", task=1, points=2.5)
def one(chain, contract): ...

@check("Two", task=1)
def two(chain, contract): ...
"""


def write_exercise(folder: Path, *, title: str = "An exercise") -> None:
    folder.mkdir(parents=True)
    manifest = f'id = "{folder.name}"\ntitle = "{title}"\ncontract = "A"\ntasks = ["Do it."]\n'
    for name, text in {
        "exercise.toml": manifest,
        "checks.py": CHECKS,
        "starter.sol": HEAD + "contract A {}\n",
        "solution.sol": HEAD + "contract A {}\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")


def write_lesson(folder: Path, *, minutes: object = 10) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    front = f"classroom:\n  title: Lesson {folder.name}\n  summary: A summary.\n  minutes: {minutes}\n"
    (folder / "lesson.md").write_text(f"---\n{front}---\n# Text\n", encoding="utf-8")


def write_course(root: Path, *, lessons: tuple[str, ...] = ("one", "two", "three"), requires: str = "") -> None:
    listed = ", ".join(f'"{lesson}"' for lesson in lessons)
    track = f'[[tracks]]\nid = "first"\ntitle = "First"\nsummary = "The first."\nlessons = [{listed}]\n'
    (root / "course.toml").write_text(f'title = "A course"\n{track}\n{requires}\n', encoding="utf-8")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write_course(tmp_path, requires='[requires]\ntwo = ["one"]\nthree = ["one", "two"]')
    for lesson in ("one", "two", "three"):
        write_lesson(tmp_path / "first" / lesson)
    write_exercise(tmp_path / "first" / "one" / "zebra")
    write_exercise(tmp_path / "first" / "one" / "ant")
    write_exercise(tmp_path / "first" / "two" / "bee")
    return tmp_path


def test_a_course_is_read_in_its_order(course):
    catalog = Catalog.load(course)
    assert catalog.title == "A course"
    assert [track.title for track in catalog.tracks] == ["First"]
    assert list(catalog.lessons) == ["one", "two", "three"]
    assert list(catalog.exercises) == ["ant", "zebra", "bee"]
    assert catalog.lesson("three").requires == ("one", "two")
    assert catalog.lesson("one").minutes == 10
    assert catalog.lesson("one").path == course / "first" / "one" / "lesson.md"
    assert catalog.lesson_of("bee") is catalog.lesson("two")
    assert catalog.lesson("three").exercises == ()


REVIEW = """\
id = "look-back"
title = "Looking back"
kind = "predict"
contract = "A"
review = true
tasks = ["Say what happens."]
[[questions]]
id = "one"
text = "One?"
type = "number"
[[questions]]
id = "two"
text = "Two?"
type = "yes-no"
"""
ANSWERS = """\
from evmbox.checks import answer

@answer("One", task=1)
def one(scene): return 1

@answer("Two", task=1)
def two(scene): return True
"""


def write_review(folder: Path, manifest: str = REVIEW) -> None:
    folder.mkdir()
    for name, text in {
        "exercise.toml": manifest,
        "checks.py": ANSWERS,
        "scene.sol": HEAD + "contract A {}\n",
        "starter.json": "{}",
        "solution.json": '{"one": "1", "two": "yes"}',
    }.items():
        (folder / name).write_text(text, encoding="utf-8")


def test_a_review_is_found_by_its_lesson_and_is_no_exercise_of_it(course):
    write_review(course / "first" / "one" / "look-back")
    catalog = Catalog.load(course)
    assert catalog.lesson("one").review is catalog.exercise("look-back")
    assert catalog.lesson("two").review is None
    assert catalog.lesson_of("look-back") is catalog.lesson("one")
    assert catalog.summary("look-back").max_score == 2
    assert list(catalog.exercises) == list(catalog.summaries) == ["ant", "zebra", "bee"]
    assert list(catalog.reviews) == ["look-back"]


def test_a_course_tells_what_its_concepts_build_on(course):
    write_course(course, requires='[concepts]\nether = []\npayable = ["ether"]')
    assert Catalog.load(course).concepts == {"ether": (), "payable": ("ether",)}


def test_the_maximum_of_an_exercise_is_the_sum_of_its_checks_points(course):
    assert Catalog.load(course).summary("ant").max_score == 3.5


@pytest.mark.parametrize("find", [Catalog.lesson, Catalog.exercise, Catalog.lesson_of, Catalog.summary])
@pytest.mark.parametrize("wrong", ["nothing", "", "../ant", "ant\x00"])
def test_what_is_not_in_the_course_is_not_found(course, find, wrong):
    with pytest.raises(NotFound):
        find(Catalog.load(course), wrong)


def test_the_course_of_this_repository_is_whole():
    catalog = Catalog.load(REPOSITORY / "lessons")
    assert {"hello-storage", "tip-jar"} <= set(catalog.lessons)
    assert all(lesson.exercises for lesson in catalog.lessons.values())
    assert all(summary.max_score > 0 for summary in catalog.summaries.values())


def test_the_front_matter_may_hold_what_the_notebook_needs(course):
    text = "---\njupytext:\n  text_representation:\n    format_name: myst\nkernelspec:\n  name: python3\n"
    text += 'classroom:\n  title: "A title: with a colon"\n  summary: S\n  minutes: 5\n---\n\n# Text\n\n---\n\nmore\n'
    (course / "first" / "one" / "lesson.md").write_text(text, encoding="utf-8", newline="\r\n")
    assert Catalog.load(course).lesson("one").title == "A title: with a colon"


def change(path: str, old: str, new: str):
    def apply(course: Path) -> None:
        file = course / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def remove(path: str):
    return lambda course: (course / path).unlink()


def write(path: str, content: bytes):
    return lambda course: (course / path).write_bytes(content)


LESSON = "first/one/lesson.md"
WRONG = {
    "no course": (remove("course.toml"), "course.toml", None, "is missing"),
    "no TOML": (change("course.toml", 'id = "first"', "id = first"), "course.toml", 3, "not valid TOML"),
    "no title": (change("course.toml", 'title = "A course"\n', ""), "course.toml", None, "title: Field required"),
    "an unknown key": (change("course.toml", "title", 'subtitle = ""\ntitle'), "course.toml", None, "subtitle"),
    "a bad id": (change("course.toml", '"first"', '"../first"'), "course.toml", None, "tracks.0.id"),
    "no track": (write("course.toml", b'title = "A"\n'), "course.toml", None, "tracks"),
    "a lesson twice": (change("course.toml", '"two"', '"one"'), "course.toml", None, "lesson 'one' is listed twice"),
    "a requirement nobody lists": (
        change("course.toml", 'two = ["one"]', 'two = ["none"]'),
        "course.toml",
        None,
        "'none', which no track lists",
    ),
    "a circle": (
        change("course.toml", 'two = ["one"]', 'two = ["three"]'),
        "course.toml",
        None,
        "wait for each other",
    ),
    "a lesson that needs itself": (
        change("course.toml", 'two = ["one"]', 'two = ["two"]'),
        "course.toml",
        None,
        "'two' after 'two'",
    ),
    "concepts in a circle": (
        change("course.toml", "[requires]", '[concepts]\na = ["b"]\nb = ["a"]\n[requires]'),
        "course.toml",
        None,
        "the concepts wait for each other: 'a' after 'b' after 'a'",
    ),
    "a concept nobody lists": (
        change("course.toml", "[requires]", '[concepts]\na = ["b"]\n[requires]'),
        "course.toml",
        None,
        "[concepts] names 'b'",
    ),
    "two reviews": (
        lambda course: [
            write_review(course / "first" / "one" / name, REVIEW.replace("look-back", name)) for name in ("r1", "r2")
        ],
        "first/one/r2/exercise.toml",
        None,
        "another review",
    ),
    "a review with one question": (
        lambda course: write_review(course / "first" / "one" / "look-back", REVIEW[: REVIEW.rindex("[[questions]]")]),
        "first/one/look-back/exercise.toml",
        None,
        "asks two questions",
    ),
    "no lesson": (remove(LESSON), LESSON, None, "is missing"),
    "no front matter": (write(LESSON, b"# Text\n"), LESSON, 1, "no front matter"),
    "front matter without an end": (write(LESSON, b"---\nclassroom:\n"), LESSON, 1, "no front matter"),
    "no YAML": (change(LESSON, "title: Lesson one", "title: a: b"), LESSON, 3, "not valid YAML"),
    "an empty front matter": (write(LESSON, b"---\n---\n"), LESSON, None, "Mend the value"),
    "a list for front matter": (write(LESSON, b"---\n- 1\n---\n"), LESSON, None, "Mend the value"),
    "no key of ours": (write(LESSON, b"---\na: 1\n---\n"), LESSON, None, "classroom: Field required"),
    "no summary": (change(LESSON, "  summary: A summary.\n", ""), LESSON, None, "classroom.summary"),
    "minutes in words": (change(LESSON, "10", "ten"), LESSON, None, "classroom.minutes"),
    "no time at all": (change(LESSON, "10", "0"), LESSON, None, "classroom.minutes"),
    "no UTF-8": (write(LESSON, b"---\nclassroom:\n  title: \xff\n---\n"), LESSON, None, "not UTF-8"),
    "a broken exercise": (
        change("first/one/ant/exercise.toml", 'title = "An exercise"\n', ""),
        "first/one/ant/exercise.toml",
        None,
        "title",
    ),
    "broken checks": (
        change("first/one/ant/checks.py", "@check", "@chick"),
        "first/one/ant/checks.py",
        3,
        "chick",
    ),
    "an exercise twice": (
        lambda course: write_exercise(course / "first" / "two" / "ant"),
        "first/two/ant",
        None,
        "first/one/ant has the same id",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_author_is_told_the_file_and_the_remedy(course, name):
    spoil, file, line, words = WRONG[name]
    spoil(course)
    with pytest.raises(CourseError) as raised:
        Catalog.load(course)
    error = raised.value
    assert error.file == file
    assert error.line == line
    assert words in str(error)
    assert str(error).startswith(file if line is None else f"{file}:{line}")
    assert error.remedy in str(error)
    assert str(course) not in str(error)


def test_yaml_in_a_lesson_can_make_nothing_but_data(course):
    write(LESSON, b"---\nclassroom: !!python/object/apply:os.system [exit]\n---\n")(course)
    with pytest.raises(CourseError, match="not valid YAML"):
        Catalog.load(course)
