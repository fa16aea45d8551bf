"""What surrounds every answer: headers, ids, the log, the shape of errors, health, and the OpenAPI document."""

import json
import logging
import logging.config
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from uuid import uuid4

import httpx
import pytest
from starlette.responses import StreamingResponse

from classroom.api.middleware import security_headers
from classroom.db import Database
from classroom.scratch import TURNS_EACH, TURNS_IN_ALL
from classroom.settings import Settings
from classroom.telemetry.logs import JsonFormatter, configuration
from evmbox.compiler import NodeCompiler
from evmbox.isolation.ladder import find_walls

ANSWERS = [
    ("GET", "/healthz", 200),
    ("GET", "/api/v1/me", 200),
    ("GET", "/nothing", 404),
    ("DELETE", "/api/v1/me", 405),
    ("POST", "/api/v1/submissions", 415),
    ("GET", "/openapi.json", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_carries_the_security_headers(shared, method, path, status):
    response = shared.client("lea").request(method, path)
    assert response.status_code == status
    for name, value in security_headers(shared.settings).items():
        assert response.headers[name] == value
    assert response.headers["cache-control"] == "no-store"
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_no_page_may_load_or_run_anything_from_another_host(tmp_path):
    settings = Settings(data_dir=tmp_path, voila_port=4321, lab_port=4322)
    policy = dict(each.split(" ", 1) for each in security_headers(settings)["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["frame-src"] == "'self' http://127.0.0.1:4321 http://127.0.0.1:4322"
    assert not {"unsafe-inline", "unsafe-eval", "*"} & set(" ".join(policy.values()).replace("'", "").split())


def test_a_secure_site_asks_for_https_for_good(tmp_path):
    assert "Strict-Transport-Security" in security_headers(Settings(data_dir=tmp_path, secure_cookies=True))
    assert "Strict-Transport-Security" not in security_headers(Settings(data_dir=tmp_path))


@pytest.mark.parametrize("sent", ["a-request-of-mine", "0123abcd", "x" * 64])
def test_a_good_request_id_is_kept(shared, sent):
    assert shared.client("nobody").get("/healthz", headers={"X-Request-Id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "with space and more", '"><script>', b"\xff" * 10])
def test_a_bad_request_id_is_replaced(shared, sent):
    given = shared.client("nobody").get("/healthz", headers={"X-Request-Id": sent}).headers["x-request-id"]
    assert len(given) == 32
    assert given.isalnum()


def test_each_request_is_one_line_of_json_in_the_log(shared, caplog, wait_until):
    def logged(request_id):
        return [record for record in caplog.records if getattr(record, "request_id", None) == request_id]

    with caplog.at_level(logging.INFO, "classroom.access"):
        shared.client("lea").get("/api/v1/exercises/keeper?token=secret", headers={"X-Request-Id": "request-1"})
        shared.client("lea").get("/nothing/secret", headers={"X-Request-Id": "request-2"})
        wait_until(lambda: logged("request-1") and logged("request-2"))  # a line is written once the answer has left
    (first,), (second,) = logged("request-1"), logged("request-2")
    entry = vars(first)
    assert (entry["method"], entry["route"], entry["status"]) == ("GET", "/api/v1/exercises/{exercise_id}", 200)
    assert 0 < entry["ms"] < 10_000
    assert vars(second)["route"] is None
    assert "secret" not in JsonFormatter().format(first) + JsonFormatter().format(second)


def test_a_log_line_is_json_whatever_it_holds():
    record = logging.makeLogRecord({"msg": 'a "quote"\nand \u202e %s', "args": ("x",), "name": "n", "extra": object()})
    entry = json.loads(JsonFormatter().format(record))
    assert entry["message"] == 'a "quote"\nand \u202e x'
    assert {"at", "level", "logger", "extra"} <= set(entry)
    assert "\n" not in JsonFormatter().format(record)


def test_the_logging_configuration_is_one_that_python_takes():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logging.config.dictConfig(configuration(Settings()))
    finally:
        root.handlers[:] = before
        root.setLevel(level)


def test_an_unexpected_error_tells_nothing_and_is_logged_with_the_request(live, caplog):
    live.app.state.services = replace(live.app.state.services, catalog=None)
    response = live.client("lea").get("/api/v1/exercises/keeper", headers={"X-Request-Id": "request-1"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-security-policy"]
    assert response.json()["request_id"] == "request-1"
    assert "NoneType" not in response.text
    (record,) = (record for record in caplog.records if record.message == "unexpected error")
    assert "NoneType" in record.exc_text
    assert live.client("lea").get("/api/v1/me").status_code == 200


def test_an_answer_that_fails_half_way_does_not_look_whole(live):
    async def halves():
        yield b"one half"
        raise RuntimeError("no more")

    @live.app.get("/halves")
    async def answer():
        return StreamingResponse(halves())

    with pytest.raises(httpx.RemoteProtocolError), live.client("nobody").stream("GET", "/halves") as response:
        response.read()


def test_a_server_lives_before_it_is_ready(shared):
    assert shared.client("nobody").get("/healthz").json() == {"status": "ok"}


def test_a_server_is_ready_once_every_part_is(live, wait_until):
    client = live.client("nobody")
    first = client.get("/readyz")
    assert first.json()["parts"]["compiler"] in {"starting", "ok"}
    assert first.json()["isolation"] == find_walls().tier
    wait_until(lambda: client.get("/readyz").json()["parts"]["compiler"] == "ok")


def test_a_server_without_a_compiler_says_what_to_do_and_does_the_rest(live, tmp_path, monkeypatch):
    monkeypatch.setattr("evmbox.compiler.native.find_solc", lambda _: None)
    monkeypatch.setattr("evmbox.compiler.native.NodeCompiler", partial(NodeCompiler, node_modules=tmp_path))
    response = live.client("lea").post("/api/v1/compile", json={"source": ""})
    assert response.status_code == 503
    assert "solc was not found" in response.json()["detail"]
    ready = live.client("nobody").get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert ready.json()["parts"]["compiler"] == response.json()["detail"]
    assert live.client("lea").get("/api/v1/me").status_code == 200


def test_a_server_without_its_database_lives_and_is_not_ready(live, tmp_path):
    away = Database(f"sqlite:///{tmp_path}/nowhere/at/all.db")
    live.app.state.services = replace(live.app.state.services, database=away)
    assert live.client("nobody").get("/healthz").status_code == 200
    ready = live.client("nobody").get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] != "ok"
    assert live.client("lea").get("/api/v1/me").status_code == 503
    away.close()


def test_a_server_whose_database_was_never_migrated_says_so(live, tmp_path):
    bare = Database(f"sqlite:///{tmp_path}/bare.db")
    live.app.state.services = replace(live.app.state.services, database=bare)
    ready = live.client("nobody").get("/readyz")
    assert ready.status_code == 503
    assert "no tables" in ready.json()["parts"]["database"]
    bare.close()


def test_who_has_enough_running_is_429_and_when_all_have_it_is_503(live):
    scratch, lea = live.app.state.services.scratch, live.client("lea")
    with ExitStack() as running:
        for _ in range(TURNS_EACH):
            running.enter_context(scratch._turn(live.users["lea"].id))
        for path, more in (("/api/v1/compile", {}), ("/api/v1/scenarios", {"steps": [{"action": "wait"}]})):
            response = lea.post(path, json={"source": "", **more})
            assert (response.status_code, response.headers["retry-after"]) == (429, "1")
        for _ in range(TURNS_IN_ALL - TURNS_EACH):
            running.enter_context(scratch._turn(uuid4()))
        response = live.client("leo").post("/api/v1/compile", json={"source": ""})
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_the_openapi_document_describes_every_answer_of_every_route(shared):
    document = shared.client("nobody").get("/openapi.json").json()
    assert document["components"]["schemas"]["Problem"]["properties"]["detail"]
    tags = {tag["name"] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        assert not path.startswith("/internal")
        for method, operation in methods.items():
            place = f"{method} {path}"
            assert operation["summary"], place
            assert operation["description"], place
            assert set(operation["tags"]) <= tags, place
            if path.startswith("/api/"):
                assert "401" in operation["responses"], place
                refusals = [answer for status, answer in operation["responses"].items() if status >= "400"]
                assert all(list(answer["content"]) == ["application/problem+json"] for answer in refusals), place
            for answer in operation["responses"].values():
                assert "HTTPValidationError" not in json.dumps(answer), place


def test_the_openapi_document_gives_examples_of_what_to_send(shared):
    schemas = shared.client("nobody").get("/openapi.json").json()["components"]["schemas"]
    for name in ("SubmissionIn", "DraftIn", "CompileIn", "ScenarioIn"):
        assert schemas[name]["properties"]["source"]["examples"], name
