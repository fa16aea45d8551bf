"""A person's data in one file: everything that a table holds about them, and what was left out, with the reason."""

import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session, col, select

from classroom import accounts
from classroom.care.tables import HELD, NOT_HELD, rows_of
from classroom.errors import NotFound, TooMany
from classroom.exports import EXPORT, Exporter, Order
from classroom.models import AuditEvent, Job, JobState, User, now

FORMAT: Final = 1
DATA: Final = "my-data.json"
README: Final = "README.txt"
_ABOUT: Final = """\
This is what the classroom stores about you.

my-data.json     all of it, by table. Times are in UTC. `withheld` and `not_about_you` say what is not here, and why.
submissions/     what you handed in, as files of their own: exercise, number of the attempt.

Backups of the classroom, which this file does not hold, have the same data as of the time they were made.
"""


def collect(session: Session, user_id: UUID, told: Callable[[float], None] = lambda _: None) -> dict[str, Any]:
    """Give all that is stored about a person, as JSON. Raises NotFound. `told` hears how far it is, from 0 to 1."""
    accounts.existing(session, user_id)
    tables: dict[str, list[dict[str, Any]]] = {}
    for done, held in enumerate(HELD, start=1):
        tables[held.name] = [_row(row, held.withheld, user_id) for row in session.scalars(rows_of(held, user_id))]
        told(done / len(HELD))
    return {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "tables": tables,
        "withheld": {held.name: held.withheld for held in HELD if held.withheld},
        "not_about_you": dict(NOT_HELD),
    }


def write_zip(data: Mapping[str, Any], path: Path) -> None:
    """Write it as a ZIP file, with each attempt's source beside."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(README, _ABOUT)
        archive.writestr(DATA, json.dumps(data, indent=1, ensure_ascii=False))
        slugs = {course["id"]: course["slug"] for course in data["tables"]["courses"]}
        for each in data["tables"]["submissions"]:
            course = slugs.get(each["course_id"], each["course_id"])
            archive.writestr(f"submissions/{course}/{each['exercise_id']}-{each['number']}.txt", each["source"])


def check_rate(session: Session, user: User) -> None:
    """Raise TooMany where a file of the person's is on its way already."""
    session.exec(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    still_open = (JobState.QUEUED, JobState.RETRYING, JobState.RUNNING)
    waiting = select(Job.id).where(Job.made_by == user.id, Job.kind == EXPORT.name, col(Job.state).in_(still_open))
    if session.exec(waiting).first() is not None:
        raise TooMany("A file of yours is being written already.", headers={"Retry-After": "10"})


def _write(order: Order, path: Path) -> None:
    if order.made_by is None:
        raise NotFound("Whose data it was to be is gone.")
    with order.database.read() as session:
        data = collect(session, order.made_by, lambda share: order.told(share, "Reading the tables"))
    write_zip(data, path)


MY_DATA: Final = Exporter(name="my-data", file_name="my-data.zip", media_type="application/zip", write=_write)


def _row(row: Any, withheld: Mapping[str, str], user_id: UUID) -> dict[str, Any]:
    plain = {name: _plain(value) for name, value in row.model_dump(warnings=False).items() if name not in withheld}
    if isinstance(row, AuditEvent):
        plain["by"] = "you" if row.actor_id == user_id else "the server" if row.actor_id is None else "somebody else"
    return plain


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value
