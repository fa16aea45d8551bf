"""Exports: a file that a job writes for whoever ordered it, kept in the data folder for a while.

What is in it is for other services to say: each brings an `Exporter`. On several hosts the data folder is shared.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from classroom import workload
from classroom.db import Database, UnitOfWork
from classroom.errors import NotFound
from classroom.models import Job, JobState, User, now
from classroom.settings import Settings
from classroom.workload import Claim, Enqueue, Kind, Lane, Params, Retry


class ExportParams(Params):
    """Which exporter, and what it is asked for: ids and dates, as text."""

    exporter: str
    arguments: dict[str, str] = Field(default_factory=dict)


EXPORT: Final = Kind(
    name="export",
    title="Write a file to download",
    lane=Lane.BACKGROUND,
    priority=40,
    limit_s=1800,
    params=ExportParams,
    retry=Retry(times=3, first_s=5),
    concurrency=2,
)


@dataclass(frozen=True)
class Order:
    """What an exporter is given: for whom and what, the record, and a way to say how far it is."""

    settings: Settings
    database: Database
    made_by: UUID | None
    course_id: UUID | None
    arguments: Mapping[str, str]
    told: Callable[[float, str], None]


@dataclass(frozen=True)
class Exporter:
    """A kind of file: `write` writes it to a path. Called again with the same order, it writes the same file again."""

    name: str
    file_name: str
    media_type: str
    write: Callable[[Order, Path], None]


Exporters = Mapping[str, Exporter]


def order(
    work: UnitOfWork,
    exporter: Exporter,
    *,
    made_by: User,
    enqueue: Enqueue,
    course_id: UUID | None = None,
    arguments: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> Job:
    """Have a file written. Who may order it is for the caller to decide; only who did may download it."""
    return workload.order(
        work,
        EXPORT,
        actor=made_by,
        enqueue=enqueue,
        course_id=course_id,
        params=ExportParams(exporter=exporter.name, arguments=dict(arguments or {})),
        details={"exporter": exporter.name},
        request_id=request_id,
    )


def write(
    settings: Settings, database: Database, exporters: Exporters, claim: Claim, told: Callable[[float, str], None]
) -> dict[str, object]:
    """Write the file of a job, and tell about it what its row should."""
    params = claim.params
    if not isinstance(params, ExportParams) or params.exporter not in exporters:
        raise NotFound("There is no such exporter in this release.")
    exporter = exporters[params.exporter]
    folder = _folder(settings, claim.job_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f"unfinished-{claim.attempt}"
    exporter.write(
        Order(settings, database, claim.made_by, claim.course_id, params.arguments, told),
        unfinished,
    )
    unfinished.chmod(0o600)
    finished = unfinished.rename(folder / exporter.file_name)
    return {
        "file": exporter.file_name,
        "media_type": exporter.media_type,
        "bytes": finished.stat().st_size,
        "expires_at": (now() + timedelta(days=settings.keep_exports_days)).isoformat(),
    }


def finish(work: UnitOfWork, claim: Claim, result: Mapping[str, object]) -> bool:
    """Hand the file over; False where the lease was lost, and whoever holds it writes the same file."""
    return workload.finish(work, claim, result) is not None


def file_of(settings: Settings, job: Job) -> tuple[Path, str]:
    """Give the file of a job and its media type. Raises NotFound where there is none yet, or none any more."""
    result = job.result or {}
    if job.kind != EXPORT.name or job.state is not JobState.DONE or _expired(result):
        raise NotFound("There is no file: the job has none, is not done, or the file has expired.")
    path = _folder(settings, job.id) / str(result["file"])
    if not path.is_file():
        raise NotFound("The file is gone. Order it again.")
    return path, str(result["media_type"])


def expired(settings: Settings, session: Session) -> list[Path]:
    """List the folders of files that have expired, and of those whose job is gone or will never hand them over."""
    found = []
    for folder in (settings.data_dir / "exports").glob("*"):
        try:
            job = session.get(Job, UUID(folder.name))
        except ValueError:
            continue  # not one of ours
        over = job is None or job.state in {JobState.DEAD, JobState.CANCELLED}
        if over or (job is not None and job.state is JobState.DONE and _expired(job.result or {})):
            found.append(folder)
    return found


def forget_old(settings: Settings, session: Session) -> None:
    """Delete the files that are kept no longer."""
    for folder in expired(settings, session):
        shutil.rmtree(folder, ignore_errors=True)


def discard(settings: Settings, job_id: UUID) -> None:
    """Delete the file of a job at once."""
    shutil.rmtree(_folder(settings, job_id), ignore_errors=True)


def _folder(settings: Settings, job_id: UUID) -> Path:
    return settings.data_dir / "exports" / str(job_id)


def _expired(result: Mapping[str, object]) -> bool:
    return "expires_at" not in result or datetime.fromisoformat(str(result["expires_at"])) <= now()
