"""Blob transactions as they are sent: with their blobs, which are checked here and then left behind.

A chain keeps a blob's versioned hash only, and the journal of a chain no more than that.
Source: EIP-4844 (network form), EIP-7594 (cell proofs)
"""

from functools import cache
from hashlib import sha256
from typing import Any

import ckzg
import rlp
from eth.precompiles.point_evaluation import TRUSTED_SETUP_PATH
from rlp.exceptions import RLPException

from evmbox.rpc.errors import rejected

BLOB_BYTES = 4096 * 32
MAX_BLOBS = 6
CELLS_PER_BLOB = 128
VERSIONED_HASHES = 10
"""Where the hashes stand among a blob transaction's fields."""

KZG_VERSION = b"\x01"


def without_sidecar(raw: bytes, *, bare: bool) -> bytes:
    """Check the blobs of a raw blob transaction and return it without them. Raises `RpcError`.

    With `bare`, a transaction whose blobs were left behind before is returned as it is.
    """
    try:
        parts: Any = rlp.decode(raw[1:])
    except RLPException as error:
        raise rejected(f"invalid transaction: {error}") from None
    match parts:
        case [[*fields], [*blobs], [*commitments], [*proofs]]:
            checks = _check_proofs
        case [[*fields], b"\x01", [*blobs], [*commitments], [*proofs]]:
            checks = _check_cell_proofs
        case _ if bare:
            return raw
        case _:
            raise rejected("missing sidecar: a blob transaction is sent with its blobs, commitments and proofs")
    _check_shape(fields, blobs, commitments)
    try:
        good = checks(blobs, commitments, proofs)
    except (RuntimeError, TypeError, ValueError):
        good = False
    if not good:
        raise rejected("invalid blob proof: the proofs do not fit the blobs and their commitments")
    return raw[:1] + bytes(rlp.encode(fields))


def _check_shape(fields: list[Any], blobs: list[Any], commitments: list[Any]) -> None:
    hashes = fields[VERSIONED_HASHES] if len(fields) > VERSIONED_HASHES else None
    if not isinstance(hashes, list) or not len(hashes) == len(blobs) == len(commitments):
        raise rejected("invalid sidecar: there are as many blobs and commitments as versioned hashes")
    if len(blobs) > MAX_BLOBS:
        raise rejected(f"too many blobs in transaction: have {len(blobs)}, permitted {MAX_BLOBS}")
    if any(not isinstance(blob, bytes) or len(blob) != BLOB_BYTES for blob in blobs):
        raise rejected(f"invalid sidecar: a blob has {BLOB_BYTES} bytes")
    if any(not isinstance(each, bytes) or len(each) != 48 for each in commitments):
        raise rejected("invalid sidecar: a commitment has 48 bytes")
    if [KZG_VERSION + sha256(each).digest()[1:] for each in commitments] != hashes:
        raise rejected("invalid sidecar: a versioned hash is not that of its commitment")


def _check_proofs(blobs: list[bytes], commitments: list[bytes], proofs: list[bytes]) -> bool:
    return bool(ckzg.verify_blob_kzg_proof_batch(b"".join(blobs), b"".join(commitments), b"".join(proofs), _setup()))


def _check_cell_proofs(blobs: list[bytes], commitments: list[bytes], proofs: list[bytes]) -> bool:
    if len(proofs) != CELLS_PER_BLOB * len(blobs):
        return False
    cells = [cell for blob in blobs for cell in ckzg.compute_cells(blob, _setup())]
    of_cells = [commitment for commitment in commitments for _ in range(CELLS_PER_BLOB)]
    places = list(range(CELLS_PER_BLOB)) * len(blobs)
    return bool(ckzg.verify_cell_kzg_proof_batch(of_cells, places, cells, proofs, _setup()))


@cache
def _setup() -> Any:
    """Return the trusted setup; it takes seconds to read, so only who sends blobs waits for it."""
    return ckzg.load_trusted_setup(TRUSTED_SETUP_PATH, 0)
