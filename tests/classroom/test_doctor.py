"""`classroom doctor`: it finds each thing that is wrong, says what to do, and changes nothing."""

import fcntl
import json
import os
import re
import socket
import sqlite3
import time
from collections import namedtuple
from pathlib import Path

import pytest

from classroom.cli import doctor
from classroom.cli.doctor import Finding, State
from classroom.db import Database
from classroom.settings import QueueKind, Settings
from evmbox.isolation.ladder import Walls, find_walls
from evmbox.isolation.tier import Tier
from support.commands import classroom
from support.postgres import PostgresServer
from support.room import free_ports


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    portal, voila, lab = free_ports(3)
    return Settings(data_dir=tmp_path / "data", portal_port=portal, voila_port=voila, lab_port=lab)


@pytest.fixture
def made(settings: Settings) -> Settings:
    """Give settings whose data folder is there, with its database and queue."""
    settings.data_dir.mkdir(mode=0o700)
    database = Database(settings.database)
    database.migrate()
    database.close()
    sqlite3.connect(settings.queue_path).close()
    return settings


def test_a_machine_that_has_all_it_takes_is_told_so_and_nothing_is_made(settings: Settings, tmp_path: Path):
    ports = {f"CLASSROOM_{name.upper()}": str(getattr(settings, name)) for name in ("portal_port", "voila_port")}
    done = classroom(tmp_path / "data", "doctor", "--json", **ports)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert told["isolation"] == find_walls().tier
    assert {"Python", "Node", "solc", "isolation", "database", "job queue", "disk", "clock"} <= {
        each["part"] for each in told["parts"]
    }
    assert not (tmp_path / "data").exists()


def test_a_problem_is_the_exit_code_and_a_row_with_what_to_do(made: Settings):
    made.data_dir.chmod(0o755)
    done = classroom(made.data_dir, "doctor")
    assert done.returncode == 1
    told = re.sub(r"[\s│]", "", done.stdout)  # the table may break a path where a line ends
    assert f"chmodgo={made.data_dir}" in told


def problem(finding: Finding) -> str:
    """Give what is to be done about a problem."""
    assert finding.state is State.PROBLEM, finding
    assert finding.remedy
    return f"{finding.found} {finding.remedy}"


def test_a_folder_that_others_can_read_is_a_problem(made: Settings):
    assert doctor.data_folder(made).state is State.OK
    made.key_path.write_text("secret")
    made.key_path.chmod(0o640)
    assert str(made.key_path) in problem(doctor.data_folder(made))


def test_a_database_that_is_not_one_or_not_the_newest_is_told(made: Settings):
    assert doctor.database(made).state is State.OK
    with sqlite3.connect(made.data_dir / "classroom.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    behind = doctor.database(made)
    assert (behind.state, "0000" in behind.found) == (State.WARNING, True)
    for file in made.data_dir.glob("classroom.db*"):
        file.unlink()
    (made.data_dir / "classroom.db").write_text("no database at all, whatever its name says" * 100)
    assert "backup" in problem(doctor.database(made))


def test_a_queue_that_is_broken_may_be_removed(made: Settings):
    assert doctor.queue(made).state is State.OK
    made.queue_path.write_text("no database at all, whatever its name says" * 100)
    assert f"remove {made.queue_path}" in problem(doctor.queue(made))


def test_a_port_that_is_taken_is_told_unless_the_classroom_has_it(made: Settings):
    assert {each.state for each in doctor.ports(made)} == {State.OK}
    with socket.socket() as taken:
        taken.bind((made.host, made.lab_port))
        taken.listen()
        *_, lab = doctor.ports(made)
        assert (lab.state, "CLASSROOM_LAB_PORT" in lab.remedy) == (State.WARNING, True)
        with (made.data_dir / "up.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            *_, lab = doctor.ports(made)
            assert (lab.state, "runs" in lab.found) == (State.OK, True)


def test_a_clock_that_was_set_back_is_a_problem(made: Settings):
    assert doctor.clock(made).state is State.OK
    os.utime(made.queue_path, (time.time() + 3600,) * 2)
    assert "Set the clock" in problem(doctor.clock(made))


@pytest.mark.parametrize(("free", "state"), [(2**40, State.OK), (2**29, State.WARNING), (2**20, State.PROBLEM)])
def test_a_disk_that_runs_full_is_told(made: Settings, monkeypatch: pytest.MonkeyPatch, free: int, state: State):
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as the standard library gives it
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(2**41, 0, free))
    assert doctor.disk(made).state is state


def test_a_machine_without_its_parts_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("evmbox.compiler.node.ROOT_DIR", str(tmp_path))
    monkeypatch.setattr("evmbox.compiler.native.find_solc", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "make setup" in problem(doctor.node())
    assert "make setup" in problem(doctor.solc())


@pytest.mark.parametrize(("multi_user", "state"), [(False, State.WARNING), (True, State.PROBLEM)])
def test_the_weakest_isolation_is_a_problem_where_others_use_it(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, multi_user: bool, state: State
):
    monkeypatch.setattr(doctor, "find_walls", lambda: Walls(reasons=("no bubblewrap", "no Landlock")))
    found = doctor.isolation(settings.model_copy(update={"multi_user": multi_user}))
    assert (found.state, found.remedy) == (state, "no bubblewrap; no Landlock")
    assert Tier.RLIMITS in found.found


def test_a_consumer_that_hangs_is_told_and_one_that_is_not_started_is_no_fault(made: Settings):
    assert [each.state for each in doctor.at_work(made)] == [State.OK]
    with (made.data_dir / "consumer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        consumer, audit = doctor.at_work(made)
    assert (consumer.state, "not been heard of" in consumer.found) == (State.WARNING, True)
    assert audit.state is State.OK


def test_a_mail_server_is_asked_whether_it_is_there(made: Settings):
    assert doctor.mail(made).state is State.OK
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        there = made.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": server.getsockname()[1]})
        assert "CLASSROOM_SMTP_PORT" in problem(doctor.mail(there))
        server.listen()
        assert doctor.mail(there).state is State.OK


def changed(made: Settings, changes: dict[str, object]) -> Settings:
    """Give other settings, made anew: a copy would keep the address of the database."""
    return Settings(**{**made.model_dump(), **changes})


def test_a_queue_that_is_elsewhere_is_asked_there(made: Settings):
    (port,) = free_ports(1)
    redis = {"queue": QueueKind.REDIS, "redis_url": f"redis://127.0.0.1:{port}/0"}
    assert "Start Redis" in problem(doctor.queue(changed(made, redis)))
    nowhere = {"queue": QueueKind.POSTGRES, "database_url": f"postgresql://x@127.0.0.1:{port}/x"}
    assert "Start PostgreSQL" in problem(doctor.queue(changed(made, nowhere)))
    beside_sqlite = {"queue": QueueKind.POSTGRES}
    assert "CLASSROOM_DATABASE_URL" in problem(doctor.queue(changed(made, beside_sqlite)))


def test_clocks_that_are_apart_are_told(made: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "_apart_from_postgres", lambda _: -61.0)
    assert "-61 s" in problem(doctor.clock(made))


def test_postgresql_is_asked_for_its_version_and_its_clock(made: Settings, postgres: PostgresServer):
    with postgres.database() as url:
        campus = changed(made, {"queue": QueueKind.POSTGRES, "database_url": url})
        assert doctor.queue(campus).found.startswith("PostgreSQL 1")
        assert doctor.clock(campus).state is State.OK
