"""JSON-RPC over HTTP to chains that live in processes of their own, and in a journal."""

import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from classroom.api.app import create_app
from classroom.chains.live import MAX_BODY_BYTES
from evmbox.rpc.wire import MAX_BATCH
from support.serving import running
from support.waiting import wait_until
from support.wires import ALICE, ANSWERS_42, BOB, FOREVER, Wire


@pytest.fixture
def wire(shared) -> Wire:
    http = shared.client("lea token")
    for chain in http.get("/api/v1/chains").json():
        http.delete(f"/api/v1/chains/{chain['id']}")
    return Wire.create(http)


def guest(live: Any, wire: Wire) -> int:
    """Give the process id of a chain."""
    pid: int = live.app.state.services.chains.in_memory[wire.id]
    return pid


def test_from_the_chain_id_to_the_receipt_of_a_raw_transaction(wire):
    assert wire.ask("eth_chainId") == hex(31337)
    sent = wire.send_raw(value=10**18)
    receipt = wire.ask("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1"
    assert receipt["from"] == ALICE.address.lower()
    assert int(wire.ask("eth_getBalance", BOB.address, "latest"), 16) == 1001 * 10**18
    assert wire.head()["transactions"][0]["hash"] == sent


def test_a_chain_whose_process_is_killed_comes_back_with_the_same_state_root(shared, wire):
    wire.send_raw()
    wire.ask("eth_sendTransaction", {"from": ALICE.address, "data": ANSWERS_42})
    mark = wire.ask("evm_snapshot")
    wire.send_raw(value=5)
    assert wire.ask("evm_revert", mark) is True
    assert wire.ask("evm_revert", mark) is False
    wire.ask("evm_increaseTime", 86400)
    wire.ask("anvil_setBalance", f"0x{'11' * 20}", "0x5")
    wire.send_raw(value=7)
    wire.ask("evm_mine")
    before = wire.head()
    first = guest(shared, wire)
    os.kill(first, signal.SIGKILL)
    assert wire.head() == before
    assert guest(shared, wire) != first
    assert wire.ask("evm_snapshot") == "0x2"


def test_a_request_that_takes_too_long_is_stopped_and_the_chain_goes_on_without_it(open_live):
    with open_live(chain_request_s=2.5) as live:
        wire = Wire.create(live.client("lea token"))
        wire.send_raw()
        before = wire.head()
        code, words = wire.error(
            "eth_sendTransaction", {"from": ALICE.address, "data": FOREVER, "gas": hex(30_000_000)}
        )
        assert (code, "longer than 2.5 s" in words) == (-32000, True)
        assert wire.head() == before
        wire.send_raw()


def test_two_servers_with_one_record_keep_one_chain(open_live):
    with open_live() as live, socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        here = Wire.create(live.client("lea token"))
        here.send_raw()
        with running(create_app(live.settings, enqueue=lambda _: None), listener):
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            other = httpx.Client(base_url=url, headers=live.headers["lea token"], trust_env=False, timeout=60)
            there = Wire(live.opened.enter_context(other), here.id)
            assert there.head() == here.head()
            there.send_raw()
            assert here.head()["number"] == "0x2"

            def send_one(wire: Wire, account: Any) -> str | None:
                try:
                    return wire.send_raw(account)
                except AssertionError as refused:
                    assert "from several places at once. Try again" in str(refused)  # noqa: PT017 - and so it does
                    return None

            def send(wire: Wire, account: Any) -> list[str]:
                return [wait_until(lambda: send_one(wire, account)) for _ in range(4)]

            with ThreadPoolExecutor() as both:
                hashes = [both.submit(send, here, ALICE), both.submit(send, there, BOB)]
                sent = [each for done in hashes for each in done.result()]
            assert len(set(sent)) == 8
            assert here.head() == there.head()
            assert here.head()["number"] == hex(10)
            assert all(there.ask("eth_getTransactionReceipt", each) for each in sent)


def test_a_chain_is_bounded_and_says_so(open_live):
    bounds = {"chains_each": 2, "chain_blocks": 3, "chain_entries": 6, "chain_journal_bytes": 2000}
    with open_live(**bounds) as live:
        http = live.client("lea token")
        wire = Wire.create(http)
        assert wire.error("eth_sendTransaction", {"from": ALICE.address, "data": f"0x{'00' * 1000}"})[0] == -32005
        for _ in range(3):
            wire.send_raw()
        code, words = wire.error("evm_mine")
        assert (code, "3 blocks" in words) == (-32005, True)
        for _ in range(3):
            wire.ask("evm_snapshot")
        code, words = wire.error("evm_snapshot")
        assert (code, "6 times" in words) == (-32005, True)
        assert wire.ask("eth_blockNumber") == "0x3"
        Wire.create(http)
        refused = http.post("/api/v1/chains", json={"name": "third"})
        assert refused.status_code == 409
        assert "may have 2" in refused.json()["detail"]
        assert http.delete(f"/api/v1/chains/{wire.id}").status_code == 204
        assert http.post("/api/v1/chains", json={"name": "third"}).status_code == 201
        assert wire.post({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}).status_code == 404
        assert len(live.audited("chain_created")) == 3
        assert len(live.audited("chain_deleted")) == 1


def test_the_same_name_is_the_same_chain_and_each_learner_has_their_own(shared):
    lea, leo = shared.client("lea token"), shared.client("leo token")
    first = lea.post("/api/v1/chains", json={"name": "mine"})
    again = lea.post("/api/v1/chains", json={"name": "mine"})
    other = leo.post("/api/v1/chains", json={"name": "mine"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert [chain["id"] for chain in leo.get("/api/v1/chains").json()] == [other.json()["id"]]
    assert leo.delete(f"/api/v1/chains/{first.json()['id']}").status_code == 404
    assert shared.audited("door_refused")[-1].subject == first.json()["id"]
    assert leo.delete(f"/api/v1/chains/{uuid4()}").status_code == 404


def test_a_kernel_that_is_bound_to_nobody_has_one_chain(shared):
    http = shared.client("unbound kernel")
    wire = Wire.create(http, "throwaway")
    wire.send_raw()
    assert http.post("/api/v1/chains", json={"name": "another"}).status_code == 409
    assert Wire(shared.client("lea token"), wire.id).post({}).status_code == 404


def test_what_is_no_request_is_answered_in_json_rpc(wire):
    def code(body: bytes) -> int:
        response = wire.http.post(f"/rpc/{wire.id}", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 200
        found: int = response.json()["error"]["code"]
        return found

    assert code(b"{") == -32700
    assert code(b"[]") == -32600
    assert code(b'{"jsonrpc": "2.0", "id": 1, "method": "eth_nonsense"}') == -32601
    assert (
        wire.post([{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}] * (MAX_BATCH + 1)).json()["error"]["code"]
        == -32005
    )
    assert len(wire.post([{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}] * MAX_BATCH).json()) == MAX_BATCH
    quiet = wire.post({"jsonrpc": "2.0", "method": "evm_mine"})
    assert (quiet.status_code, quiet.content) == (204, b"")
    assert wire.ask("eth_blockNumber") == "0x1"


def test_a_body_has_a_type_and_a_size(wire):
    as_text = wire.http.post(f"/rpc/{wire.id}", content=b"{}", headers={"Content-Type": "text/plain"})
    assert as_text.status_code == 415
    json_type = {"Content-Type": "application/json"}
    assert wire.http.post(f"/rpc/{wire.id}", content=b" " * MAX_BODY_BYTES, headers=json_type).status_code == 200
    assert wire.http.post(f"/rpc/{wire.id}", content=b" " * (MAX_BODY_BYTES + 1), headers=json_type).status_code == 413
    assert wire.http.post("/api/v1/chains", content=b" " * MAX_BODY_BYTES, headers=json_type).status_code == 413
