"""JSON-RPC 2.0 as bytes: from a body to calls, from answers to a body. Any bytes at all get a well-formed answer.

Source: https://www.jsonrpc.org/specification
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from evmbox.rpc.errors import INVALID_REQUEST, LIMIT_EXCEEDED, PARSE_ERROR, RpcError

MAX_BATCH = 100
"""Calls in one body."""

MAX_ID_CHARACTERS = 128
_IDS = range(-(2**63), 2**63)

Id = str | int | float | None


@dataclass(frozen=True, slots=True)
class Call:
    """One request. A notification is answered by nothing."""

    method: str
    params: list[Any] | dict[str, Any]
    id: Id = None
    notification: bool = False


@dataclass(frozen=True, slots=True)
class Faulty:
    """Something that is no request; it is answered all the same."""

    error: RpcError
    id: Id = None


@dataclass(frozen=True, slots=True)
class Body:
    """What came in one HTTP body: a single request, or a batch of them."""

    parts: Sequence[Call | Faulty]
    batch: bool

    @property
    def calls(self) -> list[Call]:
        """The requests among them."""
        return [part for part in self.parts if isinstance(part, Call)]


Perform = Callable[[Call], Any]
"""Answers a call with its result, or raises `RpcError`."""


def parse(body: bytes) -> Body:
    """Read a body. What is wrong with it becomes part of what is returned; nothing is raised."""
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError:
        value = math.inf
    if not _finite(value):
        return Body([Faulty(RpcError(PARSE_ERROR, "This is not JSON that can be read."))], batch=False)
    if not isinstance(value, list):
        return Body([_request(value)], batch=False)
    if not value:
        return Body([Faulty(RpcError(INVALID_REQUEST, "A batch holds at least one request."))], batch=False)
    if len(value) > MAX_BATCH:
        message = f"A batch holds at most {MAX_BATCH} requests; this one has {len(value)}."
        return Body([Faulty(RpcError(LIMIT_EXCEEDED, message))], batch=False)
    return Body([_request(each) for each in value], batch=True)


def respond(body: Body, perform: Perform) -> bytes:
    """Have every call performed, in order, and return the body of the answer: empty where nothing is to be said."""
    answers = [answer for part in body.parts if (answer := _answer(part, perform)) is not None]
    if not answers:
        return b""
    return encode(answers if body.batch else answers[0])


def encode(value: Any) -> bytes:
    """Return a value as compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def _answer(part: Call | Faulty, perform: Perform) -> dict[str, Any] | None:
    try:
        if isinstance(part, Faulty):
            raise part.error
        result = perform(part)
    except RpcError as error:
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": part.id, "error": error.to_json()}
    else:
        answer = {"jsonrpc": "2.0", "id": part.id, "result": result}
    return None if isinstance(part, Call) and part.notification else answer


def _request(value: Any) -> Call | Faulty:
    if not isinstance(value, dict):
        return _invalid("A request is an object.")
    request_id = value.get("id")
    if not _is_id(request_id):
        return _invalid(f"An id is a number of 64 bits, a text of at most {MAX_ID_CHARACTERS} characters, or null.")
    if value.get("jsonrpc") != "2.0":
        return _invalid('A request says "jsonrpc": "2.0".', request_id)
    method = value.get("method")
    if not isinstance(method, str):
        return _invalid("A request names its method with a text.", request_id)
    params = value.get("params", [])
    if params is None:
        params = []  # the specification has it left out; many clients send null
    if not isinstance(params, list | dict):
        return _invalid("The params are an array or an object.", request_id)
    return Call(method, params, request_id, notification="id" not in value)


def _invalid(message: str, request_id: Id = None) -> Faulty:
    return Faulty(RpcError(INVALID_REQUEST, message), request_id)


def _is_id(value: Any) -> bool:
    match value:
        case None:
            return True
        case bool():
            return False
        case str():
            return len(value) <= MAX_ID_CHARACTERS
        case int():
            return value in _IDS
    return isinstance(value, float)


def _finite(value: Any) -> bool:
    """Say whether no number became infinite, as 1e999 does; the parser has bounded the depth."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return True
