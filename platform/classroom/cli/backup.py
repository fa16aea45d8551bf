"""`classroom backup`: everything that was acknowledged, in one file, while the classroom runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from classroom import backups
from classroom.cli.console import out
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def backup(
    path: Annotated[Path | None, typer.Argument(help="Where to; without it, the backups' folder.")] = None,
    with_key: Annotated[bool, typer.Option("--with-key/--without-key", help="Put the server's secret key in.")] = True,
) -> None:
    """Make a backup, and read it back to check it. Without a PATH, the oldest of those kept by themselves go."""
    settings = Settings()
    made = backups.make_backup(settings, path, with_key=with_key)
    out.print(f"{escape(str(made.path))}: {sum(made.rows.values()):,} rows of {len(made.rows)} tables.", soft_wrap=True)
    if made.has_key:
        out.print("The server's secret key is in it: keep it where only you can read it.")
    else:
        out.print(f"The server's secret key is not in it: keep {escape(str(settings.key_path))} apart.", soft_wrap=True)
    if path is None:
        for stale in backups.prune(settings):
            out.print(f"Removed {escape(stale.name)}.")
