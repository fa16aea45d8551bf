"""Asking for an account or for a new password, by page or by API. Nobody is looked up before the answer is given."""

from collections.abc import Collection
from typing import Final

from classroom import accounts, policies
from classroom.accounts import Reset, SignUp, Visit
from classroom.api.deps import Services
from classroom.errors import Forbidden, Invalid
from classroom.rates import Rate

FROM_ADDRESS: Final = Rate(100, 3600)
"""Letters asked for from one address: a whole class may sit behind it."""
FOR_ONE: Final = Rate(5, 3600)
"""Letters asked for to one person."""


def require_way_in(services: Services, invite: str | None) -> None:
    """Raise a ClassroomError where the settings, or the invite, let nobody make an account."""
    way = services.settings.sign_up
    if way == "closed":
        raise Forbidden("Accounts are made by the administrator here. Ask your instructor.")
    if invite is not None:
        if services.invites is None:
            raise Invalid("This invite does not hold.")
        with services.database.read() as session:
            services.invites.check(session, invite)
    elif way == "invite":
        raise Forbidden("An account needs an invite here. Open the link that your instructor gave you.")


def ask(
    services: Services,
    visit: Visit,
    *,
    email: str,
    display_name: str,
    invite: str | None,
    accepted: Collection[str] = (),
) -> None:
    """Ask for an account. Raises Invalid, Forbidden or TooMany; never anything by which accounts could be told.

    `accepted` is the versions of the terms and of the privacy page that were agreed to, where the settings ask for it.
    """
    agreed = _agreed(services, accepted)
    email = accounts.normal_email(email)
    display_name = accounts.normal_display_name(display_name)
    services.entrance.rates.take("letters", FROM_ADDRESS, visit.address)
    require_way_in(services, invite)
    services.entrance.rates.take("letters", FOR_ONE, email)
    _order(services, SignUp(email, display_name, invite, agreed))


def _agreed(services: Services, accepted: Collection[str]) -> tuple[tuple[str, str], ...]:
    if not services.settings.terms_to_accept:
        return ()
    in_force = policies.versions(services.settings)
    if not set(in_force.values()) <= set(accepted):
        wanted = " and ".join(f"/{document} (version {version})" for document, version in in_force.items())
        raise Invalid(f"An account needs you to agree to {wanted}, as they stand now.")
    return tuple((document.value, version) for document, version in in_force.items())


def ask_for_reset(services: Services, visit: Visit, *, name: str) -> None:
    """Ask for a new password. Raises TooMany; never anything by which accounts could be told."""
    services.entrance.rates.take("letters", FROM_ADDRESS, visit.address)
    services.entrance.rates.take("letters", FOR_ONE, name.strip().lower()[:512])
    _order(services, Reset(name))


def _order(services: Services, order: SignUp | Reset) -> None:
    with services.database.unit_of_work() as work:
        services.post.order(work, order)
