"""The transaction objects of `eth_call`, `eth_sendTransaction` and the like, and state overrides, read strictly."""

from typing import Any

from evmbox.rpc import values
from evmbox.rpc.calls import Override, Overrides
from evmbox.rpc.errors import invalid, not_supported
from evmbox.rpc.transactions import Order

MAX_LIST = 1000
_BLOB_FIELDS = ("blobs", "blobVersionedHashes", "maxFeePerBlobGas", "commitments", "proofs")
_IGNORED = ("type", "chainId")
_QUANTITIES = {
    "value": "value",
    "gas": "gas",
    "nonce": "nonce",
    "gasPrice": "gas_price",
    "maxFeePerGas": "max_fee_per_gas",
    "maxPriorityFeePerGas": "max_priority_fee_per_gas",
}


def order(given: Any) -> Order:
    """Read a transaction object."""
    if not isinstance(given, dict):
        raise invalid("a transaction is an object")
    fields: dict[str, Any] = {}
    data: dict[str, bytes] = {}
    for name, value in given.items():
        if value is None:
            continue
        try:
            match name:
                case "from":
                    fields["sender"] = values.address(value)
                case "to":
                    fields["to"] = values.address(value) if value not in {"", "0x"} else b""
                case "data" | "input":
                    data[name] = values.data(value)
                case "accessList":
                    fields["access_list"] = access_list(value)
                case "authorizationList":
                    fields["authorizations"] = authorizations(value)
                case _ if name in _QUANTITIES:
                    bits = 64 if name in {"gas", "nonce"} else 256
                    fields[_QUANTITIES[name]] = values.quantity(value, bits=bits)
                case _ if name in _BLOB_FIELDS:
                    raise not_supported(
                        "blob transactions are not made here: sign one and send it with eth_sendRawTransaction"
                    )
                case _ if name not in _IGNORED:
                    raise invalid("there is no such field of a transaction")
        except type(invalid("")) as error:
            shown = name if len(name) <= 32 and name.isprintable() else "?"
            raise type(error)(error.code, f"{shown}: {error.message}", error.data) from None
    if len(set(data.values())) > 1:
        raise invalid('both "data" and "input" are set and not equal')
    return Order(**fields, data=next(iter(data.values()), b""))


def access_list(given: Any) -> list[tuple[Any, list[int]]]:
    """Read an access list (EIP-2930)."""
    return [
        (values.address(_field(each, "address")), [int.from_bytes(values.hash32(slot)) for slot in _list(_field(each, "storageKeys"))])
        for each in _list(given)
    ]


def authorizations(given: Any) -> list[dict[str, Any]]:
    """Read an authorization list (EIP-7702)."""
    return [
        {
            "chain_id": values.quantity(_field(each, "chainId")),
            "address": values.address(_field(each, "address")),
            "nonce": values.quantity(_field(each, "nonce"), bits=64),
            "y_parity": values.quantity(_field(each, "yParity"), bits=8),
            "r": values.quantity(_field(each, "r")),
            "s": values.quantity(_field(each, "s")),
        }
        for each in _list(given)
    ]


def overrides(given: Any) -> Overrides:
    """Read what accounts are taken to be for one call, as geth has it."""
    if not isinstance(given, dict) or len(given) > MAX_LIST:
        raise invalid("state overrides are an object of accounts by address")
    return {values.address(address): _override(what) for address, what in given.items()}


def _override(given: Any) -> Override:
    if not isinstance(given, dict) or set(given) - {"balance", "nonce", "code", "state", "stateDiff"}:
        raise invalid("an override has balance, nonce, code, state and stateDiff at most")
    given = {name: value for name, value in given.items() if value is not None}
    if "state" in given and "stateDiff" in given:
        raise invalid("an override has either state or stateDiff")
    return Override(
        balance=values.quantity(given["balance"]) if "balance" in given else None,
        nonce=values.quantity(given["nonce"], bits=64) if "nonce" in given else None,
        code=values.data(given["code"]) if "code" in given else None,
        storage=_storage(given["state"]) if "state" in given else None,
        changed=_storage(given.get("stateDiff", {})),
    )


def _storage(given: Any) -> dict[int, int]:
    if not isinstance(given, dict) or len(given) > MAX_LIST:
        raise invalid("storage is an object of words by slot")
    return {int.from_bytes(values.hash32(slot)): int.from_bytes(values.hash32(value)) for slot, value in given.items()}


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list) or len(given) > MAX_LIST:
        raise invalid(f"a list of at most {MAX_LIST} is expected")
    return given


def _field(given: Any, name: str) -> Any:
    if not isinstance(given, dict) or name not in given:
        raise invalid(f"{name} is missing")
    return given[name]
