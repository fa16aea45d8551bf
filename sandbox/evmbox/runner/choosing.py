"""Which of the submitted contracts is deployed, or in words for the learner why none is."""

import difflib
from collections.abc import Iterable

from evmbox.chain.words import printable
from evmbox.compiler import Artifact, Compilation
from evmbox.exercise import Exercise
from evmbox.report import Outcome
from evmbox.runner.grading import Refusal

MAX_NAMES = 5


def choose(exercise: Exercise, compilation: Compilation) -> Artifact | Refusal:
    """Return the contract to deploy, or in words for the learner why there is none."""
    if compilation.outcome is not None:
        return Refusal(compilation.outcome, compilation.message or "The compiler did not accept your source.")
    name = exercise.contract
    artifact = compilation.artifacts.get(name or "")
    if artifact is not None and artifact.creation:
        return artifact
    deployable = [other.name for other in compilation.artifacts.values() if other.creation]
    if name in compilation.abis:
        message = f"`{name}` is abstract or an interface, so it cannot be deployed. Write every function's body."
    elif deployable:
        near = printable(difflib.get_close_matches(name or "", deployable, n=1, cutoff=0.0)[0])
        found = _in_code(deployable)
        message = f"This exercise deploys a contract named `{name}`, and found {found}. Rename `{near}` to `{name}`."
    elif compilation.abis:
        found = _in_code(compilation.abis)
        message = (
            f"Nothing here can be deployed, only {found}: abstract, an interface or a library. Write `contract {name}`."
        )
    else:
        message = f"There is no contract in your source. Write `contract {name} {{ … }}`."
    return Refusal(Outcome.NO_DEPLOYABLE_CONTRACT, message)


def _in_code(names: Iterable[str]) -> str:
    """Return the first few names, as code."""
    every = sorted(names)
    more = f" and {len(every) - MAX_NAMES} more" if len(every) > MAX_NAMES else ""
    return ", ".join(f"`{printable(name)}`" for name in every[:MAX_NAMES]) + more
