"""What changed in a cohort since a moment: the few cells that a page which is open has to draw anew."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from classroom.attention.in_database import ROWS
from classroom.cohort.standing import BEGUN, letter, seen_by
from classroom.courses import Staff
from classroom.schemas.cohort import MapCell


def changes(
    session: Session, staff: Staff, exercises: Collection[str], *, since: datetime, at: datetime
) -> list[MapCell]:
    """Tell which cells of the learners whom this one looks after were written after a moment, and how they are now."""
    row = ROWS.c
    found = session.connection().execute(
        select(row.user_id, row.exercise_id, letter(at), row.attempts, row.attempted_at).where(
            seen_by(staff), BEGUN, row.updated_at > since
        )
    )
    return [
        MapCell(user_id=user_id, exercise_id=exercise_id, state=state, attempts=attempts, seen_at=seen_at)
        for user_id, exercise_id, state, attempts, seen_at in found
        if exercise_id in exercises
    ]
