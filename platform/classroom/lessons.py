"""Builds each lesson's text into two notebooks: one that Voila serves, and the owner's copy for JupyterLab.

A lesson is CommonMark with tables, pictures and code cells (jupytext's MyST format). What would print as raw text in a
lesson app is refused with file, line and remedy. Only the text, its code cells and the pictures it shows are taken, so
nothing else of an exercise's folder can reach a kernel.

The owner's copy is theirs; `copies` brings it up to date.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from classroom import copies
from classroom.catalog import Catalog, CourseError, Lesson
from classroom.files import write_atomically
from classroom.pictures import whats_wrong_with
from classroom.settings import Settings

PICTURES: Final = frozenset({".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
PICTURES_FOLDER: Final = "pictures"
MAX_PICTURE_BYTES: Final = 2 * 1024 * 1024
HTML_TAGS: Final = frozenset({"abbr", "br", "details", "kbd", "sub", "summary", "sup"})
KERNEL: Final = {"display_name": "Python 3", "language": "python", "name": "python3"}

_CODE_CELL = "{code-cell}"
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*\n", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)([^>]*)>?")
_IMAGE = re.compile(r"(!\[(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*\]\()<?([^\s<>()]+)>?(?=[\s)])")


@dataclass(frozen=True)
class Notebook:
    """A notebook file, what it says about itself, and the pictures that stand beside it, by their relative paths."""

    text: str
    about: Mapping[str, Any]
    pictures: Mapping[str, bytes]
    code_cells: int


@dataclass(frozen=True)
class Built:
    """What became of one lesson. `theirs` is the owner's own version of it, where they have one."""

    lesson: Lesson
    app: Path
    notebook: Path
    theirs: Path | None


def ensure_built(catalog: Catalog, settings: Settings) -> None:
    """Build the lessons unless they were built from the same files before, and are all there. Raises `CourseError`."""
    stamp = settings.apps_dir / "built-from"
    made_from = _made_from(catalog)
    notebooks = (settings.notebooks_dir / each.track / f"{each.id}.ipynb" for each in catalog.lessons.values())
    made = [*notebooks, settings.lab_index_path]
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == made_from and all(path.exists() for path in made):
        return
    build_lessons(catalog, settings)
    write_atomically(stamp, made_from)


def _myst() -> Any:
    import jupytext.myst  # noqa: PLC0415 - costs a second, and most starts build nothing

    return jupytext.myst


def _made_from(catalog: Catalog) -> str:
    """Digest what notebooks are made of: this module, the tracks' titles, the lessons' texts and all their pictures."""
    total = hashlib.sha256(Path(__file__).read_bytes())
    total.update(repr([track.title for track in catalog.tracks]).encode())
    for lesson in catalog.lessons.values():
        beside = (path for path in lesson.path.parent.rglob("*") if path.suffix.lower() in PICTURES)
        for path in [lesson.path, *sorted(beside)]:
            total.update(f"\0{lesson.track}/{lesson.id}/{path.name}\0".encode() + path.read_bytes())
    return total.hexdigest()


def build_lessons(catalog: Catalog, settings: Settings) -> list[Built]:
    """Write every lesson's notebooks, and remove the app of a lesson that is no more. Raises `CourseError`.

    All lessons are read before the first is written: one that is wrong changes nothing.
    """
    notebooks = [(lesson, build_notebook(lesson)) for lesson in catalog.lessons.values()]
    settings.apps_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    built = []
    for lesson, made in notebooks:
        app = settings.apps_dir / f"{lesson.id}.ipynb"
        _write_pictures(app.parent, made)
        write_atomically(app, made.text)
        notebook = settings.notebooks_dir / lesson.track / app.name
        _write_pictures(notebook.parent, made)
        theirs = copies.refresh(notebook, made.text, made.about, title=lesson.title)
        built.append(Built(lesson, app, notebook, theirs))
    for stale in set(settings.apps_dir.glob("*.ipynb")) - {each.app for each in built}:
        stale.unlink()
    _write_index(catalog, settings)
    return built


def _write_index(catalog: Catalog, settings: Settings) -> None:
    """Tell JupyterLab which lessons there are, in their order."""
    listed = [
        {
            "title": lesson.title,
            "summary": lesson.summary,
            "track": track.title,
            "place": place,
            "path": f"{track.id}/{lesson.id}.ipynb",
        }
        for place, track in enumerate(catalog.tracks)
        for lesson in track.lessons
    ]
    settings.lab_index_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(settings.lab_index_path, json.dumps(listed))


def build_notebook(lesson: Lesson) -> Notebook:
    """Make one lesson's notebook (nbformat 4.5); the same lesson gives the same bytes. Raises `CourseError`."""
    source = _Source(lesson)
    source.check()
    myst = _myst()
    try:
        parsed = myst.myst_to_notebook(source.body, add_source_map=True)
    except myst.MystMetadataParsingError as error:
        raise source.error(
            f"the options of a cell cannot be read: {error}.", remedy="They are YAML between two lines of ---."
        ) from None
    cells: list[dict[str, Any]] = []
    shown: set[str] = set()
    for number, (cell, line) in enumerate(zip(parsed.cells, parsed.metadata["source_map"], strict=True), 1):
        text = cell.source
        new = _code_cell(source, text, line) if cell.cell_type == "code" else _text_cell(source, text, shown)
        cells.append(new | {"id": f"{lesson.id[:56]}-{number}", "metadata": cell.metadata})
    for address in source.pictures.keys() - shown:
        raise source.error(
            f"the picture '{address}' is written in a way that is not understood.",
            line=source.pictures[address][1],
            remedy="Write it as ![what it shows](file.svg).",
        )
    about = {"lesson": lesson.id, "track": lesson.track, "minutes": lesson.minutes, "written": copies.digest(cells)}
    notebook = {
        "cells": cells,
        "metadata": {
            "classroom": about,
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
            "title": lesson.title,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    pictures = {source.place(address): path.read_bytes() for address, (path, _line) in source.pictures.items()}
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return Notebook(text, about, pictures, sum(cell["cell_type"] == "code" for cell in cells))


def _code_cell(source: "_Source", code: str, line: int) -> dict[str, Any]:
    if not re.search(r"^\s*[%!]", code, re.MULTILINE):  # IPython's own syntax is known to IPython only
        try:
            ast.parse(code)
        except SyntaxError as error:
            found = source.line_of(code, line) + (error.lineno or 1) - 1
            raise source.error(f"this is not valid Python: {error.msg}.", line=found, remedy="Mend it.") from None
    return {"cell_type": "code", "execution_count": None, "outputs": [], "source": code}


def _text_cell(source: "_Source", text: str, shown: set[str]) -> dict[str, Any]:
    def place(found: re.Match[str]) -> str:
        if found[2] not in source.pictures:
            return found[0]  # an example in a block of code
        shown.add(found[2])
        return f"{found[1]}{source.place(found[2])}"

    return {"cell_type": "markdown", "source": _IMAGE.sub(place, text)}


class _Source:
    """A lesson's text and what is wrong with it."""

    def __init__(self, lesson: Lesson) -> None:
        self.folder = lesson.path.parent.resolve()
        self.lesson_id = lesson.id
        self.name = f"{lesson.track}/{lesson.id}/{lesson.path.name}"
        self.text = lesson.path.read_text(encoding="utf-8").replace("\r\n", "\n")
        self.lines = self.text.splitlines()
        self.body = _FRONT_MATTER.sub(lambda front: "\n" * front[0].count("\n"), self.text)
        """The text alone, every line at its number. What the front matter says is the catalogue's business."""
        self.pictures: dict[str, tuple[Path, int]] = {}
        """The pictures the text shows and the line of each, by the address it gives them."""

    def error(self, message: str, *, remedy: str, line: int | None = None) -> CourseError:
        """Make an error that names this file."""
        return CourseError(message, file=self.name, line=line, remedy=remedy)

    def place(self, address: str) -> str:
        """Tell where a picture stands beside the notebook."""
        inside = self.pictures[address][0].relative_to(self.folder).as_posix()
        return f"{PICTURES_FOLDER}/{self.lesson_id}/{inside.replace('/', '-').replace(' ', '-')}"

    def line_of(self, text: str, start: int) -> int:
        """Tell the line (from 1) where `text` begins, looking from index `start` on."""
        first = text.splitlines()[0] if text else ""
        return next((at for at, line in enumerate(self.lines[start:], start + 1) if first in line), start + 1)

    def check(self) -> None:
        """Raise `CourseError` for the first thing that a lesson may not hold."""
        tokens = _myst().get_parser().enable("inline").parse(f"{self.body}\n")
        self._check_title(tokens)
        depth = 0
        for token in tokens:
            depth += token.nesting
            self._check_block(token, nested=depth > 0)
            for child, line in _inline(token):
                self._check_inline(child, line)

    def _check_title(self, tokens: Sequence[Token]) -> None:
        headings = [token for token in tokens if token.type == "heading_open"]
        titles = [token for token in headings if token.tag == "h1"]
        if len(titles) != 1 or headings[0] is not titles[0]:
            wrong = titles[1] if len(titles) > 1 else headings[0] if headings else None
            raise self.error(
                "a lesson has one title, before every other heading.",
                line=_line(wrong) if wrong else None,
                remedy="Begin the text with `# Title`, and give every other heading two or more #.",
            )

    def _check_block(self, token: Token, *, nested: bool) -> None:
        if token.type in {"myst_target", "myst_line_comment"}:
            what = "a target" if token.type == "myst_target" else "a comment"
            raise self.error(f"{what} of MyST would print as text.", line=_line(token), remedy="Remove it.")
        if token.type == "html_block":
            self._check_html(token.content, _line(token))
        if token.type != "fence":
            return
        kind = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        if kind == "mermaid":
            raise self.error("no diagram is drawn from text here.", line=_line(token), remedy="Show it as a picture.")
        if kind == _CODE_CELL and nested:
            raise self.error(
                "a code cell inside a list or a quotation would print as text.",
                line=_line(token),
                remedy="Move it to the margin.",
            )
        if kind.startswith("{") and kind != _CODE_CELL:
            raise self._directive(kind, _line(token))

    def _check_inline(self, token: Token, line: int) -> None:
        if token.type == "text" and (found := re.match(r":::+\s*(\S*)", token.content)):
            raise self._directive(found[1] or ":::", line)
        if token.type == "myst_role":
            raise self.error(
                f"the role {{{token.meta.get('name', '')}}} would print as text.",
                line=line,
                remedy="A lesson is CommonMark; write it out.",
            )
        if token.type == "html_inline":
            self._check_html(token.content, line)
        if token.type == "image":
            self._check_picture(token, line)

    def _directive(self, name: str, line: int) -> CourseError:
        return self.error(
            f"the directive {name} would print as text.",
            line=line,
            remedy=f"A lesson is CommonMark with {_CODE_CELL} cells; write a paragraph, a quotation or a list.",
        )

    def _check_html(self, html: str, line: int) -> None:
        for found in _TAG.finditer(html):
            if found[1].lower() not in HTML_TAGS or found[2].strip(" /\n"):
                raise self.error(
                    f"the HTML {found[0]} is not allowed.",
                    line=line + html[: found.start()].count("\n"),
                    remedy="Write CommonMark; a picture is ![what it shows](file.svg). "
                    f"Only these tags may stand, without attributes: {_list(HTML_TAGS)}.",
                )

    def _check_picture(self, token: Token, line: int) -> None:
        address = str(token.attrs["src"])
        if not token.content.strip():
            raise self.error(
                f"the picture '{address}' has no text for those who cannot see it.",
                line=line,
                remedy="Say in the square brackets what it shows.",
            )
        if urlsplit(address).scheme or address.startswith(("/", "#")):
            raise self.error(
                f"the picture '{address}' is not a file of this lesson.",
                line=line,
                remedy="Put the file beside lesson.md; lessons load nothing from elsewhere.",
            )
        path = (self.folder / PurePosixPath(unquote(address))).resolve()
        if not path.is_relative_to(self.folder) or not path.is_file():
            raise self.error(
                f"the picture '{address}' is not in this lesson's folder.",
                line=line,
                remedy="Add it, or mend its name.",
            )
        if path.suffix.lower() not in PICTURES:
            raise self.error(
                f"'{address}' is no picture that a browser shows.", line=line, remedy=f"Use one of {_list(PICTURES)}."
            )
        if path.stat().st_size > MAX_PICTURE_BYTES:
            raise self.error(
                f"the picture '{address}' is larger than {MAX_PICTURE_BYTES // 1024**2} MiB.",
                line=line,
                remedy="Make it smaller.",
            )
        if path.suffix.lower() == ".svg" and (wrong := whats_wrong_with(path.read_bytes())):
            raise self.error(
                f"the picture '{address}' is more than a drawing: {wrong}.",
                line=line,
                remedy="Save it as a plain SVG, without scripts and without anything from elsewhere.",
            )
        self.pictures[address] = path, line


def _inline(token: Token) -> Iterator[tuple[Token, int]]:
    """Yield the parts of a paragraph, each with its line."""
    line = _line(token) if token.children else 0
    for child in token.children or ():
        yield child, line
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        else:
            line += child.content.count("\n") if child.type != "image" else 0


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _list(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))


def _write_pictures(folder: Path, notebook: Notebook) -> None:
    for name, content in notebook.pictures.items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, content)
