"""Whether each part of a classroom can do its work, told truly: asked by `/readyz`, by metrics and by the doctor.

Each function gives `ok`, or what is wrong and what to do. Nothing is changed.
"""

import fcntl
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from classroom import workload
from classroom.db import Database
from classroom.errors import Unavailable
from classroom.isolation import require_isolation
from classroom.models import AuditEvent, now
from classroom.settings import QueueKind, Settings
from classroom.telemetry.logs import words

OK: Final = "ok"
TOO_LITTLE_BYTES: Final = 200 * 1024**2
"""With less room on the disk than this, what is handed in may be refused any time."""

SEAL_SLACK_S: Final = 60.0
"""An entry of the audit log that waits for its seal so much longer than the settings say is one too long."""

_WRITE: Final = text("DELETE FROM workers WHERE name = ''")  # no row has that name, and the database must take a lock
_UNKNOWN: Final = "not known while the database is out of reach"
_TABLES: Final = ("no such table", "does not exist")


def database(opened: Database) -> str:
    """Tell whether the database can be written."""
    try:
        with opened.unit_of_work(durable=False) as work:
            work.session.execute(_WRITE)
    except Unavailable as error:
        return error.detail
    except DBAPIError as error:
        if any(each in str(error.orig) for each in _TABLES):
            return "the database has no tables yet: `classroom up` brings it up to date"
        return f"the database cannot be written ({words(error)}): look at its disk and at who may write there"
    return OK


def consumer(settings: Settings, opened: Database) -> str:
    """Tell whether somebody does jobs: by who was heard of, and beside SQLite by the lock of the data folder too."""
    nobody = "no consumer runs: submissions are kept, and graded once `python -m classroom.jobs` does"
    alone = settings.queue is QueueKind.EMBEDDED
    if alone and not is_held(settings.data_dir / "consumer.lock"):
        return nobody
    try:
        with opened.read() as session:
            heard_of = bool(workload.live_workers(session))
    except (Unavailable, DBAPIError):
        return _UNKNOWN
    if heard_of:
        return OK
    return "the consumer has not been heard of: it starts, or it hangs and is to be started again" if alone else nobody


def sealer(settings: Settings, opened: Database) -> str:
    """Tell whether the audit log is sealed in time."""
    try:
        waits = unsealed_for(opened)
    except (Unavailable, DBAPIError):
        return _UNKNOWN
    if waits.total_seconds() <= settings.audit_seal_s + SEAL_SLACK_S:
        return OK
    return f"the audit log has waited {waits.total_seconds():.0f} s for its seal: look at the log of the consumer"


def unsealed_for(opened: Database) -> timedelta:
    """Tell how long the oldest entry of the audit log has waited for its seal."""
    first = select(AuditEvent.at).where(col(AuditEvent.position).is_(None)).order_by(col(AuditEvent.id)).limit(1)
    with opened.read() as session:
        oldest = session.exec(first).first()
    return timedelta(0) if oldest is None else max(now() - oldest, timedelta(0))


def isolation(settings: Settings) -> str:
    """Tell whether submissions are isolated strongly enough."""
    try:
        require_isolation(settings)
    except Unavailable as error:
        return error.detail
    return OK


def free_bytes(settings: Settings) -> int:
    """Tell how much room is left where the data are."""
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    return shutil.disk_usage(folder).free


def disk(settings: Settings) -> str:
    """Tell whether there is room for what is handed in."""
    free = free_bytes(settings)
    return OK if free >= TOO_LITTLE_BYTES else f"{free // 1024**2} MB are free where the data are: make room"


def mail(settings: Settings) -> str:
    """Tell whether letters can go out, as far as the settings say."""
    if settings.smtp_host:
        if settings.smtp_user and not settings.smtp_password:
            return "CLASSROOM_SMTP_USER is set and CLASSROOM_SMTP_PASSWORD is not"
    elif settings.multi_user and settings.sign_up == "open":
        return "anybody may sign up and no letter can be sent: set CLASSROOM_SMTP_HOST"
    return OK


def is_held(path: Path) -> bool:
    """Tell whether somebody holds this lock, as each consumer does from its start to its end."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False
