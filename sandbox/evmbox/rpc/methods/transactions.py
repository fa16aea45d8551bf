"""Sending transactions, and signing for the named accounts."""

from eth_typing import Address

from evmbox.rpc import calls, rendering, transactions
from evmbox.rpc.errors import SERVER_ERROR, RpcError, invalid
from evmbox.rpc.node import Node
from evmbox.rpc.orders import order
from evmbox.rpc.registry import Done, method
from evmbox.rpc.rendering import Json
from evmbox.rpc.transactions import Order, Signed
from evmbox.rpc.values import LATEST, data, hexadecimal


@method("eth_sendRawTransaction", data, changes=True)
def send_raw(node: Node, raw: bytes) -> Done:
    """Mine a signed transaction of any type from 0 to 4, and return its hash."""
    return _send(node, transactions.decode(raw, bare_blobs=node.replaying))


@method("eth_sendTransaction", order, changes=True)
def send(node: Node, what: Order) -> Done:
    """Sign a transaction for a named account and mine it; return its hash."""
    return _send(node, _signed(node, what))


@method("eth_signTransaction", order)
def sign(node: Node, what: Order) -> Json:
    """Sign a transaction for a named account, without sending it."""
    if what.gas is None:
        raise invalid("gas not specified")
    if what.nonce is None:
        raise invalid("nonce not specified")
    signed = _signed(node, what)
    raw = hexadecimal(signed.encode())
    return {"raw": raw, "tx": {**rendering.unplaced(signed), "hash": hexadecimal(signed.hash)}}


def _send(node: Node, signed: Signed) -> Done:
    mined = node.submit(signed)
    return Done(hexadecimal(mined.hash), ("eth_sendRawTransaction", [hexadecimal(signed.encode())]))


def _signed(node: Node, what: Order) -> Signed:
    if what.sender is None:
        raise invalid("from not specified")
    key = node.keys.get(Address(what.sender))
    if key is None:
        raise RpcError(SERVER_ERROR, "unknown account: only the accounts of eth_accounts are signed for")
    nonce = node.state(LATEST).get_nonce(what.sender) if what.nonce is None else what.nonce
    gas = calls.estimate(node, what, LATEST, {}) if what.gas is None else what.gas
    return transactions.sign(what, key, nonce=nonce, gas=gas)
