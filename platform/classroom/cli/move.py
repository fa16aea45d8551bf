"""`classroom move`: everything into another database."""

from contextlib import closing
from typing import Annotated

import typer
from rich.progress import Progress

from classroom import moving
from classroom.cli.console import err, out
from classroom.db import Database
from classroom.running import not_running
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def move(
    to: Annotated[str, typer.Option(help="Address of an empty database: postgresql://user:password@host/name")],
) -> None:
    """Copy all rows into an empty database and compare them. The classroom must be stopped; the old one is kept."""
    settings = Settings()
    target = settings.model_copy(update={"database_url": to})
    with (
        not_running(settings),
        closing(Database.of(settings)) as source,
        closing(Database.of(target)) as destination,
        Progress(console=err, transient=True) as progress,
    ):
        shown = progress.add_task("", total=None)
        moved = moving.move(
            source,
            destination,
            say=lambda table, rows: progress.update(shown, description=f"{table}: {rows:,} rows"),
        )
    out.print(f"Moved {moved.rows:,} rows of {moved.tables} tables, and read them back: they are the same.")
    out.print("Set CLASSROOM_DATABASE_URL to that address and start the classroom. The old database was left as it is.")
