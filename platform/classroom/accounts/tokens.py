"""Tokens for programs that sign in with a name and a password: a short one to show, a long one to renew it.

The access token is a JWT (RFC 9068; HS256, ten minutes). Its key is derived for one day, named by `kid`, and holds for
that day and the next, so keys change by themselves. The refresh token is opaque and works once: it is exchanged for
an access token and its successor, which is derived from it, so that everyone who exchanges it within ten seconds gets
the same one. Shown later, or when the successor was used too, it has been stolen from somebody: the family dies.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import jwt
from sqlalchemy import update
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.accounts.credentials import EXPIRED, add, digest, joined, scopes_of, split
from classroom.audit_log import Action
from classroom.db import Database
from classroom.errors import Unauthenticated
from classroom.keys import derive
from classroom.models import Credential, CredentialKind, Scope, User, now

ACCESS_LIFETIME: Final = timedelta(minutes=10)
FAMILY_LIFETIME: Final = timedelta(days=30)
OVERLAP: Final = timedelta(seconds=10)
AUDIENCE: Final = "hyperkit-classroom-api"
ALGORITHM: Final = "HS256"
TYPE: Final = "at+jwt"
_REQUIRED: Final = ["aud", "exp", "iat", "iss", "jti", "scope", "sid", "sub"]
_JWT: Final = jwt.PyJWT(options={"enforce_minimum_key_length": True})


class Tokens(NamedTuple):
    """What a program gets: the token to show, and the one to renew it with."""

    access: str
    refresh: str
    scopes: frozenset[Scope]


class TokenSigner:
    """Signs and reads access tokens."""

    def __init__(self, key: bytes, *, issuer: str) -> None:
        self._key = key
        self.issuer = issuer

    def sign(self, user: User, family_id: UUID, scopes: Collection[Scope], *, at: datetime | None = None) -> str:
        """Make an access token."""
        at = at or now()
        kid = _kid(at)
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": str(user.id),
            "sid": str(family_id),
            "scope": joined(scopes),
            "iat": at,
            "exp": at + ACCESS_LIFETIME,
            "jti": uuid4().hex,
        }
        return _JWT.encode(claims, self._key_of(kid), algorithm=ALGORITHM, headers={"kid": kid, "typ": TYPE})

    def read(self, token: str) -> tuple[UUID, UUID, frozenset[Scope]]:
        """Give person, family and scopes. Raises Unauthenticated for whatever is not an access token of ours, now."""
        at = now()
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE or header.get("kid") not in {_kid(at), _kid(at - timedelta(days=1))}:
                raise Unauthenticated(EXPIRED)
            claims: dict[str, Any] = _JWT.decode(
                token,
                self._key_of(header["kid"]),
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=self.issuer,
                options={"require": _REQUIRED},
            )
            return UUID(claims["sub"]), UUID(claims["sid"]), split(claims["scope"])
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise Unauthenticated(EXPIRED) from None

    def _key_of(self, kid: str) -> bytes:
        return derive(self._key, f"access token {kid}")


def looks_like_jwt(secret: str) -> bool:
    """Tell a JWT from an opaque secret, which has no dot."""
    return secret.count(".") == 2


def open_family(session: Session, signer: TokenSigner, user: User, scopes: Collection[Scope], *, label: str) -> Tokens:
    """Give the first tokens of a sign-in. What the person may not do, their tokens are not for either."""
    family_id = uuid4()
    refresh = secrets.token_urlsafe(32)
    credential = Credential(
        kind=CredentialKind.REFRESH,
        secret_hash=digest(refresh),
        user_id=user.id,
        label=label,
        scopes=joined(scopes),
        family_id=family_id,
        expires_at=now() + FAMILY_LIFETIME,
    )
    granted = scopes_of(add(session, credential), user)
    return Tokens(signer.sign(user, family_id, granted), refresh, granted)


def refresh(database: Database, signer: TokenSigner, secret: str, *, key: bytes, request_id: str | None) -> Tokens:
    """Exchange a refresh token for new tokens. Raises Unauthenticated; one shown again ends its whole family."""
    successor = _urlsafe(hmac.digest(derive(key, "refresh"), secret.encode(errors="replace"), hashlib.sha256))
    with database.unit_of_work() as work:
        renewed = _renew(work.session, signer, secret, successor, request_id)
    if renewed is None:
        raise Unauthenticated(EXPIRED)
    return renewed


def _renew(session: Session, signer: TokenSigner, secret: str, successor: str, request_id: str | None) -> Tokens | None:
    found = session.exec(
        select(Credential, User)
        .join(User, col(User.id) == Credential.user_id)
        .where(
            Credential.secret_hash == digest(secret),
            Credential.kind == CredentialKind.REFRESH,
            col(Credential.expires_at) > now(),
            col(User.disabled_at).is_(None),
        )
    ).first()
    if found is None:
        return None
    held, user = found
    if held.family_id is None or held.revoked_at is not None:
        return None
    scopes = scopes_of(held, user)
    if _rotate(session, held, successor) or _is_overlap(session, held.id, successor):
        return Tokens(signer.sign(user, held.family_id, scopes), successor, scopes)
    end_family(session, held.family_id)
    audit_log.record(session, Action.REFRESH_REUSED, actor_id=None, subject=str(held.family_id), request_id=request_id)
    return None


def _rotate(session: Session, held: Credential, successor: str) -> bool:
    """Put the successor in its place, where nobody has yet."""
    rotated = session.exec(
        update(Credential)
        .where(
            col(Credential.id) == held.id, col(Credential.rotated_at).is_(None), col(Credential.revoked_at).is_(None)
        )
        .values(rotated_at=now())
        .execution_options(synchronize_session=False)
    )
    if rotated.rowcount != 1:
        return False
    session.add(
        Credential(
            kind=CredentialKind.REFRESH,
            secret_hash=digest(successor),
            user_id=held.user_id,
            label=held.label,
            scopes=held.scopes,
            family_id=held.family_id,
            created_at=held.created_at,
            expires_at=held.expires_at,
            used_at=now(),
        )
    )
    session.flush()
    return True


def _is_overlap(session: Session, held_id: UUID, successor: str) -> bool:
    """Tell whether a token that was exchanged may be once more: moments ago, and what came of it was not used yet."""
    rotated_at = session.exec(select(Credential.rotated_at).where(Credential.id == held_id)).first()
    live = select(Credential.id).where(
        Credential.secret_hash == digest(successor),
        col(Credential.rotated_at).is_(None),
        col(Credential.revoked_at).is_(None),
    )
    recent = rotated_at is not None and now() - rotated_at <= OVERLAP
    return recent and session.exec(live).first() is not None


def end_family(session: Session, family_id: UUID) -> bool:
    """Make every token of a sign-in worthless, and tell whether one was not."""
    ended = session.exec(
        update(Credential)
        .where(col(Credential.family_id) == family_id, col(Credential.revoked_at).is_(None))
        .values(revoked_at=now())
    )
    return ended.rowcount > 0


def give_back(session: Session, secret: str) -> None:
    """End the family of a refresh token (RFC 7009); nothing is said about whether there was one."""
    family = select(Credential).where(
        Credential.secret_hash == digest(secret), Credential.kind == CredentialKind.REFRESH
    )
    found = session.exec(family).first()
    if found is not None and found.family_id is not None and end_family(session, found.family_id):
        audit_log.record(session, Action.SIGNED_OUT, actor_id=found.user_id, subject=str(found.family_id))


def holder_of(session: Session, user_id: UUID, family_id: UUID) -> tuple[User, Credential] | None:
    """Give the person and the live refresh token behind an access token, or None where either was shut out."""
    found = session.exec(
        select(User, Credential)
        .join(Credential, col(Credential.user_id) == User.id)
        .where(
            User.id == user_id,
            col(User.disabled_at).is_(None),
            Credential.family_id == family_id,
            Credential.kind == CredentialKind.REFRESH,
            col(Credential.rotated_at).is_(None),
            col(Credential.revoked_at).is_(None),
            col(Credential.expires_at) > now(),
        )
    ).first()
    return None if found is None else (found[0], found[1])


def _kid(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _urlsafe(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
