"""Moves everything from one database to another, such as from the file of a laptop to the PostgreSQL of a campus.

All or nothing: the target is written in one transaction, and what is in it then is read again and compared with the
source, which nobody may write meanwhile. The source is left as it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from classroom import rows
from classroom.db import Database
from classroom.errors import Conflict, Invalid

Say = Callable[[str, int], None]


@dataclass(frozen=True)
class Moved:
    """How much was moved."""

    tables: int
    rows: int


def move(source: Database, target: Database, *, say: Say) -> Moved:
    """Copy all rows, and compare them by number and content; `say` is told each table and its rows as they go.

    Raises Conflict where the source is not at this version's revision, where the target has anything in it, and where
    what arrived is not what was sent; Invalid for a value that the target cannot hold. Then the target is unchanged.
    """
    source.require_current()
    _prepare(target)
    with source.unit_of_work() as held, target.unit_of_work() as work:  # held: writers wait until it is copied
        here, there = held.session.connection(), work.session.connection()
        if there.dialect.name == "postgresql":
            there.execute(text("SET LOCAL statement_timeout = 0"))
        destination = rows.tables(there)
        if not rows.is_empty(there, destination):
            raise Conflict("The target holds data already. Name a database that is empty.")
        rows.clear(there, destination)
        by_name = {table.name: table for table in rows.tables(here)}
        total = 0
        for table in destination:
            sent, arrived = rows.Tally(), rows.Tally()

            def counted(name: str, tally: rows.Tally = sent) -> Iterator[rows.Row]:
                for row in rows.read(here, by_name[name]):
                    tally.add(row)
                    yield row

            try:
                for _written in rows.write(there, table, counted(table.name)):
                    say(table.name, sent.rows)
            except DBAPIError as error:
                raise Invalid(f"The target refuses a row of {table.name}: {error.orig}") from error
            rows.count_on(there, table)
            for row in rows.read(there, table):
                arrived.add(row)
            if arrived != sent:
                raise Conflict(
                    f"{table.name}: {sent.rows} rows were sent and {arrived.rows} arrived, or they differ. "
                    "Nothing was moved."
                )
            say(table.name, sent.rows)
            total += sent.rows
        return Moved(tables=len(destination), rows=total)


def _prepare(target: Database) -> None:
    present, newest = target.revisions()
    if present is None:
        target.migrate()
    elif present != newest:
        raise Conflict(f"The target is at revision {present}, and this version needs {newest}. Name an empty database.")
