"""Everything moves from SQLite to PostgreSQL, or nothing does; and the classroom runs on it afterwards."""

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from classroom import accounts, moving, submissions
from classroom.db import Database
from classroom.errors import Conflict, Invalid, Unavailable
from classroom.models import AuditEvent, CredentialKind, Table, User
from support.rows import contents, fill

pytestmark = pytest.mark.sqlite_only("begins on SQLite and ends on PostgreSQL")


@pytest.fixture
def target(postgres):
    with postgres.database("template1") as url, closing(Database(url)) as opened:
        yield opened


def everything(database: Database) -> dict:
    with database.read() as session:
        return contents(session.connection())


def move(source: Database, target: Database, said: list | None = None) -> moving.Moved:
    return moving.move(source, target, say=lambda *told: None if said is None else said.append(told))


def test_a_row_of_every_table_arrives_as_it_was(database, target):
    with database.unit_of_work() as work:
        fill(work.session.connection())
    before, said = everything(database), []
    moved = move(database, target, said)
    assert everything(target) == before == everything(database)
    assert set(before) == set(Table.metadata.tables)
    assert moved == moving.Moved(tables=len(before), rows=sum(map(len, before.values())))
    assert {table for table, _rows in said} == set(before)


def test_the_classroom_runs_on_it_afterwards(database, target, desk, make_report):
    first = desk.hand_in()
    with database.unit_of_work() as work:
        session = accounts.issue(
            work.session, CredentialKind.SESSION, desk.people.alice.id, lifetime=timedelta(hours=1)
        )
    move(database, target)
    with target.read() as opened:
        owner, _credential = accounts.authenticate(opened, {CredentialKind.SESSION}, session)
        highest = opened.exec(select(func.max(AuditEvent.id))).one()
    assert owner.id == desk.people.alice.id
    desk.database = target
    second = desk.hand_in()
    assert second.number == first.number + 1
    for job_id in desk.queued:  # what waited on SQLite is graded on PostgreSQL
        with target.unit_of_work() as work:
            claim = submissions.claim(work, job_id, worker="w", lease_s=30)
        with target.unit_of_work() as work:
            assert submissions.finish(work, claim, make_report(3.0))
    with target.read() as opened:
        assert opened.exec(select(func.max(AuditEvent.id))).one() > highest


def test_a_database_that_holds_something_is_no_target(database, target, people):
    target.migrate()
    with target.unit_of_work() as work:
        work.session.add(User(name="ada", display_name="Ada"))
    with pytest.raises(Conflict, match="holds data already"):
        move(database, target)
    with target.read() as session:
        assert session.exec(select(User.name)).all() == ["ada"]


def test_a_value_that_postgresql_refuses_moves_nothing_and_is_named(database, target, people):
    with database.unit_of_work() as work:
        work.session.exec(text("UPDATE users SET display_name = 'a' || char(0) || 'b' WHERE name = 'bob'"))
    with pytest.raises(Invalid, match=r"users.*NUL"):
        move(database, target)
    assert sum(map(len, everything(target).values())) == len(everything(target)["audit_head"])


def test_what_arrives_otherwise_than_it_was_sent_is_noticed(database, target, people):
    target.migrate()
    with target.unit_of_work() as work:
        work.session.exec(
            text(
                "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.display_name := 'x'; RETURN NEW; END $$"
            )
        )
        work.session.exec(text("CREATE TRIGGER spoil BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION spoil()"))
    with pytest.raises(Conflict, match="users: 4 rows were sent"):
        move(database, target)
    assert everything(target)["courses"] == []


def test_a_source_of_another_revision_does_not_move(database, target):
    database.migrate("0020")
    with pytest.raises(Conflict, match="classroom migrate"):
        move(database, target)


def test_many_rows_go_in_batches_and_nobody_writes_meanwhile(database, target):
    with database.unit_of_work() as work:
        work.session.add_all(User(name=f"user-{number}", display_name="x") for number in range(1201))
    said = []
    refused = []

    def say(table: str, rows: int) -> None:
        said.append((table, rows))
        if table == "users" and not refused:
            with (
                closing(Database(database.url, busy_timeout_s=0.01)) as other,
                pytest.raises(Unavailable),
                other.unit_of_work() as work,
            ):
                work.session.add(User(name="late", display_name="x"))
            refused.append(table)

    moving.move(database, target, say=say)
    assert [rows for table, rows in said if table == "users"][:3] == [500, 1000, 1201]
    assert refused == ["users"]
