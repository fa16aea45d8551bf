"""`classroom doctor`: looks at each part of this machine that a classroom needs, and changes nothing."""

import fcntl
import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from classroom.cli.console import out
from classroom.db import Database
from classroom.errors import Unavailable
from classroom.settings import Settings
from evmbox import versions
from evmbox.compiler import open_compiler
from evmbox.compiler.native import find_solc
from evmbox.compiler.node import find_node
from evmbox.errors import EvmboxError
from evmbox.isolation.ladder import find_walls
from evmbox.isolation.tier import Tier

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

LITTLE_BYTES: Final = 1024**3
TOO_LITTLE_BYTES: Final = 200 * 1024**2
CLOCK_SLACK_S: Final = 300.0
PYTHON: Final = ((3, 11), (3, 13))
TRIAL: Final = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\ncontract Doctor {}"
SET_UP: Final = "Run `make setup`."


class State(StrEnum):
    """How a part fares."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What was found of one part, and what to do about it where that is not as it should be."""

    part: str
    state: State
    found: str
    remedy: str = ""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Look at every part of this machine and say what to do. Ends with 0 if the classroom can run, 1 if not."""
    findings = list(examine(Settings()))
    ok = not any(each.state is State.PROBLEM for each in findings)
    if as_json:
        told = {"ok": ok, "isolation": find_walls().tier, "parts": [asdict(each) for each in findings]}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        print_findings(findings)
    raise typer.Exit(0 if ok else 1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what is found of each part, in the order in which they are needed."""
    yield python()
    yield node()
    yield solc()
    yield native_solc()
    yield isolation(settings)
    yield data_folder(settings)
    yield disk(settings)
    yield database(settings)
    yield queue(settings)
    yield from ports(settings)
    yield clock(settings)


def print_findings(findings: list[Finding]) -> None:
    """Print a table for a person."""
    table = Table(show_edge=False)
    for heading in ("", "part", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    symbols = {State.OK: "[green]✓[/]", State.WARNING: "[yellow]![/]", State.PROBLEM: "[red]✗[/]"}
    for each in findings:
        table.add_row(symbols[each.state], each.part, escape(each.found), escape(each.remedy))
    out.print(table)


def python() -> Finding:
    """Look at the Python that runs this."""
    found = ".".join(map(str, sys.version_info[:3]))
    if PYTHON[0] <= sys.version_info[:2] <= PYTHON[1]:
        return Finding("Python", State.OK, found)
    return Finding("Python", State.PROBLEM, found, "Install Python 3.11, 3.12 or 3.13 and run `make setup` with it.")


def node() -> Finding:
    """Look for Node, and whether it runs."""
    path = find_node()
    if path is None:
        return Finding("Node", State.PROBLEM, "not found", SET_UP)
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("Node", State.PROBLEM, f"{path} does not run: {error}", SET_UP)
    return Finding("Node", State.OK, f"{told.stdout.strip()} at {path}")


def solc() -> Finding:
    """Compile something with the compiler that would be used."""
    try:
        compiler = open_compiler()
        try:
            compilation = compiler.compile(TRIAL, timeout_s=60)
        finally:
            compiler.close()
    except EvmboxError as error:
        return Finding("solc", State.PROBLEM, str(error), SET_UP)
    if not compilation.ok:
        return Finding("solc", State.PROBLEM, f"does not compile: {compilation.message}", SET_UP)
    return Finding("solc", State.OK, f"{compiler.version} compiles ({type(compiler).__name__})")


def native_solc() -> Finding:
    """Look for the native compiler, which is faster and not needed."""
    path = find_solc()
    if path is None:
        return Finding("native solc", State.OK, "not installed; solc on Node does the same, more slowly")
    return Finding("native solc", State.OK, f"{versions.SOLC_VERSION} at {path}")


def isolation(settings: Settings) -> Finding:
    """Try how strongly submissions can be isolated."""
    walls = find_walls()
    if walls.tier is Tier.RLIMITS:
        state = State.PROBLEM if settings.multi_user else State.WARNING
        found = f"{walls.tier}: fit for one's own laptop only"
    else:
        state = State.OK
        found = str(walls.tier)
    return Finding("isolation", state, found, "; ".join(walls.reasons))


def data_folder(settings: Settings) -> Finding:
    """Look whether the data folder is there, writable, and nobody else's to read."""
    folder = settings.data_dir
    if not folder.exists():
        return Finding("data folder", State.OK, f"{folder} is not there yet; `classroom up` makes it")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding("data folder", State.PROBLEM, f"{folder} cannot be written", "Run as the one who owns it.")
    private = [folder, *(path for path in (settings.key_path, settings.owner_key_path) if path.exists())]
    open_to_others = [path for path in private if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_others:
        return Finding(
            "data folder",
            State.PROBLEM,
            f"others can read {', '.join(map(str, open_to_others))}",
            f"Run: chmod go= {' '.join(map(str, open_to_others))}",
        )
    return Finding("data folder", State.OK, str(folder))


def disk(settings: Settings) -> Finding:
    """Look how much room is left where the data are."""
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    found = f"{free / 1024**3:.1f} GB free at {folder}"
    if free < TOO_LITTLE_BYTES:
        return Finding("disk", State.PROBLEM, found, "Make room: what is handed in would be refused.")
    if free < LITTLE_BYTES:
        return Finding("disk", State.WARNING, found, "Make room soon.")
    return Finding("disk", State.OK, found)


def database(settings: Settings) -> Finding:
    """Look whether the database can be read and whether its tables are the newest."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        return Finding("database", State.OK, "not there yet; `classroom up` makes it")
    opened = Database.of(settings)
    try:
        present, newest = opened.revisions()
    except (SQLAlchemyError, Unavailable) as error:
        reason = getattr(error, "orig", None) or error
        return Finding("database", State.PROBLEM, f"cannot be read: {reason}", "Restore it from a backup.")
    finally:
        opened.close()
    if present == newest:
        return Finding("database", State.OK, f"{url.get_backend_name()}, at revision {newest}")
    found = f"at revision {present or 'none'}, the newest is {newest}"
    return Finding(
        "database", State.WARNING, found, "`classroom migrate` brings it up to date, and makes a backup before."
    )


def queue(settings: Settings) -> Finding:
    """Look whether the queue's file can be read; what is in it can be made again from the database."""
    if not settings.queue_path.exists():
        return Finding("job queue", State.OK, "not there yet; `classroom up` makes it")
    try:
        with closing(sqlite3.connect(f"file:{settings.queue_path}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        remedy = f"Stop the classroom and remove {settings.queue_path}: what waits is queued again from the database."
        return Finding("job queue", State.PROBLEM, f"cannot be read: {error}", remedy)
    return Finding("job queue", State.OK, str(settings.queue_path))


def ports(settings: Settings) -> Iterator[Finding]:
    """Look whether the ports are free, or held by the classroom itself."""
    running = _held(settings.data_dir / "up.lock")
    for what, name in (("the portal", "portal_port"), ("the lesson apps", "voila_port"), ("JupyterLab", "lab_port")):
        port: int = getattr(settings, name)
        part = f"port of {what}"
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                if running:
                    yield Finding(part, State.OK, f"{port} is in use, and the classroom runs")
                else:
                    remedy = f"`classroom up` takes the next free one; CLASSROOM_{name.upper()} names another."
                    yield Finding(part, State.WARNING, f"{port} cannot be had: {error.strerror}", remedy)
            else:
                yield Finding(part, State.OK, f"{port} is free")


def clock(settings: Settings) -> Finding:
    """Hold the clock against what was written before: it may not be behind that."""
    written = [Path(versions.__file__), settings.data_dir / "classroom.db", settings.queue_path]
    latest = max(path.stat().st_mtime for path in written if path.exists())
    if latest > time.time() + CLOCK_SLACK_S:
        behind = time.strftime("%Y-%m-%d %H:%M", time.localtime(latest))
        remedy = "Set the clock: sign-ins and deadlines go by it."
        return Finding("clock", State.PROBLEM, f"behind what was written at {behind}", remedy)
    return Finding("clock", State.OK, time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def _held(path: Path) -> bool:
    """Tell whether a process holds the lock of this file."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
