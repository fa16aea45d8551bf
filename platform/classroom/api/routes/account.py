"""One's own account: profile, password, second factor, sessions, keys."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path
from sqlmodel import col

from classroom import accounts
from classroom.accounts import ChangeAddress, Notice, second_factor
from classroom.api.deps import InOwnAccount, InServices, InThemselves, NotYours, Person, Services
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.paging import InPaging, Paging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.api.signing_up import FOR_ONE
from classroom.errors import Forbidden, NotFound
from classroom.models import Credential, CredentialKind, Scope
from classroom.schemas import (
    AccountOut,
    CodeIn,
    ConfirmedIn,
    EmailIn,
    EnrollingOut,
    KeyIn,
    KeyOut,
    NewKeyOut,
    Page,
    PasswordIn,
    ProfileIn,
    RecoveryCodesOut,
    SentOut,
    SessionOut,
)

router = api_router("account", 401, 403, 422, 503)

SIGNED_IN: Final = frozenset({CredentialKind.SESSION, CredentialKind.REFRESH})
KEYS: Final = frozenset({CredentialKind.API_KEY, CredentialKind.TOKEN})
SessionId = Annotated[UUID, Path(description="the session's id")]
KeyId = Annotated[UUID, Path(description="the key's id")]


@router.get("/account")
def show_account(person: InOwnAccount, services: InServices) -> AccountOut:
    """Show one's own account."""
    with services.database.read() as session:
        user = accounts.existing(session, person.user.id)
        left = second_factor.recovery_codes_left(session, user.id)
    return AccountOut(
        id=user.id,
        name=user.name,
        display_name=user.display_name,
        email=user.email,
        is_admin=user.is_admin,
        has_password=user.password_hash is not None,
        second_factor=user.second_factor_at is not None,
        recovery_codes=left,
        created_at=user.created_at,
    )


@router.patch("/account", responses=documented(413, 415))
def change_profile(profile: ProfileIn, person: InThemselves, services: InServices) -> AccountOut:
    """Change what pages call one."""
    with services.database.unit_of_work() as work:
        accounts.set_display_name(work.session, person.user.id, profile.display_name, actor_id=person.user.id)
    return show_account(person, services)


@router.put("/account/password", status_code=204, responses=documented(413, 415, 429))
def change_password(change: PasswordIn, person: InThemselves, services: InServices) -> None:
    """Change the password. Every other sign-in is closed; keys stay."""
    services.entrance.confirm_password(person.user, change.current)
    password_hash = accounts.new_hash(person.user, change.new)
    with services.database.unit_of_work() as work:
        user = accounts.existing(work.session, person.user.id)
        accounts.store_password(work.session, user, password_hash, actor_id=user.id, keep=person.credential_id)
        services.post.order(work, Notice(person.user.id, "Your password was changed."))


@router.put("/account/email", status_code=202, responses=documented(413, 415, 429))
def change_email(change: EmailIn, person: InThemselves, services: InServices) -> SentOut:
    """Ask for another address; it is in force when the link of the letter that goes there was followed."""
    email = accounts.normal_email(change.email)
    services.entrance.confirm_password(person.user, change.password)
    services.entrance.rates.take("letters", FOR_ONE, str(person.user.id))
    with services.database.unit_of_work() as work:
        services.post.order(work, ChangeAddress(person.user.id, email))
        services.post.order(work, Notice(person.user.id, "Somebody asked for another address for your account."))
    return SentOut(detail="A letter with a link is on its way to that address.")


@router.get("/account/sessions")
def list_sessions(person: InOwnAccount, services: InServices, paging: InPaging) -> Page[SessionOut]:
    """List where one is signed in, the newest first."""
    found, after = _held(services, person, SIGNED_IN, paging)
    items = [
        SessionOut(
            id=each.id,
            kind="browser" if each.kind is CredentialKind.SESSION else "program",
            label=each.label,
            current=each.id == person.credential_id,
            created_at=each.created_at,
            used_at=each.used_at,
            expires_at=each.expires_at,
        )
        for each in found
    ]
    return Page(items=items, next=after)


@router.delete("/account/sessions", status_code=204)
def end_other_sessions(person: InThemselves, services: InServices) -> None:
    """Sign out everywhere else."""
    with services.database.unit_of_work() as work:
        accounts.revoke_all(work.session, person.user.id, SIGNED_IN, actor_id=person.user.id, keep=person.credential_id)


@router.delete("/account/sessions/{session_id}", status_code=204, responses=documented(404))
def end_session(session_id: SessionId, person: InOwnAccount, services: InServices) -> None:
    """Sign out in one place."""
    _revoke(services, person, session_id, SIGNED_IN)


@router.get("/account/keys")
def list_keys(person: InOwnAccount, services: InServices, paging: InPaging) -> Page[KeyOut]:
    """List one's keys, the newest first."""
    found, after = _held(services, person, KEYS, paging)
    return Page(items=[_key_out(each) for each in found], next=after)


@router.post("/account/keys", status_code=201, responses=documented(409, 413, 415))
def make_key(order: KeyIn, person: InThemselves, services: InServices, *, once: InOnce = FIRST) -> NewKeyOut:
    """Make a key for a program: shown now, and never again."""
    scopes = {Scope(name) for name in order.scopes}
    if not scopes <= person.scopes:
        raise Forbidden("A key cannot do more than who makes it.")
    with services.database.unit_of_work() as work:
        once.begin(work)
        made = accounts.make_key(work.session, person.user, label=order.label, scopes=scopes, days=order.days)
        return once.keep(work, NewKeyOut(**dict(_key_out(made.credential)), key=made.key))


@router.delete("/account/keys/{key_id}", status_code=204, responses=documented(404))
def revoke_key(key_id: KeyId, person: InOwnAccount, services: InServices) -> None:
    """Make a key worthless."""
    _revoke(services, person, key_id, KEYS)


@router.post("/account/second-factor", status_code=201, responses=documented(409, 413, 415, 429))
def begin_second_factor(
    proof: ConfirmedIn, person: InThemselves, services: InServices, *, once: InOnce = FIRST
) -> EnrollingOut:
    """Set up an authenticator app. It is in force when its first code was shown."""
    services.entrance.confirm_password(person.user, proof.password)
    with services.database.unit_of_work() as work:
        once.begin(work)
        second_factor.begin(work.session, person.user.id)
        found = second_factor.enrolling(work.session, person.user, services.key)
        return once.keep(work, EnrollingOut(secret=found.secret, uri=found.uri))


@router.put("/account/second-factor", responses=documented(404, 413, 415, 429))
def confirm_second_factor(proof: CodeIn, person: InThemselves, services: InServices) -> RecoveryCodesOut:
    """Show the app's first code: from now on, every sign-in asks for one. Gives the recovery codes, once."""
    services.entrance.count_code(person.user)
    with services.database.unit_of_work() as work:
        codes = second_factor.confirm(work.session, person.user.id, services.key, proof.code)
        services.post.order(work, Notice(person.user.id, "A second factor was set up."))
    return RecoveryCodesOut(recovery_codes=codes)


@router.post("/account/second-factor/off", status_code=204, responses=documented(404, 413, 415, 429))
def turn_second_factor_off(proof: ConfirmedIn, person: InThemselves, services: InServices) -> None:
    """Take the second factor away, with its recovery codes."""
    services.entrance.confirm_password(person.user, proof.password)
    with services.database.unit_of_work() as work:
        second_factor.turn_off(work.session, person.user.id, actor_id=person.user.id)
        services.post.order(work, Notice(person.user.id, "The second factor was turned off."))


@router.post("/account/recovery-codes", status_code=201, responses=documented(404, 409, 413, 415, 429))
def renew_recovery_codes(
    proof: ConfirmedIn, person: InThemselves, services: InServices, *, once: InOnce = FIRST
) -> RecoveryCodesOut:
    """Get new recovery codes; the old ones are worthless from now on."""
    services.entrance.confirm_password(person.user, proof.password)
    if person.user.second_factor_at is None:
        raise NotFound("There is no second factor that could be lost.")
    with services.database.unit_of_work() as work:
        once.begin(work)
        codes = second_factor.new_recovery_codes(work.session, person.user.id)
        return once.keep(work, RecoveryCodesOut(recovery_codes=codes))


def _held(
    services: Services, person: Person, kinds: frozenset[CredentialKind], paging: Paging
) -> tuple[list[Credential], str | None]:
    order = (col(Credential.created_at), col(Credential.id))
    with services.database.read() as session:
        return read_page(session, accounts.holdings(person.user.id, kinds), *order, paging=paging, descending=True)


def _revoke(services: Services, person: Person, credential_id: UUID, kinds: frozenset[CredentialKind]) -> None:
    try:
        with services.database.unit_of_work() as work:
            accounts.revoke_own(work.session, person.user.id, credential_id, kinds, actor_id=person.user.id)
    except NotFound as error:
        with services.database.read() as session:
            found = session.get(Credential, credential_id)
        if found is not None and found.user_id != person.user.id:
            raise NotYours(error.detail) from None
        raise


def _key_out(credential: Credential) -> KeyOut:
    return KeyOut(
        id=credential.id,
        label=credential.label,
        prefix=credential.prefix or "",
        scopes=[scope.value for scope in map(Scope, credential.scopes.split())],
        created_at=credential.created_at,
        used_at=credential.used_at,
        expires_at=credential.expires_at,
    )
