"""Whether the server lives, and whether each of its parts can do its work."""

from fastapi import Response

from classroom import wellbeing
from classroom.api.deps import InServices, Services
from classroom.api.routing import api_router
from classroom.schemas import ReadyOut
from evmbox.isolation.ladder import find_walls

router = api_router("health", prefix="")


@router.get("/healthz", responses={200: {"content": {"application/json": {"example": {"status": "ok"}}}}})
async def healthz() -> dict[str, str]:
    """Tell that the server lives."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": ReadyOut, "description": "a part is missing; it says which"}})
def readyz(services: InServices, response: Response) -> ReadyOut:
    """Tell whether each part can do its work. The first call has the compiler started."""
    parts = parts_of(services)
    ready = all(state == wellbeing.OK for state in parts.values())
    if not ready:
        response.status_code = 503
    return ReadyOut(ready=ready, parts=parts, isolation=find_walls().tier)


def parts_of(services: Services) -> dict[str, str]:
    """Tell of each part `ok`, or what is wrong and what to do."""
    services.scratch.warm()
    settings, database = services.settings, services.database
    return {
        "database": wellbeing.database(database),
        "queue": services.queue.trouble() or wellbeing.OK,
        "consumer": wellbeing.consumer(settings, database),
        "compiler": services.scratch.state(),
        "isolation": wellbeing.isolation(settings),
        "disk": wellbeing.disk(settings),
        "audit": wellbeing.sealer(settings, database),
        "mail": wellbeing.mail(settings),
    }
