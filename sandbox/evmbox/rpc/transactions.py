"""Transactions: read from bytes, filled in and signed for a named account, checked as a node checks them, applied.

A node's pool checks more than the EVM does, and says more clearly what is wrong; the words are geth's, which libraries
and their users know. What is left to py-evm's own checks is refused in its words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth.abc import BlockHeaderAPI, ComputationAPI, ReceiptAPI, StateAPI, UnsignedTransactionAPI
from eth.exceptions import UnrecognizedTransactionType
from eth.vm.forks.cancun.state import get_total_blob_gas
from eth_keys.datatypes import PrivateKey
from eth_keys.exceptions import BadSignature
from eth_typing import Address
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from evmbox.chain.engine import CHAIN_ID, MAX_INITCODE_BYTES, MAX_TRANSACTION_GAS
from evmbox.chain.eth_tester_engine import PrivateChain
from evmbox.rpc.blobs import without_sidecar
from evmbox.rpc.errors import invalid, not_supported, rejected

BUILDER: Any = PrivateChain.vm_configuration[0][1].get_transaction_builder()
"""Makes and reads the transactions of the fork in force."""

GWEI = 10**9
GAS_PRICE = GWEI
"""What a transaction pays for gas unless it says otherwise; the base fee is 0, so all of it is a tip."""

DELEGATION = b"\xef\x01\x00"
FLOOR_GAS_PER_TOKEN = 10
TRANSFER_GAS = 21_000
BLOB = 3

_NOWHERE = Address(b"")

Signed = Any
"""A signed transaction of py-evm, whose types tell less than it has."""

AccessList = Sequence[tuple[Address, Sequence[int]]]


@dataclass(frozen=True, slots=True)
class Order:
    """What a client asks to be sent or tried, with what it left out as None. An empty `to` creates a contract."""

    sender: Address | None = None
    to: Address = _NOWHERE
    data: bytes = b""
    value: int = 0
    gas: int | None = None
    nonce: int | None = None
    gas_price: int | None = None
    max_fee_per_gas: int | None = None
    max_priority_fee_per_gas: int | None = None
    access_list: AccessList | None = None
    authorizations: Sequence[Mapping[str, Any]] | None = None
    max_fee_per_blob_gas: int | None = None
    blob_hashes: Sequence[bytes] | None = None


def decode(raw: bytes, *, bare_blobs: bool = False) -> Signed:
    """Read a signed transaction of any type from 0 to 4. Raises `RpcError`.

    A blob transaction is sent with its blobs (EIP-4844's network form), which are checked and left behind; with
    `bare_blobs` they may be gone already.
    """
    if not raw:
        raise invalid("the transaction is empty")
    if raw[0] == BLOB:
        raw = without_sidecar(raw, bare=bare_blobs)
    try:
        transaction = BUILDER.decode(raw)
        transaction.validate()
        _ = transaction.sender
    except UnrecognizedTransactionType:
        raise rejected("transaction type not supported") from None
    except (RLPException, ValidationError, BadSignature, ValueError, TypeError) as error:
        raise rejected(f"invalid transaction: {_words(error)}") from None
    return transaction


def sign(order: Order, key: PrivateKey, *, nonce: int, gas: int) -> Signed:
    """Return an order as a signed transaction; its type follows from what it says. Raises `RpcError`."""
    if order.blob_hashes is not None or order.max_fee_per_blob_gas is not None:
        raise not_supported("blob transactions are not signed here: sign one and send it with eth_sendRawTransaction")
    common = {"nonce": nonce, "gas": gas, "to": order.to, "value": order.value, "data": order.data}
    unsigned: UnsignedTransactionAPI
    fees = _fees(order)
    if "gas_price" in fees and order.access_list is None:
        unsigned = BUILDER.create_unsigned_transaction(**common, **fees)
    elif "gas_price" in fees:
        unsigned = BUILDER.new_unsigned_access_list_transaction(
            CHAIN_ID, **common, **fees, access_list=order.access_list or ()
        )
    elif order.authorizations is None:
        unsigned = BUILDER.new_unsigned_dynamic_fee_transaction(
            CHAIN_ID, **common, **fees, access_list=order.access_list or ()
        )
    else:
        unsigned = BUILDER.new_unsigned_set_code_transaction(
            CHAIN_ID,
            **common,
            **fees,
            access_list=order.access_list or (),
            authorization_list=order.authorizations,
        )
    try:
        signed = unsigned.as_signed_transaction(key, chain_id=CHAIN_ID)
        signed.validate()
    except (ValidationError, RLPException, TypeError) as error:
        raise rejected(f"invalid transaction: {_words(error)}") from None
    vars(signed)["sender"] = key.public_key.to_canonical_address()  # cached: spares its recovery from the signature
    return signed


def check(state: StateAPI, header: BlockHeaderAPI, transaction: Signed) -> None:
    """Raise `RpcError` for a transaction that the block to come cannot take."""
    sender = transaction.sender
    if transaction.chain_id not in {None, CHAIN_ID}:
        raise rejected(f"invalid chain id: have {transaction.chain_id}, want {CHAIN_ID}")
    nonce = state.get_nonce(sender)
    if transaction.nonce < nonce:
        raise rejected(f"nonce too low: next nonce {nonce}, tx nonce {transaction.nonce}")
    if transaction.nonce > nonce:
        raise rejected(
            f"nonce too high: next nonce {nonce}, tx nonce {transaction.nonce}. "
            "Each transaction is mined at once here, so none can wait for those before it."
        )
    _check_fees(state, header, transaction)
    if transaction.gas > MAX_TRANSACTION_GAS:
        raise rejected(f"exceeds block gas limit: a transaction may have {MAX_TRANSACTION_GAS} gas here")
    if transaction.to == b"" and len(transaction.data) > MAX_INITCODE_BYTES:
        raise rejected(f"max initcode size exceeded: code size {len(transaction.data)} limit {MAX_INITCODE_BYTES}")
    needed = max(transaction.intrinsic_gas, floor_gas(transaction.data))
    if transaction.gas < needed:
        raise rejected(f"intrinsic gas too low: have {transaction.gas}, want {needed}")
    cost = transaction.value + transaction.gas * transaction.max_fee_per_gas + _blob_cost(transaction)
    if (balance := state.get_balance(sender)) < cost:
        raise rejected(f"insufficient funds for gas * price + value: balance {balance}, tx cost {cost}")
    code = state.get_code(sender)
    if code and not code.startswith(DELEGATION):
        raise rejected("sender not an eoa: a contract cannot sign (EIP-3607)")


def apply(vm: Any, header: BlockHeaderAPI, transaction: Signed) -> tuple[ReceiptAPI, ComputationAPI]:
    """Run a checked transaction in a VM. Raises `RpcError` where py-evm still refuses it."""
    try:
        receipt, computation = vm.apply_transaction(header, transaction)
    except ValidationError as error:
        raise rejected(f"invalid transaction: {_words(error)}") from None
    return receipt, computation


def floor_gas(data: bytes) -> int:
    """Return the least gas that calldata of this kind costs (EIP-7623)."""
    zeros = data.count(0)
    return TRANSFER_GAS + FLOOR_GAS_PER_TOKEN * (zeros + 4 * (len(data) - zeros))


def price_paid(transaction: Signed, base_fee: int) -> int:
    """Return what each unit of gas cost the sender, in wei."""
    if transaction.type_id in {None, 0, 1}:
        return int(transaction.gas_price)
    return int(min(transaction.max_fee_per_gas, base_fee + transaction.max_priority_fee_per_gas))


def _fees(order: Order) -> dict[str, int]:
    dynamic = order.max_fee_per_gas is not None or order.max_priority_fee_per_gas is not None
    if order.gas_price is not None:
        if dynamic or order.authorizations is not None:
            raise invalid("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
        return {"gas_price": order.gas_price}
    tip = order.max_priority_fee_per_gas
    if tip is None:
        tip = GAS_PRICE if order.max_fee_per_gas is None else min(GAS_PRICE, order.max_fee_per_gas)
    cap = tip if order.max_fee_per_gas is None else order.max_fee_per_gas
    if tip > cap:
        raise invalid(f"maxFeePerGas ({cap}) < maxPriorityFeePerGas ({tip})")
    return {"max_fee_per_gas": cap, "max_priority_fee_per_gas": tip}


def _check_fees(state: StateAPI, header: BlockHeaderAPI, transaction: Signed) -> None:
    cap, tip = transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas
    if tip > cap:
        raise rejected(f"max priority fee per gas higher than max fee per gas: tip {tip}, cap {cap}")
    if cap < header.base_fee_per_gas:
        raise rejected(f"max fee per gas less than block base fee: cap {cap}, base fee {header.base_fee_per_gas}")
    if transaction.type_id == BLOB and transaction.max_fee_per_blob_gas < state.blob_base_fee:
        raise rejected("max fee per blob gas less than block blob gas fee")


def _blob_cost(transaction: Signed) -> int:
    if transaction.type_id != BLOB:
        return 0
    return int(get_total_blob_gas(transaction) * transaction.max_fee_per_blob_gas)


def _words(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:300]
