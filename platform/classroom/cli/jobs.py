"""`classroom jobs …`: what waits, what runs, what was given up, for whoever runs the machine."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import col

from classroom import workload
from classroom.cli.console import out
from classroom.db import Database
from classroom.jobs import Queue
from classroom.jobs.kinds import KINDS
from classroom.models import Job, JobState
from classroom.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

JobId = Annotated[UUID, typer.Argument(help="The job's id, as the lists give it.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")]


@app.callback()
def jobs() -> None:
    """See what waits, runs or was given up; put back, cancel."""


@app.command("list")
def list_jobs(
    state: Annotated[
        list[JobState] | None, typer.Option(help="Only these; all that are not over, unless given.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only jobs of this kind.")] = None,
    limit: Limit = 50,
) -> None:
    """List jobs, the latest first, and how long the queues are."""
    states = state or [JobState.QUEUED, JobState.RUNNING, JobState.RETRYING]
    with _database() as database, database.read() as session:
        _print(workload.recent(session, states=states, kind=kind, limit=limit))
        for depth in workload.depths(session):
            oldest = "" if depth.oldest is None else f", the oldest for {depth.oldest.total_seconds():.0f} s"
            out.print(
                f"{depth.kind}: {depth.queued} queued{oldest}, {depth.running} running, {depth.retrying} retrying, "
                f"{depth.dead} given up"
            )
        workers = workload.live_workers(session)
    names = ", ".join(escape(worker.name) for worker in workers)
    out.print(f"Consumers: {names or 'none was heard of lately'}")


@app.command("dead")
def list_dead(limit: Limit = 50) -> None:
    """List the jobs that were given up, with what went wrong at last."""
    with _database() as database, database.read() as session:
        found = list(session.exec(workload.dead().order_by(col(Job.finished_at).desc()).limit(limit)))
        _print(found)
        for job in found:
            out.print(f"{job.id}: {escape(job.last_error or 'no error was kept')}")


@app.command("requeue")
def requeue(job_id: JobId) -> None:
    """Have a job done after all that was given up."""
    settings = Settings()
    with _database() as database, closing(Queue(settings)) as queue, database.unit_of_work() as work:
        job = workload.requeue(work, KINDS, job_id, enqueue=queue.enqueue, actor_id=None)
    out.print(f"Back in the queue: {escape(job.kind)} {job.id}.")


@app.command("cancel")
def cancel(job_id: JobId) -> None:
    """Cancel a job: at once where it waits, within seconds where it runs."""
    with _database() as database, database.unit_of_work() as work:
        job = workload.cancel(work, KINDS, job_id, actor_id=None)
    running = job.state is JobState.RUNNING
    out.print("It ends as soon as its worker hears of it." if running else f"Cancelled: {escape(job.kind)} {job.id}.")


@contextmanager
def _database() -> Iterator[Database]:
    with closing(Database.of(Settings())) as database:
        yield database


def _print(found: list[Job]) -> None:
    if not found:
        out.print("There are none.")
        return
    table = Table(box=None)  # as wide as a terminal of 80 columns, so that an id can be copied whole
    for name in ("id", "kind", "state", "done", "fails", "made (UTC)"):
        table.add_column(name, no_wrap=True, min_width=36 if name == "id" else None)
    for job in found:
        table.add_row(
            str(job.id),
            job.kind,
            job.state.value,
            f"{job.progress:.0%}",
            str(job.failures),
            f"{job.created_at:%m-%d %H:%M}",
        )
    out.print(table)
