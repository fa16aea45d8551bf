"""The peer: the checks of `benchmarks/token` with web3.py on eth-tester as they come, a chain for each."""

from collections.abc import Callable
from typing import Any

import pytest
from web3 import EthereumTesterProvider, Web3

SUPPLY = 10**18


class Deployed:
    """A chain, its accounts and the token on it."""

    def __init__(self, abi: Any, creation: bytes) -> None:
        self.w3 = Web3(EthereumTesterProvider())
        self.owner, self.bob, self.carol = self.w3.eth.accounts[:3]
        factory = self.w3.eth.contract(abi=abi, bytecode=creation)
        receipt = self.w3.eth.wait_for_transaction_receipt(factory.constructor(SUPPLY).transact({"from": self.owner}))
        self.token = self.w3.eth.contract(address=receipt["contractAddress"], abi=abi)

    def send(self, name: str, *args: Any, sender: str) -> Any:
        return self.w3.eth.wait_for_transaction_receipt(self.token.functions[name](*args).transact({"from": sender}))

    def read(self, name: str, *args: Any) -> Any:
        return self.token.functions[name](*args).call()

    def refuses(self, name: str, *args: Any, sender: str) -> None:
        with pytest.raises(Exception, match=r"0x|revert"):
            self.send(name, *args, sender=sender)


def starts(on: Deployed) -> None:
    assert on.read("totalSupply") == SUPPLY
    assert on.read("balanceOf", on.owner) == SUPPLY
    assert on.read("owner") == on.owner


def transfers(on: Deployed) -> None:
    receipt = on.send("transfer", on.bob, 1000, sender=on.owner)
    (event,) = on.token.events.Transfer().process_receipt(receipt)
    assert event["args"] == {"from": on.owner, "to": on.bob, "value": 1000}
    assert on.read("balanceOf", on.bob) == 1000
    assert on.read("balanceOf", on.owner) == SUPPLY - 1000


def refuses(on: Deployed) -> None:
    on.refuses("transfer", on.carol, 1, sender=on.bob)
    assert on.read("balanceOf", on.carol) == 0


def allows(on: Deployed) -> None:
    on.send("approve", on.carol, 500, sender=on.owner)
    on.send("transferFrom", on.owner, on.bob, 300, sender=on.carol)
    assert on.read("allowance", on.owner, on.carol) == 200
    on.refuses("transferFrom", on.owner, on.bob, 201, sender=on.carol)


def mints(on: Deployed) -> None:
    on.refuses("mint", on.bob, 5, sender=on.bob)
    on.send("mint", on.bob, 5, sender=on.owner)
    assert on.read("totalSupply") == SUPPLY + 5


def pauses(on: Deployed) -> None:
    on.send("pause", True, sender=on.owner)
    on.refuses("transfer", on.bob, 1, sender=on.owner)
    on.send("pause", False, sender=on.owner)
    on.send("transfer", on.bob, 1, sender=on.owner)
    assert on.read("balanceOf", on.bob) == 1


CHECKS: tuple[Callable[[Deployed], None], ...] = (starts, transfers, refuses, allows, mints, pauses)
