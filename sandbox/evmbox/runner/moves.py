"""What a learner hands in for a challenge, read: an attacker contract, steps, or the journal of transactions."""

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evmbox.compiler import SOURCE_LIMIT_BYTES
from evmbox.steps import Step

MAX_MOVES = 256
DEPLOYING = "deploy"
SENDING = ("deploy", "send", "raw", "transfer")


class Unreadable(Exception):
    """What was handed in can't be read; the message says why, for the learner."""


class Pause(BaseModel):
    """Time that passes between two transactions: seconds, up to a Unix time, or as blocks."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    wait: int | None = Field(default=None, ge=0, le=10**9)
    warp: int | None = Field(default=None, ge=0, lt=2**63)
    mine: int | None = Field(default=None, ge=0, le=1000)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.wait, self.warp, self.mine)) != 1:
            msg = "one of wait, warp and mine"
            raise ValueError(msg)
        return self


class Moves(BaseModel):
    """A submission in JSON: `steps`, which may deploy the contracts of `source`, or signed raw `transactions`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    source: str | None = None
    steps: list[Step] = Field(default_factory=list, max_length=MAX_MOVES)
    transactions: list[str | Pause] = Field(default_factory=list, max_length=MAX_MOVES)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.transactions and (self.steps or self.source is not None):
            msg = "either transactions, or steps and their source"
            raise ValueError(msg)
        return self


@dataclass(frozen=True)
class Signed:
    """A signed transaction. Addresses are checksummed; `to` is None for a deployment."""

    sender: str
    to: str | None
    data: bytes
    value: int
    gas: int
    nonce: int


def is_moves(source: str) -> bool:
    """Tell whether a submission is JSON, not Solidity."""
    return source.lstrip().startswith("{")


def read_moves(source: str) -> Moves:
    """Read a submission in JSON. Raises `Unreadable`."""
    try:
        size = len(source.encode())
    except UnicodeEncodeError:
        raise Unreadable("This has half of a character in it, which no text can hold.") from None
    if size > SOURCE_LIMIT_BYTES:
        raise Unreadable(f"This is {size:,} bytes long; at most {SOURCE_LIMIT_BYTES:,} are read.")
    try:
        return Moves.model_validate_json(source)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        first = min(errors, key=lambda each: each["type"] == "string_type")  # said of each pause that is wrong, too
        where = ".".join(str(part) for part in first["loc"] if part not in {"str", "Pause"})
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
            what = "there is no such thing here; write `steps`, with a `source` or without, or `transactions`"
        raise Unreadable(f"{f'`{where}`: ' if where else ''}{what}.") from None
