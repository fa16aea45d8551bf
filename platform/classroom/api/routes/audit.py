"""The audit log: who did what, when, and which doors were refused. Entries cannot be changed."""

from typing import Annotated

from fastapi import Depends, Query
from sqlmodel import col

from classroom import audit_reading, courses
from classroom.api.deps import CourseSlug, InAdministering, InServices, InTeaching
from classroom.api.paging import InPaging, read_page
from classroom.api.routing import api_router
from classroom.audit_log import Action
from classroom.audit_reading import Filter
from classroom.models import AuditEvent
from classroom.schemas import AuditEntryOut, Moment, Page, Text

router = api_router("audit", 401, 403, 404, 422, 503)


async def _filter(
    *,
    action: Annotated[Action | None, Query(description="only what is called that")] = None,
    person: Annotated[
        Text, Query(max_length=64, description="a name or an id: what they did, or was done to them")
    ] = "",
    object: Annotated[Text, Query(max_length=128, description="the id of what it was done to")] = "",  # noqa: A002 - its name on the wire
    since: Annotated[Moment | None, Query(description="not before this time")] = None,
    until: Annotated[Moment | None, Query(description="before this time")] = None,
    text: Annotated[Text, Query(max_length=128, description="stands in its details, its object or its request")] = "",
) -> Filter:
    return Filter(action, person, object, since, until, text)


InFilter = Annotated[Filter, Depends(_filter)]


@router.get("/audit")
def list_entries(
    _person: InAdministering, services: InServices, asked: InFilter, paging: InPaging
) -> Page[AuditEntryOut]:
    """List the entries of the whole log that match, the latest first. For administrators."""
    with services.database.read() as session:
        found, after = read_page(
            session, audit_reading.matching(session, asked), col(AuditEvent.id), paging=paging, descending=True
        )
        return Page(items=audit_reading.to_out(session, found), next=after)


@router.get("/courses/{course}/audit")
def list_entries_of_course(
    course: CourseSlug, person: InTeaching, services: InServices, asked: InFilter, paging: InPaging
) -> Page[AuditEntryOut]:
    """List the entries that belong to a course and match, the latest first. For its instructors."""
    with services.database.read() as session:
        of = courses.require_instructor(session, person.user, course)
        statement = audit_reading.matching(session, asked, course_id=of.id)
        found, after = read_page(session, statement, col(AuditEvent.id), paging=paging, descending=True)
        return Page(items=audit_reading.to_out(session, found), next=after)
