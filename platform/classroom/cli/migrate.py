"""`classroom migrate`: the database's tables, brought up to date or back to a revision."""

from contextlib import closing
from typing import Annotated

import typer

from classroom import backups
from classroom.cli.console import out
from classroom.db import Database
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def migrate(
    to: Annotated[str, typer.Option(help="The revision to go to, up or down.")] = "head",
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 where it is not up to date.")
    ] = False,
    backup: Annotated[bool, typer.Option(help="Make a backup first, where there is something to lose.")] = True,
) -> None:
    """Bring the database up to date. All or nothing: what breaks off leaves it as it was."""
    settings = Settings()
    with closing(Database.of(settings)) as database:
        present, newest = database.revisions()
        out.print(f"The database is at revision {present or 'none'}; the newest is {newest}.")
        if check:
            database.require_known(present or str(newest))
            raise typer.Exit(int(present != newest))
        wanted = newest if to == "head" else to
        if present == wanted:
            return
        if backup and present is not None:
            out.print(f"A backup was made before: {backups.make_backup(settings).path}", soft_wrap=True)
        database.migrate(to)
        present, _newest = database.revisions()
    out.print(f"It is at revision {present or 'none'} now.")
