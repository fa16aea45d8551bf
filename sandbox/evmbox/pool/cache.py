"""Compilations that are known already, by the content of everything they were made from."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace

from evmbox.compiler import Compilation
from evmbox.report import Outcome

MAX_ENTRIES = 128
MAX_ARTIFACT_BYTES = 256 * 1024
REPEATABLE = (None, Outcome.COMPILE_ERROR)
"""Endings that the same source always has; a limit may be met on a busy day only."""


class Cache:
    """The latest compilations, a bounded number of bounded size. Thread-safe."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Compilation] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, compile_: Callable[[], Compilation]) -> Compilation:
        """Return the compilation of this key, by compiling unless it is known."""
        with self._lock:
            if known := self._entries.get(key):
                self._entries.move_to_end(key)
                return replace(known, elapsed_ms=0.0)
        made = compile_()
        if (
            made.outcome in REPEATABLE
            and sum(len(each.creation) for each in made.artifacts.values()) <= MAX_ARTIFACT_BYTES
        ):
            with self._lock:
                self._entries[key] = made
                while len(self._entries) > MAX_ENTRIES:
                    self._entries.popitem(last=False)
        return made


def key_of(version: str, source: str, extra_sources: Mapping[str, str]) -> str:
    """Return the SHA-256 of what decides a compilation."""
    parts = json.dumps([version, source, dict(extra_sources)], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()
