"""Begins lessons and exercises: folders that are whole and proven from the first moment, to be filled with one's own.

What is copied lies in `new-lesson/`, with names of its own that are replaced. Nothing is ever written over.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from classroom.catalog import COURSE, LESSON
from classroom.errors import Conflict, Invalid
from evmbox.exercise import MANIFEST

TEMPLATE: Final = Path(__file__).parent / "new-lesson"
EXERCISE: Final = "new-exercise"
SLUG: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Begun:
    """What was written, and what is left to say in `course.toml`; None where the lesson is listed already."""

    folder: Path
    files: tuple[Path, ...]
    to_list: str | None


def begin(lessons_dir: Path, place: str) -> Begun:
    """Write the folder of `track/lesson`, with an exercise of the same name, or of `track/lesson/exercise`.

    A folder that is no course yet becomes one, with that track and lesson.

    Raises `Invalid` where the place is none, `Conflict` where something is there, or an exercise has the same id.
    """
    parts = place.strip("/").split("/")
    if len(parts) not in {2, 3} or not all(SLUG.fullmatch(part) and len(part) <= 64 for part in parts):
        raise Invalid(
            f"{place} is no place for a lesson: write TRACK/LESSON or TRACK/LESSON/EXERCISE, each in lower-case "
            "letters, digits and hyphens, such as foundations/hello-storage."
        )
    track, lesson = parts[:2]
    exercise = parts[-1]
    folder = lessons_dir / track / lesson
    if len(parts) == 2 and folder.exists():
        raise Conflict(f"{folder} is there already. Name an exercise to begin one in it: {place}/EXERCISE.")
    if taken := next(lessons_dir.glob(f"*/*/{exercise}/{MANIFEST}"), None):
        raise Conflict(f"{taken.parent} is there already, and an exercise's id is unique in the course.")
    if (folder / exercise).exists():
        raise Conflict(f"{folder / exercise} is there already.")
    files = []
    if not (lessons_dir / COURSE).exists():
        listed = f'title = "{_in_words(track)}"\n\n{_to_list(lessons_dir, track, lesson)}\n'
        lessons_dir.mkdir(parents=True, exist_ok=True)
        (lessons_dir / COURSE).write_text(listed, encoding="utf-8")
        files.append(lessons_dir / COURSE)
    if not (folder / LESSON).exists():
        files.append(_write(TEMPLATE / LESSON, folder / LESSON, exercise, lesson))
    for source in _files(TEMPLATE / EXERCISE):
        target = folder / exercise / source.relative_to(TEMPLATE / EXERCISE)
        files.append(_write(source, target, exercise, lesson))
    return Begun(folder, tuple(files), _to_list(lessons_dir, track, lesson))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _write(source: Path, target: Path, exercise: str, lesson: str) -> Path:
    """Copy a file with the names replaced. Raises `Conflict` where the file is there."""
    text = source.read_text(encoding="utf-8")
    for name, own in {
        EXERCISE: exercise,
        "New exercise": _in_words(exercise),
        "New lesson": _in_words(lesson),
        "NewContract": "".join(part.capitalize() for part in exercise.split("-")),
    }.items():
        text = text.replace(name, own)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Conflict(f"{target} is there already.") from None
    return target


def _to_list(lessons_dir: Path, track: str, lesson: str) -> str | None:
    """Return what to write into `course.toml` so that the course knows the lesson."""
    try:
        course = tomllib.loads((lessons_dir / COURSE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        course = {}  # who loads the course is told what is wrong with it
    tracks = {each.get("id"): each.get("lessons", []) for each in course.get("tracks", [])}
    if any(lesson in lessons for lessons in tracks.values()):
        return None
    if track in tracks:
        listed = ", ".join(f'"{each}"' for each in [*tracks[track], lesson])
        return f'lessons = [{listed}]   # of the track "{track}"'
    return f'[[tracks]]\nid = "{track}"\ntitle = "{_in_words(track)}"\nsummary = "…"\nlessons = ["{lesson}"]'


def _in_words(slug: str) -> str:
    return slug.replace("-", " ").capitalize()
