"""What changed between two texts, line by line, as it is read without colour. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

MOST_LINES: Final = 2000
"""Of either text; comparing longer ones could take minutes, and nobody would read it."""

_AROUND: Final = 3


@dataclass(frozen=True)
class Line:
    """A line with its numbers in the old and the new text, from 1; a `gap` stands for lines that are left out."""

    kind: Literal["same", "removed", "added", "gap"]
    old: int | None = None
    new: int | None = None
    text: str = ""


def differences(old: str, new: str) -> list[Line] | None:
    """Tell what was removed and added, with three lines around; nothing where nothing was, None for very long texts."""
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > MOST_LINES:
        return None
    found: list[Line] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_AROUND):
        if found or group[0][1] > 0:
            found.append(Line("gap"))
        for kind, *span in group:
            found += _lines(kind, before, after, span)
        last = group[-1]
    if found and (last[2] < len(before) or last[4] < len(after)):
        found.append(Line("gap"))
    return found


def _lines(kind: str, before: Sequence[str], after: Sequence[str], span: Sequence[int]) -> Iterator[Line]:
    old_from, old_to, new_from, new_to = span
    if kind == "equal":
        for offset in range(old_to - old_from):
            yield Line("same", old_from + offset + 1, new_from + offset + 1, before[old_from + offset])
        return
    for number in range(old_from, old_to):
        yield Line("removed", old=number + 1, text=before[number])
    for number in range(new_from, new_to):
        yield Line("added", new=number + 1, text=after[number])
