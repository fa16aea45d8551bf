"""A whole server is killed with -9 in the middle of its work, and its chains come back."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from classroom import accounts
from classroom.db import Database
from classroom.models import CredentialKind
from classroom.settings import Settings
from support.room import alive, descendants, free_ports
from support.waiting import wait_until
from support.wires import Wire


@pytest.fixture
def settings(tmp_path, migrated, course_dir):
    (tmp_path / "classroom.db").write_bytes(migrated.read_bytes())
    return Settings(data_dir=tmp_path, lessons_dir=course_dir, portal_port=free_ports(1)[0])


@pytest.fixture
def token(settings: Settings) -> str:
    with closing(Database(settings.database)) as database, database.unit_of_work() as work:
        user = accounts.create_user(work.session, "lea")
        return accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=timedelta(hours=1))


@contextmanager
def served(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server in a process of its own."""
    named = {f"CLASSROOM_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    environment = {**os.environ, **named, "CLASSROOM_DATABASE_URL": ""}
    with (
        Path(settings.data_dir, "server.log").open("ab") as log,
        subprocess.Popen([sys.executable, "-m", "classroom.web"], env=environment, stdout=log, stderr=log) as server,
    ):

        def answers() -> bool:
            with suppress(httpx.TransportError):
                return httpx.get(f"{settings.portal_url}/healthz", trust_env=False).is_success
            return server.poll() is not None

        try:
            wait_until(answers, what="a server")
            assert server.poll() is None
            yield server
        finally:
            server.kill()


def test_what_was_answered_is_there_after_everything_was_killed(settings, token):
    headers = {"Authorization": f"Bearer {token}"}
    client = httpx.Client(base_url=settings.portal_url, headers=headers, trust_env=False, timeout=60)
    sent: list[str] = []
    blocks = []
    with client, served(settings) as server:
        wire = Wire.create(client)

        def go_on() -> None:
            with suppress(httpx.TransportError):
                while True:
                    sent.append(wire.send_raw())
                    blocks.append(wire.head())

        sending = threading.Thread(target=go_on)
        sending.start()
        wait_until(lambda: len(blocks) >= 4 or not sending.is_alive(), what="transactions")
        chains = descendants(server.pid)
        assert chains
        server.send_signal(signal.SIGKILL)
        sending.join(60)
        assert not sending.is_alive()
        wait_until(lambda: not alive(chains), what="the end of every process")
    again = httpx.Client(base_url=settings.portal_url, headers=headers, trust_env=False, timeout=60)
    with again, served(settings):
        wire = Wire(again, wire.id)
        assert all(wire.ask("eth_getTransactionReceipt", each)["status"] == "0x1" for each in sent)
        assert int(wire.head()["number"], 16) in {len(sent), len(sent) + 1}  # one may have been left unanswered
        assert wire.ask("eth_getBlockByNumber", blocks[-1]["number"], True) == blocks[-1]
        wire.send_raw()
