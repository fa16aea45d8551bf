"""Trying out: `eth_call`, `eth_estimateGas`, `eth_createAccessList`."""

from typing import Any

from evmbox.rpc import calls
from evmbox.rpc.calls import Overrides
from evmbox.rpc.node import Node
from evmbox.rpc.orders import order, overrides
from evmbox.rpc.registry import Optional, method
from evmbox.rpc.transactions import Order
from evmbox.rpc.values import LATEST, BlockId, block_id, hexadecimal

AT = Optional(block_id, LATEST)
WITH = Optional(overrides, {})


@method("eth_call", order, AT, WITH)
def call(node: Node, what: Order, at: BlockId, pretended: Overrides) -> str:
    """Return what a message returns."""
    return hexadecimal(calls.call(node, what, at, pretended))


@method("eth_estimateGas", order, AT, WITH)
def estimate(node: Node, what: Order, at: BlockId, pretended: Overrides) -> str:
    """Return gas that is enough."""
    return hex(calls.estimate(node, what, at, pretended))


@method("eth_createAccessList", order, AT, WITH)
def create_access_list(node: Node, what: Order, at: BlockId, pretended: Overrides) -> dict[str, Any]:
    """Return the access list that a transaction would profit from, and the gas it then uses (EIP-2930)."""
    return calls.access_list(node, what, at, pretended)
