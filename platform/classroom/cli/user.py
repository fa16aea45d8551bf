"""`classroom user …`: people."""

import sys
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from classroom import accounts, courses
from classroom.catalog import Catalog
from classroom.cli.console import out
from classroom.db import Database
from classroom.models import CredentialKind, Role
from classroom.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def people() -> None:
    """Keep `add` a command of its own, however few there are."""


@app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    role: Annotated[Role, typer.Option(help="What they are in the course.")] = Role.LEARNER,
    display_name: Annotated[str | None, typer.Option(help="How pages call them.")] = None,
    password_stdin: Annotated[bool, typer.Option(help="Read a password from standard input.")] = False,
) -> None:
    """Add a person to the course and print a link that signs them in once."""
    settings = Settings()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    database = Database.of(settings)
    try:
        database.migrate()
        with database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, Catalog.load(settings.lessons_dir))
            user = accounts.create_user(work.session, name, display_name=display_name, password=password)
            courses.enrol(work.session, course, user, role)
            link = accounts.issue(
                work.session,
                CredentialKind.ONE_TIME_LINK,
                user.id,
                lifetime=timedelta(days=1),
                label="classroom user add",
            )
    finally:
        database.close()
    out.print(f"Added {escape(user.display_name)} as {role}.")
    out.print("This link signs them in once, within a day, where the classroom runs:")
    sys.stdout.write(f"{settings.portal_url}/welcome?link={link}\n")
