"""`classroom doctor`: looks at each part of this machine that a classroom needs, and changes nothing."""

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
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import psycopg
import typer
from redis import Redis, RedisError
from rich.markup import escape
from rich.table import Table
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import func, select

from classroom import wellbeing
from classroom.cli.console import out
from classroom.db import Database, postgres_dsn
from classroom.errors import ClassroomError, Unavailable
from classroom.models import LetterOrder
from classroom.settings import QueueKind, Settings
from evmbox import versions
from evmbox.compiler import open_compiler
from evmbox.compiler.native import find_solc
from evmbox.compiler.node import find_node
from evmbox.errors import EvmboxError
from evmbox.isolation.ladder import find_walls
from evmbox.isolation.tier import Tier

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

LITTLE_BYTES: Final = 1024**3
CLOCK_SLACK_S: Final = 300.0
CLOCKS_APART_S: Final = 5.0
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
    yield from at_work(settings)
    yield mail(settings)
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
    if free < wellbeing.TOO_LITTLE_BYTES:
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
    """Look whether the queue can be read; what is in it can be made again from the database."""
    if settings.queue is QueueKind.REDIS:
        return _redis(settings)
    if settings.queue is QueueKind.POSTGRES:
        return _postgres(settings)
    if not settings.queue_path.exists():
        return Finding("job queue", State.OK, "not there yet; `classroom up` makes it")
    try:
        with closing(sqlite3.connect(f"file:{settings.queue_path}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        remedy = f"Stop the classroom and remove {settings.queue_path}: what waits is queued again from the database."
        return Finding("job queue", State.PROBLEM, f"cannot be read: {error}", remedy)
    return Finding("job queue", State.OK, str(settings.queue_path))


def _redis(settings: Settings) -> Finding:
    try:
        with closing(Redis.from_url(settings.redis_url, socket_connect_timeout=5, socket_timeout=5)) as opened:
            version = opened.info("server")["redis_version"]
    except (RedisError, ValueError) as error:
        remedy = "Start Redis, or set CLASSROOM_REDIS_URL to where it is."
        return Finding("job queue", State.PROBLEM, f"Redis cannot be reached: {type(error).__name__}", remedy)
    return Finding("job queue", State.OK, f"Redis {version}")


def _postgres(settings: Settings) -> Finding:
    dsn = postgres_dsn(settings.database)
    if dsn is None:
        remedy = "Set CLASSROOM_DATABASE_URL to a PostgreSQL database, or CLASSROOM_QUEUE to another."
        return Finding("job queue", State.PROBLEM, "in PostgreSQL, and the database is not", remedy)
    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        remedy = "Start PostgreSQL, or set CLASSROOM_DATABASE_URL to where it is."
        return Finding("job queue", State.PROBLEM, f"PostgreSQL cannot be reached: {type(error).__name__}", remedy)
    return Finding("job queue", State.OK, f"PostgreSQL {version}")


def at_work(settings: Settings) -> Iterator[Finding]:
    """Look at what a classroom that runs does: whether jobs are done, and the audit log is sealed."""
    alone = settings.queue is QueueKind.EMBEDDED
    if alone and not wellbeing.is_held(settings.data_dir / "consumer.lock"):
        yield Finding("job consumer", State.OK, "does not run; `classroom up` starts it")
        return
    opened = Database.of(settings)
    try:
        for part, told in (
            ("job consumer", wellbeing.consumer(settings, opened)),
            ("audit log", wellbeing.sealer(settings, opened)),
        ):
            if told == wellbeing.OK:
                yield Finding(part, State.OK, "at work" if part == "job consumer" else "sealed")
            else:
                yield Finding(part, State.WARNING, told, "Look at the log of the consumer.")
    finally:
        opened.close()


def mail(settings: Settings) -> Finding:
    """Look whether letters can go out: the settings, and whether the mail server takes a connection."""
    told = wellbeing.mail(settings)
    if told != wellbeing.OK:
        return Finding("mail", State.PROBLEM, told, "Set what is missing.")
    if not settings.smtp_host:
        return Finding("mail", State.OK, "no mail server: links are shown to the operator")
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        socket.create_connection((settings.smtp_host, settings.smtp_port), timeout=5).close()
    except OSError as error:
        remedy = "Look at CLASSROOM_SMTP_HOST and CLASSROOM_SMTP_PORT; letters wait until it answers."
        return Finding("mail", State.PROBLEM, f"{place} does not answer: {error}", remedy)
    waiting = _letters_waiting(settings)
    if waiting:
        remedy = "The log of the API says why: look for `A letter was not sent`."
        return Finding("mail", State.WARNING, f"{place} answers; {waiting} letters wait that could not be sent", remedy)
    return Finding("mail", State.OK, f"{place} answers")


def _letters_waiting(settings: Settings) -> int:
    """Count the letters that were tried before; 0 where the database has no room for any, or cannot be asked."""
    opened = Database.of(settings)
    try:
        if opened.revisions()[0] is None:
            return 0
        with opened.read() as session:
            tried = select(func.count()).select_from(LetterOrder).where(LetterOrder.tries > 0)
            return session.exec(tried).one()
    except (ClassroomError, SQLAlchemyError):
        return 0  # the line about the database says so
    finally:
        opened.close()


def ports(settings: Settings) -> Iterator[Finding]:
    """Look whether the ports are free, or held by the classroom itself."""
    running = wellbeing.is_held(settings.data_dir / "up.lock")
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
    """Hold the clock against PostgreSQL's, and against what was written before: it may not be behind that."""
    apart_s = _apart_from_postgres(settings)
    if abs(apart_s) > CLOCKS_APART_S:
        remedy = "Set both clocks by NTP: leases of jobs and deadlines go by them."
        return Finding("clock", State.PROBLEM, f"{apart_s:+.0f} s from PostgreSQL's", remedy)
    written = [Path(versions.__file__), settings.data_dir / "classroom.db", settings.queue_path]
    latest = max(path.stat().st_mtime for path in written if path.exists())
    if latest > time.time() + CLOCK_SLACK_S:
        behind = time.strftime("%Y-%m-%d %H:%M", time.localtime(latest))
        remedy = "Set the clock: sign-ins and deadlines go by it."
        return Finding("clock", State.PROBLEM, f"behind what was written at {behind}", remedy)
    return Finding("clock", State.OK, time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def _apart_from_postgres(settings: Settings) -> float:
    """Tell how far this clock is ahead of PostgreSQL's; 0 where there is none to be reached, which others tell."""
    dsn = postgres_dsn(settings.database)
    if dsn is None:
        return 0.0
    with suppress(psycopg.Error), psycopg.connect(dsn, connect_timeout=5) as connection:
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        return time.time() - row[0] if row else 0.0
    return 0.0
