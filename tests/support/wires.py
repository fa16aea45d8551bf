"""A private chain as a client on the wire sees it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from eth_account import Account

from evmbox.chain.accounts import key_of

ALICE = Account.from_key(key_of("alice").to_bytes())
BOB = Account.from_key(key_of("bob").to_bytes())
FOREVER = f"0x{'5b' * 2000}600056"
"""A constructor that takes minutes to use up 30 M gas: a loop of 2000 JUMPDESTs."""

ANSWERS_42 = "0x600a600c600039600a6000f3602a60005260206000f3"
"""Deploys a contract that returns 42."""


@dataclass
class Wire:
    """A chain, and who talks to it."""

    http: httpx.Client
    id: UUID

    @classmethod
    def create(cls, http: httpx.Client, name: str | None = None) -> "Wire":
        """Make a new chain."""
        made = http.post("/api/v1/chains", json={"name": name or f"chain-{uuid4().hex[:12]}"})
        assert made.status_code in {200, 201}, made.text
        return cls(http, UUID(made.json()["id"]))

    def post(self, body: Any) -> httpx.Response:
        return self.http.post(f"/rpc/{self.id}", json=body)

    def answer(self, method: str, *params: Any) -> dict[str, Any]:
        response = self.post({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert answer["id"] == 7
        return answer

    def ask(self, method: str, *params: Any) -> Any:
        """Call a method that should succeed."""
        answer = self.answer(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, *params: Any) -> tuple[int, str]:
        """Call a method that should fail, and give the code and the words."""
        error = self.answer(method, *params)["error"]
        return error["code"], error["message"]

    def send_raw(self, account: Any = ALICE, **fields: Any) -> str:
        """Sign a transaction here, send it, and give its hash."""
        nonce = int(self.ask("eth_getTransactionCount", account.address, "pending"), 16)
        filled = {"chainId": 31337, "nonce": nonce, "gas": 21000, "maxFeePerGas": 2 * 10**9, "maxPriorityFeePerGas": 1}
        signed = account.sign_transaction({**filled, "to": BOB.address, "value": 1, **fields})
        sent: str = self.ask("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
        return sent

    def head(self) -> dict[str, Any]:
        """Give the latest block, state root and all."""
        block: dict[str, Any] = self.ask("eth_getBlockByNumber", "latest", True)
        return block
