"""Codes of an authenticator, used once; recovery codes; what a code is not."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from classroom import accounts
from classroom.accounts import second_factor
from classroom.accounts.second_factor import RECOVERY_CODES, STEP_S, code_at
from classroom.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated
from classroom.models import AuditEvent, Credential, SecondFactor

KEY = b"k" * 32
AT_S = 1_800_000_000.0
PASSWORD = "correct horse battery"


@pytest.fixture
def ada(database):
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "ada", password=PASSWORD)


@pytest.fixture
def entrance(database, settings):
    return accounts.Entrance(database, settings, KEY)


@pytest.fixture
def phone(database, ada):
    """Give what the app on Ada's phone holds, while it is being set up."""
    with database.unit_of_work() as work:
        second_factor.begin(work.session, ada.id)
        return base64.b32decode(second_factor.enrolling(work.session, ada, KEY).secret)


def code(secret, steps=0, at_s=AT_S):
    return code_at(secret, int(at_s // STEP_S) + steps)


def confirm(database, user, shown, at_s=AT_S):
    with database.unit_of_work() as work:
        return second_factor.confirm(work.session, user.id, KEY, shown, at_s=at_s)


def is_right(database, user, shown, at_s=AT_S):
    with database.unit_of_work() as work:
        return second_factor.is_right(work.session, user.id, KEY, shown, at_s=at_s)


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(time_s, expected):
    """Appendix B, SHA-1: the last six of its eight digits."""
    assert code_at(b"12345678901234567890", time_s // STEP_S) == expected


def test_the_app_is_told_all_it_needs(database, ada):
    with database.unit_of_work() as work:
        second_factor.begin(work.session, ada.id)
        secret, uri = second_factor.enrolling(work.session, ada, KEY)
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Hyperkit%20Classroom:ada")
    told = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert told == {
        "secret": secret,
        "issuer": "Hyperkit Classroom",
        "algorithm": "SHA1",
        "digits": "6",
        "period": "30",
    }
    assert len(base64.b32decode(secret)) == 20


def test_the_database_holds_nothing_a_code_could_be_made_of(database, ada, phone):
    with database.read() as session:
        stored = str([row.model_dump() for table in (SecondFactor, Credential) for row in session.exec(select(table))])
        salt = session.exec(select(SecondFactor.salt)).one()
    for form in (str(phone), phone.hex(), base64.b32encode(phone).decode()):
        assert form not in stored
    assert bytes.fromhex(salt) not in phone


def test_a_factor_counts_from_its_first_code_on(database, entrance, ada, phone):
    assert isinstance(entrance.sign_in(accounts.ByPassword("ada", PASSWORD)), accounts.SignedIn)
    with pytest.raises(Invalid, match="clock"):
        confirm(database, ada, "000000")
    assert len(confirm(database, ada, code(phone))) == RECOVERY_CODES
    assert isinstance(entrance.sign_in(accounts.ByPassword("ada", PASSWORD)), accounts.SecondStep)
    with pytest.raises(NotFound):
        confirm(database, ada, code(phone, 1))
    with pytest.raises(Conflict), database.unit_of_work() as work:
        second_factor.begin(work.session, ada.id)
    with database.read() as session, pytest.raises(NotFound):
        second_factor.enrolling(session, ada, KEY)


def test_a_code_is_accepted_once_and_none_older_than_it(database, ada, phone):
    confirm(database, ada, code(phone, -1))
    assert not is_right(database, ada, code(phone, -1))
    assert is_right(database, ada, code(phone))
    assert not is_right(database, ada, code(phone))
    assert is_right(database, ada, code(phone, 1))
    assert not is_right(database, ada, code(phone))


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off_and_no_more(database, ada, phone, steps, right):
    confirm(database, ada, code(phone, at_s=AT_S - 3600), at_s=AT_S - 3600)
    assert is_right(database, ada, code(phone, steps)) is right


@pytest.mark.parametrize("shown", ["", "12345", "1234567", "abcdef", "\ud800" * 6, "½" * 6, "-" * 100])
def test_what_is_no_code_is_wrong(database, ada, phone, shown):
    confirm(database, ada, code(phone))
    assert not is_right(database, ada, shown)


def test_a_recovery_code_works_once_and_only_for_its_person(database, ada, phone):
    first, *others = confirm(database, ada, code(phone))
    with database.unit_of_work() as work:
        bob = accounts.create_user(work.session, "bob")
        second_factor.begin(work.session, bob.id)
        bobs = base64.b32decode(second_factor.enrolling(work.session, bob, KEY).secret)
    confirm(database, bob, code(bobs))
    assert not is_right(database, bob, first)
    assert is_right(database, ada, f" {first.upper()} ")
    assert not is_right(database, ada, first)
    assert is_right(database, ada, others[0].replace("-", ""))
    with database.read() as session:
        assert second_factor.recovery_codes_left(session, ada.id) == RECOVERY_CODES - 2
        stored = str([row.model_dump() for row in session.exec(select(Credential))])
        events = str([row.model_dump() for row in session.exec(select(AuditEvent))])
    assert not any(each in stored + events for each in (first, first.replace("-", "")))


def test_new_recovery_codes_make_the_old_ones_worthless(database, ada, phone):
    old = confirm(database, ada, code(phone))
    with database.unit_of_work() as work:
        new = second_factor.new_recovery_codes(work.session, ada.id)
    assert not is_right(database, ada, old[0])
    assert is_right(database, ada, new[0])


def test_a_factor_that_was_turned_off_asks_for_nothing_and_takes_its_codes_with_it(database, entrance, ada, phone):
    codes = confirm(database, ada, code(phone))
    with database.unit_of_work() as work:
        second_factor.turn_off(work.session, ada.id, actor_id=ada.id)
    assert not is_right(database, ada, codes[0])
    assert not is_right(database, ada, code(phone, 1))
    assert isinstance(entrance.sign_in(accounts.ByPassword("ada", PASSWORD)), accounts.SignedIn)


def test_no_way_in_leaves_the_second_factor_out(database, entrance, ada, phone):
    """Not a link either, printed or sent."""
    confirm(database, ada, code(phone))
    with database.unit_of_work() as work:
        link = accounts.issue(
            work.session, accounts.credentials.CredentialKind.ONE_TIME_LINK, ada.id, lifetime=accounts.STEP_LIFETIME
        )
    step = entrance.follow_link(link)
    assert isinstance(step, accounts.SecondStep)
    with database.read() as session, pytest.raises(Unauthenticated):
        accounts.authenticate(session, {accounts.credentials.CredentialKind.SESSION}, step.secret)


def test_codes_cannot_be_tried_without_end_and_the_owner_gets_in_from_elsewhere(database, entrance, ada, phone):
    recovery = confirm(database, ada, code(phone))
    there, here = accounts.Visit("203.0.113.9"), accounts.Visit("198.51.100.7")
    step = entrance.sign_in(accounts.ByPassword("ada", PASSWORD), there)
    for _ in range(accounts.signing_in.CODES_IN_TURN.tries):
        with pytest.raises(Unauthenticated):
            entrance.second_step(step.secret, "000000", there)
    with pytest.raises(TooMany) as refused:
        entrance.second_step(step.secret, recovery[0], there)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= accounts.signing_in.CODES_IN_TURN.seconds + 2
    step = entrance.sign_in(accounts.ByPassword("ada", PASSWORD), here)
    assert entrance.second_step(step.secret, recovery[0], here).user.id == ada.id
    with pytest.raises(Unauthenticated):
        entrance.second_step(step.secret, recovery[1], here)


@given(secret=st.binary(min_size=20, max_size=20), step=st.integers(0, 2**40))
def test_a_code_is_six_digits(secret, step):
    shown = code_at(secret, step)
    assert len(shown) == 6
    assert shown.isdecimal()
