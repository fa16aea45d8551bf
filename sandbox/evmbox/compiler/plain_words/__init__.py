"""The compiler's commonest messages to beginners, in a beginner's words: a table, and how to look things up in it.

To add one: compile the code that causes the message, take solc's error code, write what to do, and add the code to
`SAMPLES` in tests/evmbox/test_compiler_plain_words.py, which compiles it.
"""

import re

from evmbox.compiler.plain_words.code import CODE
from evmbox.compiler.plain_words.explanation import Explanation
from evmbox.compiler.plain_words.grammar import GRAMMAR
from evmbox.compiler.plain_words.inheritance import INHERITANCE
from evmbox.compiler.plain_words.names import NAMES
from evmbox.compiler.plain_words.older import OLDER
from evmbox.compiler.plain_words.state import STATE
from evmbox.compiler.plain_words.types import TYPES

__all__ = ["EXPLANATIONS", "Explanation", "explain"]

EXPLANATIONS: tuple[Explanation, ...] = (*OLDER, *GRAMMAR, *NAMES, *TYPES, *STATE, *INHERITANCE, *CODE)
"""The first entry that fits is taken."""


def explain(code: str | None, message: str) -> str | None:
    """Return what to tell a beginner about solc's error `code` with this `message`; None where the table is silent."""
    for explanation in EXPLANATIONS:
        if code in explanation.codes and (match := re.search(explanation.pattern, message)):
            return explanation.text.format_map(match.groupdict())
    return None
