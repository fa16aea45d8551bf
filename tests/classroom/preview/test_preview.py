"""The preview without a browser: what is read of a lesson, what is graded again, and who is answered."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from classroom import authoring
from classroom.errors import Invalid
from classroom.preview.app import create_preview
from classroom.preview.text import read_text
from classroom.preview.watching import View, Watcher, lesson_folder
from classroom.settings import REPOSITORY
from evmbox.pool import Pool
from support.waiting import wait_until

TIP_JAR = REPOSITORY / "lessons/foundations/tip-jar"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return authoring.begin(tmp_path, "basics/counting").folder


@pytest.fixture
def watcher(folder: Path, pool: Pool) -> Iterator[Watcher]:
    watcher = Watcher(folder, pool)
    watcher.start()
    yield watcher
    watcher.close()


def graded(watcher: Watcher) -> View:
    """Wait until everything is graded."""
    wait_until(lambda: all(each.over for each in watcher.view.exercises.values()), what="the end of grading")
    return watcher.view


def get(watcher: Watcher, address: str, *, host: str = "127.0.0.1") -> httpx.Response:
    """Ask the preview for a page."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_preview(watcher))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(address)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["", "lesson.md", "tip-jar", "callers.svg"])
def test_a_lesson_is_found_from_whatever_is_named_of_it(path: str) -> None:
    assert lesson_folder(TIP_JAR / path) == TIP_JAR


def test_a_folder_without_a_lesson_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="`classroom lesson new` begins one"):
        lesson_folder(tmp_path)


def test_a_text_becomes_words_cells_pictures_and_the_places_of_exercises() -> None:
    text = read_text(TIP_JAR)
    assert text.title == "A tip jar"
    assert [piece.exercise for piece in text.pieces if piece.exercise] == ["tip-jar"]
    words = "".join(piece.html for piece in text.pieces if piece.html)
    assert "<h1>A tip jar</h1>" in words
    assert "<table>" in "".join(piece.html or "" for piece in read_text(TIP_JAR.parent / "hello-storage").pieces)
    assert list(text.pictures) == ["pictures/tip-jar/callers.svg"]
    assert 'src="pictures/tip-jar/callers.svg"' in words


def test_a_lesson_that_was_just_begun_is_as_it_should_be(watcher: Watcher) -> None:
    view = graded(watcher)
    assert view.problems == ()
    shown = view.exercises["counting"]
    assert (shown.wrong, shown.done, shown.total) == (0, 12, 12)


@pytest.mark.parametrize(
    "lesson", ["foundations/first-transaction", "foundations/types-and-limits", "testing/invariants"]
)
def test_lessons_of_every_kind_of_exercise_are_read(lesson: str, pool: Pool) -> None:
    watcher = Watcher(REPOSITORY / "lessons" / lesson, pool)
    watcher._read()  # and nothing is graded
    assert watcher.view.problems == ()
    assert all(each.exercise for each in watcher.view.exercises.values())


def test_a_saved_answer_is_graded_and_nothing_else_of_it_again(watcher: Watcher, folder: Path) -> None:
    graded(watcher)
    before = dict(watcher._known)
    shutil.copy(folder / "counting/solution.sol", folder / "counting/mistakes/adds-two.sol")
    wait_until(lambda: watcher.view.exercises["counting"].wrong)
    (row,) = [row for row in graded(watcher).exercises["counting"].rows if not row.ok]
    assert (row.file, row.expected, row.found) == ("mistakes/adds-two.sol", "adds_one fails", "every check passes")
    assert watcher._known == before, "the solution was graded before"


def test_what_is_wrong_is_told_with_file_line_and_remedy_and_mended(watcher: Watcher, folder: Path) -> None:
    graded(watcher)
    lesson, checks = folder / "lesson.md", folder / "counting/checks.py"
    text, code = lesson.read_text(), checks.read_text()
    lesson.write_text(text.replace("## Looking back", ":::{note}"))
    checks.write_text(code.replace("task=1", "task=one"))
    wait_until(lambda: len(watcher.view.problems) == 2)
    first, second = watcher.view.problems
    assert (first.file, first.line) == ("lesson.md", text.splitlines().index("## Looking back") + 1)
    assert first.message == "the directive {note} would print as text."
    assert first.remedy.startswith("A lesson is CommonMark")
    assert (second.file, second.line) == ("counting/checks.py", 11)
    assert "NameError" in second.message
    assert watcher.view.text is not None, "the last text that could be read stays"
    lesson.write_text(text)
    checks.write_text(code)
    wait_until(lambda: not watcher.view.problems)
    assert graded(watcher).exercises["counting"].wrong == 0


def test_pictures_and_sheets_are_served_and_nothing_to_other_names(watcher: Watcher) -> None:
    assert "default-src 'self'" in get(watcher, "/").headers["content-security-policy"]
    for address in ("/static/classroom.css", "/preview/preview.css", "/preview/preview.js", "/content"):
        assert get(watcher, address).status_code == 200
    assert get(watcher, "/pictures/counting/none.svg").status_code == 404
    assert get(watcher, "/pictures/%2e%2e/%2e%2e/counting/solution.sol").status_code == 404
    assert get(watcher, "/", host="localhost").status_code == 200
    assert get(watcher, "/", host="evil.example").status_code == 400


def test_a_picture_is_served(pool: Pool) -> None:
    watcher = Watcher(TIP_JAR, pool)
    watcher._read()
    picture = get(watcher, "/pictures/tip-jar/callers.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.content == (TIP_JAR / "callers.svg").read_bytes()
