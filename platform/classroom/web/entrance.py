"""The pages before one is signed in: sign-in and its second step, sign-up, links from letters, a forgotten password.

What guards a mailbox looks at the links of letters, so opening one changes nothing: the form on its page does.
"""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from classroom import accounts, policies
from classroom.accounts import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    STEP_COOKIE,
    STEP_LIFETIME,
    ByPassword,
    SecondStep,
    SignedIn,
)
from classroom.api import csrf, signing_up
from classroom.api.deps import InServices, InVisit, InVisitor, Services
from classroom.errors import ClassroomError, Unauthenticated
from classroom.models import CredentialKind
from classroom.web.forms import InPoster, ShortField, again
from classroom.web.render import PageRoute, page, safe_next

router = APIRouter(route_class=PageRoute)

Target = Annotated[str, Query(alias="next", max_length=512)]
PostedTarget = Annotated[str, Form(alias="next", max_length=512)]
Link = Annotated[str, Query(max_length=128)]
_DEVICE_S: Final = 365 * 86_400
_DEAD_LINK: Final = "dead_link.html"


@router.get("/sign-in")
def show_sign_in(request: Request, visitor: InVisitor, services: InServices, then: Target = "/") -> Response:
    """Ask for name and password, or go on where somebody is signed in already."""
    target = safe_next(services.settings, then)
    if visitor is not None:
        return RedirectResponse(target, status_code=303)
    return page(request, "sign_in.html", next=target, name="", message=None, sign_up=services.settings.sign_up)


@router.post("/sign-in")
def sign_in(
    request: Request,
    *,
    services: InServices,
    visit: InVisit,
    name: ShortField,
    password: ShortField,
    then: PostedTarget = "/",
) -> Response:
    """Check name and password, and open a session or ask for the second factor."""
    csrf.require_same_origin(request)
    target = safe_next(services.settings, then)
    try:
        entered = services.entrance.sign_in(ByPassword(name, password), visit)
    except ClassroomError as error:
        shown = {"next": target, "name": name[:64], "sign_up": services.settings.sign_up}
        return again(request, "sign_in.html", error, **shown)
    return _let_in(services, entered, target)


@router.get("/sign-in/code")
def show_code(request: Request, services: InServices, then: Target = "/") -> Response:
    """Ask for the code of the second factor."""
    if not request.cookies.get(STEP_COOKIE):
        return RedirectResponse("/sign-in", status_code=303)
    return page(request, "sign_in_code.html", next=safe_next(services.settings, then), message=None)


@router.post("/sign-in/code")
def check_code(
    request: Request, services: InServices, visit: InVisit, code: ShortField, then: PostedTarget = "/"
) -> Response:
    """Check the code of the second factor and open the session."""
    csrf.require_same_origin(request)
    target = safe_next(services.settings, then)
    step = request.cookies.get(STEP_COOKIE, "")
    try:
        entered = services.entrance.second_step(step, code, visit)
    except ClassroomError as error:
        if error.detail == accounts.EXPIRED:
            raise
        return again(request, "sign_in_code.html", error, next=target)
    answer = _let_in(services, entered, target)
    answer.delete_cookie(STEP_COOKIE, path="/sign-in", httponly=True, samesite="lax")
    return answer


@router.get("/welcome")
def welcome(request: Request, visitor: InVisitor, services: InServices, visit: InVisit, link: Link = "") -> Response:
    """Exchange a one-time link for a session, at once, so that the address is worthless afterwards."""
    try:
        entered = services.entrance.follow_link(link, visit)
    except Unauthenticated:
        if visitor is not None:
            return RedirectResponse("/", status_code=303)
        return page(request, "welcome.html", status=401)
    return _let_in(services, entered, "/")


@router.post("/sign-out")
def sign_out(poster: InPoster, services: InServices) -> Response:
    """Close the session."""
    with services.database.unit_of_work() as work:
        accounts.sign_out(work.session, poster.person.session_secret or "")
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/sign-up")
def show_sign_up(
    request: Request, services: InServices, invite: Annotated[str, Query(max_length=128)] = ""
) -> Response:
    """Ask for what an account needs, where the settings let people make one."""
    signing_up.require_way_in(services, invite or None)
    to_accept = _to_accept(services)
    return page(request, "sign_up.html", email="", display_name="", invite=invite, to_accept=to_accept, message=None)


@router.post("/sign-up")
def sign_up(
    request: Request,
    *,
    services: InServices,
    visit: InVisit,
    email: ShortField,
    display_name: ShortField,
    invite: Annotated[str, Form(max_length=128)] = "",
    accepted: Annotated[str, Form(max_length=256)] = "",
) -> Response:
    """Take the wish for an account, and tell everybody the same."""
    csrf.require_same_origin(request)
    try:
        signing_up.ask(
            services,
            visit,
            email=email,
            display_name=display_name,
            invite=invite or None,
            accepted=accepted.split(),
        )
    except ClassroomError as error:
        shown = {"email": email[:254], "display_name": display_name[:128], "invite": invite}
        shown["to_accept"] = _to_accept(services)
        return again(request, "sign_up.html", error, **shown)
    return page(request, "letter_sent.html", status=202, by_mail=bool(services.settings.smtp_host), what="sign-up")


@router.get("/confirm")
def show_confirm(request: Request, services: InServices, link: Link = "") -> Response:
    """Ask who opened the link of a letter to confirm the address, and a new person to choose a password."""
    try:
        with services.database.read() as session:
            user, email = accounts.whose_link(session, CredentialKind.CONFIRM_EMAIL, link)
    except Unauthenticated:
        return page(request, _DEAD_LINK, status=401)
    return page(request, "confirm.html", user=user, email=email, link=link, message=None)


@router.post("/confirm")
def confirm(
    request: Request,
    services: InServices,
    link: ShortField,
    password: Annotated[str, Form(max_length=512)] = "",
    display_name: Annotated[str, Form(max_length=512)] = "",
) -> Response:
    """Take the address as proven."""
    csrf.require_same_origin(request)
    try:
        user = accounts.confirm_address(services.database, link, password=password, display_name=display_name or None)
    except Unauthenticated:
        return page(request, _DEAD_LINK, status=401)
    except ClassroomError as error:
        with services.database.read() as session:
            user, email = accounts.whose_link(session, CredentialKind.CONFIRM_EMAIL, link)
        return again(request, "confirm.html", error, user=user, email=email, link=link)
    return page(request, "all_set.html", name=user.name, email=user.email, what="confirmed")


@router.get("/forgotten")
def show_forgotten(request: Request) -> Response:
    """Ask whose password was forgotten."""
    return page(request, "forgotten.html", name="", message=None)


@router.post("/forgotten")
def forgotten(request: Request, services: InServices, visit: InVisit, name: ShortField) -> Response:
    """Have a letter written, if there is such an account, and tell everybody the same."""
    csrf.require_same_origin(request)
    try:
        signing_up.ask_for_reset(services, visit, name=name)
    except ClassroomError as error:
        return again(request, "forgotten.html", error, name=name[:254])
    return page(request, "letter_sent.html", status=202, by_mail=bool(services.settings.smtp_host), what="reset")


@router.get("/reset")
def show_reset(request: Request, services: InServices, link: Link = "") -> Response:
    """Ask for a new password."""
    try:
        with services.database.read() as session:
            user, _ = accounts.whose_link(session, CredentialKind.RESET_PASSWORD, link)
    except Unauthenticated:
        return page(request, _DEAD_LINK, status=401)
    return page(request, "reset.html", user=user, link=link, message=None)


@router.post("/reset")
def reset(request: Request, services: InServices, link: ShortField, password: ShortField) -> Response:
    """Put the new password in place; every sign-in there was is closed."""
    csrf.require_same_origin(request)
    try:
        user = accounts.reset_password(services.database, services.post, link, password)
    except Unauthenticated:
        return page(request, _DEAD_LINK, status=401)
    except ClassroomError as error:
        with services.database.read() as session:
            user, _ = accounts.whose_link(session, CredentialKind.RESET_PASSWORD, link)
        return again(request, "reset.html", error, user=user, link=link)
    return page(request, "all_set.html", name=user.name, email=user.email, what="reset")


def _to_accept(services: Services) -> str:
    """Give the versions that whoever signs up agrees to; empty where the settings ask for nothing."""
    return " ".join(policies.versions(services.settings).values()) if services.settings.terms_to_accept else ""


def _let_in(services: Services, entered: SignedIn | SecondStep, target: str) -> Response:
    """Put the session into the visitor's browser, where no script can read it, or ask for the second factor."""
    settings = services.settings
    if isinstance(entered, SecondStep):
        answer = RedirectResponse(f"/sign-in/code?next={quote(target, safe='')}", status_code=303)
        _set(answer, settings.secure_cookies, STEP_COOKIE, entered.secret, STEP_LIFETIME.seconds, path="/sign-in")
        return answer
    answer = RedirectResponse(target, status_code=303)
    session = services.signer.sign(entered.secret)
    _set(answer, settings.secure_cookies, SESSION_COOKIE, session, settings.session_days * 86_400)
    _set(answer, settings.secure_cookies, DEVICE_COOKIE, services.entrance.devices.issue(entered.user.id), _DEVICE_S)
    return answer


def _set(answer: Response, secure: bool, name: str, value: str, seconds: int, *, path: str = "/") -> None:
    answer.set_cookie(name, value, max_age=seconds, path=path, httponly=True, samesite="lax", secure=secure)
