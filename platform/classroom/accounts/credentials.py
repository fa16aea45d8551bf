"""Opaque secrets: 256 random bits, shown once and stored as their SHA-256.

One opens what its kind says, until it expires, is revoked or its person is disabled.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import audit_log
from classroom.audit_log import Action
from classroom.errors import Conflict, NotFound, Unauthenticated
from classroom.models import Credential, CredentialKind, Scope, User, now

SCOPED = frozenset({CredentialKind.TOKEN, CredentialKind.API_KEY, CredentialKind.REFRESH})
EXPIRED = "This sign-in no longer holds. Please sign in again."
NOT_HELD = "There is no such thing, or it was revoked already."
_USE_IS_NOTED = timedelta(minutes=5)
_HOLDER = (  # written once: every request asks it, and writing it costs more than the answer
    select(Credential, User)
    .join(User, col(User.id) == Credential.user_id, isouter=True)
    .where(
        col(Credential.secret_hash) == bindparam("secret_hash"),
        col(Credential.kind).in_(bindparam("kinds", expanding=True)),
        col(Credential.revoked_at).is_(None),
        col(Credential.rotated_at).is_(None),
        col(Credential.expires_at) > bindparam("at"),
        col(User.disabled_at).is_(None),
    )
)


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
    secret = secrets.token_urlsafe(32)
    add(
        session,
        Credential(
            kind=kind,
            secret_hash=digest(secret),
            user_id=user_id,
            label=label,
            scopes=joined(scopes) if kind in SCOPED else "",
            expires_at=now() + lifetime,
        ),
        actor_id=actor_id,
    )
    return secret


def add(session: Session, credential: Credential, *, actor_id: UUID | None = None) -> Credential:
    """Store a credential whose secret was made elsewhere."""
    if credential.user_id is None and credential.kind is not CredentialKind.KERNEL:
        raise ValueError(f"a {credential.kind} belongs to a person")
    credential.label = credential.label[:254]
    session.add(credential)
    session.flush()
    audit_log.record(
        session,
        Action.CREDENTIAL_ISSUED,
        actor_id=actor_id or credential.user_id,
        subject=str(credential.id),
        details={"kind": credential.kind.value},
    )
    return credential


def authenticate(session: Session, kinds: Collection[CredentialKind], secret: str) -> tuple[User | None, Credential]:
    """Tell whose secret this is; None for a kernel's ticket that is not bound yet. Raises Unauthenticated.

    A secret of a kind that this door does not take, an expired or revoked one, and one of a disabled person look alike.
    """
    found = session.execute(_HOLDER, {"secret_hash": digest(secret), "kinds": list(kinds), "at": now()}).first()
    if found is None:
        raise Unauthenticated(EXPIRED)
    credential, user = found
    return user, credential


def scopes_of(credential: Credential, user: User | None) -> frozenset[Scope]:
    """Tell what a secret may be used for; only an administrator's is ever for administering."""
    if credential.kind is CredentialKind.KERNEL:
        return frozenset({Scope.LEARN})
    held = frozenset(Scope) if credential.kind is CredentialKind.SESSION else split(credential.scopes)
    return held if user is not None and user.is_admin else held - {Scope.ADMIN}


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


def take(session: Session, kind: CredentialKind, secret: str) -> tuple[User, Credential]:
    """Use a secret that works once, and tell whose it was. Raises Unauthenticated, the second time too."""
    user, credential = authenticate(session, {kind}, secret)
    if user is None or not revoke_id(session, credential.id):
        raise Unauthenticated(EXPIRED)
    return user, credential


def revoke(session: Session, secret: str, *, actor_id: UUID | None) -> bool:
    """Make a secret worthless; tell whether it was of any worth before."""
    credential_id = session.exec(select(Credential.id).where(Credential.secret_hash == digest(secret))).first()
    if credential_id is None or not revoke_id(session, credential_id):
        return False
    audit_log.record(session, Action.CREDENTIAL_REVOKED, actor_id=actor_id, subject=str(credential_id))
    return True


def revoke_own(
    session: Session, user_id: UUID, credential_id: UUID, kinds: Collection[CredentialKind], *, actor_id: UUID | None
) -> None:
    """Make one thing of these kinds that a person holds worthless. Raises NotFound where they hold no such thing."""
    found = session.get(Credential, credential_id)
    theirs = found is not None and found.user_id == user_id and found.kind in kinds
    if not theirs or not revoke_id(session, credential_id):
        raise NotFound(NOT_HELD)
    audit_log.record(session, Action.CREDENTIAL_REVOKED, actor_id=actor_id, subject=str(credential_id))


def revoke_all(
    session: Session,
    user_id: UUID,
    kinds: Collection[CredentialKind],
    *,
    actor_id: UUID | None,
    keep: UUID | None = None,
) -> None:
    """Make all that a person holds of these kinds worthless, but the one to keep."""
    live = select(Credential.id).where(
        Credential.user_id == user_id, col(Credential.kind).in_(kinds), col(Credential.revoked_at).is_(None)
    )
    for credential_id in session.exec(live).all():
        if credential_id == keep:
            continue
        revoke_id(session, credential_id)
        audit_log.record(session, Action.CREDENTIAL_REVOKED, actor_id=actor_id, subject=str(credential_id))


def revoke_id(session: Session, credential_id: UUID) -> bool:
    """Make a credential worthless, and tell whether it was not before. Writes nothing down."""
    revoked = session.exec(
        update(Credential)
        .where(col(Credential.id) == credential_id, col(Credential.revoked_at).is_(None))
        .values(revoked_at=now())
    )
    return revoked.rowcount == 1


def held(session: Session, user_id: UUID, kinds: Collection[CredentialKind]) -> list[Credential]:
    """List what a person holds of these kinds and can still use, the newest first."""
    newest_first = (col(Credential.created_at).desc(), col(Credential.id))
    return list(session.exec(holdings(user_id, kinds).order_by(*newest_first)))


def holdings(user_id: UUID, kinds: Collection[CredentialKind]) -> SelectOfScalar[Credential]:
    """Select what a person holds of these kinds and can still use, in no order."""
    return select(Credential).where(
        Credential.user_id == user_id,
        col(Credential.kind).in_(kinds),
        col(Credential.revoked_at).is_(None),
        col(Credential.rotated_at).is_(None),
        col(Credential.expires_at) > now(),
    )


def use_is_due(credential: Credential) -> bool:
    """Tell whether it is time to note that this was used: not at every request, since each note is a write."""
    at: datetime | None = credential.used_at
    return credential.kind is not CredentialKind.KERNEL and (at is None or now() - at > _USE_IS_NOTED)


def note_use(session: Session, credential_id: UUID) -> None:
    """Note that something was used just now."""
    session.exec(update(Credential).where(col(Credential.id) == credential_id).values(used_at=now()))


def digest(secret: str) -> str:
    """Give what is stored of a secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def joined(scopes: Collection[Scope]) -> str:
    """Write scopes as they are stored."""
    return " ".join(sorted(scopes))


def split(scopes: str) -> frozenset[Scope]:
    """Read scopes as they are stored."""
    return frozenset(map(Scope, scopes.split()))
