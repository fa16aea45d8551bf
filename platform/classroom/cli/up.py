"""`classroom up`: the whole classroom on this machine."""

from typing import Annotated

import typer
from rich.markup import escape

from classroom import launcher
from classroom.cli.console import out
from classroom.settings import Settings

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def up(
    browser: Annotated[bool, typer.Option(help="Open the address in a browser, where there is a display.")] = True,
) -> None:
    """Start everything on this machine and open one address; Ctrl+C stops it all."""
    raise typer.Exit(launcher.up(Settings(), open_browser=browser, say=lambda line: out.print(escape(line))))
