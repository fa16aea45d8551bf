"""Logs that quote nothing they should not, figures that survive the way through a row, tracing that is off."""

import json
import logging

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry, generate_latest
from pydantic import BaseModel, ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from classroom.errors import Unavailable
from classroom.settings import Settings
from classroom.telemetry import tracing
from classroom.telemetry.figures import JobFigures, RequestFigures, Told, read
from classroom.telemetry.logs import REQUEST_ID, JsonFormatter, TextFormatter, configuration, words
from classroom.telemetry.otlp import Exporting
from classroom.telemetry.tracing import TRACEPARENT, Stages, Tracing, open_tracing
from evmbox.pool import Counts

CANARY = "canary-of-a-source"


class Strict(BaseModel):
    number: int


def throw(error: Exception) -> None:
    raise error


def record(error: Exception | None = None, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "n", "levelno": 20, "levelname": "INFO", "msg": "hello", **extra})
    if error is not None:
        with pytest.raises(type(error)) as raised:
            throw(error)
        made.exc_info = (type(error), error, raised.tb)
    return made


def broken_by_a_value() -> list[Exception]:
    errors: list[Exception] = []
    try:
        Strict.model_validate({"number": CANARY})
    except ValidationError as error:
        errors.append(error)
    errors.append(DBAPIError(f"INSERT {CANARY}", {"source": CANARY}, ValueError(CANARY)))
    return errors


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_an_error_is_told_without_the_value_that_broke_it(formatter):
    for error in broken_by_a_value():
        line = formatter.format(record(error))
        assert type(error).__name__ in line
        assert CANARY not in line
        around = RuntimeError("it broke")
        around.__cause__ = error
        line = formatter.format(record(around))
        assert "it broke" in line
        assert type(error).__name__ in line
        assert CANARY not in line


def test_a_refused_row_is_told_without_its_values(database):
    with pytest.raises(DBAPIError) as refused, database.unit_of_work() as work:
        work.session.execute(text("INSERT INTO periodic_tasks (name, nothing) VALUES (:v, 1)"), {"v": CANARY})
    assert CANARY in str(refused.value)
    assert CANARY not in words(refused.value)


def test_a_traceback_says_where():
    entry = json.loads(JsonFormatter().format(record(ValueError("no"))))
    assert entry["traceback"][0] == "ValueError: no"
    assert "test_telemetry.py" in entry["traceback"][1]


def test_a_line_of_text_is_one_line_with_its_request():
    token = REQUEST_ID.set("request-7")
    try:
        line = TextFormatter().format(record(msg="one\ntwo\u2028three", route="/x"))
    finally:
        REQUEST_ID.reset(token)
    assert len(line.splitlines()) == 1
    assert "one\\x0atwo" in line
    assert "request_id=request-7" in line
    assert "route=/x" in line


@pytest.mark.parametrize("kind", ["json", "text"])
def test_uvicorn_and_huey_write_as_we_do(kind):
    made = configuration(Settings(log_format=kind))
    assert made["root"]["handlers"] == ["stderr"]
    for name in ("uvicorn", "uvicorn.error", "huey"):
        assert "handlers" not in made["loggers"].get(name, {})
    assert made["formatters"]["line"]["()"] is (JsonFormatter if kind == "json" else TextFormatter)


def counts(forks: int) -> Counts:
    return Counts(slots=2, free=1, waiting=0, forks=forks, restarts=0, cache_hits=3, cache_misses=1)


def test_what_consumers_counted_is_told_on_by_name():
    families = []
    for worker, forks in (("one", 5), ("two", 7)):
        figures = JobFigures()
        figures.ended("grade", "done", 0.4, {"compile": 0.2, "click": 0.6})
        figures.ended("grade", "dead", None, {})
        dumped = json.loads(json.dumps(figures.dump({"grading": counts(forks)})))
        families.extend(read(dumped, worker=worker))
    registry = CollectorRegistry()
    registry.register(Told(families))
    shown = generate_latest(registry).decode()
    assert shown.count("# TYPE classroom_jobs_ended_total counter") == 1
    for worker, forks in (("one", 5), ("two", 7)):
        assert f'classroom_jobs_ended_total{{kind="grade",state="done",worker="{worker}"}} 1.0' in shown
        assert f'classroom_jobs_ended_total{{kind="grade",state="dead",worker="{worker}"}} 1.0' in shown
        assert f'classroom_pool_forks_total{{pool="grading",worker="{worker}"}} {forks}.0' in shown
        assert f'classroom_verdict_seconds_bucket{{le="0.2",stage="compile",worker="{worker}"}} 1.0' in shown
        assert f'classroom_job_seconds_count{{kind="grade",worker="{worker}"}} 1.0' in shown


def test_what_a_client_makes_up_adds_no_series():
    registry = CollectorRegistry()
    figures = RequestFigures(registry)
    figures.answered("BREW", None, 404, 0.01)
    figures.answered("STEEP", None, 404, 0.01)
    assert registry.get_sample_value(
        "classroom_http_request_seconds_count", {"method": "other", "route": "other", "status": "404"}
    ) == pytest.approx(2)


def test_spans_follow_one_another_and_know_what_they_are_in():
    exporter = InMemorySpanExporter()
    following = Exporting(SimpleSpanProcessor(exporter), "test")
    with following.span("request", route="/x", nothing=None):
        carried = TRACEPARENT.get()
    assert TRACEPARENT.get() is None
    token = TRACEPARENT.set(carried)
    with pytest.raises(ValueError, match=CANARY), following.span("job"):
        stages = Stages(following)
        stages.enter("compile")
        stages.enter("compile")
        stages.enter("check")
        stages.leave()
        raise ValueError(CANARY)
    TRACEPARENT.reset(token)
    following.close()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert [span.name for span in exporter.get_finished_spans()] == ["request", "compile", "check", "job"]
    assert len({span.context.trace_id for span in spans.values()}) == 1
    assert spans["job"].parent.span_id == spans["request"].context.span_id
    assert spans["check"].parent.span_id == spans["job"].context.span_id
    assert dict(spans["request"].attributes) == {"route": "/x"}
    assert not spans["job"].status.is_ok
    assert CANARY not in spans["job"].to_json()


def test_tracing_that_is_off_imports_nothing_and_one_without_its_library_says_what_to_do(monkeypatch):
    off = open_tracing(Settings(), "test")
    assert type(off) is Tracing
    with off.span("request", route="/x"):
        assert TRACEPARENT.get() is None

    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=f"{name} or what it needs")

    monkeypatch.setattr(tracing, "import_module", missing)
    with pytest.raises(Unavailable, match=r"hyperkit-classroom\[traces\]"):
        open_tracing(Settings(traces_url="http://127.0.0.1:9/v1/traces"), "test")
