"""The true answer to a question: a function that finds it out on the chain, so that nobody has to write it down."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evmbox.chain import Chain, Contract, Reverted
from evmbox.checks.check import CHECKS_FILE, Check, broken_line
from evmbox.checks.expectations import EXHAUSTED
from evmbox.checks.showing import naming
from evmbox.errors import ChainError, ExerciseError

PARAMETERS = ("chain", "scene", "values")


@dataclass(frozen=True)
class Answer(Check):
    """What the question of the same id is answered with: `function` returns the truth."""

    def truth(self, chain: Chain, scene: Contract, values: Mapping[str, Any]) -> Any:
        """Find the true answer out, and leave the chain as it was.

        Raises `ExerciseError`, whatever goes wrong: the scene is the lesson's, so nothing in it is the learner's fault.
        """
        known = {"chain": chain, "scene": scene, "values": values}
        snapshot = chain.snapshot()
        try:
            with naming(chain.name_of):
                return self.function(**{name: known[name] for name in inspect.signature(self.function).parameters})
        except EXHAUSTED:
            raise
        except Exception as error:
            raise ExerciseError(
                f"the answer `{self.id}` raised {type(error).__name__}: {error}.",
                file=CHECKS_FILE,
                line=broken_line(self.function, error),
                remedy="Let it return the true answer; `would_revert` tells whether a call reverts.",
            ) from error
        finally:
            chain.revert(snapshot)


def answer(
    title: str, *, task: int, points: float = 1, hint: str | None = None
) -> Callable[[Callable[..., object]], Answer]:
    """Make the answer to a question of a function of `chain`, `scene` and `values`, in this order, or some of them.

        @answer("The third slot", task=1, hint="Small neighbours share a slot.")
        def slot_two(chain, scene, values):
            scene.put(values["amount"])
            return chain.storage_at(scene, 2)

    Its id is the function's name and the question's. `scene` is the contract that the exercise names, deployed;
    `values` are those in the learner's questions, by name.
    """

    def decorate(function: Callable[..., object]) -> Answer:
        parameters = list(inspect.signature(function).parameters)
        if parameters != [name for name in PARAMETERS if name in parameters]:
            raise ChainError(f"The answer `{function.__name__}` takes (chain, scene, values), or some of them.")
        if not title.strip() or task < 1 or not (math.isfinite(points) and points > 0):
            raise ChainError(f"The answer `{function.__name__}` needs a title, a task from 1 on and points above 0.")
        return Answer(function.__name__, title, task, points, hint, function, takes_contract=True)

    return decorate


def would_revert(call: Callable[..., object], *args: Any, **terms: Any) -> bool:
    """Tell whether `call(*args, **terms)` reverts: `would_revert(scene.spend, 5, sender=chain.bob)`."""
    try:
        call(*args, **terms)
    except Reverted:
        return True
    return False
