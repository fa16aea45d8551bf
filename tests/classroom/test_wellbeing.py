"""Each part of a classroom, broken once: what is told of it shows it, and nothing else changes."""

import fcntl
from collections import namedtuple
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from classroom import audit_log, wellbeing, workload
from classroom.audit_log import Action
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import AuditEvent, Worker, now
from classroom.sealing import Sealer
from classroom.settings import QueueKind
from classroom.workload.lifecycle import LOST_AFTER
from evmbox.isolation.ladder import Walls

CAMPUS = {"queue": QueueKind.POSTGRES}


def beat(database: Database) -> None:
    with database.unit_of_work() as work:
        workload.beat(work, "host/1", slots=1, held=(), lease_s=45, figures=[{"name": "x"}])


def write(session: Session, *, at) -> None:
    session.add(AuditEvent(action=Action.SIGNED_IN.value, at=at))


def test_a_database_that_can_be_written_is_well(database):
    assert wellbeing.database(database) == "ok"


@pytest.mark.sqlite_only("about a file that may not be written")
def test_a_database_that_cannot_be_written_is_not(database, settings):
    guarded = Database(f"sqlite:///file:{settings.data_dir}/classroom.db?mode=ro&uri=true")
    with guarded.read() as session:
        session.execute(text("SELECT 1 FROM users"))
    assert "cannot be written" in wellbeing.database(guarded)
    guarded.close()


@pytest.mark.sqlite_only("about SQLite's one writer")
def test_a_database_that_another_holds_is_not(settings, database):
    impatient = Database(settings.database, busy_timeout_s=0.05)
    with database.unit_of_work() as work:
        work.session.execute(text("DELETE FROM workers"))
        assert wellbeing.database(impatient) != "ok"
    assert wellbeing.database(impatient) == "ok"
    impatient.close()


def test_a_database_without_tables_says_what_makes_them(tmp_path):
    bare = Database(f"sqlite:///{tmp_path}/bare.db")
    assert "no tables" in wellbeing.database(bare)
    bare.close()


def test_a_consumer_is_well_while_it_is_heard_of(settings, database):
    campus = settings.model_copy(update=CAMPUS)
    assert "no consumer runs" in wellbeing.consumer(campus, database)
    beat(database)
    assert wellbeing.consumer(campus, database) == "ok"
    with database.unit_of_work() as work:
        worker = work.session.get_one(Worker, "host/1")
        worker.seen_at = now() - LOST_AFTER - timedelta(seconds=5)
        work.session.add(worker)
    assert "no consumer runs" in wellbeing.consumer(campus, database)


@pytest.mark.sqlite_only("a lock on the data folder says whether it runs")
def test_beside_sqlite_a_consumer_holds_its_lock_too(settings, database):
    beat(database)
    assert "no consumer runs" in wellbeing.consumer(settings, database)
    with (settings.data_dir / "consumer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert wellbeing.consumer(settings, database) == "ok"
        with database.unit_of_work() as work:
            workload.leave(work, "host/1")
        assert "not been heard of" in wellbeing.consumer(settings, database)


def test_a_sealer_that_is_behind_shows(settings, database):
    assert wellbeing.sealer(settings, database) == "ok"
    with database.unit_of_work() as work:
        audit_log.record(work.session, Action.SIGNED_IN, actor_id=None)
    assert wellbeing.sealer(settings, database) == "ok"
    with database.unit_of_work() as work:
        write(work.session, at=now() - timedelta(seconds=300))
    Sealer(server_key(settings)).seal(database)
    assert wellbeing.sealer(settings, database) == "ok"
    with database.unit_of_work() as work:
        write(work.session, at=now() - timedelta(seconds=300))
    assert "waited 300 s for its seal" in wellbeing.sealer(settings, database)


def test_weak_walls_are_a_problem_where_others_use_it(settings, monkeypatch):
    monkeypatch.setattr("classroom.isolation.find_walls", lambda: Walls(reasons=("no bubblewrap",)))
    assert wellbeing.isolation(settings) == "ok"
    assert "no bubblewrap" in wellbeing.isolation(settings.model_copy(update={"multi_user": True}))


def test_a_disk_without_room_shows(settings, monkeypatch):
    assert wellbeing.disk(settings) == "ok"
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as the standard library gives it
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(2**41, 0, 100 * 1024**2))
    assert "100 MB" in wellbeing.disk(settings)


def test_mail_that_cannot_go_out_shows(settings):
    assert wellbeing.mail(settings) == "ok"
    half = {"smtp_host": "mail.example", "smtp_user": "classroom"}
    assert "SMTP_PASSWORD" in wellbeing.mail(settings.model_copy(update=half))
    assert wellbeing.mail(settings.model_copy(update={**half, "smtp_password": "x"})) == "ok"
    open_to_all = {"multi_user": True, "sign_up": "open"}
    assert "SMTP_HOST" in wellbeing.mail(settings.model_copy(update=open_to_all))
