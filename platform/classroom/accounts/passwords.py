"""Passwords: which ones are taken, how they are kept, and how long a check takes. Nothing of the database.

A password is hashed with Argon2id (19 MiB, t=2, p=1: OWASP's choice), at most two at a time. A check of somebody who
is not there, or has no password, hashes all the same.
"""

import secrets
import threading
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from classroom.errors import Invalid, Unavailable

PASSWORD_LENGTH = range(10, 129)
STRONG_ENOUGH = 3
"""zxcvbn's score from which on a password is taken: more than 10^8 guesses."""

_LOOKED_AT = 72  # characters: what zxcvbn looks at; its time grows with the square
_OUR_WORDS = ("hyperkit", "classroom", "solidity", "ethereum", "blockchain")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING = threading.BoundedSemaphore(2)
_HASHING_TIMEOUT_S = 10.0


def hash_password(password: str, *, about: Collection[str | None] = ()) -> str:
    """Hash a new password. `about` are words that everybody would try first: the person's name and address.

    Raises Invalid for one that is too short, too long, common or easily guessed; Unavailable when too many wait.
    Takes 30 ms and more.
    """
    password = normal(password)
    if len(password) not in PASSWORD_LENGTH:
        raise Invalid(f"A password has {PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} characters.")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise Invalid("A password must be valid Unicode; this one contains half of a surrogate pair.") from None
    with _one_of_few():
        _require_strength(password, about)
        return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Tell whether this is the password, after the time that one check takes, whatever the answer."""
    password = normal(password)
    if len(password) > 4 * PASSWORD_LENGTH.stop:
        password = ""  # too long to be anybody's: hashed all the same, so that the answer takes as long
    try:
        with _one_of_few():
            return _HASHER.verify(password_hash or _hash_of_nobody(), password) and password_hash is not None
    except (VerificationError, UnicodeEncodeError):
        return False


def rehashed(password_hash: str, password: str) -> str | None:
    """Hash a password that was just found right again, where its hash is weaker than today's; None where it is not."""
    if not _HASHER.check_needs_rehash(password_hash):
        return None
    with _one_of_few():
        return _HASHER.hash(normal(password))


def normal(text: str) -> str:
    """Give the one form of a text that can be typed in several (Unicode NFC)."""
    return unicodedata.normalize("NFC", text)


def _require_strength(password: str, about: Collection[str | None]) -> None:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - loads 100,000 common words and passwords, which few processes need

    words = [*_OUR_WORDS, *(word for word in about if word)]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=words)
    if found["score"] >= STRONG_ENOUGH:
        return
    why = found["feedback"]["warning"] or "This password is easy to guess."
    raise Invalid(f"{why} Take several words that do not belong together, or let a password manager make one.")


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))


@contextmanager
def _one_of_few() -> Iterator[None]:
    """Wait for a turn: each hash takes 19 MiB, and a flood of sign-ins must not take the machine's memory."""
    if not _HASHING.acquire(timeout=_HASHING_TIMEOUT_S):
        raise Unavailable(
            "Too many people are signing in at once. Try again in a moment.", headers={"Retry-After": "2"}
        )
    try:
        yield
    finally:
        _HASHING.release()
