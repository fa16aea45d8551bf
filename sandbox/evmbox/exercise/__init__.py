"""Reads an exercise folder and holds it to its rules. Nothing here compiles, deploys or runs a check.

A folder holds `exercise.toml`, `starter`, `solution`, `checks.py`, and answers in `variants/` and `mistakes/`, which
end as the kind asks; also `helpers.sol` where the checks need contracts of their own, and the files that a submission
may import. `manifest` is what the first of them may say, `folder` reads the others.
What is wrong with one is said to its author: the file, the line where it can be found, and the remedy.
"""

from evmbox.exercise.folder import LANGUAGES, Exercise, Language, answer_text, folder_digest, load_exercise
from evmbox.exercise.manifest import (
    CHECKS,
    HELPERS,
    MANIFEST,
    NAMES_ITS_CONTRACT,
    NOT_IMPORTABLE,
    PUZZLE,
    SCENE,
    ChallengeRules,
    Equivalent,
    FaultyVersion,
    Hint,
    Kind,
    Limits,
    Manifest,
    UnderTest,
)

__all__ = [
    "CHECKS",
    "HELPERS",
    "LANGUAGES",
    "MANIFEST",
    "NAMES_ITS_CONTRACT",
    "NOT_IMPORTABLE",
    "PUZZLE",
    "SCENE",
    "ChallengeRules",
    "Equivalent",
    "Exercise",
    "FaultyVersion",
    "Hint",
    "Kind",
    "Language",
    "Limits",
    "Manifest",
    "UnderTest",
    "answer_text",
    "folder_digest",
    "load_exercise",
]
