"""How the API's routes read a request: JSON and nothing else, strictly. What they do with it is in `routes/`."""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.exceptions import HTTPException

from classroom.api.problems import documented


def api_router(tag: str, *refusals: int, prefix: str = "/api/v1") -> APIRouter:
    """Make the router of one resource, with the statuses its routes refuse by; every router of the API is made here."""
    limited = (429,) if prefix else ()  # by `limits`, whatever is asked
    return APIRouter(
        prefix=prefix, tags=[tag], route_class=StrictRoute, responses=documented(*sorted({*refusals, *limited}))
    )


def read_json(body: bytes) -> Any:
    """Parse RFC 8259 JSON; raise `JSONDecodeError` at NaN, infinity, half a surrogate pair, or too deep a nesting."""
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise json.JSONDecodeError(str(error), "", 0) from None
    if not _finite(value):
        raise json.JSONDecodeError("number out of range", "", 0)
    return value


def _finite(value: Any) -> bool:
    """Say whether no number became infinite, as 1e999 does; the parser has bounded the depth."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return True


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """Parse the body."""
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route that takes a JSON body as application/json only, so that no HTML form can send one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def strictly(request: Request) -> Response:
            if takes_body and not is_json(request.headers.get("content-type", "")):
                raise HTTPException(415, "Send JSON, with the header Content-Type: application/json.")
            return await handle(StrictRequest(request.scope, request.receive))

        return strictly


def is_json(content_type: str) -> bool:
    """Tell whether a body's type is JSON."""
    return content_type.partition(";")[0].strip().lower() == "application/json"
