"""`classroom audit …`: the sealed log of what happened."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from classroom import sealing
from classroom.cli.console import err, out
from classroom.db import Database
from classroom.files import write_atomically
from classroom.keys import server_key
from classroom.sealing import Sealer
from classroom.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def verify(
    head: Annotated[
        Path | None, typer.Option(help="A head that was exported earlier: finds a tail that was cut.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Verify an exported log instead of the database.")] = None,
    public_key: Annotated[str | None, typer.Option(help="The server's public key; without it, this server's.")] = None,
) -> None:
    """Go through the whole log; exit with 1 and name the first entry that is not as it was sealed."""
    settings = Settings()
    key = public_key or Sealer(server_key(settings)).public_key
    exported = None if head is None else sealing.read_head(head.read_text(encoding="utf-8"))
    if log is not None:
        verdict = sealing.verify_export(log, public_key=key, exported=exported)
    else:
        with closing(Database.of(settings)) as database:
            database.require_current()
            with database.read() as session:
                verdict = sealing.verify(session, public_key=key, exported=exported)
    for doubt in verdict.doubts:
        err.print(f"[yellow]Question:[/] {escape(doubt)}")
    if verdict.broken:
        err.print(f"[red]Broken:[/] {escape(verdict.broken)} The {verdict.sealed} before it hold.")
        raise typer.Exit(1)
    out.print(f"The audit log holds: {verdict.sealed} entries sealed, {verdict.unsealed} waiting for their seal.")


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="Where to: JSON lines, the signed head last.")],
    head_only: Annotated[bool, typer.Option("--head", help="The signed head alone, to be kept elsewhere.")] = False,
) -> None:
    """Seal what is written, and export the log or its head. Mode 0600; a head has nothing in it to hide."""
    settings = Settings()
    with closing(Database.of(settings)) as database:
        database.require_current()
        Sealer(server_key(settings)).seal(database)
        with database.read() as session:
            head = sealing.current_head(session)
            if head_only:
                write_atomically(path, head.model_dump_json(indent=1) + "\n", mode=0o600)
            else:
                sealing.export(session, path)
    out.print(f"{escape(str(path))}: sealed up to position {head.position}.", soft_wrap=True)
    out.print(json.dumps({"public_key": head.public_key}), soft_wrap=True)
