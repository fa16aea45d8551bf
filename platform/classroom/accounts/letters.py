"""What is written to people: to confirm an address, to choose a new password, to know what happened to their account.

How a letter that was asked for gets written and on its way is `post`'s matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from classroom import audit_log
from classroom.accounts.credentials import authenticate, issue, revoke_all, take
from classroom.accounts.people import (
    create_user,
    existing,
    find_user,
    free_name,
    new_hash,
    normal_display_name,
    store_password,
    to_change,
)
from classroom.audit_log import Action
from classroom.db import Database, UnitOfWork
from classroom.errors import Conflict, NotFound, Unauthenticated
from classroom.mail import Letter
from classroom.models import Acceptance, CredentialKind, User
from classroom.settings import Settings

CONFIRM_LIFETIME: Final = timedelta(days=1)
RESET_LIFETIME: Final = timedelta(hours=1)
_FAREWELL: Final = "If it was not you, nothing has happened: throw this letter away."


class Invites(Protocol):
    """What course invites can do for who signs up."""

    def check(self, session: Session, token: str) -> None:
        """Raise a ClassroomError where an invite does not hold."""

    def accept(self, session: Session, token: str, user: User) -> None:
        """Use an invite for a person. Raises a ClassroomError where it does not hold any more."""


class Letterbox(Protocol):
    """Where letters are asked for."""

    def order(self, work: UnitOfWork, order: "Order") -> None:
        """Ask for a letter, in the transaction of what it tells of."""


@dataclass(frozen=True)
class SignUp:
    """Somebody wants an account."""

    email: str
    display_name: str
    invite: str | None = None
    accepted: tuple[tuple[str, str], ...] = ()
    """Documents and versions that they agreed to."""


@dataclass(frozen=True)
class Reset:
    """Somebody forgot the password of an account, by name or address."""

    name: str


@dataclass(frozen=True)
class ChangeAddress:
    """A person wants another address."""

    user_id: UUID
    email: str


@dataclass(frozen=True)
class Notice:
    """Something happened to a person's account that they should know of."""

    user_id: UUID
    what: str


Order = SignUp | Reset | ChangeAddress | Notice


class Writer:
    """Writes the letters that were asked for, and what comes about with each. An order may come to it again."""

    def __init__(self, settings: Settings, invites: Invites | None = None) -> None:
        self._settings = settings
        self._invites = invites

    def write(self, session: Session, order: Order) -> Letter | None:
        """Write a letter; None where nobody is to get one. Raises a ClassroomError where there can be none."""
        match order:
            case SignUp():
                return self._sign_up(session, order)
            case Reset():
                user = find_user(session, order.name)
                return None if user is None or user.disabled_at else reset_letter(session, user, self._settings)
            case ChangeAddress():
                return self._change_address(session, order)
            case Notice():
                user = existing(session, order.user_id)
                text = (
                    f"Hello {user.display_name},\n\n{order.what}\n\nIf it was not you, choose a new password at once: "
                )
                text += f"{self._settings.address}/forgotten\n"
                return Letter(user.email, "Your classroom account", text) if user.email else None

    def _sign_up(self, session: Session, order: SignUp) -> Letter | None:
        known = find_user(session, order.email)
        if known is not None and not known.pending:
            text = (
                f"Hello {known.display_name},\n\nsomebody, likely you, asked for an account with this address, and "
                f"there is one already.\n\nSign in:              {self._settings.address}/sign-in\n"
                f"Forgot the password:  {self._settings.address}/forgotten\n\n{_FAREWELL}\n"
            )
            return None if known.disabled_at else Letter(known.email, "You have an account already", text)
        user = known or create_user(
            session, free_name(session, order.email), display_name=order.display_name, email=order.email, pending=True
        )
        accept(session, user, order.accepted)
        if order.invite and self._invites:
            try:
                self._invites.accept(session, order.invite, user)
            except NotFound:
                if known is None:  # else its last use may have been theirs, when this order came for the first time
                    raise
        return confirm_letter(session, user, order.email, self._settings)

    def _change_address(self, session: Session, order: ChangeAddress) -> Letter | None:
        user, holder = existing(session, order.user_id), find_user(session, order.email)
        if holder is not None and holder.id != user.id:
            text = f"Somebody wanted to use this address for another account. Yours keeps it.\n\n{_FAREWELL}\n"
            return Letter(order.email, "Your address", text)
        return confirm_letter(session, user, order.email, self._settings)


def accept(session: Session, user: User, documents: Iterable[tuple[str, str]]) -> None:
    """Record which versions of which documents a person agreed to; each once."""
    for document, version in documents:
        known = select(Acceptance.id).where(
            Acceptance.user_id == user.id, Acceptance.document == document, Acceptance.version == version
        )
        if session.exec(known).first() is None:
            session.add(Acceptance(user_id=user.id, document=document, version=version))
            audit_log.record(
                session,
                Action.TERMS_ACCEPTED,
                actor_id=user.id,
                subject=str(user.id),
                details={"document": document, "version": version},
            )


def confirm_letter(session: Session, user: User, email: str, settings: Settings) -> Letter:
    """Write the letter that proves an address; the link of an earlier one is worthless from now on."""
    to_change(session, user.id)  # of two letters written at once, one link works
    revoke_all(session, user.id, {CredentialKind.CONFIRM_EMAIL}, actor_id=user.id)
    link = issue(session, CredentialKind.CONFIRM_EMAIL, user.id, lifetime=CONFIRM_LIFETIME, label=email)
    text = (
        f"Hello {user.display_name},\n\nthis link confirms your address and works once, within a day:\n\n"
        f"{settings.address}/confirm?link={link}\n\n{_FAREWELL}\n"
    )
    return Letter(email, "Confirm your address", text)


def reset_letter(session: Session, user: User, settings: Settings) -> Letter:
    """Write the letter with which a new password is chosen; of a pending person's, the one that confirms."""
    if user.pending and user.email:
        return confirm_letter(session, user, user.email, settings)
    to_change(session, user.id)
    revoke_all(session, user.id, {CredentialKind.RESET_PASSWORD}, actor_id=user.id)
    link = issue(session, CredentialKind.RESET_PASSWORD, user.id, lifetime=RESET_LIFETIME)
    text = (
        f"Hello {user.display_name},\n\nthis link lets you choose a new password for `{user.name}`. It works once, "
        f"within an hour:\n\n{settings.address}/reset?link={link}\n\n{_FAREWELL}\n"
    )
    return Letter(user.email, "Choose a new password", text)


def whose_link(session: Session, kind: CredentialKind, link: str) -> tuple[User, str]:
    """Tell whose link this is, and the address it proves, without using it. Raises Unauthenticated."""
    user, credential = authenticate(session, {kind}, link)
    if user is None:
        raise Unauthenticated("This link does not work.")
    return user, credential.label


def reset_password(database: Database, post: Letterbox, link: str, password: str) -> User:
    """Choose a new password by a link. Raises Unauthenticated or Invalid; only a password that is taken uses it up."""
    with database.read() as session:
        user, _ = whose_link(session, CredentialKind.RESET_PASSWORD, link)
    password_hash = new_hash(user, password)
    with database.unit_of_work() as work:
        user, _ = take(work.session, CredentialKind.RESET_PASSWORD, link)
        store_password(work.session, user, password_hash, actor_id=user.id)
        post.order(work, Notice(user.id, "Your password was changed by a link from a letter."))
    return user


def confirm_address(
    database: Database, link: str, *, password: str | None = None, display_name: str | None = None
) -> User:
    """Prove an address by its link. Who has just signed up chooses the password here, and so whoever reads the letter.

    Raises Unauthenticated, Invalid, or Conflict where somebody else has proved the address meanwhile.
    """
    with database.read() as session:
        user, _ = whose_link(session, CredentialKind.CONFIRM_EMAIL, link)
    password_hash = new_hash(user, password or "") if user.pending else None
    with database.unit_of_work() as work:
        user, credential = take(work.session, CredentialKind.CONFIRM_EMAIL, link)
        holder = find_user(work.session, credential.label)
        if holder is not None and holder.id != user.id:
            raise Conflict("Somebody else has this address by now.")
        user.email = credential.label
        try:
            work.session.flush()
        except IntegrityError:  # proved at the same moment
            raise Conflict("Somebody else has this address by now.") from None
        if user.pending and password_hash is not None:
            user.pending = False
            work.session.flush()
            store_password(work.session, user, password_hash, actor_id=user.id)
            if display_name:
                user.display_name = normal_display_name(display_name)
        audit_log.record(work.session, Action.EMAIL_CONFIRMED, actor_id=user.id, subject=str(user.id))
    return user
