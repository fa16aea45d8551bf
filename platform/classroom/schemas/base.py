"""What every wire type is made of."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

MAX_SOURCE_BYTES = 64 * 1024


def _storable(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("not_storable", "must not contain the NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("not_storable", "must be valid Unicode, not half of a surrogate pair") from None
    return value


def _within_limit(value: str) -> str:
    if len(value) > MAX_SOURCE_BYTES or len(value.encode()) > MAX_SOURCE_BYTES:
        raise PydanticCustomError(
            "too_large", "must be at most {max_bytes} bytes of UTF-8", {"max_bytes": MAX_SOURCE_BYTES}
        )
    return value


Text = Annotated[str, AfterValidator(_storable)]


Name = Annotated[
    str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9-]*$", examples=["tip-jar", "hello-storage"])
]


Source = Annotated[
    Text,
    AfterValidator(_within_limit),  # bytes, not characters, and a type of its own: the API answers 413 to it
    Field(
        description="Solidity, or what the exercise's `language` says; at most 64 KiB of UTF-8",
        examples=["pragma solidity ^0.8.0;\n\ncontract TipJar {}\n"],
        json_schema_extra={"maxLength": MAX_SOURCE_BYTES},
    ),
]


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else value
    if not isinstance(found, datetime) or found.tzinfo is None or not 2000 <= found.year <= 2200:
        raise ValueError("a time is ISO 8601 with its zone, such as 2026-03-01T12:00:00Z")
    return found.astimezone(UTC)


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    Field(description="ISO 8601 with a zone, in the years 2000 to 2200", examples=["2026-03-01T12:00:00Z"]),
]


Id = Annotated[UUID, Field(strict=False)]  # JSON has no type for it


class In(BaseModel):
    """A request: strict, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Out(BaseModel):
    """A response."""

    model_config = ConfigDict(frozen=True)


Item = TypeVar("Item")


class Page(Out, Generic[Item]):
    """A page of a long list."""

    items: list[Item]
    next: str | None = Field(default=None, description="the cursor of the next page; null after the last")


class Problem(Out):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] | None = Field(
        default=None, description="for 422: where, what, and what is allowed; never what was sent"
    )
