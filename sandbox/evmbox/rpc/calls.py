"""Trying a message out: `eth_call`, `eth_estimateGas`, `eth_createAccessList`. Nothing of it is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from eth.abc import BlockHeaderAPI, ComputationAPI, SignedTransactionAPI, StateAPI
from eth.exceptions import Revert
from eth.vm.forks.cancun.transactions import UnsignedBlobTransaction
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth.vm.spoof import SpoofTransaction
from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError
from eth_typing import Address
from eth_utils.exceptions import ValidationError

from evmbox.chain.engine import CHAIN_ID, MAX_INITCODE_BYTES, MAX_TRANSACTION_GAS
from evmbox.rpc.errors import REVERTED, SERVER_ERROR, RpcError, rejected
from evmbox.rpc.node import Node
from evmbox.rpc.transactions import BUILDER, TRANSFER_GAS, AccessList, Order, floor_gas
from evmbox.rpc.values import BlockId, hexadecimal, word

PRECISION = 0.015
"""How far above the least gas an estimate may be, as geth has it."""

MAX_BLOB_FEE = 10**9
MAX_ROUNDS = 8
STIPEND = 2300
_ERROR = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")
_PANICS = {
    0x00: "generic panic",
    0x01: "assert(false)",
    0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero",
    0x21: "enum overflow",
    0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN",
    0x41: "out of memory",
    0x51: "uninitialized function",
}


@dataclass(frozen=True, slots=True)
class Override:
    """What an account is taken to be, for one call. `storage` replaces all of it, `changed` some of it."""

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    storage: dict[int, int] | None = None
    changed: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a message would do."""

    computation: ComputationAPI
    gas_used: int
    state: StateAPI


Overrides = dict[Address, Override]
_NOBODY = Address(bytes(20))


def call(node: Node, order: Order, where: BlockId, overrides: Overrides) -> bytes:
    """Return what a message returns at a block. Raises `RpcError`, with the revert's data where it reverts."""
    gas = min(order.gas or MAX_TRANSACTION_GAS, MAX_TRANSACTION_GAS)
    trial = attempt(node, order, node.environment(where), overrides, gas=gas)
    _raise_if_failed(trial.computation)
    return trial.computation.output


def estimate(node: Node, order: Order, where: BlockId, overrides: Overrides) -> int:
    """Return gas that is enough for a message, and hardly more. Raises `RpcError` where none is."""
    header = node.pending if where.tag == "latest" else node.environment(where)

    def tried(gas: int) -> Trial:
        return attempt(node, order, header, overrides, gas=gas)

    high = min(order.gas or MAX_TRANSACTION_GAS, MAX_TRANSACTION_GAS)
    first = tried(high)
    _raise_if_failed(first.computation)
    return _least(tried, first.gas_used, high)


def attempt(node: Node, order: Order, header: BlockHeaderAPI, overrides: Overrides, *, gas: int) -> Trial:
    """Run a message with this much gas, for nothing. Raises `RpcError` where no block would take it."""
    vm = node.chain.get_vm(header)
    state = vm.state
    for address, override in overrides.items():
        _apply(state, address, override)
    sender = order.sender or _NOBODY
    if order.value > (balance := state.get_balance(sender)):
        raise RpcError(SERVER_ERROR, f"insufficient funds for transfer: balance {balance}, value {order.value}")
    if order.to == b"" and len(order.data) > MAX_INITCODE_BYTES:
        raise rejected(f"max initcode size exceeded: code size {len(order.data)} limit {MAX_INITCODE_BYTES}")
    transaction = _unsigned(order, state.get_nonce(sender), gas)
    needed = max(transaction.intrinsic_gas, floor_gas(order.data))
    if gas < needed:
        raise RpcError(SERVER_ERROR, f"intrinsic gas too low: have {gas}, want {needed}")
    spoofed = cast("SignedTransactionAPI", SpoofTransaction(transaction, from_=sender))
    try:
        state.lock_changes()
        computation = state.apply_transaction(spoofed)
    except ValidationError as error:
        raise RpcError(SERVER_ERROR, str(error)[:300]) from None
    return Trial(computation, vm.finalize_gas_used(spoofed, computation), state)  # type: ignore[attr-defined]


def reverted(output: bytes) -> RpcError:
    """Make the error of a call that reverted: the reason in words where there is one, and the data."""
    reason = _reason(output)
    return RpcError(REVERTED, f"execution reverted: {reason}" if reason else "execution reverted", hexadecimal(output))


def _least(tried: Callable[[int], Trial], used: int, high: int) -> int:
    """Find the least gas that is enough; what was used is not, where gas came back or a call kept a 64th."""
    low = max(used, TRANSFER_GAS) - 1
    for guess in (low + 1, (low + 1 + STIPEND) * 64 // 63):
        if guess >= high:
            break
        if tried(guess).computation.is_success:
            high = guess
            break
        low = guess
    while low + 1 < high and (high - low) / high > PRECISION:
        middle = min((low + high) // 2, low * 2)
        if tried(middle).computation.is_success:
            high = middle
        else:
            low = middle
    return high


def _unsigned(order: Order, nonce: int, gas: int) -> Any:
    fields = {
        "chain_id": CHAIN_ID,
        "nonce": nonce,
        "max_priority_fee_per_gas": 0,
        "max_fee_per_gas": 0,
        "gas": gas,
        "to": order.to,
        "value": order.value,
        "data": order.data,
        "access_list": order.access_list or (),
    }
    if order.authorizations is not None:
        return BUILDER.new_unsigned_set_code_transaction(**fields, authorization_list=order.authorizations)
    if order.blob_hashes is not None:
        return UnsignedBlobTransaction(
            **fields, max_fee_per_blob_gas=MAX_BLOB_FEE, blob_versioned_hashes=order.blob_hashes
        )
    return UnsignedDynamicFeeTransaction(**fields)


def _apply(state: StateAPI, address: Address, override: Override) -> None:
    if override.balance is not None:
        state.set_balance(address, override.balance)
    if override.nonce is not None:
        state.set_nonce(address, override.nonce)
    if override.code is not None:
        state.set_code(address, override.code)
    if override.storage is not None:
        state.delete_storage(address)
    for slot, value in {**(override.storage or {}), **override.changed}.items():
        state.set_storage(address, slot, value)


def _raise_if_failed(computation: ComputationAPI) -> None:
    if computation.is_success:
        return
    if isinstance(computation.error, Revert):
        raise reverted(computation.output)
    words = str(computation.error)[:300] or type(computation.error).__name__
    raise RpcError(SERVER_ERROR, words[:1].lower() + words[1:])


def _reason(output: bytes) -> str | None:
    """Read the reason out of a revert's data."""
    try:
        if output.startswith(_ERROR):
            (text,) = abi_decode(["bytes"], output[4:])
            return str(bytes(text).decode("utf-8", "backslashreplace"))[:1000]
        if output.startswith(_PANIC):
            (code,) = abi_decode(["uint256"], output[4:])
            return f"panic: {_PANICS.get(code, 'unknown')} ({code:#04x})"
    except (DecodingError, OverflowError):
        pass
    return None


def access_list(node: Node, order: Order, where: BlockId, overrides: Overrides) -> dict[str, Any]:
    """Return the accounts and slots that a message touches, beyond those that are warm from the start, and its gas.

    What it touches may depend on what is warm, so it is tried until the list stays the same.
    """
    header = node.pending if where.tag == "latest" else node.environment(where)
    gas = min(order.gas or MAX_TRANSACTION_GAS, MAX_TRANSACTION_GAS)
    found: AccessList = ()
    for _ in range(MAX_ROUNDS):
        trial = attempt(node, replace(order, access_list=found), header, overrides, gas=gas)
        touched = _touched(trial, order)
        if touched == found:
            break
        found = touched
    answer: dict[str, Any] = {
        "accessList": [
            {"address": hexadecimal(address), "storageKeys": [word(slot) for slot in slots]} for address, slots in found
        ],
        "gasUsed": hex(trial.gas_used),
    }
    return answer if trial.computation.is_success else {**answer, "error": str(trial.computation.error)[:300]}


def _touched(trial: Trial, order: Order) -> AccessList:
    state: Any = trial.state
    warm_from_the_start = {order.sender or _NOBODY, order.to, trial.computation.msg.storage_address, state.coinbase}
    slots: dict[Address, list[int]] = {}
    accessed = state._account_db._journal_accessed_state._journal._current_values  # noqa: SLF001 - told nowhere else
    for touched, mark in accessed.items():
        if isinstance(mark, bytes):  # what was undone by a revert has another mark
            slots.setdefault(touched[:20], []).extend([int.from_bytes(touched[20:])] if len(touched) > 20 else [])
    precompiles = state.computation_class.get_precompiles()
    return tuple(
        (address, tuple(sorted(words)))
        for address, words in sorted(slots.items())
        if words or (address not in warm_from_the_start and address not in precompiles)
    )
