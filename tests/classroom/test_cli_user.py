"""`classroom user …`: what an operator does with people, by name or by address."""

import re
from contextlib import closing

import pytest
from typer.testing import CliRunner

from classroom import accounts
from classroom.accounts import ByPassword, Entrance, SecondStep, SignUp, second_factor
from classroom.cli.user import app
from classroom.db import Database
from classroom.errors import NotFound, Unauthenticated
from classroom.models import CredentialKind, Scope
from classroom.settings import Settings

PASSWORD = "seven purple kettles hum"
KEY = b"k" * 32


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CLASSROOM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLASSROOM_PUBLIC_URL", "https://classroom.school.example")
    return Settings()


@pytest.fixture
def database(folder):
    with closing(Database(folder.database)) as opened:
        opened.migrate()
        yield opened


def user(*arguments, say=None):
    """Run a command and give what it printed."""
    done = CliRunner().invoke(app, list(arguments), input=say, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def enter(database, folder, name="ada", password=PASSWORD):
    return Entrance(database, folder, KEY).sign_in(ByPassword(name, password))


def test_people_are_added_listed_and_let_in(database, folder):
    user("add", "ada", "--email", "Ada@school.example", "--role", "instructor", "--admin")
    listed = user("list")
    assert all(word in listed for word in ("ada", "administrator", "instructor"))
    link = re.search(r"https://classroom\.school\.example/welcome\?link=(\S+)", user("link", "ada@school.example"))
    assert Entrance(database, folder, KEY).follow_link(link[1]).user.name == "ada"


def test_a_password_comes_from_standard_input_or_a_link(database, folder):
    user("add", "ada")
    user("password", "ada", "--password-stdin", say=f"{PASSWORD}\n")
    assert enter(database, folder).user.name == "ada"
    link = re.search(r"/reset\?link=(\S+)", user("password", "ada"))
    accounts.reset_password(database, accounts.Post(database, folder), link[1], "another good password, truly")
    with pytest.raises(Unauthenticated):
        enter(database, folder)


def test_who_is_disabled_is_out_until_enabled(database, folder):
    user("add", "ada", "--password-stdin", say=f"{PASSWORD}\n")
    user("disable", "ada")
    assert "disabled" in user("list")
    with pytest.raises(Unauthenticated):
        enter(database, folder)
    user("enable", "ada")
    assert enter(database, folder).user.name == "ada"


def test_roles_are_given_and_shown(database, folder):
    user("add", "ada")
    assert "no administrator" in user("roles", "ada")
    shown = user("roles", "ada", "--grant", "instructor", "--admin")
    assert "an administrator" in shown
    assert "instructor" in shown
    assert "no administrator" in user("roles", "ada", "--no-admin")


def test_a_key_is_printed_once_with_its_scopes(database, folder):
    user("add", "ada")
    key = re.search(r"hkc_\S+", user("key", "ada", "--label", "A program", "--scope", "learn", "--scope", "teach"))
    with database.read() as session:
        owner, credential = accounts.authenticate(session, {CredentialKind.API_KEY}, key[0])
    assert owner.name == "ada"
    assert accounts.scopes_of(credential, owner) == {Scope.LEARN, Scope.TEACH}


def test_who_lost_phone_and_codes_is_let_in_by_the_operator(database, folder):
    user("add", "ada", "--password-stdin", say=f"{PASSWORD}\n")
    with database.unit_of_work() as work:
        ada = accounts.find_user(work.session, "ada")
        second_factor.begin(work.session, ada.id)
        ada.second_factor_at = ada.created_at
    assert isinstance(enter(database, folder), SecondStep)
    user("no-second-factor", "ada")
    assert not isinstance(enter(database, folder), SecondStep)


def test_a_link_for_who_has_not_confirmed_is_the_one_that_confirms(database, folder):
    with closing(accounts.Post(database, folder)) as post:
        with database.unit_of_work() as work:
            post.order(work, SignUp("new@school.example", "New"))
        post.drain()
    link = re.search(r"/confirm\?link=(\S+)", user("link", "new@school.example"))
    assert accounts.confirm_address(database, link[1], password=PASSWORD).name == "new"


def test_who_is_not_there_is_told_with_where_to_look(database, folder):
    with pytest.raises(NotFound, match="classroom user list"):
        user("disable", "nobody")
