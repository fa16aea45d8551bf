"""The audit log's pages: the whole log for administrators, a course's own entries for its instructors."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session, col

from classroom import audit_reading, courses
from classroom.api.deps import InServices
from classroom.api.paging import Paging, read_page
from classroom.audit_log import Action
from classroom.audit_reading import Filter
from classroom.errors import Invalid
from classroom.models import AuditEvent, Course, Scope
from classroom.schemas import Name
from classroom.web import names
from classroom.web.render import InViewer, PageRoute, Viewer, page
from classroom.web.texts import gettext as _

router = APIRouter(route_class=PageRoute)

SHOWN = 50
FIELDS = ("action", "person", "object", "since", "until", "text")
Field = Annotated[str, Query(max_length=128)]


@router.get("/admin/audit")
def show_log(
    request: Request,
    viewer: InViewer,
    services: InServices,
    *,
    action: Field = "",
    person: Field = "",
    object: Field = "",  # noqa: A002 - its name in the address
    since: Field = "",
    until: Field = "",
    text: Field = "",
    cursor: Annotated[str, Query(max_length=2048)] = "",
) -> Response:
    """Show the whole log. For administrators."""
    viewer.person.require(Scope.ADMIN)
    asked = dict(zip(FIELDS, (action, person, object, since, until, text), strict=True))
    with services.database.read() as session:
        return _page(request, viewer, session, asked, cursor, course=None)


@router.get("/courses/{course}/audit")
def show_log_of_course(
    request: Request,
    course: Name,
    viewer: InViewer,
    services: InServices,
    *,
    action: Field = "",
    person: Field = "",
    object: Field = "",  # noqa: A002 - its name in the address
    since: Field = "",
    until: Field = "",
    text: Field = "",
    cursor: Annotated[str, Query(max_length=2048)] = "",
) -> Response:
    """Show what belongs to a course. For its instructors."""
    viewer.person.require(Scope.TEACH)
    asked = dict(zip(FIELDS, (action, person, object, since, until, text), strict=True))
    with services.database.read() as session:
        of = courses.require_instructor(session, viewer.person.user, course)
        return _page(request, viewer, session, asked, cursor, course=of)


def _page(
    request: Request, viewer: Viewer, session: Session, asked: dict[str, str], cursor: str, *, course: Course | None
) -> Response:
    trouble, shown, after = "", [], None
    try:
        statement = audit_reading.matching(session, _read(asked), course_id=course.id if course else None)
        paging = Paging(limit=SHOWN, cursor=cursor or None)
        found, after = read_page(session, statement, col(AuditEvent.id), paging=paging, descending=True)
        shown = audit_reading.to_out(session, found)
    except Invalid as error:
        trouble = error.detail
    given = {name: value for name, value in asked.items() if value}
    return page(
        request,
        "audit.html",
        status=422 if trouble else 200,
        viewer=viewer,
        here="courses" if course else "audit",
        course=course,
        entries=shown,
        asked=asked,
        filtered=bool(given),
        named=names.translated(names.ACTIONS),
        trouble=trouble,
        older=f"?{urlencode({**given, 'cursor': after})}" if after else "",
        newest=f"?{urlencode(given)}" if cursor else "",
    )


def _read(asked: dict[str, str]) -> Filter:
    """Read the form's fields. Raises Invalid, which the page shows."""
    if any("\x00" in value for value in asked.values()):
        raise Invalid(_("What you are looking for holds a character that nothing in the log can hold."))
    try:
        action = Action(asked["action"]) if asked["action"] else None
    except ValueError:
        raise Invalid(_("There is no such action.")) from None
    times: dict[str, Any] = {}
    for name in ("since", "until"):
        try:
            at = datetime.fromisoformat(asked[name]) if asked[name] else None
            if at is not None:
                at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Invalid(_("A time is written as 2026-11-25T09:30.")) from None
        times[name] = at
    return Filter(action, asked["person"].strip(), asked["object"].strip(), text=asked["text"].strip(), **times)
