"""The rungs of the ladder by name, and nothing else: a learner's kernel reads it too."""

from enum import StrEnum


class Tier(StrEnum):
    """How strongly a process is isolated, from strong to weak."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    RLIMITS = "rlimits"
