"""`classroom restore`: a backup, brought back."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from classroom import backups
from classroom.cli.console import out
from classroom.running import not_running
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="The backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Keep what is there aside, and take its place.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether it is whole.")] = False,
) -> None:
    """Bring a backup back into the database of the settings. The classroom must be stopped."""
    settings = Settings()
    if check:
        backup = backups.read_backup(path)
    else:
        with not_running(settings):
            backup = backups.restore(settings, path, replace=replace)
    what = "is whole" if check else "was restored"
    out.print(
        f"{escape(str(path))} {what}: made {backup.made_at} by version {backup.version}, "
        f"{sum(backup.rows.values()):,} rows of {len(backup.rows)} tables.",
        soft_wrap=True,
    )
    if not backup.has_key and not settings.key_path.exists():
        out.print(
            f"The server's secret key was not in it: put yours at {escape(str(settings.key_path))}.", soft_wrap=True
        )
