"""The migrations make the tables that the models describe, and lose nothing on the way."""

from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, text
from sqlmodel import select

from classroom.db import Database
from classroom.errors import Conflict
from classroom.models import Table, User
from classroom.rows import Row
from classroom.settings import REPOSITORY
from support.rows import contents, fill

pytestmark = pytest.mark.both_databases


@pytest.fixture
def empty(tmp_path, backend, request):
    """Give a database without tables, on either kind."""
    if backend == "sqlite":
        with closing(Database(f"sqlite:///{tmp_path / '100 %' / 'empty.db'}")) as database:
            yield database
        return
    with request.getfixturevalue("postgres").database("template1") as url, closing(Database(url)) as database:
        yield database


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_migrations_make_exactly_the_tables_of_the_models(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


@pytest.mark.sqlite_only("gives the text of a check back as it was written; PostgreSQL rewrites it")
def test_migrations_make_exactly_the_checks_of_the_models(database):
    """Alembic compares no check constraints by itself."""
    migrated = {
        (name, check["name"], check["sqltext"])
        for name in Table.metadata.tables
        for check in inspect(database.engine).get_check_constraints(name)
    }
    described = {
        (table.name, str(constraint.name), str(constraint.sqltext))
        for table in Table.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert migrated == described
    assert described


def test_migrating_twice_changes_nothing(empty):
    empty.migrate()
    with empty.unit_of_work() as work:
        work.session.add(User(name="ada", display_name="Ada"))
    empty.migrate()
    with empty.read() as session:
        assert session.exec(select(User.name)).all() == ["ada"]


def test_down_and_up_again_leaves_the_same_tables(empty):
    empty.migrate()
    before = tables(empty)
    empty.change_schema(lambda config: command.downgrade(config, "base"))
    assert tables(empty) == {"alembic_version"}
    empty.migrate()
    assert tables(empty) == before


def revisions() -> list[str]:
    scripts = ScriptDirectory(str(REPOSITORY / "platform" / "migrations"))
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_every_step_up_and_down_keeps_every_row_of_every_table(empty):
    """Walk up through all revisions with a row in each table as soon as it is there, stepping back once at each."""
    before: dict[str, list[Row]] = {}
    earlier = "base"
    for revision in revisions():
        empty.migrate(revision)
        with empty.unit_of_work() as work:
            upgraded = contents(work.session.connection())
        assert lost(before, upgraded) == []
        if earlier != "base":
            empty.migrate(earlier)
            with empty.unit_of_work() as work:
                assert lost(before, contents(work.session.connection())) == []
            empty.migrate(revision)
        with empty.unit_of_work() as work:
            fill(work.session.connection())
            before = contents(work.session.connection())
        earlier = revision
    assert all(len(found) == 1 for found in before.values())
    assert set(before) == set(Table.metadata.tables)


def lost(before: dict[str, list[Row]], after: dict[str, list[Row]]) -> list[str]:
    """Name what was there before and is not, or is another, in the tables and columns that there are."""
    return [
        f"{table}: {row}"
        for table, rows in before.items()
        for row in rows
        if table in after
        and not any(all(other[name] == row[name] for name in row.keys() & other.keys()) for other in after[table])
    ]


@pytest.mark.parametrize("revision", ["0001", "0003"])
def test_a_database_of_an_earlier_release_comes_up_in_one_go(revision, empty):
    empty.migrate(revision)
    with empty.unit_of_work() as work:
        fill(work.session.connection())
        before = contents(work.session.connection())
    empty.migrate()
    empty.require_current()
    with empty.read() as session:
        assert lost(before, contents(session.connection())) == []


def test_a_schema_of_another_version_is_refused_with_advice(empty):
    with pytest.raises(Conflict, match=r"at revision none.*classroom migrate"):
        empty.require_current()
    empty.migrate("0003")
    with pytest.raises(Conflict, match=r"at revision 0003.*classroom migrate"):
        empty.require_current()
    empty.migrate()
    empty.require_current()
    with empty.unit_of_work() as work:
        work.session.exec(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (empty.require_current, empty.migrate):
        with pytest.raises(Conflict, match=r"9999.*a newer one has made it"):
            use()


def test_an_unknown_revision_is_refused(empty):
    with pytest.raises(Conflict, match="There is no revision 7777"):
        empty.migrate("7777")


def test_every_foreign_key_has_an_index_that_finds_who_refers_to_a_row(database):
    """Else deleting a person would read whole tables, once for each of their rows."""
    look = inspect(database.engine)
    without = []
    for table in Table.metadata.tables:
        found = [index["column_names"] for index in look.get_indexes(table)]
        found += [unique["column_names"] for unique in look.get_unique_constraints(table)]
        found.append(look.get_pk_constraint(table)["constrained_columns"])
        without += [
            f"{table}.{key['constrained_columns']}"
            for key in look.get_foreign_keys(table)
            if not any(names[: len(key["constrained_columns"])] == key["constrained_columns"] for names in found)
        ]
    assert without == []


@pytest.mark.sqlite_only("copies a table, which only SQLite needs")
def test_a_table_that_is_copied_keeps_the_rows_that_refer_to_it(database, desk):
    """SQLite alters a table by dropping the old one: with foreign keys on, every submission would go with its user."""
    submission = desk.hand_in()

    def rebuild(config) -> None:
        context = MigrationContext.configure(config.attributes["connection"])
        with Operations(context).batch_alter_table("users", recreate="always"):
            pass

    database.change_schema(rebuild)
    with database.read() as session:
        kept = session.exec(text("SELECT count(*) FROM submissions")).one()[0]
    assert kept == 1
    assert submission.number == 1


def test_a_migration_that_breaks_off_changes_nothing(empty):
    empty.migrate()
    before = tables(empty)

    def break_off(config) -> None:
        command.downgrade(config, "base")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty.change_schema(break_off)
    assert tables(empty) == before


@pytest.mark.sqlite_only("keeps foreign keys off while it migrates; PostgreSQL never does")
def test_a_migration_that_leaves_a_row_pointing_nowhere_is_undone(database, desk):
    desk.hand_in()
    with pytest.raises(RuntimeError, match="refer to none"):
        database.change_schema(lambda config: config.attributes["connection"].execute(text("DELETE FROM users")))
    with database.read() as session:
        assert session.exec(select(User.name)).all() != []
