"""The transaction objects of `eth_call`, `eth_sendTransaction` and the like, and state overrides, read strictly."""

from typing import Any

from evmbox.rpc import values
from evmbox.rpc.calls import Override, Overrides
from evmbox.rpc.errors import RpcError, invalid
from evmbox.rpc.transactions import Order

MAX_LIST = 1000
_IGNORED = ("type", "chainId", "blobs", "commitments", "proofs", "cellProofs")
_DATA = ("data", "input")


def order(given: Any) -> Order:
    """Read a transaction object."""
    if not isinstance(given, dict):
        raise invalid("a transaction is an object")
    fields: dict[str, Any] = {}
    data: dict[str, bytes] = {}
    for name, value in given.items():
        if value is None or name in _IGNORED:
            continue
        try:
            if name in _DATA:
                data[name] = values.data(value)
            else:
                field, read = _FIELDS.get(name, _NO_FIELD)
                fields[field] = read(value)
        except RpcError as error:
            shown = name if len(name) <= 32 and name.isprintable() else "?"
            raise RpcError(error.code, f"{shown}: {error.message}", error.data) from None
    if len(set(data.values())) > 1:
        raise invalid('both "data" and "input" are set and not equal')
    return Order(**fields, data=next(iter(data.values()), b""))


def _to(given: Any) -> Any:
    return b"" if given in ("", "0x") else values.address(given)


def _number(given: Any) -> int:
    return values.quantity(given, bits=64)


def _hashes(given: Any) -> list[bytes]:
    return [values.hash32(each) for each in _list(given)]


def _no_such_field(_given: Any) -> Any:
    raise invalid("there is no such field of a transaction")


def access_list(given: Any) -> list[tuple[Any, list[int]]]:
    """Read an access list (EIP-2930)."""
    return [
        (
            values.address(_field(each, "address")),
            [int.from_bytes(values.hash32(slot)) for slot in _list(_field(each, "storageKeys"))],
        )
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


_FIELDS: dict[str, tuple[str, values.Reader[Any]]] = {
    "from": ("sender", values.address),
    "to": ("to", _to),
    "value": ("value", values.quantity),
    "gas": ("gas", _number),
    "nonce": ("nonce", _number),
    "gasPrice": ("gas_price", values.quantity),
    "maxFeePerGas": ("max_fee_per_gas", values.quantity),
    "maxPriorityFeePerGas": ("max_priority_fee_per_gas", values.quantity),
    "accessList": ("access_list", access_list),
    "authorizationList": ("authorizations", authorizations),
    "maxFeePerBlobGas": ("max_fee_per_blob_gas", values.quantity),
    "blobVersionedHashes": ("blob_hashes", _hashes),
}
_NO_FIELD = ("", _no_such_field)
