"""Reads what people write to each other: paragraphs, and code between lines of three back-ticks. Nothing is markup."""

import re
from typing import Final

from classroom.schemas import Passage

_FENCE: Final = re.compile(r"^```[^\n`]*$", re.MULTILINE)


def passages(text: str) -> list[Passage]:
    """Split a text into paragraphs and blocks of code; a block that is not closed goes on to the end."""
    found: list[Passage] = []
    for odd, piece in enumerate(_FENCE.split(text.replace("\r\n", "\n"))):
        if odd % 2:
            found.append(Passage(code=True, text=piece.strip("\n")))
        else:
            found += [Passage(code=False, text=each.strip()) for each in re.split(r"\n\s*\n", piece) if each.strip()]
    return [each for each in found if each.text]
