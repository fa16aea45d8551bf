"""Long lists, a page at a time. Which rows there are is the route's business; here is where a page begins and ends.

A cursor holds the place of the last row that was read, in the order of the list, and not its number: rows that come
or go meanwhile make nobody see one twice or miss one. It is opaque, checked in full, and opens nothing by itself: the
list it is shown to decides who may read what.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID
from zlib import crc32

from fastapi import Depends, Query
from sqlalchemy import Row, TypeDecorator, literal, tuple_
from sqlmodel import Session
from sqlmodel.sql.expression import Select, SelectOfScalar

from classroom.errors import Invalid

LARGEST_PAGE: Final = 200

_Item = TypeVar("_Item")
_WRONG: Final = "cursor: this is no place in this list; take the `next` of the page before, or leave it out."
_LARGEST_INTEGER: Final = 2**63 - 1


@dataclass(frozen=True)
class Paging:
    """Which page is asked for."""

    limit: int = 50
    cursor: str | None = None


async def _paging(
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="how many at most")] = 50,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=2048, description="`next` of the page before; none: the first page")
    ] = None,
) -> Paging:
    return Paging(limit, cursor)


InPaging = Annotated[Paging, Depends(_paging)]


def read_page(
    session: Session,
    statement: SelectOfScalar[_Item] | Select[_Item],
    *order: Any,
    paging: Paging,
    descending: bool = False,
) -> tuple[list[_Item], str | None]:
    """Read one page of a statement that has no order yet, and the cursor of the next page, None after the last.

    `order` are columns of the statement, none of them ever NULL, the last one unique (or all of them together): times,
    texts, integers and ids. All go the same way, so that one index serves the list. Raises Invalid for a cursor that
    is not of a list in this order.
    """
    columns = [getattr(column, "expression", column) for column in order]
    place = tuple_(*columns)
    if paging.cursor is not None:
        values = _values(paging.cursor, columns)
        held = tuple_(*(literal(value, column.type) for value, column in zip(values, columns, strict=True)))
        statement = statement.where(place < held if descending else place > held)
    wanted = statement.order_by(*(column.desc() if descending else column.asc() for column in columns))
    found = session.execute(wanted.limit(paging.limit + 1).add_columns(*columns)).all()
    page = found[: paging.limit]
    after = _cursor(page[-1][-len(columns) :], columns) if len(found) > len(page) else None
    return [_without(row, len(columns)) for row in page], after


def _without(row: Row[Any], added: int) -> Any:
    """Give a row without the columns that were added to know its place."""
    asked = row[:-added]
    return asked[0] if len(asked) == 1 else asked


def _cursor(values: Any, columns: list[Any]) -> str:
    written = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    text = json.dumps([_mark(columns), *written], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _values(cursor: str, columns: list[Any]) -> list[Any]:
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode()
        mark, *written = json.loads(text)
        if mark != _mark(columns) or len(written) != len(columns):
            raise Invalid(_WRONG)
        return [_READ[_python_type(column)](value) for value, column in zip(written, columns, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Invalid(_WRONG) from None


def _mark(columns: list[Any]) -> int:
    """Tell lists in different orders apart: a mistake, and not an attack, is what this finds."""
    return crc32(",".join(str(column) for column in columns).encode())


def _python_type(column: Any) -> type:
    kind: Any = column.type
    if isinstance(kind, TypeDecorator):
        kind = kind.impl
    found: type = kind.python_type
    return found


def _time(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("no text that a column of an order holds")
    value.encode()  # half of a surrogate pair can be written in JSON, and asked of no database
    return value


def _integer(value: str) -> int:
    found = int(value)
    if abs(found) > _LARGEST_INTEGER:
        raise ValueError("larger than any column")
    return found


_READ: Final[dict[type, Callable[[str], Any]]] = {str: _text, int: _integer, datetime: _time, UUID: UUID}
