"""Amounts of ether, written the way people say them."""

from decimal import Decimal, InvalidOperation

from classroom.errors import Invalid

WEI_PER_ETHER = 10**18


class Wei(int):
    """An amount in wei: an int in every way, but it shows itself in ether too."""

    def __repr__(self) -> str:
        return f"{int(self)} wei ({_trimmed(Decimal(int(self)) / WEI_PER_ETHER)} ether)"


def ether(amount: float | str | Decimal) -> int:
    """Give an amount of ether in wei: `ether(1)`, `ether("0.5")`."""
    return _wei(amount, 18, "ether")


def gwei(amount: float | str | Decimal) -> int:
    """Give an amount of gwei in wei."""
    return _wei(amount, 9, "gwei")


def _wei(amount: float | str | Decimal, decimals: int, unit: str) -> int:
    try:
        wei = Decimal(str(amount)).scaleb(decimals)
    except InvalidOperation:
        raise Invalid(f"{amount!r} is not a number of {unit}.") from None
    if not wei.is_finite() or wei != int(wei):
        raise Invalid(f"{amount} {unit} is not a whole number of wei.")
    return int(wei)


def _trimmed(amount: Decimal) -> str:
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
