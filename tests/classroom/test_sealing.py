"""The sealed log: whatever is done to it behind the platform's back is found, and named; what is in order is not."""

import base64
import json
import re
import shutil
import subprocess
import threading
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from classroom import audit_log, backups, moving, sealing
from classroom.audit_log import Action
from classroom.db import Database
from classroom.errors import Invalid
from classroom.keys import server_key
from classroom.models import AuditEvent, AuditHead, User
from classroom.sealing import Head, Sealer, Verdict, canonical
from support.waiting import wait_until


@pytest.fixture
def sealer(settings) -> Sealer:
    return Sealer(server_key(settings))


@pytest.fixture
def verify(database, sealer):
    def verify(exported: Head | None = None) -> Verdict:
        with database.read() as session:
            return sealing.verify(session, public_key=sealer.public_key, exported=exported)

    return verify


@pytest.fixture
def sealed(database, people, sealer) -> Head:
    """Give the head of a log of more than ten sealed entries."""
    write(database, 8)
    sealer.seal(database)
    with database.read() as session:
        return sealing.current_head(session)


def write(database: Database, number: int, **entry: object) -> None:
    with database.unit_of_work() as work:
        for each in range(number):
            details = {"number": each, "score": 2.0, "text": "Grüße ☃"}
            audit_log.record(work.session, Action.DOOR_REFUSED, **{"actor_id": None, "details": details, **entry})


def tamper(database: Database, *statements: str) -> None:
    """Do something that only who reaches the database itself can: the triggers are out of the way."""
    with database.unit_of_work() as work:
        if database.engine.dialect.name == "postgresql":
            work.session.exec(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        else:
            work.session.exec(text("DROP TRIGGER audit_events_append_only"))
            work.session.exec(text("DROP TRIGGER audit_events_not_deleted"))
        for statement in statements:
            work.session.exec(text(statement))


def test_a_log_that_nobody_touched_holds(verify, sealed, database, sealer):
    assert verify() == Verdict(sealed=sealed.position, unsealed=0)
    write(database, 3)
    assert verify(sealed) == Verdict(sealed=sealed.position, unsealed=3)
    assert sealer.seal(database) == 3
    assert verify(sealed) == Verdict(sealed=sealed.position + 3, unsealed=0)
    assert sealer.seal(database) == 0


def test_an_empty_log_holds(database, verify, sealer):
    assert sealer.seal(database) == 0
    assert verify() == Verdict(sealed=0, unsealed=0)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE audit_events SET action = 'signed_in' WHERE position = 5", "position 5 .*not as it was sealed"),
        ("UPDATE audit_events SET subject = 'x' WHERE position = 5", "position 5 .*not as it was sealed"),
        ("UPDATE audit_events SET details = '{}' WHERE position = 9", "position 9 .*not as it was sealed"),
        ("DELETE FROM audit_events WHERE position = 5", "position 5 is missing"),
        ("DELETE FROM audit_events WHERE position = 1", "position 1 is missing"),
        ("UPDATE audit_events SET digest = '0' WHERE position = 7", "position 7 .*not as it was sealed"),
        ("UPDATE audit_head SET sealed_at = CURRENT_TIMESTAMP", "not signed with this server's key"),
        ("UPDATE audit_head SET digest = '" + "1" * 64 + "'", "head is another than the entry"),
    ],
)
def test_what_was_done_to_it_is_named(change, what, database, verify, sealed):
    tamper(database, change)
    assert_broken(verify(), what)


def assert_broken(verdict: Verdict, what: str) -> None:
    assert verdict.broken is not None
    assert re.search(what, verdict.broken), verdict.broken


def test_entries_that_changed_places_are_found(database, verify, sealed):
    tamper(
        database,
        "UPDATE audit_events SET position = 99 WHERE position = 4",
        "UPDATE audit_events SET position = 4 WHERE position = 6",
        "UPDATE audit_events SET position = 6 WHERE position = 99",
    )
    assert_broken(verify(), "position 4 .*not in its place")


def test_an_entry_put_between_is_found(database, verify, sealed):
    tamper(
        database,
        "UPDATE audit_events SET position = -position WHERE position > 4",
        "UPDATE audit_events SET position = 1 - position WHERE position < 0",
        "INSERT INTO audit_events (at, action, details, position, digest) "
        f"VALUES (CURRENT_TIMESTAMP, 'signed_in', '{{}}', 5, '{'2' * 64}')",
    )
    assert_broken(verify(), "position 5 ")


def test_an_entry_put_at_the_end_is_found(database, verify, sealed):
    position = sealed.position + 1
    digest = sealing.digest_of({}, position, sealed.digest)
    tamper(
        database,
        "INSERT INTO audit_events (at, action, details, position, digest) "
        f"VALUES (CURRENT_TIMESTAMP, 'signed_in', '{{}}', {position}, '{digest}')",
    )
    assert_broken(verify(), f"position {position} ")


def test_a_tail_that_was_cut_is_found_by_the_head_and_with_the_head_cut_too_by_an_exported_one(
    database, verify, sealed, sealer
):
    with database.read() as session:
        earlier = session.exec(select(AuditEvent).where(AuditEvent.position == sealed.position - 3)).one()
    tamper(database, f"DELETE FROM audit_events WHERE position > {earlier.position}")
    assert_broken(verify(), "its end was cut off")
    with database.unit_of_work() as work:  # by somebody who has the server's key, even
        head = work.session.exec(select(AuditHead)).one()
        head.position, head.digest = earlier.position, earlier.digest
        head.signature = sealer._key.sign(sealing.head_of(head).signed).hex()
    assert verify().broken is None
    assert_broken(verify(sealed), "exported head is at .* cut off")
    write(database, 5)
    sealer.seal(database)  # and whatever is written on top of it
    assert_broken(verify(sealed), "written anew")


def test_a_head_that_somebody_else_signed_is_none(verify, sealed, database):
    forged = sealed.model_copy(update={"signature": Sealer(b"x" * 32)._key.sign(sealed.signed).hex()})
    assert_broken(verify(forged), "exported head is not signed")
    with pytest.raises(Invalid):
        sealing.read_head('{"position": 1}')
    assert sealing.read_head(sealed.model_dump_json()) == sealed


def test_openssl_verifies_the_head_with_the_public_key_alone(sealed, tmp_path):
    """Somebody who trusts neither this module nor this server, and has no key of it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine to verify with")
    header = "3036301006072a8648ce3d020106052b8104000a032200"  # SubjectPublicKeyInfo, secp256k1, compressed (RFC 5480)
    encoded = base64.b64encode(bytes.fromhex(header + sealed.public_key)).decode()
    (tmp_path / "key.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n")
    (tmp_path / "signature").write_bytes(bytes.fromhex(sealed.signature))

    def check(signed: bytes) -> str:
        (tmp_path / "signed").write_bytes(signed)
        command = [openssl, "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout

    assert "Verified OK" in check(sealed.signed)
    assert "Verified OK" not in check(sealed.signed + b" ")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET action = 'signed_in' WHERE position = 3",
        "UPDATE audit_events SET position = 1000 WHERE position = 3",
        "UPDATE audit_events SET subject = 'x' WHERE position IS NULL",
        "DELETE FROM audit_events WHERE position = 3",
        "DELETE FROM audit_events WHERE position IS NULL",
    ],
)
def test_the_applications_own_connection_cannot_change_an_entry(change, database, sealed):
    write(database, 1)
    with pytest.raises(DBAPIError, match="append-only"), database.unit_of_work() as work:
        work.session.exec(text(change))


def test_who_commits_late_gets_a_later_position(database, verify, sealed, sealer):
    """PostgreSQL gives ids before it commits: a lower one may become visible after a higher one is sealed."""
    if database.engine.dialect.name == "sqlite":
        write(database, 2)
        sealer.seal(database)
    else:
        with database.unit_of_work() as late:
            audit_log.record(late.session, Action.SIGNED_IN, actor_id=None)
            late.session.flush()
            write(database, 1)
            assert sealer.seal(database) == 1
        assert sealer.seal(database) == 1
        with database.read() as session:
            last = select(AuditEvent).order_by(col(AuditEvent.position).desc()).limit(2)
            latest, before = session.exec(last).all()
        assert latest.id < before.id
    assert verify(sealed).broken is None


def test_two_sealers_do_not_get_in_each_others_way(database, verify, sealed, settings):
    write(database, 450)
    failed: list[Exception] = []

    def seal() -> None:
        try:
            Sealer(server_key(settings)).seal(database)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)

    threads = [threading.Thread(target=seal) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal()
    assert failed == []
    assert verify(sealed) == Verdict(sealed=sealed.position + 450, unsealed=0)


def test_an_export_is_verified_without_the_database(database, sealed, sealer, tmp_path):
    path = tmp_path / "log.jsonl"
    with database.read() as session:
        sealing.export(session, path)
    key = sealer.public_key
    assert sealing.verify_export(path, public_key=key, exported=sealed).broken is None
    lines = path.read_text().splitlines()
    edited = [line.replace('"number": 3', '"number": 4') for line in lines]
    for wrong, what in (
        (edited, "not as it"),
        (lines[:3] + lines[4:], "missing"),
        ([*lines[:-2], lines[-1]], "cut off"),
    ):
        path.write_text("\n".join(wrong))
        assert_broken(sealing.verify_export(path, public_key=key), what)
    path.write_text("\n".join(lines[:-1]))
    with pytest.raises(Invalid):
        sealing.verify_export(path, public_key=key)


def test_a_log_that_was_moved_or_restored_still_holds(database, sealed, sealer, settings, tmp_path):
    """The digests are of values, and not of what one database makes of them."""
    made = backups.make_backup(settings)
    there = settings.model_copy(update={"data_dir": tmp_path / "there", "database_url": ""})
    there.__dict__.pop("database", None)
    backups.restore(there, made.path)
    with closing(Database.of(there)) as restored, restored.read() as session:
        assert sealing.verify(session, public_key=sealer.public_key, exported=sealed).broken is None
    with closing(Database(f"sqlite:///{tmp_path / 'moved.db'}")) as moved:
        moving.move(database, moved, say=lambda *_told: None)
        with moved.read() as session:
            assert sealing.verify(session, public_key=sealer.public_key, exported=sealed).broken is None


def test_an_entry_dated_long_before_the_others_is_a_question(database, verify, sealed, sealer):
    with database.unit_of_work() as work:
        work.session.add(
            AuditEvent(at=work.session.exec(select(User.created_at)).first().replace(year=2020), action="x")
        )
    sealer.seal(database)
    verdict = verify()
    assert verdict.broken is None
    assert "2020" in verdict.doubts[0]


def test_the_consumer_seals_by_itself(database, settings, people, verify):
    from classroom.jobs.sealer import sealing as keep_sealing  # noqa: PLC0415 - the name is taken by the module

    with keep_sealing(settings.model_copy(update={"audit_seal_s": 0.01}), database):
        wait_until(lambda: verify().unsealed == 0, what="the seal")
        write(database, 2)
    assert verify().unsealed == 0


RFC_8785 = (
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
    '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'
)
RFC_8785_CANONICAL = (
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
)


def test_json_is_written_as_rfc_8785_says():
    assert canonical(json.loads(RFC_8785)).decode() == RFC_8785_CANONICAL
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "1": 4}).decode() == '{"1":4,"€":3,"😀":2,"\ufb33":1}'
    assert [canonical(value) for value in (2.0, -0.0, 1e21, 1e-7, 123456789012345680000.0)] == [
        b"2",
        b"0",
        b"1e+21",
        b"1e-7",
        b"123456789012345680000",
    ]


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(-(2.0**53), 2.0**53)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    )
)
def test_what_is_equal_is_written_alike_and_read_back_equal(value):
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)
