"""Letters: who gets which, by which way, and what its link does."""

import asyncio
import base64
import json
import re
import signal
import ssl
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from sqlalchemy import event
from sqlmodel import select

from classroom import accounts, mail
from classroom.accounts import ChangeAddress, Post, Reset, SignUp
from classroom.accounts import post as post_office
from classroom.errors import Conflict, Invalid, NotFound, Unauthenticated
from classroom.models import AuditEvent, Credential, CredentialKind, LetterOrder, User, now
from support.waiting import wait_until

KEY = b"k" * 32
PASSWORD = "correct horse battery"
ADDRESS = "ada@school.example"


@pytest.fixture
def post(database, settings):
    """Give where letters are asked for; what sends them begins when the test says so."""
    with closing(Post(database, settings)) as opened:
        yield opened


def ask(post, database, *orders):
    for order in orders:
        with database.unit_of_work() as work:
            post.order(work, order)


@pytest.fixture
def ada(database):
    with database.unit_of_work() as work:
        return accounts.create_user(work.session, "ada", email=ADDRESS, password=PASSWORD)


def letters(post, settings, *orders):
    """Ask for letters, and give what the operator sees."""
    ask(post, post._database, *orders)
    post.drain()
    return mail.read_outbox(settings)


def link_in(letter) -> str:
    return re.search(r"link=(\S+)", letter)[1]


def person(database, name):
    with database.read() as session:
        return accounts.find_user(session, name)


# Signing up


def test_who_signs_up_is_nobody_until_the_link_was_followed(database, settings, post):
    (letter,) = letters(post, settings, SignUp(ADDRESS, "Ada L."))
    assert f"for {ADDRESS}" in letter
    pending = person(database, ADDRESS)
    assert (pending.name, pending.pending, pending.password_hash) == ("ada", True, None)
    link = link_in(letter)
    with pytest.raises(Invalid):
        accounts.confirm_address(database, link, password="password123")
    user = accounts.confirm_address(database, link, password=PASSWORD, display_name="Ada Lovelace")
    assert (user.email, user.display_name, user.pending) == (ADDRESS, "Ada Lovelace", False)
    entrance = accounts.Entrance(database, settings, KEY)
    assert entrance.prove(accounts.ByPassword("Ada@School.example", PASSWORD)).id == user.id
    with pytest.raises(Unauthenticated):
        accounts.confirm_address(database, link, password=PASSWORD)


def test_whoever_asks_first_for_anothers_address_gains_nothing(database, settings, post):
    """The password is chosen by who reads the letter, and an earlier letter's link is dead."""
    (first,) = letters(post, settings, SignUp(ADDRESS, "A villain"))
    (second,) = letters(post, settings, SignUp(ADDRESS, "Ada"))
    with pytest.raises(Unauthenticated):
        accounts.confirm_address(database, link_in(first), password="the villain's own password")
    accounts.confirm_address(database, link_in(second), password=PASSWORD, display_name="Ada")
    assert person(database, ADDRESS).display_name == "Ada"


def test_who_has_an_account_is_told_so_by_letter_and_nothing_changes(database, settings, post, ada):
    (letter,) = letters(post, settings, SignUp(ADDRESS, "Somebody"))
    assert "there is one already" in letter.replace("\n", " ")
    assert "link=" not in letter
    with database.read() as session:
        assert [user.display_name for user in session.exec(select(User))] == ["ada"]


def test_names_are_made_from_addresses_and_never_twice(database, settings, post):
    letters(post, settings, SignUp("ada@a.example", "A"), SignUp("ada@b.example", "B"), SignUp("é!@c.example", "C"))
    with database.read() as session:
        names = sorted(session.exec(select(User.name)))
    assert len(names) == 3
    assert names[0] == "ada"
    assert re.fullmatch(r"ada-[0-9a-f]{6}", names[1])
    assert names[2] == "learner"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@school.example",
        "ada@school",
        "a b@school.example",
        "ada@school.example\nBcc: x@y.example",
        "ada@-school.example",
        "<ada@school.example>",
        "ada@school.example,x@y.example",
        "\ud800@school.example",
        "ada\u202e@school.example",
        "a" * 65 + "@school.example",
        "ada@" + "a" * 250 + ".example",
        "ada\x00@school.example",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(Invalid, match="looks like"):
        accounts.normal_email(address)


# A forgotten password


def test_a_forgotten_password_is_replaced_once_and_every_sign_in_closed(database, settings, post, ada):
    entrance = accounts.Entrance(database, settings, KEY)
    secret = entrance.sign_in(accounts.ByPassword("ada", PASSWORD)).secret
    (letter,) = letters(post, settings, Reset("ADA"))
    with pytest.raises(Invalid):
        accounts.reset_password(database, post, link_in(letter), "too short")
    accounts.reset_password(database, post, link_in(letter), "another good password, truly")
    with pytest.raises(Unauthenticated):
        accounts.reset_password(database, post, link_in(letter), "another good password, really")
    with database.read() as session, pytest.raises(Unauthenticated):
        accounts.authenticate(session, {CredentialKind.SESSION}, secret)
    assert entrance.prove(accounts.ByPassword("ada", "another good password, truly")).id == ada.id


def test_nobody_is_written_to_who_is_not_there_or_shut_out(database, settings, post, ada):
    with database.unit_of_work() as work:
        accounts.set_disabled(work.session, ada.id, True, actor_id=None)
    assert letters(post, settings, Reset("nobody"), Reset("ada"), Reset("\ud800"), SignUp(ADDRESS, "Ada")) == []


def test_a_link_opens_what_it_is_for_and_nothing_else(database, settings, post, ada):
    (letter,) = letters(post, settings, Reset("ada"))
    with pytest.raises(Unauthenticated):
        accounts.confirm_address(database, link_in(letter), password=PASSWORD)
    with pytest.raises(Unauthenticated):
        accounts.Entrance(database, settings, KEY).follow_link(link_in(letter))
    with database.unit_of_work() as work:
        for each in work.session.exec(select(Credential)):
            each.expires_at = now() - timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        accounts.reset_password(database, post, link_in(letter), "another good password, truly")


# Another address


def test_a_new_address_counts_when_its_link_was_followed(database, settings, post, ada):
    (letter,) = letters(post, settings, ChangeAddress(ada.id, "new@school.example"))
    assert "for new@school.example" in letter
    assert person(database, ADDRESS).id == ada.id
    accounts.confirm_address(database, link_in(letter))
    assert person(database, "new@school.example").id == ada.id
    assert person(database, ADDRESS) is None


def test_nobody_takes_anothers_address(database, settings, post, ada):
    with database.unit_of_work() as work:
        bob = accounts.create_user(work.session, "bob")
    (letter,) = letters(post, settings, ChangeAddress(bob.id, ADDRESS))
    assert "link=" not in letter
    (letter,) = letters(post, settings, ChangeAddress(bob.id, "free@school.example"))
    with database.unit_of_work() as work:
        accounts.create_user(work.session, "carol", email="free@school.example")
    with pytest.raises(Conflict):
        accounts.confirm_address(database, link_in(letter))


def test_no_secret_and_no_address_is_in_the_audit_log(database, settings, post, ada):
    (letter,) = letters(post, settings, Reset("ada"))
    letters(post, settings, SignUp("new@school.example", "New"))
    with database.read() as session:
        written = str([row.model_dump() for row in session.exec(select(AuditEvent))])
    for secret in (link_in(letter), "school.example", "New"):
        assert secret not in written


# The ways of a letter


def test_asking_for_a_letter_asks_the_database_the_same_for_an_account_that_is_there_and_one_that_is_not(
    database, post, ada
):
    """So the answer takes as long, and tells nothing."""
    asked = []
    for order in (Reset("ada"), Reset("nobody"), SignUp(ADDRESS, "Ada"), SignUp("new@school.example", "New")):
        said = []

        def listen(*event, said=said):
            said.append(event[2])

        event.listen(database.engine, "before_cursor_execute", listen)
        ask(post, database, order)
        event.remove(database.engine, "before_cursor_execute", listen)
        asked.append(said)
    assert asked[0]
    assert asked == asked[:1] * 4
    assert not any("users" in statement for statement in asked[0])


def rows(database):
    with database.read() as session:
        return list(session.exec(select(LetterOrder)))


def make_due(database):
    with database.unit_of_work() as work:
        for row in work.session.exec(select(LetterOrder)):
            row.due_at = now() - timedelta(seconds=1)


def test_a_letter_that_cannot_be_sent_stops_none_after_it_and_rests_longer_each_time(database, settings, ada, caplog):
    away = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"})
    with closing(Post(database, away)) as post:
        ask(post, database, Reset("ada"), Reset("ada"))
        rests = []
        for _ in range(3):
            make_due(database)
            before = now()
            post.drain()
            rests.append(min(row.due_at for row in rows(database)) - before)
        said = [record.message for record in caplog.records]
        assert said.count("A letter was not sent: ConnectionRefusedError; it is tried again") == 6
        assert rests == sorted(rests)
        assert rests[0] >= timedelta(seconds=5)
        assert rests[2] >= timedelta(seconds=20)
        with database.unit_of_work() as work:
            for row in work.session.exec(select(LetterOrder)):
                row.created_at = now() - timedelta(days=2)
        make_due(database)
        post.drain()
    assert rows(database) == []
    assert ADDRESS not in caplog.text


def test_what_was_asked_for_in_a_transaction_that_failed_is_never_sent(database, settings, post, ada):
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as work:
        post.order(work, Reset("ada"))
        raise ZeroDivisionError
    assert letters(post, settings) == []


def test_a_letter_on_its_way_tells_the_table_nothing(database, settings, post):
    ask(post, database, SignUp(ADDRESS, "Ada L.", invite="the-invite"))
    (row,) = rows(database)
    told = str(row.model_dump()) + base64.b64decode(row.sealed).decode("latin-1")
    for secret in (ADDRESS, "Ada", "the-invite", "SignUp"):
        assert secret not in told
    assert row.user_id is None
    letters(post, settings)
    assert rows(database) == []


def test_of_two_who_send_one_takes_an_order(database, settings, ada):
    with closing(Post(database, settings)) as one, closing(Post(database, settings)) as other:
        ask(one, database, Reset("ada"))
        with database.unit_of_work() as work:
            assert post_office._take(work) is not None
        other.drain()
        assert mail.read_outbox(settings) == []
        make_due(database)  # who took it was killed
        other.drain()
        assert len(mail.read_outbox(settings)) == 1


def test_an_order_that_comes_again_uses_no_second_place_of_its_invite(database, settings, ada):
    """Its last use was theirs, when the mail server could not be reached."""

    class LastPlace:
        left = 1

        def accept(self, _session, _token, _user):
            if not self.left:
                raise NotFound("This invite does not hold.")
            self.left -= 1

    away = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none"})
    invites = LastPlace()
    with closing(Post(database, away, invites)) as post:
        ask(post, database, SignUp("new@school.example", "New", invite="x"))
        post.drain()
    make_due(database)
    with closing(Post(database, settings, invites)) as post:
        (letter,) = letters(post, settings)
        assert accounts.confirm_address(database, link_in(letter), password=PASSWORD).name == "new"
        assert letters(post, settings, SignUp("late@school.example", "Late", invite="x")) == []
    assert person(database, "late@school.example") is None


@pytest.mark.parametrize("moment", ["before it sends", "while it sends"])
def test_a_letter_outlives_who_is_killed_with_9(database, settings, ada, moment, tmp_path):
    with mail_server(holds=moment == "while it sends") as (port, taken, held):
        sending = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
        asked = settings.model_copy(update=sending)
        told = tmp_path / "settings.json"
        told.write_text(json.dumps(asked.model_dump(mode="json")))
        kill = "" if moment == "while it sends" else "os.kill(os.getpid(), signal.SIGKILL)"
        program = f"""
import json, os, pathlib, signal
from classroom.accounts import Post, Reset
from classroom.db import Database
from classroom.settings import Settings
settings = Settings(**json.loads(pathlib.Path({str(told)!r}).read_text()))
database = Database({database.url!r})
post = Post(database, settings)
with database.unit_of_work() as work:
    post.order(work, Reset("ada"))
{kill}
post.drain()
"""
        sender = subprocess.Popen([sys.executable, "-c", program])
        if moment == "while it sends":
            assert held.wait(60)
            sender.kill()
        assert sender.wait(60) == -signal.SIGKILL
        taken.clear()
        assert len(rows(database)) == 1
        held.clear()
        make_due(database)  # its lease is over
        with closing(Post(database, asked)) as post:
            post.start()
            wait_until(lambda: rows(database) == [], what="the letter to be gone")
    (envelope,) = taken
    link = link_in(message_from_bytes(envelope.content).get_payload(decode=True).decode())
    assert accounts.reset_password(database, post, link, "another good password, truly").name == "ada"


def test_what_the_operator_passes_on_is_for_their_eyes_and_read_once(settings):
    mail.send(mail.Letter(None, "A subject", "a link"), settings)
    (path,) = settings.outbox_dir.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert settings.outbox_dir.stat().st_mode & 0o777 == 0o700
    assert mail.read_outbox(settings) == ["A subject (for somebody without an address)\na link\n"]
    assert mail.read_outbox(settings) == []
    for number in range(mail._KEPT + 5):
        mail.send(mail.Letter(None, str(number), ""), settings)
    assert len(mail.read_outbox(settings)) == mail._KEPT


class Keeping:
    """What a mail server does with a letter here; one that `holds` answers the first one never."""

    def __init__(self, holds):
        self.taken = []
        self.holds = holds
        self.held = threading.Event()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope)
        if self.holds:
            self.holds = False
            self.held.set()
            await asyncio.Event().wait()
        return "250 OK"


@contextmanager
def mail_server(*, holds=False, **options):
    """Run a real mail server that keeps what it takes."""
    keeping, loop = Keeping(holds), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve():
        return await loop.create_server(lambda: SMTP(keeping, loop=loop, **options), "127.0.0.1", 0)

    async def leave():
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(serve(), loop).result(30)
    try:
        yield server.sockets[0].getsockname()[1], keeping.taken, keeping.held
    finally:
        asyncio.run_coroutine_threadsafe(leave(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on loopback
def test_a_letter_goes_by_smtp_where_there_is_a_server(database, settings, ada):
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"classroom", b"its password"))

    with mail_server(authenticator=check, auth_required=True, auth_require_tls=False) as (port, taken, _):
        sending = settings.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "none",
                "smtp_user": "classroom",
                "smtp_password": "its password",
                "mail_from": "no-reply@school.example",
                "public_url": "https://classroom.school.example/",
            }
        )
        with closing(Post(database, sending)) as post:
            ask(post, database, Reset("ada"))
            post.drain()
    (envelope,) = taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@school.example", [ADDRESS])
    text = envelope.content.decode()
    assert "https://classroom.school.example/reset?link=" in text
    assert "Auto-Submitted: auto-generated" in text
    assert mail.read_outbox(settings) == []


def test_a_server_that_offers_no_encryption_is_told_no_secret_where_it_should(settings):
    with mail_server() as (port, taken, _):
        asked = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": port})
        with pytest.raises((OSError, ssl.SSLError, mail.smtplib.SMTPException)):
            mail.send(mail.Letter(ADDRESS, "A subject", "a link"), asked)
    assert taken == []


# Another provider's word


def test_another_providers_word_goes_the_same_way_in(database, settings, ada):
    entrance = accounts.Entrance(database, settings, KEY)
    word = accounts.ByIdentity("university", "1815")
    with pytest.raises(Unauthenticated):
        entrance.prove(word)
    with database.unit_of_work() as work:
        accounts.add_identity(work.session, ada, "university", "1815")
        pending = accounts.create_user(work.session, "new", email="new@school.example", pending=True)
        accounts.add_identity(work.session, pending, "university", "1816")
    with pytest.raises(Unauthenticated):
        entrance.prove(accounts.ByIdentity("university", "1816"))
    entered = entrance.sign_in(word)
    assert entered.user.id == ada.id
    with pytest.raises(Unauthenticated):
        entrance.prove(accounts.ByIdentity("elsewhere", "1815"))
    with database.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "signed_in")).one()
    assert event.details == {"by": "university"}
    with database.unit_of_work() as work:
        accounts.set_disabled(work.session, ada.id, True, actor_id=None)
    with pytest.raises(Unauthenticated):
        entrance.prove(word)
