"""One entry of the table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """What to tell a beginner about the errors with these `codes` whose message matches `pattern`.

    The named groups of `pattern` may stand in `text` as {name}. No code (None) is what solc gives some errors that it
    meets while it makes code.
    """

    name: str
    codes: frozenset[str | None]
    text: str
    pattern: str = ""


def explanation(name: str, *codes: str | None, text: str, pattern: str = "") -> Explanation:
    """Make an entry from its codes one by one."""
    return Explanation(name, frozenset(codes), text, pattern)
