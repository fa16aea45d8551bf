"""Keys that people make for their programs: `hkc_`, a prefix to know it by, a secret, and a checksum.

A key is shown once and stored as its SHA-256, with the prefix. The checksum (CRC-32) lets a typing error, and a scanner
that looks for leaked keys, be answered without the database.
"""

import secrets
import zlib
from collections.abc import Collection
from datetime import timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from classroom.accounts.credentials import add, digest, held, joined
from classroom.errors import Conflict, Invalid
from classroom.models import Credential, CredentialKind, Scope, User, now

BEGINNING: Final = "hkc_"
MAX_KEYS: Final = 20
MAX_DAYS: Final = 365
_CHECKSUM: Final = 8


class NewKey(NamedTuple):
    """A key that was just made. The secret is nowhere else."""

    key: str
    credential: Credential


def make_key(session: Session, user: User, *, label: str, scopes: Collection[Scope], days: int) -> NewKey:
    """Make a key for a person. Raises Invalid for scopes or days that can't be, Conflict where they have too many."""
    if not scopes or (Scope.ADMIN in scopes and not user.is_admin):
        raise Invalid("A key has at least one scope, and `admin` only an administrator's.")
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"A key lasts 1 to {MAX_DAYS} days.")
    if not label.strip() or not label.isprintable():
        raise Invalid("A key has a name, by which you will know what uses it.")
    if len(held(session, user.id, {CredentialKind.API_KEY})) >= MAX_KEYS:
        raise Conflict(f"You have {MAX_KEYS} keys already. Revoke one first.")
    prefix = BEGINNING + secrets.token_hex(4)
    unchecked = f"{prefix}_{secrets.token_hex(32)}"
    key = unchecked + _checksum(unchecked)
    credential = Credential(
        kind=CredentialKind.API_KEY,
        secret_hash=digest(key),
        user_id=user.id,
        label=label.strip(),
        scopes=joined(scopes),
        prefix=prefix,
        expires_at=now() + timedelta(days=days),
    )
    return NewKey(key, add(session, credential))


def is_mistyped(secret: str) -> bool:
    """Tell whether something that looks like a key can be none."""
    return secret.startswith(BEGINNING) and _checksum(secret[:-_CHECKSUM]) != secret[-_CHECKSUM:]


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode(errors='replace')):0{_CHECKSUM}x}"
