"""A compiler that remembers: what was compiled before is known by the content of everything it was made from."""

import hashlib
import json
import pickle
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evmbox.compiler import Compilation, Compiler, Language
from evmbox.compiler.compilation import NO_SOURCES, TIME_LIMIT_S
from evmbox.report import Outcome

MAX_ENTRIES = 512
MAX_BYTES = 48 * 1024**2
MAX_ENTRY_BYTES = 4 * 1024**2
REPEATABLE = (None, Outcome.COMPILE_ERROR)
"""How the same source ends every time; a limit may be met on a busy day only."""


class Memory:
    """The latest compilations: bounded in number and in bytes, none of them large. Thread-safe.

    They are kept pickled: so their size is known and a fraction of what the objects take, and who changes what they
    were given changes nobody else's.
    """

    def __init__(self) -> None:
        self._entries: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self.hits = 0
        self.misses = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Compilation | None:
        """Return what is known under a key."""
        with self._lock:
            if key not in self._entries:
                self.misses += 1
                return None
            self.hits += 1
            self._entries.move_to_end(key)
            entry = self._entries[key]
        known: Compilation = pickle.loads(entry)  # noqa: S301 - it was pickled here
        return known

    def put(self, key: str, compilation: Compilation) -> None:
        """Keep a compilation, if it is worth it, and let go of those that were used longest ago."""
        if compilation.outcome not in REPEATABLE:
            return
        entry = pickle.dumps(compilation, pickle.HIGHEST_PROTOCOL)
        if len(entry) > MAX_ENTRY_BYTES:
            return
        with self._lock:
            self._bytes += len(entry) - len(self._entries.pop(key, b""))
            self._entries[key] = entry
            while len(self._entries) > MAX_ENTRIES or self._bytes > MAX_BYTES:
                self._bytes -= len(self._entries.popitem(last=False)[1])


class RememberingCompiler(Compiler):
    """Another compiler, which is not asked twice; several may share one memory.

    A compile may take `patience_s`, unless another time is asked for.
    """

    def __init__(self, compiler: Compiler, memory: Memory, *, patience_s: float = TIME_LIMIT_S) -> None:
        self._compiler = compiler
        self._memory = memory
        self._patience_s = patience_s

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
        language: Language = Language.SOLIDITY,
        timeout_s: float | None = None,
    ) -> Compilation:
        """Compile `source`, or remember; see `Compiler.compile`. What is remembered took no time."""
        key = _digest([self.version, source, dict(extra_sources), check_only, optimize, details, language])
        if (known := self._memory.get(key)) is not None:
            return replace(known, elapsed_ms=0.0)
        compilation = self._compiler.compile(
            source,
            extra_sources=extra_sources,
            check_only=check_only,
            optimize=optimize,
            details=details,
            language=language,
            timeout_s=self._patience_s if timeout_s is None else timeout_s,
        )
        self._memory.put(key, compilation)
        return compilation

    def close(self) -> None:
        """Close the compiler behind it."""
        self._compiler.close()


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
