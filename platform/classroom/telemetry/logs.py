"""Logs, one line an event, with the id of the request it belongs to: JSON, or text for a person who reads along.

What is logged is decided elsewhere; here is what may never come along: an error's own words can quote a row, a body or
a secret, so errors of libraries that do so are told without the values.
"""

import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from classroom.settings import Settings

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request being answered, or the job being done for it, in this task or thread; None outside of one."""

MAX_WORDS: Final = 300
"""Characters of an error's own words that are told."""

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
_BREAKS: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    code: f"\\u{code:04x}" for code in (0x2028, 0x2029)
}


class JsonFormatter(logging.Formatter):
    """Writes a record, its `extra` fields and its traceback as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= _added(record)
        if record.exc_info and record.exc_info[1] is not None:
            entry["traceback"] = list(_told(record.exc_info[1]))
        return json.dumps(entry, ensure_ascii=True, default=str)


class TextFormatter(logging.Formatter):
    """Writes a record as one line for a person, its fields behind it."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        fields = "".join(f" {name}={value}" for name, value in _added(record).items())
        line = f"{at} {record.levelname} {record.name}: {record.getMessage()}{fields}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" [{' < '.join(_told(record.exc_info[1]))}]"
        return line.translate(_BREAKS)


def configuration(settings: Settings) -> dict[str, Any]:
    """Give the logging of a process, for `logging.config.dictConfig` or for uvicorn's `log_config`."""
    formatter = JsonFormatter if settings.log_format == "json" else TextFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "uvicorn.access": {"handlers": [], "propagate": False},  # ours names the route and the request
            "huey": {"level": "WARNING"},  # it tells of each message, which our line of each job tells better
            "httpx": {"level": "WARNING"},
        },
    }


def words(error: BaseException) -> str:
    """Name an error, with its own words where these quote no value that it was given."""
    name = type(error).__name__
    if isinstance(error, DBAPIError):
        cause = type(error.orig).__name__
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        return f"{name}: {cause}" + (f" {state}" if state else "")
    if isinstance(error, ValidationError):
        places = (".".join(map(str, each["loc"])) + f" {each['type']}" for each in error.errors(include_input=False))
        told = f"{error.title}: {'; '.join(places)}"
    else:
        told = str(error)
    return f"{name}: {told[:MAX_WORDS]}"


def _added(record: logging.LogRecord) -> dict[str, Any]:
    """Give the fields that go with a record's message, those without a value left out."""
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None}
    if (request_id := REQUEST_ID.get()) and "request_id" not in fields:
        fields["request_id"] = request_id
    return fields


def _told(error: BaseException) -> Iterator[str]:
    """Tell an error, where it was raised, innermost first, and what it came from: no line of code, and no value."""
    seen: set[int] = set()
    present: BaseException | None = error
    while present is not None and id(present) not in seen:
        seen.add(id(present))
        yield words(present)
        yield from (
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(extract_tb(present.__traceback__))
        )
        if isinstance(present, BaseExceptionGroup):
            for each in present.exceptions:
                yield from _told(each)
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)
