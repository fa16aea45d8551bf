"""The owner's copies follow their lessons, and nothing that the owner wrote is ever lost."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from classroom.copies import NOTE
from classroom.lessons import Catalog, ensure_built
from classroom.settings import Settings
from support.lesson_apps import course_of

OLD, NEW, NEWEST = (
    f"# A lesson\n\n{word} text.\n\n```{{code-cell}}\nprint(1)\n```\n" for word in ("Some", "New", "Newest")
)
TODAY = datetime.now(tz=UTC).astimezone().date().isoformat()


class Folder:
    """The folder of one track, built again and again from texts."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.path = settings.notebooks_dir / "basics"
        self.copy = self.path / "first.ipynb"

    def course(self, text: str) -> Catalog:
        place = self.root / "basics" / "first" / "lesson.md"
        if place.is_file():
            place.unlink()
            place.parent.rmdir()
        return course_of(self.root, {"first": text})

    def build(self, text: str) -> None:
        ensure_built(self.course(text), self.settings)

    def read(self, name: str = "first.ipynb") -> dict[str, Any]:
        return json.loads((self.path / name).read_text())

    def edit(self, code: str, name: str = "first.ipynb") -> dict[str, Any]:
        theirs = self.read(name)
        theirs["cells"][1]["source"] = code
        (self.path / name).write_text(json.dumps(theirs))
        return theirs

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Folder:
    made = Folder(tmp_path / "lessons", settings)
    made.build(OLD)
    return made


def text_of(notebook: dict[str, Any]) -> str:
    return "".join(notebook["cells"][0]["source"])


def test_an_untouched_copy_follows_the_lesson(folder: Folder) -> None:
    run = folder.read()
    run["cells"][1] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}
    run["cells"][0]["source"] = run["cells"][0]["source"].splitlines(keepends=True)  # as JupyterLab saves it
    folder.copy.write_text(json.dumps(run))
    (folder.settings.apps_dir / "built-from").unlink()
    folder.build(OLD)
    assert folder.read() == run, "what was put out is not thrown away without need"
    folder.build(NEW)
    assert "New text." in text_of(folder.read())
    assert folder.names() == ["first.ipynb"]


def test_an_edited_copy_stays_while_the_lesson_is_the_same(folder: Folder) -> None:
    theirs = folder.edit("mine")
    (folder.settings.apps_dir / "built-from").unlink()
    folder.build(OLD)
    assert folder.read() == theirs
    assert folder.names() == ["first.ipynb"]


def test_an_edited_copy_of_an_updated_lesson_is_kept_beside_the_new_one_and_a_note_says_so(folder: Folder) -> None:
    mine = folder.edit("mine")
    folder.build(NEW)
    kept = f"first (yours, {TODAY}).ipynb"
    assert folder.names() == [NOTE, kept, "first.ipynb"]
    assert folder.read(kept) == mine
    assert "New text." in text_of(folder.read())
    assert kept in (folder.path / NOTE).read_text()

    # the same on the same day, and one that is theirs already is left alone
    again = folder.edit("mine again")
    folder.build(NEWEST)
    second = f"first (yours, {TODAY}, 2).ipynb"
    assert folder.read(kept) == mine
    assert folder.read(second) == again
    assert "Newest text." in text_of(folder.read())
    said = (folder.path / NOTE).read_text()
    assert said.count("- **") == 2
    assert said.startswith("# What is new")


def test_a_copy_that_already_is_the_new_text_is_no_version_of_its_own(folder: Folder) -> None:
    theirs = folder.read()
    theirs["cells"][0]["source"] = "# A lesson\n\nNew text."
    folder.copy.write_text(json.dumps(theirs))
    folder.build(NEW)
    assert folder.names() == ["first.ipynb"]
    assert folder.read() == theirs


@pytest.mark.parametrize("what", ["no notebook", "half a notebook", "a folder"])
def test_what_is_not_ours_is_left_alone(folder: Folder, what: str) -> None:
    if what == "a folder":
        folder.copy.unlink()
        folder.copy.mkdir()
    else:
        folder.copy.write_text('["mine"]' if what == "no notebook" else folder.copy.read_text()[:200])
    before = None if folder.copy.is_dir() else folder.copy.read_bytes()
    folder.build(NEW)
    assert folder.names() == ["first.ipynb"]
    assert (None if folder.copy.is_dir() else folder.copy.read_bytes()) == before


def test_a_copy_that_was_deleted_comes_back_though_the_lesson_is_the_same(folder: Folder) -> None:
    folder.copy.unlink()
    folder.build(OLD)
    assert "Some text." in text_of(folder.read())


KILLED = """
import os, signal, sys
from pathlib import Path
from classroom import copies, files
writes = int(sys.argv[3])
def counted(path, content, **more):
    global writes
    if writes == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    writes -= 1
    files.write_atomically(path, content, **more)
copies.write_atomically = counted
copies.refresh(Path(sys.argv[1]), Path(sys.argv[2]).read_text(), {"written": "another"}, title="First")
"""


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_killed_half_way_nothing_is_lost_and_the_next_start_goes_on(
    folder: Folder, tmp_path: Path, writes: int
) -> None:
    mine = folder.edit("mine")
    new = tmp_path / "new.ipynb"
    new.write_text("{}")
    ran = subprocess.run([sys.executable, "-c", KILLED, folder.copy, new, str(writes)], check=False, timeout=60)
    assert ran.returncode == -signal.SIGKILL
    assert folder.read() == mine, "until the last, their version stands where it did"
    folder.build(NEW)
    kept = f"first (yours, {TODAY}).ipynb"
    assert folder.names() == [NOTE, kept, "first.ipynb"]
    assert folder.read(kept) == mine
    assert "New text." in text_of(folder.read())
    assert (folder.path / NOTE).read_text().count("- **") == 1
