"""A private chain in a notebook: over a pretended classroom, and with web3.py over a real one."""

import json
import socket
from contextlib import closing
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from classroom import accounts
from classroom.api.app import create_app
from classroom.db import Database
from classroom.errors import TooMany
from classroom.models import CredentialKind
from classroom.notebook.chains import Refused, chain
from classroom.notebook.client import Client, Unreachable
from support.serving import running
from support.wires import ANSWERS_42


@pytest.fixture
def client(database: Database, settings):
    with database.unit_of_work() as work:
        user = accounts.create_user(work.session, "lea")
        token = accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=timedelta(hours=1))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        app = create_app(settings.model_copy(update={"portal_port": port}), enqueue=lambda _: None)
        client = Client(f"http://127.0.0.1:{port}", lambda: token)
        with running(app, listener), closing(client._http):
            yield client


def test_web3_speaks_to_ones_own_chain_and_the_same_name_is_the_same_chain(client):
    box = chain(client=client)
    w3 = box.w3
    alice, bob = box.accounts["alice"], box.accounts["bob"]
    sent = w3.eth.send_transaction({"from": alice, "to": bob, "value": w3.to_wei(1, "ether")})
    assert w3.eth.wait_for_transaction_receipt(sent)["status"] == 1
    made = w3.eth.wait_for_transaction_receipt(w3.eth.send_transaction({"from": alice, "data": ANSWERS_42}))
    assert int.from_bytes(w3.eth.call({"to": made["contractAddress"]})) == 42
    assert box.ask("eth_blockNumber") == "0x2"
    with pytest.raises(Refused, match="invalid argument 0") as refused:
        box.ask("eth_getBalance", "nobody")
    assert refused.value.code == -32602

    again = chain(client=client)
    assert again.url == box.url
    assert again.ask("eth_blockNumber") == "0x2"
    fresh = chain(client=client, fresh=True)
    assert fresh.url != box.url
    assert fresh.w3.eth.block_number == 0
    fresh.delete()
    assert client.create_chain("notebook").entries == 0


def test_the_token_is_shown_in_the_headers_and_nowhere_else(connect):
    shown = {"id": str(uuid4()), "name": "notebook", "chain_id": 31337, "rpc_path": "/rpc/x", "entries": 0}
    shown |= {"max_entries": 5, "created_at": "2026-01-01T00:00:00Z"}
    box = chain(client=connect(lambda _: httpx.Response(201, json=shown)))
    assert box.headers == {"Authorization": "Bearer a-token"}
    assert repr(box) == "chain('notebook'): http://classroom.test/rpc/x"


def test_what_is_sent_to_a_chain_is_sent_once(connect, waits, problem):
    asked = []

    def lost(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["method"])
        raise httpx.ReadError("cut")

    with pytest.raises(Unreachable):
        connect(lost).rpc("/rpc/x", "evm_mine", [])
    assert (asked, waits) == (["evm_mine"], [])
    busy = connect(lambda _: problem(429, "Slower.", headers={"Retry-After": "1"}))
    with pytest.raises(TooMany):
        busy.rpc("/rpc/x", "evm_mine", [])
    assert waits == []
