"""Who gets in with what, for how long, and what is written down about it."""

import statistics
import threading
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from classroom import accounts
from classroom.accounts import SessionSigner
from classroom.errors import Conflict, Invalid, Unauthenticated, Unavailable
from classroom.models import AuditEvent, Credential, CredentialKind, User
from classroom.settings import Settings

PASSWORD = "correct horse battery"
HOUR = timedelta(hours=1)
ALL_KINDS = set(CredentialKind)


@pytest.fixture
def ada(database):
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "ada", display_name="Ada L.", password=PASSWORD)


def issue(database, kind, user_id, lifetime=HOUR) -> str:
    with database.unit_of_work() as work:
        return accounts.issue(work.session, kind, user_id, lifetime=lifetime)


def whose(database, secret, kinds=ALL_KINDS) -> str | None:
    with database.read() as session:
        user, _ = accounts.authenticate(session, kinds, secret)
    return user.name if user else None


def actions(database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(AuditEvent.action).order_by(AuditEvent.id)))


# Names and passwords


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [("ada", "ada"), (" Ada ", "ada"), ("ada.l-1_x@school.example", "ada.l-1_x@school.example"), ("7", "7")],
)
def test_a_name_is_stored_in_one_form_and_found_by_any(given_name, stored, database):
    with database.unit_of_work() as work:
        assert accounts.create_user(work.session, given_name).name == stored
    with database.read() as session:
        assert accounts.find_user(session, given_name.upper()).name == stored


@pytest.mark.parametrize(
    "name", ["", " ", ".ada", "a b", "\u0430da", "a" * 65, "ada\x00", "\ud800", "ada\nbob", "../ada", "<b>"]
)
def test_a_name_that_breaks_the_rules_is_refused(name, database):
    with pytest.raises(Invalid, match="letters a to z"), database.unit_of_work() as work:
        accounts.create_user(work.session, name)
    with database.read() as session:
        assert accounts.find_user(session, name) is None


def test_two_people_cannot_have_one_name(database, ada):
    with pytest.raises(Conflict), database.unit_of_work() as work:
        accounts.create_user(work.session, "ADA")


@pytest.mark.parametrize("display_name", ["x" * 129, "a\x00b", "\u202edlrow", "\ud800", "two\nlines"])
def test_a_display_name_that_could_deceive_is_refused(display_name, database):
    with pytest.raises(Invalid), database.unit_of_work() as work:
        accounts.create_user(work.session, "ada", display_name=display_name)


@pytest.mark.parametrize("password", ["", "123456789", "x" * 129, "half a pair \ud800"])
def test_a_password_that_is_too_short_too_long_or_no_text_is_refused(password, database):
    with pytest.raises(Invalid), database.unit_of_work() as work:
        accounts.create_user(work.session, "ada", password=password)
    with database.read() as session:
        assert session.exec(select(User)).all() == []


def test_ten_and_a_hundred_and_twenty_eight_characters_are_a_password(database):
    for name, password in (("short", "1234567890"), ("long", "ü" * 128)):
        with database.unit_of_work() as work:
            accounts.create_user(work.session, name, password=password)
        with database.read() as session:
            assert accounts.verify_password(session, name, password).name == name


def test_an_accent_may_be_typed_either_way(database):
    with database.unit_of_work() as work:
        accounts.create_user(work.session, "zoe", display_name="Zoe\u0308", password="Zoe\u0308 Zoe\u0308 Zoe")
    with database.read() as session:
        user = accounts.verify_password(session, "zoe", "Zo\u00eb Zo\u00eb Zoe")
    assert user.display_name == "Zo\u00eb"


def test_a_password_is_stored_as_argon2id_with_19_mib(ada):
    assert ada.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "password", ["", "wrong but long", PASSWORD + "x", PASSWORD.upper(), "x" * 100_000, "\ud800" * 10]
)
def test_a_wrong_password_is_refused(password, database, ada):
    with database.read() as session, pytest.raises(Unauthenticated):
        accounts.verify_password(session, "ada", password)


def refusal(database, name, password) -> str:
    with database.read() as session, pytest.raises(Unauthenticated) as refused:
        accounts.verify_password(session, name, password)
    return refused.value.detail


def test_unknown_disabled_and_passwordless_people_are_refused_in_the_same_words(database, ada):
    with database.unit_of_work() as work:
        accounts.create_user(work.session, "without")
        gone = accounts.create_user(work.session, "gone", password=PASSWORD)
        accounts.set_disabled(work.session, gone.id, True, actor_id=ada.id)
    wrong = refusal(database, "ada", "not the password")
    for name in ("nobody", "without", "gone", "no name at all!", "\ud800"):
        assert refusal(database, name, PASSWORD) == wrong


def test_an_unknown_name_takes_as_long_as_a_wrong_password(database, ada):
    def took(name: str) -> float:
        started = time.process_time()  # whatever else runs on this machine
        refusal(database, name, "not the password")
        return time.process_time() - started

    took("ada")
    pairs = [(took("ada"), took("nobody")) for _ in range(7)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2


def test_a_flood_of_sign_ins_is_told_to_wait_instead_of_taking_the_memory(database, ada, monkeypatch):
    monkeypatch.setattr(accounts, "_HASHING", threading.BoundedSemaphore(1))
    monkeypatch.setattr(accounts, "_HASHING_TIMEOUT_S", 0.01)
    with accounts._one_of_few(), database.read() as session, pytest.raises(Unavailable):
        accounts.verify_password(session, "ada", PASSWORD)
    with database.read() as session:
        assert accounts.verify_password(session, "ada", PASSWORD).id == ada.id


# Signing in and out


def test_signing_in_opens_a_session_and_is_written_down(database, ada):
    user, secret = accounts.sign_in(database, " ADA", PASSWORD, lifetime=HOUR, request_id="r1")
    assert user.id == ada.id
    assert whose(database, secret, {CredentialKind.SESSION}) == "ada"
    with database.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "signed_in")).one()
    assert (event.actor_id, event.request_id) == (ada.id, "r1")


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_failed_sign_in_opens_nothing_and_is_written_down_without_a_name(name, database, ada):
    with pytest.raises(Unauthenticated):
        accounts.sign_in(database, name, "not the password", lifetime=HOUR)
    with database.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "sign_in_failed")).one()
        assert session.exec(select(Credential)).all() == []
    assert event.subject == (str(ada.id) if name == "ada" else None)
    assert event.actor_id is None


def test_a_weaker_hash_is_replaced_at_the_next_sign_in(database, ada):
    weaker = accounts.PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with database.unit_of_work() as work:
        work.session.exec(text("UPDATE users SET password_hash = :weaker").bindparams(weaker=weaker))
    accounts.sign_in(database, "ada", PASSWORD, lifetime=HOUR)
    with database.read() as session:
        assert "m=19456,t=2" in accounts.find_user(session, "ada").password_hash
    accounts.sign_in(database, "ada", PASSWORD, lifetime=HOUR)


def test_signing_out_ends_the_session_and_only_that_one(database, ada):
    first = accounts.sign_in(database, "ada", PASSWORD, lifetime=HOUR).secret
    second = accounts.sign_in(database, "ada", PASSWORD, lifetime=HOUR).secret
    for _ in range(2):
        with database.unit_of_work() as work:
            accounts.sign_out(work.session, first)
    with pytest.raises(Unauthenticated):
        whose(database, first)
    assert whose(database, second) == "ada"
    assert actions(database).count("signed_out") == 1


def test_a_new_password_closes_the_sessions_of_the_old_one(database, ada):
    session_secret = accounts.sign_in(database, "ada", PASSWORD, lifetime=HOUR).secret
    token = issue(database, CredentialKind.TOKEN, ada.id)
    with database.unit_of_work() as work:
        accounts.set_password(work.session, ada.id, "another good one", actor_id=ada.id)
    with pytest.raises(Unauthenticated):
        whose(database, session_secret)
    assert whose(database, token) == "ada"
    with pytest.raises(Unauthenticated):
        accounts.sign_in(database, "ada", PASSWORD, lifetime=HOUR)
    assert accounts.sign_in(database, "ada", "another good one", lifetime=HOUR).user.id == ada.id


# Secrets


@pytest.mark.parametrize("kind", CredentialKind)
def test_a_secret_has_256_bits_and_is_stored_only_as_its_hash(kind, database, ada, settings):
    secret = issue(database, kind, ada.id)
    assert len(secret) >= 43
    assert issue(database, kind, ada.id) != secret
    with database.read() as session:
        rows = str([row.model_dump() for row in session.exec(select(Credential))])
        events = str([row.model_dump() for row in session.exec(select(AuditEvent))])
    assert secret not in rows
    assert secret not in events
    database.close()
    assert secret.encode() not in (settings.data_dir / "classroom.db").read_bytes()


@pytest.mark.parametrize("kind", CredentialKind)
def test_a_secret_opens_only_doors_of_its_kind(kind, database, ada):
    secret = issue(database, kind, ada.id)
    assert whose(database, secret, {kind}) == "ada"
    with pytest.raises(Unauthenticated):
        whose(database, secret, ALL_KINDS - {kind})


@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "é" * 10_000, "' OR 1=1 --"])
def test_a_made_up_secret_opens_nothing(secret, database, ada):
    issue(database, CredentialKind.TOKEN, ada.id)
    with pytest.raises(Unauthenticated):
        whose(database, secret)


def test_an_expired_secret_opens_nothing(database, ada):
    secret = issue(database, CredentialKind.TOKEN, ada.id, timedelta(microseconds=1))
    with pytest.raises(Unauthenticated):
        whose(database, secret)


def test_a_revoked_secret_opens_nothing_and_revoking_is_written_down_once(database, ada):
    secret = issue(database, CredentialKind.TOKEN, ada.id)
    for expected in (True, False):
        with database.unit_of_work() as work:
            assert accounts.revoke(work.session, secret, actor_id=ada.id) is expected
    with pytest.raises(Unauthenticated):
        whose(database, secret)
    assert actions(database).count("credential_revoked") == 1


@pytest.mark.parametrize("kind", CredentialKind)
def test_a_disabled_persons_live_secrets_stop_at_once(kind, database, ada):
    secret = issue(database, kind, ada.id)
    with database.unit_of_work() as work:
        accounts.set_disabled(work.session, ada.id, True, actor_id=None)
    with pytest.raises(Unauthenticated):
        whose(database, secret)
    with database.unit_of_work() as work:
        accounts.set_disabled(work.session, ada.id, False, actor_id=None)
    assert whose(database, secret) == "ada"


def test_only_a_kernels_ticket_may_belong_to_nobody(database):
    for kind in ALL_KINDS - {CredentialKind.KERNEL}:
        with pytest.raises(ValueError, match="belongs to a person"):
            issue(database, kind, None)
    assert whose(database, issue(database, CredentialKind.KERNEL, None)) is None


# One-time links


def redeem(database, secret):
    with database.unit_of_work() as work:
        return accounts.redeem_one_time_link(work.session, secret, lifetime=HOUR)


def test_a_one_time_link_opens_a_session_once(database, ada):
    link = issue(database, CredentialKind.ONE_TIME_LINK, ada.id)
    user, secret = redeem(database, link)
    assert user.id == ada.id
    assert whose(database, secret, {CredentialKind.SESSION}) == "ada"
    with pytest.raises(Unauthenticated):
        redeem(database, link)


def test_a_one_time_link_is_no_bearer_token(database, ada):
    link = issue(database, CredentialKind.ONE_TIME_LINK, ada.id)
    with pytest.raises(Unauthenticated):
        whose(database, link, {CredentialKind.SESSION, CredentialKind.TOKEN, CredentialKind.KERNEL})


def test_of_many_who_use_one_link_at_once_one_gets_in(database, ada):
    link = issue(database, CredentialKind.ONE_TIME_LINK, ada.id)
    gate, outcomes = threading.Barrier(6), []

    def use() -> None:
        gate.wait()
        try:
            outcomes.append(redeem(database, link).user.name)
        except Unauthenticated:
            outcomes.append(None)

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [None] * 5 + ["ada"]


def test_a_link_that_has_expired_or_is_of_another_kind_is_refused(database, ada):
    for secret in (
        issue(database, CredentialKind.ONE_TIME_LINK, ada.id, timedelta(microseconds=1)),
        issue(database, CredentialKind.SESSION, ada.id),
    ):
        with pytest.raises(Unauthenticated):
            redeem(database, secret)


# Kernels


def bind(database, ticket, user_id) -> None:
    with database.unit_of_work() as work:
        accounts.bind_kernel(work.session, ticket, user_id)


def test_a_kernels_ticket_is_bound_once_and_for_good(database, ada):
    with database.unit_of_work() as work:
        bob = accounts.create_user(work.session, "bob")
    ticket = issue(database, CredentialKind.KERNEL, None)
    bind(database, ticket, ada.id)
    bind(database, ticket, ada.id)
    assert whose(database, ticket) == "ada"
    with pytest.raises(Conflict):
        bind(database, ticket, bob.id)
    assert whose(database, ticket) == "ada"
    assert actions(database).count("kernel_bound") == 1


def test_only_a_living_ticket_can_be_bound(database, ada):
    dead = issue(database, CredentialKind.KERNEL, None)
    with database.unit_of_work() as work:
        accounts.revoke(work.session, dead, actor_id=None)
    for ticket in (dead, "made up", issue(database, CredentialKind.SESSION, ada.id)):
        with pytest.raises(Unauthenticated):
            bind(database, ticket, ada.id)


# The cookie


def test_a_signed_cookie_gives_its_secret_back():
    signer = SessionSigner(b"k" * 32)
    assert signer.unsign(signer.sign("secret")) == "secret"


@pytest.mark.parametrize(
    "change", [lambda cookie: cookie[:-1], lambda cookie: "x" + cookie, lambda _: "", lambda _: "\ud800"]
)
def test_a_changed_cookie_is_refused(change):
    signer = SessionSigner(b"k" * 32)
    assert signer.unsign(change(signer.sign("secret"))) is None


@given(st.text())
def test_whatever_a_browser_sends_is_refused_without_an_error(cookie):
    assert SessionSigner(b"k" * 32).unsign(cookie) is None


def test_another_servers_cookie_is_refused():
    assert SessionSigner(b"k" * 32).unsign(SessionSigner(b"l" * 32).sign("secret")) is None


def test_a_session_lasts_as_long_as_the_settings_say():
    assert Settings().session_days == 30
