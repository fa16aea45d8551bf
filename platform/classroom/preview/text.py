"""A lesson's text as pieces of a page: HTML of its words, code cells, and the places of its exercises."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

from classroom.catalog import load_text
from classroom.lessons import build_notebook

EXERCISE: Final = re.compile(r"""^exercise\(["']([a-z0-9-]+)["']\)""", re.MULTILINE)
MARKDOWN: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Piece:
    """A part of a lesson: words, or a cell of code, which may be the place of an exercise."""

    html: Markup | None = None
    code: str = ""
    exercise: str | None = None


@dataclass(frozen=True)
class Text:
    """A lesson's text, ready for a page. `pictures` are by the addresses that the words give them."""

    title: str
    summary: str
    minutes: int
    pieces: tuple[Piece, ...]
    pictures: Mapping[str, bytes]


def read_text(folder: Path) -> Text:
    """Read the text of the lesson in a folder. Raises `CourseError`."""
    lesson = load_text(folder)
    notebook = build_notebook(lesson)
    pieces = []
    for cell in json.loads(notebook.text)["cells"]:
        if cell["cell_type"] == "markdown":
            # Only the tags that a lesson may have are left in it, without attributes: `build_notebook` sees to that.
            pieces.append(Piece(html=Markup(MARKDOWN.render(cell["source"]))))  # noqa: S704
        else:
            found = EXERCISE.search(cell["source"])
            pieces.append(Piece(code=cell["source"], exercise=found[1] if found else None))
    return Text(lesson.title, lesson.summary, lesson.minutes, tuple(pieces), notebook.pictures)
