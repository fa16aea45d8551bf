"""Transactions of a private chain, traced for the debugger: by lines where their source is known."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from classroom.notebook.client import Client
from classroom.notebook.replays import window_of

_Json = dict[str, Any]


class Transactions:
    """Traces the transactions of a chain; `ask` is the chain's, `solc` one of the pinned compilers.

    The source is compiled when a transaction is first looked into. `names` are those of addresses.
    """

    def __init__(self, ask: Callable[..., Any], client: Client, *, source: str = "", solc: str | None = None) -> None:
        self._ask = ask
        self._client = client
        self._source = source
        self._solc = solc

    def trace(self, transaction: str, message: _Json, names: Mapping[str, str] | None = None) -> _Json:
        """Answer a page's debugger. Raises `ClassroomError`, and `Refused` where there is no such transaction."""
        config = {**window_of(message), "compiled": self._compiled, "names": dict(names or {})}
        answer: _Json = self._ask(
            "debug_traceTransaction", transaction, {"tracer": "stepTracer", "tracerConfig": config}
        )
        return {**answer, "stopped": None}

    @cached_property
    def _compiled(self) -> list[Any] | None:
        if not self._source:
            return None
        return self._client.compile(self._source, solc=self._solc, debugging=True).debugging
