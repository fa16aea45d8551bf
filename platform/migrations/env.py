"""How Alembic reaches the tables. `Database.migrate()` hands a connection over; from a shell the settings name one.

A new migration, from the root of the repository, with a database at the newest revision:
`alembic revision --autogenerate -m "What changes" --rev-id 0004`.
"""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum
from sqlalchemy.engine import Connection
from sqlmodel import AutoString

from classroom.db import Database
from classroom.models import Table, UtcDateTime
from classroom.settings import Settings


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Write our own column types as the plain ones beneath, so that a migration outlives the code it was made from."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum | AutoString):
        return f"sa.String({item.length or ''})"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,  # SQLite alters a table by copying it
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if connection := context.config.attributes.get("connection"):
    run(connection)
else:
    with Database.of(Settings()).engine.begin() as own:
        run(own)
