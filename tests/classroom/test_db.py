"""What a unit of work promises, on real databases."""

import logging
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from classroom import accounts
from classroom.db import Database
from classroom.errors import Unavailable
from classroom.models import Credential, CredentialKind, Draft, User


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(User.name).order_by(User.name)))


def add(session, name: str) -> User:
    user = User(name=name, display_name=name)
    session.add(user)
    session.flush()
    return user


def test_a_unit_of_work_is_committed_at_its_end(database):
    with database.unit_of_work() as work:
        add(work.session, "ada")
    assert names(database) == ["ada"]


def test_an_exception_undoes_the_whole_unit_of_work(database):
    called = []
    with pytest.raises(LookupError), database.unit_of_work() as work:
        work.after_commit(lambda: called.append("ada"))
        add(work.session, "ada")
        raise LookupError
    assert names(database) == []
    assert called == []


def test_callbacks_see_what_was_committed(database):
    seen = []
    with database.unit_of_work() as work:
        work.after_commit(lambda: seen.append(names(database)))
        add(work.session, "ada")
        assert seen == []
    assert seen == [["ada"]]


def test_a_failing_callback_neither_undoes_the_commit_nor_stops_the_others(database, caplog):
    called = []
    with caplog.at_level(logging.ERROR, logger="classroom.db"), database.unit_of_work() as work:
        work.after_commit(lambda: 1 // 0)
        work.after_commit(lambda: called.append("second"))
        add(work.session, "ada")
    assert called == ["second"]
    assert names(database) == ["ada"]
    assert "ZeroDivisionError" in caplog.text


def test_objects_stay_readable_after_the_commit(database):
    with database.unit_of_work() as work:
        user = add(work.session, "ada")
    assert user.name == "ada"
    assert user.created_at.tzinfo is not None


def test_a_reader_cannot_write(database):
    with database.read() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.exec(text("DELETE FROM users"))
    with database.unit_of_work() as work:  # the same pooled connection writes again
        add(work.session, "ada")
    assert names(database) == ["ada"]


def test_a_reader_sees_one_state_while_others_write(database):
    with database.read() as session:
        assert session.exec(select(User.name)).all() == []
        with database.unit_of_work() as work:
            add(work.session, "ada")
        assert session.exec(select(User.name)).all() == []
    assert names(database) == ["ada"]


@pytest.mark.sqlite_only("lets one writer in at a time; on PostgreSQL a service locks what it decides upon")
def test_a_read_that_turns_into_a_write_is_never_refused(database):
    """Deferred transactions fail here at once with "database is locked", whatever the time-out."""
    rounds, failures = 25, []

    def count_up() -> None:
        for _ in range(rounds):
            try:
                with database.unit_of_work() as work:
                    add(work.session, f"user-{len(work.session.exec(select(User.id)).all())}")
            except Exception as error:  # noqa: BLE001 - the test says which
                failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(names(database)) == 4 * rounds


def test_a_locked_database_says_so_and_nothing_is_written(database):
    with closing(Database(database.url, busy_timeout_s=0.05)) as hurried:
        called = []
        with database.unit_of_work() as holder:
            add(holder.session, "ada")
            with pytest.raises(Unavailable) as refused, hurried.unit_of_work() as work:
                work.after_commit(lambda: called.append("ada"))
                add(work.session, "ada")
        assert refused.value.status_code == 503
        assert refused.value.headers["Retry-After"]
        assert called == []
    assert names(database) == ["ada"]


@pytest.mark.sqlite_only("fills the pages that a SQLite file may have")
def test_a_full_disk_says_so_and_nothing_is_written(database):
    with database.read() as session:
        pages = session.exec(text("PRAGMA page_count")).one()[0]
    with pytest.raises(Unavailable), database.unit_of_work() as work:
        work.session.exec(text(f"PRAGMA max_page_count = {pages}"))
        for number in range(200):
            add(work.session, f"{number:03}" + "x" * 60)
    database.engine.dispose()
    assert names(database) == []


def test_a_fault_of_ours_is_not_passed_off_as_a_busy_database(database):
    with pytest.raises(DBAPIError, match="nowhere"), database.read() as session:
        session.exec(text("SELECT * FROM nowhere"))


def test_foreign_keys_hold_and_cascade(database):
    with pytest.raises(IntegrityError), database.unit_of_work() as work:
        work.session.add(Draft(course_id=uuid4(), user_id=uuid4(), exercise_id="e", source=""))
    with database.unit_of_work() as work:
        user = accounts.create_user(work.session, "ada")
        accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=timedelta(minutes=10))
    with database.unit_of_work() as work:
        work.session.delete(work.session.get_one(User, user.id))
    with database.read() as session:
        assert session.exec(select(Credential)).all() == []


@pytest.mark.sqlite_only("asks pragmas")
def test_commits_are_synced_to_disk_unless_they_may_be_lost(database):
    def synchronous(**how) -> int:
        with database.unit_of_work(**how) as work:
            assert work.session.exec(text("PRAGMA journal_mode")).one()[0] == "wal"
            return work.session.exec(text("PRAGMA synchronous")).one()[0]

    full, normal = 2, 1
    assert [synchronous(), synchronous(durable=False), synchronous()] == [full, normal, full]


@pytest.mark.sqlite_only("is about the file")
def test_the_database_is_an_ordinary_file_for_other_tools(database, settings):
    with database.unit_of_work() as work:
        add(work.session, "ada")
    with closing(sqlite3.connect(settings.data_dir / "classroom.db")) as plain:
        assert plain.execute("SELECT name, is_admin FROM users").fetchall() == [("ada", 0)]
