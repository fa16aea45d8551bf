"""What only a development chain does: move time, mine, go back, put balances and code where one wants them."""

from functools import partial
from typing import Any

from eth_typing import Address

from evmbox.rpc.errors import RpcError, invalid, not_supported
from evmbox.rpc.node import Node
from evmbox.rpc.registry import Done, Optional, method
from evmbox.rpc.values import address, anything, data, hash32, quantity, seconds, slot

MAX_MINED = 1000
MAX_JUMP_S = 10**9
"""The clock moves by at most this much at a time: some thirty years."""


@method("evm_snapshot", changes=True)
def snapshot(node: Node) -> str:
    """Remember the chain as it is, and return the number to go back by."""
    return hex(node.snapshot())


@method("evm_revert", quantity, changes=True)
def revert(node: Node, number: int) -> bool | Done:
    """Go back to a snapshot, which is used up by it. False where there is none."""
    return node.revert(number) or Done(result=False, entry=None)


@method("evm_increaseTime", seconds, changes=True)
def increase_time(node: Node, by: int) -> str:
    """Have the next block come so much later, and return the seconds."""
    if by > MAX_JUMP_S:
        raise invalid(f"the clock moves by at most {MAX_JUMP_S} seconds at a time")
    node.set_time(node.pending.timestamp + by)
    return hex(by)


@method("evm_setNextBlockTimestamp", seconds, changes=True)
def set_next_timestamp(node: Node, timestamp: int) -> None:
    """Give the next block a time."""
    _set_time(node, timestamp)


@method("evm_setTime", seconds, changes=True)
def set_time(node: Node, timestamp: int) -> None:
    """Give the next block a time."""
    _set_time(node, timestamp)


@method("evm_mine", Optional(anything), changes=True)
def mine(node: Node, options: Any) -> Done:
    """Mine an empty block, at a time where one is given."""
    given = options.get("timestamp") if isinstance(options, dict) else options
    timestamp = None if given is None else seconds(given)
    if timestamp is not None:
        _set_time(node, timestamp)
    node.mine()
    return Done("0x0", ("evm_mine", [] if timestamp is None else [timestamp]))


def mine_some(node: Node, count: int, interval_s: int) -> None:
    """Mine empty blocks, so many seconds apart."""
    if count > MAX_MINED:
        raise invalid(f"at most {MAX_MINED} blocks are mined at a time")
    if not 1 <= interval_s <= MAX_JUMP_S:
        raise invalid(f"blocks are 1 to {MAX_JUMP_S} seconds apart")
    node.mine(count, interval_s)


def set_balance(node: Node, of: Address, wei: int) -> None:
    """Give an account a balance in wei."""
    node.alter(lambda state: state.set_balance(of, wei))


def set_nonce(node: Node, of: Address, nonce: int) -> None:
    """Give an account a nonce, not below the one it has."""
    if nonce < node.chain.get_vm().state.get_nonce(of):
        raise invalid("a nonce cannot be set back")
    node.alter(lambda state: state.set_nonce(of, nonce))


def set_code(node: Node, of: Address, code: bytes) -> None:
    """Put runtime bytecode at an address."""
    node.alter(lambda state: state.set_code(of, code))


def set_storage(node: Node, of: Address, where: int, value: bytes) -> bool:
    """Put a word into an account's storage."""
    node.alter(lambda state: state.set_storage(of, where, int.from_bytes(value)))
    return True


for _family in ("anvil", "hardhat"):
    method(f"{_family}_mine", Optional(seconds, 1), Optional(seconds, 1), changes=True)(mine_some)
    method(f"{_family}_setBalance", address, quantity, changes=True)(set_balance)
    method(f"{_family}_setNonce", address, partial(quantity, bits=63), changes=True)(set_nonce)
    method(f"{_family}_setCode", address, data, changes=True)(set_code)
    method(f"{_family}_setStorageAt", address, slot, hash32, changes=True)(set_storage)


@method("evm_setAutomine", anything)
@method("evm_setIntervalMining", anything)
def set_automine(_node: Node, wanted: Any) -> bool:
    """Say that every transaction is mined at once, and that this cannot be changed."""
    if wanted is True or (wanted == 0 and wanted is not False):  # mine at once; mine at no interval
        return True
    raise not_supported("every transaction is mined at once, in a block of its own; that cannot be switched off")


@method("hardhat_impersonateAccount", anything)
@method("anvil_impersonateAccount", anything)
def impersonate(_node: Node, _who: Any) -> RpcError:
    """Say that only the named accounts are signed for."""
    raise not_supported("only the accounts of eth_accounts are signed for; anvil_setBalance can fund any other")


def _set_time(node: Node, timestamp: int) -> None:
    if timestamp > node.pending.timestamp + MAX_JUMP_S:
        raise invalid(f"the clock moves by at most {MAX_JUMP_S} seconds at a time")
    node.set_time(timestamp)
