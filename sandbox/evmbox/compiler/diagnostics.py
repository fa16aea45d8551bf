"""solc's errors and warnings, as `Diagnostic`s that an editor can place and a beginner can read."""

import bisect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from evmbox.compiler.compilation import SOURCE_NAME
from evmbox.compiler.imports import Library
from evmbox.compiler.plain_words import explain
from evmbox.report import Diagnostic, Severity

_DIAGNOSTICS_LIMIT = 100
_MESSAGE_LIMIT = 600
_LINE_END = re.compile(rb"\r\n|\r|\n")
_STACK_TOO_DEEP = "Stack too deep."  # what follows it is advice on settings that are not the learner's
_NOT_FOUND_CODE = "6275"
_OTHER_VERSION_CODE = "5333"
_NOT_FOUND = re.compile(r'Source "(.*)" not found', re.DOTALL)


def diagnose(
    errors: Iterable[Mapping[str, Any]],
    sources: Mapping[str, str],
    *,
    library: Library,
    extra_names: Iterable[str] = (),
) -> tuple[Diagnostic, ...]:
    """Translate the `errors` of solc's output on `sources` (text by file name).

    Errors come first. Warnings on files that the learner did not write are left out.
    """
    places: dict[str, _Places] = {}
    diagnostics = []
    for error in sorted(errors, key=lambda error: error["severity"] != "error"):
        location = error.get("sourceLocation") or {}
        file = str(location.get("file", ""))
        if error["severity"] != "error" and file not in ("", SOURCE_NAME):
            continue
        span: dict[str, int] = {}
        if file in sources:
            if file not in places:
                places[file] = _Places(sources[file])
            span = places[file].span(location["start"], location["end"])
        message, help_text = _words(error, library, tuple(extra_names))
        diagnostics.append(
            Diagnostic(
                severity=Severity(error["severity"]),
                code=error.get("errorCode"),
                kind=error["type"],
                message=message,
                file=file or None,
                help=help_text,
                **span,
            )
        )
        if len(diagnostics) == _DIAGNOSTICS_LIMIT:
            break
    return tuple(diagnostics)


def refuse(kind: str, message: str, help_text: str, *, text: str = "", index: int = -1) -> Diagnostic:
    """Make an error of our own on the submitted source, at the character `index` of `text` if that is known."""
    span: dict[str, int] = {}
    if index >= 0:
        start, end = (len(_encode(text[:at])) for at in (index, index + 1))
        span = _Places(text).span(start, end)
    return Diagnostic(severity=Severity.ERROR, kind=kind, message=message, file=SOURCE_NAME, help=help_text, **span)


def summarize(diagnostics: Iterable[Diagnostic]) -> str:
    """Say in one sentence why the source does not compile."""
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    first = errors[0]
    where = f"Line {first.line}: " if first.line and first.file == SOURCE_NAME else ""
    more = {1: "", 2: " (and 1 more error)"}.get(len(errors), f" (and {len(errors) - 1} more errors)")
    return f"{where}{first.message}{more}"


def _words(error: Mapping[str, Any], library: Library, extra_names: tuple[str, ...]) -> tuple[str, str | None]:
    message, code = str(error["message"]), error.get("errorCode")
    if code == _NOT_FOUND_CODE and (match := _NOT_FOUND.search(message)):
        return _one_line(f'"{match[1]}" can\'t be imported.'), library.advice(match[1], extra_names)
    if error["type"] == "InternalCompilerError" and message.startswith("Uncaught exception"):
        message = "The compiler broke down over this source."  # the rest is about its own files
    file = (error.get("sourceLocation") or {}).get("file", "")
    if code == _OTHER_VERSION_CODE and file in library.names:
        return _one_line(f"{file}: {message}"), library.version_advice()
    if _STACK_TOO_DEEP in message:
        message = _STACK_TOO_DEEP
    return _one_line(message), explain(code, message)


def _one_line(message: str) -> str:
    """Return `message` on one line, cut to a readable length, with whatever can't be seen spelt out."""
    line = " ".join(message.split())
    if len(line) > _MESSAGE_LIMIT:
        line = line[:_MESSAGE_LIMIT] + " …"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in line)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half of a character becomes a question mark: one character, one byte


class _Places:
    """Finds lines and columns, counted from 1 and in characters, for solc's offsets into UTF-8."""

    def __init__(self, text: str) -> None:
        self._bytes = _encode(text)
        self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(self._bytes))]

    def span(self, start: int, end: int) -> dict[str, int]:
        """Return where the bytes from `start` up to `end` stand; nothing where solc gives no place (-1)."""
        if not 0 <= start <= end <= len(self._bytes):
            return {}
        (line, column), (end_line, end_column) = self._at(start), self._at(end)
        return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}

    def _at(self, offset: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._line_starts, offset)
        before = self._bytes[self._line_starts[line - 1] : offset]
        return line, len(before.decode("utf-8", "replace")) + 1
