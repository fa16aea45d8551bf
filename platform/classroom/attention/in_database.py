"""The same rule, said to the database, with its own numbers.

Seventy thousand rows of progress are more than can be looked at in Python while somebody waits. The tests hold both to
the same answers.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, Table, and_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from classroom import attention
from classroom.models import Progress, ProgressState

ROWS: Final[Table] = Progress.__table__  # type: ignore[attr-defined]
"""The table itself: rows of it, not objects, are what can be read by the thousand."""

_ROW: Final = ROWS.c


class _Seconds(FunctionElement[float]):
    """The seconds from one time to a later one."""

    name = "seconds_between"
    type = Float()
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _on_sqlite(element: _Seconds, compiler: Any, **options: Any) -> str:
    earlier, later = (compiler.process(each, **options) for each in element.clauses)
    return f"round((julianday({later}) - julianday({earlier})) * 86400.0, 3)"  # its days are exact to 40 microseconds


@compiles(_Seconds, "postgresql")
def _on_postgres(element: _Seconds, compiler: Any, **options: Any) -> str:
    earlier, later = (compiler.process(each, **options) for each in element.clauses)
    return f"extract(epoch from ({later} - {earlier}))"


def does_not_get_on() -> ColumnElement[bool]:
    """Say that a row is of who does not get on: one of the reasons holds. It says nothing of passed and given up."""
    return or_(
        _ROW.repeats >= attention.REPEATS,
        _ROW.stalled >= attention.STALLED,
        and_(
            _ROW.stalled >= attention.LONG_VERDICTS,
            _Seconds(_ROW.advanced_at, _ROW.attempted_at) >= attention.LONG.total_seconds(),
        ),
    )


def stopped_trying(at: datetime) -> ColumnElement[bool]:
    """Say that a row is of who has not tried lately."""
    return _ROW.attempted_at < at - attention.LATELY


def is_over() -> ColumnElement[bool]:
    """Say that a row is of who has passed or given up."""
    return or_(_ROW.state == ProgressState.PASSED, _ROW.given_up_at.is_not(None))
