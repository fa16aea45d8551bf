"""What is wrong with an `exercise.toml`, said to its author: the line where it can be found, and the remedy."""

import re
import tomllib
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from evmbox.bytecode import Bytecode
from evmbox.errors import ExerciseError
from evmbox.exercise.manifest import (
    MANIFEST,
    ChallengeRules,
    Equivalent,
    FaultyVersion,
    Hint,
    Limits,
    Manifest,
    UnderTest,
)
from evmbox.questions import Question
from evmbox.report import Data

TABLES: Mapping[str, type[Data]] = {
    "hints": Hint,
    "limits": Limits,
    "bytecode": Bytecode,
    "tests": UnderTest,
    "challenge": ChallengeRules,
    "questions": Question,
    "equivalent": Equivalent,
}
"""What can be written in each table, beside those of names that an author chooses."""


def read_manifest(text: str) -> Manifest:
    """Read the text of `exercise.toml`. Raises `ExerciseError` at the first thing that is wrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise ExerciseError(
            f"this is not valid TOML: {error}.",
            file=MANIFEST,
            line=int(found[1]) if found else None,
            remedy="Mend that line; strings stand in quotes, lists in brackets.",
        ) from error
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        first = min(
            problems, key=lambda each: each["type"] != "extra_forbidden"
        )  # a typo also reads as a missing field
        where = tuple(part for part in first["loc"] if isinstance(part, int) or part != "[key]")
        raise ExerciseError(
            f"{_dotted(where)}{first['msg'].removeprefix('Value error, ')}.",
            file=MANIFEST,
            line=line_of(text, where),
            remedy=_remedy(first["type"], where),
        ) from error


def _remedy(kind: str, where: Sequence[str | int]) -> str:
    if kind == "missing":
        return f"Add `{where[-1]} = …`."
    if kind == "extra_forbidden":
        known = _table(where)
        return f"Remove it, or mend its spelling; known here: {', '.join(known.model_fields)}."
    if not where:
        return "Add what is missing, or choose another `kind`."
    return "Mend the value."


def _table(where: Sequence[str | int]) -> type[Data]:
    """Return the table that a key stands in."""
    if where[:2] == ("tests", "faults"):
        return FaultyVersion
    return TABLES.get(str(where[0]), Manifest) if len(where) > 1 else Manifest


def _dotted(where: Sequence[str | int]) -> str:
    return f"{'.'.join(str(part + 1) if isinstance(part, int) else part for part in where)}: " if where else ""


def line_of(text: str, where: Sequence[str | int]) -> int | None:
    """Return the 1-based line of the innermost key of `where` that can be found in the TOML text."""
    lines = text.splitlines()
    start, found = 0, None
    for position, part in enumerate(where):
        if isinstance(part, int):
            continue
        follower = where[position + 1] if position + 1 < len(where) else None
        nth = follower if isinstance(follower, int) else 0
        header = re.compile(rf"\s*(\[\[?\s*{re.escape(part)}\s*\]|(\"{re.escape(part)}\"|{re.escape(part)})\s*=)")
        hits = [number for number, line in enumerate(lines[start:], start) if header.match(line)]
        if not hits:
            break
        start = hits[nth] if nth < len(hits) else hits[0]
        found = start + 1
    return found
