"""Figures for Prometheus: of this process, of its database, and of every job consumer that lives."""

import hmac
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from fastapi import Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from sqlalchemy.exc import DBAPIError

from classroom import wellbeing, workload
from classroom.api.deps import InServices, Services
from classroom.api.routes.health import parts_of
from classroom.api.routing import api_router
from classroom.errors import NotFound, Unauthenticated, Unavailable
from classroom.telemetry.figures import Told, gauge, of_pools, read

FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
STATES: Final = ("queued", "running", "retrying", "dead")


async def prometheus_only(request: Request, services: InServices) -> None:
    """Let in who shows the secret of the settings; where there is none, who asks from this machine, by no proxy.

    Raises Unauthenticated or NotFound.
    """
    secret = services.settings.metrics_secret
    if secret:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), secret.encode()):
            raise Unauthenticated(
                "Send CLASSROOM_METRICS_SECRET as a bearer token.", headers={"WWW-Authenticate": "Bearer"}
            )
    elif not _is_local(request):
        raise NotFound("There is nothing at this address.")


router = api_router("metrics", 401, 404, prefix="")


@router.get("/metrics", include_in_schema=False, dependencies=[Depends(prometheus_only)])
def metrics(services: InServices) -> Response:
    """Tell every figure, in Prometheus' text format."""
    now_and_here = CollectorRegistry()
    now_and_here.register(Told(_gathered(services)))
    text = generate_latest(services.registry) + generate_latest(now_and_here)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _gathered(services: Services) -> Iterator[Metric]:
    ready = {part: float(state == wellbeing.OK) for part, state in parts_of(services).items()}
    yield gauge("classroom_part_ready", "Whether a part can do its work, as /readyz tells.", ready, "part")
    streams = {
        "submission": services.hub.waiting,
        "job": services.job_hub.waiting,
        "cohort": services.cohort_hub.waiting,
    }
    yield gauge("classroom_streams_open", "Event streams that clients hold open.", streams, "of")
    yield _one("classroom_chains_in_memory", "Private chains that run now.", len(services.chains.in_memory))
    yield _one("classroom_disk_free_bytes", "Room where the data are.", wellbeing.free_bytes(services.settings))
    if (scratch := services.scratch.counts()) is not None:
        yield from of_pools({"scratch": scratch})
    try:
        yield from _of_database(services)
    except (Unavailable, DBAPIError):
        return  # `classroom_part_ready` says so


def _of_database(services: Services) -> Iterator[Metric]:
    waited = wellbeing.unsealed_for(services.database).total_seconds()
    yield _one("classroom_audit_unsealed_seconds", "How long the oldest unsealed entry of the audit log waits.", waited)
    with services.database.read() as session:
        depths = workload.depths(session)
        workers = workload.live_workers(session)
    jobs = Metric("classroom_queue_jobs", "Jobs that are not over, by kind and state.", "gauge")
    oldest = Metric("classroom_queue_oldest_seconds", "How long the oldest queued job of a kind waits.", "gauge")
    for depth in depths:
        for state in STATES:
            jobs.add_sample(jobs.name, {"kind": depth.kind, "state": state}, getattr(depth, state))
        waits_s = depth.oldest.total_seconds() if depth.oldest else 0.0
        oldest.add_sample(oldest.name, {"kind": depth.kind}, waits_s)
    yield jobs
    yield oldest
    yield _one("classroom_workers", "Job consumers that were heard of lately.", len(workers))
    for worker in workers:
        yield from read(worker.figures or (), worker=worker.name)


def _one(name: str, about: str, value: float) -> Metric:
    metric = Metric(name, about, "gauge")
    metric.add_sample(name, {}, value)
    return metric


def _is_local(request: Request) -> bool:
    """Tell whether a request comes from this machine, meant for it: no proxy handed it on, and no page of elsewhere."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    name = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    try:
        return ip_address(request.client.host).is_loopback and name in LOCAL_NAMES
    except ValueError:
        return False
