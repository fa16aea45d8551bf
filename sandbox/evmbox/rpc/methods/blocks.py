"""Blocks, and the transactions and receipts in them."""

from typing import Any

from eth_typing import Hash32

from evmbox.rpc import rendering
from evmbox.rpc.node import Node, Sealed
from evmbox.rpc.registry import Optional, method
from evmbox.rpc.rendering import Json
from evmbox.rpc.values import BlockId, block_id, flag, hash32, hexadecimal, quantity

FULL = Optional(flag, default=False)


@method("eth_blockNumber")
def block_number(node: Node) -> str:
    """Return the latest block's number."""
    return hex(node.head.number)


@method("eth_getBlockByNumber", block_id, FULL)
def by_number(node: Node, wanted: BlockId, full: bool) -> Json | None:
    """Return a block, null where there is none."""
    if wanted.is_pending:
        return rendering.pending_block(node.pending)
    found = node.block(wanted)
    return None if found is None else rendering.block(found, full=full)


@method("eth_getBlockByHash", hash32, FULL)
def by_hash(node: Node, wanted: Hash32, full: bool) -> Json | None:
    """Return a block, null where there is none."""
    return by_number(node, BlockId(hash=wanted), full)


@method("eth_getHeaderByNumber", block_id)
def header_by_number(node: Node, wanted: BlockId) -> Json | None:
    """Return a block's header, null where there is none."""
    found = by_number(node, wanted, False)
    if found is not None:
        for part in ("transactions", "uncles", "withdrawals", "size"):
            del found[part]
    return found


@method("eth_getHeaderByHash", hash32)
def header_by_hash(node: Node, wanted: Hash32) -> Json | None:
    """Return a block's header, null where there is none."""
    return header_by_number(node, BlockId(hash=wanted))


@method("eth_getBlockTransactionCountByNumber", block_id)
def count_by_number(node: Node, wanted: BlockId) -> str | None:
    """Count a block's transactions, null where there is no such block."""
    if wanted.is_pending:
        return "0x0"
    found = node.block(wanted)
    return None if found is None else hex(len(found.transactions))


@method("eth_getBlockTransactionCountByHash", hash32)
def count_by_hash(node: Node, wanted: Hash32) -> str | None:
    """Count a block's transactions, null where there is no such block."""
    return count_by_number(node, BlockId(hash=wanted))


@method("eth_getUncleCountByBlockNumber", block_id)
def uncles_by_number(node: Node, wanted: BlockId) -> str | None:
    """Count a block's uncles: none since the merge."""
    return None if node.block(wanted) is None else "0x0"


@method("eth_getUncleCountByBlockHash", hash32)
def uncles_by_hash(node: Node, wanted: Hash32) -> str | None:
    """Count a block's uncles: none since the merge."""
    return uncles_by_number(node, BlockId(hash=wanted))


@method("eth_getUncleByBlockNumberAndIndex", block_id, quantity)
def uncle_by_number(_node: Node, _wanted: BlockId, _index: int) -> None:
    """Return an uncle: there is none."""


@method("eth_getUncleByBlockHashAndIndex", hash32, quantity)
def uncle_by_hash(_node: Node, _wanted: Hash32, _index: int) -> None:
    """Return an uncle: there is none."""


@method("eth_getBlockReceipts", block_id)
def block_receipts(node: Node, wanted: BlockId) -> list[Json] | None:
    """Return the receipts of a block's transactions, null where there is no such block."""
    if wanted.is_pending:
        return []
    found = node.block(wanted)
    return None if found is None else [rendering.receipt(found, place) for place in range(len(found.transactions))]


@method("eth_getTransactionByHash", hash32)
def transaction_by_hash(node: Node, wanted: Hash32) -> Json | None:
    """Return a mined transaction, null where there is none."""
    found = node.find(wanted)
    return None if found is None else rendering.transaction(*found)


@method("eth_getTransactionByBlockNumberAndIndex", block_id, quantity)
def transaction_by_number(node: Node, wanted: BlockId, index: int) -> Json | None:
    """Return a block's transaction, null where there is none."""
    found = _at(node, wanted, index)
    return None if found is None else rendering.transaction(found, index)


@method("eth_getTransactionByBlockHashAndIndex", hash32, quantity)
def transaction_by_block_hash(node: Node, wanted: Hash32, index: int) -> Json | None:
    """Return a block's transaction, null where there is none."""
    return transaction_by_number(node, BlockId(hash=wanted), index)


@method("eth_getTransactionReceipt", hash32)
def receipt(node: Node, wanted: Hash32) -> Json | None:
    """Return a transaction's receipt, null where there is no such transaction."""
    found = node.find(wanted)
    return None if found is None else rendering.receipt(*found)


@method("eth_getRawTransactionByHash", hash32)
def raw_by_hash(node: Node, wanted: Hash32) -> str | None:
    """Return a transaction as it was signed, null where there is none."""
    found = node.find(wanted)
    return None if found is None else _raw(*found)


@method("eth_getRawTransactionByBlockNumberAndIndex", block_id, quantity)
def raw_by_number(node: Node, wanted: BlockId, index: int) -> str | None:
    """Return a block's transaction as it was signed, null where there is none."""
    found = _at(node, wanted, index)
    return None if found is None else _raw(found, index)


@method("eth_getRawTransactionByBlockHashAndIndex", hash32, quantity)
def raw_by_block_hash(node: Node, wanted: Hash32, index: int) -> str | None:
    """Return a block's transaction as it was signed, null where there is none."""
    return raw_by_number(node, BlockId(hash=wanted), index)


def _at(node: Node, wanted: BlockId, index: int) -> Sealed | None:
    found = None if wanted.is_pending else node.block(wanted)
    return found if found is not None and index < len(found.transactions) else None


def _raw(sealed: Sealed, index: int) -> str:
    signed: Any = sealed.transactions[index].transaction
    return hexadecimal(signed.encode())
