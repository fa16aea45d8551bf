"""A check, and the boundary between a learner's fault and the lesson's."""

import inspect
import math
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evmbox.chain import Chain, Contract, LearnerError
from evmbox.chain.words import printable
from evmbox.checks.expectations import EXHAUSTED, CheckFailed
from evmbox.checks.showing import naming
from evmbox.errors import ChainError, ExerciseError

CHECKS_FILE = "checks.py"
PARAMETERS = (["chain", "contract"], ["chain"], ["chain", "instance"], ["chain", "instance", "player"])
MAX_MESSAGE = 2000
"""Characters of a message. What a contract says may get into it by an author's own words, so all of it is escaped."""


@dataclass(frozen=True)
class Check:
    """One thing that a contract must do: a function of a lesson's `checks.py`. `task` is the one it belongs to."""

    id: str
    title: str
    task: int
    points: float
    hint: str | None
    function: Callable[..., object]
    takes_contract: bool

    @property
    def takes_player(self) -> bool:
        """Whether its function also wants the player of a challenge."""
        return "player" in inspect.signature(self.function).parameters

    def run(self, chain: Chain, contract: Contract | None = None) -> None:
        """Run the check, and leave the chain as it was.

        Raises `CheckFailed`, whose text is for the learner, and `ExerciseError` with the line where the check itself
        is broken. `EXHAUSTED` passes through: the machine's limits are for the caller to deal with.
        """
        snapshot = chain.snapshot()
        try:
            with naming(chain.name_of):
                given = [contract] if self.takes_contract else []
                self.function(chain, *given, *([chain.alice] if self.takes_player else []))
        except LearnerError as error:
            raise CheckFailed(printable(error.explanation, limit=MAX_MESSAGE)) from error
        except AssertionError as error:
            message = str(error) or "A condition of this check does not hold."
            raise CheckFailed(printable(message, limit=MAX_MESSAGE)) from error
        except EXHAUSTED:
            raise
        except Exception as error:
            raise self._broken(error) from error
        finally:
            chain.revert(snapshot)

    def beside(self, name: str) -> Any:
        """Return what the file of this check defines under a name, None where it defines nothing."""
        return inspect.unwrap(self.function).__globals__.get(name)

    def _broken(self, error: Exception) -> ExerciseError:
        return ExerciseError(
            f"the check `{self.id}` raised {type(error).__name__}: {error}.",
            file=CHECKS_FILE,
            line=broken_line(self.function, error),
            remedy="Let it say with expect_equal, reverts, emits or assert what the contract must do.",
        )


def broken_line(function: Callable[..., object], error: Exception) -> int | None:
    """Return the line of the lesson's file in which a function of it broke."""
    file = inspect.unwrap(function).__code__.co_filename
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return lines[-1] if lines else None


def check(
    title: str, *, task: int, points: float = 1, hint: str | None = None
) -> Callable[[Callable[..., object]], Check]:
    """Make a check of a function `(chain, contract)` or `(chain)`. Its id is the function's name.

    In a challenge it is `(chain, instance, player)`, or without the last: what `deploy` returned, and Alice.
    """

    def decorate(function: Callable[..., object]) -> Check:
        parameters = list(inspect.signature(function).parameters)
        if parameters not in PARAMETERS:
            raise ChainError(f"The check `{function.__name__}` takes (chain, contract) or (chain).")
        if not title.strip() or task < 1 or not (math.isfinite(points) and points > 0):
            raise ChainError(f"The check `{function.__name__}` needs a title, a task from 1 on and points above 0.")
        return Check(function.__name__, title, task, points, hint, function, len(parameters) > 1)

    return decorate
