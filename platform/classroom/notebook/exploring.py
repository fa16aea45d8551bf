"""The chain explorer: blocks, transactions, events, balances and storage of a private chain.

    box = chain()
    explorer(box, source=SOURCE)                      # its contracts are known by name, with their variables
    explorer(box, abis={"Jar": jar.abi})              # or only by their ABIs: calls and events can be read

Nothing is followed: it shows the chain as it is, and again when its button is pressed.
Browser to kernel: `look` (seq, before: the block from which on the earlier ones are wanted, or null), `inside` (seq,
address) and `trace` (seq, transaction, and the window that is wanted). Kernel to browser: `seen`, or for `trace`
`traced` (seq, answer or problem).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from classroom.notebook.chains import PrivateChain, Refused
from classroom.notebook.client import Client
from classroom.notebook.decoding import Known
from classroom.notebook.pages import bundled, in_thread, problem_of
from classroom.notebook.transactions import Transactions
from classroom.notebook.variables import Storage
from classroom.schemas import ACCOUNTS

BLOCKS = 10
"""Blocks on one page."""

MOST_CONTRACTS = 50
_PEOPLE = frozenset(address.lower() for address in ACCOUNTS.values())
_Json = dict[str, Any]
_ABI = Sequence[Mapping[str, Any]]


class Explorer(anywidget.AnyWidget):
    """What is on a private chain, read when a page asks for it."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    view = traitlets.Unicode("explorer").tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    source = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        chain: PrivateChain,
        abis: Mapping[str, _ABI],
        layouts: Mapping[str, _Json],
        traced: Transactions,
        source: str,
    ) -> None:
        super().__init__(title=chain.name, source=source, _esm=bundled("exercise.js"), _css=bundled("exercise.css"))
        self._chain = chain
        self._traced = traced
        self._layouts = layouts
        self._names = {address.lower(): name.capitalize() for name, address in chain.accounts.items()}
        self._known = Known(abis, self._names)
        self._contracts: dict[str, str | None] = {}
        self._searched = -1
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_msg(self._received)

    def __repr__(self) -> str:
        return f"explorer({self.title!r})"

    def _received(self, _widget: object, message: _Json, _buffers: object = None) -> None:
        asked = {"look": self.look, "inside": self.inside, "trace": self.trace}.get(message.get("type", ""))
        if asked is None:
            return
        task = asyncio.get_running_loop().create_task(self._answer(asked, message))
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Any, message: _Json) -> None:
        seq, kind = message.get("seq"), "traced" if message["type"] == "trace" else "seen"
        try:
            answer = await in_thread(asked, message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the learner sees an explorer and not a traceback
            self.send({"type": kind, "seq": seq, "problem": problem_of(error)})
        else:
            self.send({"type": kind, "seq": seq, "answer": answer})

    def look(self, message: _Json) -> _Json:
        """Give a page of blocks, the latest first, and with the first page also accounts and contracts."""
        head = int(self._chain.ask("eth_blockNumber"), 16)
        before = message.get("before")
        self._search(head)
        first = head if before is None else min(int(before) - 1, head)
        numbers = range(first, max(first - BLOCKS, -1), -1)
        answer: _Json = {"head": head, "blocks": [self._block(number) for number in numbers]}
        if before is None:
            answer["accounts"] = [
                {"name": self._known.name(address), "address": address, "wei": self._balance(address)}
                for address in [*ACCOUNTS.values(), *self._contracts]
            ]
            answer["contracts"] = [
                {"address": address, "name": name or "Contract"} for address, name in self._contracts.items()
            ]
        return answer

    def inside(self, message: _Json) -> _Json:
        """Give the variables of a contract where its layout is known, else its first slots."""
        address = str(message["address"])

        def load(slot: int) -> int:
            return int(self._chain.ask("eth_getStorageAt", address, hex(slot), "latest"), 16)

        layout = self._layouts.get(self._contracts.get(address) or "")
        if layout is not None:
            found = Storage(layout, load, self._names).variables()
            return {"variables": [vars(each) for each in found], "known": True}
        slots = [(slot, load(slot)) for slot in range(8)]
        words = [{"name": f"slot {slot}", "type": "", "value": f"0x{word:064x}"} for slot, word in slots if word]
        return {"variables": words, "known": False}

    def trace(self, message: _Json) -> _Json:
        """Give what a page's debugger wants of a transaction."""
        names = {address: name for address, name in self._names.items() if address not in _PEOPLE}
        return self._traced.trace(str(message["transaction"]), message, names)

    def _search(self, head: int) -> None:
        """Find the contracts that were made since the last look; an empty chain was reset."""
        if head < self._searched:
            self._contracts.clear()
            self._searched = -1
        for number in range(self._searched + 1, head + 1):
            for receipt in self._chain.ask("eth_getBlockReceipts", hex(number)) or ():
                if receipt.get("contractAddress") and len(self._contracts) < MOST_CONTRACTS:
                    self._meet(receipt["contractAddress"])
        self._searched = head

    def _meet(self, address: str) -> None:
        name = self._known.contract(self._chain.ask("eth_getCode", address, "latest"))
        self._contracts[address] = name
        taken = list(self._names.values())
        called = name or "Contract"
        count = sum(each == called or each.startswith(f"{called} ") for each in taken)
        self._names[address.lower()] = f"{called} {count + 1}" if count else called

    def _block(self, number: int) -> _Json:
        block = self._chain.ask("eth_getBlockByNumber", hex(number), True)
        receipts = {
            each["transactionHash"]: each for each in self._chain.ask("eth_getBlockReceipts", hex(number)) or ()
        }
        return {
            "number": number,
            "time": int(block["timestamp"], 16),
            "gas": int(block["gasUsed"], 16),
            "transactions": [self._transaction(each, receipts[each["hash"]]) for each in block["transactions"]],
        }

    def _transaction(self, sent: _Json, receipt: _Json) -> _Json:
        made = receipt.get("contractAddress")
        data = sent.get("input", "0x")
        told = None if made or data == "0x" else self._known.call(data)
        return {
            "hash": sent["hash"],
            "sender": self._known.name(sent["from"]),
            "to": self._known.name(made or sent["to"]),
            "kind": "create" if made else "call" if data != "0x" else "pay",
            "call": told or (None if made or data == "0x" else f"{data[:10]}…"),
            "wei": str(int(sent["value"], 16)),
            "gas": int(receipt["gasUsed"], 16),
            "ok": int(receipt["status"], 16) == 1,
            "error": None if int(receipt["status"], 16) else self._why(sent),
            "events": [
                self._known.event(log["topics"], log["data"]) or f"{(log['topics'] or ['event'])[0][:10]}…"
                for log in receipt["logs"]
            ],
        }

    def _why(self, sent: _Json) -> str:
        """Tell why a transaction failed: what it says when it is called again on the block before."""
        fields = ("from", "to", "value", "input", "gas")
        order = {name: sent[name] for name in fields if sent.get(name) is not None}
        try:
            self._chain.ask("eth_call", order, hex(int(sent["blockNumber"], 16) - 1))
        except Refused as refused:
            data = refused.data if isinstance(refused.data, str) else ""
            return self._known.error(data) or refused.detail
        return "It ran out of gas, or failed for another reason that is not told."

    def _balance(self, address: str) -> str:
        return str(int(self._chain.ask("eth_getBalance", address, "latest"), 16))


def explorer(
    chain: PrivateChain, *, source: str = "", abis: Mapping[str, _ABI] | None = None, client: Client | None = None
) -> Explorer:
    """Explore a private chain. The contracts of `source`, and those of `abis` by name, are read in their own words."""
    client = client or chain.client
    known: dict[str, _ABI] = dict(abis or {})
    layouts: dict[str, _Json] = {}
    if source:
        compiled = client.compile(source, layouts=True)
        known |= compiled.contracts
        layouts = compiled.layouts or {}
    return Explorer(chain, known, layouts, Transactions(chain.ask, client, source=source), source)
