"""Lessons as they are built: what goes in, what is refused and where, and whose the owner's copy is."""

import json
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest

from classroom.catalog import Catalog, CourseError, Lesson, Track
from classroom.lessons import build_lessons, build_notebook
from classroom.settings import Settings

FRONT = """---
kernelspec:
  name: python3
classroom:
  title: A lesson
  summary: About nothing.
  minutes: 5
---
"""
TEXT = """
# A lesson

Some *text*.

```{code-cell} ipython3
---
jupyter:
  source_hidden: true
---
print("one")
```

```solidity
contract Shown {}
```
"""
PIXEL = "<svg xmlns='http://www.w3.org/2000/svg'><title>A dot</title><circle r='1'/></svg>"


class Course:
    """A course folder of this test's own, with as many lessons as it is given."""

    def __init__(self, root: Path) -> None:
        self.root = root / "lessons"
        self.lessons: list[Lesson] = []

    def add(self, text: str = TEXT, lesson_id: str = "first") -> Lesson:
        folder = self.root / "basics" / lesson_id
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "lesson.md"
        path.write_text(FRONT + dedent(text))
        lesson = Lesson(lesson_id, "basics", "A lesson", "About nothing.", 5, (), path, ())
        self.lessons = [*(each for each in self.lessons if each.id != lesson_id), lesson]
        return lesson

    def build(self, settings: Settings) -> list[Any]:
        return build_lessons(Catalog("A course", (Track("basics", "Basics", "", tuple(self.lessons)),), {}), settings)

    def notebook(self, lesson: Lesson) -> dict[str, Any]:
        return json.loads(build_notebook(lesson).text)

    def error(self, text: str) -> str:
        with pytest.raises(CourseError) as caught:
            self.notebook(self.add(text))
        return str(caught.value)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


def test_a_lesson_becomes_a_valid_notebook_of_texts_and_code(course: Course) -> None:
    notebook = course.notebook(course.add())
    nbformat.validate(nbformat.from_dict(notebook))
    assert [cell["cell_type"] for cell in notebook["cells"]] == ["markdown", "code", "markdown"]
    assert notebook["cells"][1]["source"] == 'print("one")'
    assert notebook["cells"][1]["metadata"] == {"jupyter": {"source_hidden": True}}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["metadata"]["title"] == "A lesson"
    assert "jupytext" not in json.dumps(notebook)


def test_the_same_text_gives_the_same_bytes(course: Course, settings: Settings) -> None:
    course.add()
    (first,) = course.build(settings)
    written = first.app.read_bytes()
    assert written == first.notebook.read_bytes()
    first.app.unlink()
    course.build(settings)
    assert first.app.read_bytes() == written


def test_a_picture_stands_beside_the_notebook_and_nothing_else_of_its_folder_does(
    course: Course, settings: Settings
) -> None:
    lesson = course.add("# A lesson\n\n![A dot [so small]](exercise/dot.svg)\n\nSee [the dot](exercise/dot.svg).\n")
    exercise = lesson.path.parent / "exercise"
    exercise.mkdir()
    (exercise / "dot.svg").write_text(PIXEL)
    (exercise / "solution.sol").write_text("CANARY-SOLUTION")
    (exercise / "checks.py").write_text("CANARY-CHECKS")
    (built,) = course.build(settings)
    (cell,) = json.loads(built.app.read_text())["cells"]
    assert "![A dot [so small]](pictures/first/exercise-dot.svg)" in cell["source"]
    for notebook in (built.app, built.notebook):
        assert (notebook.parent / "pictures" / "first" / "exercise-dot.svg").read_text() == PIXEL
    written = [path for root in (settings.apps_dir, settings.notebooks_dir) for path in root.rglob("*.*")]
    assert len(written) == 4
    assert not any("CANARY" in path.read_text() for path in written)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("# T\n\n:::{note}\nHello\n:::\n", 11, "the directive {note} would print as text"),
        ("# T\n\ntext\n:::\n", 12, "the directive ::: would print as text"),
        ("# T\n\n```{warning}\nHello\n```\n", 11, "the directive {warning} would print as text"),
        ("# T\n\n```{raw-cell}\nHello\n```\n", 11, "the directive {raw-cell} would print as text"),
        ("# T\n\nA line,\nsee {ref}`there`.\n", 12, "the role {ref} would print as text"),
        ("# T\n\n(there)=\n", 11, "a target of MyST would print as text"),
        ("# T\n\n% later\n", 11, "a comment of MyST would print as text"),
        ("# T\n\n- item\n  ```{code-cell}\n  1\n  ```\n", 12, "a code cell inside a list or a quotation"),
        ("# T\n\n```mermaid\ngraph\n```\n", 11, "no diagram is drawn from text"),
        ("# T\n\n<div>\n<script>x</script></div>\n", 11, "the HTML <div> is not allowed"),
        ('# T\n\n<kbd>A</kbd> <kbd onclick="x">A</kbd>\n', 11, 'the HTML <kbd onclick="x"> is not allowed'),
        ('# T\n\ntext\n<img src="https://example.org/x.png">\n', 12, "the HTML <img"),
        ("# T\n\n![](dot.svg)\n", 11, "has no text for those who cannot see it"),
        ("# T\n\n![A dot](https://example.org/dot.svg)\n", 11, "is not a file of this lesson"),
        ("# T\n\n![A dot](/etc/hostname)\n", 11, "is not a file of this lesson"),
        ("# T\n\n![A dot](../../secret.svg)\n", 11, "is not in this lesson's folder"),
        ("# T\n\n![A dot](link.svg)\n", 11, "is not in this lesson's folder"),
        ("# T\n\n![A dot](none.svg)\n", 11, "is not in this lesson's folder"),
        ("# T\n\n![A dot](lesson.md)\n", 11, "is no picture that a browser shows"),
        ("# T\n\n![A dot](big.png)\n", 11, "is larger than 2 MiB"),
        ("# T\n\n![A dot][ref]\n\n[ref]: dot.svg\n", 11, "written in a way that is not understood"),
        ("No title.\n", None, "a lesson has one title"),
        ("## Second first\n\n# T\n", 9, "a lesson has one title"),
        ("# T\n\n## S\n\n# T again\n", 13, "a lesson has one title"),
        ("# T\n\n```{code-cell}\nx = 1\n\ndef f(:\n```\n", 14, "this is not valid Python"),
        ("# T\n\n```{code-cell}\n---\ntags: [a\n---\nx\n```\n", None, "the options of a cell cannot be read"),
    ],
)
def test_what_would_not_show_as_meant_is_refused_with_its_line(
    course: Course, text: str, line: int | None, what: str
) -> None:
    folder = course.add().path.parent
    (folder / "dot.svg").write_text(PIXEL)
    (folder / "big.png").write_bytes(b"\x89PNG" + bytes(2 * 1024 * 1024))
    (folder.parent.parent / "secret.svg").write_text(PIXEL)
    (folder / "link.svg").symlink_to(folder.parent.parent / "secret.svg")
    message = course.error(text)
    where = "basics/first/lesson.md" if line is None else f"basics/first/lesson.md:{line}"
    assert message.startswith(f"{where}: ")
    assert what in message


def test_markdown_that_only_looks_like_a_directive_is_let_through(course: Course) -> None:
    course.notebook(
        course.add(
            "# T\n\nWrite `:::{note}` or `{ref}`, press <kbd>Ctrl</kbd>.\n\n```text\n:::{note}\n```\n\n1 ::: 2\n"
        )
    )


def test_one_wrong_lesson_changes_nothing(course: Course, settings: Settings) -> None:
    course.add()
    (built,) = course.build(settings)
    before = built.app.read_bytes()
    course.add(TEXT.replace("Some", "Other"))
    course.add("no title", "second")
    with pytest.raises(CourseError):
        course.build(settings)
    assert built.app.read_bytes() == before
    assert [path.name for path in settings.apps_dir.iterdir()] == ["first.ipynb"]


def test_the_app_of_a_lesson_that_is_no_more_goes_and_the_owners_copy_stays(course: Course, settings: Settings) -> None:
    course.add()
    course.add(lesson_id="second")
    course.build(settings)
    course.lessons.pop()
    course.build(settings)
    assert [path.name for path in settings.apps_dir.iterdir()] == ["first.ipynb"]
    assert (settings.notebooks_dir / "basics" / "second.ipynb").exists()


def test_no_draft_is_left_behind_and_nobody_else_may_look(course: Course, settings: Settings) -> None:
    course.add()
    course.build(settings)
    assert [path.name for path in settings.apps_dir.iterdir()] == ["first.ipynb"]
    assert settings.apps_dir.stat().st_mode & 0o077 == 0
    assert (settings.notebooks_dir / "basics").stat().st_mode & 0o077 == 0


def test_the_real_lessons_build(catalog: Catalog, settings: Settings) -> None:
    built = build_lessons(catalog, settings)
    assert [each.lesson.id for each in built] == list(catalog.lessons)
    for each in built:
        notebook = nbformat.from_dict(json.loads(each.app.read_text()))
        nbformat.validate(notebook)
        text = json.dumps(notebook)
        assert not re.search(r"checks\.py|mistakes/|BEGIN SOLUTION", text)
        for exercise in each.lesson.exercises:
            assert exercise.solution.strip() not in "\n".join(cell["source"] for cell in notebook["cells"])
