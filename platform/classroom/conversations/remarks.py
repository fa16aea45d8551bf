"""Notes that those who teach keep about a learner's work, and comments that the learner reads at an attempt.

A note is about a person, so it is theirs to get: it stands in the copy of their data, and goes when they are erased.
"""

from uuid import UUID

from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom import audit_log
from classroom.audit_log import Action
from classroom.conversations.passages import passages
from classroom.conversations.reading import names
from classroom.courses import Staff
from classroom.errors import Forbidden, NotFound
from classroom.models import Remark, RemarkKind, Role, Submission, User
from classroom.schemas import RemarkOut

NO_SUCH = "There is no such remark."


def remark(
    session: Session,
    staff: Staff,
    learner: User,
    *,
    kind: RemarkKind,
    text: str,
    submission_id: UUID | None = None,
    request_id: str | None = None,
) -> Remark:
    """Write about a learner whom this one looks after, which is for the caller to know.

    Raises NotFound where the attempt is not the learner's.
    """
    submission = session.get(Submission, submission_id) if submission_id is not None else None
    theirs = submission is not None and (submission.user_id, submission.course_id) == (learner.id, staff.course.id)
    if not theirs and (submission_id is not None or kind is RemarkKind.COMMENT):
        raise NotFound("The learner has no such attempt.")
    made = Remark(
        course_id=staff.course.id,
        user_id=learner.id,
        submission_id=submission_id,
        kind=kind,
        text=text,
        made_by=staff.user.id,
    )
    session.add(made)
    session.flush()
    _audit(session, Action.REMARK_MADE, made, staff, request_id)
    return made


def remove(session: Session, staff: Staff, remark_id: UUID, *, learner_id: UUID, request_id: str | None = None) -> None:
    """Take a remark about a learner away.

    Raises NotFound, or Forbidden for an assistant where somebody else wrote it.
    """
    found = session.get(Remark, remark_id)
    if found is None or (found.course_id, found.user_id) != (staff.course.id, learner_id):
        raise NotFound(NO_SUCH)
    if staff.role is not Role.INSTRUCTOR and found.made_by != staff.user.id:
        raise Forbidden("Only who wrote a remark, or an instructor of the course, takes it away.")
    session.delete(found)
    _audit(session, Action.REMARK_REMOVED, found, staff, request_id)


def remarks_about(staff: Staff, learner: User) -> SelectOfScalar[Remark]:
    """Select what was written about a learner in this course, in no order yet."""
    return select(Remark).where(Remark.course_id == staff.course.id, Remark.user_id == learner.id)


def remarks_out(session: Session, found: list[Remark]) -> list[RemarkOut]:
    """Say them in the words of the API."""
    wrote = names(session, {each.made_by for each in found})
    return [
        RemarkOut(
            id=each.id,
            kind=each.kind.value,
            submission_id=each.submission_id,
            text=each.text,
            passages=passages(each.text),
            by=wrote.get(each.made_by),
            made_at=each.created_at,
        )
        for each in found
    ]


def _audit(session: Session, action: Action, remark: Remark, staff: Staff, request_id: str | None) -> None:
    audit_log.record(
        session,
        action,
        actor_id=staff.user.id,
        course_id=remark.course_id,
        subject=str(remark.user_id),
        details={"kind": remark.kind.value, "remark": str(remark.id)},
        request_id=request_id,
    )
