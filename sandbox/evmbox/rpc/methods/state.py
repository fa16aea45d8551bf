"""What accounts hold: balance, code, storage, nonce."""

from eth_typing import Address

from evmbox.rpc.node import Node
from evmbox.rpc.registry import Optional, method
from evmbox.rpc.values import LATEST, BlockId, address, block_id, hexadecimal, slot, word

AT = Optional(block_id, LATEST)


@method("eth_getBalance", address, AT)
def balance(node: Node, of: Address, at: BlockId) -> str:
    """Return wei."""
    return hex(node.state(at).get_balance(of))


@method("eth_getCode", address, AT)
def code(node: Node, of: Address, at: BlockId) -> str:
    """Return the runtime bytecode, empty where there is none."""
    return hexadecimal(node.state(at).get_code(of))


@method("eth_getStorageAt", address, slot, AT)
def storage(node: Node, of: Address, where: int, at: BlockId) -> str:
    """Return one storage word."""
    return word(node.state(at).get_storage(of, where))


@method("eth_getTransactionCount", address, AT)
def nonce(node: Node, of: Address, at: BlockId) -> str:
    """Return the number that an account's next transaction carries."""
    return hex(node.state(at).get_nonce(of))
