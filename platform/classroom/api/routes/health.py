"""Whether the server lives, and whether each of its parts can do its work."""

import fcntl
from pathlib import Path

from fastapi import Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from classroom import workload
from classroom.api.deps import InServices, Services
from classroom.api.routing import api_router
from classroom.errors import Unavailable
from classroom.schemas import ReadyOut
from classroom.settings import QueueKind
from evmbox.isolation.ladder import find_walls

router = api_router("health", prefix="")


@router.get("/healthz", responses={200: {"content": {"application/json": {"example": {"status": "ok"}}}}})
async def healthz() -> dict[str, str]:
    """Tell that the server lives."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": ReadyOut, "description": "a part is missing; it says which"}})
def readyz(services: InServices, response: Response) -> ReadyOut:
    """Tell whether each part can do its work. The first call has the compiler started."""
    services.scratch.warm()
    parts = {
        "database": _database(services),
        "queue": services.queue.trouble() or "ok",
        "consumer": _consumer(services),
        "compiler": services.scratch.state(),
    }
    ready = all(state == "ok" for state in parts.values())
    if not ready:
        response.status_code = 503
    return ReadyOut(ready=ready, parts=parts, isolation=find_walls().tier)


def _consumer(services: Services) -> str:
    """Look whether a consumer runs: beside SQLite by the lock of this data folder, elsewhere by who was heard of."""
    if services.settings.queue is QueueKind.EMBEDDED:
        runs = _is_held(services.settings.data_dir / "consumer.lock")
    else:
        try:
            with services.database.read() as session:
                runs = bool(workload.live_workers(session))
        except (Unavailable, DBAPIError):
            return "not known while the database is out of reach"
    return "ok" if runs else "no consumer runs: submissions are kept, and graded once `python -m classroom.jobs` does"


def _is_held(path: Path) -> bool:
    """Tell whether somebody holds this lock, as each consumer does from its start to its end."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _database(services: Services) -> str:
    try:
        with services.database.read() as session:
            session.execute(text("SELECT 1 FROM users LIMIT 1"))
    except Unavailable as error:
        return error.detail
    except DBAPIError:
        return "the database has no tables yet: `classroom up` brings it up to date"
    return "ok"
