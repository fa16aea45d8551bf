"""Access tokens and what is none; refresh tokens, shown twice by accident and by theft; keys."""

import json
import threading
import warnings
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from sqlmodel import select

from classroom import accounts
from classroom.accounts import TokenSigner, tokens
from classroom.errors import Conflict, Invalid, NotFound, Unauthenticated
from classroom.keys import derive
from classroom.models import AuditEvent, Credential, CredentialKind, Scope, now

KEY = b"k" * 32
ALL = set(Scope)


@pytest.fixture
def ada(database):
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "ada")


@pytest.fixture
def signer():
    return TokenSigner(KEY, issuer="https://classroom.example")


@pytest.fixture
def family(database, signer, ada):
    with database.unit_of_work() as work:
        return accounts.open_family(work.session, signer, ada, ALL, label="A program")


def turn(database, signer, secret):
    return accounts.refresh(database, signer, secret, key=KEY, request_id="r1")


def age(database, seconds):
    """Let time pass since every exchange that there was."""
    with database.unit_of_work() as work:
        for each in work.session.exec(select(Credential).where(Credential.rotated_at.is_not(None))):
            each.rotated_at -= timedelta(seconds=seconds)


def holds(database, signer, access):
    user_id, family_id, _ = signer.read(access)
    with database.read() as session:
        return accounts.holder_of(session, user_id, family_id) is not None


# Access tokens


def test_an_access_token_says_who_for_what_and_for_ten_minutes(signer, ada):
    family_id = uuid4()
    token = signer.sign(ada, family_id, {Scope.LEARN, Scope.TEACH})
    assert signer.read(token) == (ada.id, family_id, {Scope.LEARN, Scope.TEACH})
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 600
    assert claims["iss"] == "https://classroom.example"
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == ("HS256", "at+jwt")


def forged(ada, *, key=None, algorithm="HS256", kid=None, typ="at+jwt", leave_out=(), **changes):
    at = now()
    kid = kid or tokens._kid(at)
    claims = {
        "iss": "https://classroom.example",
        "aud": tokens.AUDIENCE,
        "sub": str(ada.id),
        "sid": str(uuid4()),
        "scope": "learn",
        "iat": at,
        "exp": at + timedelta(minutes=10),
        "jti": "1",
    } | changes
    kept = {name: value for name, value in claims.items() if name not in leave_out}
    key = derive(KEY, f"access token {kid}") if key is None else key
    with warnings.catch_warnings(action="ignore"):  # PyJWT warns of a key as short as these for HS512
        return jwt.encode(kept, key or None, algorithm=algorithm, headers={"kid": kid, "typ": typ})


def test_what_is_forged_here_for_the_next_test_would_be_taken_unchanged(signer, ada):
    assert signer.read(forged(ada))[0] == ada.id


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "none", "key": ""},
        {"algorithm": "HS512"},
        {"key": b"a key of somebody else's, 32 byte"},
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"exp": timedelta(seconds=-5)},
        {"iat": timedelta(hours=1)},
        {"kid": "2020-01-01"},
        {"kid": "../../etc"},
        {"typ": "JWT"},
        {"sub": "ada"},
        {"sub": 7},
        {"sid": "none"},
        {"scope": "learn everything"},
        {"scope": 7},
        *({"leave_out": (claim,)} for claim in ("aud", "exp", "iss", "sub", "iat", "jti", "sid", "scope")),
    ],
    ids=lambda change: "-".join(f"{name} {value}"[:40] for name, value in change.items()),
)
def test_whatever_is_not_exactly_an_access_token_of_ours_is_refused(signer, ada, change):
    change = {claim: now() + value if isinstance(value, timedelta) else value for claim, value in change.items()}
    with pytest.raises(Unauthenticated):
        signer.read(forged(ada, **change))


@pytest.mark.parametrize("token", ["", "..", "a.b.c", "é.é.é", "\ud800.x.y", "e30.e30.", "e30.e30.e30", "." * 5000])
def test_what_is_no_token_at_all_is_refused(signer, token):
    with pytest.raises(Unauthenticated):
        signer.read(token)


def test_a_key_that_is_too_short_signs_and_reads_nothing():
    with pytest.raises(jwt.InvalidKeyError):
        tokens._JWT.encode({}, b"short", algorithm="HS256")


def test_keys_change_by_the_day_and_yesterdays_still_reads(signer, ada):
    late = signer.sign(ada, uuid4(), ALL, at=now() - timedelta(minutes=9))
    assert signer.read(late)[0] == ada.id
    today, yesterday = now(), now() - timedelta(days=1)
    assert tokens._kid(today) != tokens._kid(yesterday)
    assert signer._key_of(tokens._kid(today)) != signer._key_of(tokens._kid(yesterday))
    assert signer.read(forged(ada, kid=tokens._kid(yesterday)))[0] == ada.id
    with pytest.raises(Unauthenticated):
        signer.read(forged(ada, kid=tokens._kid(now() - timedelta(days=2))))


# Refresh tokens


def test_a_refresh_token_turns_over_and_the_access_tokens_go_on(database, signer, family):
    second = turn(database, signer, family.refresh)
    third = turn(database, signer, second.refresh)
    assert len({family.refresh, second.refresh, third.refresh}) == 3
    assert all(holds(database, signer, each.access) for each in (family, second, third))
    with database.read() as session:
        held = accounts.held(session, signer.read(third.access)[0], {CredentialKind.REFRESH})
        stored = str([row.model_dump() for row in session.exec(select(Credential))])
    assert [each.label for each in held] == ["A program"]
    assert not any(secret in stored for secret in (family.refresh, second.refresh, third.refresh))


def test_sixteen_at_once_make_one_exchange_and_nobody_is_locked_out(database, signer, family):
    gate, made = threading.Barrier(16), []

    def exchange() -> None:
        gate.wait()
        made.append(turn(database, signer, family.refresh))

    threads = [threading.Thread(target=exchange) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 16
    assert len({each.refresh for each in made}) == 1
    with database.read() as session:
        assert len(session.exec(select(Credential)).all()) == 2
    assert turn(database, signer, made[0].refresh).refresh != made[0].refresh


def is_dead(database, signer, *families):
    for each in families:
        with pytest.raises(Unauthenticated):
            turn(database, signer, each.refresh)
        assert not holds(database, signer, each.access)
    return True


def test_one_that_is_shown_again_later_ends_the_family(database, signer, family):
    second = turn(database, signer, family.refresh)
    age(database, 11)
    with pytest.raises(Unauthenticated):
        turn(database, signer, family.refresh)
    assert is_dead(database, signer, family, second)
    with database.read() as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "refresh_reused"))
    assert (event.subject, event.request_id) == (str(signer.read(family.access)[1]), "r1")


def test_the_overlap_is_for_the_previous_one_only(database, signer, family):
    second = turn(database, signer, family.refresh)
    third = turn(database, signer, second.refresh)
    assert turn(database, signer, second.refresh).refresh == third.refresh
    with pytest.raises(Unauthenticated):
        turn(database, signer, family.refresh)
    assert is_dead(database, signer, second, third)


def test_a_thief_in_one_sign_in_does_not_end_another(database, signer, ada, family):
    with database.unit_of_work() as work:
        other = accounts.open_family(work.session, signer, ada, ALL, label="Another")
    turn(database, signer, family.refresh)
    age(database, 11)
    with pytest.raises(Unauthenticated):
        turn(database, signer, family.refresh)
    assert turn(database, signer, other.refresh).scopes == ALL - {Scope.ADMIN}


def test_a_family_ends_thirty_days_after_its_sign_in_however_often_it_turned_over(database, signer, family):
    second = turn(database, signer, family.refresh)
    with database.unit_of_work() as work:
        first, later = work.session.exec(select(Credential).order_by(Credential.used_at.is_not(None)))
        assert first.expires_at == later.expires_at
        assert timedelta(days=30) - (later.expires_at - now()) < timedelta(minutes=10)
        later.expires_at = now() - timedelta(seconds=1)
    assert is_dead(database, signer, second)


def test_who_is_shut_out_or_signed_out_holds_nothing(database, signer, ada, family):
    with database.unit_of_work() as work:
        accounts.set_disabled(work.session, ada.id, True, actor_id=None)
    assert is_dead(database, signer, family)
    with database.unit_of_work() as work:
        accounts.set_disabled(work.session, ada.id, False, actor_id=None)
        accounts.give_back(work.session, family.refresh)
        accounts.give_back(work.session, "made up")
    assert is_dead(database, signer, family)


def test_a_new_password_ends_every_family(database, signer, ada, family):
    with database.unit_of_work() as work:
        accounts.set_password(work.session, ada.id, "correct horse battery", actor_id=ada.id)
    assert is_dead(database, signer, family)


def test_a_refresh_token_is_nothing_else_and_nothing_else_is_one(database, signer, ada, family):
    with database.unit_of_work() as work:
        other = accounts.issue(work.session, CredentialKind.SESSION, ada.id, lifetime=timedelta(hours=1))
    for secret in (other, family.access, "", "\ud800"):
        with pytest.raises(Unauthenticated):
            turn(database, signer, secret)
    with pytest.raises(Unauthenticated):
        signer.read(family.refresh)


def test_only_an_administrators_tokens_may_administer(database, signer, ada):
    with database.unit_of_work() as work:
        accounts.set_admin(work.session, ada.id, True, actor_id=None)
        made = accounts.open_family(work.session, signer, accounts.existing(work.session, ada.id), ALL, label="")
    assert Scope.ADMIN in made.scopes
    with database.unit_of_work() as work:
        accounts.set_admin(work.session, ada.id, False, actor_id=None)
    assert Scope.ADMIN not in turn(database, signer, made.refresh).scopes


# Keys


def make_key(database, user, **changes):
    with database.unit_of_work() as work:
        return accounts.make_key(
            work.session, user, **{"label": "A program", "scopes": {Scope.TEACH}, "days": 90, **changes}
        )


def test_a_key_is_shown_once_and_known_by_its_beginning(database, ada):
    key, credential = make_key(database, ada)
    assert key.startswith(f"{credential.prefix}_")
    assert len(key) >= 64 + 8
    with database.read() as session:
        user, found = accounts.authenticate(session, {CredentialKind.API_KEY}, key)
        stored = json.dumps([row.model_dump(mode="json") for row in session.exec(select(Credential))])
    assert user.id == ada.id
    assert accounts.scopes_of(found, user) == {Scope.TEACH}
    assert key not in stored
    assert key.rpartition("_")[2][:64] not in stored


def test_a_typing_error_in_a_key_is_told_from_a_key(database, ada):
    key = make_key(database, ada).key
    assert not accounts.is_mistyped(key)
    for place in (5, 20, len(key) - 1):
        other = "a" if key[place] != "a" else "b"
        assert accounts.is_mistyped(key[:place] + other + key[place + 1 :])
    assert accounts.is_mistyped(key[:-1])
    assert accounts.is_mistyped("hkc_\ud800")
    assert not accounts.is_mistyped("some other secret")


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": set()},
        {"scopes": {Scope.ADMIN}},
        {"days": 0},
        {"days": 366},
        {"label": " "},
        {"label": "two\nlines"},
        {"label": "\u202edlrow"},
    ],
)
def test_a_key_that_could_not_be_answered_for_is_not_made(database, ada, change):
    with pytest.raises(Invalid):
        make_key(database, ada, **change)


def test_there_is_an_end_to_how_many_keys_one_has(database, ada):
    first = make_key(database, ada)
    for _ in range(accounts.MAX_KEYS - 1):
        make_key(database, ada)
    with pytest.raises(Conflict):
        make_key(database, ada)
    with database.unit_of_work() as work:
        accounts.revoke_own(work.session, ada.id, first.credential.id, {CredentialKind.API_KEY}, actor_id=ada.id)
    assert make_key(database, ada).key != first.key


def test_nobody_revokes_what_is_not_theirs_or_of_another_kind(database, ada):
    with database.unit_of_work() as work:
        bob = accounts.create_user(work.session, "bob")
    key, credential = make_key(database, ada)
    for user, kinds in ((bob, {CredentialKind.API_KEY}), (ada, {CredentialKind.SESSION})):
        with pytest.raises(NotFound), database.unit_of_work() as work:
            accounts.revoke_own(work.session, user.id, credential.id, kinds, actor_id=user.id)
    with database.read() as session:
        assert accounts.authenticate(session, {CredentialKind.API_KEY}, key)[0].id == ada.id
