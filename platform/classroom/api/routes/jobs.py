"""Work in the background: ordering a run, seeing where one's jobs are, cancelling them, and what was given up."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlmodel import Session, col

from classroom import courses, exports, runs, workload
from classroom.api.deps import (
    InAdministering,
    InKnown,
    InPerson,
    InServices,
    InSignedIn,
    InTeaching,
    NotYours,
    Person,
)
from classroom.api.idempotency import FIRST, InOnce
from classroom.api.job_events import OVER
from classroom.api.paging import InPaging, read_page
from classroom.api.problems import documented
from classroom.api.routing import api_router
from classroom.errors import Forbidden
from classroom.jobs import kinds
from classroom.jobs.kinds import KINDS
from classroom.models import Job, Role, Scope
from classroom.schemas import CompileOut, JobOut, Name, Page, RunIn, ScenarioOut

router = api_router("jobs", 401, 403, 404, 422, 503)

JobId = Annotated[UUID, Path(description="the job's id")]

NO_SUCH_JOB = "There is no such job."


@router.post("/jobs", status_code=202, responses=documented(409, 413, 415, 429))
def order_run(
    order: RunIn, person: InPerson, services: InServices, request: Request, response: Response, *, once: InOnce = FIRST
) -> JobOut:
    """Have a source compiled or, with steps, deployed and used on an empty chain, in the background."""
    with services.database.unit_of_work() as work:
        once.begin(work)
        job = runs.order(
            work,
            user=person.user,
            source=order.source,
            steps=order.steps,
            enqueue=services.enqueue,
            request_id=request.state.request_id,
        )
        response.headers["Location"] = f"{router.prefix}/jobs/{job.id}"
        return once.keep(work, workload.to_out(job))


@router.post("/jobs/backup", status_code=202, responses=documented(409))
def order_backup(
    person: InAdministering, services: InServices, request: Request, response: Response, *, once: InOnce = FIRST
) -> JobOut:
    """Have everything put into one file in the data folder, while the classroom runs. For administrators."""
    with services.database.unit_of_work() as work:
        once.begin(work)
        job = kinds.order_backup(work, actor=person.user, enqueue=services.enqueue, request_id=request.state.request_id)
        response.headers["Location"] = f"{router.prefix}/jobs/{job.id}"
        return once.keep(work, workload.to_out(job, for_operator=True))


@router.get("/jobs")
def list_jobs(
    person: InKnown,
    services: InServices,
    paging: InPaging,
    kind: Annotated[Name | None, Query(description="only jobs of this kind")] = None,
) -> Page[JobOut]:
    """List one's own jobs, the latest first."""
    with services.database.read() as session:
        mine = workload.made_by(person.user, kind=kind)
        found, after = read_page(session, mine, col(Job.created_at), col(Job.id), paging=paging, descending=True)
    return Page(items=[workload.to_out(job) for job in found], next=after)


@router.get("/jobs/dead")
def list_dead_jobs(person: InTeaching, services: InServices, paging: InPaging) -> Page[JobOut]:
    """List the jobs that were given up: all for an administrator, those of their courses for an instructor."""
    with services.database.read() as session:
        if Scope.ADMIN in person.scopes:
            given_up = workload.dead()
        elif any(Role.INSTRUCTOR in held for held in courses.roles(session, person.user).values()):
            given_up = workload.dead(taught_by=person.user)
        else:
            raise Forbidden("Only administrators and instructors see the jobs that were given up.")
        found, after = read_page(session, given_up, col(Job.created_at), col(Job.id), paging=paging, descending=True)
    return Page(items=[workload.to_out(job, for_operator=True) for job in found], next=after)


@router.get("/jobs/{job_id}")
def show_job(job_id: JobId, person: InKnown, services: InServices) -> JobOut:
    """Show where a job is."""
    with services.database.read() as session:
        job = _visible(session, job_id, person)
        return workload.to_out(job, for_operator=_operates(session, job, person))


@router.get("/jobs/{job_id}/result")
def show_result(job_id: JobId, person: InKnown, services: InServices) -> CompileOut | ScenarioOut:
    """Give what came of a run."""
    with services.database.read() as session:
        return runs.result_of(session, _own(session, job_id, person))


@router.get("/jobs/{job_id}/file", response_class=FileResponse)
def download(job_id: JobId, person: InSignedIn, services: InServices) -> FileResponse:
    """Download the file that a job has written, for who ordered it."""
    with services.database.read() as session:
        path, media_type = exports.file_of(services.settings, _own(session, job_id, person))
    return FileResponse(path, media_type=media_type, filename=path.name)


@router.post("/jobs/{job_id}/cancel", responses=documented(409))
def cancel_job(job_id: JobId, person: InKnown, services: InServices, request: Request) -> JobOut:
    """Cancel a job: at once where it waits, within seconds where it runs."""
    with services.database.unit_of_work() as work:
        _visible(work.session, job_id, person)
        job = workload.cancel(work, KINDS, job_id, actor_id=person.user.id, request_id=request.state.request_id)
        return workload.to_out(job)


@router.post("/jobs/{job_id}/requeue", responses=documented(409))
def requeue_job(job_id: JobId, person: InTeaching, services: InServices, request: Request) -> JobOut:
    """Have a job done after all that was given up. For administrators, and for instructors of its course."""
    with services.database.unit_of_work() as work:
        if not _operates(work.session, _visible(work.session, job_id, person), person):
            raise Forbidden("Only administrators and instructors put a job back into the queue.")
        job = workload.requeue(
            work,
            KINDS,
            job_id,
            enqueue=services.enqueue,
            actor_id=person.user.id,
            request_id=request.state.request_id,
        )
        return workload.to_out(job, for_operator=True)


def check_visible(job_id: JobId, person: InKnown, services: InServices) -> None:
    """Raise NotFound where this person may not see the job: before the answer begins."""
    with services.database.read() as session:
        _visible(session, job_id, person)


async def moves(job_id: JobId, person: InKnown, services: InServices) -> AsyncIterator[asyncio.Event]:
    """Hold a place among those who wait as long as the answer lasts."""
    with services.job_hub.subscribe(job_id, reader=person.user.id) as moved:
        yield moved


@router.get(
    "/jobs/{job_id}/events",
    response_class=EventSourceResponse,
    responses=documented(429),
    dependencies=[Depends(check_visible)],
)
async def follow(
    job_id: JobId,
    moved: Annotated[asyncio.Event, Depends(moves, scope="request")],
    services: InServices,
    last_event_id: Annotated[
        str | None, Header(max_length=20, pattern=r"^[0-9]*$", description="the id of the last event that was read")
    ] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell by server-sent events what happens to a job: `progress`, and at last `done`, however it ended.

    The present state comes at once, unless `Last-Event-ID` says that it is known. The last event comes always. A
    comment each 15 seconds keeps the connection alive.
    """
    seen = int(last_event_id) if last_event_id else -1
    async for event in services.job_hub.follow(job_id, moved, seen=seen):
        name = "done" if event.state in OVER else "progress"
        yield ServerSentEvent(data=event, event=name, id=str(event.revision))


def _operates(session: Session, job: Job, person: Person) -> bool:
    """Tell whether somebody looks after this job, and holds what is for that."""
    if Scope.ADMIN in person.scopes:
        return True
    if Scope.TEACH not in person.scopes or job.course_id is None:
        return False
    return courses.has_role(session, job.course_id, person.user.id, Role.INSTRUCTOR)


def _visible(session: Session, job_id: UUID, person: Person) -> Job:
    """Give a job to who ordered it or looks after it. Raises NotFound or NotYours."""
    job = workload.get(session, job_id)
    if job.made_by != person.user.id and not _operates(session, job, person):
        raise NotYours(NO_SUCH_JOB)
    return job


def _own(session: Session, job_id: UUID, person: Person) -> Job:
    job = workload.get(session, job_id)
    if job.made_by != person.user.id:
        raise NotYours(NO_SUCH_JOB)
    return job
