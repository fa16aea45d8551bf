"""People and their secrets: passwords, sessions, tokens, kernel tickets, one-time links. Nothing of HTTP.

A secret is 256 random bits, shown once and stored as its SHA-256. It opens what its kind says, until it expires, is
revoked or its person is disabled. A password is checked with Argon2id (19 MiB, t=2, p=1: OWASP's choice), at most two
at a time, and an unknown name costs as much time as a wrong password.
"""

import hashlib
import re
import secrets
import threading
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from itsdangerous import BadSignature, Signer
from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.audit_log import Action
from classroom.db import Database
from classroom.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from classroom.keys import derive
from classroom.models import Credential, CredentialKind, Scope, User, now

SESSION_COOKIE = "classroom_session"
ONE_TIME_LINK_LIFETIME = timedelta(minutes=10)
PASSWORD_LENGTH = range(10, 129)
SCOPED = frozenset({CredentialKind.TOKEN, CredentialKind.API_KEY, CredentialKind.REFRESH})

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_NAME_RULE = (
    "a name has 1 to 64 characters: letters a to z, digits and any of . _ - @, beginning with a letter or a digit"
)
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING = threading.BoundedSemaphore(2)
_HASHING_TIMEOUT_S = 10.0
_WRONG = "The name or the password is wrong."
_EXPIRED = "This sign-in no longer holds. Please sign in again."
_HOLDER = (  # written once: every request asks it, and writing it costs more than the answer
    select(Credential, User)
    .join(User, col(User.id) == Credential.user_id, isouter=True)
    .where(
        col(Credential.secret_hash) == bindparam("secret_hash"),
        col(Credential.kind).in_(bindparam("kinds", expanding=True)),
        col(Credential.revoked_at).is_(None),
        col(Credential.expires_at) > bindparam("at"),
        col(User.disabled_at).is_(None),
    )
)


class SignedIn(NamedTuple):
    """Who signed in, and the secret of the new session."""

    user: User
    secret: str


class SessionSigner:
    """Signs the secret that the session cookie carries, so that a made-up one never reaches the database."""

    def __init__(self, key: bytes) -> None:
        self._signer = Signer(derive(key, "session cookie"), salt=SESSION_COOKIE, digest_method=hashlib.sha256)

    def sign(self, secret: str) -> str:
        """Give the cookie's value."""
        return self._signer.sign(secret).decode()

    def unsign(self, cookie: str) -> str | None:
        """Give the secret back, or None where the value is not one that we signed."""
        try:
            return self._signer.unsign(cookie.encode()).decode()
        except (BadSignature, UnicodeError):
            return None


def create_user(
    session: Session,
    name: str,
    *,
    display_name: str | None = None,
    password: str | None = None,
    is_admin: bool = False,
    actor_id: UUID | None = None,
) -> User:
    """Add a person. Without a password they come in by a one-time link. Raises Invalid or Conflict.

    Hashing a password takes 20 ms and more, and the transaction of `session` waits for it.
    """
    name = normal_name(name)
    if find_user(session, name):
        raise Conflict(f"There is somebody called {name} already.")
    user = User(
        name=name,
        display_name=_normal_display_name(display_name or name),
        password_hash=None if password is None else _hash(password),
        is_admin=is_admin,
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(f"There is somebody called {name} already.") from None  # since a moment ago
    audit_log.record(session, Action.USER_CREATED, actor_id=actor_id, subject=str(user.id), details={"admin": is_admin})
    return user


def find_user(session: Session, name: str) -> User | None:
    """Give the person of that name."""
    name = _folded(name)
    if not _NAME.fullmatch(name):
        return None  # nobody can be called that, and some of it could not even be asked for
    return session.exec(select(User).where(User.name == name)).first()


def set_password(session: Session, user_id: UUID, password: str, *, actor_id: UUID | None) -> None:
    """Change a password; every session that was open before is closed."""
    _existing(session, user_id).password_hash = _hash(password)
    revoke_all(session, user_id, {CredentialKind.SESSION, CredentialKind.ONE_TIME_LINK}, actor_id=actor_id)
    audit_log.record(session, Action.PASSWORD_CHANGED, actor_id=actor_id, subject=str(user_id))


def set_disabled(session: Session, user_id: UUID, disabled: bool, *, actor_id: UUID | None) -> None:
    """Shut a person out, or let them in again. What they hold stops to open anything at once."""
    _existing(session, user_id).disabled_at = now() if disabled else None
    action = Action.USER_DISABLED if disabled else Action.USER_ENABLED
    audit_log.record(session, action, actor_id=actor_id, subject=str(user_id))


def verify_password(session: Session, name: str, password: str) -> User:
    """Give the person whose name and password these are.

    Raises Unauthenticated with the same words after the same time for an unknown name, a wrong password, a person
    without a password and a disabled one. Slow on purpose: `sign_in` keeps no transaction waiting for it.
    """
    return _verified(find_user(session, name), password)


def sign_in(
    database: Database, name: str, password: str, *, lifetime: timedelta, request_id: str | None = None
) -> SignedIn:
    """Check a password and open a session. Raises Unauthenticated; both ends of it are in the audit log."""
    with database.read() as session:
        known = find_user(session, name)
    try:
        user = _verified(known, password)
    except Unauthenticated:
        with database.unit_of_work() as work:
            subject = str(known.id) if known else None
            audit_log.record(work.session, Action.SIGN_IN_FAILED, actor_id=None, subject=subject, request_id=request_id)
        raise
    weak = user.password_hash is not None and _HASHER.check_needs_rehash(user.password_hash)
    stronger = _hash(password) if weak else None
    with database.unit_of_work() as work:
        held = work.session.exec(select(User).where(User.id == user.id).with_for_update(key_share=True)).one_or_none()
        if held is None or held.disabled_at or held.password_hash != user.password_hash:
            raise Unauthenticated(_WRONG)  # changed while it was verified: no session may outlive the change
        if stronger:
            held.password_hash = stronger
        secret = issue(work.session, CredentialKind.SESSION, user.id, lifetime=lifetime)
        audit_log.record(work.session, Action.SIGNED_IN, actor_id=user.id, request_id=request_id)
    return SignedIn(user, secret)


def sign_out(session: Session, secret: str) -> None:
    """Close a session; one that is closed already stays so."""
    credential = session.exec(select(Credential).where(Credential.secret_hash == _digest(secret))).first()
    if credential and _revoke(session, credential.id):
        audit_log.record(session, Action.SIGNED_OUT, actor_id=credential.user_id, subject=str(credential.id))


def issue(
    session: Session,
    kind: CredentialKind,
    user_id: UUID | None,
    *,
    lifetime: timedelta,
    label: str = "",
    scopes: Collection[Scope] = (Scope.LEARN,),
    actor_id: UUID | None = None,
) -> str:
    """Make a secret and give it out, once. Only a kernel's ticket may be without a person, until it is bound.

    `scopes` are a token's; a session has all that its person may, a kernel's ticket `learn`, the others none.
    """
    if user_id is None and kind is not CredentialKind.KERNEL:
        raise ValueError(f"a {kind} belongs to a person")
    secret = secrets.token_urlsafe(32)
    credential = Credential(
        kind=kind,
        secret_hash=_digest(secret),
        user_id=user_id,
        label=label[:128],
        scopes=" ".join(sorted(scopes)) if kind in SCOPED else "",
        expires_at=now() + lifetime,
    )
    session.add(credential)
    session.flush()
    audit_log.record(
        session,
        Action.CREDENTIAL_ISSUED,
        actor_id=actor_id or user_id,
        subject=str(credential.id),
        details={"kind": kind.value},
    )
    return secret


def authenticate(session: Session, kinds: Collection[CredentialKind], secret: str) -> tuple[User | None, Credential]:
    """Tell whose secret this is; None for a kernel's ticket that is not bound yet. Raises Unauthenticated.

    A secret of a kind that this door does not take, an expired or revoked one, and one of a disabled person look alike.
    """
    found = session.execute(_HOLDER, {"secret_hash": _digest(secret), "kinds": list(kinds), "at": now()}).first()
    if found is None:
        raise Unauthenticated(_EXPIRED)
    credential, user = found
    return user, credential


def scopes_of(credential: Credential, user: User | None) -> frozenset[Scope]:
    """Tell what a secret may be used for; only an administrator's is ever for administering."""
    if credential.kind is CredentialKind.KERNEL:
        return frozenset({Scope.LEARN})
    if credential.kind is CredentialKind.SESSION:
        held = frozenset(Scope)
    else:
        held = frozenset(map(Scope, credential.scopes.split()))
    return held if user is not None and user.is_admin else held - {Scope.ADMIN}


def redeem_one_time_link(session: Session, secret: str, *, lifetime: timedelta) -> SignedIn:
    """Exchange a one-time link for a session. The second exchange fails: raises Unauthenticated."""
    user, credential = authenticate(session, {CredentialKind.ONE_TIME_LINK}, secret)
    if user is None or not _revoke(session, credential.id):
        raise Unauthenticated(_EXPIRED)
    audit_log.record(session, Action.SIGNED_IN, actor_id=user.id, subject=str(credential.id), details={"by": "link"})
    return SignedIn(user, issue(session, CredentialKind.SESSION, user.id, lifetime=lifetime))


def bind_kernel(session: Session, ticket: str, user_id: UUID) -> None:
    """Give a kernel's ticket to the person whose page it serves, once and for good.

    Raises Unauthenticated for a ticket that does not hold, Conflict for one that is somebody else's.
    """
    owner, credential = authenticate(session, {CredentialKind.KERNEL}, ticket)
    if owner is not None and owner.id == user_id:
        return
    bound = session.exec(
        update(Credential)
        .where(col(Credential.id) == credential.id, col(Credential.user_id).is_(None))
        .values(user_id=user_id)
    )
    if bound.rowcount != 1:
        raise Conflict("This kernel belongs to somebody else.")
    audit_log.record(session, Action.KERNEL_BOUND, actor_id=user_id, subject=str(credential.id))


def revoke(session: Session, secret: str, *, actor_id: UUID | None) -> bool:
    """Make a secret worthless; tell whether it was of any worth before."""
    credential_id = session.exec(select(Credential.id).where(Credential.secret_hash == _digest(secret))).first()
    if credential_id is None or not _revoke(session, credential_id):
        return False
    audit_log.record(session, Action.CREDENTIAL_REVOKED, actor_id=actor_id, subject=str(credential_id))
    return True


def revoke_all(session: Session, user_id: UUID, kinds: Collection[CredentialKind], *, actor_id: UUID | None) -> None:
    """Make all that a person holds of these kinds worthless."""
    live = select(Credential.id).where(
        Credential.user_id == user_id, col(Credential.kind).in_(kinds), col(Credential.revoked_at).is_(None)
    )
    for credential_id in session.exec(live).all():
        _revoke(session, credential_id)
        audit_log.record(session, Action.CREDENTIAL_REVOKED, actor_id=actor_id, subject=str(credential_id))


def normal_name(name: str) -> str:
    """Give the name as it is stored. Raises Invalid where it breaks the rules."""
    folded = _folded(name)
    if not _NAME.fullmatch(folded):
        raise Invalid(f"This is no name for an account; {_NAME_RULE}.")
    return folded


def _verified(user: User | None, password: str) -> User:
    nobody = _hash_of_nobody()
    matches = _matches((user and user.password_hash) or nobody, _normal(password))
    if user is None or user.password_hash is None or user.disabled_at or not matches:
        raise Unauthenticated(_WRONG)
    return user


def _existing(session: Session, user_id: UUID) -> User:
    """Give a person who is about to be changed, held until the end of the transaction."""
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None:
        raise NotFound("There is no such person.")
    return user


def _revoke(session: Session, credential_id: UUID) -> bool:
    revoked = session.exec(
        update(Credential)
        .where(col(Credential.id) == credential_id, col(Credential.revoked_at).is_(None))
        .values(revoked_at=now())
    )
    return revoked.rowcount == 1


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(name: str) -> str:
    return _normal(name).strip().lower()


def _normal_display_name(name: str) -> str:
    name = _normal(name).strip()
    if not 1 <= len(name) <= 128 or any(unicodedata.category(character).startswith("C") for character in name):
        raise Invalid("A display name has 1 to 128 characters, none of them a control or formatting character.")
    return name


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _hash(password: str) -> str:
    password = _normal(password)
    if len(password) not in PASSWORD_LENGTH:
        raise Invalid(f"A password has {PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} characters.")
    try:
        with _one_of_few():
            return _HASHER.hash(password)
    except UnicodeEncodeError:
        raise Invalid("A password must be valid Unicode; this one contains half of a surrogate pair.") from None


def _matches(password_hash: str, password: str) -> bool:
    if len(password) > 4 * PASSWORD_LENGTH.stop:
        password = ""  # too long to be anybody's: hashed all the same, so that the answer takes as long
    try:
        with _one_of_few():
            return _HASHER.verify(password_hash, password)
    except (VerificationError, UnicodeEncodeError):
        return False


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
