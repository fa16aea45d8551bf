"""What only PostgreSQL does: it is restarted, breaks deadlocks, limits waiting, and refuses what SQLite takes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import inspect, text
from sqlmodel import select

from classroom.db import Database
from classroom.errors import Invalid, Unavailable
from classroom.models import Table, User
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres_only


@pytest.fixture
def ada(database) -> User:
    with database.unit_of_work() as work:
        user = User(name="ada", display_name="Ada")
        work.session.add(user)
    return user


@pytest.fixture
def restarted(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Give the server to a test that stops it; the next finds it running."""
    yield postgres
    if not postgres.running:
        postgres.start()


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(User.name)))


def test_a_restart_of_the_server_heals_by_itself(database, ada, restarted):
    assert names(database) == ["ada"]  # so that the pool holds a connection, which is about to die
    restarted.stop()
    for use in (lambda: names(database), lambda: add(database, "bob")):
        with pytest.raises(Unavailable, match="out of reach") as refused:
            use()
        assert refused.value.headers["Retry-After"]
    restarted.start()
    add(database, "bob")
    assert names(database) == ["ada", "bob"]


def test_a_crash_in_the_middle_of_a_transaction_writes_nothing(database, ada, restarted):
    with pytest.raises(Unavailable), database.unit_of_work() as work:
        work.session.add(User(name="bob", display_name="Bob"))
        work.session.flush()
        restarted.stop(signal.SIGQUIT)
        work.session.exec(select(User)).all()
    restarted.start()
    assert names(database) == ["ada"]


def add(database: Database, name: str) -> None:
    with database.unit_of_work() as work:
        work.session.add(User(name=name, display_name=name))


def test_of_two_in_each_others_way_one_goes_on_and_the_other_is_told(database, ada):
    add(database, "bob")
    both_hold_one = threading.Barrier(2)
    outcomes: list[str] = []

    def lock(first: str, second: str) -> None:
        try:
            with database.unit_of_work() as work:
                work.session.exec(select(User).where(User.name == first).with_for_update()).one()
                both_hold_one.wait()
                work.session.exec(select(User).where(User.name == second).with_for_update()).one()
            outcomes.append("went on")
        except Unavailable:
            outcomes.append("was told")

    threads = [threading.Thread(target=lock, args=names) for names in (("ada", "bob"), ("bob", "ada"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["was told", "went on"]


def test_a_statement_that_takes_too_long_is_ended(database):
    with (
        closing(Database(database.url, statement_timeout_s=0.05)) as hurried,
        pytest.raises(Unavailable),
        hurried.read() as session,
    ):
        session.exec(text("SELECT pg_sleep(60)"))


@pytest.mark.parametrize("value", ["a\x00b", "x" * 65], ids=["NUL", "too long"])
def test_what_a_column_cannot_hold_is_invalid_and_no_fault(value, database):
    with pytest.raises(Invalid), database.unit_of_work() as work:
        work.session.add(User(name=value, display_name="x"))
    assert names(database) == []


def test_a_writer_reads_what_is_committed_and_a_reader_one_state(database):
    asked = text("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
    with database.unit_of_work() as work:
        assert work.session.exec(asked).one() == ("read committed", "off")
    with database.read() as session:
        assert session.exec(asked).one() == ("repeatable read", "on")
    with database.unit_of_work() as work:  # the same connection, given back and taken again
        assert work.session.exec(asked).one() == ("read committed", "off")


def test_commits_are_synced_to_disk_unless_they_may_be_lost(database):
    def synced(**how: bool) -> str:
        with database.unit_of_work(**how) as work:
            return work.session.exec(text("SELECT current_setting('synchronous_commit')")).one()[0]

    assert [synced(), synced(durable=False), synced()] == ["on", "off", "on"]


def test_two_processes_that_migrate_at_once_wait_for_each_other(postgres):
    failed: list[BaseException] = []

    def migrate(url: str) -> None:
        try:
            with closing(Database(url)) as opened:
                opened.migrate()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)

    with postgres.database("template1") as url:
        threads = [threading.Thread(target=migrate, args=(url,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        with closing(Database(url)) as opened:
            assert set(Table.metadata.tables) < set(inspect(opened.engine).get_table_names())
