"""The operator's page of jobs: how long the queues are, who works, what was given up, what is going on."""

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from babel.dates import format_timedelta
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import col

from classroom import workload
from classroom.api import csrf
from classroom.api.deps import InServices
from classroom.errors import Conflict
from classroom.jobs import kinds
from classroom.jobs.kinds import KINDS
from classroom.models import Job, JobState, Scope
from classroom.web import names
from classroom.web.render import InViewer, PageRoute, Viewer, page
from classroom.web.texts import gettext as _
from classroom.web.texts import language, marked

router = APIRouter(route_class=PageRoute, prefix="/admin/jobs")

OPEN: Final = (JobState.QUEUED, JobState.RUNNING, JobState.RETRYING)
LONG_WAIT: Final = timedelta(minutes=1)
SHOWN: Final = 50


def operator(viewer: InViewer) -> Viewer:
    """Let in administrators. Raises Forbidden."""
    viewer.person.require(Scope.ADMIN)
    return viewer


Operator = Annotated[Viewer, Depends(operator)]
CsrfField = Annotated[str, Form(alias="csrf", max_length=128)]


@router.get("")
def show_jobs(
    request: Request, viewer: Operator, services: InServices, done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """Show the queues, the consumers, the dead letters and what is open."""
    with services.database.read() as session:
        depths = workload.depths(session)
        by_kind = {depth.kind: depth for depth in depths}
        oldest = max((depth.oldest for depth in depths if depth.oldest is not None), default=None)
        return page(
            request,
            "jobs.html",
            viewer=viewer,
            here="jobs",
            kinds=[(kind, by_kind.get(kind.name, workload.Depth(kind.name))) for kind in KINDS.values()],
            waiting=sum(depth.queued + depth.retrying for depth in depths),
            running=sum(depth.running for depth in depths),
            oldest=None if oldest is None else in_words(oldest),
            slow=oldest is not None and oldest > LONG_WAIT,
            titles=names.translated(names.JOBS),
            workers=workload.live_workers(session),
            dead=session.exec(workload.dead().order_by(col(Job.finished_at).desc()).limit(SHOWN)).all(),
            open=workload.recent(session, states=OPEN, limit=SHOWN),
            queue=services.settings.queue.value,
            trouble=services.queue.trouble(),
            message=_(MESSAGES[done]) if done in MESSAGES else None,
            words=in_words,
        )


@router.post("/backup")
def back_up(viewer: Operator, services: InServices, request: Request, csrf_token: CsrfField) -> Response:
    """Have everything put into one file."""
    _check(viewer, services.key, csrf_token)
    with services.database.unit_of_work() as work:
        kinds.order_backup(
            work, actor=viewer.person.user, enqueue=services.enqueue, request_id=request.state.request_id
        )
    return _back("ordered")


@router.post("/{job_id}/requeue")
def requeue(job_id: UUID, viewer: Operator, services: InServices, request: Request, csrf_token: CsrfField) -> Response:
    """Have a job done after all that was given up."""
    _check(viewer, services.key, csrf_token)
    try:
        with services.database.unit_of_work() as work:
            workload.requeue(
                work,
                KINDS,
                job_id,
                enqueue=services.enqueue,
                actor_id=viewer.person.user.id,
                request_id=request.state.request_id,
            )
    except Conflict:
        return _back("late")
    return _back("requeued")


@router.post("/{job_id}/cancel")
def cancel(job_id: UUID, viewer: Operator, services: InServices, request: Request, csrf_token: CsrfField) -> Response:
    """Cancel a job that waits or runs."""
    _check(viewer, services.key, csrf_token)
    try:
        with services.database.unit_of_work() as work:
            workload.cancel(work, KINDS, job_id, actor_id=viewer.person.user.id, request_id=request.state.request_id)
    except Conflict:
        return _back("late")
    return _back("cancelled")


MESSAGES: Final = {
    "ordered": marked("A backup is on its way; it goes into the folder `backups` of the data folder."),
    "requeued": marked("The job is back in the queue."),
    "cancelled": marked("The job is cancelled. One that runs ends within a few seconds."),
    "late": marked("That job has moved on meanwhile, so nothing was changed."),
}


def in_words(span: timedelta) -> str:
    """Say how long a time is, in its largest unit."""
    unit = next((unit for unit in (86_400, 3_600, 60) if span.total_seconds() >= unit), 1)
    whole = timedelta(seconds=span.total_seconds() // unit * unit)
    return format_timedelta(whole, threshold=1, locale=language().locale)


def _check(viewer: Viewer, key: bytes, shown: str) -> None:
    csrf.require_csrf_token(shown, key=key, session_secret=viewer.person.session_secret or "")


def _back(done: str) -> Response:
    return RedirectResponse(f"/admin/jobs?done={done}", status_code=303)
