"""The text in a learner's editor, kept as they type and found again anywhere. Nothing is graded from here."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from classroom.errors import Conflict, NotFound
from classroom.models import Course, Draft, User, now


def get(session: Session, course: Course, user: User, exercise_id: str) -> Draft:
    """Give a learner's draft. Raises NotFound where nothing was typed yet."""
    draft = session.exec(_owned(course, user, exercise_id)).first()
    if draft is None:
        raise NotFound("There is no draft of this exercise yet.")
    return draft


def put(session: Session, *, course: Course, user: User, exercise_id: str, source: str, revision: int) -> Draft:
    """Replace a draft whose revision is still the one that the text was based on (0: there was none).

    Raises Conflict where it has changed meanwhile, so that one tab never silently undoes what another one saved; the
    same text sent twice, after an answer that was lost, is no change. The wire type has limited the size.
    """
    draft = session.exec(_owned(course, user, exercise_id).with_for_update()).first()
    held = draft.revision if draft else 0
    if draft and held == revision + 1 and draft.source == source:
        return draft
    if held != revision:
        raise Conflict(
            f"The draft has changed meanwhile: revision {held} is stored, and this text was based on {revision}."
        )
    draft = draft or Draft(course_id=course.id, user_id=user.id, exercise_id=exercise_id, source=source, revision=0)
    draft.source = source
    draft.revision += 1
    draft.updated_at = now()
    session.add(draft)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("The draft was begun somewhere else at the same moment.") from None
    return draft


def text_of(session: Session, draft_id: UUID) -> tuple[str, str] | None:
    """Give the exercise and the source of a draft by its id; None where it is gone."""
    draft = session.get(Draft, draft_id)
    return (draft.exercise_id, draft.source) if draft else None


def _owned(course: Course, user: User, exercise_id: str) -> SelectOfScalar[Draft]:
    return select(Draft).where(Draft.course_id == course.id, Draft.user_id == user.id, Draft.exercise_id == exercise_id)
