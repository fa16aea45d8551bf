"""The migrations make the tables that the models describe, and lose nothing on the way."""

from contextlib import closing
from itertools import pairwise

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, text
from sqlmodel import select

from classroom.db import Database
from classroom.models import Table, User


@pytest.fixture
def empty(tmp_path):
    with closing(Database(f"sqlite:///{tmp_path / '100 %' / 'empty.db'}")) as database:
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


def test_one_step_down_and_up_at_every_revision_keeps_the_people(empty):
    """Try each revision on data of the one before it; the first alone has nothing to step over."""
    revisions: list[str] = []
    empty.change_schema(
        lambda config: revisions.extend(
            script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
        )
    )
    empty.change_schema(lambda config: command.upgrade(config, revisions[0]))
    with empty.unit_of_work() as work:
        work.session.exec(
            text("INSERT INTO users (id, name, display_name, is_admin, created_at) VALUES ('1', 'ada', 'Ada', 0, 0)")
        )
    for earlier, later in pairwise(revisions):
        empty.change_schema(lambda config, to=later: command.upgrade(config, to))
        empty.change_schema(lambda config, to=earlier: command.downgrade(config, to))
        empty.change_schema(lambda config, to=later: command.upgrade(config, to))
    with empty.read() as session:
        assert session.exec(select(User.name)).all() == ["ada"]


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
