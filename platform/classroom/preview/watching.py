"""Watches a lesson's folder, reads it at each save, and grades again what that may have changed."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from classroom.catalog import LESSON, CourseError
from classroom.errors import Invalid
from classroom.preview.text import Text, read_text
from evmbox.errors import EvmboxError, ExerciseError
from evmbox.exercise import MANIFEST, Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.proof import Graded, Proving, Row, prove
from evmbox.runner import checks_of

LOOK_EVERY_S: Final = 0.25


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file of the lesson, and the remedy. `file` is relative to the lesson's folder."""

    file: str
    line: int | None
    message: str
    remedy: str


@dataclass(frozen=True)
class Shown:
    """What is known of one exercise; `exercise` is None where it can't be read. `rows` are the last ones known."""

    id: str
    exercise: Exercise | None = None
    rows: tuple[Row, ...] = ()
    done: int = 0
    total: int = 0
    over: bool = False

    @property
    def wrong(self) -> int:
        """How many rows are not as they should be."""
        return sum(not row.ok for row in self.rows)


@dataclass(frozen=True)
class View:
    """What the page shows. `version` grows with each change of it."""

    version: int = 0
    text: Text | None = None
    problems: tuple[Problem, ...] = ()
    exercises: Mapping[str, Shown] = field(default_factory=dict)


class _Changed(Exception):
    """Something was saved while it was graded."""


def lesson_folder(path: Path) -> Path:
    """Return the folder of the lesson that a path lies in: the folder, its text, or an exercise. Raises `Invalid`."""
    path = path.resolve()
    for folder in (path, path.parent):
        if (folder / LESSON).is_file():
            return folder
    raise Invalid(f"{path} is no lesson: there is no {LESSON} in it. `classroom lesson new` begins one.")


class Watcher:
    """Keeps a `View` of one lesson up to date, in threads of its own, from `start` until `close`."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self.folder = folder
        self._pool = pool
        self._view = View()
        self._known: dict[str, Graded] = {}
        self._to_grade: list[Exercise] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._saved = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=f"preview {work.__name__}", daemon=True)
            for work in (self._watch, self._grade)
        ]

    @property
    def view(self) -> View:
        """What the page shows now."""
        return self._view

    def start(self) -> None:
        """Read the lesson, and begin to watch it."""
        self._read()
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop watching and grading."""
        self._closed.set()
        self._saved.set()
        for thread in self._threads:
            thread.join()

    def _watch(self) -> None:
        seen = _stamp(self.folder)
        while not self._closed.wait(LOOK_EVERY_S):
            now = _stamp(self.folder)
            if now != seen:
                seen = now
                self._read()

    def _read(self) -> None:
        """Show text and problems at once; grading follows."""
        problems: list[Problem] = []
        text = self._view.text
        try:
            text = read_text(self.folder)
        except CourseError as error:
            message = str(error).partition(": ")[2].removesuffix(f" {error.remedy}")
            problems.append(Problem(error.file.rpartition("/")[2], error.line, message, error.remedy))
        exercises = {}
        for folder in sorted(manifest.parent for manifest in self.folder.glob(f"*/{MANIFEST}")):
            before = self._view.exercises.get(folder.name, Shown(folder.name))
            exercise: Exercise | None = None
            try:
                exercise = load_exercise(folder)
                checks_of(exercise)
            except ExerciseError as error:
                message = str(error).partition(": ")[2].removesuffix(f" {error.remedy}")
                problems.append(Problem(f"{folder.name}/{error.file}", error.line, message, error.remedy))
                exercises[folder.name] = replace(before, exercise=exercise or before.exercise, over=False)
            else:
                exercises[folder.name] = replace(before, exercise=exercise, over=False, done=0)
        broken = {problem.file.partition("/")[0] for problem in problems}
        self._show(text=text, problems=tuple(problems), exercises=exercises)
        self._to_grade = [
            shown.exercise for shown in exercises.values() if shown.exercise is not None and shown.id not in broken
        ]
        self._saved.set()

    def _grade(self) -> None:
        while True:
            self._saved.wait()
            if self._closed.is_set():
                return
            self._saved.clear()
            for exercise in self._to_grade:
                try:
                    self._prove(exercise)
                except _Changed:
                    break
                except (EvmboxError, OSError) as error:  # such as a file that went away in the middle
                    problem = Problem(exercise.id, None, str(error), "Save the file again.")
                    self._show(problems=(*self._view.problems, problem))

    def _prove(self, exercise: Exercise) -> None:
        told = 0.0
        rows = {_subject(row): row for row in self._view.exercises[exercise.id].rows}

        def on_progress(proving: Proving) -> None:
            nonlocal told
            if self._saved.is_set():
                raise _Changed
            if time.monotonic() - told > LOOK_EVERY_S:
                told = time.monotonic()
                self._show_exercise(exercise.id, rows=tuple(rows.values()), done=proving.done, total=proving.total)

        def on_row(row: Row) -> None:
            rows[_subject(row)] = row

        proof = prove(exercise, self._pool, on_progress, mutants=False, on_row=on_row, known=self._known)
        files = sum(1 for row in proof.rows if row.file.endswith(".sol"))
        self._show_exercise(exercise.id, rows=proof.rows, done=files, total=files, over=True)

    def _show_exercise(self, exercise_id: str, **changes: object) -> None:
        with self._lock:
            shown = self._view.exercises.get(exercise_id)
            if shown is None or self._saved.is_set():
                return
            exercises = {**self._view.exercises, exercise_id: replace(shown, **changes)}  # type: ignore[arg-type]
            self._view = replace(self._view, version=self._view.version + 1, exercises=exercises)

    def _show(self, **changes: object) -> None:
        with self._lock:
            self._view = replace(self._view, version=self._view.version + 1, **changes)  # type: ignore[arg-type]


def _subject(row: Row) -> tuple[str, str, str]:
    """Return what a row is about, whatever was found."""
    return row.claim, row.file, row.expected


def _stamp(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file was last saved, and its size."""
    stamp = {}
    for path in folder.rglob("*"):
        if any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts):
            continue
        try:
            about = path.stat()
        except OSError:
            continue  # gone since it was listed; the next look will not see it
        stamp[str(path)] = (about.st_mtime_ns, about.st_size)
    return stamp
