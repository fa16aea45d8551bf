"""Reads signed raw transactions, with py-evm's own decoder. Apart, because that is half a second to import."""

from typing import Any

from eth.exceptions import UnrecognizedTransactionType
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from evmbox.chain import CHAIN_ID
from evmbox.chain.abi import checksummed
from evmbox.chain.py_evm import FORK
from evmbox.runner.moves import Signed, Unreadable

_UNDECODABLE = (
    RLPException,
    ValidationError,
    UnrecognizedTransactionType,
    BadSignature,
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
)


def read_signed(text: str) -> Signed:
    """Read a signed raw transaction in hexadecimal. Raises `Unreadable`."""
    try:
        decoded: Any = FORK.get_transaction_builder().decode(bytes.fromhex(text.removeprefix("0x")))
        kind = decoded.type_id or 0
        if kind > 2:
            raise Unreadable(f"It is of type {kind}; only the types 0, 1 and 2 can be sent here.")
        chain_id = decoded.chain_id
        decoded.validate()
        signed = Signed(
            sender=checksummed(decoded.sender),
            to=checksummed(decoded.to) if decoded.to else None,
            data=bytes(decoded.data),
            value=decoded.value,
            gas=decoded.gas,
            nonce=decoded.nonce,
        )
    except _UNDECODABLE as error:
        raise Unreadable("It is no signed transaction in hexadecimal.") from error
    if chain_id not in {None, CHAIN_ID}:
        raise Unreadable(f"It was signed for the chain {chain_id}; this is {CHAIN_ID}.")
    return signed
