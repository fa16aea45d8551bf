"""Which of the submitted contracts is deployed, or in words for the learner why none is."""

import difflib
import re
from collections.abc import Iterable

from evmbox.chain.words import printable
from evmbox.compiler import Artifact, Compilation
from evmbox.exercise import Exercise
from evmbox.report import Outcome
from evmbox.runner.grading import Refusal

MAX_NAMES = 5
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def choose(exercise: Exercise, compilation: Compilation, source: str | None = None) -> Artifact | Refusal:
    """Return the contract to deploy, or in words for the learner why there is none.

    With the `source` that was handed in, it is told what is theirs in it, and what they imported.
    """
    if compilation.outcome is not None:
        message = compilation.message or "The compiler did not accept your source."
        if source is not None and source.lstrip()[:1] in {"{", "["}:
            message = f"This looks like JSON, and what is asked for is Solidity. Write `contract {exercise.contract}`."
        return Refusal(compilation.outcome, message)
    name = exercise.contract
    artifact = compilation.artifacts.get(name or "")
    if artifact is not None and artifact.creation:
        return artifact
    return Refusal(Outcome.NO_DEPLOYABLE_CONTRACT, _nothing_to_deploy(exercise, compilation, source))


def _nothing_to_deploy(exercise: Exercise, compilation: Compilation, source: str | None) -> str:
    name = exercise.contract or ""
    code = None if source is None else _COMMENT.sub("", source)
    known = [each for each in compilation.abis if code is None or re.search(rf"\b{re.escape(each)}\b", code)]
    deployable = [other for other in compilation.artifacts.values() if other.creation and other.name in known]
    if code is not None and not code.strip():
        return (
            f"There is no contract in your source: it is empty. Write `contract {name} {{ … }}`, as the starter does."
        )
    if name in known:
        return (
            f"`{name}` is abstract or an interface, so it cannot be deployed: it promises functions and lacks some. "
            f"Write `contract {name}` with a body `{{ … }}` for every function."
        )
    if deployable:
        found = _in_code(other.name for other in deployable)
        near = difflib.get_close_matches(name, [other.name for other in deployable], n=1, cutoff=0.0)[0]
        message = f"This exercise deploys a contract named `{name}`, and found {found}."
        if lacking := _lacking(exercise, deployable):
            return (
                f"{message} There is no {_in_code(lacking)} in it. Was this meant for another exercise? Hand it in "
                f"there, and write `contract {name}` here; if it is your answer, rename it to `{name}`."
            )
        return f"{message} Rename `{printable(near)}` to `{name}`."
    if known:
        return (
            f"Nothing here can be deployed, only {_in_code(known)}: abstract, an interface or a library. "
            f"Write `contract {name}` with a body for every function."
        )
    return f"There is no contract in your source. Write `contract {name} {{ … }}`."


def _lacking(exercise: Exercise, deployable: Iterable[Artifact]) -> list[str]:
    """Return what the tasks ask for and is not there, where that is more than half; else the contract is an answer."""
    begun = set(re.findall(r"\bfunction (\w+)|\bpublic (\w+);", exercise.starter))
    asked = set(re.findall(r"`(\w+)\(", " ".join(exercise.tasks))) & {each for pair in begun for each in pair}
    there = {each["name"] for other in deployable for each in other.abi if each.get("type") == "function"}
    if exercise.tests is not None:
        return [] if any(name.startswith(("test", "invariant")) for name in there) else ["function test…"]
    return sorted(asked - there) if there and 2 * len(asked - there) > len(asked) else []


def _in_code(names: Iterable[str]) -> str:
    """Return the first few names, as code."""
    every = sorted(names)
    more = f" and {len(every) - MAX_NAMES} more" if len(every) > MAX_NAMES else ""
    return ", ".join(f"`{printable(name)}`" for name in every[:MAX_NAMES]) + more
