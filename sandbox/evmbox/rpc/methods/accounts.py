"""The named accounts: who they are, and their signatures on messages."""

from typing import Any

from eth_account.messages import encode_defunct, encode_typed_data
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_typing import Address

from evmbox.rpc.errors import SERVER_ERROR, RpcError, invalid
from evmbox.rpc.node import Node
from evmbox.rpc.registry import method
from evmbox.rpc.values import address, anything, data, hexadecimal


@method("eth_accounts")
def accounts(node: Node) -> list[str]:
    """List the accounts whose keys are here: the owner first, then Alice and the others."""
    return [hexadecimal(each) for each in node.keys]


@method("eth_requestAccounts")
def request_accounts(node: Node) -> list[str]:
    """List the accounts, as a wallet does when it is asked (EIP-1102)."""
    return accounts(node)


@method("eth_sign", address, data)
def sign(node: Node, who: Address, message: bytes) -> str:
    """Sign a message for a named account (EIP-191)."""
    return _sign(_key(node, who), encode_defunct(message))


@method("personal_sign", data, address)
def personal_sign(node: Node, message: bytes, who: Address) -> str:
    """Sign a message for a named account, as wallets are asked to (EIP-191)."""
    return sign(node, who, message)


@method("eth_signTypedData", address, anything)
def sign_typed_data(node: Node, who: Address, typed: Any) -> str:
    """Sign typed data for a named account (EIP-712)."""
    key = _key(node, who)
    try:
        return _sign(key, encode_typed_data(full_message=typed))
    except Exception as error:  # noqa: BLE001 - the encoder raises whatever it stumbles over
        raise invalid(f"the typed data cannot be encoded: {type(error).__name__}") from None


@method("eth_signTypedData_v4", address, anything)
def sign_typed_data_v4(node: Node, who: Address, typed: Any) -> str:
    """Sign typed data for a named account (EIP-712)."""
    return sign_typed_data(node, who, typed)


def _key(node: Node, who: Address) -> PrivateKey:
    if who not in node.keys:
        raise RpcError(SERVER_ERROR, "unknown account: only the accounts of eth_accounts are signed for")
    return node.keys[who]


def _sign(key: PrivateKey, message: Any) -> str:
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    signature = key.sign_msg_hash(digest)
    return hexadecimal(signature.to_bytes()[:64] + bytes([signature.v + 27]))
