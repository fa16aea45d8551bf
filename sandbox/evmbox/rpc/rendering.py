"""Blocks, transactions, receipts and logs as JSON, with the fields and spellings of geth."""

from typing import Any

from eth.abc import BlockHeaderAPI
from eth.vm.forks.cancun.state import get_total_blob_gas

from evmbox.chain.engine import Log
from evmbox.rpc.node import Mined, Sealed
from evmbox.rpc.transactions import BLOB, Signed, price_paid
from evmbox.rpc.values import hexadecimal, word

Json = dict[str, Any]
_HEADER_EXTRAS = {
    "withdrawals_root": "withdrawalsRoot",
    "blob_gas_used": "blobGasUsed",
    "excess_blob_gas": "excessBlobGas",
    "parent_beacon_block_root": "parentBeaconBlockRoot",
    "requests_hash": "requestsHash",
}


def block(sealed: Sealed, *, full: bool) -> Json:
    """Return a sealed block, with its transactions in full or only their hashes."""
    return {
        **_header(sealed.header),
        "hash": hexadecimal(sealed.hash),
        "nonce": hexadecimal(sealed.header.nonce),
        "size": hex(sealed.size),
        "transactions": [
            transaction(sealed, index) if full else hexadecimal(mined.hash)
            for index, mined in enumerate(sealed.transactions)
        ],
        "uncles": [],
        "withdrawals": [],
    }


def pending_block(header: BlockHeaderAPI) -> Json:
    """Return the block to come: it has no hash yet, and no transaction."""
    return {
        **_header(header),
        "hash": None,
        "nonce": None,
        "miner": None,
        "size": "0x0",
        "transactions": [],
        "uncles": [],
        "withdrawals": [],
    }


def transaction(sealed: Sealed, index: int) -> Json:
    """Return a mined transaction."""
    mined = sealed.transactions[index]
    return {
        **unplaced(mined.transaction),
        "from": hexadecimal(mined.sender),
        "gasPrice": hex(price_paid(mined.transaction, sealed.base_fee)),
        "hash": hexadecimal(mined.hash),
        "blockHash": hexadecimal(sealed.hash),
        "blockNumber": hex(sealed.number),
        "transactionIndex": hex(index),
    }


def unplaced(signed: Signed) -> Json:
    """Return what a signed transaction says, whatever its type, without its place on a chain."""
    kind = signed.type_id or 0
    shown: Json = {
        "type": hex(kind),
        "nonce": hex(signed.nonce),
        "gas": hex(signed.gas),
        "to": hexadecimal(signed.to) if signed.to else None,
        "value": hex(signed.value),
        "input": hexadecimal(signed.data),
        "r": hex(signed.r),
        "s": hex(signed.s),
    }
    if kind == 0:
        chain_id = {} if signed.chain_id is None else {"chainId": hex(signed.chain_id)}
        return {**shown, **chain_id, "gasPrice": hex(signed.gas_price), "v": hex(signed.v)}
    shown |= {
        "chainId": hex(signed.chain_id or 0),
        "v": hex(signed.y_parity),
        "yParity": hex(signed.y_parity),
        "accessList": [
            {"address": hexadecimal(address), "storageKeys": [word(slot) for slot in slots]}
            for address, slots in signed.access_list
        ],
    }
    if kind == 1:
        return {**shown, "gasPrice": hex(signed.gas_price)}
    shown |= {
        "maxFeePerGas": hex(signed.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(signed.max_priority_fee_per_gas),
        "gasPrice": hex(signed.max_fee_per_gas),
    }
    if kind == BLOB:
        shown |= {
            "maxFeePerBlobGas": hex(signed.max_fee_per_blob_gas),
            "blobVersionedHashes": [hexadecimal(each) for each in signed.blob_versioned_hashes],
        }
    elif kind == 4:
        shown["authorizationList"] = [
            {
                "chainId": hex(each.chain_id),
                "address": hexadecimal(each.address),
                "nonce": hex(each.nonce),
                "yParity": hex(each.y_parity),
                "r": hex(each.r),
                "s": hex(each.s),
            }
            for each in signed.authorization_list
        ]
    return shown


def receipt(sealed: Sealed, index: int) -> Json:
    """Return a transaction's receipt."""
    mined = sealed.transactions[index]
    shown: Json = {
        "type": hex(mined.transaction.type_id or 0),
        "status": hex(mined.succeeded),
        "transactionHash": hexadecimal(mined.hash),
        "transactionIndex": hex(index),
        "blockHash": hexadecimal(sealed.hash),
        "blockNumber": hex(sealed.number),
        "from": hexadecimal(mined.sender),
        "to": hexadecimal(mined.transaction.to) if mined.transaction.to else None,
        "contractAddress": hexadecimal(mined.created) if mined.created else None,
        "gasUsed": hex(mined.gas_used),
        "cumulativeGasUsed": hex(mined.gas_used),
        "effectiveGasPrice": hex(price_paid(mined.transaction, sealed.base_fee)),
        "logs": [log(sealed, mined, place) for place in range(len(mined.logs))],
        "logsBloom": f"0x{mined.bloom:0512x}",
    }
    if mined.transaction.type_id == BLOB:
        shown |= {"blobGasUsed": hex(get_total_blob_gas(mined.transaction)), "blobGasPrice": "0x1"}
    return shown


def log(sealed: Sealed, mined: Mined, place: int) -> Json:
    """Return one log of a mined transaction, the only one of its block."""
    found: Log = mined.logs[place]
    return {
        "address": hexadecimal(found.address),
        "topics": [hexadecimal(topic) for topic in found.topics],
        "data": hexadecimal(found.data),
        "blockHash": hexadecimal(sealed.hash),
        "blockNumber": hex(sealed.number),
        "blockTimestamp": hex(sealed.header.timestamp),
        "transactionHash": hexadecimal(mined.hash),
        "transactionIndex": "0x0",
        "logIndex": hex(place),
        "removed": False,
    }


def _header(header: BlockHeaderAPI) -> Json:
    extras: Json = {}
    for name, spelling in _HEADER_EXTRAS.items():
        value = getattr(header, name, None)
        if value is not None:
            extras[spelling] = hex(value) if isinstance(value, int) else hexadecimal(value)
    return {
        "number": hex(header.block_number),
        "parentHash": hexadecimal(header.parent_hash),
        "sha3Uncles": hexadecimal(header.uncles_hash),
        "miner": hexadecimal(header.coinbase),
        "stateRoot": hexadecimal(header.state_root),
        "transactionsRoot": hexadecimal(header.transaction_root),
        "receiptsRoot": hexadecimal(header.receipt_root),
        "logsBloom": f"0x{header.bloom:0512x}",
        "difficulty": hex(header.difficulty),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": hexadecimal(header.extra_data),
        "mixHash": hexadecimal(header.mix_hash),
        "baseFeePerGas": hex(header.base_fee_per_gas or 0),
        **extras,
    }
