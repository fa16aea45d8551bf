"""`classroom retention`: what is kept no longer than the settings say, cleared away now or only counted."""

from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table

from classroom.care import keeping
from classroom.cli.console import out
from classroom.db import Database
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go, and change nothing.")] = False,
) -> None:
    """Clear away what was kept for long enough. The job consumer does the same twice a day."""
    settings = Settings()
    with closing(Database.of(settings)) as database:
        database.migrate()
        rules = (keeping.plan if dry_run else keeping.apply)(database, settings)
    table = Table("What", "Kept for", "Would go" if dry_run else "Gone", "Setting")
    for rule in rules:
        kept = f"{rule.days} days" if rule.days else "ever"
        table.add_row(rule.what, kept, str(rule.over), f"CLASSROOM_KEEP_{rule.name.upper()}_DAYS")
    out.print(table)
