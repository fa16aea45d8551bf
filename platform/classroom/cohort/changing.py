"""What changed in a cohort since a moment: the few cells that a page which is open has to draw anew."""

from collections.abc import Collection
from datetime import datetime
from typing import get_args

from sqlalchemy import select
from sqlmodel import Session, col

from classroom import attention
from classroom.cohort.standing import BEGUN, LETTER, Found, Standing, seen_by
from classroom.courses import Staff
from classroom.models import Progress
from classroom.schemas.cohort import STARTED, CellState, MapCell


def changes(
    session: Session, staff: Staff, exercises: Collection[str], *, since: datetime, at: datetime
) -> list[MapCell]:
    """Tell which cells of the learners whom this one looks after were written after a moment, and how they are now."""
    columns = [getattr(Progress, name) for name in Standing._fields]
    rows = session.execute(
        select(LETTER, *columns).where(seen_by(staff), BEGUN, col(Progress.updated_at) > since)
    ).all()
    wanted = set(exercises)
    found = []
    for letter, *values in rows:
        row = Standing(*values)
        if row.exercise_id in wanted:
            found.append(
                MapCell(
                    user_id=row.user_id,
                    exercise_id=row.exercise_id,
                    state=_state(letter, row, at),
                    attempts=row.attempts,
                    seen_at=row.attempted_at,
                )
            )
    return found


def _state(letter: str, row: Standing, at: datetime) -> CellState:
    stuck = attention.stuck(
        attention.Standing(letter != STARTED, row.repeats, row.stalled, row.attempted_at, row.advanced_at), at=at
    )
    told = letter if stuck is None else Found(row, stuck).letter
    return next(state for state in get_args(CellState) if state == told)
