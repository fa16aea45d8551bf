"""migrate, backup, restore, move and audit on the command line: what they say, and with what code they end."""

import fcntl
import json
import os
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import text

from classroom import audit_log
from classroom.audit_log import Action
from classroom.db import Database
from classroom.keys import server_key

pytestmark = pytest.mark.sqlite_only("starts processes; what they do is tested on either database elsewhere")


@pytest.fixture
def run(settings):
    def run(*arguments: str, code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "classroom", *map(str, arguments)],
            env={**os.environ, "CLASSROOM_DATA_DIR": str(settings.data_dir), "COLUMNS": "300", **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_migrate_says_where_it_is_goes_there_and_keeps_a_backup(database, settings, run):
    newest = database.revisions()[1]
    assert f"at revision {newest}" in run("migrate", "--check")
    run("migrate", "--to", "0020")
    assert database.revisions()[0] == "0020"
    assert f"the newest is {newest}" in run("migrate", "--check", code=1)
    assert "classroom migrate" in run("audit", "verify", code=2)
    assert f"at revision {newest} now" in run("migrate")
    assert len(list(settings.backups_dir.iterdir())) == 2
    assert "There is no revision 7777" in run("migrate", "--to", "7777", code=2)


def test_a_backup_is_made_checked_and_restored_but_not_under_a_running_classroom(database, settings, run, tmp_path):
    server_key(settings)
    path = tmp_path / "own.zip"
    assert "secret key is in it" in run("backup", path)
    assert "is whole" in run("restore", path, "--check")
    assert "--replace" in run("restore", path, code=2)
    with (settings.data_dir / "up.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "is running. Stop it first" in run("restore", path, "--replace", code=2)
    assert "was restored" in run("restore", path, "--replace")
    path.write_bytes(path.read_bytes()[:-200])
    assert "damaged or cut" in run("restore", path, "--check", code=2)


def test_everything_moves_and_the_way_back_is_told(database, people, run, tmp_path):
    target = f"sqlite:///{tmp_path / 'target.db'}"
    said = run("move", "--to", target)
    assert "they are the same" in said
    assert "CLASSROOM_DATABASE_URL" in said
    assert "holds data already" in run("move", "--to", target, code=2)


def test_the_log_is_verified_and_the_first_broken_entry_is_named(database, people, settings, run, tmp_path):
    head, log = tmp_path / "head.json", tmp_path / "log.jsonl"
    run("audit", "export", head, "--head")
    said = run("audit", "export", log)
    assert "The audit log holds" in run("audit", "verify", "--head", head)
    public_key = json.loads(head.read_text())["public_key"]
    assert public_key in said
    elsewhere = {"CLASSROOM_DATA_DIR": str(tmp_path / "elsewhere")}
    assert "The audit log holds" in run("audit", "verify", "--log", log, "--public-key", public_key, **elsewhere)
    with database.unit_of_work() as work:
        audit_log.record(work.session, Action.SIGNED_IN, actor_id=None)
    assert "1 waiting for their seal" in run("audit", "verify")
    with closing(Database(database.url)) as intruder, intruder.unit_of_work() as work:
        work.session.exec(text("DROP TRIGGER audit_events_not_deleted"))
        work.session.exec(text("DELETE FROM audit_events WHERE position = 3"))
    assert "position 3 is missing" in run("audit", "verify", code=1)
