"""The owner's copies of the lessons, which they work in: refreshed with the lesson, never at the cost of their work.

A notebook of ours says what its cells were when it was given. While they still are, the copy follows the lesson. Where
the owner has changed it and the lesson is updated, their version is kept beside it under a name that says so, and a
note in the folder tells. Killed at any moment, the next start goes on: their version is written before the copy is.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from classroom.files import write_atomically

NOTE: Final = "What is new.md"
_NOTE_HEAD: Final = """# What is new

These lessons were updated after you had changed your copy. Yours is kept, and the new one stands beside it.
"""


def refresh(path: Path, text: str, about: Mapping[str, Any], *, title: str) -> Path | None:
    """Bring the copy at `path` up to date; give the owner's version of it, where they have one of their own.

    That is `path` itself where the lesson is still the one they changed, or where what stands there is not ours.
    `text` is the lesson's notebook, `about` what it says about itself.
    """
    try:
        theirs = path.read_text(encoding="utf-8")
        cells, given = _cells(theirs)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, text)
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return path  # not what we wrote: whatever it is, it is theirs
    if given["written"] == cells:
        if given != about:
            write_atomically(path, text)
        return None
    if given["written"] == about["written"] or cells == about["written"]:
        return path
    kept = _keep(path, theirs)
    _tell(path.parent / NOTE, f"- **{title}**: yours is [{kept.name}](<{kept.name}>), the new one is {path.name}")
    write_atomically(path, text)
    return kept


def digest(cells: Sequence[Mapping[str, Any]]) -> str:
    """Identify what a person could have changed: the cells' texts, in order, and not what running them put out."""
    told = [[cell["cell_type"], "".join(cell["source"]), sorted(cell.get("attachments", {}).items())] for cell in cells]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _cells(notebook: str) -> tuple[str, Mapping[str, Any]]:
    """Give the digest of a notebook's cells, and what it says about itself. Raise where it is not one of ours."""
    read = json.loads(notebook)
    about: Mapping[str, Any] = read["metadata"]["classroom"]
    _ = about["written"]
    return digest(read["cells"]), about


def _keep(path: Path, theirs: str) -> Path:
    """Write the owner's version beside the copy, once, under a name that nothing has."""
    for kept in sorted(path.parent.glob(f"{path.stem} (yours, *{path.suffix}")):
        if kept.is_file() and kept.read_bytes() == theirs.encode():
            return kept  # an earlier start was ended half-way
    today = datetime.now(tz=UTC).astimezone().date().isoformat()
    number, kept = 1, path.with_name(f"{path.stem} (yours, {today}){path.suffix}")
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem} (yours, {today}, {number}){path.suffix}")
    write_atomically(kept, theirs)
    return kept


def _tell(note: Path, line: str) -> None:
    """Add a line to the folder's note, unless it says so already."""
    try:
        said = note.read_text(encoding="utf-8")
    except FileNotFoundError:
        said = f"{_NOTE_HEAD}\n"
    if line not in said.splitlines():
        write_atomically(note, f"{said}{line}\n" if said.endswith("\n") else f"{said}\n{line}\n")
