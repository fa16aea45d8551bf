"""The privacy page and the terms of use, for anybody."""

from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from classroom import policies
from classroom.api.deps import InServices, InVisitor
from classroom.policies import Document
from classroom.web.render import PageRoute, page, viewer
from classroom.web.texts import gettext as _

router = APIRouter(route_class=PageRoute)


@router.get("/privacy")
def show_privacy(request: Request, visitor: InVisitor, services: InServices) -> Response:
    """Show what is stored about people, and why."""
    return _page(request, visitor, services, Document.PRIVACY)


@router.get("/terms")
def show_terms(request: Request, visitor: InVisitor, services: InServices) -> Response:
    """Show what people agree to."""
    return _page(request, visitor, services, Document.TERMS)


def _page(request: Request, visitor: InVisitor, services: InServices, document: Document) -> Response:
    policy = policies.read(services.settings, document)
    known = visitor is not None and visitor.user is not None and visitor.session_secret is not None
    return page(
        request,
        "policy.html",
        viewer=viewer(visitor, services) if known else None,
        title=_("Privacy") if document is Document.PRIVACY else _("Terms of use"),
        text=Markup(policy.html),  # noqa: S704 - the renderer escapes all HTML that the text holds
        version=policy.version,
    )
