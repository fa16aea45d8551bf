"""The consumer's way to say that something happened. To everyone else this address does not exist."""

import hmac
from ipaddress import ip_address

from fastapi import Depends, Request

from classroom.api.deps import InServices
from classroom.api.routing import api_router
from classroom.errors import NotFound
from classroom.jobs.wake import HEADER
from classroom.schemas import Event, JobEvent


async def consumer_only(request: Request, services: InServices) -> None:
    """Raise NotFound for whoever is not a process of this machine with the server's secret."""
    shown = request.headers.get(HEADER, "")
    if not (_is_loopback(request) and hmac.compare_digest(shown.encode(), services.wake_secret.encode())):
        raise NotFound("There is nothing at this address.")


router = api_router("internal", 404, 413, 415, 422, prefix="/internal")


@router.post("/wake", status_code=204, include_in_schema=False, dependencies=[Depends(consumer_only)])
async def wake(event: Event | JobEvent, services: InServices) -> None:
    """Pass an event on to the clients that wait for it; the row it tells of has been committed."""
    services.publish(event)


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
