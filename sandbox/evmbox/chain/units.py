"""Amounts of ether, as people write them and as they read them."""

from decimal import Decimal
from fractions import Fraction

from evmbox.errors import ChainError

WEI_PER_GWEI = 10**9
WEI_PER_ETHER = 10**18

Amount = int | float | str | Decimal


def ether(amount: Amount) -> int:
    """Return so much ether in wei, exactly: `ether(1)`, `ether("0.1")`, `ether(0.1)`.

    Raises `ChainError` for what isn't a whole number of wei.
    """
    return _in_wei(amount, WEI_PER_ETHER)


def gwei(amount: Amount) -> int:
    """Return so much gwei in wei, exactly. Raises `ChainError` for what isn't a whole number of wei."""
    return _in_wei(amount, WEI_PER_GWEI)


def in_words(wei: int) -> str:
    """Return an amount as one reads it best: '1.5 ether', '20 gwei', '7 wei'."""
    for unit, name in ((WEI_PER_ETHER, "ether"), (WEI_PER_GWEI, "gwei")):
        if wei and wei % (unit // 1000) == 0:
            whole, rest = divmod(wei, unit)
            return f"{whole:,}{f'.{rest * 1000 // unit:03}'.rstrip('0') if rest else ''} {name}"
    return f"{wei:,} wei"


def _in_wei(amount: Amount, unit: int) -> int:
    try:
        wei = Fraction(str(amount)) * unit
    except ValueError as error:
        raise ChainError(f"{amount!r} is not an amount of ether.") from error
    if wei.denominator != 1:
        raise ChainError(f"{amount!r} is not a whole number of wei.")
    return wei.numerator
