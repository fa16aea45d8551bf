"""Backups: made while the classroom runs, checked in full before a restore touches anything.

A backup is one ZIP file of mode 0600: a member of JSON lines for each table, read in one transaction that sees one
state; the server's key, unless it is kept apart; the courses that were added; and a manifest with the revision, the
number of rows and a digest for each member. It holds everything that was acknowledged before it began, and it
restores into SQLite and PostgreSQL alike. The job queue is not in it, since the rows are the truth: what waits is
queued again by the consumer. Neither are logs, built lessons, or the notebooks that the owner of a laptop has edited,
which are files of their own.
"""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import make_url, text
from sqlalchemy.engine import Connection

from classroom import added, rows
from classroom.db import Database
from classroom.errors import Conflict, Invalid
from classroom.files import write_atomically
from classroom.models import now
from classroom.settings import Settings

FORMAT: Final = 1
SUFFIX: Final = ".backup.zip"

_MANIFEST: Final = "manifest.json"
_KEY: Final = "secret.key"
_ADDED: Final = "added/"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError)


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself."""

    path: Path
    made_at: str
    revision: str
    version: str
    rows: dict[str, int]
    has_key: bool


def make_backup(settings: Settings, path: Path | None = None, *, with_key: bool = True) -> Backup:
    """Write a backup, whole or not at all, to `path`, or under its time into the backups' folder.

    Nobody waits for it. Raises Conflict where there is a file already, or no database to read.
    """
    if path is None:
        settings.backups_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = settings.backups_dir / f"{now():%Y-%m-%dT%H%M%S.%f}Z{SUFFIX}"
    if path.exists():
        raise Conflict(f"{path} is there already; a backup is never overwritten.")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with closing(Database.of(settings)) as database:
        present, _newest = database.revisions()
        if present is None:
            raise Conflict("There is nothing to back up: the database has no tables yet.")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - the mode from the first byte on
                _write(file, settings, database, present, with_key=with_key)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return read_backup(path)


def prune(settings: Settings) -> list[Path]:
    """Remove the oldest backups from the backups' folder, as far as there are more than the settings keep."""
    kept = sorted(settings.backups_dir.glob(f"*{SUFFIX}"), reverse=True)
    stale = kept[settings.backups_kept :]
    for path in stale:
        path.unlink(missing_ok=True)
    return stale


def read_backup(path: Path) -> Backup:
    """Check every byte of a backup, and tell what is in it. Raises Invalid where it is damaged or cut."""
    with _opened(path) as archive:
        manifest = _manifest(archive)
        for name, said in manifest["tables"].items():
            tally = rows.Tally()
            for row in _lines(archive, name):
                tally.add(row)
            if (tally.rows, tally.digest) != (said["rows"], said["digest"]):
                raise Invalid(f"{path} is damaged: the rows of {name} are not those that were written.")
        key = archive.read(_KEY) if manifest["key"] else None
        if key is not None and hashlib.sha256(key).hexdigest() != manifest["key"]:
            raise Invalid(f"{path} is damaged: the server's key is not the one that was written.")
        for name, digest in manifest.get("added", {}).items():  # older backups have none
            if hashlib.sha256(archive.read(f"{_ADDED}{name}")).hexdigest() != digest:
                raise Invalid(f"{path} is damaged: {name} of the courses that were added is not what was written.")
        if archive.testzip() is not None:
            raise Invalid(f"{path} is damaged.")
        return Backup(
            path=path,
            made_at=manifest["made_at"],
            revision=manifest["revision"],
            version=manifest["version"],
            rows={name: said["rows"] for name, said in manifest["tables"].items()},
            has_key=key is not None,
        )


def restore(settings: Settings, path: Path, *, replace: bool = False) -> Backup:
    """Bring a backup back, into the database and the data folder of these settings; then bring it up to date.

    Raises Invalid for a damaged backup; Conflict for one of a newer version, and where there is a database or another
    key already, unless they are to be replaced: then they are kept aside. Nothing is changed before all is checked.
    """
    backup = read_backup(path)
    url = make_url(settings.database)
    with closing(Database.of(settings)) as database:
        database.require_known(backup.revision)
        present, _newest = database.revisions()
        if present is not None and not replace:
            raise Conflict(
                f"There is a database already, at {url.render_as_string()}. --replace keeps it aside and restores."
            )
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    with _opened(path) as archive:
        key = archive.read(_KEY) if backup.has_key else None
        held = settings.key_path.read_bytes() if settings.key_path.exists() else None
        if key is not None and held is not None and key != held and not replace:
            raise Conflict(
                f"{settings.key_path} is another key than the backup's. --replace keeps it aside and restores."
            )
        if url.get_backend_name() == "sqlite" and url.database:
            _restore_file(archive, backup, Path(url.database), stamp)
        else:
            _restore_server(settings, archive, backup, stamp if present else None)
        if key is not None and key != held:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if held is not None:
                settings.key_path.rename(_aside(settings.key_path, stamp))
            write_atomically(settings.key_path, key, mode=0o600)
        if files := {name: archive.read(f"{_ADDED}{name}") for name in _manifest(archive).get("added", {})}:
            _restore_added(settings, files, stamp)
    return backup


def _restore_added(settings: Settings, files: dict[str, bytes], stamp: str) -> None:
    """Put the courses that were added back, and keep aside what is there instead."""
    draft = settings.data_dir / f".added.{stamp}"
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        added.write_files(draft, files)
        if settings.added_dir.exists():
            settings.added_dir.rename(_aside(settings.added_dir, stamp))
        draft.rename(settings.added_dir)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(file: IO[bytes], settings: Settings, database: Database, revision: str, *, with_key: bool) -> None:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "version": version("hyperkit-classroom"),
        "revision": revision,
        "database": database.engine.dialect.name,
        "tables": {},
        "key": None,
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with database.read() as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            for table in rows.tables(connection):
                tally = rows.Tally()
                with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
                    for row in rows.read(connection, table):
                        tally.add(row)
                        member.write(json.dumps(row, separators=(",", ":")).encode() + b"\n")
                manifest["tables"][table.name] = {"rows": tally.rows, "digest": tally.digest}
        if with_key and settings.key_path.exists():
            key = settings.key_path.read_bytes()
            archive.writestr(_KEY, key)
            manifest["key"] = hashlib.sha256(key).hexdigest()
        manifest["added"] = {}
        for name, content in added.everything(settings).items():
            archive.writestr(f"{_ADDED}{name}", content)
            manifest["added"][name] = hashlib.sha256(content).hexdigest()
        archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise Invalid(f"There is no file {path}.") from None
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror or error}.") from error
    except _DAMAGED as error:
        raise Invalid(f"{path} is no backup, or it is damaged or cut: {error}.") from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
    if manifest["format"] != FORMAT:
        raise Conflict(
            f"The backup has format {manifest['format']}, and this version reads {FORMAT}: a newer one made it."
        )
    return manifest


def _lines(archive: zipfile.ZipFile, table: str) -> Iterator[rows.Row]:
    with archive.open(f"tables/{table}.jsonl") as member:
        for line in member:
            yield json.loads(line)


def _fill(connection: Connection, archive: zipfile.ZipFile, backup: Backup) -> None:
    destination = rows.tables(connection)
    if {table.name for table in destination} != set(backup.rows):
        raise Invalid("The backup has other tables than its revision.")
    rows.clear(connection, destination)
    for table in destination:
        for _written in rows.write(connection, table, _lines(archive, table.name)):
            pass
        rows.count_on(connection, table)
        if sum(1 for _row in rows.read(connection, table)) != backup.rows[table.name]:
            raise Invalid(f"Not all rows of {table.name} could be restored.")


def _restore_file(archive: zipfile.ZipFile, backup: Backup, path: Path, stamp: str) -> None:
    """Make the new file whole beside the old one, and then change them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{stamp}")
    try:
        with closing(Database(f"sqlite:///{draft}")) as database:
            database.migrate(backup.revision)
            with database.unit_of_work() as work:
                _fill(work.session.connection(), archive, backup)
            database.migrate()
        with closing(sqlite3.connect(draft)) as plain:
            plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        draft.chmod(0o600)
        for suffix in ("", "-wal", "-shm"):
            old = path.with_name(path.name + suffix)
            if old.exists():
                old.rename(old.with_name(f"{_aside(path, stamp).name}{suffix}"))
        draft.replace(path)
    finally:
        for suffix in ("", "-wal", "-shm"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)


def _restore_server(settings: Settings, archive: zipfile.ZipFile, backup: Backup, stamp: str | None) -> None:
    """Fill a schema that is moved in place of the old one, all in one transaction."""
    with closing(Database.of(settings)) as database:

        def change(migrate: Callable[[str], None], connection: Connection) -> None:
            if stamp is not None:
                connection.execute(text(f"ALTER SCHEMA public RENAME TO before_{stamp.lower()}"))
                connection.execute(text("CREATE SCHEMA public"))
            migrate(backup.revision)
            _fill(connection, archive, backup)
            migrate("head")

        database.rebuild(change)


def _aside(path: Path, stamp: str) -> Path:
    return path.with_name(f"{path.name}.before-{stamp}")
