"""JSON-RPC over HTTP to chains that live in processes of their own, and in a journal."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from eth_account import Account

from evmbox.chain.accounts import key_of
from support.waiting import wait_until

ALICE = Account.from_key(key_of("alice").to_bytes())
BOB = Account.from_key(key_of("bob").to_bytes())
LOOP = "0x5b600056"  # JUMPDEST PUSH1 0 JUMP: as a constructor it never ends
STORES_CALLER = "0x33600055600a6011600039600a6000f3600054600052602060"  # keeps who made it


@dataclass
class Wire:
    """A chain as a client sees it."""

    http: httpx.Client
    id: str

    @classmethod
    def create(cls, live: Any, caller: str = "lea token", name: str | None = None) -> "Wire":
        http = live.client(caller)
        made = http.post("/api/v1/chains", json={"name": name or f"chain-{uuid4().hex[:12]}"})
        assert made.status_code == 201, made.text
        return cls(http, made.json()["id"])

    def post(self, body: Any, **more: Any) -> httpx.Response:
        return self.http.post(f"/rpc/{self.id}", json=body, **more)

    def answer(self, method: str, *params: Any) -> dict[str, Any]:
        response = self.post({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
        assert response.status_code == 200, response.text
        return response.json()

    def ask(self, method: str, *params: Any) -> Any:
        answer = self.answer(method, *params)
        assert "error" not in answer, answer
        assert answer["id"] == 7
        return answer["result"]

    def error(self, method: str, *params: Any) -> tuple[int, str]:
        error = self.answer(method, *params)["error"]
        return error["code"], error["message"]

    def send_raw(self, **fields: Any) -> str:
        nonce = int(self.ask("eth_getTransactionCount", ALICE.address, "pending"), 16)
        filled = {"chainId": 31337, "nonce": nonce, "gas": 21000, "maxFeePerGas": 2 * 10**9, "maxPriorityFeePerGas": 1}
        signed = ALICE.sign_transaction({**filled, "to": BOB.address, "value": 1, **fields})
        return self.ask("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())

    def state_root(self) -> str:
        return self.ask("eth_getBlockByNumber", "latest", False)["stateRoot"]


@pytest.fixture
def wire(live) -> Wire:
    return Wire.create(live)


def guest(live, wire: Wire) -> int:
    """Give the process id of a chain."""
    return live.app.state.services.chains.in_memory[UUID(wire.id)]


def test_from_the_chain_id_to_the_receipt_of_a_raw_transaction(wire):
    assert wire.ask("eth_chainId") == hex(31337)
    sent = wire.send_raw(value=10**18)
    receipt = wire.ask("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1"
    assert receipt["from"] == ALICE.address.lower()
    assert int(wire.ask("eth_getBalance", BOB.address, "latest"), 16) == 1001 * 10**18
    assert wire.ask("eth_getBlockByNumber", "latest", True)["transactions"][0]["hash"] == sent


def test_a_chain_whose_process_is_killed_comes_back_with_the_same_state_root(live, wire):
    wire.send_raw()
    wire.ask("eth_sendTransaction", {"from": ALICE.address, "data": "0x600a600c600039600a6000f3602a60005260206000f3"})
    mark = wire.ask("evm_snapshot")
    wire.send_raw(value=5)
    wire.ask("evm_revert", mark)
    wire.ask("evm_increaseTime", 86400)
    wire.send_raw(value=7)
    before = wire.ask("eth_getBlockByNumber", "latest", True)
    first = guest(live, wire)
    os.kill(first, signal.SIGKILL)
    assert wire.ask("eth_getBlockByNumber", "latest", True) == before
    assert guest(live, wire) != first


def test_a_request_that_never_ends_is_stopped_and_the_chain_goes_on_without_it(tmp_path, wire, live):
    wire.send_raw()
    before = wire.state_root()
    with suppress(KeyError):
        os.kill(guest(live, wire), signal.SIGKILL)
    assert wire.state_root() == before
    wait_until(lambda: True)
