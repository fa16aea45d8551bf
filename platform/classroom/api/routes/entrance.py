"""Before one has an account, or its password: asked for here, and answered by letter. The door is open to anybody."""

from typing import Final

from classroom import accounts
from classroom.api import signing_up
from classroom.api.deps import InServices, InVisit
from classroom.api.routing import api_router
from classroom.schemas import ConfirmIn, ForgottenIn, ResetIn, SentOut, SignUpIn

router = api_router("entrance", 401, 403, 409, 413, 415, 422, 429, 503)

_LETTER: Final = "If that may be, a letter with a link is on its way."


@router.post("/sign-ups", status_code=202)
def sign_up(asked: SignUpIn, services: InServices, visit: InVisit) -> SentOut:
    """Ask for an account. The answer is the same where there is one already: its owner gets another letter."""
    signing_up.ask(
        services,
        visit,
        email=asked.email,
        display_name=asked.display_name,
        invite=asked.invite,
        accepted=asked.accepted,
    )
    return SentOut(detail=_LETTER)


@router.post("/password-resets", status_code=202)
def ask_for_reset(asked: ForgottenIn, services: InServices, visit: InVisit) -> SentOut:
    """Ask for a new password. The answer is the same where there is no such account."""
    signing_up.ask_for_reset(services, visit, name=asked.name)
    return SentOut(detail=_LETTER)


@router.post("/links/confirm", status_code=204)
def confirm(asked: ConfirmIn, services: InServices) -> None:
    """Prove an address by the link of a letter. Who has just signed up chooses a password with it."""
    accounts.confirm_address(services.database, asked.link, password=asked.password, display_name=asked.display_name)


@router.post("/links/reset", status_code=204)
def reset(asked: ResetIn, services: InServices) -> None:
    """Choose a new password by the link of a letter. Every sign-in there was is closed."""
    accounts.reset_password(services.database, services.post, asked.link, asked.password)
