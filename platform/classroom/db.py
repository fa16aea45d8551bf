"""The database: how it is opened, read, written and brought up to date. No tables and no rules.

Whoever writes does so in a `unit_of_work`: one transaction, all or nothing, with callbacks for what must happen only
once it is on disk. Whoever reads takes `read()`, which the database itself keeps from writing. On SQLite a write
transaction begins with BEGIN IMMEDIATE, because a read that turns into a write fails at once, whatever the time-out.
On PostgreSQL a writer is READ COMMITTED and locks the rows it decides upon: it waits for another and then sees what
that one did, where the higher levels would break off in the middle of a block that nobody can begin anew for it.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlmodel import Session

from classroom.errors import Conflict, Invalid, Unavailable
from classroom.settings import REPOSITORY, Settings
from classroom.telemetry.logs import words

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
_POSTGRES_BUSY = {"40001", "40P01", "55P03", "57014"}  # no serial order, deadlock, no lock in time, no answer in time
_POSTGRES_OUT_OF_REACH = ("08", "53", "57P", "58")  # connection, resources such as the disk, shut down, its files
_MAPPED_BYTES = 1024**3  # so much of SQLite's file is read where it lies, without a copy of each page
_MIGRATING = 7_250_114_801  # the advisory lock of who changes the schema: any number, as long as it is always the same
_BUSY = "The record is busy or its disk is full; nothing was written. Try again in a moment."
_OUT_OF_REACH = "The record is out of reach or its disk is full. Try again in a moment; what is sent twice counts once."

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

    def __init__(
        self,
        url: str,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        statement_timeout_s: float = 30.0,
        pool_size: int = 10,
        pool_overflow: int = 40,
    ) -> None:
        self.url = url
        self._busy_timeout_s = busy_timeout_s
        self._statement_timeout_s = statement_timeout_s
        self.engine = self._open(pool_size=pool_size, max_overflow=pool_overflow, pool_timeout=busy_timeout_s)
        self._reader = self.engine.execution_options(read_only=True, postgresql_readonly=True)
        if self.engine.dialect.name == "postgresql":  # so that all its queries see one state; on SQLite they do anyway
            self._reader = self._reader.execution_options(isolation_level="REPEATABLE READ")
        self._unsynced = self.engine.execution_options(unsynced=True)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Open the database of these settings, with their limits."""
        return cls(
            settings.database,
            busy_timeout_s=settings.database_wait_s,
            statement_timeout_s=settings.database_statement_s,
            pool_size=settings.database_pool_size,
            pool_overflow=settings.database_pool_overflow,
        )

    @property
    def reads_at_once(self) -> bool:
        """Whether a short read takes less time than giving it to another thread, and waits for nobody: a local file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit_of_work(self, *, durable: bool = True) -> Iterator[UnitOfWork]:
        """Open a transaction that is committed at the end, or undone by any exception.

        Objects stay readable after the commit. Raises Unavailable where the database is locked, full or out of reach;
        then nothing was written, unless PostgreSQL was lost during the commit itself, when nobody can tell. Raises
        Invalid for a value that its column cannot hold. Where `durable` is False, a power cut may undo the commit too,
        though never a later one alone: for what is simply done again.
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

    def migrate(self, to: str = "head") -> None:
        """Bring the tables to a revision, in one transaction; two callers at once wait for each other.

        Data are kept, but for what an older revision has no room for. Raises Conflict for a revision unknown here.
        """
        present, _newest = self.revisions()
        scripts = ScriptDirectory.from_config(_alembic())
        known = {script.revision for script in scripts.walk_revisions()}
        if to not in known | {"head", "base"}:
            raise Conflict(f"There is no revision {to}. There are {', '.join(sorted(known))}.")
        if present is not None and present not in known:
            raise Conflict(_too_new(present))
        behind = {script.revision for script in scripts.iterate_revisions(present, "base")} if present else set()
        down = present is not None and to != present and to in behind | {"base"}
        change = command.downgrade if down else command.upgrade
        self.change_schema(lambda config: change(config, to))

    def revisions(self) -> tuple[str | None, str | None]:
        """Return the revision at which the tables are, None where there are none, and the newest there is."""
        newest = ScriptDirectory.from_config(_alembic()).get_current_head()
        url = make_url(self.url)
        if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
            return None, newest  # asking would make it
        with _unavailable_if_out_of_order(), self._reader.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
        return present, newest

    def require_known(self, revision: str) -> None:
        """Raise Conflict where a revision is of a newer version than this."""
        if revision not in {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}:
            raise Conflict(_too_new(revision))

    def require_current(self) -> None:
        """Raise Conflict, with advice, where the tables are not exactly those that this version was made for."""
        present, newest = self.revisions()
        if present == newest:
            return
        if present is not None:
            self.require_known(present)
        raise Conflict(
            f"The database is at revision {present or 'none'}, and this version needs {newest}. "
            "`classroom migrate` brings it up to date, after a backup."
        )

    def change_schema(self, change: Callable[[Config], object]) -> None:
        """Run an Alembic command in one transaction on a connection of its own.

        SQLite alters a table by copying it and dropping the old one. With foreign keys on, that drop would delete
        every row that refers to it, so they are off until it is done, and checked before the commit.
        """
        if (url := make_url(self.url)).get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = self._open(poolclass=NullPool, foreign_keys=False)
        with _unavailable_if_out_of_order(), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))  # a large table takes its time
                connection.execute(text("SET LOCAL lock_timeout = '60s'"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
            change(_alembic(connection=connection))
            if engine.dialect.name == "sqlite":
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration leaves rows that refer to none: {broken[:10]}")

    def rebuild(self, change: Callable[[Callable[[str], None], Connection], object]) -> None:
        """Give, in one transaction, what migrates to a revision and the connection to fill what was migrated."""

        def run(config: Config) -> None:
            change(lambda revision: command.upgrade(config, revision), config.attributes["connection"])

        self.change_schema(run)

    def close(self) -> None:
        """Close every idle connection."""
        self.engine.dispose()

    def _open(self, *, foreign_keys: bool = True, **pool: object) -> Engine:
        url = make_url(self.url)
        if url.get_backend_name() in {"postgres", "postgresql"}:
            return self._open_postgres(url, **pool)
        engine = create_engine(url, connect_args={"timeout": self._busy_timeout_s}, **pool)

        @event.listens_for(engine, "connect")
        def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            connection.isolation_level = None  # the driver begins nothing: `begin` below does
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
            cursor.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
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

    def _open_postgres(self, url: URL, **pool: object) -> Engine:
        limits = {
            "lock_timeout": self._busy_timeout_s,
            "statement_timeout": self._statement_timeout_s,
            "idle_in_transaction_session_timeout": 2 * self._statement_timeout_s,  # of a process that hangs
        }
        options = " ".join(f"-c {name}={round(1000 * seconds)}" for name, seconds in limits.items())
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,  # a server that was restarted costs a reconnection, and nobody an error
            connect_args={
                "connect_timeout": 10,
                "application_name": "classroom",
                "options": f"-c timezone=UTC {options}",
            },
            **pool,
        )

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get("unsynced"):
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")

        return engine


def _alembic(**attributes: Any) -> Config:
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _too_new(present: str) -> str:
    return (
        f"The database is at revision {present}, which this version does not know: a newer one has made it. "
        "Install that version again, or restore a backup from before it."
    )


def postgres_dsn(url: str) -> str | None:
    """Give the address of a PostgreSQL database as its own tools write it, None for another database."""
    parts = make_url(url)
    if parts.get_backend_name() != "postgresql":
        return None
    return parts.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def _unavailable_if_out_of_order() -> Iterator[None]:
    try:
        yield
    except exc.TimeoutError as error:  # no connection of the pool was free in time
        raise Unavailable(_BUSY, headers={"Retry-After": "1"}) from error
    except exc.DBAPIError as error:
        if (translated := _translated(error)) is error:
            raise
        raise translated from error


def _translated(error: exc.DBAPIError) -> Exception:
    """Tell a state of the database from a fault of ours, such as a missing table, which stays what it is."""
    cause: Any = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        state = cause.sqlite_errorcode & 0xFF in _SQLITE_OUT_OF_ORDER
        return Unavailable(_BUSY, headers={"Retry-After": "1"}) if state else error
    if isinstance(cause, sqlite3.Error):
        return error
    code: str | None = getattr(cause, "sqlstate", None)
    if code in _POSTGRES_BUSY:
        return Unavailable(_BUSY, headers={"Retry-After": "1"})
    never_connected = isinstance(error, exc.OperationalError) and code is None
    if error.connection_invalidated or never_connected or (code or "").startswith(_POSTGRES_OUT_OF_REACH):
        logger.warning("The database is out of reach: %s", cause)
        return Unavailable(_OUT_OF_REACH, headers={"Retry-After": "1"})
    if isinstance(error, exc.DataError):  # SQLite takes what its columns are not made for, PostgreSQL does not
        logger.error("A value was refused by the database: %s", words(error))
        return Invalid("This holds a character, a number or a length that cannot be kept.")
    return error
