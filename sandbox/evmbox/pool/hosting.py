"""Interactive chains, each in a process of its own that is isolated, limited and killable, forked from a warm template.

A guest keeps nothing that is not told to it again: whoever hosts one keeps a journal of what it did, and replays it to
the next one where the guest is lost. One question at a time; the caller sees to that.
"""

import contextlib
import json
import select
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any, Self

from pydantic import ValidationError

from evmbox.errors import EvmboxError, PoolClosed
from evmbox.isolation.ladder import find_walls
from evmbox.pool.confinement import Ration
from evmbox.pool.residents import MAX_ANSWER_BYTES, Answer, ChainJob
from evmbox.pool.template import FORK_S, Ending, Settled, Template, TemplateLost
from evmbox.rpc import Bounds, Call, Entry

RATION = Ration(cpu_s=3600, wall_s=10, memory_bytes=384 * 1024**2)
"""What a chain may use up: processor time in its whole life, and memory; the wall limit is that of one question."""

ENTRIES_AT_A_TIME = 64


class GuestLost(EvmboxError):
    """A chain's process had to be ended, or ended by itself; `ending` says how."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(f"A chain's process was lost: {ending.name.lower()}.")
        self.ending = ending


class Host:
    """Starts guests. Thread-safe, and a context manager; its template starts with the first guest."""

    def __init__(self, ration: Ration = RATION) -> None:
        self._ration = ration
        self._template: Template | None = None
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, *, seed: int, bounds: Bounds) -> "Guest":
        """Start a chain. Raises `PoolClosed`, and `TemplateLost` where no process can be started."""
        job = ChainJob(seed, bounds)
        template = self._present()
        try:
            settled = template.settle(job, self._ration)
        except TemplateLost:
            settled = self._present(instead_of=template).settle(job, self._ration)
        return Guest(settled, limit_s=self._ration.wall_s)

    def close(self) -> None:
        """End every guest. Closing twice is fine."""
        with self._lock:
            self._closed = True
            template, self._template = self._template, None
        if template is not None:
            template.close()

    def _present(self, *, instead_of: Template | None = None) -> Template:
        with self._lock:
            if self._closed:
                raise PoolClosed("The classroom is shutting down.")
            if self._template is None or self._template is instead_of:
                if instead_of is not None:
                    instead_of.close()
                    self._template = None
                template = Template(find_walls())
                template.warm(ChainJob(0, Bounds()))
                self._template = template
            return self._template


class Guest:
    """A chain in a process of its own. Not thread-safe."""

    def __init__(self, settled: Settled, *, limit_s: float) -> None:
        self._settled = settled
        self._limit_s = limit_s
        self._buffer = bytearray()
        self.received = 0
        self._read(FORK_S)  # it says when it is ready

    @property
    def pid(self) -> int:
        """The process id."""
        return self._settled.pid

    @property
    def alive(self) -> bool:
        """Whether the process is still there, as far as can be told without asking it."""
        try:
            readable, _, _ = select.select([self._settled.connection], [], [], 0)
        except (OSError, ValueError):
            return False
        return not readable  # between questions it has nothing to say: what can be read is its end

    def ask(self, call: Call) -> Answer:
        """Have a call performed. Raises `GuestLost` where it takes too much of anything; then the guest is closed."""
        return self._converse(method=call.method, params=call.params)

    def replay(self, entries: Sequence[Entry]) -> None:
        """Have entries of a journal done again. Raises `GuestLost`, and `EvmboxError` where one cannot be done."""
        for first in range(0, len(entries), ENTRIES_AT_A_TIME):
            some = entries[first : first + ENTRIES_AT_A_TIME]
            answer = self._converse(replay=some, limit_s=self._limit_s * len(some))
            if answer.error is not None:
                self.close()
                raise EvmboxError(f"The journal of a chain cannot be replayed: {answer.error.message}")

    def close(self) -> None:
        """End the process. Closing twice is fine."""
        self._settled.close()

    def _converse(self, *, limit_s: float | None = None, **question: Any) -> Answer:
        limit_s = limit_s or self._limit_s
        self._write(json.dumps({**question, "limit_s": limit_s}).encode() + b"\n", limit_s)
        answer = self._read(limit_s)
        if answer.broke is not None:
            self.close()
            raise EvmboxError(f"A chain broke while it answered: {answer.broke}.")
        return answer

    def _write(self, line: bytes, limit_s: float) -> None:
        with self._lost_if_it_fails():
            self._settled.connection.settimeout(limit_s)
            self._settled.connection.sendall(line)

    def _read(self, limit_s: float) -> Answer:
        deadline = time.monotonic() + limit_s
        seen = 0
        with self._lost_if_it_fails():
            while (end := self._buffer.find(b"\n", seen)) < 0:
                seen = len(self._buffer)
                self._settled.connection.settimeout(max(deadline - time.monotonic(), 0.001))
                chunk = self._settled.connection.recv(65536)
                if not chunk:
                    raise EOFError
                self._buffer += chunk
                self.received += len(chunk)
                if len(self._buffer) > MAX_ANSWER_BYTES + 1:
                    raise GuestLost(Ending.TOO_MUCH_OUTPUT)
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            return Answer.model_validate_json(line)

    @contextlib.contextmanager
    def _lost_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            self.close()
            raise GuestLost(Ending.TIMED_OUT) from None
        except (OSError, EOFError, ValidationError):
            self.close()
            raise GuestLost(Ending.DIED) from None
        except GuestLost:
            self.close()
            raise
