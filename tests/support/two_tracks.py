"""A small course of two tracks: a lesson and an exercise in each, one of them the very least an exercise can be."""

from pathlib import Path

COURSE = """\
title = "Two tracks"

[[tracks]]
id = "first-steps"
title = "First steps"
summary = "One lesson."
lessons = ["keeping"]

[[tracks]]
id = "next-steps"
title = "Next steps"
summary = "Another lesson."
lessons = ["counting"]
"""
LESSON = "---\nclassroom:\n  title: {title}\n  summary: One number.\n  minutes: 5\n---\n# {title}\n"
MANIFEST = """\
id = "{id}"
title = "{title}"
contract = "Keeper"
concepts = ["state"]
tasks = ["`number()` answers zero."]

[[hints]]
text = "Look again."

[mistakes]
"one.sol" = "begins_with_zero"
"""
CHECKS = """\
from evmbox.checks import check


@check("It begins with zero", task=1, points=2)
def begins_with_zero(chain, contract):
    assert contract.number() == 0, "Before anything was set, number() should answer 0."
"""
SOURCE = """\
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract Keeper {{
    uint256 public number{begin};
}}
"""


def write_two_tracks(folder: Path) -> Path:
    """Write it into a folder, and give the folder back."""
    lessons = (("first-steps", "keeping", "keeper", "Keeping"), ("next-steps", "counting", "counter", "Counting"))
    files = {folder / "course.toml": COURSE}
    for track, lesson, exercise, title in lessons:
        files[folder / track / lesson / "lesson.md"] = LESSON.format(title=title)
        there = folder / track / lesson / exercise
        files |= {
            there / "exercise.toml": MANIFEST.format(id=exercise, title=f"{title} exercise"),
            there / "checks.py": CHECKS,
            there / "starter.sol": SOURCE.format(begin=" = 2"),
            there / "solution.sol": SOURCE.format(begin=""),
            there / "mistakes" / "one.sol": SOURCE.format(begin=" = 1"),
            there / "variants" / "other.sol": SOURCE.format(begin=" = 0"),
        }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
