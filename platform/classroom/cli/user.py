"""`classroom user …`: people."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session

from classroom import accounts, courses
from classroom.accounts import second_factor
from classroom.catalog import Catalog
from classroom.cli import user_data
from classroom.cli.console import err, out
from classroom.db import Database
from classroom.errors import NotFound
from classroom.models import CredentialKind, Role, Scope, User
from classroom.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

LINK_LIFETIME: Final = timedelta(days=1)
Name = Annotated[str, typer.Argument(help="The name, or the e-mail address.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read a password from standard input.")]


@app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    *,
    role: Annotated[Role, typer.Option(help="What they are in the course.")] = Role.LEARNER,
    display_name: Annotated[str | None, typer.Option(help="How pages call them.")] = None,
    email: Annotated[str | None, typer.Option(help="Their address, which you vouch for.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Make them an administrator.")] = False,
    password_stdin: FromStdin = False,
) -> None:
    """Add a person to the course and print a link that signs them in once."""
    settings = Settings()
    password = _read_password() if password_stdin else None
    with _writing(settings) as session:
        course = courses.ensure_default_course(session, Catalog.of(settings))
        user = accounts.create_user(
            session, name, display_name=display_name, email=email, password=password, is_admin=admin
        )
        courses.enrol(session, course, user, role)
        link = accounts.issue(
            session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=LINK_LIFETIME, label="classroom user add"
        )
    out.print(f"Added {escape(user.display_name)} as {role}.")
    _print_link(settings, link)


@app.command("list")
def list_users() -> None:
    """List everybody."""
    settings = Settings()
    table = Table("Name", "Called", "E-mail", "Roles", "State")
    with _reading(settings) as session:
        for user in accounts.every_user(session):
            roles = [f"{role} of {slug}" for slug, held in courses.roles(session, user).items() for role in held]
            state = "disabled" if user.disabled_at else "not confirmed" if user.pending else ""
            if user.second_factor_at:
                state = f"{state}, second factor".removeprefix(", ")
            roles = (["administrator"] if user.is_admin else []) + roles
            cells = (user.name, user.display_name, user.email or "", ", ".join(roles), state)
            table.add_row(*map(escape, cells))
    out.print(table)


@app.command("link")
def print_link(name: Name) -> None:
    """Print a link that signs a person in once, within a day; who has not confirmed their address does so by it."""
    settings = Settings()
    with _writing(settings) as session:
        user = _find(session, name)
        if user.pending and user.email:
            letter = accounts.confirm_letter(session, user, user.email, settings)
            link = None
        else:
            link = accounts.issue(
                session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=LINK_LIFETIME, label="classroom user link"
            )
    if link is None:
        sys.stdout.write(letter.text)
    else:
        _print_link(settings, link)


@app.command("password")
def set_password(name: Name, password_stdin: FromStdin = False) -> None:
    """Set a password from standard input, or print a link with which the person chooses one."""
    settings = Settings()
    with _writing(settings) as session:
        user = _find(session, name)
        if password_stdin:
            accounts.set_password(session, user.id, _read_password(), actor_id=None)
            text = f"{user.name} has a new password, and every sign-in there was is closed.\n"
        else:
            text = accounts.reset_letter(session, user, settings).text
    sys.stdout.write(text)


@app.command("disable")
def disable(name: Name) -> None:
    """Shut a person out at once, whatever they hold."""
    with _writing(Settings()) as session:
        user = _find(session, name)
        accounts.set_disabled(session, user.id, True, actor_id=None)
    out.print(f"{escape(user.name)} is shut out.")


@app.command("enable")
def enable(name: Name) -> None:
    """Let a person in again."""
    with _writing(Settings()) as session:
        user = _find(session, name)
        accounts.set_disabled(session, user.id, False, actor_id=None)
    out.print(f"{escape(user.name)} may come in again.")


@app.command("roles")
def roles(
    name: Name,
    grant: Annotated[list[Role] | None, typer.Option(help="A role in the course to give.")] = None,
    admin: Annotated[bool | None, typer.Option("--admin/--no-admin", help="Administrator, or no more.")] = None,
) -> None:
    """Show what a person is, after giving them roles of the course or making them an administrator."""
    settings = Settings()
    with _writing(settings) as session:
        user = _find(session, name)
        for role in grant or []:
            course = courses.ensure_default_course(session, Catalog.of(settings))
            courses.enrol(session, course, user, role)
        if admin is not None and admin != user.is_admin:
            accounts.set_admin(session, user.id, admin, actor_id=None)
        held = courses.roles(session, user)
    out.print(f"{escape(user.name)} is {'an administrator' if user.is_admin else 'no administrator'}.")
    for slug, each in held.items():
        out.print(f"In {escape(slug)}: {', '.join(each)}.")


@app.command("key")
def make_key(
    name: Name,
    label: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may be used for; give it once for each.")],
    days: Annotated[int, typer.Option(help="How long it lasts.")] = 90,
) -> None:
    """Make an API key for a person and print it, this once."""
    with _writing(Settings()) as session:
        made = accounts.make_key(session, _find(session, name), label=label, scopes=set(scope), days=days)
    err.print("Copy the key now: it is stored nowhere.")
    sys.stdout.write(f"{made.key}\n")


@app.command("no-second-factor")
def drop_second_factor(name: Name) -> None:
    """Take a person's second factor away: they lost the phone and every recovery code."""
    with _writing(Settings()) as session:
        user = _find(session, name)
        second_factor.turn_off(session, user.id, actor_id=None)
    out.print(f"{escape(user.name)} signs in without a second factor until they set one up again.")


app.command("export")(user_data.export_user)
app.command("erase")(user_data.erase_user)


@contextmanager
def _writing(settings: Settings) -> Iterator[Session]:
    with closing(Database.of(settings)) as database:
        database.migrate()
        with database.unit_of_work() as work:
            yield work.session


@contextmanager
def _reading(settings: Settings) -> Iterator[Session]:
    with closing(Database.of(settings)) as database:
        database.migrate()
        with database.read() as session:
            yield session


def _find(session: Session, name: str) -> User:
    user = accounts.find_user(session, name)
    if user is None:
        raise NotFound(f"There is nobody called {name}. `classroom user list` shows everybody.")
    return user


def _read_password() -> str:
    return sys.stdin.readline().rstrip("\n")


def _print_link(settings: Settings, link: str) -> None:
    out.print("This link signs them in once, within a day, where the classroom runs:")
    sys.stdout.write(f"{settings.address}/welcome?link={link}\n")
