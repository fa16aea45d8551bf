"""From click to verdict, as a notebook's kernel feels it: HTTP, database, queue, pool and event, in real processes.

Four ways, taken in turns so that whatever else the machine does falls on all of them alike:
  click, fresh           handed in without a pause: the source is compiled when it is graded
  click, compiled ahead  the draft was saved a moment before, as the editor does at each pause
  pool, fresh            `Pool.grade` in this process: compile, fork, deploy, checks, and nothing of the platform
  pool, compiled before  the same, of a source that the pool has compiled ahead

The difference of the first two to the last two is the way there and back. API and consumer run as in `classroom up`,
on SQLite in a folder of their own, or with `--queue postgres` or `redis` on a campus's queue, in an empty database that
`--database-url` names and a Redis that `--redis-url` does; a click is timed from the request until the verdict is in
the client's hands. Prints medians, 95th percentiles and minima in ms, and the ratios; asserts nothing about time, but
every verdict must be right.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx

from classroom import accounts, courses
from classroom.catalog import Catalog
from classroom.db import Database, UnitOfWork
from classroom.models import Course, CredentialKind, Role
from classroom.notebook.client import Client
from classroom.settings import QueueKind, Settings
from evmbox.exercise import Exercise
from evmbox.pool import Pool

PAUSE_S = 1.5
"""How long the editor is left alone before the click: longer than a learner's turn to be compiled ahead is away."""

TRIES = 10
START_S = 120.0


@contextmanager
def classroom(
    folder: Path,
    *,
    queue: QueueKind = QueueKind.EMBEDDED,
    database_url: str = "",
    redis_url: str = "",
    lessons: Path | None = None,
    fill: Callable[[UnitOfWork, Course], None] = lambda *_: None,
) -> Iterator[Client]:
    """Run API and consumer on a data folder and these services, and give a learner's client.

    `fill` writes what is there from before.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        data_dir=folder,
        portal_port=port,
        database_url=database_url,
        lessons_dir=lessons or Settings().lessons_dir,
    )
    database = Database.of(settings)
    database.migrate()
    with database.unit_of_work() as work:
        course = courses.ensure_default_course(work.session, Catalog.load(settings.lessons_dir))
        user = accounts.create_user(work.session, "lea")
        courses.enrol(work.session, course, user, Role.LEARNER)
        token = accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=timedelta(days=1))
        fill(work, course)
    database.close()
    environment = {
        **os.environ,
        "CLASSROOM_DATA_DIR": str(folder),
        "CLASSROOM_LESSONS_DIR": str(settings.lessons_dir),
        "CLASSROOM_PORTAL_PORT": str(port),
        "CLASSROOM_QUEUE": queue.value,
        "CLASSROOM_DATABASE_URL": database_url,
        "CLASSROOM_REDIS_URL": redis_url,
        "CLASSROOM_POOL_SIZE": "1",
        "CLASSROOM_SUBMISSIONS_PER_MINUTE": "100000",
    }
    with ExitStack() as opened:
        for module in ("classroom.web", "classroom.jobs"):
            command = [sys.executable, "-m", module, "--parent", str(os.getpid())]
            process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            opened.callback(process.wait)
            opened.callback(process.terminate)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{settings.portal_url}/healthz", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield Client(settings.portal_url, lambda: token)


def measure(ways: dict[str, Callable[[str], float]], *, warm_ups: int, rounds: int) -> dict[str, list[float]]:
    """Run each way unmeasured, then all of them in turns, each time with another comment; give milliseconds."""
    for number in range(warm_ups):
        for name, way in ways.items():
            way(f"\n// {name}, warm-up {number}\n")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            times[name].append(way(f"\n// {name} {number}\n"))
    return times


def ways_of(client: Client, pool: Pool, exercise: Exercise) -> dict[str, Callable[[str], float]]:
    """Give the four ways; each returns how many milliseconds it took to the verdict."""
    held = [0]

    def click(source: str) -> tuple[float, bool]:
        began = time.perf_counter()
        submission = client.submit(exercise.id, source, key=uuid4().hex)
        done = client.wait(submission.id)
        took = (time.perf_counter() - began) * 1000
        assert done.report is not None
        assert done.report.outcome == "passed", done.report
        return took, done.report.timings.compile_ms == 0

    def fresh(mark: str) -> float:
        took, compiled_before = click(exercise.solution + mark)
        assert not compiled_before
        return took

    def ahead(mark: str) -> float:
        for number in range(TRIES):
            source = f"{exercise.solution}{mark}// {number}\n"
            held[0] = client.save_draft(exercise.id, source, revision=held[0]).revision
            time.sleep(PAUSE_S)
            took, compiled_before = click(source)
            if compiled_before:
                return took
            print("(the pause was too short for this machine; again)", file=sys.stderr)
        raise AssertionError("nothing is compiled ahead")

    def grade(source: str) -> float:
        began = time.perf_counter()
        assert pool.grade(exercise, source, seed=1).outcome == "passed"
        return (time.perf_counter() - began) * 1000

    def pool_fresh(mark: str) -> float:
        return grade(exercise.solution + mark)

    def pool_ahead(mark: str) -> float:
        assert pool.compile_ahead(exercise, exercise.solution + mark)
        return grade(exercise.solution + mark)

    return {
        "click, fresh": fresh,
        "click, compiled ahead": ahead,
        "pool, fresh": pool_fresh,
        "pool, compiled before": pool_ahead,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exercise", default="hello-storage")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--queue", type=QueueKind, choices=list(QueueKind), default=QueueKind.EMBEDDED)
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database; without one, SQLite")
    parser.add_argument("--redis-url", default="redis://127.0.0.1:6379/0")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    exercise = Catalog.load(Settings().lessons_dir).exercise(options.exercise)
    with (
        tempfile.TemporaryDirectory() as folder,
        classroom(
            Path(folder), queue=options.queue, database_url=options.database_url, redis_url=options.redis_url
        ) as client,
        Pool(1, diagnostics=False) as pool,
    ):
        times = measure(ways_of(client, pool, exercise), warm_ups=4, rounds=options.rounds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    ratios = {name: medians["click, fresh"] / medians[name] for name in times}
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "medians": medians, "ratios": ratios}, indent=2) + "\n")
        return
    print(f"{exercise.id}, queue {options.queue}; ", end="")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, values in times.items():
        tail = statistics.quantiles(values, n=20)[-1]
        print(f"{name:22} median {medians[name]:7.1f} ms, p95 {tail:7.1f}, min {min(values):7.1f}, ", end="")
        print(f"n {len(values)}, {ratios[name]:5.1f} times as fast as a fresh click")


if __name__ == "__main__":
    main()
