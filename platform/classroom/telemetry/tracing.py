"""Traces by OpenTelemetry, where a setting names who collects them. Without it nothing is imported and nothing done.

A span knows the one around it by its `traceparent` (W3C Trace Context), which goes through the queue with the job.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from classroom.errors import Unavailable
from classroom.settings import Settings

TRACEPARENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""The span that this task or thread is in, as the header `traceparent` has it; None outside of one."""


class Tracing:
    """Follows nothing. What follows something is in `otlp`."""

    def span(self, name: str, **_attributes: str | int | None) -> AbstractContextManager[object]:
        """Follow what is done in this block, as a part of what the block is in."""
        del name
        return nullcontext()

    def note(self, span: Any, **attributes: str | int | None) -> None:
        """Add to what is told of a span that has not ended."""

    def close(self) -> None:
        """Hand over what was followed, and end."""


class Stages:
    """Spans that come one after the other in one thread: each ends where the next begins."""

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing
        self._open = ExitStack()
        self._name = ""

    def enter(self, name: str) -> None:
        """Begin a stage, if it is not the present one."""
        if name != self._name:
            self.leave()
            self._name = name
            self._open.enter_context(self._tracing.span(name))

    def leave(self) -> None:
        """End the present stage."""
        self._open.close()
        self._name = ""


def open_tracing(settings: Settings, service: str) -> Tracing:
    """Open the tracing of a process. Raises Unavailable where the settings want it and its libraries are missing."""
    if not settings.traces_url:
        return Tracing()
    try:
        exporting: Callable[[str, str], Tracing] = import_module("classroom.telemetry.otlp").exporting
    except ImportError as error:
        raise Unavailable(
            f"CLASSROOM_TRACES_URL is set, and {error.name} is not installed: install `hyperkit-classroom[traces]`."
        ) from None
    return exporting(settings.traces_url, service)
