"""The pages of one's own account: profile, password, second factor, sessions, keys."""

import io
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from classroom.accounts import second_factor
from classroom.api.deps import InServices, Services
from classroom.api.paging import LARGEST_PAGE, Paging
from classroom.api.routes import account as api
from classroom.errors import ClassroomError, Invalid, NotFound
from classroom.models import Scope
from classroom.schemas import CodeIn, ConfirmedIn, EmailIn, KeyIn, PasswordIn, ProfileIn
from classroom.web.badge_texts import badges_of
from classroom.web.forms import InPoster, ShortField
from classroom.web.render import InViewer, PageRoute, Viewer, page
from classroom.web.texts import gettext as _
from classroom.web.texts import marked
from classroom.web.theme import Theme
from classroom.web.theme import keep as keep_theme

router = APIRouter(route_class=PageRoute)

Model = TypeVar("Model", bound=BaseModel)
Id = Annotated[UUID, Form()]
OptionalField = Annotated[str, Form(max_length=512)]
_DONE: Final = {
    "profile": marked("Your name is changed."),
    "password": marked("Your password is changed, and every other sign-in is closed."),
    "email": marked(
        "A letter with a link is on its way to the new address, which counts when you have followed the link."
    ),
    "session": marked("That sign-in is closed."),
    "sessions": marked("Every other sign-in is closed."),
    "key": marked("The key is revoked."),
    "off": marked("The second factor is off."),
    "theme": marked("Your theme is changed."),
}
_SCOPES: Final = {
    Scope.LEARN: marked("do lessons, hand in attempts, use chains"),
    Scope.TEACH: marked("read the people and results of your courses, and act on them"),
    Scope.MANAGE: marked("change your courses, their invites and enrolments"),
    Scope.ACCOUNT: marked("read this account, close its sessions, revoke its keys"),
    Scope.ADMIN: marked("look after everybody's accounts"),
}


@router.get("/account")
def show(
    request: Request, viewer: InViewer, services: InServices, done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """Show one's account."""
    return _page(request, viewer, services, done=_(_DONE[done]) if done in _DONE else None)


@router.post("/account/profile")
def change_profile(request: Request, poster: InPoster, services: InServices, display_name: ShortField) -> Response:
    """Change what pages call one."""
    try:
        api.change_profile(_read(ProfileIn, display_name=display_name), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return _done("profile")


@router.post("/account/theme")
def change_theme(_poster: InPoster, services: InServices, theme: Annotated[Theme, Form()]) -> Response:
    """Choose light or dark in this browser, or what the system prefers."""
    answer = _done("theme")
    keep_theme(answer, theme, secure=services.settings.secure_cookies)
    return answer


@router.post("/account/password")
def change_password(
    request: Request, poster: InPoster, services: InServices, new: ShortField, current: OptionalField = ""
) -> Response:
    """Change the password."""
    try:
        api.change_password(_read(PasswordIn, current=current, new=new), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return _done("password")


@router.post("/account/email")
def change_email(
    request: Request, poster: InPoster, services: InServices, email: ShortField, password: OptionalField = ""
) -> Response:
    """Ask for another address."""
    try:
        api.change_email(_read(EmailIn, email=email, password=password), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return _done("email")


@router.post("/account/sessions/end")
def end_session(poster: InPoster, services: InServices, session_id: Id) -> Response:
    """Sign out in one place."""
    api.end_session(session_id, poster.person, services)
    return _done("session")


@router.post("/account/sessions/end-others")
def end_other_sessions(poster: InPoster, services: InServices) -> Response:
    """Sign out everywhere else."""
    api.end_other_sessions(poster.person, services)
    return _done("sessions")


@router.post("/account/keys")
def make_key(
    request: Request,
    *,
    poster: InPoster,
    services: InServices,
    label: ShortField,
    days: Annotated[int, Form()] = 90,
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a key and show it, this once."""
    try:
        made = api.make_key(_read(KeyIn, label=label, scopes=scopes or [], days=days), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return _page(request, poster, services, new_key=made)


@router.post("/account/keys/revoke")
def revoke_key(poster: InPoster, services: InServices, key_id: Id) -> Response:
    """Make a key worthless."""
    api.revoke_key(key_id, poster.person, services)
    return _done("key")


@router.get("/account/second-factor")
def show_second_factor(request: Request, viewer: InViewer, services: InServices) -> Response:
    """Show what an authenticator app needs, while one is being set up."""
    try:
        return _setting_up(request, viewer, services)
    except NotFound:
        return RedirectResponse("/account#second-factor", status_code=303)


@router.get("/account/second-factor.svg")
def draw_second_factor(viewer: InViewer, services: InServices) -> Response:
    """Draw the QR code that the app scans: black on white in both themes, or no camera reads it."""
    with services.database.read() as session:
        found = second_factor.enrolling(session, viewer.person.user, services.key)
    drawn = io.BytesIO()
    segno.make_qr(found.uri).save(drawn, kind="svg", scale=5, dark="#000", light="#fff", nl=False)
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.post("/account/second-factor")
def begin_second_factor(
    request: Request, poster: InPoster, services: InServices, password: OptionalField = ""
) -> Response:
    """Begin to set up an authenticator app."""
    try:
        api.begin_second_factor(_read(ConfirmedIn, password=password), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return RedirectResponse("/account/second-factor", status_code=303)


@router.post("/account/second-factor/confirm")
def confirm_second_factor(request: Request, poster: InPoster, services: InServices, code: ShortField) -> Response:
    """Put the second factor in force, and show the recovery codes, this once."""
    try:
        made = api.confirm_second_factor(_read(CodeIn, code=code), poster.person, services)
    except NotFound:
        return RedirectResponse("/account#second-factor", status_code=303)
    except ClassroomError as error:
        return _setting_up(request, poster, services, error=error)
    return page(request, "recovery_codes.html", viewer=poster, here="account", codes=made.recovery_codes)


@router.post("/account/second-factor/off")
def turn_second_factor_off(
    request: Request, poster: InPoster, services: InServices, password: OptionalField = ""
) -> Response:
    """Take the second factor away."""
    try:
        api.turn_second_factor_off(_read(ConfirmedIn, password=password), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return _done("off")


@router.post("/account/recovery-codes")
def renew_recovery_codes(
    request: Request, poster: InPoster, services: InServices, password: OptionalField = ""
) -> Response:
    """Make new recovery codes and show them, this once."""
    try:
        made = api.renew_recovery_codes(_read(ConfirmedIn, password=password), poster.person, services)
    except ClassroomError as error:
        return _page(request, poster, services, error=error)
    return page(request, "recovery_codes.html", viewer=poster, here="account", codes=made.recovery_codes)


def _page(
    request: Request, viewer: Viewer, services: Services, *, error: ClassroomError | None = None, **shown: Any
) -> Response:
    person = viewer.person
    values = {
        "account": api.show_account(person, services),
        "sessions": api.list_sessions(person, services, Paging(LARGEST_PAGE)).items,
        "keys": api.list_keys(person, services, Paging(LARGEST_PAGE)).items,
        "scopes": {scope: _(what) for scope, what in _SCOPES.items() if scope in person.scopes},
        "badges": badges_of(viewer, services),
        "message": error.detail if error else None,
        "done": None,
        "new_key": None,
        **shown,
    }
    status = error.status_code if error else 200
    answer = page(request, "account.html", status=status, viewer=viewer, here="account", **values)
    answer.headers.update(error.headers if error else {})
    return answer


def _setting_up(
    request: Request, viewer: Viewer, services: Services, *, error: ClassroomError | None = None
) -> Response:
    with services.database.read() as session:
        found = second_factor.enrolling(session, viewer.person.user, services.key)
    groups = [found.secret[start : start + 4] for start in range(0, len(found.secret), 4)]
    return page(
        request,
        "second_factor.html",
        status=error.status_code if error else 200,
        viewer=viewer,
        here="account",
        uri=found.uri,
        secret=" ".join(groups),
        message=error.detail if error else None,
    )


def _done(what: str) -> Response:
    return RedirectResponse(f"/account?done={what}", status_code=303)


def _read(model: type[Model], **fields: object) -> Model:
    """Read a form as the API reads JSON. Raises Invalid."""
    try:
        return model(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
