"""The one way in: who somebody says they are is proved, counted, written down, and followed by a second factor.

A `Proof` is what somebody shows. A password is one; another provider's word, once its answer has been verified, is
another and goes the same way. What is opened at the end is a browser's session or a family of tokens.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple, Protocol

from sqlalchemy import update
from sqlmodel import Session, col, select

from classroom import audit_log
from classroom.accounts import second_factor
from classroom.accounts.cookies import DeviceSigner
from classroom.accounts.credentials import EXPIRED, authenticate, digest, issue, revoke_id, take
from classroom.accounts.passwords import matches, rehashed
from classroom.accounts.people import find_user, require_password
from classroom.accounts.tokens import Tokens, TokenSigner, open_family
from classroom.audit_log import Action
from classroom.db import Database
from classroom.errors import Unauthenticated
from classroom.models import Credential, CredentialKind, Identity, Scope, User
from classroom.rates import Rate, Rates
from classroom.settings import Settings

STEP_LIFETIME: Final = timedelta(minutes=5)
WRONG: Final = "The name or the password is wrong."
WRONG_CODE: Final = "The code is wrong, or was used already. Wait for the next one."

FROM_ADDRESS: Final = Rate(100, 15 * 60)
"""Wrong passwords from one address, whosesoever: a whole class may sit behind it."""
AT_ACCOUNT: Final = Rate(100, 60 * 60)
"""Tries at one account, from wherever; a browser that its owner has used before is not held to it."""
IN_TURN: Final = Rate(10, 15 * 60)
"""Tries at one account from one address, or from one known browser."""
CODES_AT_ACCOUNT: Final = Rate(30, 60 * 60)
CODES_IN_TURN: Final = Rate(6, 5 * 60)


class SignedIn(NamedTuple):
    """Who signed in, and the secret of the new session."""

    user: User
    secret: str


class SecondStep(NamedTuple):
    """Whose password was right, and the secret with which a code is to be shown."""

    user: User
    secret: str


class SecondFactorNeeded(Unauthenticated):
    """The password is right, and a code has to come with it."""

    title = "A code is needed too"


@dataclass(frozen=True)
class Visit:
    """Where a try comes from."""

    address: str = "unknown"
    device: str | None = None
    label: str = ""
    request_id: str | None = None


_NOWHERE: Final = Visit()


class Proof(Protocol):
    """What somebody shows to say who they are."""

    @property
    def provider(self) -> str:
        """Who vouches for it."""

    @property
    def claim(self) -> str:
        """Whom they say they are, in the provider's words."""

    def person(self, session: Session) -> User | None:
        """Look up who that is."""

    def holds(self, user: User | None) -> bool:
        """Tell whether it proves that. Called outside of any transaction, and as slow for nobody as for somebody."""


@dataclass(frozen=True)
class ByPassword:
    """A name, or an address, and a password."""

    claim: str
    password: str = field(repr=False)

    @property
    def provider(self) -> str:
        """Who vouches for it: we do."""
        return "password"

    def person(self, session: Session) -> User | None:
        """Look up the name."""
        return find_user(session, self.claim)

    def holds(self, user: User | None) -> bool:
        """Check the password."""
        return matches(user.password_hash if user else None, self.password)


@dataclass(frozen=True)
class ByIdentity:
    """Another provider's word, which whoever makes this has verified: issuer, audience, signature, nonce and all."""

    provider: str
    claim: str

    def person(self, session: Session) -> User | None:
        """Look up whom this provider knows by that."""
        known = select(Identity).where(Identity.provider == self.provider, Identity.subject == self.claim)
        identity = session.exec(known).first()
        return session.get(User, identity.user_id) if identity else None

    def holds(self, user: User | None) -> bool:
        """Take their word."""
        return user is not None


def add_identity(session: Session, user: User, provider: str, subject: str) -> None:
    """Let a provider vouch for a person, whom it calls `subject`."""
    session.add(Identity(user_id=user.id, provider=provider, subject=subject))
    session.flush()
    audit_log.record(
        session, Action.IDENTITY_ADDED, actor_id=user.id, subject=str(user.id), details={"provider": provider}
    )


class Entrance:
    """Lets people in. `observe` is told of every try, whether it was right. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        key: bytes,
        rates: Rates | None = None,
        observe: Callable[[bool], object] = lambda _right: None,
    ) -> None:
        self.database = database
        self.settings = settings
        self.devices = DeviceSigner(key)
        self.rates = rates or Rates(database, settings, key)
        self._key = key
        self._observe = observe

    def prove(self, proof: Proof, visit: Visit = _NOWHERE) -> User:
        """Tell who somebody is. Raises Unauthenticated, in the same words after the same time, or TooMany."""
        with self.database.read() as session:
            known = proof.person(session)
        who = str(known.id) if known else proof.claim.strip().lower()[:512]
        turn = self._take_turn("sign-in", who, known, visit, in_turn=IN_TURN, at_account=AT_ACCOUNT)
        holds = proof.holds(known)
        if known is None or known.disabled_at or known.pending or not holds:
            self.rates.count("wrong", FROM_ADDRESS, visit.address)
            self._write_down_failure(known, visit, proof.provider)
            raise Unauthenticated(WRONG)
        self.rates.forget("sign-in", IN_TURN, *turn)
        if isinstance(proof, ByPassword):
            self._strengthen(known, proof.password)
        return known

    def sign_in(self, proof: Proof, visit: Visit = _NOWHERE) -> SignedIn | SecondStep:
        """Let somebody in, or as far as the second factor. Raises Unauthenticated or TooMany."""
        user = self.prove(proof, visit)
        with self.database.unit_of_work() as work:
            known = select(User).where(User.id == user.id).with_for_update(key_share=True)
            held = work.session.exec(known).one_or_none()
            if held is None or held.disabled_at or held.password_hash != user.password_hash:
                raise Unauthenticated(WRONG)  # changed while it was verified: no session may outlive the change
            return self.admit(work.session, held, visit, by=proof.provider)

    def follow_link(self, secret: str, visit: Visit = _NOWHERE) -> SignedIn | SecondStep:
        """Exchange a one-time link for a session. The second exchange fails: raises Unauthenticated."""
        with self.database.unit_of_work() as work:
            user, _ = take(work.session, CredentialKind.ONE_TIME_LINK, secret)
            return self.admit(work.session, user, visit, by="link")

    def admit(self, session: Session, user: User, visit: Visit, *, by: str) -> SignedIn | SecondStep:
        """Open a session for who proved who they are; where there is a second factor, it is asked for first."""
        if user.second_factor_at is not None:
            secret = issue(session, CredentialKind.SECOND_STEP, user.id, lifetime=STEP_LIFETIME, label=by)
            return SecondStep(user, secret)
        return SignedIn(user, self._open(session, user, visit, by))

    def second_step(self, secret: str, code: str, visit: Visit = _NOWHERE) -> SignedIn:
        """Check the code that follows a password, and open the session. Raises Unauthenticated or TooMany."""
        with self.database.read() as session:
            user, credential = authenticate(session, {CredentialKind.SECOND_STEP}, secret)
        if user is None:
            raise Unauthenticated(EXPIRED)
        self.check_code(user, code, visit)
        with self.database.unit_of_work() as work:
            if not revoke_id(work.session, credential.id):
                raise Unauthenticated(EXPIRED)
            return SignedIn(user, self._open(work.session, user, visit, credential.label))

    def check_code(self, user: User, code: str, visit: Visit = _NOWHERE) -> None:
        """Raise Unauthenticated where a code of the second factor is wrong or used, TooMany after too many."""
        turn = self._take_turn("code", str(user.id), user, visit, in_turn=CODES_IN_TURN, at_account=CODES_AT_ACCOUNT)
        with self.database.unit_of_work() as work:
            right = second_factor.is_right(work.session, user.id, self._key, code)
        if not right:
            self._write_down_failure(user, visit, "code")
            raise Unauthenticated(WRONG_CODE)
        self.rates.forget("code", CODES_IN_TURN, *turn)

    def open_family(
        self,
        session: Session,
        signer: TokenSigner,
        user: User,
        scopes: Collection[Scope],
        *,
        label: str,
        visit: Visit = _NOWHERE,
    ) -> Tokens:
        """Give a program its tokens, for who was let in."""
        made = open_family(session, signer, user, scopes, label=label)
        audit_log.record(
            session, Action.SIGNED_IN, actor_id=user.id, details={"by": "password"}, request_id=visit.request_id
        )
        self._observe(True)
        return made

    def count_code(self, user: User) -> None:
        """Count a code that is tried while the second factor is set up. Raises TooMany."""
        self.rates.take("code", CODES_IN_TURN, str(user.id), "setting up")

    def confirm_password(self, user: User, password: str) -> None:
        """Ask for the password once more before something that outlasts the session. Raises Forbidden or TooMany."""
        self.rates.take("confirm", IN_TURN, str(user.id))
        require_password(user, password)
        self.rates.forget("confirm", IN_TURN, str(user.id))

    def _take_turn(
        self, what: str, who: str, known: User | None, visit: Visit, *, in_turn: Rate, at_account: Rate
    ) -> tuple[str, str]:
        """Count a try, and give by what. Whoever is refused here has not been told whether there is such an account."""
        device = self.devices.known(visit.device, known.id if known else None)
        if device is None:
            self.rates.look("wrong", FROM_ADDRESS, visit.address)
        turn = (who, device or visit.address)
        self.rates.take(what, in_turn, *turn)
        if device is None:
            self.rates.take(what, at_account, who)
        return turn

    def _open(self, session: Session, user: User, visit: Visit, by: str) -> str:
        lifetime = timedelta(days=self.settings.session_days)
        secret = issue(session, CredentialKind.SESSION, user.id, lifetime=lifetime, label=visit.label)
        audit_log.record(session, Action.SIGNED_IN, actor_id=user.id, details={"by": by}, request_id=visit.request_id)
        self._observe(True)
        return secret

    def _write_down_failure(self, user: User | None, visit: Visit, by: str) -> None:
        self._observe(False)
        with self.database.unit_of_work() as work:
            audit_log.record(
                work.session,
                Action.SIGN_IN_FAILED,
                actor_id=None,
                subject=str(user.id) if user else None,
                details={"by": by},
                request_id=visit.request_id,
            )

    def _strengthen(self, user: User, password: str) -> None:
        stronger = rehashed(user.password_hash, password) if user.password_hash else None
        if stronger:
            with self.database.unit_of_work() as work:
                unchanged = (col(User.id) == user.id, col(User.password_hash) == user.password_hash)
                work.session.exec(update(User).where(*unchanged).values(password_hash=stronger))
            user.password_hash = stronger


def sign_out(session: Session, secret: str) -> None:
    """Close a session; one that is closed already stays so."""
    credential = session.exec(select(Credential).where(Credential.secret_hash == digest(secret))).first()
    if credential and revoke_id(session, credential.id):
        audit_log.record(session, Action.SIGNED_OUT, actor_id=credential.user_id, subject=str(credential.id))
