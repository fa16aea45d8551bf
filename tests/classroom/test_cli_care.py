"""`classroom user export|erase`, `classroom usage`, `classroom retention`: what an operator does with people's data."""

import csv
import io
import json
import zipfile
from contextlib import closing

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from classroom.care.handing_over import DATA
from classroom.cli import retention, usage
from classroom.cli.user import app as user_app
from classroom.db import Database
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import AuditEvent, User
from classroom.settings import Settings


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("CLASSROOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with closing(Database(Settings().database)) as opened:
        opened.migrate()
        yield opened


def run(app, *arguments, say=None):
    done = CliRunner().invoke(app, list(arguments), input=say, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_person_is_exported_and_erased(database, tmp_path):
    run(user_app, "add", "ada", "--email", "ada@school.example")
    assert "rows about ada" in run(user_app, "export", "ada")
    assert (tmp_path / "ada.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(tmp_path / "ada.zip") as archive:
        assert json.loads(archive.read(DATA))["tables"]["users"][0]["email"] == "ada@school.example"
    with pytest.raises(Conflict, match="there already"):
        run(user_app, "export", "ada")
    printed = json.loads(run(user_app, "export", "ada", "--json"))
    assert printed["tables"]["enrolments"][0]["role"] == "learner"

    backups = Settings().backups_dir
    backups.mkdir(parents=True)
    (backups / "old.backup.zip").touch()
    with pytest.raises(Invalid, match="--attempts"):
        run(user_app, "erase", "ada")
    assert CliRunner().invoke(user_app, ["erase", "ada", "--attempts", "deleted"], input="n\n").exit_code == 1
    told = run(user_app, "erase", "ada", "--attempts", "deleted", say="y\n")
    assert "0 attempts deleted" in told
    assert "old.backup.zip" in told
    assert "Erased 0" in run(user_app, "erase", "--again")
    with database.read() as session:
        assert session.exec(select(User)).all() == []
        actions = session.exec(select(AuditEvent.action)).all()
    assert actions.count("user_exported") == 2
    assert actions.count("user_erased") == 1
    with pytest.raises(NotFound):
        run(user_app, "export", "ada")


def test_usage_is_a_table_and_csv(database):
    run(user_app, "add", "ada")
    assert "classroom" in run(usage.app)
    (row,) = csv.DictReader(io.StringIO(run(usage.app, "classroom", "--csv")))
    assert (row["course"], row["seats"], row["attempts"], row["compute_seconds"]) == ("classroom", "1", "0", "0.0")
    with pytest.raises(NotFound):
        run(usage.app, "elsewhere")
    with pytest.raises(Invalid, match="2026-11"):
        run(usage.app, "--since", "today")


def test_retention_names_each_setting(database):
    fields = [name for name in Settings.model_fields if name.startswith("keep_")]
    for output in (run(retention.app, "--dry-run"), run(retention.app)):
        assert "Private chains" in output
    assert len(fields) == 7
