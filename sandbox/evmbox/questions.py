"""What a learner is asked to predict: questions with the learner's own values in them. No answer is known here.

Texts of an exercise may hold `{{start + 1}}`: an expression over the values that are drawn for each learner.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Protocol, Self

from eth_hash.auto import keccak
from pydantic import Field, StringConstraints, model_validator

from evmbox.chain import seeded
from evmbox.errors import ExerciseError
from evmbox.report import Data
from evmbox.steps import ACCOUNTS

Name = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$", max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Value = int | str
_FIELD = re.compile(r"\{\{(.+?)\}\}")


class AnswerType(StrEnum):
    """In what form a question is answered."""

    NUMBER = "number"
    HEX = "hex"
    YES_NO = "yes-no"
    CHOICE = "choice"
    ADDRESS = "address"
    TEXT = "text"
    GAS = "gas"


FORMS: Mapping[AnswerType, str] = {
    AnswerType.NUMBER: "a whole number, in decimal (1000, 1_000) or hexadecimal (0x3e8), or an amount (1 ether)",
    AnswerType.HEX: "bytes in hexadecimal, such as 0xa9059cbb",
    AnswerType.YES_NO: "yes or no",
    AnswerType.CHOICE: "one of the choices",
    AnswerType.ADDRESS: "an address (0x and 40 hexadecimal digits), or an account by its name",
    AnswerType.TEXT: "a word or a few",
    AnswerType.GAS: "a number of gas",
}
"""What an answer of each type looks like, to go on a sentence with."""


class Draw(Data):
    """A number drawn for each learner, both bounds included."""

    low: int = Field(strict=True)
    high: int = Field(strict=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            msg = "`low` is above `high`"
            raise ValueError(msg)
        return self


Choice = Annotated[tuple[Value, ...], Field(min_length=1, max_length=64)]
Drawn = Draw | Choice
"""What a learner's value is drawn from: a range, or a list."""


class Question(Data):
    """One question as `exercise.toml` has it. `tolerance` is for gas: the part by which an answer may be off."""

    id: Name
    text: Text
    type: AnswerType
    choices: tuple[Text, ...] = ()
    tolerance: float = Field(default=0.1, ge=0, lt=1)

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        if (self.type is AnswerType.CHOICE) != (len(self.choices) > 1):
            msg = "a question of type 'choice' has two choices or more, and no other has any"
            raise ValueError(msg)
        if "tolerance" in self.model_fields_set and self.type is not AnswerType.GAS:
            msg = "only a question of type 'gas' has a tolerance"
            raise ValueError(msg)
        return self


class AskedQuestion(Data):
    """A question as one learner reads it."""

    id: str
    text: str
    type: AnswerType
    choices: tuple[str, ...] = ()
    form: str = Field(description="what an answer looks like")


class Asking(Protocol):
    """An exercise, as far as it asks questions."""

    @property
    def questions(self) -> Sequence[Question]:
        """What is asked."""

    @property
    def values(self) -> Mapping[str, Drawn]:
        """What each learner's values are drawn from, by name."""


def questions(exercise: Asking, seed: int) -> tuple[AskedQuestion, ...]:
    """Return an exercise's questions as the learner with this seed reads them. Raises `ExerciseError`."""
    values = draw(exercise.values, seed)
    return tuple(
        AskedQuestion(
            id=question.id,
            text=fill(question.text, values),
            type=question.type,
            choices=tuple(dict.fromkeys(fill(choice, values) for choice in question.choices)),
            form=_form(question),
        )
        for question in exercise.questions
    )


def draw(drawn: Mapping[str, Drawn], seed: int) -> dict[str, Value]:
    """Return a learner's values by name; `chain.number(name, low, high)` draws the same."""
    return {name: _draw(seed, name, source) for name, source in drawn.items()}


def fill(text: str, values: Mapping[str, Value], *, file: str = "exercise.toml") -> str:
    """Return an exercise's text with each `{{expression}}` over the values replaced. Raises `ExerciseError`.

    Beside the values it knows `hex`, `keccak(…)` of numbers as 32-byte words, and `address("alice")` as a number.
    For texts of a course's own files only: an expression is Python.
    """

    def value(field: re.Match[str]) -> str:
        names: dict[str, Any] = {"__builtins__": {}, "hex": hex, "keccak": _keccak, "address": _address, **values}
        try:
            return str(eval(field[1].strip(), names))  # noqa: S307 — a course's own file, as trusted as its checks
        except Exception as error:
            raise ExerciseError(
                f"{field[0]} can't be filled in: {type(error).__name__}: {error}.",
                file=file,
                remedy=f"Values drawn here: {', '.join(values) or 'none'}.",
            ) from error

    return _FIELD.sub(value, text)


def _form(question: Question) -> str:
    if question.type is AnswerType.GAS:
        return f"{FORMS[question.type]}; {question.tolerance:.0%} more or less is near enough"
    return FORMS[question.type]


def _draw(seed: int, name: str, source: Drawn) -> Value:
    if isinstance(source, Draw):
        return seeded.number(seed, name, source.low, source.high)
    return source[seeded.number(seed, name, 0, len(source) - 1)]


def _keccak(*words: Any) -> int:
    return int.from_bytes(keccak(b"".join(int(word).to_bytes(32, "big") for word in words)), "big")


def _address(name: str) -> int:
    return int(ACCOUNTS[name.lower()], 16)
