"""Compiles and runs scenarios for whoever is writing, at once and without a trace. Grading has a pool of its own.

The pool behind it starts at first use, or when `warm` asks for it. A person has a few turns at a time and all together
a few more, so that nobody's bomb keeps the others from seeing their diagnostics; who gets none is told to try again.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID

from classroom.errors import Invalid, TooMany, Unavailable
from classroom.schemas import (
    CheckTraceIn,
    CheckTraceOut,
    CompileOut,
    Diagnostic,
    ScenarioOut,
    Severity,
    Step,
    TraceIn,
    TraceOut,
)
from classroom.schemas.sandbox import WindowIn
from evmbox.compiler import Compilation, Language
from evmbox.compiler.carrying import to_carry
from evmbox.compiler.compilation import NO_SOURCES
from evmbox.errors import CompilerUnavailable, EvmboxError
from evmbox.exercise import Exercise, Kind
from evmbox.pool import Counts, Pool
from evmbox.traces import Window
from evmbox.versions import SOLC_VERSION, SOLC_VERSIONS

logger = logging.getLogger("classroom.scratch")

TURNS_EACH: Final = 2
TURNS_IN_ALL: Final = 12
AGAIN_AFTER_S: Final = 10.0
"""How long a start that failed is not tried again."""
_SOON: Final = {"Retry-After": "1"}


class Scratch:
    """A pool for throwaway work, shared fairly. Safe to use from several threads."""

    def __init__(self, open_pool: Callable[[], Pool] = lambda: Pool(size=1)) -> None:
        self._open_pool = open_pool
        self._pool: Pool | None = None
        self._starting = threading.Lock()
        self._turns: Counter[UUID] = Counter()
        self._turning = threading.Lock()
        self._trouble: Unavailable | CompilerUnavailable | None = None
        self._again_at = 0.0
        self._closed = False

    def compile(
        self,
        who: UUID,
        source: str,
        *,
        check_only: bool = False,
        exercise: Exercise | None = None,
        language: Language = Language.SOLIDITY,
        solc: str = SOLC_VERSION,
        bytecode: bool = False,
        layouts: bool = False,
        debugging: bool = False,
    ) -> CompileOut:
        """Compile a source or, with `check_only`, only type-check it; as a submission to `exercise` where one is given.

        With `layouts`, the layouts of storage come with it, with `debugging` what steps through a transaction take,
        and with `bytecode` that, but for an exercise.

        Raises Invalid for a `solc` that is not pinned, TooMany, Unavailable, or CompilerUnavailable with advice.
        """
        if solc not in SOLC_VERSIONS:
            raise Invalid(f"There is no solc {solc} here. There are: {', '.join(SOLC_VERSIONS)}.")
        if exercise is not None and exercise.kind is Kind.BYTECODE and not check_only:
            with self._turn(who):
                return compile_out(self._started().compile_to_try(exercise, source))
        with self._turn(who):
            compilation = self._started().compile(
                source,
                check_only=check_only,
                details=(layouts or debugging) and not check_only,
                extra_sources=exercise.importable if exercise else NO_SOURCES,
                language=language,
                solc=exercise.solc if exercise else solc,
            )
        out = compile_out(compilation)
        if debugging:
            out = out.model_copy(update={"debugging": to_carry(compilation)})
        if not bytecode or exercise is not None:
            return out
        code = {name: f"0x{artifact.creation.hex()}" for name, artifact in compilation.artifacts.items()}
        return out.model_copy(update={"bytecode": {name: code[name] for name in out.contracts}})

    def scenario(
        self, who: UUID, source: str, steps: Sequence[Step], *, exercise: Exercise | None = None, state: bool = False
    ) -> ScenarioOut:
        """Compile a source, as one for an exercise if that is given, and take the steps on an empty chain.

        With `state` they say what they change, by name. Raises as `compile` does.
        """
        with self._turn(who):
            compilation, results, stopped = self._started().scenario(
                source,
                steps,
                state=state,
                exercise=exercise,
            )
        return ScenarioOut(diagnostics=diagnostics(compilation), steps=results, stopped=stopped)

    def trace(self, who: UUID, order: TraceIn, *, exercise: Exercise | None = None) -> TraceOut:
        """Compile a source, as `scenario` does, and trace one step of a scenario. Raises as `compile` does."""
        with self._turn(who):
            compilation, trace, stopped = self._started().trace(
                order.source,
                order.steps,
                order.index,
                _window(order),
                exercise=exercise,
            )
        return TraceOut(diagnostics=diagnostics(compilation), trace=trace, stopped=stopped)

    def trace_check(
        self, who: UUID, exercise: Exercise, source: str, order: CheckTraceIn, *, seed: int
    ) -> CheckTraceOut:
        """Run one check of an exercise on a source again, and trace something it does. Raises as `compile` does.

        Invalid where the exercise is of another kind than `contract`.
        """
        if exercise.kind is not Kind.CONTRACT:
            raise Invalid("Only checks of exercises of the kind `contract` can be stepped through.")
        with self._turn(who):
            compilation, trace, stopped = self._started().trace_check(
                exercise, source, order.check, seed=seed, index=order.index, window=_window(order)
            )
        if trace is None and stopped is None and not compilation.ok:
            stopped = "This attempt does not compile."
        return CheckTraceOut(trace=trace, stopped=stopped)

    def warm(self) -> None:
        """Have the pool started in the background, if it is not yet."""
        if self._pool is None and time.monotonic() >= self._again_at and not self._starting.locked():
            threading.Thread(target=self._warm, name="scratch-warm", daemon=True).start()

    def state(self) -> str:
        """Tell `ok`, or what is wrong."""
        if self._pool is None:
            return str(self._trouble or "starting")
        return "ok" if self._pool.healthy() else "a worker is being replaced"

    def counts(self) -> Counts | None:
        """Tell how the pool stands, where there is one."""
        pool = self._pool
        return None if pool is None else pool.counts()

    def close(self) -> None:
        """End the pool and its processes; what still runs in it fails."""
        with self._starting:
            self._closed = True
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def _warm(self) -> None:
        with suppress(CompilerUnavailable, Unavailable):  # it is in the log, and in `state`
            self._started()

    def _started(self) -> Pool:
        with self._starting:
            if self._closed:
                raise Unavailable("The classroom is shutting down.")
            if self._pool is None:
                self._pool = self._start()
            return self._pool

    def _start(self) -> Pool:
        if self._trouble is not None and time.monotonic() < self._again_at:
            raise self._trouble.with_traceback(None)
        pool = self._open_pool()
        try:
            pool.start()
        except CompilerUnavailable as error:
            logger.error("the sandbox did not start: %s", error)  # noqa: TRY400 - it is advice, not a fault
            self._trouble = error
        except EvmboxError:
            logger.exception("the sandbox did not start")
            self._trouble = Unavailable("The sandbox did not start; the log says why.")
        else:
            self._trouble = None
            return pool
        self._again_at = time.monotonic() + AGAIN_AFTER_S
        raise self._trouble

    @contextmanager
    def _turn(self, who: UUID) -> Iterator[None]:
        with self._turning:
            if self._turns[who] >= TURNS_EACH:
                raise TooMany(f"You have {TURNS_EACH} of these running already; wait for one.", headers=_SOON)
            if self._turns.total() >= TURNS_IN_ALL:
                raise Unavailable("Many are compiling at this moment; try again.", headers=_SOON)
            self._turns[who] += 1
        try:
            yield
        finally:
            with self._turning:
                self._turns[who] -= 1
                if not self._turns[who]:
                    del self._turns[who]


def _window(order: WindowIn) -> Window:
    wanted = {name: getattr(order, name) for name in Window.model_fields}
    return Window(**wanted)


def compile_out(compilation: Compilation) -> CompileOut:
    """Say in the words of the API what a compilation gave."""
    contracts = {name: artifact.abi for name, artifact in compilation.artifacts.items() if artifact.creation}
    details = compilation.details
    layouts = details and {name: each.storage_layout for name, each in details.contracts.items()}
    return CompileOut(diagnostics=diagnostics(compilation), contracts=contracts, layouts=layouts)


def diagnostics(compilation: Compilation) -> list[Diagnostic]:
    """Give the compiler's messages and, where a limit ended it, that too."""
    messages = list(compilation.diagnostics)
    if compilation.message and not any(each.severity is Severity.ERROR for each in messages):
        messages.append(Diagnostic(severity=Severity.ERROR, kind="Limit", message=compilation.message))
    return messages
