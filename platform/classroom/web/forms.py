"""What the forms of pages share: their fields, and the proof that a form is one of ours."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Form, Request, Response

from classroom.api import csrf
from classroom.api.deps import InServices
from classroom.errors import ClassroomError
from classroom.web.render import InViewer, Viewer, page

ShortField = Annotated[str, Form(max_length=512)]


def poster(
    viewer: InViewer, services: InServices, csrf_token: Annotated[str, Form(alias="csrf", max_length=128)]
) -> Viewer:
    """Let in who is signed in and sends a form of our own pages. Raises Unauthenticated or Forbidden."""
    secret = viewer.person.session_secret or ""
    csrf.require_csrf_token(csrf_token, key=services.key, session_secret=secret)
    return viewer


InPoster = Annotated[Viewer, Depends(poster)]


def again(request: Request, template: str, error: ClassroomError, **values: Any) -> Response:
    """Show a form again, with what was wrong."""
    answer = page(request, template, status=error.status_code, message=error.detail, **values)
    _add(answer, error.headers)
    return answer


def _add(answer: Response, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        answer.headers[name] = value
