"""How a request gets to the classroom and its answer back: tokens, tries, pages, events, errors. No resource."""

import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from classroom.errors import (
    ClassroomError,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from classroom.schemas import Page, Problem

_Answer = TypeVar("_Answer")
_Model = TypeVar("_Model", bound=BaseModel)

_ERRORS: dict[int, type[ClassroomError]] = {
    kind.status_code: kind
    for kind in (Unauthenticated, Forbidden, NotFound, Conflict, TooLarge, Invalid, TooMany, Unavailable)
}
_PAGES: tuple[tuple[type[ClassroomError], str], ...] = (
    (Unauthenticated, "/sign-in"),
    (Forbidden, "/account"),
    (NotFound, "/"),
)
_RETRY_DELAYS_S = (0.1, 0.4, 1.0)
_SOON_S = 2
_TIMEOUT = httpx.Timeout(35.0, connect=5.0)


class Unreachable(Unavailable):
    """Nothing answered at the classroom's address."""

    title = "The classroom does not answer"


class Connection:
    """One connection pool to one classroom, and how it is spoken to."""

    def __init__(
        self,
        url: str,
        token: str | Callable[[], str],
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connect to a classroom by its address, with a key or token, or with what gives one at each request."""
        self.url = url.rstrip("/").removesuffix("/api/v1")
        self.token: Callable[[], str] = (lambda: token) if isinstance(token, str) else token
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1",
            auth=_Bearer(self.token),
            transport=transport,
            timeout=_TIMEOUT,
            trust_env=False,
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Connect as the kernel's environment says; raise `Unavailable` where it names no classroom."""
        url = environ.get("CLASSROOM_URL")
        if not url:
            raise Unreachable("This notebook is not connected to a classroom. Open it from the classroom's own pages.")
        return cls(url, lambda: _token(environ))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _get(self, path: str, model: type[_Model], **params: Any) -> _Model:
        return parse(self._request("GET", path, params=given(**params)), model.model_validate_json)

    def _pages(self, path: str, model: type[_Model], **params: Any) -> Iterator[_Model]:
        """Yield the items of a list, and ask for the next page when they are used up."""
        page_of: type[Page[_Model]] = Page[model]  # type: ignore[valid-type]
        cursor: str | None = None
        while True:
            page = self._get(path, page_of, cursor=cursor, **params)
            yield from page.items
            cursor = page.next
            if cursor is None:
                return

    def _send(
        self,
        method: str,
        path: str,
        model: type[_Model],
        body: BaseModel | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        retries: Sequence[float] = _RETRY_DELAYS_S,
        **params: Any,
    ) -> _Model:
        response = self._request(
            method,
            path,
            retries=retries,
            params=given(**params),
            content=None if body is None else body.model_dump_json(exclude_unset=True).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        return parse(response, model.model_validate_json)

    def _make(self, path: str, model: type[_Model], body: BaseModel | None = None, *, key: str | None = None) -> _Model:
        """Have something made, once: each try carries the same idempotency key."""
        return self._send("POST", path, model, body, headers={"Idempotency-Key": key or uuid4().hex})

    def _do(self, method: str, path: str) -> None:
        """Have something done that has no answer and may be done twice."""
        self._request(method, path)

    def _stream(self, path: str) -> Iterator[tuple[str, str]]:
        """Yield the name and the data of each server-sent event. Raise `httpx.TransportError` where that breaks off."""
        with self._http.stream("GET", path) as response:
            if not response.is_success:
                response.read()
                raise _error(response)
            yield from _events(response.iter_lines())

    def _request(
        self, method: str, path: str, *, retries: Sequence[float] = _RETRY_DELAYS_S, **arguments: Any
    ) -> httpx.Response:
        for delay_s in (*retries, None):
            try:
                response = self._http.request(method, path, **arguments)
            except httpx.TransportError:
                if delay_s is None:
                    raise Unreachable(
                        f"Nothing answers at {self.url}. Is the classroom running? Your work is kept; try again."
                    ) from None
                self._sleep(delay_s)
                continue
            wait_s = _soon(response)
            if wait_s is None or delay_s is None:
                break
            self._sleep(wait_s)
        if not response.is_success:
            error = _error(response)
            error.link = self._link(error)
            raise error
        return response

    def _link(self, error: ClassroomError) -> str | None:
        """Give the page on which a person can do something about a refusal."""
        page = next((page for kind, page in _PAGES if isinstance(error, kind)), None)
        return None if page is None else f"{self.url}{page}"


class _Bearer(httpx.Auth):
    """Sends the token, read anew each time: a restart of the classroom may write another."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        yield request


def _token(environ: Mapping[str, str]) -> str:
    if ticket := environ.get("CLASSROOM_TICKET"):
        return ticket
    key_file = environ.get("CLASSROOM_KEY_FILE")
    if not key_file:
        raise Unauthenticated("This notebook holds no ticket to the classroom. Open it from the classroom's own pages.")
    try:
        return Path(key_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise Unauthenticated(f"The classroom's key file: {reason}. Start the classroom again.") from None


def checked(model: type[_Model], **fields: Any) -> _Model:
    """Build a request; what the server would refuse is refused here, in words."""
    try:
        return model(**fields)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        kind = TooLarge if problems[0]["type"] == "too_large" else Invalid
        raise kind(_first(problems)) from None


def parse(response: httpx.Response, validate: Callable[[bytes], _Answer]) -> _Answer:
    """Read an answer. Raises Unavailable for what no classroom would answer."""
    try:
        return validate(response.content)
    except ValidationError:
        raise Unavailable(
            f"{response.request.url.host} answered something that is not a classroom's answer. Is the address right?"
        ) from None


def _soon(response: httpx.Response) -> float | None:
    """Give the seconds after which a busy classroom wants to be asked again, where they are few."""
    asked = response.headers.get("Retry-After", "")
    busy = response.status_code in {TooMany.status_code, Unavailable.status_code}
    return float(asked) if busy and asked.isdecimal() and int(asked) <= _SOON_S else None


def _error(response: httpx.Response) -> ClassroomError:
    kind = _ERRORS.get(response.status_code, ClassroomError)
    try:
        detail = Problem.model_validate_json(response.content).detail
    except ValidationError:
        detail = f"The classroom answered {response.status_code} {response.reason_phrase}.".replace(" .", ".")
    kept = {name: response.headers[name] for name in ("Retry-After",) if name in response.headers}
    return kind(detail, status_code=response.status_code, headers=kept)


def _first(errors: Sequence[Any]) -> str:
    """Say the first of pydantic's errors in one line."""
    error = errors[0]
    where = ".".join(str(part) for part in error.get("loc", ()) if part != "body")
    message = str(error.get("msg", "is wrong")).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield name and data of each server-sent event (WHATWG HTML, 9.2.6)."""
    name, data = "message", list[str]()
    for line in lines:
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value)  # a leading space means nothing to JSON
        elif field == "event":
            name = value.strip()


def segment(value: object) -> str:
    """Write a name or an id as one segment of a path."""
    return quote(str(value), safe="")


def of_course(course: str) -> str:
    """Give the address of a course by its short name."""
    return f"/courses/{segment(course)}"


def given(**params: Any) -> dict[str, Any]:
    """Give the parameters that are not None."""
    return {name: value for name, value in params.items() if value is not None}
