"""How long an instructor's pages take with a large cohort: 1,000 learners, 70 exercises, 200,000 attempts.

`cohort_data.py` fills a database; a server in a process of its own answers over loopback, a connection kept open. The
peer answers the same question of the heat map on the same database, as one would write it first: every attempt read by
the ORM (without its source and report), and counted in Python. Ours is measured in the same process too, in turns with
it, and must give the same cells. With --database-url also on PostgreSQL; without it, on SQLite in a temporary folder.
Prints medians and 95th percentiles in ms; asserts nothing about time.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
from sqlalchemy.orm import load_only
from sqlmodel import col, func, select

from classroom import accounts, cohort, courses
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.launcher import free_port
from classroom.models import Course, CredentialKind, Submission, User
from classroom.settings import Settings
from cohort_data import Filled, fill
from growth import write_lessons

BUDGET_MS = 300
START_S = 60.0


def peer(database: Database, filled: Filled) -> dict[tuple[str, str], tuple[bool, int]]:
    """Read every attempt as an object, and count: whether it was passed, and how often it was tried."""
    cells: dict[tuple[str, str], tuple[bool, int]] = {}
    narrow = load_only(Submission.user_id, Submission.exercise_id, Submission.outcome)  # type: ignore[arg-type]
    with database.read() as session:
        for made in session.exec(
            select(Submission).options(narrow).where(col(Submission.course_id) == filled.course.id)
        ):
            key = str(made.user_id), made.exercise_id
            passed, attempts = cells.get(key, (False, 0))
            cells[key] = passed or made.outcome == "passed", attempts + 1
    return cells


def ours(database: Database, filled: Filled, catalog: Catalog) -> dict[tuple[str, str], tuple[bool, int]]:
    """Give the same cells of the heat map."""
    with database.read() as session:
        staff = courses.require_staff(session, filled.instructor, filled.course.slug)
        found = cohort.heat_map(session, staff, courses.offer(session, staff.course, catalog), catalog)
    return {
        (str(learner.user_id), exercise.id): (learner.states[place] == "p", learner.attempts[place])
        for learner in found.learners
        for place, exercise in enumerate(found.exercises)
        if learner.attempts[place]
    }


def filled_before(database: Database) -> Filled | None:
    """Find the cohort that an earlier run has left."""
    with database.read() as session:
        course = session.exec(select(Course).where(Course.slug == "term-1")).first()
        if course is None:
            return None
        instructor = session.exec(select(User).where(User.name == "teacher-1")).one()
        learners = [each.id for each in courses.learners(session, course)]
        counted = select(func.count()).select_from(Submission).where(Submission.course_id == course.id)
        return Filled(course, instructor, learners, session.exec(counted).one())


@contextmanager
def serving(settings: Settings) -> Iterator[psutil.Process]:
    """Run the site in a process of its own."""
    env = {
        **os.environ,
        "CLASSROOM_DATA_DIR": str(settings.data_dir),
        "CLASSROOM_LESSONS_DIR": str(settings.lessons_dir),
        "CLASSROOM_DATABASE_URL": settings.database_url,
        "CLASSROOM_PORTAL_PORT": str(settings.portal_port),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "classroom.web"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            try:
                if httpx.get(f"{settings.portal_url}/healthz", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def timed(times: list[float], do: Callable[[], object]) -> object:
    """Do something, and note its milliseconds."""
    began = time.perf_counter()
    result = do()
    times.append((time.perf_counter() - began) * 1000)
    return result


def over_http(settings: Settings, database: Database, filled: Filled, rounds: int) -> dict[str, list[float]]:
    """Ask for every page in turns, first some times unmeasured."""
    with database.unit_of_work() as work:
        link = accounts.issue(
            work.session, CredentialKind.ONE_TIME_LINK, filled.instructor.id, lifetime=timedelta(minutes=5), label="b"
        )
    api = f"/api/v1/courses/{filled.course.slug}/cohort"
    exercise = next(iter(Catalog.load(settings.lessons_dir).exercises))
    pages = {
        "cohort page": "/cohort",
        "heat map, data": f"{api}/map",
        "figures and who needs help, data": f"{api}/attention",
        "exercise page": f"/cohort/exercises/{exercise}",
    }
    times: dict[str, list[float]] = {name: [] for name in pages}
    spent = dict.fromkeys(pages, 0.0)
    with serving(settings) as server, httpx.Client(base_url=settings.portal_url, trust_env=False, timeout=60) as client:
        assert client.get("/welcome", params={"link": link}).status_code == 303
        for number in range(-3, rounds):
            for name, path in pages.items():
                taken: list[float] = []
                before = sum(server.cpu_times()[:2])
                answer = timed(taken, lambda path=path: client.get(path, headers={"Accept": "text/html, */*"}))
                assert isinstance(answer, httpx.Response)
                assert answer.status_code == 200 or name == "exercise page", answer.text[:500]
                if number >= 0 and answer.status_code == 200:
                    times[name] += taken
                    spent[name] += sum(server.cpu_times()[:2]) - before
                if number == 0:
                    print(f"  {name}: {len(answer.content) / 1024:,.0f} KiB", file=sys.stderr)
    for name, some in times.items():
        if some:
            print(f"  {name}: {spent[name] / len(some) * 1000:.0f} ms of processor time", file=sys.stderr)
    return {name: some for name, some in times.items() if some}


def measure(url: str, options: argparse.Namespace) -> dict[str, list[float]]:
    """Fill a database, and measure on it."""
    with tempfile.TemporaryDirectory() as temporary:
        data = options.data_dir or Path(temporary) / "data"
        data.mkdir(mode=0o700, exist_ok=True)
        lessons = write_lessons(Path(temporary) / "lessons", options.exercises)
        settings = Settings(
            data_dir=data, lessons_dir=lessons, database_url=url, portal_port=free_port("127.0.0.1", 8400, set())
        )
        catalog = Catalog.load(lessons)
        with closing(Database(settings.database, statement_timeout_s=600)) as database:
            database.migrate()
            filled = filled_before(database)
            if filled is None:
                began = time.perf_counter()
                filled = fill(
                    database, list(catalog.exercises), learners=options.learners, attempts=options.attempts, seed=1
                )
                print(f"  filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            if database.engine.dialect.name == "postgresql":
                with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("ANALYZE")  # as autovacuum does by itself, in a while
            times: dict[str, list[float]] = {"heat map, in process": [], "peer: every attempt, counted in Python": []}
            for number in range(-1, options.rounds):
                found = [
                    timed(times["heat map, in process"], lambda: ours(database, filled, catalog)),
                    timed(times["peer: every attempt, counted in Python"], lambda: peer(database, filled)),
                ]
                assert found[0] == found[1], "they differ"
                if number < 0:
                    times = {name: [] for name in times}
            return {**over_http(settings, database, filled, options.rounds * 2), **times}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database-url", default="", help="an empty database on PostgreSQL")
    parser.add_argument("--data-dir", type=Path, help="a folder to keep; what was filled before is measured again")
    parser.add_argument("--learners", type=int, default=1_000)
    parser.add_argument("--exercises", type=int, default=70)
    parser.add_argument("--attempts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measure(options.database_url, options)
    if options.json:
        sys.stdout.write(json.dumps(times, indent=2) + "\n")
        return
    where = "PostgreSQL" if options.database_url else "SQLite"
    print(f"{where}, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, some in times.items():
        worst = statistics.quantiles(some, n=20)[-1]
        met = "" if "peer" in name or "process" in name else f", budget {BUDGET_MS}"
        print(f"{name:45} p50 {statistics.median(some):7.0f} ms, p95 {worst:7.0f}, n {len(some)}{met}")
    both = [statistics.median(times[name]) for name in times if "process" in name or "peer" in name]
    print(f"peer / ours, by the median: {both[1] / both[0]:.1f}")


if __name__ == "__main__":
    main()
