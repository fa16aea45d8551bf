"""`classroom lesson …`: grade a file, prove an exercise. No server is needed."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from classroom.catalog import Catalog
from classroom.cli.console import err, out
from classroom.errors import Invalid
from classroom.settings import Settings
from evmbox.exercise import load_exercise
from evmbox.pool import Pool
from evmbox.proof import Proof, Proving, prove
from evmbox.report import CheckStatus, Outcome, Report, Severity

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

SYMBOL = {CheckStatus.PASSED: "[green]✓[/]", CheckStatus.FAILED: "[red]✗[/]", CheckStatus.NOT_RUN: "[dim]-[/]"}


@app.command("grade")
def grade(
    exercise_id: Annotated[str, typer.Argument(help="Such as tip-jar.")],
    file: Annotated[Path, typer.Argument(help="The Solidity file to grade.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    seed: Annotated[int, typer.Option(help="Varies the inputs of the checks.", min=0)] = 0,
) -> None:
    """Grade a file without a server and print the report. Ends with 0 if it passed, 1 if not."""
    exercise = Catalog.load(Settings().lessons_dir).exercise(exercise_id)
    try:
        source = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not a text file in UTF-8: {error.reason} at byte {error.start}.") from None
    with Pool(size=1, diagnostics=False) as pool:
        report = pool.grade(exercise, source, seed=seed, explain=True)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        print_report(report)
    raise typer.Exit(0 if report.outcome is Outcome.PASSED else 1)


@app.command("check")
def check(
    path: Annotated[
        Path | None, typer.Argument(help="An exercise, lesson or track folder; the whole course if none is given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was proven as JSON.")] = False,
) -> None:
    """Prove that checks are right: starters fail, right answers pass, mistakes are caught by the check they name."""
    settings = Settings()
    folders = exercise_folders(path or settings.lessons_dir)
    proofs: list[Proof] = []
    with (
        Pool(size=settings.pool_size, diagnostics=False) as pool,
        Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=err, transient=True) as bar,
    ):
        for folder in folders:
            task = bar.add_task(folder.name, total=None)
            proofs.append(prove(load_exercise(folder), pool, on_progress=partial(_advance, bar, task)))
    if as_json:
        sys.stdout.write(json.dumps([proof.model_dump(mode="json") for proof in proofs], indent=2) + "\n")
    else:
        for proof in proofs:
            print_proof(proof)
    raise typer.Exit(0 if all(proof.ok for proof in proofs) else 1)


def _advance(bar: Bar, task: TaskID, proving: Proving) -> None:
    bar.update(task, completed=proving.done, total=proving.total)


def exercise_folders(path: Path) -> list[Path]:
    """List the exercise folders at or below a path."""
    folders = sorted(file.parent for file in path.rglob("exercise.toml"))
    if not folders:
        raise Invalid(f"{path} holds no exercise: no exercise.toml was found at or below it.")
    return folders


def print_report(report: Report) -> None:
    """Print a report for a person."""
    for diagnostic in report.diagnostics:
        colour = "red" if diagnostic.severity is Severity.ERROR else "yellow"
        where = f"line {diagnostic.line}, column {diagnostic.column}: " if diagnostic.line else ""
        out.print(f"[{colour}]{diagnostic.severity}[/] {where}{escape(diagnostic.message)}")
        if diagnostic.help:
            out.print(f"  [dim]{escape(diagnostic.help)}[/]")
    for result in report.checks:
        out.print(f"{SYMBOL[result.status]} {escape(result.title)} [dim](task {result.task})[/]")
        if result.message:
            out.print(f"  {escape(result.message)}")
        if result.divergence:
            out.print(f"  [bold]Where it went another way:[/] {escape(result.divergence)}")
        if result.hint and result.status is CheckStatus.FAILED:
            out.print(f"  [dim]Hint: {escape(result.hint)}[/]")
    colour = "green" if report.outcome is Outcome.PASSED else "red"
    if report.message:
        out.print(escape(report.message))
    out.print(
        f"[bold {colour}]{report.outcome.replace('_', ' ')}[/]  {report.score:g} of {report.max_score:g} points  "
        f"[dim]{report.timings.total_ms:.0f} ms[/]"
    )


def print_proof(proof: Proof) -> None:
    """Print what was proven of one exercise as a table."""
    table = Table(title=proof.exercise_id, title_justify="left", show_edge=False)
    for heading in ("", "file", "what it shows", "found"):
        table.add_column(heading)
    for row in proof.rows:
        found = row.expected if row.ok else row.found
        table.add_row("[green]✓[/]" if row.ok else "[red]✗[/]", row.file, row.claim, escape(found))
    out.print(table)
    out.print("[green]proven[/]\n" if proof.ok else "[red]not proven[/]\n")
