"""Proofs that an account and its storage are as they are told, against a block's state root (EIP-1186)."""

from typing import Any

import rlp
from eth.constants import BLANK_ROOT_HASH
from eth_hash.auto import keccak
from eth_typing import Address
from trie.hexary import HexaryTrie

from evmbox.rpc.errors import invalid
from evmbox.rpc.node import Node
from evmbox.rpc.registry import method
from evmbox.rpc.rendering import Json
from evmbox.rpc.values import BlockId, address, block_id, hexadecimal, slot

MAX_SLOTS = 1000
_NO_CODE = keccak(b"")


def _slots(given: Any) -> list[int]:
    if not isinstance(given, list) or len(given) > MAX_SLOTS:
        raise invalid(f"a list of at most {MAX_SLOTS} storage slots is expected")
    return [slot(each) for each in given]


@method("eth_getProof", address, _slots, block_id)
def proof(node: Node, of: Address, slots: list[int], at: BlockId) -> Json:
    """Return an account and storage words, with the nodes that prove them."""
    database = node.chain.chaindb.db
    accounts = HexaryTrie(database, node.existing(at).header.state_root)
    leaf = accounts[keccak(of)]
    nonce, balance, storage_root, code_hash = rlp.decode(leaf) if leaf else (b"", b"", BLANK_ROOT_HASH, _NO_CODE)
    storage = HexaryTrie(database, storage_root)
    return {
        "address": hexadecimal(of),
        "accountProof": _nodes(accounts, keccak(of)),
        "balance": hex(int.from_bytes(balance)),
        "codeHash": hexadecimal(code_hash),
        "nonce": hex(int.from_bytes(nonce)),
        "storageHash": hexadecimal(storage_root),
        "storageProof": [_storage(storage, each) for each in slots],
    }


def _storage(storage: Any, where: int) -> Json:
    key = keccak(where.to_bytes(32))
    value = storage[key]
    return {
        "key": hex(where),
        "value": hex(int.from_bytes(rlp.decode(value)) if value else 0),
        "proof": _nodes(storage, key),
    }


def _nodes(trie: Any, key: bytes) -> list[str]:
    """Return the nodes on the way to a key; one that is short stands inside its parent and not for itself."""
    encoded = [rlp.encode(node) for node in trie.get_proof(key)]
    return [hexadecimal(each) for place, each in enumerate(encoded) if place == 0 or len(each) >= 32]
