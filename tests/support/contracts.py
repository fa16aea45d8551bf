"""What the people of the journeys hand in at `tip-jar`."""

from pathlib import Path

EXERCISE = Path(__file__).parents[2] / "lessons/foundations/tip-jar/tip-jar"
SOLUTION = (EXERCISE / "solution.sol").read_text()
WRONG = SOLUTION.replace("if (msg.value == 0) revert EmptyTip();", "")
assert WRONG != SOLUTION

SLOW = SOLUTION.replace(
    "constructor() {",
    "constructor() { for (uint256 i = 0; i < 8_000; i++) { assembly { sstore(7, i) } }",
)
"""A right answer whose deployment takes the chain a good part of a second."""
