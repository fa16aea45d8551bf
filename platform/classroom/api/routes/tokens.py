"""Tokens for programs that sign a person in. Browsers have sessions, and what runs unattended has a key."""

from classroom import accounts
from classroom.accounts import ACCESS_LIFETIME, ByPassword, SecondFactorNeeded, Tokens
from classroom.api.deps import InServices, InVisit
from classroom.api.routing import api_router
from classroom.models import Scope
from classroom.schemas import RefreshIn, SignInIn, TokensOut

router = api_router("tokens", 401, 413, 415, 422, 429, 503)


@router.post("/tokens", status_code=201)
def sign_in(asked: SignInIn, services: InServices, visit: InVisit) -> TokensOut:
    """Sign in with name and password, and the code of the second factor where there is one.

    The answer to an unknown name is that to a wrong password. A right password without its code is answered 401 with
    the title `A code is needed too`.
    """
    user = services.entrance.prove(ByPassword(asked.name, asked.password), visit)
    if user.second_factor_at is not None:
        if asked.code is None:
            raise SecondFactorNeeded(
                "The password is right. Send the code of the authenticator app with it, as `code`."
            )
        services.entrance.check_code(user, asked.code, visit)
    scopes = {Scope(name) for name in asked.scopes}
    with services.database.unit_of_work() as work:
        label = asked.label or visit.label
        made = services.entrance.open_family(work.session, services.tokens, user, scopes, label=label, visit=visit)
    return _out(made)


@router.post("/tokens/refresh")
def refresh(asked: RefreshIn, services: InServices, visit: InVisit) -> TokensOut:
    """Exchange a refresh token for new tokens; it works once.

    Within ten seconds it gives the same successor again. Later, a second exchange ends everything that came from that
    sign-in, since one of the two who know it should not.
    """
    made = accounts.refresh(
        services.database, services.tokens, asked.refresh_token, key=services.key, request_id=visit.request_id
    )
    return _out(made)


@router.post("/tokens/revoke", status_code=204)
def revoke(asked: RefreshIn, services: InServices) -> None:
    """Sign a program out (RFC 7009). Nothing is said about whether the token was one."""
    with services.database.unit_of_work() as work:
        accounts.give_back(work.session, asked.refresh_token)


def _out(made: Tokens) -> TokensOut:
    return TokensOut(
        access_token=made.access,
        refresh_token=made.refresh,
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
        scopes=[scope.value for scope in sorted(made.scopes)],
    )
