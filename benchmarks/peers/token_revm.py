"""The limit: the checks of `benchmarks/token` on revm, by its binding for Python. What is sent was encoded before."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

VERSION = "0.3.7"
SUPPLY = 10**18
OWNER, BOB, CAROL = (f"0x{digit * 40}" for digit in "abc")
TRANSFERRED = keccak(b"Transfer(address,address,uint256)").hex()


def install(folder: Path) -> ModuleType:
    """Install the binding with pip into a folder, for the time of the run."""
    package = f"pyrevm=={VERSION}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), package]
    subprocess.run(command, check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    import pyrevm  # type: ignore[import-not-found]  # noqa: PLC0415 - it was not there before

    found: ModuleType = pyrevm
    return found


def data(signature: str, *args: Any) -> bytes:
    """Encode a call."""
    types = signature[signature.index("(") + 1 : -1]
    return keccak(signature.encode())[:4] + encode(types.split(",") if types else [], args)


TOTAL, NAME_OF_OWNER = data("totalSupply()"), data("owner()")
BALANCE = {who: data("balanceOf(address)", who) for who in (OWNER, BOB, CAROL)}
TRANSFER_1000, TRANSFER_1 = (data("transfer(address,uint256)", BOB, value) for value in (1000, 1))
TRANSFER_TO_CAROL = data("transfer(address,uint256)", CAROL, 1)
APPROVE, ALLOWANCE = data("approve(address,uint256)", CAROL, 500), data("allowance(address,address)", OWNER, CAROL)
SPEND, SPEND_MORE = (data("transferFrom(address,address,uint256)", OWNER, BOB, value) for value in (300, 201))
MINT = data("mint(address,uint256)", BOB, 5)
PAUSE, GO_ON = (data("pause(bool)", on) for on in (True, False))
NOT_OWNER, TOO_LITTLE, NOT_ALLOWED, PAUSED = (
    keccak(error.encode())[:4].hex()
    for error in (
        "NotOwner(address)",
        "InsufficientBalance(address,uint256,uint256)",
        "InsufficientAllowance(address,uint256,uint256)",
        "IsPaused()",
    )
)


class Deployed:
    """A chain in memory and the token on it."""

    def __init__(self, revm: ModuleType, creation: bytes) -> None:
        self.evm = revm.EVM()
        self.token = self.evm.deploy(OWNER, creation + encode(["uint256"], [SUPPLY]))

    def send(self, call: bytes, sender: str) -> None:
        self.evm.message_call(sender, self.token, call)

    def read(self, call: bytes) -> int:
        return int.from_bytes(self.evm.message_call(OWNER, self.token, call, is_static=True))

    def refuses(self, call: bytes, sender: str, error: str) -> None:
        with pytest.raises(RuntimeError, match=error):
            self.send(call, sender)


def starts(on: Deployed) -> None:
    assert on.read(TOTAL) == SUPPLY
    assert on.read(BALANCE[OWNER]) == SUPPLY
    assert on.read(NAME_OF_OWNER) == int(OWNER, 16)


def transfers(on: Deployed) -> None:
    on.send(TRANSFER_1000, OWNER)
    (log,) = on.evm.result.logs
    assert log.topics[0].removeprefix("0x") == TRANSFERRED
    assert on.read(BALANCE[BOB]) == 1000
    assert on.read(BALANCE[OWNER]) == SUPPLY - 1000


def refuses(on: Deployed) -> None:
    on.refuses(TRANSFER_TO_CAROL, BOB, TOO_LITTLE)
    assert on.read(BALANCE[CAROL]) == 0


def allows(on: Deployed) -> None:
    on.send(APPROVE, OWNER)
    on.send(SPEND, CAROL)
    assert on.read(ALLOWANCE) == 200
    on.refuses(SPEND_MORE, CAROL, NOT_ALLOWED)


def mints(on: Deployed) -> None:
    on.refuses(MINT, BOB, NOT_OWNER)
    on.send(MINT, OWNER)
    assert on.read(TOTAL) == SUPPLY + 5


def pauses(on: Deployed) -> None:
    on.send(PAUSE, OWNER)
    on.refuses(TRANSFER_1, BOB, PAUSED)
    on.send(GO_ON, OWNER)
    on.send(TRANSFER_1, OWNER)
    assert on.read(BALANCE[BOB]) == 1


CHECKS: tuple[Callable[[Deployed], None], ...] = (starts, transfers, refuses, allows, mints, pauses)


def run(revm: ModuleType, creation: bytes) -> None:
    """Deploy once, and run each check on a snapshot."""
    on = Deployed(revm, creation)
    for check in CHECKS:
        before = on.evm.snapshot()
        check(on)
        on.evm.revert(before)
