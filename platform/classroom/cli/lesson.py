"""`classroom lesson …`: grade a file, prove an exercise. No server is needed."""

import json
import os
import socket
import sys
import time
import webbrowser
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from classroom import authoring, launcher
from classroom.catalog import COURSE, Catalog
from classroom.cli import table as proof_table
from classroom.cli.console import err, out
from classroom.cli.proofs import as_data, print_all, print_proof
from classroom.errors import Invalid
from classroom.preview.app import serve
from classroom.preview.watching import Watcher, lesson_folder
from classroom.settings import Settings
from evmbox.errors import ExerciseError
from evmbox.exercise import MANIFEST, Exercise, load_exercise
from evmbox.pool import Pool
from evmbox.proof import Proof, Proving, prove
from evmbox.proof.memory import ProofMemory
from evmbox.report import CheckStatus, Outcome, Report, Severity

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

SYMBOL = {CheckStatus.PASSED: "[green]✓[/]", CheckStatus.FAILED: "[red]✗[/]", CheckStatus.NOT_RUN: "[dim]-[/]"}


@app.command("grade")
def grade(
    exercise_id: Annotated[str, typer.Argument(help="Such as tip-jar.")],
    file: Annotated[Path, typer.Argument(help="The source or answers to grade.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    seed: Annotated[int, typer.Option(help="Varies the inputs of the checks.", min=0)] = 0,
) -> None:
    """Grade a file without a server and print the report. Ends with 0 if it passed, 1 if not."""
    exercise = Catalog.of(Settings()).exercise(exercise_id)
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
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Exercise, lesson or track folders; the whole course if none is given.", metavar="[PATH]..."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was proven as JSON.")] = False,
    mutants: Annotated[bool, typer.Option(help="Grade the mutants of each solution, which takes longest.")] = True,
    exercise_id: Annotated[str | None, typer.Option("--exercise", help="This exercise alone, such as tip-jar.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Prove again what was proven and has not changed.")] = False,
) -> None:
    """Prove that checks are right: starters fail, right answers pass, mistakes and mutants are refused.

    Ends with 0 if all of it is proven, 1 if not.
    """
    settings = Settings()
    started = time.monotonic()
    memory = ProofMemory(settings.data_dir / "proofs")
    proven: list[tuple[Proof, float | None]] = []
    exercises = [_load(folder) for folder in exercise_folders(paths or [settings.lessons_dir], exercise_id)]
    with (
        ExitStack() as stack,
        Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=err, transient=True) as bar,
    ):
        pool: Pool | None = None
        for exercise in exercises:
            if not fresh and (known := memory.get(exercise, mutants=mutants)):
                proven.append((known, None))
                continue
            pool = pool or stack.enter_context(Pool(size=os.cpu_count() or settings.pool_size, diagnostics=False))
            began = time.monotonic()
            task = bar.add_task(exercise.id, total=None)
            proof = prove(exercise, pool, on_progress=partial(_advance, bar, task, exercise.id), mutants=mutants)
            bar.remove_task(task)
            memory.put(exercise, proof, mutants=mutants)
            proven.append((proof, time.monotonic() - began))
    if as_json:
        sys.stdout.write(json.dumps([as_data(proof, seconds) for proof, seconds in proven], indent=2) + "\n")
    else:
        for proof, seconds in proven:
            print_proof(proof, seconds)
        if len(proven) > 1:
            print_all([proof for proof, _ in proven], time.monotonic() - started)
    raise typer.Exit(0 if all(proof.ok for proof, _ in proven) else 1)


@app.command("table")
def table(
    fresh: Annotated[bool, typer.Option("--fresh", help="Prove again what was proven and has not changed.")] = False,
) -> None:
    """Prove the whole course, mutants and all, and write the table of it into lessons/README.md.

    What the table has already, and has not changed since, is not proven again. Writes nothing where something fails.
    """
    settings = Settings()
    catalog = Catalog.load(settings.lessons_dir)
    memory = ProofMemory(settings.data_dir / "proofs")
    rows = {} if fresh else proof_table.read(settings.lessons_dir)
    with ExitStack() as stack:
        pool: Pool | None = None
        for lesson in catalog.lessons.values():
            for exercise in proof_table.exercises_of(lesson):
                if exercise.id in rows and rows[exercise.id][-1] == proof_table.content_of(exercise):
                    continue
                proof = None if fresh else memory.get(exercise, mutants=True)
                if proof is None:
                    err.print(f"proving {exercise.id}")
                    pool = pool or stack.enter_context(
                        Pool(size=os.cpu_count() or settings.pool_size, diagnostics=False)
                    )
                    proof = prove(exercise, pool)
                    memory.put(exercise, proof, mutants=True)
                if not proof.ok:
                    print_proof(proof, None)
                    raise typer.Exit(1)
                rows[exercise.id] = proof_table.row_of(exercise, proof)
    changed = proof_table.write(settings.lessons_dir, proof_table.render(catalog, rows.values()))
    out.print(f"{settings.lessons_dir / proof_table.README}: {'written' if changed else 'as it should be'}")


@app.command("new")
def new(
    place: Annotated[str, typer.Argument(help="Such as foundations/hello-storage.", metavar="TRACK/LESSON[/EXERCISE]")],
    course: Annotated[
        Path | None, typer.Option(help="The folder of a course of your own, begun where it is none yet.")
    ] = None,
) -> None:
    """Begin a lesson with an exercise, or one more exercise; what is written is proven, and to be replaced."""
    lessons_dir = course or Settings().lessons_dir
    begun = authoring.begin(lessons_dir, place)
    for file in begun.files:
        out.print(f"[green]+[/] {escape(str(file))}")
    if begun.to_list is not None:
        out.print(f"\nThe course does not list it yet. Write into {escape(str(lessons_dir / COURSE))}:\n")
        out.print(escape(begun.to_list))
    out.print(f"\nSee it:    classroom lesson preview {escape(str(begun.folder))}")
    out.print(f"Prove it:  classroom lesson check {escape(str(begun.folder))}")


@app.command("preview")
def preview(
    path: Annotated[Path, typer.Argument(help="The folder of a lesson, or a file or exercise in it.", exists=True)],
    port: Annotated[int, typer.Option(help="Where the page is; another if it is taken.", min=1, max=65535)] = 8900,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser, where there is a display.")] = True,
) -> None:
    """Show a lesson as a page that follows each save: its text, and what the checks say of every file of it."""
    folder = lesson_folder(path)
    chosen = launcher.free_port("127.0.0.1", port, set())
    with Pool(size=os.cpu_count() or 2, diagnostics=False) as pool, closing(Watcher(folder, pool)) as watcher:
        watcher.start()
        with socket.create_server(("127.0.0.1", chosen)) as listener:
            address = f"http://127.0.0.1:{chosen}/"
            out.print(f"Open  {address}  and write; every save is shown. Press Ctrl+C to stop.")
            if browser and launcher.may_open_browser():
                webbrowser.open(address)
            serve(watcher, listener)


def _advance(bar: Bar, task: TaskID, exercise_id: str, proving: Proving) -> None:
    bar.update(task, description=f"{exercise_id}: {proving.work}", completed=proving.done, total=proving.total)


def exercise_folders(paths: Sequence[Path], exercise_id: str | None = None) -> list[Path]:
    """List the exercise folders at or below some paths, or the one of an exercise."""
    folders = sorted({file.parent.resolve() for path in paths for file in path.rglob(MANIFEST)})
    where = " or ".join(str(path) for path in paths)
    if not folders:
        raise Invalid(f"{where} holds no exercise: no {MANIFEST} was found at or below it.")
    if exercise_id is None:
        return folders
    named = [folder for folder in folders if folder.name == exercise_id]
    if not named:
        raise Invalid(f"{where} holds no exercise {exercise_id}.")
    return named


def _load(folder: Path) -> Exercise:
    try:
        return load_exercise(folder)
    except ExerciseError as error:
        raise Invalid(f"{folder}/{error}") from None


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
    if report.gas_score:
        out.print(f"{report.gas_score.used:,} gas of {report.gas_score.budget:,}")
    colour = "green" if report.outcome is Outcome.PASSED else "red"
    if report.message:
        out.print(escape(report.message))
    out.print(
        f"[bold {colour}]{report.outcome.replace('_', ' ')}[/]  {report.score:g} of {report.max_score:g} points  "
        f"[dim]{report.timings.total_ms:.0f} ms[/]"
    )
