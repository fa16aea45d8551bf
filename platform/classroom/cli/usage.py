"""`classroom usage`: what each course used in each month, by which an institution bills."""

import sys
from contextlib import closing
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from classroom import usage
from classroom.cli.console import out
from classroom.db import Database
from classroom.errors import NotFound
from classroom.roster import write_csv
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def show_usage(
    course: Annotated[str | None, typer.Argument(help="A course's short name; without it, all of them.")] = None,
    *,
    since: Annotated[str | None, typer.Option(help="The first month, such as 2026-09.")] = None,
    until: Annotated[str | None, typer.Option(help="The last month.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV.")] = False,
) -> None:
    """Tell seats, attempts and compute seconds by course and month, the latest month first."""
    with closing(Database.of(Settings())) as database:
        database.migrate()
        with database.unit_of_work() as work:
            usage.take_attendance(work.session)
        with database.read() as session:
            months = usage.report(session, since=since, until=until)
    if course is not None:
        months = [each for each in months if each.course == course]
        if not months:
            raise NotFound(f"There is no course {course} that used anything in these months.")
    if as_csv:
        sys.stdout.write(write_csv(usage.COLUMNS, usage.cells(months)))
        return
    table = Table("Month", "Course", "Title")
    for heading in ("Seats", "Attempts", "Compute, s"):
        table.add_column(heading, justify="right")
    for each in months:
        numbers = (f"{each.seats:,}", f"{each.attempts:,}", f"{each.compute_seconds:,.1f}")
        table.add_row(each.month, each.course, escape(each.title), *numbers)
    out.print(table)
