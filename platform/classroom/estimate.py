"""How long a lesson takes, by one formula for all of them: from its text and from what its exercises ask."""

import re
from typing import Final

from classroom.catalog import Lesson

WORDS_A_MINUTE: Final = 180
LINES_A_MINUTE: Final = 30
"""Lines of the code that stands in the text."""
MINUTES_A_CELL: Final = 0.5
"""To run it and to look at what it shows."""
MINUTES_A_TASK: Final = 1.5
MINUTES_A_QUESTION: Final = 1.0
STEP: Final = 5

_FRONT_MATTER: Final = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
_FENCE: Final = re.compile(r"^```([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def estimated_minutes(lesson: Lesson) -> int:
    """Return how many minutes a lesson takes, rounded to a multiple of five, and no less than five."""
    text = _FRONT_MATTER.sub("", lesson.path.read_text(encoding="utf-8").replace("\r\n", "\n"))
    fences: list[tuple[str, str]] = _FENCE.findall(text)
    cells = [code for info, code in fences if info.startswith("{code-cell}") and "source_hidden" not in code]
    shown = [code for info, code in fences if not info.startswith("{code-cell}")]
    minutes = (
        len(_FENCE.sub("", text).split()) / WORDS_A_MINUTE
        + sum(code.count("\n") for code in shown) / LINES_A_MINUTE
        + sum("exercise(" not in code for code in cells) * MINUTES_A_CELL
        + sum(len(exercise.tasks) for exercise in lesson.exercises) * MINUTES_A_TASK
        + sum(len(exercise.questions) for exercise in lesson.exercises) * MINUTES_A_QUESTION
    )
    return max(STEP, STEP * round(minutes / STEP))
