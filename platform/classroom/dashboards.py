"""Builds the notebooks for those who teach: one that Voila serves, and the owner's copy, which is theirs to change.

They stand in the course's folder `instructor/`, a file each, written as lessons are and held to the same rules. No
track lists them, so no learner meets them.
"""

from pathlib import Path
from typing import Final

from classroom import copies
from classroom.catalog import Lesson, read_about
from classroom.files import write_atomically
from classroom.lessons import build_notebook
from classroom.settings import Settings

FOLDER: Final = "instructor"


def build(settings: Settings) -> list[Path]:
    """Write every dashboard's notebooks, and remove what is no more. Raises `CourseError`."""
    built = [_build(path, settings) for path in sorted((settings.lessons_dir / FOLDER).glob("*.md"))]
    for stale in set(settings.dashboards_dir.glob("*.ipynb")) - set(built):
        stale.unlink()
    return built


def _build(path: Path, settings: Settings) -> Path:
    title, summary, minutes = read_about(path)
    lesson = Lesson(path.stem, FOLDER, title, summary, minutes, requires=(), path=path, exercises=())
    made = build_notebook(lesson)
    app = settings.dashboards_dir / f"{lesson.id}.ipynb"
    app.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(app, made.text)
    copies.refresh(settings.notebooks_dir / FOLDER / app.name, made.text, made.about, title=title)
    return app
