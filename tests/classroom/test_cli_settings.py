"""`classroom settings` tells an operator what can be set, what is, and what was mistyped."""

import json

import pytest

from classroom import cli
from classroom.settings import Settings


@pytest.fixture
def ask(monkeypatch, capsys):
    def ask(*arguments, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["classroom", "settings", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return ask


def test_every_setting_is_told_with_what_it_does(ask):
    code, out, _ = ask("--json")
    rows = {row["variable"]: row for row in json.loads(out)}
    assert code == 0
    assert set(rows) == {f"CLASSROOM_{name.upper()}" for name in Settings.model_fields}
    assert all(row["description"] for row in rows.values())
    assert rows["CLASSROOM_POOL_SIZE"]["value"] == "2"


def test_what_is_set_stands_out_and_no_secret_is_shown(ask):
    variables = {
        "CLASSROOM_DATABASE_URL": "postgresql://ada:s3cret@db.example/classroom",
        "CLASSROOM_SMTP_PASSWORD": "s3cret",
        "CLASSROOM_POOL_SIZE": "7",
    }
    code, out, err = ask("--json", "--set", **variables)
    rows = {row["variable"]: row["value"] for row in json.loads(out)}
    assert (code, "s3cret" in out + err) == (0, False)
    assert {name: rows[name] for name in variables} == {
        "CLASSROOM_DATABASE_URL": "postgresql://ada:…@db.example/classroom",
        "CLASSROOM_SMTP_PASSWORD": "(secret)",
        "CLASSROOM_POOL_SIZE": "7",
    }
    assert "postgresql://ada:…@db.example" in ask("--set")[1]


def test_a_variable_that_is_mistyped_or_wrong_is_named(ask):
    code, _, err = ask(CLASSROOM_POOLSIZE="3", CLASSROOM_TICKET="of a kernel", CLASSROOM_PORTAL_PORT="soon")
    assert code == 2
    assert "CLASSROOM_POOLSIZE is no setting of ours. Did you mean CLASSROOM_POOL_SIZE?" in err
    assert "CLASSROOM_PORTAL_PORT: Input should be a valid integer" in err
    assert "CLASSROOM_TICKET" not in err
