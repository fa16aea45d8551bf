"""`%load_ext classroom`: the magics `%%solidity` and `%check`."""

import argparse
import shlex
from typing import Any, NoReturn

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from classroom.errors import Invalid
from classroom.notebook import handing_in, shown, tables
from classroom.notebook.client import default_client
from classroom.notebook.contracts import Compiled, Contract
from classroom.notebook.labs import CompileError
from classroom.notebook.progress import Progress
from classroom.notebook.words import say
from classroom.schemas import Severity


class NotCompiled(CompileError):
    """The cell does not compile. What is wrong has been shown above, so the error itself is one line."""

    def _render_traceback_(self) -> list[str]:
        errors = sum(each.severity is Severity.ERROR for each in self.diagnostics)
        return [f"{self.title}: {errors} {'error' if errors == 1 else 'errors'}, shown above."]


class _Parser(argparse.ArgumentParser):
    """Reads options; what is wrong with them is one line, and never the end of the kernel."""

    def error(self, message: str) -> NoReturn:
        raise Invalid(f"{message}. {self.format_usage().strip()}")


_SOLIDITY = _Parser(prog="%%solidity", add_help=False)
_SOLIDITY.add_argument("--version", help="the compiler, such as 0.8.30")
_SOLIDITY.add_argument("--name", help="the name to bind the cell's one contract to, instead of its own")

_CHECK = _Parser(prog="%check", add_help=False)
_CHECK.add_argument("exercise", nargs="?", help="the exercise; the lesson's own where it has one")
_CHECK.add_argument("--draft", action="store_true", help="hand in the editor's draft, not the last cell")


@magics_class
class ClassroomMagics(Magics):
    """What a cell may begin with."""

    @cell_magic
    def solidity(self, line: str, cell: str) -> Compiled:
        """Compile the cell and bind a Python name to each of its contracts.

        `--version 0.8.30` takes another compiler, `--name x` binds the cell's one contract to another name. Then
        `Counter.deploy(5)` puts it on your own chain, and `%check` hands the cell in.
        """
        options = _options(_SOLIDITY, line)
        if options.name is not None and not options.name.isidentifier():
            raise Invalid(f"--name {options.name}: this is not a name that Python can use.")
        source = cell if cell.endswith("\n") else f"{cell}\n"
        handing_in.remember(source)
        with Progress(say("compiling")):
            out = default_client().compile(source, solc=options.version, bytecode=True)
        if any(each.severity is Severity.ERROR for each in out.diagnostics):
            display(_NotCompiledCard(source, out.diagnostics))  # type: ignore[no-untyped-call]
            raise NotCompiled(source, out.diagnostics)
        contracts = {
            name: Contract(name, tuple(abi), out.bytecode[name], source, options.version)
            for name, abi in out.contracts.items()
        }
        if options.name is not None:
            if len(contracts) != 1:
                raise Invalid(f"--name is for a cell with one contract, and this one has {len(contracts)}.")
            contracts = dict(zip([options.name], contracts.values(), strict=True))
        if self.shell is not None:
            self.shell.push(contracts)  # type: ignore[no-untyped-call]
        return Compiled(source, contracts, out.diagnostics)

    @line_magic
    def check(self, line: str) -> None:
        """Hand in the last `%%solidity` cell, or the draft, and show the verdict.

        `%check tip-jar` names the exercise; `--draft` takes the editor's draft though there was a cell.
        """
        options = _options(_CHECK, line)
        client = default_client()
        with Progress(say("sending")) as progress:
            exercise_id = options.exercise or handing_in.exercise_here(client)
            source = handing_in.source_for(client, exercise_id, draft=options.draft)
            progress.replace(handing_in.hand_in(client, exercise_id, source, progress))


class _NotCompiledCard:
    """Why a cell does not compile, for whatever shows it."""

    def __init__(self, source: str, diagnostics: Any) -> None:
        self._told = source, diagnostics

    def __repr__(self) -> str:
        return shown.diagnostics_text(*self._told)

    def _repr_html_(self) -> str:
        return tables.not_compiled_html(*self._told)


def load(shell: Any) -> None:
    """Make the magics known to an IPython shell."""
    shell.register_magics(ClassroomMagics)


def _options(parser: argparse.ArgumentParser, line: str) -> argparse.Namespace:
    """Read the options of a magic. Raise `Invalid` for what it does not take."""
    try:
        return parser.parse_args(shlex.split(line))
    except ValueError as error:
        raise Invalid(f"The options cannot be read: {error}.") from None
