"""A compiler that remembers: what was compiled before is known by the content of everything it was made from."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evmbox.compiler import Compilation, Compiler
from evmbox.compiler.compilation import NO_SOURCES, TIME_LIMIT_S
from evmbox.report import Outcome

MAX_ENTRIES = 128
MAX_ARTIFACT_BYTES = 256 * 1024
REPEATABLE = (None, Outcome.COMPILE_ERROR)
"""How the same source ends every time; a limit may be met on a busy day only."""


class Memory:
    """The latest compilations: a bounded number, none of them large. Thread-safe."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, Compilation] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Compilation | None:
        """Return what is known under a key."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: str, compilation: Compilation) -> None:
        """Keep a compilation, if it is worth it, and let go of the one that was used longest ago."""
        size = sum(len(artifact.creation) for artifact in compilation.artifacts.values())
        if compilation.outcome not in REPEATABLE or size > MAX_ARTIFACT_BYTES:
            return
        if compilation.details is not None:  # syntax trees take megabytes, and are seldom asked for twice
            return
        with self._lock:
            self._entries[key] = compilation
            self._entries.move_to_end(key)
            while len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)


class RememberingCompiler(Compiler):
    """Another compiler, which is not asked twice; several may share one memory."""

    def __init__(self, compiler: Compiler, memory: Memory) -> None:
        self._compiler = compiler
        self._memory = memory

    @property
    def version(self) -> str:
        """The version of the compiler behind it."""
        return self._compiler.version

    def compile(
        self,
        source: str,
        *,
        extra_sources: Mapping[str, str] = NO_SOURCES,
        check_only: bool = False,
        optimize: bool = False,
        details: bool = False,
        timeout_s: float = TIME_LIMIT_S,
    ) -> Compilation:
        """Compile `source`, or remember; see `Compiler.compile`. What is remembered took no time."""
        key = _digest([self.version, source, dict(extra_sources), check_only, optimize, details])
        if (known := self._memory.get(key)) is not None:
            return replace(known, elapsed_ms=0.0)
        compilation = self._compiler.compile(
            source,
            extra_sources=extra_sources,
            check_only=check_only,
            optimize=optimize,
            details=details,
            timeout_s=timeout_s,
        )
        self._memory.put(key, compilation)
        return compilation

    def close(self) -> None:
        """Close the compiler behind it."""
        self._compiler.close()


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
