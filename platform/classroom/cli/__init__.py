"""The command line: `classroom COMMAND …`, a module for each; only the one that was asked for is imported."""

import importlib
import sys
from typing import Final

import typer
from rich.markup import escape

from classroom.cli.console import err, out
from classroom.errors import ClassroomError
from evmbox.errors import EvmboxError

COMMANDS: Final = {
    "up": "Start everything on this machine and open one address.",
    "lesson": "Grade a file, begin a lesson, preview it, prove that its checks are right.",
    "solc": "List the compilers, and fetch native ones.",
    "jobs": "See what waits, runs or was given up; put back, cancel.",
    "user": "Add people, list them, give them links, roles and keys, shut them out; export and erase their data.",
    "course": "Make courses, let people into them; add the tracks of others.",
    "migrate": "Bring the database up to date.",
    "move": "Move everything into another database, such as PostgreSQL.",
    "backup": "Put everything into one file, while the classroom runs.",
    "restore": "Bring a backup back.",
    "usage": "Tell what each course used in each month, by which an institution bills.",
    "retention": "Clear away what the settings keep no longer, or say what would go.",
    "audit": "Verify, export and show the audit log.",
    "settings": "Show what can be set, what it is here, and variables that are none of ours.",
    "doctor": "Look whether this machine has all it takes, and say what to do.",
}


def main() -> None:
    """Run the command line; an error is one clear line and exit code 2."""
    name, *arguments = sys.argv[1:] or ["--help"]
    if name in {"-h", "--help"}:
        print_help()
        return
    if name not in COMMANDS:
        err.print(f"[red]Error:[/] There is no command {escape(name)}. There are: {', '.join(COMMANDS)}.")
        sys.exit(2)
    try:
        command: typer.Typer = importlib.import_module(f"classroom.cli.{name}").app
        command(arguments, prog_name=f"classroom {name}")
    except ClassroomError as error:
        err.print(f"[red]Error:[/] {escape(error.detail)}")
        sys.exit(2)
    except EvmboxError as error:
        err.print(f"[red]Error:[/] {escape(str(error))}")
        sys.exit(2)


def print_help() -> None:
    """Print what there is."""
    out.print("Usage: classroom COMMAND …   (classroom COMMAND --help tells more)\n")
    for name, what in COMMANDS.items():
        out.print(f"  [bold]{name:9}[/] {what}")
