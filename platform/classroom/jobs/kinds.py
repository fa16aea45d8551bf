"""The kinds of job there are, what is done again and again, and who writes which export."""

from datetime import timedelta
from typing import Final

from classroom import workload
from classroom.care.handing_over import MY_DATA
from classroom.db import UnitOfWork
from classroom.exports import EXPORT, Exporters
from classroom.models import Job, User
from classroom.regrades import REGRADE
from classroom.runs import COMPILE, DEPLOY
from classroom.settings import Settings
from classroom.similarity import SIMILAR
from classroom.submissions import GRADE
from classroom.workload import Enqueue, Kind, Kinds, Lane, Periodic, Retry

TIDY: Final = Kind(
    name="tidy",
    title="Clear away what was kept for long enough",
    lane=Lane.BACKGROUND,
    priority=0,
    limit_s=600,
    retry=Retry(times=3, first_s=60),
    concurrency=1,
)

BACKUP: Final = Kind(
    name="backup",
    title="Back everything up",
    lane=Lane.BACKGROUND,
    priority=30,
    limit_s=3600,
    retry=Retry(times=3, first_s=60),
    concurrency=1,
)

CARE: Final = Kind(
    name="care",
    title="Keep data no longer than the settings say, and count seats",
    lane=Lane.BACKGROUND,
    priority=0,
    limit_s=3600,
    retry=Retry(times=3, first_s=60),
    concurrency=1,
)

KINDS: Final = Kinds(GRADE, COMPILE, DEPLOY, EXPORT, BACKUP, REGRADE, SIMILAR, TIDY, CARE)

EXPORTERS: Final[Exporters] = {MY_DATA.name: MY_DATA}


def periodic(settings: Settings) -> tuple[Periodic, ...]:
    """Give what is done again and again under these settings."""
    rules = [
        Periodic("tidy", TIDY, every=timedelta(hours=1)),
        Periodic("care", CARE, every=timedelta(hours=12)),
    ]
    if settings.backup_every_hours:
        rules.append(Periodic("backup", BACKUP, every=timedelta(hours=settings.backup_every_hours)))
    return tuple(rules)


def order_backup(work: UnitOfWork, *, actor: User, enqueue: Enqueue, request_id: str | None = None) -> Job:
    """Have everything put into one file. Whoever may is for the caller to decide."""
    return workload.order(work, BACKUP, actor=actor, enqueue=enqueue, request_id=request_id)
