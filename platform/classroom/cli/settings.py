"""`classroom settings`: what can be set, to what, and what it is now."""

import difflib
import json
import os
import re
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from rich.markup import escape

from classroom.cli.console import err, out
from classroom.settings import Settings

app = typer.Typer(add_completion=False)

PREFIX: Final = "CLASSROOM_"
OF_KERNELS: Final = frozenset({"CLASSROOM_URL", "CLASSROOM_KEY_FILE", "CLASSROOM_TICKET"})
"""What tells a kernel where its classroom is; no settings of the server's."""

_PASSWORD: Final = re.compile(r"(?<=//)([^/@:]*):[^/@]*@")


@app.callback(invoke_without_command=True)
def settings(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As data, secrets left out.")] = False,
    only_set: Annotated[bool, typer.Option("--set", help="Only what is set here.")] = False,
) -> None:
    """Show every setting: its variable, what it is here, and what it does. Ends with 2 where one is wrong."""
    ours = OF_KERNELS | set(map(_variable, Settings.model_fields))
    for name in sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in ours):
        near = difflib.get_close_matches(name, [_variable(field) for field in Settings.model_fields], 1)
        err.print(f"{name} is no setting of ours.{f' Did you mean {near[0]}?' if near else ''}")
    try:
        held: Settings | None = Settings()
    except ValidationError as error:
        held = None
        for each in error.errors(include_url=False, include_input=False):
            err.print(f"[red]Error:[/] {_variable(str(each['loc'][0]))}: {each['msg']}.")
    rows = [
        row for name, field in Settings.model_fields.items() if (row := _row(name, field, held))["set"] or not only_set
    ]
    if as_json:
        out.print_json(json.dumps(rows))
    else:
        out.print("Each is an environment variable; what stands out is set here.\n")
        for row in rows:
            out.print(_line(row))
    if held is None:
        raise typer.Exit(2)


def _row(name: str, field: FieldInfo, held: Settings | None) -> dict[str, Any]:
    value = field.get_default(call_default_factory=True) if held is None else getattr(held, name)
    shown = "(secret)" if field.repr is False and value else _PASSWORD.sub(r"\1:…@", str(value))
    return {
        "variable": _variable(name),
        "value": shown,
        "set": _variable(name) in {each.upper() for each in os.environ},
        "description": field.description or "",
    }


def _line(row: dict[str, Any]) -> str:
    value = escape(row["value"] or "(empty)")
    name = f"[bold]{row['variable']}={value}[/]" if row["set"] else f"{row['variable']}={value}"
    return f"{name}\n    [dim]{escape(row['description'])}[/]"


def _variable(field: str) -> str:
    return f"{PREFIX}{field.upper()}"
