"""People: made, found, renamed, shut out. What they sign in with is beside this."""

import re
import secrets
import unicodedata
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.accounts.credentials import revoke_all
from classroom.accounts.passwords import hash_password, matches, normal
from classroom.audit_log import Action
from classroom.errors import Conflict, Forbidden, Invalid, NotFound
from classroom.models import CredentialKind, User, now

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_NAME_RULE = (
    "a name has 1 to 64 characters: letters a to z, digits and any of . _ - @, beginning with a letter or a digit"
)
_EMAIL = re.compile(
    r"[^@\s<>\"(),:;\\\[\]]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
)
MAX_EMAIL = 254
_SIGNS_IN = {
    CredentialKind.SESSION,
    CredentialKind.ONE_TIME_LINK,
    CredentialKind.REFRESH,
    CredentialKind.SECOND_STEP,
    CredentialKind.RESET_PASSWORD,
}
"""What a new password makes worthless."""


def create_user(
    session: Session,
    name: str,
    *,
    display_name: str | None = None,
    email: str | None = None,
    password: str | None = None,
    is_admin: bool = False,
    pending: bool = False,
    actor_id: UUID | None = None,
) -> User:
    """Add a person. Without a password they come in by a one-time link. Raises Invalid or Conflict.

    An address is taken as proven, unless `pending`. Hashing a password takes 30 ms and more, and the transaction of
    `session` waits for it.
    """
    name = normal_name(name)
    email = None if email is None else normal_email(email)
    if find_user(session, name) or (email and find_user(session, email)):
        raise Conflict(f"There is somebody called {name} already, or with this address.")
    user = User(
        name=name,
        display_name=normal_display_name(display_name or name),
        email=email,
        pending=pending,
        password_hash=None if password is None else hash_password(password, about=(name, display_name, email)),
        is_admin=is_admin,
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(
            f"There is somebody called {name} already, or with this address."
        ) from None  # since a moment ago
    audit_log.record(session, Action.USER_CREATED, actor_id=actor_id, subject=str(user.id), details={"admin": is_admin})
    return user


def find_user(session: Session, name: str) -> User | None:
    """Give the person of that name or address. Nobody has a name that is somebody else's address."""
    folded = _folded(name)
    if _EMAIL.fullmatch(folded) and len(folded) <= MAX_EMAIL and _storable(folded):
        by_address = session.exec(select(User).where(User.email == folded)).first()
        if by_address is not None:
            return by_address
    if not _NAME.fullmatch(folded):
        return None  # nobody can be called that, and some of it could not even be asked for
    return session.exec(select(User).where(User.name == folded)).first()


def existing(session: Session, user_id: UUID) -> User:
    """Give a person by id. Raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such person.")
    return user


def to_change(session: Session, user_id: UUID) -> User:
    """Give a person who is about to be changed, held until the end of the transaction. Raises NotFound."""
    user = session.get(User, user_id, with_for_update={"key_share": True})
    if user is None:
        raise NotFound("There is no such person.")
    return user


def every_user(session: Session) -> list[User]:
    """List everybody by name."""
    return list(session.exec(select(User).order_by(User.name)))


def set_password(
    session: Session, user_id: UUID, password: str, *, actor_id: UUID | None, keep: UUID | None = None
) -> None:
    """Change a password; every sign-in that was open before is closed, but the session `keep`. Raises Invalid."""
    user = to_change(session, user_id)
    store_password(session, user, new_hash(user, password), actor_id=actor_id, keep=keep)


def new_hash(user: User, password: str) -> str:
    """Hash a new password of a person's: slow, and best done outside of a transaction. Raises Invalid."""
    return hash_password(password, about=(user.name, user.display_name, user.email))


def store_password(
    session: Session, user: User, password_hash: str, *, actor_id: UUID | None, keep: UUID | None = None
) -> None:
    """Put a new password's hash in place; every sign-in that was open before is closed, but the session `keep`."""
    user.password_hash = password_hash
    session.add(user)
    revoke_all(session, user.id, _SIGNS_IN, actor_id=actor_id, keep=keep)
    audit_log.record(session, Action.PASSWORD_CHANGED, actor_id=actor_id, subject=str(user.id))


def require_password(user: User, password: str) -> None:
    """Raise Forbidden where this is not the person's password; who has none has nothing to show."""
    if user.password_hash is not None and not matches(user.password_hash, password):
        raise Forbidden("The password is wrong.")


def set_disabled(session: Session, user_id: UUID, disabled: bool, *, actor_id: UUID | None) -> None:
    """Shut a person out, or let them in again. What they hold stops to open anything at once."""
    to_change(session, user_id).disabled_at = now() if disabled else None
    action = Action.USER_DISABLED if disabled else Action.USER_ENABLED
    audit_log.record(session, action, actor_id=actor_id, subject=str(user_id))


def set_admin(session: Session, user_id: UUID, is_admin: bool, *, actor_id: UUID | None) -> None:
    """Make a person an administrator, or no more."""
    to_change(session, user_id).is_admin = is_admin
    audit_log.record(
        session, Action.ADMIN_CHANGED, actor_id=actor_id, subject=str(user_id), details={"admin": is_admin}
    )


def set_display_name(session: Session, user_id: UUID, display_name: str, *, actor_id: UUID | None) -> User:
    """Change what pages call a person. Raises Invalid."""
    user = to_change(session, user_id)
    user.display_name = normal_display_name(display_name)
    audit_log.record(session, Action.PROFILE_CHANGED, actor_id=actor_id, subject=str(user_id))
    return user


def free_name(session: Session, email: str) -> str:
    """Make a name that nobody has from an address."""
    wanted = re.sub(r"[^a-z0-9._-]+", "-", email.partition("@")[0]).strip("._-")[:48] or "learner"
    name = wanted
    while session.exec(select(User.id).where(col(User.name) == name)).first() is not None:
        name = f"{wanted}-{secrets.token_hex(3)}"
    return name


def normal_name(name: str) -> str:
    """Give the name as it is stored. Raises Invalid where it breaks the rules."""
    folded = _folded(name)
    if not _NAME.fullmatch(folded):
        raise Invalid(f"This is no name for an account; {_NAME_RULE}.")
    return folded


def normal_email(email: str) -> str:
    """Give the address as it is stored: folded, since no mail system in use tells case apart. Raises Invalid."""
    folded = _folded(email)
    if len(folded) > MAX_EMAIL or not _EMAIL.fullmatch(folded) or not _storable(folded):
        raise Invalid("This is no e-mail address, which looks like ada@school.example.")
    return folded


def normal_display_name(name: str) -> str:
    """Give the display name as it is stored. Raises Invalid."""
    name = normal(name).strip()
    if not 1 <= len(name) <= 128 or not _storable(name):
        raise Invalid("A display name has 1 to 128 characters, none of them a control or formatting character.")
    return name


def _storable(text: str) -> bool:
    return not any(unicodedata.category(character).startswith("C") for character in text)


def _folded(name: str) -> str:
    return normal(name).strip().lower()
