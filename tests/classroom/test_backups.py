"""A backup is made under load and loses nothing that was acknowledged; a damaged one changes nothing."""

import json
import os
import stat
import threading
import zipfile
from contextlib import closing

import pytest
from sqlalchemy import inspect
from sqlmodel import select

from classroom import backups, submissions
from classroom.db import Database
from classroom.errors import Conflict, Invalid
from classroom.keys import server_key
from classroom.models import Job, Submission, Table, User
from support.rows import contents, fill
from support.waiting import wait_until


def everything(database: Database) -> dict:
    with database.read() as session:
        return contents(session.connection())


@pytest.fixture
def elsewhere(settings, tmp_path, backend, request):
    """Give settings of another machine, with nothing there yet, on the same kind of database."""
    there = settings.model_copy(update={"data_dir": tmp_path / "elsewhere", "database_url": ""})
    there.__dict__.pop("database", None)  # which is worked out once
    if backend == "sqlite":
        yield there
        return
    with request.getfixturevalue("postgres").database("template1") as url:
        yield there.model_copy(update={"database_url": url})


@pytest.fixture
def full(database, settings):
    """Give a database with a row in every table."""
    server_key(settings)
    with database.unit_of_work() as work:
        fill(work.session.connection())
    return database


def test_a_row_of_every_table_comes_back_as_it_was(full, settings, elsewhere):
    made = backups.make_backup(settings)
    assert set(made.rows) == set(Table.metadata.tables)
    backups.restore(elsewhere, made.path)
    with closing(Database.of(elsewhere)) as restored:
        assert everything(restored) == everything(full)
        restored.require_current()
        with restored.unit_of_work() as work:
            work.session.add(User(name="ada", display_name="Ada"))
    assert server_key(elsewhere) == server_key(settings)
    assert stat.S_IMODE(elsewhere.key_path.stat().st_mode) == 0o600


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
def test_only_its_owner_reads_it_and_its_manifest_says_what_it_is(full, settings):
    made = backups.make_backup(settings)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with zipfile.ZipFile(made.path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["revision"], manifest["version"]) == (full.revisions()[1], made.version)
    assert {name: table["rows"] for name, table in manifest["tables"].items()} == made.rows
    assert all(len(table["digest"]) == 64 for table in manifest["tables"].values())


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
def test_the_key_can_be_kept_apart(full, settings, elsewhere):
    made = backups.make_backup(settings, with_key=False)
    assert server_key(settings) not in made.path.read_bytes()
    with zipfile.ZipFile(made.path) as archive:
        assert "secret.key" not in archive.namelist()
    assert not backups.restore(elsewhere, made.path).has_key
    assert not elsewhere.key_path.exists()


def test_no_acknowledged_submission_is_lost_by_a_backup_under_load(database, desk, settings, elsewhere, make_report):
    patient = settings.model_copy(update={"submissions_per_minute": 10_000, "max_queued": 10_000})
    acknowledged: list[Submission] = []
    stop = threading.Event()

    def keep_handing_in(user: User) -> None:
        while not stop.is_set():
            acknowledged.append(desk.hand_in(user, settings=patient))

    threads = [threading.Thread(target=keep_handing_in, args=(user,)) for user in (desk.people.alice, desk.people.bob)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(acknowledged) >= 10, what="submissions")
    before = list(acknowledged)
    made = backups.make_backup(settings)
    wait_until(lambda: len(acknowledged) > len(before) + 2, what="submissions after the backup")
    stop.set()
    for thread in threads:
        thread.join()
    backups.restore(elsewhere, made.path)
    with closing(Database.of(elsewhere)) as restored:
        with restored.read() as session:
            kept = {submission.id: submission.source for submission in session.exec(select(Submission))}
            jobs = {job.subject_id: job.id for job in session.exec(select(Job))}
        assert {submission.id: submission.source for submission in before}.items() <= kept.items()
        assert set(jobs) == set(kept)  # one state: no attempt without its job
        for submission in before:
            with restored.unit_of_work() as work:
                claim = submissions.claim(work, jobs[submission.id], worker="w", lease_s=30)
                assert submissions.finish(work, claim, make_report(3.0))


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
@pytest.mark.parametrize(
    "damage", ["cut", "cut to nothing", "a byte of the rows", "a byte of the manifest", "no backup"]
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(damage, full, settings, elsewhere):
    made = backups.make_backup(settings)
    data = bytearray(made.path.read_bytes())
    if damage == "cut":
        del data[len(data) // 2 :]
    elif damage == "cut to nothing":
        data.clear()
    elif damage == "a byte of the rows":
        with zipfile.ZipFile(made.path) as archive:
            rows = max(archive.infolist(), key=lambda member: member.compress_size)
        data[rows.header_offset + len(rows.FileHeader()) + rows.compress_size // 2] ^= 0x10
    elif damage == "a byte of the manifest":
        data[data.index(b"manifest.json") + 60] ^= 0x10
    else:
        data[:] = b"PK not at all" * 100
    made.path.write_bytes(data)
    before = everything(full)
    for where in (elsewhere, settings):
        with pytest.raises(Invalid, match=r"damaged|no backup"):
            backups.restore(where, made.path, replace=True)
    assert everything(full) == before
    with closing(Database.of(elsewhere)) as nothing:
        assert nothing.revisions()[0] is None


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
def test_rows_that_were_edited_in_a_backup_are_noticed(full, settings, tmp_path):
    made = backups.make_backup(settings)
    edited = tmp_path / "edited.zip"
    with zipfile.ZipFile(made.path) as archive, zipfile.ZipFile(edited, "w") as forged:
        for name in archive.namelist():
            content = archive.read(name)
            forged.writestr(name, content.replace(b'"state":"queued"', b'"state":"failed"'))
    with pytest.raises(Invalid, match=r"rows of (jobs|submissions)"):
        backups.read_backup(edited)


def test_what_is_there_is_replaced_only_when_asked_and_then_kept_aside(full, settings, backend):
    made = backups.make_backup(settings)
    with full.unit_of_work() as work:
        work.session.add(User(name="later", display_name="Later"))
    with pytest.raises(Conflict, match="--replace"):
        backups.restore(settings, made.path)
    full.close()
    backups.restore(settings, made.path, replace=True)
    with closing(Database.of(settings)) as restored:
        with restored.read() as session:
            assert "later" not in session.exec(select(User.name)).all()
        if backend == "sqlite":
            (aside,) = settings.data_dir.glob("classroom.db.before-*[0-9]")
            with closing(Database(f"sqlite:///{aside}")) as old, old.read() as session:
                assert "later" in session.exec(select(User.name)).all()
        else:
            (aside,) = [name for name in inspect(restored.engine).get_schema_names() if name.startswith("before_")]
            assert "users" in inspect(restored.engine).get_table_names(schema=aside)


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
def test_another_servers_key_is_not_overwritten(full, settings, elsewhere):
    made = backups.make_backup(settings)
    theirs = server_key(elsewhere)
    with pytest.raises(Conflict, match="another key"):
        backups.restore(elsewhere, made.path)
    assert server_key(elsewhere) == theirs
    backups.restore(elsewhere, made.path, replace=True)
    assert server_key(elsewhere) == server_key(settings)
    (aside,) = elsewhere.data_dir.glob("secret.key.before-*")
    assert aside.read_bytes() == theirs


def test_a_backup_of_an_earlier_release_is_restored_and_brought_up_to_date(database, settings, elsewhere):
    database.migrate("0003")
    with database.unit_of_work() as work:
        fill(work.session.connection())
    made = backups.make_backup(settings)
    assert made.revision == "0003"
    backups.restore(elsewhere, made.path)
    with closing(Database.of(elsewhere)) as restored:
        restored.require_current()
        assert len(everything(restored)["submissions"]) == 1


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
def test_the_newest_backups_are_kept_and_the_others_go(database, settings):
    few = settings.model_copy(update={"backups_kept": 2})
    made = [backups.make_backup(few).path for _ in range(4)]
    (few.backups_dir / "notes.txt").touch()
    assert backups.prune(few) == [made[1], made[0]]
    assert sorted(few.backups_dir.iterdir()) == [*made[2:], few.backups_dir / "notes.txt"]


@pytest.mark.sqlite_only("is about the file, which is the same from either database")
def test_a_backup_is_whole_or_not_there(database, settings, monkeypatch):
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        backups.make_backup(settings)
    assert list(settings.backups_dir.iterdir()) == []
