"""About the chain as a whole: `web3_`, `net_`, and what it costs."""

from typing import Any

from eth_hash.auto import keccak

from evmbox.chain.engine import CHAIN_ID
from evmbox.rpc.errors import invalid
from evmbox.rpc.node import Node
from evmbox.rpc.registry import Optional, method
from evmbox.rpc.transactions import GAS_PRICE
from evmbox.rpc.values import BlockId, anything, block_id, data, hexadecimal, seconds
from evmbox.versions import EVM_VERSION

CLIENT_VERSION = f"HyperkitClassroom/evmbox/{EVM_VERSION}"
MAX_FEE_HISTORY = 1024
MAX_PERCENTILES = 100


@method("web3_clientVersion")
def client_version(_node: Node) -> str:
    """Name this software."""
    return CLIENT_VERSION


@method("web3_sha3", data)
def sha3(_node: Node, what: bytes) -> str:
    """Return the Keccak-256 hash."""
    return hexadecimal(keccak(what))


@method("net_version")
def net_version(_node: Node) -> str:
    """Return the network's id, in decimal."""
    return str(CHAIN_ID)


@method("net_listening")
def net_listening(_node: Node) -> bool:
    """Say that it listens, though to no other node."""
    return True


@method("net_peerCount")
def net_peer_count(_node: Node) -> str:
    """Count the other nodes."""
    return "0x0"


@method("eth_chainId")
def chain_id(_node: Node) -> str:
    """Return the chain's id (EIP-155)."""
    return hex(CHAIN_ID)


@method("eth_protocolVersion")
def protocol_version(_node: Node) -> str:
    """Return the protocol's version, as development chains do."""
    return "0x41"


@method("eth_syncing")
def syncing(_node: Node) -> bool:
    """Say that there is nothing to catch up with."""
    return False


@method("eth_mining")
def mining(_node: Node) -> bool:
    """Say that transactions are mined."""
    return True


@method("eth_hashrate")
def hashrate(_node: Node) -> str:
    """Say that nothing is hashed for it."""
    return "0x0"


@method("eth_coinbase")
def coinbase(node: Node) -> str:
    """Return who gets the tips."""
    return hexadecimal(node.pending.coinbase)


@method("eth_gasPrice")
def gas_price(node: Node) -> str:
    """Return what is paid for gas by default."""
    return hex((node.pending.base_fee_per_gas or 0) + GAS_PRICE)


@method("eth_maxPriorityFeePerGas")
def max_priority_fee(_node: Node) -> str:
    """Return the tip that is paid by default."""
    return hex(GAS_PRICE)


@method("eth_blobBaseFee")
def blob_base_fee(node: Node) -> str:
    """Return what a unit of blob gas costs in the next block."""
    return hex(node.chain.get_vm().state.blob_base_fee)


@method("eth_feeHistory", seconds, block_id, Optional(anything, ()))
def fee_history(node: Node, count: int, newest: BlockId, percentiles: Any) -> dict[str, Any]:
    """Return fees and fullness of the latest blocks, and the tips paid in them."""
    if not isinstance(percentiles, list | tuple) or len(percentiles) > MAX_PERCENTILES:
        raise invalid(f"reward percentiles are a list of at most {MAX_PERCENTILES} numbers")
    if any(isinstance(each, bool) or not isinstance(each, int | float) or not 0 <= each <= 100 for each in percentiles):
        raise invalid("a reward percentile is a number from 0 to 100")
    if list(percentiles) != sorted(percentiles):
        raise invalid("reward percentiles are in ascending order")
    last = node.existing(newest).number
    first = max(0, last + 1 - min(count, MAX_FEE_HISTORY))
    blocks = node.blocks[first : last + 1] if count else []
    after = node.blocks[last + 1].header if last + 1 < len(node.blocks) else node.pending
    headers = [each.header for each in blocks]
    history: dict[str, Any] = {
        "oldestBlock": hex(first if blocks else 0),
        "baseFeePerGas": [hex(each.base_fee_per_gas or 0) for each in (*headers, after)],
        "gasUsedRatio": [each.gas_used / each.gas_limit for each in headers],
        "baseFeePerBlobGas": ["0x1"] * (len(blocks) + 1),
        "blobGasUsedRatio": [0.0] * len(blocks),
    }
    if percentiles:
        tips = [each.transactions[0].tip if each.transactions else 0 for each in blocks]
        history["reward"] = [[hex(tip)] * len(percentiles) for tip in tips]
    return history


@method("txpool_status")
def pool_status(_node: Node) -> dict[str, str]:
    """Say that no transaction ever waits."""
    return {"pending": "0x0", "queued": "0x0"}


@method("txpool_content")
@method("txpool_inspect")
def pool_content(_node: Node) -> dict[str, dict[str, Any]]:
    """Say that no transaction ever waits."""
    return {"pending": {}, "queued": {}}
