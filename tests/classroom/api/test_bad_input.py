"""Whatever is sent: an answer that says what was wrong, in one shape, and nothing changed. Never a 5xx."""

import json
import socket
from contextlib import closing

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from classroom.api.middleware import MAX_BODY_BYTES
from classroom.api.routing import read_json
from classroom.models import Draft, Submission
from classroom.schemas import MAX_SOURCE_BYTES

JSON = {"Content-Type": "application/json"}
SUBMISSION = b'{"exercise_id": "keeper", "source": %s}'
DRAFT = b'{"source": "", "revision": %s}'
SCENARIO = b'{"source": "", "steps": [{"action": "call", "args": [%s]}]}'
WAIT = b'{"source": "", "steps": [{"action": "wait", "seconds": %s}]}'
SUBMIT, COMPILE, SCENARIOS = "/api/v1/submissions", "/api/v1/compile", "/api/v1/scenarios"
TRACES = "/api/v1/traces"
SAVE = "/api/v1/exercises/keeper/draft"


def nested(depth):
    return b"[" * depth + b"]" * depth


BAD = {
    "64 KiB and one byte of source": (413, SUBMIT, SUBMISSION % json.dumps("x" * (MAX_SOURCE_BYTES + 1)).encode()),
    "64 KiB in two-byte characters": (413, SUBMIT, SUBMISSION % json.dumps("é" * (MAX_SOURCE_BYTES // 2 + 1)).encode()),
    "half a surrogate pair": (422, SUBMIT, SUBMISSION % rb'"\ud800"'),
    "half a surrogate pair in raw bytes": (422, SUBMIT, SUBMISSION % b'"\xed\xa0\x80"'),
    "half a surrogate pair in an argument": (422, SCENARIOS, SCENARIO % rb'"\udfff"'),
    "half a surrogate pair in a name": (422, COMPILE, rb'{"\ud800": 1, "source": ""}'),
    "NUL": (422, SUBMIT, SUBMISSION % rb'"\u0000"'),
    "NUL in a draft": (422, SAVE, rb'{"source": "\u0000", "revision": 0}'),
    "a trace of no step": (422, TRACES, b'{"source": "", "steps": [{"action": "wait"}], "index": 1}'),
    "a trace from minus one": (422, TRACES, b'{"source": "", "steps": [{"action": "wait"}], "index": 0, "offset": -1}'),
    "a page without end": (422, TRACES, b'{"source": "", "steps": [{"action": "wait"}], "index": 0, "limit": 1001}'),
    "2^63": (422, SAVE, DRAFT % str(2**63).encode()),
    "2^31": (422, SAVE, DRAFT % str(2**31).encode()),
    "minus one": (422, SAVE, DRAFT % b"-1"),
    "2^256": (422, SCENARIOS, b'{"source": "", "steps": [{"action": "wait", "value_wei": %d}]}' % 2**256),
    "a number of 5,000 digits": (422, SAVE, DRAFT % (b"9" * 5000)),
    "a number of 4,000 digits": (422, SAVE, DRAFT % (b"9" * 4000)),
    "NaN": (422, SCENARIOS, WAIT % b"NaN"),
    "NaN in an argument": (422, SCENARIOS, SCENARIO % b"NaN"),
    "-Infinity in an argument": (422, SCENARIOS, SCENARIO % b"-Infinity"),
    "1e999": (422, SCENARIOS, WAIT % b"1e999"),
    "1e999 in an argument": (422, SCENARIOS, SCENARIO % b"1e999"),
    "1e999 deep in an argument": (422, SCENARIOS, SCENARIO % b'{"a": [1, {"b": -1e999}]}'),
    "JSON 900 deep": (422, SCENARIOS, SCENARIO % nested(900)),
    "JSON 100,000 deep": (422, SCENARIOS, nested(100_000)),
    "true for a number": (422, SAVE, DRAFT % b"true"),
    "a string for a number": (422, SAVE, DRAFT % b'"1"'),
    "a fraction for a number": (422, SAVE, DRAFT % b"1.5"),
    "1 for a boolean": (422, COMPILE, b'{"source": "", "check_only": 1}'),
    "an exercise that does not exist": (404, COMPILE, b'{"source": "", "exercise_id": "nothing"}'),
    "a number for a string": (422, SUBMIT, SUBMISSION % b"1"),
    "null": (422, SUBMIT, SUBMISSION % b"null"),
    "extra compiler settings": (422, COMPILE, b'{"source": "", "settings": {"remappings": ["a=/etc"]}}'),
    "addresses of sources": (422, COMPILE, b'{"source": "", "sources": {"a": {"urls": ["/etc/passwd"]}}}'),
    "a role of one's own choice": (422, SUBMIT, b'{"exercise_id": "keeper", "source": "", "role": "instructor"}'),
    "an exercise by its path": (422, SUBMIT, b'{"exercise_id": "../keeper", "source": ""}'),
    "an exercise that is not there": (404, SUBMIT, b'{"exercise_id": "no-such-one", "source": ""}'),
    "an exercise with a line break": (422, SUBMIT, rb'{"exercise_id": "keeper\n", "source": ""}'),
    "no steps": (422, SCENARIOS, b'{"source": "", "steps": []}'),
    "201 steps": (422, SCENARIOS, json.dumps({"source": "", "steps": [{"action": "wait"}] * 201}).encode()),
    "an unknown action": (422, SCENARIOS, b'{"source": "", "steps": [{"action": "rm -rf"}]}'),
    "a field name of 100 KB": (422, COMPILE, json.dumps({"source": "", "x" * 100_000: 1}).encode()),
    "half a JSON document": (422, COMPILE, b'{"source": "'),
    "two JSON documents": (422, COMPILE, b'{"source": ""} {"source": ""}'),
    "a list for an object": (422, COMPILE, b"[]"),
    "bytes that are no UTF-8": (422, COMPILE, b'{"source": "\xff"}'),
    "UTF-16": (422, COMPILE, '{"source": ""}'.encode("utf-16")),
    "nothing": (422, COMPILE, b""),
}


def rows(live):
    with live.database.read() as session:
        return session.exec(select(Submission.id)).all(), session.exec(select(Draft.id)).all()


@pytest.fixture(scope="module")
def lea(shared):
    return shared.client("lea", **{"Idempotency-Key": "the-same-for-all"})


def is_problem(response, status):
    body = response.json()
    assert response.status_code == body["status"] == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    assert len(response.content) < 3000
    return body


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_problem_and_changes_nothing(shared, lea, name):
    status, path, body = BAD[name]
    before = rows(shared)
    response = lea.request("PUT" if path == SAVE else "POST", path, content=body, headers=JSON)
    problem = is_problem(response, status)
    if status == 422:
        assert {"where", "what"} <= set(problem["errors"][0])
    assert rows(shared) == before


def test_what_is_wrong_is_said_with_its_place_and_what_is_allowed(lea):
    body = {"source": "", "steps": [{"action": "wait", "seconds": -1, "account": "x" * 200}]}
    errors = lea.post(SCENARIOS, json=body).json()["errors"]
    assert {error["where"]: error["allowed"] for error in errors} == {
        "body.steps[0].account": {"max_length": 128},
        "body.steps[0].seconds": {"ge": 0},
    }


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", None]
)
def test_json_that_does_not_say_so_is_refused_as_another_site_would_send_it(shared, lea, content_type):
    before = rows(shared)
    headers = {} if content_type is None else {"Content-Type": content_type}
    is_problem(lea.post(SUBMIT, content=SUBMISSION % b'""', headers=headers), 415)
    assert rows(shared) == before


@pytest.mark.parametrize("key", [None, "", "x" * 129, "with space", "\u00e9".encode(), "tab\there"])
def test_an_attempt_needs_an_idempotency_key(shared, key):
    headers = JSON if key is None else {**JSON, "Idempotency-Key": key}
    problem = is_problem(shared.client("lea").post(SUBMIT, content=SUBMISSION % b'""', headers=headers), 422)
    assert problem["errors"][0]["where"] == "header.idempotency-key"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nothing-here", 404),
        ("/", 404),
        ("/docs", 404),
        ("/redoc", 404),
        ("/api/v1/submissions/not-an-id", 422),
        ("/api/v1/submissions/" + "a" * 10_000, 422),
        ("/api/v1/exercises/%00", 422),
        ("/api/v1/exercises/%ff%fe", 422),
        ("/api/v1/exercises/..%2f..%2fetc", 404),
        ("/api/v1/exercises/no-such-one", 404),
        ("/api/v1/lessons/no-such-one", 404),
        ("/api/v1/courses/no-such-one/cohort", 404),
        ("/api/v1/submissions", 422),
        ("/api/v1/submissions?exercise_id=%00", 422),
        ("/api/v1/submissions?exercise_id=no-such-one", 404),
    ],
)
def test_a_bad_address_gets_a_problem(lea, path, status):
    is_problem(lea.get(path), status)


def test_a_wrong_method_is_told_the_right_ones(lea):
    response = lea.delete("/api/v1/me")
    is_problem(response, 405)
    assert response.headers["allow"] == "GET"


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_of_60_mb_is_refused_before_it_is_there(shared, declared):
    chunk = b" " * 65_536
    head = f"POST {COMPILE} HTTP/1.1\r\nHost: classroom\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {shared.headers['lea token']['Authorization']}\r\n"
    head += "Content-Length: 62914560\r\n\r\n" if declared else "Transfer-Encoding: chunked\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", shared.settings.portal_port), timeout=20)) as connection:
        connection.sendall(head.encode())
        if not declared:
            for _ in range(MAX_BODY_BYTES // len(chunk) + 1):
                connection.sendall(b"10000\r\n" + chunk + b"\r\n")
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer


def test_a_client_that_sends_it_all_the_same_is_heard_out(shared):
    """Otherwise its system would drop the answer that it has not read yet."""
    with closing(socket.create_connection(("127.0.0.1", shared.settings.portal_port), timeout=20)) as connection:
        connection.sendall(f"POST {COMPILE} HTTP/1.1\r\nHost: classroom\r\nContent-Length: 1000000\r\n\r\n".encode())
        answer = connection.recv(65_536)
        for _ in range(100):
            connection.sendall(b" " * 10_000)
        while more := connection.recv(65_536):
            answer += more
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"}")


def test_a_body_at_the_limit_is_read(shared):
    padded = b'{"source": ""' + b" " * (MAX_BODY_BYTES - 14) + b"}"
    assert len(padded) == MAX_BODY_BYTES
    lea = shared.client("lea")
    assert lea.post(COMPILE, content=padded, headers=JSON).status_code == 200
    is_problem(lea.post(COMPILE, content=padded + b" ", headers=JSON), 413)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(derandomize=True, database=None)
@given(value=json_values)
def test_what_is_read_could_be_written_by_anyone(value):
    """Whatever passes the strict reader can be written again as RFC 8259 JSON in UTF-8."""
    try:
        read = read_json(json.dumps(value).encode())
    except json.JSONDecodeError:
        return
    assert json.loads(json.dumps(read, allow_nan=False, ensure_ascii=False).encode()) == read


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    path=st.sampled_from([SUBMIT, COMPILE, SCENARIOS, SAVE]),
    body=st.fixed_dictionaries(
        {},
        optional={
            "exercise_id": json_values | st.just("keeper"),
            "source": json_values | st.just(""),
            "revision": json_values,
            "check_only": json_values,
            "steps": json_values
            | st.lists(st.fixed_dictionaries({}, optional={"action": st.just("wait"), "seconds": json_values})),
        },
    ),
)
def test_no_body_makes_a_server_error(lea, path, body):
    response = lea.request("PUT" if path == SAVE else "POST", path, content=json.dumps(body), headers=JSON)
    assert response.status_code < 500, response.text


def test_garbage_instead_of_http_does_not_disturb_the_next_request(shared):
    with closing(socket.create_connection(("127.0.0.1", shared.settings.portal_port), timeout=20)) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00 not http\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{shared.settings.portal_url}/healthz", trust_env=False).status_code == 200
