"""How alike answers to one exercise are, where being alike is unusual: a question for a person, never a verdict.

`shapes` turns solc's syntax tree of a source into runs of normalised tokens, `words` does so where a source does not
compile, `marks` turns runs into winnowed fingerprints with their places, and `comparing` finds who shares fingerprints
that hardly anybody else has. Nothing here reads a file, runs a compiler or knows a learner.

Winnowing: Schleimer, Wilkerson, Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
"""

from evmbox.likeness.comparing import (
    FEWEST_KNOWN,
    Findings,
    Likeness,
    Part,
    compare,
    groups_of,
    parts_of,
    rarity_of,
)
from evmbox.likeness.marks import VERSION, Mark, Prints, every_print_of, prints_of

__all__ = [
    "FEWEST_KNOWN",
    "VERSION",
    "Findings",
    "Likeness",
    "Mark",
    "Part",
    "Prints",
    "compare",
    "every_print_of",
    "groups_of",
    "parts_of",
    "prints_of",
    "rarity_of",
]
