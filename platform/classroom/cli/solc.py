"""`classroom solc …`: the compilers on this machine. Grading needs none of these commands: solc on Node is set up."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from classroom.cli.console import err, out
from evmbox.compiler.imports import NODE_MODULES
from evmbox.compiler.installing import install_solc, installed_solc
from evmbox.versions import SOLC_VERSION, SOLC_VERSIONS, evm_version, npm_package

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command("install")
def install(
    version: Annotated[str, typer.Argument(help=f"One of {', '.join(SOLC_VERSIONS)}.")] = SOLC_VERSION,
) -> None:
    """Fetch a native solc, which compiles three times as fast, and check its SHA-256. Used from the next start on."""
    with Bar(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=err, transient=True) as bar:
        task = bar.add_task(f"solc {escape(version)}", total=None)
        path = install_solc(version, lambda done, total: bar.update(task, completed=done, total=total))
    out.print(f"solc {version} is in place: {escape(str(path))}")


@app.command("list")
def list_all() -> None:
    """Show the versions an exercise may ask for, and what of each is on this machine."""
    native = installed_solc()
    table = Table("version", "makes code for", "on Node", "native")
    for version in sorted(SOLC_VERSIONS, reverse=True):
        on_node = (NODE_MODULES / npm_package(version) / "soljson.js").is_file()
        usual = " (usual)" if version == SOLC_VERSION else ""
        path = native.get(version)
        table.add_row(
            version + usual,
            evm_version(version),
            "yes" if on_node else "no: make setup",
            escape(str(path)) if path else f"no: classroom solc install {version}",
        )
    out.print(table)
