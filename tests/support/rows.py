"""A row in every table, made from what the database says of itself, so that a new table is filled too."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Boolean, DateTime, Float, Integer, Table, Uuid, inspect, select
from sqlalchemy.engine import Connection

from classroom import rows

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
LEFT_EMPTY = {  # where a constraint lets one of two columns be filled
    ("chains", "credential_id"),
    ("extensions", "group_id"),
    ("submissions", "report"),
    ("audit_events", "position"),
    ("audit_events", "digest"),
    ("users", "password_hash"),
    ("questions", "closed_at"),
}

GIVEN = {("jobs", "kind"): "grade"}  # the one kind that there was before there were several


def fill(connection: Connection) -> None:
    """Put a row into every table that has none."""
    for table in rows.tables(connection):
        if connection.execute(select(table).limit(1)).first() is None:
            choices = _choices(connection, table)
            row = {column.name: _value(connection, table, column, choices) for column in table.columns}
            list(rows.write(connection, table, [{name: rows._plain(value) for name, value in row.items()}]))
            rows.count_on(connection, table)


def contents(connection: Connection) -> dict[str, list[rows.Row]]:
    """Read everything."""
    return {table.name: list(rows.read(connection, table)) for table in rows.tables(connection)}


def _choices(connection: Connection, table: Table) -> dict[str, str]:
    """Find what a check allows a column to be, as either database words it."""
    found = {}
    for check in inspect(connection).get_check_constraints(table.name):
        told = re.match(r"\(*(\w+)\)?(?:::text)? (?:IN|= ANY) ", check["sqltext"])
        if told:
            found[told[1]] = re.findall(r"'(\w+)'", check["sqltext"])[0]
    return found


def _value(connection: Connection, table: Table, column: Any, choices: dict[str, str]) -> Any:  # noqa: PLR0911 - a list
    if (table.name, column.name) in LEFT_EMPTY:
        return None
    for key in column.foreign_keys:
        return None if key.column.table is table else connection.execute(select(key.column).limit(1)).scalar()
    if (table.name, column.name) in GIVEN:
        return GIVEN[table.name, column.name]
    kind = column.type
    if isinstance(kind, Uuid) or (
        getattr(kind, "length", None) == 32 and "CHAR" in str(kind) and "VAR" not in str(kind)
    ):
        return uuid4()
    if isinstance(kind, DateTime):
        return AT.replace(year=2027) if column.name.startswith(("ends", "expires", "closes")) else AT
    if isinstance(kind, JSON):
        return {"text": "Grüße \u2603 \u0000", "number": 1.5, "list": [1, None, True]}
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Float | Integer) or "INT" in str(kind):
        return 1
    return choices.get(column.name, f"{column.name} Ünïcode ☃"[: kind.length])
