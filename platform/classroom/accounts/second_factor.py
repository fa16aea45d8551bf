"""The second factor: codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s), and codes for its loss.

An authenticator's secret is derived from the server's key and a random salt, and only the salt is stored: a copy of
the database makes no codes. A code is accepted once, within a step before or after its time. Recovery codes have 80
random bits each, and are credentials like the others: stored hashed, used once.
"""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from datetime import timedelta
from typing import Final, NamedTuple
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from classroom import audit_log
from classroom.accounts.credentials import add, authenticate, digest, held, revoke_all, revoke_id
from classroom.accounts.people import existing, to_change
from classroom.audit_log import Action
from classroom.errors import Conflict, Invalid, NotFound, Unauthenticated
from classroom.keys import derive
from classroom.models import Credential, CredentialKind, SecondFactor, User, now

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
ISSUER: Final = "Hyperkit Classroom"
_FOR_GOOD: Final = timedelta(days=3650)


class Enrolling(NamedTuple):
    """What an authenticator app needs: the secret to type, or the address to scan."""

    secret: str
    uri: str


def code_at(secret: bytes, step: int) -> str:
    """Compute the code of one step (RFC 4226, 5.3, with the time of RFC 6238)."""
    digested = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    offset = digested[-1] & 0xF
    number = struct.unpack(">I", digested[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def begin(session: Session, user_id: UUID) -> None:
    """Make a new authenticator for a person, of no effect until its first code confirms it.

    Raises Conflict where there is one in force.
    """
    factor = session.get(SecondFactor, user_id)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict("There is a second factor already. Turn it off first to set up another.")
    if factor is not None:
        session.delete(factor)
        session.flush()
    session.add(SecondFactor(user_id=user_id, salt=secrets.token_hex(16)))
    session.flush()


def enrolling(session: Session, user: User, key: bytes) -> Enrolling:
    """Tell what the app needs, while the authenticator is not confirmed. Raises NotFound after that, and before."""
    factor = session.get(SecondFactor, user.id)
    if factor is None or factor.confirmed_at is not None:
        raise NotFound("No authenticator is being set up.")
    secret = base64.b32encode(_secret(factor, key)).decode()
    name = quote(f"{ISSUER}:{user.email or user.name}", safe=":@")
    parameters = f"secret={secret}&issuer={quote(ISSUER)}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    return Enrolling(secret, f"otpauth://totp/{name}?{parameters}")


def confirm(session: Session, user_id: UUID, key: bytes, code: str, *, at_s: float | None = None) -> list[str]:
    """Put an authenticator in force by its first code, and give the recovery codes, once. Raises Invalid, NotFound."""
    factor = session.get(SecondFactor, user_id)
    if factor is None or factor.confirmed_at is not None:
        raise NotFound("No authenticator is being set up.")
    if not _accept(session, factor, key, code, at_s):
        raise Invalid("This is not the code that the app should show now. Look at the clock of the phone.")
    factor.confirmed_at = existing(session, user_id).second_factor_at = now()
    audit_log.record(session, Action.SECOND_FACTOR_ON, actor_id=user_id, subject=str(user_id))
    return new_recovery_codes(session, user_id)


def turn_off(session: Session, user_id: UUID, *, actor_id: UUID | None) -> None:
    """Take a person's second factor away, with its recovery codes."""
    user, factor = to_change(session, user_id), session.get(SecondFactor, user_id)
    if factor is None:
        raise NotFound("There is no second factor to turn off.")
    session.delete(factor)
    was_on, user.second_factor_at = user.second_factor_at is not None, None
    revoke_all(session, user_id, {CredentialKind.RECOVERY_CODE}, actor_id=actor_id)
    if was_on:
        audit_log.record(session, Action.SECOND_FACTOR_OFF, actor_id=actor_id, subject=str(user_id))


def is_right(session: Session, user_id: UUID, key: bytes, code: str, *, at_s: float | None = None) -> bool:
    """Tell whether a code of the authenticator, or a recovery code, is right; and use it up."""
    code = "".join(code.split()).replace("-", "")
    factor = session.get(SecondFactor, user_id)
    if factor is None or factor.confirmed_at is None:
        return False
    if len(code) == DIGITS:
        return _accept(session, factor, key, code, at_s)
    return _use_recovery_code(session, user_id, code)


def new_recovery_codes(session: Session, user_id: UUID) -> list[str]:
    """Make recovery codes in place of those there were, and give them, once."""
    to_change(session, user_id)  # two at once would leave two sets
    revoke_all(session, user_id, {CredentialKind.RECOVERY_CODE}, actor_id=user_id)
    codes = []
    for _ in range(RECOVERY_CODES):
        code = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        credential = Credential(
            kind=CredentialKind.RECOVERY_CODE,
            secret_hash=digest(code),
            user_id=user_id,
            expires_at=now() + _FOR_GOOD,
        )
        add(session, credential)
        codes.append("-".join(code[start : start + 4] for start in range(0, len(code), 4)))
    return codes


def recovery_codes_left(session: Session, user_id: UUID) -> int:
    """Count the recovery codes that were not used."""
    return len(held(session, user_id, {CredentialKind.RECOVERY_CODE}))


def _use_recovery_code(session: Session, user_id: UUID, code: str) -> bool:
    try:
        owner, credential = authenticate(session, {CredentialKind.RECOVERY_CODE}, code.lower())
    except Unauthenticated:
        return False
    if owner is None or owner.id != user_id or not revoke_id(session, credential.id):
        return False
    audit_log.record(session, Action.RECOVERY_CODE_USED, actor_id=user_id, subject=str(credential.id))
    return True


def _accept(session: Session, factor: SecondFactor, key: bytes, code: str, at_s: float | None) -> bool:
    """Accept a code of this step or a neighbour, newer than the last one: whoever looked over a shoulder is late."""
    secret, this_step = _secret(factor, key), int((time.time() if at_s is None else at_s) // STEP_S)
    for step in (this_step, this_step - 1, this_step + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode(errors="replace")):
            used = session.exec(
                update(SecondFactor)
                .where(col(SecondFactor.user_id) == factor.user_id, col(SecondFactor.last_step) < step)
                .values(last_step=step)
            )
            return used.rowcount == 1
    return False


def _secret(factor: SecondFactor, key: bytes) -> bytes:
    return derive(key, f"second factor {factor.salt}")[:SECRET_BYTES]
