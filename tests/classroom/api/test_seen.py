"""What a running classroom shows: metrics, log lines and traces of one attempt's whole way, and none of its secrets."""

import gzip
import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

from classroom.schemas import Event
from classroom.settings import REPOSITORY
from classroom.telemetry.logs import JsonFormatter
from support.waiting import wait_until

CANARY = "canary5f1d"
REQUEST = "the-request-of-lea"
DEPLOY = REPOSITORY / "deploy"


class Collector(ThreadingHTTPServer):
    """Takes spans as any collector does: OTLP over HTTP, protobuf."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.spans: list[tuple[str, Span]] = []  # with the name of the service

    def named(self, name: str) -> list[Span]:
        return [span for _, span in list(self.spans) if span.name == name]


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = {each.key: each.value.string_value for each in of_resource.resource.attributes}["service.name"]
            for of_scope in of_resource.scope_spans:
                self.server.spans.extend((service, span) for span in of_scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class Seen:
    """A classroom in which one attempt was graded, and what was seen of it."""

    live: object
    collector: Collector
    consumer_log: Path
    api_log: StringIO = field(default_factory=StringIO)

    def metrics(self) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
        answer = self.live.client("nobody").get("/metrics")
        assert answer.status_code == 200, answer.text
        found: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
        return found

    def value(self, name: str, **labels: str) -> float:
        wanted = set(labels.items())
        return sum(value for held, value in self.metrics().get(name, {}).items() if wanted <= held)

    def lines(self) -> list[dict[str, object]]:
        text = self.api_log.getvalue() + self.consumer_log.read_text(encoding="utf-8")
        whole, _, _ = text.rpartition("\n")  # the last may be half written
        return [json.loads(line) for line in whole.splitlines()]


@pytest.fixture(scope="module")
def seen(opening, consuming, migrated, course_dir, tmp_path_factory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("seen")
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    root = logging.getLogger()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASSROOM_TRACES_URL", url)
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        patch.setenv("NO_PROXY", "127.0.0.1")
        with opening(folder, migrated, course_dir, traces_url=url) as live, consuming(live, folder / "consumer.log"):
            shown = Seen(live, collector, folder / "consumer.log")
            handler = logging.StreamHandler(shown.api_log)
            handler.setFormatter(JsonFormatter())
            root.addHandler(handler)
            access = logging.getLogger("classroom.access")
            level = access.level
            access.setLevel(logging.INFO)
            try:
                _one_attempt(live)
                yield shown
            finally:
                access.setLevel(level)
                root.removeHandler(handler)
    collector.shutdown()
    thread.join(timeout=20)
    collector.server_close()


def _one_attempt(live) -> None:
    """Hand in, with canaries in all that must not be told, and wait for the verdict."""
    body = {"exercise_id": "keeper", "source": f"{live.SOLUTION}// {CANARY}-source\n"}
    headers = {"Idempotency-Key": uuid4().hex, "X-Request-Id": REQUEST}
    lea = live.client("lea token")
    made = lea.post("/api/v1/submissions", json=body, headers=headers)
    assert made.status_code == 202, made.text
    events = lea.get(f"/api/v1/submissions/{made.json()['id']}/events", timeout=120)
    assert Event.model_validate_json(events.text.rpartition("data: ")[2]).state == "done"
    nobody = live.client("nobody")
    wrong = {"name": "lea", "password": f"{CANARY}-password"}
    assert nobody.post("/api/v1/tokens", json=wrong).status_code == 401
    assert nobody.get(f"/{CANARY}-path", headers={"Authorization": f"Bearer {CANARY}-token"}).status_code == 404


def test_metrics_tell_of_a_verdict_by_stage_and_of_the_consumer_that_gave_it(seen):
    wait_until(lambda: seen.value("classroom_jobs_ended_total", kind="grade", state="done") == 1, timeout_s=60)
    for stage in ("compile", "deploy", "checks", "total", "click"):
        assert seen.value("classroom_verdict_seconds_count", stage=stage) == 1, stage
    click_s = seen.value("classroom_verdict_seconds_sum", stage="click")
    assert click_s >= seen.value("classroom_verdict_seconds_sum", stage="total") > 0
    assert seen.value("classroom_job_seconds_count", kind="grade") == 1
    assert seen.value("classroom_pool_slots", pool="grading") == 1
    assert seen.value("classroom_pool_forks_total", pool="grading") >= 1
    assert seen.value("classroom_compile_cache_total", pool="grading", result="miss") >= 1
    wait_until(lambda: seen.value("classroom_workers") == 1)
    wait_until(lambda: seen.value("classroom_part_ready", part="consumer") == 1)


def test_metrics_tell_of_requests_by_the_template_of_their_route(seen):
    route = "/api/v1/submissions"
    count = "classroom_http_request_seconds_count"
    wait_until(lambda: seen.value(count, method="POST", route=route, status="202") == 1, what="the count of a request")
    wait_until(lambda: seen.value(count, route="other", status="404") >= 1, what="the count of what is not there")
    assert seen.value("classroom_sign_ins_total", outcome="wrong") == 1
    by_route = seen.metrics()[count]
    assert {f"{route}/{{submission_id}}/events"} <= {dict(labels)["route"] for labels in by_route}


def test_metrics_count_what_is_open_now(seen):
    hub = seen.live.app.state.services.hub
    before = seen.value("classroom_streams_open", of="submission")
    with hub.subscribe(uuid4(), reader=uuid4()):
        assert seen.value("classroom_streams_open", of="submission") == before + 1
    assert seen.value("classroom_chains_in_memory") == 0


def test_every_metric_that_alerts_and_board_name_is_told(seen):
    text = seen.live.client("nobody").get("/metrics").text
    told = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
        told |= {f"{name}_bucket", f"{name}_count", f"{name}_sum"} if kind == "histogram" else {name}
    files = [DEPLOY / "alerts.yml", DEPLOY / "alerts.test.yml", *(DEPLOY / "grafana").glob("*.json")]
    for file in files:
        named = set(re.findall(r"\b(?:classroom|process)_[a-z_]+\b", file.read_text(encoding="utf-8")))
        assert named, file
        assert named <= told, file


def test_every_metric_that_is_told_is_in_the_documentation(seen):
    text = seen.live.client("nobody").get("/metrics").text
    documented = (REPOSITORY / "docs" / "observing.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^# TYPE (classroom_\S+) ", text, re.MULTILINE))
    assert told == set(re.findall(r"`(classroom_\w+)`", documented))


def test_a_log_line_of_the_api_and_of_the_consumer_have_the_request_and_no_name(seen):
    lines = wait_until(lambda: (found := seen.lines()) and any(each["message"] == "job" for each in found) and found)
    mine = [each for each in lines if each.get("request_id") == REQUEST]
    (request,) = (each for each in mine if each["message"] == "request")
    assert (request["method"], request["route"], request["status"]) == ("POST", "/api/v1/submissions", 202)
    assert request["user_id"] == str(seen.live.users["lea"].id)
    (job,) = (each for each in mine if each["message"] == "job")
    assert (job["kind"], job["state"], job["attempt"], job["logger"]) == ("grade", "done", 1, "classroom.job")


def test_no_secret_no_source_and_no_name_is_in_any_line_metric_or_span(seen):
    lines = seen.lines()
    assert len(lines) > 5
    metrics = seen.live.client("nobody").get("/metrics").text
    spans = str(seen.collector.spans)
    for told in (json.dumps(lines), metrics, spans):
        assert CANARY not in told
        assert '"lea"' not in told
        assert seen.live.headers["lea token"]["Authorization"].removeprefix("Bearer ") not in told


def test_the_spans_of_an_attempt_are_one_trace_from_the_request_to_its_verdict(seen):
    collector = seen.collector
    (job,) = wait_until(lambda: collector.named("job"), what="the span of the job")
    (submit,) = wait_until(lambda: collector.named("submit"), what="the span of the submission")
    requests = wait_until(
        lambda: [each for each in collector.named("request") if each.trace_id == job.trace_id],
        what="the request's span",
    )
    (request,) = requests
    assert submit.parent_span_id == request.span_id
    assert job.parent_span_id == submit.span_id
    for name in ("compile", "check", "finish"):
        (stage,) = wait_until(lambda name=name: collector.named(name), what=name)
        assert (stage.trace_id, stage.parent_span_id) == (job.trace_id, job.span_id)
    assert {service for service, span in collector.spans if span.trace_id == job.trace_id} == {
        "classroom-api",
        "classroom-consumer",
    }
    attributes = {each.key: each.value for each in request.attributes}
    assert attributes["route"].string_value == "/api/v1/submissions"
    assert attributes["status"].int_value == 202


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}, {"Host": "rebound.example"}],
    ids=["a proxy", "a standard proxy", "another name"],
)
def test_metrics_do_not_answer_what_a_proxy_hands_on(seen, headers):
    assert seen.live.client("adele").get("/metrics").status_code == 200
    assert seen.live.client("adele").get("/metrics", headers=headers).status_code == 404


def test_with_a_secret_metrics_answer_whoever_shows_it_whatever_is_broken_and_nobody_else(open_live):
    with open_live(metrics_secret="of-prometheus") as live:
        client = live.client("nobody")
        for shown in ({}, {"Authorization": "Bearer another"}, {"Authorization": "Basic of-prometheus"}):
            refused = client.get("/metrics", headers=shown)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        right = {"Authorization": "Bearer of-prometheus", "X-Forwarded-For": "203.0.113.9"}
        with live.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE audit_events")
        text = client.get("/metrics", headers=right).text
        assert 'classroom_part_ready{part="audit"} 0.0' in text
        assert 'classroom_part_ready{part="database"} 1.0' in text
