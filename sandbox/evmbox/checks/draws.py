"""Checks that draw their inputs: the same ones on every machine, from the same chain for each.

Hypothesis draws and shrinks. Stock, it also draws numbers found in the source of whatever modules are loaded, which
would make a verdict depend on the process it was reached in; here it knows only its own interesting numbers.
"""

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
from eth_hash.auto import keccak
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from evmbox.chain import Chain, LearnerError, OutOfGas
from evmbox.chain.abi import checksummed
from evmbox.checks.expectations import EXHAUSTED, CheckFailed
from evmbox.checks.showing import shown
from evmbox.errors import ChainError

EXAMPLES = 50
"""How many different examples a check is run with, where there are so many."""

DRAWS = 4 * EXAMPLES
"""How many examples are drawn at most; those that were drawn before cost next to nothing."""

SHRINKING = 60
"""How many more examples may be tried to find a simpler one that fails."""

EVM_RECURSION_LIMIT = 12 * 1024
"""Python frames that 1,024 nested calls of the EVM take; py-evm sets it, Hypothesis lowers it."""

CHARACTERS = "".join(map(chr, range(0x20, 0x7F))) + "\n\t\0äßéñøŁжλאش中文日本한국🎉👩‍💻\u200b\u202e\u00ad\ufeff"
MAX_UINT256 = 2**256 - 1


class ReproducibleProvider(HypothesisProvider):
    """Hypothesis's own draws, without constants from the source of loaded modules."""

    _local_constants = Constants()


_BACKEND = "evmbox"
AVAILABLE_PROVIDERS[_BACKEND] = f"{ReproducibleProvider.__module__}.{ReproducibleProvider.__qualname__}"


def integers(low: int = 0, high: int = MAX_UINT256) -> SearchStrategy[int]:
    """Draw whole numbers from low to high, all of `uint256` by default; every other one is at a bound or beside it."""
    edges = sorted({number for number in (low, low + 1, high - 1, high) if low <= number <= high})
    return strategies.integers(low, high) | strategies.sampled_from(edges)


def addresses() -> SearchStrategy[str]:
    """Draw addresses that nobody has used."""
    return strategies.integers(2**16, 2**160 - 1).map(lambda number: checksummed(number.to_bytes(20, "big")))


def text(max_size: int = 32) -> SearchStrategy[str]:
    """Draw text in many scripts, with characters that programs stumble over."""
    return strategies.lists(strategies.sampled_from(CHARACTERS), max_size=max_size).map("".join)


def given(**inputs: SearchStrategy[Any]) -> Callable[[Callable[..., object]], Callable[..., None]]:
    """Run a check with inputs drawn by Hypothesis, each example on the chain as the check found it.

        @check("Any tip is counted", task=2)
        @given(amount=integers(1, ether(10)))
        def any_tip_is_counted(chain, contract, amount): ...

    Fifty different examples where there are so many, the same every time and in every process. The message of a
    failure names the simplest inputs found.
    """

    def decorate(function: Callable[..., object]) -> Callable[..., None]:
        parameters = inspect.signature(function).parameters
        if not inputs or not set(inputs) <= set(parameters):
            raise ChainError(
                f"`{function.__name__}` takes ({', '.join(parameters)}), @given gives ({', '.join(inputs)})."
            )

        @functools.wraps(function)
        def check_examples(chain: Chain, *rest: Any) -> None:
            _Examples(function, chain, rest, inputs).run()

        kept = [parameter for name, parameter in parameters.items() if name not in inputs]
        check_examples.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
        return check_examples

    return decorate


class _Examples:
    """One run of a check over its drawn inputs."""

    def __init__(
        self,
        function: Callable[..., object],
        chain: Chain,
        rest: tuple[Any, ...],
        inputs: dict[str, SearchStrategy[Any]],
    ) -> None:
        self._function = function
        self._chain = chain
        self._rest = rest
        self._inputs = inputs
        self._snapshot = chain.snapshot()
        self._failure: tuple[LearnerError | AssertionError, dict[str, Any]] | None = None
        self._tries_left = EXAMPLES
        self._passed: set[str] = set()

    def run(self) -> None:
        """Try the examples. Raises `CheckFailed` naming the simplest that fails."""
        run = hypothesis.given(strategies.fixed_dictionaries(self._inputs))(self._example)
        run = hypothesis.seed(int.from_bytes(keccak(self._function.__qualname__.encode()), "big"))(run)
        run = hypothesis.settings(
            max_examples=DRAWS,
            derandomize=True,
            database=None,
            deadline=None,
            backend=_BACKEND,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )(run)
        try:
            run()
        except _Stop as stop:
            if stop.error is not None:
                raise stop.error from None
        except (LearnerError, AssertionError):
            pass
        finally:
            self._chain.revert(self._snapshot)
        if self._failure is not None:
            error, values = self._failure
            what = error.explanation if isinstance(error, LearnerError) else str(error)
            drawn = ", ".join(f"{name} = {shown(values[name])}" for name in self._inputs)
            raise CheckFailed(f"{what or 'A condition of this check does not hold.'} (With {drawn}.)") from error

    def _example(self, values: dict[str, Any]) -> None:
        if repr(values) in self._passed:
            return
        if self._tries_left == 0:
            raise _Stop
        self._tries_left -= 1
        self._chain.revert(self._snapshot)
        try:
            with _deep_stack():
                self._function(self._chain, *self._rest, **values)
        except (LearnerError, AssertionError) as error:
            if self._failure is None:
                self._tries_left = SHRINKING
            self._failure = (error, values)
            if _ran_out_of_gas(error):
                raise _Stop from error  # a loop without end: each further example would take as long
            raise
        except EXHAUSTED as error:
            raise _Stop(error) from error
        self._passed.add(repr(values))


class _Stop(BaseException):
    """Leave Hypothesis at once: enough was tried, or the machine is at its limit, which is no failing example."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error


def _ran_out_of_gas(error: BaseException | None) -> bool:
    """Tell whether a failure was caused by gas that ran out, also where an expectation put it in other words."""
    while error is not None and not isinstance(error, OutOfGas):
        error = error.__cause__ or error.__context__
    return error is not None


@contextmanager
def _deep_stack() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, EVM_RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
