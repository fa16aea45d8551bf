"""Real things to test on: settings in a folder of their own, a migrated database, people, the real lessons.

Tests of the services, which are the modules of this very folder, run on SQLite and on PostgreSQL where they use the
database. What stands in the folders below (pages, apps, kernels) runs on SQLite, unless its module is marked
`both_databases`. A test that is about SQLite is marked `sqlite_only`, with the reason.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from classroom import accounts, courses, submissions
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import Course, Role, Submission, User
from classroom.settings import REPOSITORY, Settings
from evmbox.report import Deployed, Outcome, Report, Timings, Versions
from support.postgres import HOW_TO_INSTALL, PostgresServer, binaries, postgres_server

EXERCISE = "hello-storage"
SOURCE = "contract SimpleStorage {}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" not in metafunc.fixturenames:
        return
    if metafunc.definition.get_closest_marker("postgres_only"):
        metafunc.parametrize("backend", ["postgresql"], indirect=True, scope="session")
        return
    of_services = metafunc.definition.path.parent == Path(__file__).parent and "database" in metafunc.fixturenames
    wanted = of_services or metafunc.definition.get_closest_marker("both_databases")
    if wanted and not metafunc.definition.get_closest_marker("sqlite_only"):
        metafunc.parametrize("backend", ["sqlite", "postgresql"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database that this test runs on."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL with a migrated template. Without one the test is skipped, and the run says so."""
    programs = binaries()
    if programs is None:
        pytest.skip(HOW_TO_INSTALL)
    with postgres_server(programs) as server:
        server.make_template(_migrate)
        yield server


def _migrate(url: str) -> None:
    with closing(Database(url)) as database:
        database.migrate()


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a migrated database of this test's own; empty for the SQLite file in the data folder."""
    if backend == "sqlite":
        yield ""
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Give settings on a data folder of this test's own."""
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    return Settings(data_dir=data_dir, lessons_dir=REPOSITORY / "lessons", database_url=database_url)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database file with tables and nothing in them, made by the real migrations, once."""
    path = tmp_path_factory.mktemp("migrated") / "classroom.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(settings: Settings, migrated: Path) -> Iterator[Database]:
    """Give a migrated database of this test's own."""
    if not settings.database_url:
        shutil.copy(migrated, settings.data_dir / "classroom.db")
    with closing(Database(settings.database)) as database:
        yield database


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Load the real course."""
    return Catalog.load(REPOSITORY / "lessons")


@dataclass(frozen=True)
class People:
    """A course with two learners and an instructor, and a stranger who is in no course."""

    course: Course
    alice: User
    bob: User
    teacher: User
    stranger: User


@dataclass(frozen=True)
class _Titled:
    title: str = "A course"


@pytest.fixture
def people(database: Database) -> People:
    with database.unit_of_work() as work:
        session = work.session
        course = courses.ensure_default_course(session, _Titled())
        alice, bob, teacher, stranger = (
            accounts.create_user(session, name, display_name=name.title())
            for name in ("alice", "bob", "teacher", "stranger")
        )
        courses.enrol(session, course, alice, Role.LEARNER)
        courses.enrol(session, course, bob, Role.LEARNER)
        courses.enrol(session, course, teacher, Role.INSTRUCTOR)
    return People(course, alice, bob, teacher, stranger)


@dataclass
class Desk:
    """Hands attempts in as the API does, and keeps the jobs that would be in the queue."""

    database: Database
    settings: Settings
    people: People
    queued: list[UUID]

    def hand_in(
        self,
        user: User | None = None,
        *,
        source: str = SOURCE,
        exercise_id: str = EXERCISE,
        key: str | None = None,
        settings: Settings | None = None,
        enqueue: Callable[[UUID], object] | None = None,
    ) -> Submission:
        with self.database.unit_of_work() as work:
            return submissions.submit(
                work,
                user=user or self.people.alice,
                course=self.people.course,
                exercise_id=exercise_id,
                source=source,
                idempotency_key=key or uuid4().hex,
                enqueue=enqueue or self.queued.append,
                settings=settings or self.settings,
                key=server_key(self.settings),
            )


@pytest.fixture
def desk(database: Database, settings: Settings, people: People) -> Desk:
    return Desk(database, settings, people, [])


@pytest.fixture
def make_report() -> Callable[..., Report]:
    """Verdicts as the sandbox gives them."""

    def make(score: float = 3.0, *, outcome: Outcome | None = None, max_score: float = 3.0) -> Report:
        return Report(
            exercise_id=EXERCISE,
            outcome=outcome or (Outcome.PASSED if score == max_score else Outcome.FAILED),
            score=score,
            max_score=max_score,
            deployed=Deployed(
                contract="SimpleStorage",
                address="0x" + "11" * 20,
                deployer="0x" + "22" * 20,
                gas_used=100_000,
                bytecode_sha256="33" * 32,
            ),
            timings=Timings(total_ms=12.5),
            versions=Versions(solc="0.8.37", evm="prague", exercise="44" * 32),
        )

    return make
