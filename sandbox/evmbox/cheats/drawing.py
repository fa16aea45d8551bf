"""Inputs for tests with parameters: awkward values first, the same ones for every version of a contract."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evmbox.chain.abi import Function, Parameter, checksummed

MAX_LENGTH = 4
"""Elements of an array, and words of a byte string or text."""

KNOWN = 0.9
"""The share of addresses that are one of those the drawing was given."""


def inputs(function: Function, *, seed: int, limit: int) -> Iterator[list[Any]]:
    """Yield lists of arguments for a function, `limit` at most; one empty list where it takes none."""
    numbers = random.Random(f"{seed} {function.signature}")  # noqa: S311 - to be the same again, not to be secret
    for _ in range(limit if function.inputs else 1):
        yield [draw(each, numbers) for each in function.inputs]


def draw(parameter: Parameter, numbers: random.Random, pool: Sequence[str] = ()) -> Any:
    """Draw a value of a parameter; most addresses are one of `pool`, where one is given."""
    if (element := parameter.element) is not None:
        length = numbers.randint(0, MAX_LENGTH) if parameter.length is None else parameter.length
        return [draw(element, numbers, pool) for _ in range(length)]
    if parameter.components:
        return [draw(each, numbers, pool) for each in parameter.components]
    if parameter.type == "address" and pool and numbers.random() < KNOWN:
        return numbers.choice(pool)
    if parameter.type in _DRAWN:
        return _DRAWN[parameter.type](numbers)
    kind, bits = re.findall(r"([a-z]+)(\d+)", parameter.type)[0]
    if kind == "bytes":
        return numbers.randbytes(int(bits))
    size = 2 ** int(bits)
    return _integer(numbers, 0, size - 1) if kind == "uint" else _integer(numbers, -size // 2, size // 2 - 1)


_DRAWN: Mapping[str, Callable[[random.Random], Any]] = {
    "bool": lambda numbers: numbers.random() < 0.5,
    "address": lambda numbers: checksummed(numbers.randbytes(20)),
    "string": lambda numbers: numbers.randbytes(numbers.randint(0, 16 * MAX_LENGTH)).hex(),
    "bytes": lambda numbers: numbers.randbytes(numbers.randint(0, 32 * MAX_LENGTH)),
    "function": lambda numbers: numbers.randbytes(24),
}


def _integer(numbers: random.Random, low: int, high: int) -> int:
    """Draw a number at a bound, a small one, or one of any size."""
    match numbers.randint(0, 3):
        case 0:
            return numbers.choice([low, low + 1, high - 1, high, max(low, min(high, 0))])
        case 1:
            return max(low, min(high, numbers.randint(0, 1000)))
        case 2:
            return max(low, min(high, numbers.getrandbits(numbers.randint(1, high.bit_length()))))
    return numbers.randint(low, high)
