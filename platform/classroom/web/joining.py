"""Where an invite link lands: what it is for, and the way in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from classroom import courses
from classroom.api.deps import InServices, InVisitor
from classroom.api.routes import invites as api
from classroom.errors import NotFound, Unauthenticated
from classroom.schemas import JoinIn
from classroom.web.forms import InPoster
from classroom.web.render import PageRoute, page
from classroom.web.render import viewer as viewer_of

router = APIRouter(route_class=PageRoute)


@router.get("/join/{token}")
def show_invite(request: Request, token: str, visitor: InVisitor, services: InServices) -> Response:
    """Say what an invite is for, and ask whoever is signed in to join; others sign in or make an account first."""
    try:
        viewer = viewer_of(visitor, services)
    except Unauthenticated:
        viewer = None
    try:
        with services.database.read() as session:
            found = courses.look_at_invite(session, token)
    except NotFound as error:
        return page(request, "join.html", status=404, viewer=viewer, course=None, message=error.detail)
    return page(
        request,
        "join.html",
        viewer=viewer,
        course=found.course,
        role=found.invite.role.value,
        token=token,
        sign_up=services.settings.sign_up != "closed",
    )


@router.post("/join")
def join(
    request: Request, poster: InPoster, services: InServices, token: Annotated[str, Form(max_length=128)]
) -> Response:
    """Come into the course of an invite."""
    try:
        api.accept_invite(JoinIn(token=token), poster.person, services, request)
    except NotFound as error:
        return page(request, "join.html", status=404, viewer=poster, course=None, message=error.detail)
    return RedirectResponse("/", status_code=303)
