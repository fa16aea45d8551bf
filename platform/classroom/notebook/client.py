"""The classroom's HTTP API as Python calls, for code in a learner's kernel.

A client holds a short-lived token and nothing else.

Every call raises a `ClassroomError` of the class that fits the answer; nothing answered at all is `Unavailable`.
Each request may safely be sent twice (reads; a submission by its idempotency key; a draft by its revision; a chain by
its name), but for what is sent to a chain; so a broken connection, or a classroom that is busy for a moment, is tried
again a few times before anyone is bothered.
"""

import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote
from uuid import UUID

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

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
from classroom.schemas import (
    ChainIn,
    ChainOut,
    CompileIn,
    CompileOut,
    DraftIn,
    DraftOut,
    Event,
    ExerciseOut,
    MeOut,
    Problem,
    ScenarioIn,
    ScenarioOut,
    Step,
    SubmissionIn,
    SubmissionOut,
)

_Answer = TypeVar("_Answer")
_Model = TypeVar("_Model", bound=BaseModel)

_ERRORS: dict[int, type[ClassroomError]] = {
    kind.status_code: kind
    for kind in (Unauthenticated, Forbidden, NotFound, Conflict, TooLarge, Invalid, TooMany, Unavailable)
}
_SUBMISSIONS = TypeAdapter(list[SubmissionOut])
_RPC_ANSWER = TypeAdapter(dict[str, Any])
_RETRY_DELAYS_S = (0.1, 0.4, 1.0)
_SOON_S = 2
_POLL_DELAYS_S = (0.1, 0.2, 0.4, 0.8, 1.5)
_PATIENCE_S = 300.0
_TIMEOUT = httpx.Timeout(35.0, connect=5.0)


class Unreachable(Unavailable):
    """Nothing answered at the classroom's address."""

    title = "The classroom does not answer"


class Client:
    """One connection pool to one classroom, for one person. Safe to use from several threads."""

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/").removesuffix("/api/v1")
        self.token = token
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1",
            auth=_Bearer(token),
            transport=transport,
            timeout=_TIMEOUT,
            trust_env=False,
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Client":
        """Connect as the kernel's environment says; raise `Unavailable` where it names no classroom."""
        url = environ.get("CLASSROOM_URL")
        if not url:
            raise Unreachable("This notebook is not connected to a classroom. Open it from the classroom's own pages.")
        return cls(url, lambda: _token(environ))

    def me(self) -> MeOut:
        """Tell who is signed in."""
        return self._get("/me", MeOut)

    def exercise(self, exercise_id: str) -> ExerciseOut:
        """Fetch an exercise as a learner sees it."""
        return self._get(f"/exercises/{quote(exercise_id, safe='')}", ExerciseOut)

    def submit(self, exercise_id: str, source: str, *, key: str) -> SubmissionOut:
        """Hand in an attempt; the same `key` again is the same attempt."""
        body = _checked(SubmissionIn, exercise_id=exercise_id, source=source)
        return self._send("POST", "/submissions", SubmissionOut, body, headers={"Idempotency-Key": key})

    def submission(self, submission_id: UUID) -> SubmissionOut:
        """Fetch one attempt, with its verdict when it is done."""
        return self._get(f"/submissions/{submission_id}", SubmissionOut)

    def submissions(self, exercise_id: str) -> list[SubmissionOut]:
        """List this learner's attempts at an exercise."""
        response = self._request("GET", "/submissions", params={"exercise_id": exercise_id})
        return _parse(response, _SUBMISSIONS.validate_json)

    def events(self, submission_id: UUID) -> Iterator[Event]:
        """Yield what happens to a submission until it is done. Raise `httpx.TransportError` where the stream breaks."""
        with self._http.stream("GET", f"/submissions/{submission_id}/events") as response:
            if not response.is_success:
                response.read()
                raise _error(response)
            for data in _event_data(response.iter_lines()):
                event = Event.model_validate_json(data)
                yield event
                if event.state in {"done", "failed"}:
                    return

    def wait(self, submission_id: UUID, on_event: Callable[[Event], None] = lambda _event: None) -> SubmissionOut:
        """Wait for a verdict, told by server-sent events or, where those break off, by asking again and again."""
        try:
            for event in self.events(submission_id):
                on_event(event)
                if event.submission is not None:
                    return event.submission
        except (httpx.TransportError, ValidationError, TooMany, Unavailable):
            pass  # the verdict itself can still be asked for
        deadline = time.monotonic() + _PATIENCE_S
        for delay_s in _repeat_last(_POLL_DELAYS_S):
            submission = self.submission(submission_id)
            if submission.state in {"done", "failed"}:
                return submission
            if time.monotonic() > deadline:
                break
            on_event(Event(submission_id=submission_id, state=submission.state))
            self._sleep(delay_s)
        raise Unavailable(
            "Your attempt is safe with the classroom, but it has not been checked yet. Look again in a while."
        )

    def draft(self, exercise_id: str) -> DraftOut | None:
        """Fetch the draft the server holds, or None where there is none yet."""
        try:
            return self._get(f"/exercises/{quote(exercise_id, safe='')}/draft", DraftOut)
        except NotFound:
            return None

    def save_draft(self, exercise_id: str, source: str, *, revision: int) -> DraftOut:
        """Save the text in the editor; raise `Conflict` where it was changed since `revision`."""
        body = _checked(DraftIn, source=source, revision=revision)
        try:
            return self._send("PUT", f"/exercises/{quote(exercise_id, safe='')}/draft", DraftOut, body)
        except Conflict:
            held = self.draft(exercise_id)
            if held is not None and held.source == source:
                return held  # the answer to an earlier try was lost, or another window wrote the same
            raise

    def compile(
        self,
        source: str,
        *,
        check_only: bool = False,
        exercise_id: str | None = None,
        language: Literal["solidity", "yul"] = "solidity",
    ) -> CompileOut:
        """Compile a source, as one for an exercise if that is named; with `check_only` only parse and type-check it."""
        body = _checked(CompileIn, source=source, check_only=check_only, exercise_id=exercise_id, language=language)
        return self._send("POST", "/compile", CompileOut, body)

    def scenario(self, source: str, steps: Sequence[Step]) -> ScenarioOut:
        """Run steps on a fresh chain and tell what each did."""
        return self._send("POST", "/scenarios", ScenarioOut, _checked(ScenarioIn, source=source, steps=list(steps)))

    def create_chain(self, name: str) -> ChainOut:
        """Give this learner's private chain of a name, made if there is none."""
        return self._send("POST", "/chains", ChainOut, _checked(ChainIn, name=name))

    def delete_chain(self, chain_id: UUID) -> None:
        """Delete a private chain."""
        with suppress(NotFound):  # the answer to an earlier try was lost, or it was deleted elsewhere
            self._request("DELETE", f"/chains/{chain_id}")

    def rpc(self, path: str, method: str, params: list[Any]) -> dict[str, Any]:
        """Call a JSON-RPC method of a chain once: sent twice, it might be done twice."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        response = self._request("POST", f"{self.url}{path}", retries=(), json=call)
        return _parse(response, _RPC_ANSWER.validate_json)

    def _get(self, path: str, model: type[_Model]) -> _Model:
        return _parse(self._request("GET", path), model.model_validate_json)

    def _send(
        self,
        method: str,
        path: str,
        model: type[_Model],
        body: BaseModel,
        headers: Mapping[str, str] | None = None,
    ) -> _Model:
        content = body.model_dump_json().encode()
        response = self._request(
            method, path, content=content, headers={"Content-Type": "application/json", **(headers or {})}
        )
        return _parse(response, model.model_validate_json)

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
            raise _error(response)
        return response


@cache
def default_client() -> Client:
    """Give the kernel's one client, made at first use."""
    return Client.from_environment()


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


def _checked(model: type[_Model], **fields: Any) -> _Model:
    """Build a request; what the server would refuse is refused here, in words."""
    try:
        return model(**fields)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        kind = TooLarge if problems[0]["type"] == "too_large" else Invalid
        raise kind(_first(problems)) from None


def _parse(response: httpx.Response, validate: Callable[[bytes], _Answer]) -> _Answer:
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


def _event_data(lines: Iterator[str]) -> Iterator[str]:
    """Yield the data of each server-sent event (WHATWG HTML, 9.2.6)."""
    data: list[str] = []
    for line in lines:
        if not line:
            if data:
                yield "\n".join(data)
            data = []
            continue
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value)  # a leading space means nothing to JSON


def _repeat_last(delays_s: Sequence[float]) -> Iterator[float]:
    yield from delays_s
    while True:
        yield delays_s[-1]
