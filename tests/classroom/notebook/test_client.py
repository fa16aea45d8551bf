"""The client: one call, one request; every refusal in words; what breaks for a moment is tried again."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import httpx
import pytest

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
from classroom.notebook.client import Client, Unreachable
from classroom.schemas import MAX_SOURCE_BYTES, Event, Step

Connect = Callable[..., Client]
Problem = Callable[..., httpx.Response]

ID = UUID("11111111-1111-1111-1111-111111111111")
QUEUED = {
    "id": str(ID),
    "exercise_id": "tip-jar",
    "number": 1,
    "state": "queued",
    "created_at": "2026-11-23T12:00:00Z",
}
DONE = {**QUEUED, "state": "done", "finished_at": "2026-11-23T12:00:01Z"}
DRAFT = {"exercise_id": "tip-jar", "source": "a", "revision": 3, "updated_at": "2026-11-23T12:00:00Z"}


def test_a_submission_carries_its_key_its_source_and_the_token(connect: Connect) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, json=QUEUED)

    submission = connect(answer).submit("tip-jar", "contract A {}", key="click-1")
    assert submission.id == ID
    (request,) = seen
    assert (request.method, request.url.path) == ("POST", "/api/v1/submissions")
    assert request.headers["Idempotency-Key"] == "click-1"
    assert request.headers["Authorization"] == "Bearer a-token"
    assert json.loads(request.content) == {"exercise_id": "tip-jar", "source": "contract A {}"}


def test_a_broken_connection_is_tried_again_with_the_same_key(connect: Connect, waits: list[float]) -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) < 3:
            raise httpx.ReadError("the server went away", request=request)
        return httpx.Response(202, json=QUEUED)

    connect(answer).submit("tip-jar", "contract A {}", key="click-1")
    assert keys == ["click-1"] * 3
    assert len(waits) == 2


def test_a_classroom_that_never_answers_is_named_with_its_address(connect: Connect, waits: list[float]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unreachable, match=r"Nothing answers at http://classroom\.test"):
        connect(answer).me()
    assert len(waits) == 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_classroom_is_asked_again_when_it_says_soon(
    connect: Connect, problem: Problem, waits: list[float], status: int
) -> None:
    answers = iter([problem(status, "Many at once.", headers={"Retry-After": "1"}), httpx.Response(200, json=DRAFT)])
    assert connect(lambda _: next(answers)).draft("tip-jar") is not None
    assert waits == [1.0]


def test_a_classroom_that_says_much_later_is_not_waited_for(
    connect: Connect, problem: Problem, waits: list[float]
) -> None:
    refusal = problem(429, "Slower, please.", headers={"Retry-After": "40"})
    with pytest.raises(TooMany) as caught:
        connect(lambda _: refusal).submit("tip-jar", "contract A {}", key="k")
    assert caught.value.headers == {"Retry-After": "40"}
    assert waits == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthenticated),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, TooLarge),
        (422, Invalid),
        (429, TooMany),
        (503, Unavailable),
        (500, ClassroomError),
    ],
)
def test_a_refusal_is_the_error_of_its_status(
    connect: Connect, problem: Problem, status: int, kind: type[ClassroomError]
) -> None:
    with pytest.raises(ClassroomError, match=r"In words\.") as caught:
        connect(lambda _: problem(status, "In words.")).me()
    assert type(caught.value) is kind
    assert caught.value.status_code == status


def test_a_refused_field_is_named(connect: Connect, problem: Problem) -> None:
    what = "must not contain the NUL character"
    errors = [{"where": "body.source", "what": what}]
    with pytest.raises(Invalid, match=rf"^body\.source: {what}\.$"):
        connect(lambda _: problem(422, f"body.source: {what}.", errors=errors)).me()


def test_an_answer_that_is_no_problem_is_still_an_error_in_words(connect: Connect) -> None:
    with pytest.raises(ClassroomError, match=r"answered 502 Bad Gateway\."):
        connect(lambda _: httpx.Response(502, text="<html>oh</html>")).me()
    with pytest.raises(Unavailable, match="is not a classroom's answer"):
        connect(lambda _: httpx.Response(200, text="<html>another server</html>")).me()


def test_an_error_is_one_line_in_a_notebook(connect: Connect, problem: Problem) -> None:
    with pytest.raises(NotFound) as caught:
        connect(lambda _: problem(404, "There is no exercise 'x'.")).exercise("x")
    assert caught.value._render_traceback_() == ["Not found: There is no exercise 'x'. http://classroom.test/"]


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [
        ("x" * (MAX_SOURCE_BYTES + 1), TooLarge, "65536 bytes"),
        ("ü" * (MAX_SOURCE_BYTES // 2 + 1), TooLarge, "65536 bytes"),
        ("a\x00b", Invalid, "NUL"),
        ("\ud800", Invalid, "surrogate"),
    ],
)
def test_what_the_server_would_refuse_is_not_sent(
    connect: Connect, source: str, kind: type[ClassroomError], said: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        pytest.fail(f"sent {request.url}")

    client = connect(answer)
    with pytest.raises(kind, match=said):
        client.submit("tip-jar", source, key="k")
    with pytest.raises(kind, match=said):
        client.save_draft("tip-jar", source, revision=0)
    with pytest.raises(kind, match=said):
        client.scenario(source, [Step(action="wait")])


def test_an_exercise_id_cannot_leave_its_place_in_the_address(connect: Connect, problem: Problem) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path.decode())
        return problem(404, "no")

    with pytest.raises(NotFound):
        connect(answer).exercise("../me?x=1")
    assert seen == ["/api/v1/exercises/..%2Fme%3Fx%3D1"]


def test_no_draft_yet_is_none(connect: Connect, problem: Problem) -> None:
    assert connect(lambda _: problem(404, "no draft")).draft("tip-jar") is None


def test_a_draft_whose_answer_was_lost_counts_as_saved(connect: Connect, problem: Problem) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=DRAFT) if request.method == "GET" else problem(409, "changed")

    assert connect(answer).save_draft("tip-jar", "a", revision=2).revision == 3
    with pytest.raises(Conflict):
        connect(answer).save_draft("tip-jar", "something else", revision=2)


def stream(*events: str) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, text="".join(events))


def test_events_are_told_in_order_until_the_verdict(connect: Connect) -> None:
    progress = '{"stage": "check", "index": 2, "total": 7}'
    events = stream(
        ": keeps the connection alive\n\n",
        f'event: progress\ndata: {{"submission_id": "{ID}",\ndata:  "state": "running", "progress": {progress}}}\n\n',
        f'event: done\ndata: {{"submission_id": "{ID}", "state": "done"}}\n\n',
        f'event: progress\ndata: {{"submission_id": "{ID}", "state": "running"}}\n\n',
    )
    told: list[Event] = []

    def answer(request: httpx.Request) -> httpx.Response:
        return events if request.url.path.endswith("/events") else httpx.Response(200, json=DONE)

    assert connect(answer).wait(ID, told.append).state == "done"
    assert [event.state for event in told] == ["running", "done"]
    assert told[0].progress is not None
    assert (told[0].progress.index, told[0].progress.total) == (2, 7)


@pytest.mark.parametrize("ending", ["breaks off", "is nonsense", "cannot be had", "too many"])
def test_a_verdict_is_polled_for_where_events_fail(
    connect: Connect, problem: Problem, waits: list[float], ending: str
) -> None:
    polls: Iterator[dict[str, object]] = iter([QUEUED, {**QUEUED, "state": "running"}, DONE])

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/events"):
            return httpx.Response(200, json=next(polls))
        if ending == "cannot be had":
            raise httpx.ConnectError("refused", request=request)
        if ending == "too many":
            return problem(429, "Too many streams.", headers={"Retry-After": "30"})
        return stream("data: {}\n\n") if ending == "is nonsense" else stream(": only a comment\n\n")

    told: list[Event] = []
    assert connect(answer).wait(ID, told.append).state == "done"
    assert [event.state for event in told] == ["queued", "running"]
    assert len(waits) == 2


def test_someone_elses_submission_is_not_waited_for(connect: Connect, problem: Problem) -> None:
    with pytest.raises(NotFound):
        connect(lambda _: problem(404, "not there")).wait(ID)


def test_the_key_file_is_read_anew_and_no_proxy_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    key_file = tmp_path / "key"
    seen: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, ExitStack() as ending:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ending.callback(server.shutdown)
        client = Client.from_environment(
            {"CLASSROOM_URL": f"http://127.0.0.1:{server.server_port}/", "CLASSROOM_KEY_FILE": str(key_file)}
        )
        ending.callback(client._http.close)
        for token in ("first", "second"):
            key_file.write_text(f"{token}\n")
            with pytest.raises(NotFound):
                client.me()
    assert seen == ["Bearer first", "Bearer second"]


def test_a_kernel_outside_a_classroom_is_told_so() -> None:
    with pytest.raises(Unreachable, match="not connected to a classroom"):
        Client.from_environment({})
    with pytest.raises(Unauthenticated, match="holds no ticket"):
        Client.from_environment({"CLASSROOM_URL": "http://127.0.0.1:9"}).me()
    with pytest.raises(Unauthenticated, match="key file: No such file"):
        Client.from_environment({"CLASSROOM_URL": "http://127.0.0.1:9", "CLASSROOM_KEY_FILE": "/nowhere/key"}).me()
