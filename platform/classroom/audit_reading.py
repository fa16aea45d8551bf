"""The audit log as people read it: filtered, and with names, which are looked up now and are not in the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast, false, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom.audit_log import Action
from classroom.models import AuditEvent, Course, User
from classroom.schemas import AuditEntryOut


@dataclass(frozen=True)
class Filter:
    """What is asked for; what is not said is not asked."""

    action: Action | None = None
    person: str = ""
    """A name or an id: entries of what they did, and of what was done to them."""
    object: str = ""
    """The id of what something was done to."""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    """Stands anywhere in the details, in the object or in the request's id."""


def matching(session: Session, asked: Filter, *, course_id: UUID | None = None) -> SelectOfScalar[AuditEvent]:
    """Give the statement of the entries that match, in no order yet; of one course, or of everything."""
    found = select(AuditEvent)
    if course_id is not None:
        found = found.where(AuditEvent.course_id == course_id)
    if asked.action is not None:
        found = found.where(AuditEvent.action == asked.action.value)
    if asked.person:
        who = _person(session, asked.person)
        theirs = or_(col(AuditEvent.actor_id) == who, col(AuditEvent.subject) == str(who))
        found = found.where(theirs if who else false())
    if asked.object:
        found = found.where(AuditEvent.subject == asked.object)
    if asked.since is not None:
        found = found.where(AuditEvent.at >= asked.since)
    if asked.until is not None:
        found = found.where(AuditEvent.at < asked.until)
    if asked.text:
        anywhere = (cast(col(AuditEvent.details), String), col(AuditEvent.subject), col(AuditEvent.request_id))
        found = found.where(or_(*(column.icontains(asked.text, autoescape=True) for column in anywhere)))
    return found


def to_out(session: Session, events: Iterable[AuditEvent]) -> list[AuditEntryOut]:
    """Say entries in the words of the API, with the names that people and courses have today."""
    events = list(events)
    ids = {event.actor_id for event in events} | {_id(event.subject) for event in events}
    names = dict(session.exec(select(User.id, User.name).where(col(User.id).in_(ids - {None}))).all())
    of = {event.course_id for event in events} - {None}
    slugs = dict(session.exec(select(Course.id, Course.slug).where(col(Course.id).in_(of))).all())
    return [
        AuditEntryOut(
            id=event.id or 0,
            at=event.at,
            action=event.action,
            actor_id=event.actor_id,
            actor=names.get(event.actor_id) if event.actor_id else None,
            subject=event.subject,
            subject_name=names.get(subject) if (subject := _id(event.subject)) else None,
            course=slugs.get(event.course_id) if event.course_id else None,
            details=event.details,
            request_id=event.request_id,
            position=event.position,
        )
        for event in events
    ]


def _person(session: Session, asked: str) -> UUID | None:
    """Find who is meant: somebody's id, even of who is gone by now, or a name."""
    return _id(asked) or session.exec(select(User.id).where(User.name == asked.strip().lower())).first()


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
