"""The rows of all tables as plain values that every database gives alike: what moves, backups and digests are made of.

The tables are read from the database itself and not from the models, so that whatever revision it is at can be read
and written. A value is None, a truth value, a number, a text (an id as 32 hexadecimal digits, a time in UTC), or JSON.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, DateTime, MetaData, Table, Uuid, bindparam, func, inspect, null, select, text, update
from sqlalchemy.engine import Connection

BATCH: Final = 500
VERSION_TABLE: Final = "alembic_version"

Row = Mapping[str, Any]


@dataclass
class Tally:
    """How many rows there are, and a digest of what is in them, in whichever order they come."""

    rows: int = 0
    total: int = 0

    def add(self, row: Row) -> None:
        """Count a row in: the digest is the sum, modulo 2²⁵⁶, of the rows' SHA-256."""
        written = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(written.encode()).digest())) % 2**256

    @property
    def digest(self) -> str:
        """The digest, in hexadecimal."""
        return f"{self.total:064x}"


def tables(connection: Connection) -> list[Table]:
    """Read which tables there are; one that refers to another comes after it."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != VERSION_TABLE]


def is_empty(connection: Connection, among: Iterable[Table]) -> bool:
    """Tell whether no one has written anything yet. What the migrations themselves put there does not count."""
    return all(
        connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
        for table in among
        if table.name != "audit_head"
    )


def clear(connection: Connection, among: Iterable[Table]) -> None:
    """Remove what the migrations themselves have put into tables that are empty otherwise."""
    for table in among:
        if table.name == "audit_head":
            connection.execute(table.delete())


def read(connection: Connection, table: Table) -> Iterator[Row]:
    """Give every row of a table, in the order of its key, a few at a time."""
    columns = list(table.columns)
    asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    with closing(connection.execute(asked)) as found:
        for row in found:
            yield {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}


def write(connection: Connection, table: Table, rows: Iterable[Row]) -> Iterator[int]:
    """Put rows into a table; give how many after each batch. Rows that refer to rows of their own table are known."""
    to_itself = [
        column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)
    ]
    later: list[dict[str, Any]] = []
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        values = [{name: _native(table.columns[name].type, value) for name, value in row.items()} for row in batch]
        if to_itself:
            later += [{f"_{name}": row[name] for name in row} for row in values]
            values = [{**row, **dict.fromkeys(to_itself)} for row in values]
        connection.execute(table.insert(), values)
        yield len(batch)
    if later:
        key = [column == bindparam(f"_{column.name}") for column in table.primary_key.columns]
        statement = update(table).where(*key).values({name: bindparam(f"_{name}") for name in to_itself})
        connection.execute(statement, later)


def count_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL's counter of a table go on after the highest number in it; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in inspect(connection).get_columns(table.name):
        if column["autoincrement"] is True:
            name = column["name"]
            highest = f"(SELECT max({name}) FROM {table.name})"  # noqa: S608 - both names come from the database
            counter = f"pg_get_serial_sequence('{table.name}', '{name}')"
            connection.execute(text(f"SELECT setval({counter}, coalesce({highest}, 1), {highest} IS NOT NULL)"))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat(timespec="microseconds")
    return value


def _native(kind: Any, value: Any) -> Any:
    if value is None:
        return null() if isinstance(kind, JSON) else None
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return value
