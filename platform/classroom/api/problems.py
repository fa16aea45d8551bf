"""Every refusal in one shape: RFC 9457 problem+json that says what was wrong, where, and what is allowed.

Nothing that was sent is ever quoted back, and nothing of the server's insides is told.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from classroom.errors import ClassroomError, Invalid, TooLarge, Unavailable
from classroom.schemas import Problem
from evmbox.errors import CompilerUnavailable, PoolBusy, PoolClosed

logger = logging.getLogger("classroom.api")

MEDIA_TYPE: Final = "application/problem+json"
MAX_FAULTS: Final = 20
RETRY: Final = {"Retry-After": "1"}

_IN_WORDS: Final = {
    HTTPStatus.BAD_REQUEST: "The request could not be read.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; the Allow header lists those it does.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this address takes.",
}


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    title: str | None = None,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, Any]] | None = None,
) -> Response:
    """Render one problem as a response."""
    body = Problem(
        title=title or HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=quote(request.url.path[:200]),
        request_id=getattr(request.state, "request_id", None),
        errors=errors,
    )
    content = body.model_dump_json(exclude_none=True)
    return Response(content, status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def refusal(request: Request, error: ClassroomError) -> Response:
    """Render a refusal of ours."""
    return problem(
        request, error.status_code, error.detail, title=error.title, headers=error.headers, errors=error.errors
    )


def unexpected(request: Request) -> Response:
    """Render a fault of ours, without a word of its cause: the log has that, under the request's id."""
    detail = "This is a fault of the classroom, not yours. It was logged; tell an instructor the request id."
    return problem(request, 500, detail, title=ClassroomError.title)


def install(app: FastAPI, *, on_refusal: Callable[[Request, ClassroomError], Awaitable[None]]) -> None:
    """Make every error of the app a problem; `on_refusal` is told of each refusal before it is answered."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ClassroomError)  # noqa: S101 - registered for this class only
        await on_refusal(request, error)
        return refusal(request, error)

    app.add_exception_handler(ClassroomError, refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    for error in (PoolBusy, PoolClosed, CompilerUnavailable):
        app.add_exception_handler(error, _sandbox_away)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe problem responses for the OpenAPI document."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {
                        "type": "about:blank",
                        "title": HTTPStatus(status).phrase,
                        "status": status,
                        "detail": "What was wrong, and what to do.",
                        "instance": "/api/v1/…",
                        "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                    },
                }
            },
        }
        for status in statuses
    }


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    phrase = HTTPStatus(error.status_code).phrase
    detail = _IN_WORDS.get(HTTPStatus(error.status_code), phrase) if error.detail == phrase else error.detail
    return problem(request, error.status_code, detail, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    found = error.errors()
    kind = TooLarge if any(each["type"] == "too_large" for each in found) else Invalid
    faults = [_fault(each) for each in found[:MAX_FAULTS]]
    detail = f"{faults[0]['where']}: {faults[0]['what']}."
    return problem(request, kind.status_code, detail, title=kind.title, errors=faults)


def _fault(error: Mapping[str, Any]) -> dict[str, Any]:
    """Turn one of pydantic's errors into where, what and what is allowed, leaving out what was sent."""
    if error["type"] == "json_invalid":
        return {"where": "body", "what": f"this is not JSON that can be read: {error['ctx']['error']}"}
    fault: dict[str, Any] = {
        "where": _where(error["loc"]),
        "what": _sentence(error["msg"]),
    }
    limits = {name: value for name, value in error.get("ctx", {}).items() if isinstance(value, str | int | float)}
    if limits and error["type"] not in _QUOTING:
        fault["allowed"] = limits
    return fault


_QUOTING: Final = {"uuid_parsing", "value_error"}
"""Errors whose context says what was sent rather than what is allowed."""


def _where(location: Iterable[Any]) -> str:
    """Write `("body", "steps", 0, "value_wei")` as `body.steps[0].value_wei`; a name that was sent is cut."""
    path = ""
    for part in list(location)[:12]:
        path += f"[{part}]" if isinstance(part, int) else f".{str(part)[:64]}"
    return path.removeprefix(".") or "body"


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ").rstrip(".")
    return message[:1].lower() + message[1:300]


async def _sandbox_away(request: Request, error: Exception) -> Response:
    logger.warning("the sandbox refused: %s", error)
    detail = str(error) if isinstance(error, CompilerUnavailable) else "The sandbox is busy; try again in a moment."
    return problem(request, 503, detail, title=Unavailable.title, headers=RETRY)
