"""Builds the HTTP API from its settings. `classroom.web` adds the pages; the routes are in `routes/`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector
from sqlmodel import col, select

from classroom import __doc__ as about
from classroom import workload
from classroom.accounts import Entrance, Post, SessionSigner, TokenSigner
from classroom.api import deps, idempotency, problems
from classroom.api.cohort_events import CohortHub
from classroom.api.cors import Cors, allowed_origins
from classroom.api.door import Door
from classroom.api.events import EventHub
from classroom.api.examples import give_examples
from classroom.api.job_events import JobHub
from classroom.api.limits import Limits, RateLimit
from classroom.api.listening import listen, listen_to_pipe
from classroom.api.middleware import BodyLimit, Envelope, security_headers
from classroom.api.routes import (
    account,
    analytics,
    audit,
    chains,
    class_hours,
    cohort,
    course_people,
    courses,
    drafts,
    entrance,
    extensions,
    grades,
    health,
    hints,
    invites,
    jobs,
    learners,
    lessons,
    metrics,
    my_data,
    overrides,
    people,
    questions,
    regrades,
    replays,
    rpc,
    sandbox,
    similar,
    submissions,
    tokens,
    usage,
    users,
)
from classroom.catalog import Catalog
from classroom.chains import MAX_BODY_BYTES as LARGEST_CALL_BYTES
from classroom.chains import LiveChains
from classroom.courses import InvitesOfCourses
from classroom.db import Database, postgres_dsn
from classroom.jobs import Queue
from classroom.jobs.wake import news_path
from classroom.keys import server_key
from classroom.models import Submission, SubmissionState
from classroom.schemas import JobEvent, Problem
from classroom.scratch import Scratch
from classroom.settings import Settings
from classroom.telemetry.figures import RequestFigures
from classroom.telemetry.tracing import open_tracing

TAGS: Final = [
    {"name": "people", "description": people.__doc__},
    {"name": "entrance", "description": entrance.__doc__},
    {"name": "tokens", "description": tokens.__doc__},
    {"name": "account", "description": account.__doc__},
    {"name": "my-data", "description": my_data.__doc__},
    {"name": "users", "description": users.__doc__},
    {"name": "lessons", "description": lessons.__doc__},
    {"name": "drafts", "description": drafts.__doc__},
    {"name": "hints", "description": hints.__doc__},
    {"name": "submissions", "description": submissions.__doc__},
    {"name": "questions", "description": questions.__doc__},
    {"name": "replays", "description": replays.__doc__},
    {"name": "jobs", "description": jobs.__doc__},
    {"name": "sandbox", "description": sandbox.__doc__},
    {"name": "chains", "description": chains.__doc__},
    {"name": "rpc", "description": rpc.__doc__},
    {"name": "courses", "description": courses.__doc__},
    {"name": "learners", "description": learners.__doc__},
    {"name": "cohort", "description": cohort.__doc__},
    {"name": "grades", "description": grades.__doc__},
    {"name": "regrades", "description": regrades.__doc__},
    {"name": "analytics", "description": analytics.__doc__},
    {"name": "usage", "description": usage.__doc__},
    {"name": "audit", "description": audit.__doc__},
    {"name": "health", "description": health.__doc__},
]


class Api(FastAPI):
    """FastAPI whose OpenAPI document knows the shape of a problem, and has examples."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
            give_examples(document)
        return super().openapi()


def create_app(settings: Settings, *, enqueue: Callable[[UUID], object] | None = None) -> FastAPI:
    """Build the API. `enqueue` takes the id of a job that is to be done; without it, the job queue of the settings."""
    limits = Limits(settings)
    app = Api(
        title="Hyperkit Classroom",
        summary=about,
        version=version("hyperkit-classroom"),
        openapi_tags=TAGS,
        docs_url=None,  # these pages load from other hosts
        redoc_url=None,
        redirect_slashes=False,  # one address for each thing; a redirect would be built from the Host header
        lifespan=partial(_lifespan, settings=settings, limits=limits, enqueue=enqueue),
    )
    problems.install(app, on_refusal=deps.write_down)
    app.add_exception_handler(idempotency.Repeated, idempotency.repeat)
    app.add_middleware(RateLimit, limits=limits)
    app.add_middleware(Door, settings=settings)
    app.add_middleware(BodyLimit, larger={rpc.PREFIX: LARGEST_CALL_BYTES})
    if origins := allowed_origins(settings):
        app.add_middleware(Cors, origins=origins, prefixes=("/api/", f"{rpc.PREFIX}/", "/openapi.json"))
    app.add_middleware(Envelope, headers=security_headers(settings))  # added last, so it surrounds the rest
    of_people = (people, entrance, tokens, account, my_data, users)
    of_learning = (lessons, drafts, hints, submissions, questions, replays, sandbox, chains, rpc)
    of_courses = (courses, course_people, invites, extensions, usage)
    of_teaching = (cohort, learners, analytics, grades, overrides, regrades, class_hours, similar)
    for resource in (*of_people, *of_learning, *of_courses, *of_teaching, jobs, audit, health, metrics):
        app.include_router(resource.router)
    return app


@asynccontextmanager
async def _lifespan(
    app: FastAPI, *, settings: Settings, limits: Limits, enqueue: Callable[[UUID], object] | None
) -> AsyncIterator[None]:
    database = Database.of(settings)
    queue = Queue(settings)
    hub = EventHub(partial(_states, database))
    job_hub = JobHub(partial(_jobs, database))
    key = server_key(settings)
    scratch = Scratch()
    private_chains = LiveChains(database, settings)
    invites_of_courses = InvitesOfCourses()
    tracing = open_tracing(settings, "classroom-api")
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    figures = RequestFigures(registry)
    post = Post(database, settings, invites_of_courses)
    app.state.services = deps.Services(
        settings=settings,
        database=database,
        catalog=Catalog.of(settings),
        hub=hub,
        job_hub=job_hub,
        cohort_hub=CohortHub(),
        scratch=scratch,
        chains=private_chains,
        signer=SessionSigner(key),
        tokens=TokenSigner(key, issuer=settings.address),
        entrance=Entrance(database, settings, key, observe=figures.signed_in),
        post=post,
        invites=invites_of_courses,
        key=key,
        queue=queue,
        enqueue=enqueue or queue.enqueue,
        tracing=tracing,
        registry=registry,
        figures=figures,
    )
    for_ever = [hub.watch(), job_hub.watch(), private_chains.sweep()]
    if (dsn := postgres_dsn(settings.database)) is not None:
        for_ever.append(listen(dsn, app.state.services.publish))
    else:
        for_ever.append(listen_to_pipe(news_path(settings), app.state.services.publish))
    post.start()
    watching = [asyncio.create_task(each) for each in for_ever]
    try:
        yield
    finally:
        for each in watching:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
        await limits.close()
        await asyncio.to_thread(private_chains.close)
        await asyncio.to_thread(post.close)
        await asyncio.to_thread(scratch.close)
        queue.close()
        database.close()
        await asyncio.to_thread(tracing.close)


def _states(database: Database, submission_ids: Collection[UUID]) -> Mapping[UUID, str]:
    with database.read() as session:
        wanted = col(Submission.id).in_(submission_ids)
        rows = session.exec(select(Submission.id, Submission.state).where(wanted)).all()
    return {submission_id: SubmissionState(state).value for submission_id, state in rows}


def _jobs(database: Database, job_ids: Collection[UUID]) -> Mapping[UUID, JobEvent]:
    with database.read() as session:
        return workload.events_of(session, job_ids)
