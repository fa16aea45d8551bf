"""The database: how it is opened, read, written and brought up to date. No tables and no rules.

Whoever writes does so in a `unit_of_work`: one transaction, all or nothing, with callbacks for what must happen only
once it is on disk. Whoever reads takes `read()`, which the database itself keeps from writing. On SQLite a write
transaction begins with BEGIN IMMEDIATE, because a read that turns into a write fails at once, whatever the time-out.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlmodel import Session

from classroom.errors import Unavailable
from classroom.settings import REPOSITORY

BUSY_TIMEOUT_S = 5.0
"""How long a writer waits for another before it is told that the record is busy."""

_MIGRATIONS = REPOSITORY / "platform" / "migrations"
_SQLITE_OUT_OF_ORDER = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
}

logger = logging.getLogger(__name__)


class UnitOfWork:
    """One transaction: its session, and what is to happen once it is committed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._callbacks: list[Callable[[], object]] = []

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Call this once the transaction is on disk, and never if it fails."""
        self._callbacks.append(callback)

    def committed(self) -> None:
        """Run the callbacks. What one of them raises is logged: it can neither undo the commit nor stop the others."""
        for callback in self._callbacks:
            try:
                callback()
            except Exception:
                logger.exception("A callback failed after its transaction was committed")


class Database:
    """One database, by its SQLAlchemy address. Safe to share between threads."""

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = url
        self._busy_timeout_s = busy_timeout_s
        self.engine = self._open(pool_size=10, max_overflow=40, pool_timeout=busy_timeout_s)
        self._reader = self.engine.execution_options(read_only=True, postgresql_readonly=True)
        self._unsynced = self.engine.execution_options(unsynced=True)

    @property
    def reads_at_once(self) -> bool:
        """Whether a short read takes less time than giving it to another thread, and waits for nobody: a local file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit_of_work(self, *, durable: bool = True) -> Iterator[UnitOfWork]:
        """Open a transaction that is committed at the end, or undone by any exception.

        Objects stay readable after the commit. Raises Unavailable where the database is locked, full or out of reach;
        then nothing was written. Where `durable` is False, a power cut may undo the commit too, though never a later
        one alone: for what is simply done again.
        """
        with (
            _unavailable_if_out_of_order(),
            Session(self.engine if durable else self._unsynced, expire_on_commit=False) as session,
            session.begin(),
        ):
            work = UnitOfWork(session)
            yield work
        work.committed()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session on one state of the database; an attempt to write through it is an error."""
        with _unavailable_if_out_of_order(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    def migrate(self) -> None:
        """Bring the tables up to date, in one transaction. Data are kept; two callers at once wait for each other."""
        self.change_schema(lambda config: command.upgrade(config, "head"))

    def revisions(self) -> tuple[str | None, str | None]:
        """Return the revision at which the tables are, None where there are none, and the newest there is."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with _unavailable_if_out_of_order(), self._reader.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
        return present, ScriptDirectory.from_config(config).get_current_head()

    def change_schema(self, change: Callable[[Config], object]) -> None:
        """Run an Alembic command in one transaction on a connection of its own.

        SQLite alters a table by copying it and dropping the old one. With foreign keys on, that drop would delete
        every row that refers to it, so they are off until it is done, and checked before the commit.
        """
        if (url := make_url(self.url)).get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = self._open(poolclass=NullPool, foreign_keys=False)
        with _unavailable_if_out_of_order(), engine.begin() as connection:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
            change(config)
            if engine.dialect.name == "sqlite":
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration leaves rows that refer to none: {broken[:10]}")

    def close(self) -> None:
        """Close every idle connection."""
        self.engine.dispose()

    def _open(self, *, foreign_keys: bool = True, **pool: object) -> Engine:
        url = make_url(self.url)
        if url.get_backend_name() != "sqlite":
            return create_engine(url, **pool)
        engine = create_engine(url, connect_args={"timeout": self._busy_timeout_s}, **pool)

        @event.listens_for(engine, "connect")
        def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # the driver begins nothing: `begin` below does
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            options = connection.get_execution_options()
            read_only = options.get("read_only", False)
            cursor = connection.connection.cursor()  # beneath SQLAlchemy, whose bookkeeping costs more than the pragmas
            cursor.execute(f"PRAGMA query_only = {int(read_only)}")
            cursor.execute(f"PRAGMA synchronous = {'NORMAL' if options.get('unsynced') else 'FULL'}")
            cursor.close()
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

        return engine


@contextmanager
def _unavailable_if_out_of_order() -> Iterator[None]:
    try:
        yield
    except (exc.OperationalError, exc.TimeoutError) as error:
        cause = getattr(error, "orig", None)
        if isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF not in _SQLITE_OUT_OF_ORDER:
            raise  # such as a missing table: a fault of ours, not a state of the database
        raise Unavailable(
            "The record is busy or its disk is full; nothing was written. Try again in a moment.",
            headers={"Retry-After": "1"},
        ) from error
