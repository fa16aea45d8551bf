"""Grades submissions and runs scenarios in processes that are isolated, limited, killable and warm.

A slot is a compiler of its own and the right to one fork of the template at a time; callers wait for slots in one fair
line. Diagnostics have a compiler and a line of their own, so that a bomb in a submission delays no one who is typing.
"""

import marshal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from evmbox.checks.loading import compile_checks
from evmbox.compiler import Compilation, Compiler, open_compiler
from evmbox.compiler.compilation import NO_SOURCES
from evmbox.errors import CompilerUnavailable, EvmboxError, ExerciseError, PoolClosed
from evmbox.exercise import Exercise, load_exercise
from evmbox.pool import confinement
from evmbox.pool.cache import Memory, RememberingCompiler
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import Draft, Fault, Finished, GradeJob, Job, Message, Moved, ScenarioJob, Stepped
from evmbox.pool.line import Line
from evmbox.pool.template import START_S, Ending, Listener, Template, TemplateLost
from evmbox.report import Outcome, Progress, Report, Stage
from evmbox.runner import (
    LESSON_FAULT,
    NO_HELPERS,
    OnFault,
    OnProgress,
    compile_helpers,
    compile_stage,
    cut_short,
    ignore,
    report_without_run,
    timed,
)
from evmbox.scenario import stopped_at
from evmbox.steps import Step, StepResult

WARM_UP = Path(__file__).parent / "warm-up"

OUTCOMES = {
    Ending.DIED: Outcome.RESOURCE_LIMIT,
    Ending.TIMED_OUT: Outcome.TIMED_OUT,
    Ending.TOO_MUCH_OUTPUT: Outcome.OUTPUT_LIMIT,
}


class Pool:
    """Grades `size` submissions at the same time; `max_waiting` more may wait. Thread-safe, and a context manager.

    Raises `PoolBusy` where the line is full, `PoolClosed` before `start` and after `close`, `CompilerUnavailable` where
    the machine has no compiler, `EvmboxError` where the sandbox itself is at fault. Whatever a submission does is data
    in what is returned.

    A compiler takes some 160 MB. Without `diagnostics` there is none for `compile` alone, which then waits for a slot.
    """

    def __init__(
        self, size: int = 2, *, max_waiting: int = 256, ration: Ration | None = None, diagnostics: bool = True
    ) -> None:
        self.size = size
        self._ration = ration or Ration()
        self._memory = Memory()
        self._compilers = ExitStack()
        self._slots = Line[Compiler](max_waiting=max_waiting)
        self._diagnostics = Line[Compiler](max_waiting=max_waiting) if diagnostics else self._slots
        self._template: Template | None = None
        self._warm_up: Job | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the compilers and the template, and see a small submission of our own through them.

        Raises `CompilerUnavailable`, and `EvmboxError` where that submission does not pass.
        """
        if self._slots.closed:
            raise _closed()
        if self._template is not None:
            return
        with ExitStack() as undo:
            template = Template()  # it imports while the compilers start
            undo.callback(template.close)
            undo.callback(self._compilers.close)
            alone = self._diagnostics is not self._slots
            compilers = [self._open_compiler() for _ in range(self.size + alone)]
            exercise = load_exercise(WARM_UP)
            compilation = compilers[0].compile(exercise.solution, timeout_s=START_S)
            self._warm_up = GradeJob(exercise, compilation, NO_HELPERS, seed=1, solc=compilers[0].version)
            self._warm(template)
            undo.pop_all()
        self._template = template
        if alone:
            self._diagnostics.add(compilers.pop())
        for compiler in compilers:
            self._slots.add(compiler)

    def close(self) -> None:
        """Send away who waits, end what runs, and stop every process of the pool. Closing twice is fine."""
        self._slots.close()
        self._diagnostics.close()
        with self._lock:
            template, self._template = self._template, None
        if template is not None:
            template.close()
        self._compilers.close()

    def grade(
        self,
        exercise: Exercise,
        source: str,
        *,
        seed: int,
        on_progress: OnProgress = ignore,
        on_fault: OnFault = ignore,
    ) -> Report:
        """Return the verdict on a submission.

        `on_progress` is called in this thread, at each stage and check. `on_fault` is told what broke where the verdict
        is `lesson_broken`: it may quote the lesson's checks, so it is for its author and for no one else.
        """
        with self._turn(self._slots) as compiler:
            started = time.perf_counter()
            try:
                exercise = exercise.current()
            except ExerciseError as error:
                on_fault(str(error))
                message = f"The exercise cannot be read. {LESSON_FAULT}"
                return report_without_run(exercise, Outcome.LESSON_BROKEN, message, solc=compiler.version)
            on_progress(Progress(stage=Stage.COMPILE))
            compilation = compile_stage(compiler, exercise, source)
            helpers = compile_helpers(compiler, exercise) if compilation.ok else NO_HELPERS
            silent = replace(compilation, diagnostics=())  # they may be many, and need not travel there and back
            checks = _marshalled_checks(exercise)
            job = GradeJob(exercise, silent, helpers, seed=seed, solc=compiler.version, checks=checks)
            report = self._check(job, on_progress, on_fault)
            report = report.model_copy(update={"diagnostics": compilation.diagnostics})
            return timed(report, total_ms=(time.perf_counter() - started) * 1000)

    def compile(
        self, source: str, *, check_only: bool = False, extra_sources: Mapping[str, str] = NO_SOURCES
    ) -> Compilation:
        """Compile on the compiler kept for diagnostics. `check_only` finds errors and makes no bytecode."""
        with self._turn(self._diagnostics) as compiler:
            return compiler.compile(source, check_only=check_only, extra_sources=extra_sources)

    def scenario(self, source: str, steps: Sequence[Step]) -> tuple[Compilation, list[StepResult], str | None]:
        """Compile a source and run steps on a fresh chain.

        Returns the compilation, the results of the steps that were reached, and in words why the rest was not.
        """
        with self._turn(self._slots) as compiler:
            compilation = compiler.compile(source)
            if not compilation.ok:
                return compilation, [], compilation.message
            results: list[StepResult] = []

            def listen(message: Message) -> None:
                if isinstance(message, Stepped):
                    results.append(message.result)

            ending = self._fork(ScenarioJob(compilation, steps), self._ration, listen)
            if isinstance(ending, Finished):
                return compilation, results, ending.message
            return compilation, results, stopped_at(len(results), OUTCOMES[ending])

    def healthy(self) -> bool:
        """Tell whether the pool can take work now."""
        template = self._template
        return template is not None and template.alive

    def tier(self) -> str:
        """Name the isolation around a submission: 'rlimits' is the lowest."""
        return confinement.tier()

    @contextmanager
    def _turn(self, line: Line[Compiler]) -> Iterator[Compiler]:
        self._present()
        with line.turn() as compiler:
            try:
                yield compiler
            except CompilerUnavailable:
                self._present()  # closing the pool ends a compile under way
                raise

    def _open_compiler(self) -> Compiler:
        compiler = RememberingCompiler(open_compiler(), self._memory)
        self._compilers.callback(compiler.close)
        return compiler

    def _check(self, job: GradeJob, on_progress: OnProgress, on_fault: OnFault) -> Report:
        draft = report_without_run(job.exercise, Outcome.RESOURCE_LIMIT, "", solc=job.solc)

        def listen(message: Message) -> None:
            nonlocal draft
            match message:
                case Moved():
                    on_progress(message.progress)
                case Draft():
                    draft = message.report
                case Fault():
                    on_fault(message.text)

        ration = self._ration.model_copy(update={"wall_s": min(self._ration.wall_s, job.exercise.limits.wall_s)})
        ending = self._fork(job, ration, listen)
        if isinstance(ending, Finished):
            return ending.report or cut_short(draft, Outcome.RESOURCE_LIMIT)
        return cut_short(draft, OUTCOMES[ending])

    def _fork(self, job: Job, ration: Ration, listen: Listener) -> Finished | Ending:
        """Do a job in a fork. A template that was lost is replaced, and the job done again, once."""
        template = self._present()
        try:
            return template.run(job, ration, listen)
        except TemplateLost:
            return self._replace(template).run(job, ration, listen)

    def _present(self) -> Template:
        if self._template is None:
            raise _closed()
        return self._template

    def _replace(self, lost: Template) -> Template:
        with self._lock:
            if self._present() is lost:
                lost.close()
                template = Template()
                self._warm(template)
                self._template = template
            return self._present()

    def _warm(self, template: Template) -> None:
        if self._warm_up is None:
            return
        finished = template.warm(self._warm_up)
        if finished.report is None or finished.report.outcome is not Outcome.PASSED:
            template.close()
            msg = f"The sandbox's own submission did not pass: {finished.report}"
            raise EvmboxError(msg)


def _marshalled_checks(exercise: Exercise) -> bytes:
    """Return the compiled checks, which spares each fork compiling them; nothing where it must say what is wrong."""
    try:
        return marshal.dumps(compile_checks(exercise.path))
    except ExerciseError:
        return b""


def _closed() -> PoolClosed:
    return PoolClosed("The pool was shut down, or has not been started.")
