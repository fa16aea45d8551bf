"""How often anything may be tried, and who is kept out by whose tries."""

import threading
from contextlib import closing

import pytest
from sqlmodel import select

from classroom import accounts
from classroom.db import Database
from classroom.errors import TooMany, Unauthenticated
from classroom.models import RateCount, now
from classroom.rates import Rate, Rates
from support import redis

KEY = b"k" * 32
PASSWORD = "correct horse battery"


@pytest.fixture
def ada(database):
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "ada", password=PASSWORD)


# Rates


@pytest.fixture
def rates(database, settings):
    return Rates(database, settings, KEY)


def test_so_many_tries_and_then_a_time_to_wait(rates):
    rate = Rate(3, 600)
    for _ in range(3):
        rates.take("try", rate, "ada")
    with pytest.raises(TooMany, match=r"in 1[01] minutes") as refused:
        rates.take("try", rate, "ada")
    assert 590 < int(refused.value.headers["Retry-After"]) <= 602
    rates.take("try", rate, "bob")
    rates.take("another", rate, "ada")
    with pytest.raises(TooMany):
        rates.look("try", rate, "ada")
    rates.forget("try", rate, "ada")
    rates.look("try", rate, "ada")
    rates.take("try", rate, "ada")


def test_a_restart_forgets_no_try_and_time_does(database, settings):
    rate = Rate(1, 600)
    Rates(database, settings, KEY).take("try", rate, "ada")
    with closing(Database(settings.database)) as again:
        later = Rates(again, settings, KEY)
        with pytest.raises(TooMany):
            later.take("try", rate, "ada")
        with again.unit_of_work() as work:
            for each in work.session.exec(select(RateCount)):
                each.expires_at = now()
        later.take("try", rate, "ada")
        with again.read() as session:
            (row,) = session.exec(select(RateCount))
    assert row.count == 1
    assert "ada" not in row.key


def test_going_on_trying_does_not_move_the_end_of_a_window(database, rates):
    rate = Rate(1, 600)
    for _ in range(2):
        with database.read() as session:
            before = session.exec(select(RateCount.expires_at)).first()
        for _ in range(3):
            try:
                rates.take("try", rate, "ada")
            except TooMany:
                continue
    with database.read() as session:
        assert session.exec(select(RateCount.expires_at)).one() == before


def test_of_many_at_once_no_more_get_through(rates):
    rate, gate, through = Rate(5, 600), threading.Barrier(12), []

    def hurry() -> None:
        gate.wait()
        try:
            rates.take("try", rate, "ada")
        except TooMany:
            return
        through.append(1)

    threads = [threading.Thread(target=hurry) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(through) == 5


def test_counts_in_memory_are_this_processs_own(database, settings):
    memory = settings.model_copy(update={"rate_storage": "memory"})
    rate = Rate(1, 600)
    first = Rates(database, memory, KEY)
    first.take("try", rate, "ada")
    with pytest.raises(TooMany):
        first.take("try", rate, "ada")
    Rates(database, memory, KEY).take("try", rate, "ada")


def test_counts_in_redis_are_every_processs(database, settings):
    program = redis.program()
    if program is None:
        pytest.skip(redis.HOW_TO_INSTALL)
    rate = Rate(1, 600)
    with redis.redis_server(program) as address:
        shared = settings.model_copy(update={"rate_storage": f"redis+{address}"})
        Rates(database, shared, KEY).take("try", rate, "ada")
        with pytest.raises(TooMany) as refused:
            Rates(database, shared, KEY).take("try", rate, "ada")
        assert 590 < int(refused.value.headers["Retry-After"]) <= 602
        Rates(database, shared, KEY).forget("try", rate, "ada")
        Rates(database, shared, KEY).take("try", rate, "ada")


# Who floods an account, and who owns it


def fail(entrance, visit, times, name="ada"):
    for _ in range(times):
        with pytest.raises(Unauthenticated):
            entrance.prove(accounts.ByPassword(name, "x"), visit)


@pytest.fixture
def quick(monkeypatch):
    """Take hashing away: it is counted elsewhere, and a flood of it is slow."""
    monkeypatch.setattr(accounts.passwords, "matches", None)
    monkeypatch.setattr(accounts.signing_in, "matches", lambda _hash, password: password == PASSWORD)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_guessing_from_one_address_ends_soon_for_an_account_that_is_there_or_not(database, settings, ada, name):
    entrance = accounts.Entrance(database, settings, KEY)
    there = accounts.Visit("203.0.113.9")
    fail(entrance, there, accounts.signing_in.IN_TURN.tries, name)
    with pytest.raises(TooMany):
        entrance.prove(accounts.ByPassword(name, PASSWORD), there)


@pytest.mark.usefixtures("quick")
def test_the_owner_comes_in_from_another_address_meanwhile_and_a_right_password_starts_anew(database, settings, ada):
    entrance = accounts.Entrance(database, settings, KEY)
    fail(entrance, accounts.Visit("203.0.113.9"), accounts.signing_in.IN_TURN.tries)
    here = accounts.Visit("198.51.100.7")
    fail(entrance, here, accounts.signing_in.IN_TURN.tries - 1)
    assert entrance.prove(accounts.ByPassword("ada", PASSWORD), here).id == ada.id
    fail(entrance, here, accounts.signing_in.IN_TURN.tries)


@pytest.mark.usefixtures("quick")
def test_a_flood_from_everywhere_does_not_lock_out_the_browser_that_the_owner_uses(database, settings, ada):
    entrance = accounts.Entrance(database, settings, KEY)
    for number in range(accounts.signing_in.AT_ACCOUNT.tries // 5):
        fail(entrance, accounts.Visit(f"203.0.113.{number}"), 5)
    with pytest.raises(TooMany):
        entrance.prove(accounts.ByPassword("ada", PASSWORD), accounts.Visit("198.51.100.7"))
    device = entrance.devices.issue(ada.id)
    at_home = accounts.Visit("198.51.100.7", device)
    assert entrance.prove(accounts.ByPassword("ada", PASSWORD), at_home).id == ada.id
    with database.unit_of_work() as work:
        bob = accounts.create_user(work.session, "bob")
    for cookie in (entrance.devices.issue(bob.id), device + "x", f"{ada.id.hex}-1", "\ud800"):
        with pytest.raises(TooMany):
            entrance.prove(accounts.ByPassword("ada", PASSWORD), accounts.Visit("198.51.100.7", cookie))
    fail(entrance, at_home, accounts.signing_in.IN_TURN.tries)
    with pytest.raises(TooMany):
        entrance.prove(accounts.ByPassword("ada", PASSWORD), at_home)


@pytest.mark.usefixtures("quick")
def test_one_address_cannot_try_every_account(database, settings):
    entrance = accounts.Entrance(database, settings, KEY)
    there = accounts.Visit("203.0.113.9")
    for number in range(accounts.signing_in.FROM_ADDRESS.tries // 5):
        fail(entrance, there, 5, f"somebody-{number}")
    with pytest.raises(TooMany):
        entrance.prove(accounts.ByPassword("another", PASSWORD), there)
