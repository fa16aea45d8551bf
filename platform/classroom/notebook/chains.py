"""A private chain of one's own, to be talked to with web3.py or anything else that speaks Ethereum's JSON-RPC.

    box = chain()
    w3 = box.w3                                       # plain web3.py
    w3.eth.send_transaction({"from": box.accounts["alice"], "to": box.accounts["bob"], "value": w3.to_wei(1, "ether")})

The chain stays: the same name gives the same chain tomorrow, and in another notebook. Its accounts have names, 1000
ether each, and are unlocked. Nothing goes by the clock: a block comes a second after the one before it.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any

from classroom.errors import Invalid, Unavailable
from classroom.notebook import abi
from classroom.notebook.client import Client, default_client
from classroom.notebook.contracts import Contract, OnChain, order_of, send
from classroom.notebook.debugging import Steps
from classroom.notebook.labs import Receipt
from classroom.notebook.transactions import Transactions
from classroom.notebook.units import Wei
from classroom.schemas import ACCOUNTS, ChainOut


class Refused(Invalid):
    """The chain did not do what it was asked for; `code` and `data` are those of JSON-RPC."""

    title = "The chain refused"

    def __init__(self, message: str, *, code: int, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class PrivateChain:
    """A private chain on the classroom's server."""

    accounts: Mapping[str, str] = MappingProxyType(ACCOUNTS)
    """Addresses of the named accounts, by name."""

    def __init__(self, client: Client, shown: ChainOut) -> None:
        self._client = client
        self._shown = shown
        self.known: dict[str, Contract] = {}
        """What is known to stand at an address, since it was deployed or named here."""

    def __repr__(self) -> str:
        return f"chain({self.name!r}): {self.url}"

    @property
    def client(self) -> Client:
        """What asks the classroom for it."""
        return self._client

    @property
    def name(self) -> str:
        """Which of one's chains it is."""
        return self._shown.name

    @property
    def url(self) -> str:
        """Where its JSON-RPC is; requests need `headers`."""
        return f"{self._client.url}{self._shown.rpc_path}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that show whose it is. They hold a secret: keep them out of what others see."""
        return {"Authorization": f"Bearer {self._client.token()}"}

    @cached_property
    def w3(self) -> Any:
        """web3.py, connected to this chain. Raise `Unavailable` where web3.py is not installed."""
        try:
            web3 = import_module("web3")  # a second's work, so nobody pays for it who does not ask
            requests = import_module("requests")
        except ImportError:
            raise Unavailable("web3.py is not installed here: `pip install web3`, or use `ask`.") from None
        session = requests.Session()
        session.trust_env = False
        session.auth = self._authorize
        return web3.Web3(web3.HTTPProvider(self.url, session=session, request_kwargs={"timeout": 60}))

    def ask(self, method: str, *params: Any) -> Any:
        """Call a JSON-RPC method, such as `ask("evm_increaseTime", 3600)`; raise `Refused` where it fails."""
        answer = self._client.rpc(self._shown.rpc_path, method, list(params))
        if (error := answer.get("error")) is not None:
            raise Refused(error["message"], code=error["code"], data=error.get("data"))
        return answer["result"]

    def deploy(self, contract: Contract, *args: Any, sender: Any = "alice", value: int = 0) -> OnChain | Receipt:
        """Deploy a contract of a `%%solidity` cell; where that fails, answer the failed `Receipt`."""
        wanted = contract.constructor
        if len(wanted) != len(args):
            raise Invalid(f"The constructor of {contract.name} takes {abi.parameters(wanted) or 'nothing'}.")
        data = bytes.fromhex(contract.bytecode.removeprefix("0x")) + abi.encode(wanted, args)
        receipt = send(self, f"deploying {contract.name}", order_of(sender, value, data), contract.abi)
        return OnChain(self, contract, receipt.address) if receipt.ok and receipt.address else receipt

    def transfer(self, to: Any, value: int, *, sender: Any = "alice") -> Receipt:
        """Send ether, in wei, to an account, a contract or an address, without calling a function."""
        what = f"{value / 10**18:g} ether to {getattr(to, 'contract', to)}"
        return send(self, what, order_of(sender, value, to=abi.address_of(to)))

    def balance(self, of: Any) -> Wei:
        """Read the balance of an account, a contract or an address, in wei."""
        return Wei(int(self.ask("eth_getBalance", abi.address_of(of), "latest"), 16))

    def moves(self) -> str:
        """Give all that was sent on this chain, and the time that passed between, as a challenge takes it."""
        moves: list[str | dict[str, int]] = []
        before = None
        for number in range(int(self.ask("eth_blockNumber"), 16) + 1):
            block = self.ask("eth_getBlockByNumber", hex(number), False)
            time = int(block["timestamp"], 16)
            if before is not None and time > before + 1:
                moves.append({"wait": time - before - 1})
            before = time
            moves += [self.ask("eth_getRawTransactionByHash", each) for each in block["transactions"]]
        return json.dumps({"transactions": moves})

    def wait(self, *, seconds: int = 0, minutes: int = 0, hours: int = 0, days: int = 0) -> None:
        """Let time pass, and a block with it."""
        self.ask("evm_increaseTime", seconds + 60 * (minutes + 60 * (hours + 24 * days)))
        self.ask("evm_mine")

    def debug(self, transaction: Any = None, *, source: str = "") -> Steps:
        """Step through a transaction: a receipt or a hash, or the latest; also one that failed.

        Its lines and variables are told where its contract is of a `%%solidity` cell, or `source` is given. Raise
        `Invalid` where there is none.
        """
        digest = self._transaction(transaction)
        sent = self.ask("eth_getTransactionReceipt", digest)
        if sent is None:
            raise Invalid(f"There is no transaction {digest} on this chain.")
        contract = self.known.get(abi.address_of(sent.get("contractAddress") or sent["to"]))
        if contract is None or source:
            contract = Contract("", (), "", source)
        traced = Transactions(self.ask, self._client, source=contract.source, solc=contract.solc)
        names = {address: each.name for address, each in self.known.items()}
        title = getattr(transaction, "what", None) or f"{digest[:10]}…"
        return Steps("debugger", title, contract.source, lambda window: traced.trace(digest, window, names))

    def _transaction(self, meant: Any) -> str:
        if meant is None:
            for number in range(int(self.ask("eth_blockNumber"), 16), 0, -1):
                if found := self.ask("eth_getBlockByNumber", hex(number), False)["transactions"]:
                    return str(found[-1])
            raise Invalid("Nothing was sent on this chain yet.")
        digest = meant if isinstance(meant, str) else getattr(meant, "transaction", None) or meant
        if isinstance(digest, bytes):
            return f"0x{digest.hex()}"
        if isinstance(digest, str):
            return digest
        raise Invalid("Name a transaction by its receipt or its hash; a call that was not sent has none.")

    def reset(self) -> None:
        """Begin again with an empty chain of the same name. What refers to the old one, `w3` too, is of no more use."""
        self._client.delete_chain(self._shown.id)
        self._shown = self._client.create_chain(self.name)
        vars(self).pop("w3", None)
        self.known.clear()

    def delete(self) -> None:
        """Delete the chain and all that happened on it."""
        self._client.delete_chain(self._shown.id)

    def _authorize(self, request: Any) -> Any:
        request.headers.update(self.headers)
        return request


def chain(name: str = "notebook", *, fresh: bool = False, client: Client | None = None) -> PrivateChain:
    """Give one's private chain of a name, made if there is none; with `fresh`, an empty one in its place."""
    client = client or default_client()
    private = PrivateChain(client, client.create_chain(name))
    if fresh:
        private.reset()
    return private
