"""What follows requests and jobs, and hands that to a collector by OTLP. Imported where a setting asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from classroom.telemetry.tracing import TRACEPARENT, Tracing

TIMEOUT_S = 5
"""How long a collector may take; one that is away costs its spans and nothing else."""


class Exporting(Tracing):
    """Follows, and hands over to a processor. What an error says is left out: its kind is told."""

    def __init__(self, processor: SpanProcessor, service: str) -> None:
        resource = Resource.create({"service.name": service, "service.version": version("hyperkit-classroom")})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("classroom")
        self._context = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, **attributes: str | int | None) -> Iterator[Span]:
        """Follow what is done in this block."""
        outer = TRACEPARENT.get()
        around = self._context.extract({"traceparent": outer}, Context()) if outer else Context()
        span = self._tracer.start_span(name, around)
        self.note(span, **attributes)
        itself = span.get_span_context()
        mine = TRACEPARENT.set(f"00-{itself.trace_id:032x}-{itself.span_id:016x}-{int(itself.trace_flags):02x}")
        try:
            yield span
        except BaseException as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
        finally:
            TRACEPARENT.reset(mine)
            span.end()

    def note(self, span: Span, **attributes: str | int | None) -> None:
        """Add to what is told of a span."""
        span.set_attributes({key: value for key, value in attributes.items() if value is not None})

    def close(self) -> None:
        """Hand over what was followed, and end."""
        self._provider.shutdown()


def exporting(url: str, service: str) -> Exporting:
    """Follow, and hand over to the collector at an address such as http://127.0.0.1:4318/v1/traces."""
    return Exporting(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=TIMEOUT_S)), service)
