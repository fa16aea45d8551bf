"""Reads what a learner answers, in whatever form they write it, and holds it against the truth. No chain, no lesson.

A message never tells the truth or on which side of it an answer lies, only what form is wanted.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, assert_never

from evmbox.chain.units import WEI_PER_ETHER, WEI_PER_GWEI
from evmbox.chain.words import is_address, printable
from evmbox.questions import FORMS, AnswerType, AskedQuestion
from evmbox.steps import ACCOUNTS

MAX_CHARACTERS = 4096
"""Of one answer; more than a question asks for."""

MAX_SHOWN = 60
BITS = 256
_DIGITS = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*)"
_DECIMAL = re.compile(_DIGITS)
_HEXADECIMAL = re.compile(r"[+-]?0x[0-9a-f]+(_[0-9a-f]+)*", re.IGNORECASE)
_POWER = re.compile(r"(-?)2(?:\*\*|\^)(\d{1,3})(?:([+-])(\d{1,80}))?")
_LIMIT = re.compile(r"type\((u?)int(\d{0,3})\)\.(min|max)")
_AMOUNT = re.compile(rf"({_DIGITS}(?:\.\d+)?)(wei|gwei|ether|eth)", re.IGNORECASE)
_EXPONENT = re.compile(r"([+-]?\d{1,80}(?:\.\d{1,80})?)e(\d{1,2})", re.IGNORECASE)
_UNITS = {"wei": 1, "gwei": WEI_PER_GWEI, "ether": WEI_PER_ETHER, "eth": WEI_PER_ETHER}
_YES, _NO = {"yes", "y", "true"}, {"no", "n", "false"}


class Unreadable(Exception):
    """An answer is not of the form that is wanted."""


def fault(question: AskedQuestion, given: str, truth: Any, *, tolerance: float = 0) -> str | None:
    """Return in words for the learner what is wrong with an answer, None where nothing is.

    `truth` is of the type that `accepts_truth` asks for.
    """
    try:
        answer = read(question.type, given, question.choices)
    except Unreadable as error:
        return str(error)
    if question.type is AnswerType.GAS:
        near = abs(answer - truth) <= truth * tolerance
        return None if near else f"`{_shown(given)}` is more than {tolerance:.0%} off."
    wanted = truth.strip().casefold() if isinstance(truth, str) else truth
    return None if answer == wanted else f"`{_shown(given)}` is not what happens."


def accepts_truth(question: AskedQuestion, truth: Any) -> bool:
    """Tell whether what a lesson's function returned can be the answer to a question of this type."""
    whole = isinstance(truth, int) and not isinstance(truth, bool)
    return {
        AnswerType.NUMBER: whole,
        AnswerType.GAS: whole and truth > 0,
        AnswerType.HEX: isinstance(truth, bytes),
        AnswerType.YES_NO: isinstance(truth, bool),
        AnswerType.CHOICE: truth in question.choices,
        AnswerType.ADDRESS: isinstance(truth, str) and is_address(truth),
        AnswerType.TEXT: isinstance(truth, str) and bool(truth.strip()),
    }[question.type]


def read(kind: AnswerType, given: str, choices: Sequence[str] = ()) -> Any:
    """Return an answer as the value it stands for; texts, choices and addresses in lower case. Raises `Unreadable`."""
    text = " ".join(given.split())
    if not text:
        raise Unreadable(f"There is no answer. It is {FORMS[kind]}.")
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"This is {len(text):,} characters long. An answer is {FORMS[kind]}.")
    value: Any
    match kind:
        case AnswerType.NUMBER | AnswerType.GAS:
            value = _number(text)
        case AnswerType.HEX:
            value = _bytes(text)
        case AnswerType.YES_NO:
            value = True if text.lower() in _YES else False if text.lower() in _NO else None
        case AnswerType.CHOICE:
            value = next((text.casefold() for choice in choices if choice.casefold() == text.casefold()), None)
        case AnswerType.ADDRESS:
            value = ACCOUNTS.get(text.lower(), text).lower()
            value = value if is_address(value) else None
        case AnswerType.TEXT:
            value = text.strip("`'\"“”").strip().casefold() or None
        case _:
            assert_never(kind)
    if value is None:
        wanted = f"one of: {'; '.join(choices)}" if choices else FORMS[kind]
        raise Unreadable(f"`{_shown(given)}` can't be read. The answer is {wanted}.")
    return value


def _number(text: str) -> int | None:
    """Return the whole number that a text stands for; None where it stands for none."""
    packed = text.replace(" ", "")
    value: int | None = None
    if _DECIMAL.fullmatch(packed):
        value = int(packed.replace(",", "").replace("_", ""))
    elif _HEXADECIMAL.fullmatch(packed):
        value = int(packed.replace("_", ""), 16)
    elif (power := _POWER.fullmatch(packed)) and int(power[2]) <= BITS:
        sign = -1 if power[1] else 1
        value = sign * (1 << int(power[2])) + int(f"{power[3] or '+'}{power[4] or 0}")
    elif limit := _LIMIT.fullmatch(packed):
        value = _limit(signed=not limit[1], bits=int(limit[2] or BITS), largest=limit[3] == "max")
    elif amount := _AMOUNT.fullmatch(packed):
        value = _scaled(amount[1], _UNITS[amount[2].lower()])
    elif power_of_ten := _EXPONENT.fullmatch(packed):
        value = _scaled(power_of_ten[1], 10 ** int(power_of_ten[2]))
    return value


def _scaled(number: str, scale: int) -> int | None:
    """Return a decimal number times a scale where that is whole."""
    value = Fraction(number.replace(",", "").replace("_", "")) * scale
    return int(value) if value.denominator == 1 else None


def _limit(*, signed: bool, bits: int, largest: bool) -> int | None:
    if not 8 <= bits <= BITS or bits % 8:
        return None
    if largest:
        return (1 << (bits - signed)) - 1
    return -(1 << (bits - 1)) if signed else 0


def _bytes(text: str) -> bytes | None:
    digits = re.sub(r"^0x|[\s_]", "", text, flags=re.IGNORECASE)
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None


def _shown(given: str) -> str:
    return printable(" ".join(given.split()).replace("`", "'"), limit=MAX_SHOWN)
