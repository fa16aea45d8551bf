"""`classroom user export` and `classroom user erase`: a person's data, handed over or taken away."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from classroom import accounts, audit_log
from classroom.audit_log import Action
from classroom.care import erasing
from classroom.care.erasing import Attempts, Erased
from classroom.care.handing_over import collect, write_zip
from classroom.cli.console import err, out
from classroom.db import Database
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import User
from classroom.settings import Settings

Name = Annotated[str, typer.Argument(help="The name, or the e-mail address.")]


def export_user(
    name: Name,
    output: Annotated[Path | None, typer.Option(help="Where to; without it, NAME.zip here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the JSON instead of writing a ZIP file.")] = False,
) -> None:
    """Write all that is stored about a person into a file."""
    with _database() as database:
        user = _find(database, name)
        path = output or Path(f"{user.name}.zip")
        if not as_json and path.exists():
            raise Conflict(f"{path} is there already; --output names another file.")
        with database.read() as session:
            data = collect(session, user.id)
        with database.unit_of_work() as work:
            audit_log.record(work.session, Action.USER_EXPORTED, actor_id=None, subject=str(user.id))
    if as_json:
        sys.stdout.write(f"{json.dumps(data, indent=1)}\n")
        return
    path.touch(mode=0o600)
    write_zip(data, path)
    out.print(f"{escape(str(path))}: {sum(map(len, data['tables'].values())):,} rows about {escape(user.name)}.")


def erase_user(
    name: Annotated[str | None, typer.Argument(help="The name, or the e-mail address.")] = None,
    *,
    attempts: Annotated[
        Attempts | None, typer.Option(help="Delete what they handed in, or keep it without a name for the cohort.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="After a restore: erase everybody once more who was erased before.")
    ] = False,
) -> None:
    """Erase a person from every table. It cannot be undone."""
    settings = Settings()
    with _database() as database:
        if again:
            done = erasing.again(database, settings)
            out.print(f"Erased {len(done)} that a backup had brought back.")
            return
        if name is None or attempts is None:
            raise Invalid("Say whom, and --attempts deleted or --attempts anonymised.")
        user = _find(database, name)
        if not yes:
            typer.confirm(f"Erase {user.name} ({user.display_name}) for ever; attempts {attempts}?", abort=True)
        erased = erasing.erase(database, settings, user.id, attempts)
    _tell(user, erased, settings)


def _tell(user: User, erased: Erased, settings: Settings) -> None:
    attempts = "1 attempt" if erased.submissions == 1 else f"{erased.submissions} attempts"
    out.print(
        f"{escape(user.name)} is erased; {attempts} {erased.attempts}. The audit log holds the id {user.id} only."
    )
    for path in erased.backups:
        err.print(f"A backup still holds them: {escape(str(path))}")
    if erased.backups:
        err.print("Remove these, and copies elsewhere, when you may. After a restore: classroom user erase --again")
    if user.name == settings.owner:
        err.print(f"Notebooks that they edited are files: {escape(str(settings.notebooks_dir))}")


@contextmanager
def _database() -> Iterator[Database]:
    with closing(Database.of(Settings())) as database:
        database.migrate()
        yield database


def _find(database: Database, name: str) -> User:
    with database.read() as session:
        user = accounts.find_user(session, name)
    if user is None:
        raise NotFound(f"There is nobody called {name}. `classroom user list` shows everybody.")
    return user
