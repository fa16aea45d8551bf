"""What the pages of courses share: who may send their forms, and how fields are read."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from classroom.errors import Invalid
from classroom.models import Scope
from classroom.web.forms import InPoster
from classroom.web.render import InViewer, Viewer
from classroom.web.texts import gettext as _

Model = TypeVar("Model", bound=BaseModel)


async def looking(viewer: InViewer) -> Viewer:
    """Let in who may look after people. Scope `teach`; the role in the course is the service's to check."""
    viewer.person.require(Scope.TEACH)
    return viewer


InLooking = Annotated[Viewer, Depends(looking)]


async def running(viewer: InViewer) -> Viewer:
    """Let in who may run courses. Scope `manage`; the role in the course is the service's to check."""
    viewer.person.require(Scope.MANAGE)
    return viewer


InRunning = Annotated[Viewer, Depends(running)]


async def changing(poster: InPoster) -> Viewer:
    """Let in who may run courses and sends a form of our own pages. Scope `manage`."""
    poster.person.require(Scope.MANAGE)
    return poster


InChanging = Annotated[Viewer, Depends(changing)]


async def _form(request: Request) -> FormData:
    return await request.form()


InForm = Annotated[FormData, Depends(_form)]


def text(form: FormData, name: str) -> str:
    """Give a field's text; empty where it was not sent."""
    value = form.get(name, "")
    return one_newline(value).strip() if isinstance(value, str) else ""


def one_newline(value: str) -> str:
    """Give a text with one character for the end of a line: forms send two, and count one for `maxlength`."""
    return value.replace("\r\n", "\n")


def moment(form: FormData, name: str) -> datetime | None:
    """Read a date and time, which a browser sends without a zone and the page calls UTC. Raises Invalid."""
    value = text(form, name)
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(_("A time looks like 2026-03-01T12:00.")) from None


def number(form: FormData, name: str) -> int | None:
    """Read a whole number; None where the field is empty. Raises Invalid."""
    value = text(form, name)
    if not value:
        return None
    if not value.isascii() or not value.isdecimal() or len(value) > 9:
        raise Invalid(_("A whole number is needed here, such as 30."))
    return int(value)


def read(model: type[Model], **fields: object) -> Model:
    """Read a form as the API reads JSON. Raises Invalid."""
    try:
        return model(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
