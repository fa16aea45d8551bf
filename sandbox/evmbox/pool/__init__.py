"""Grades submissions and runs scenarios in processes that are isolated, limited, killable and warm.

A slot is a compiler of its own and the right to one fork of the template at a time; callers wait for slots in one fair
line. Diagnostics have a compiler and a line of their own, so that a bomb in a submission delays no one who is typing.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from evmbox.compiler import Compilation, Compiler, Language, open_compiler
from evmbox.compiler.compilation import NO_SOURCES
from evmbox.errors import CompilerUnavailable, EvmboxError, ExerciseError, PoolBusy, PoolClosed
from evmbox.exercise import Exercise, load_exercise
from evmbox.isolation.ladder import Walls, find_walls
from evmbox.isolation.tier import Tier
from evmbox.pool.cache import Memory, RememberingCompiler
from evmbox.pool.confinement import Ration
from evmbox.pool.jobs import (
    Draft,
    Fault,
    Finished,
    GradeJob,
    Job,
    Message,
    Moved,
    ScenarioJob,
    Stepped,
    TraceCheckJob,
    TraceJob,
    marshalled_checks,
)
from evmbox.pool.line import Line
from evmbox.pool.recall import Recall
from evmbox.pool.second_look import SecondLook
from evmbox.pool.shelf import Shelf
from evmbox.pool.template import START_S, Ending, Listener, Template, TemplateLost
from evmbox.report import Outcome, Progress, Report, Stage
from evmbox.runner import (
    LESSON_FAULT,
    OnFault,
    OnProgress,
    Submission,
    compile_to_try,
    cut_short,
    ignore,
    prepare,
    report_without_run,
    timed,
    with_details,
)
from evmbox.scenario import stopped_at
from evmbox.steps import Step, StepResult
from evmbox.traces import Traced, TracedCheck, Window
from evmbox.versions import SOLC_VERSION

AHEAD_S = 2.0
"""How long one compile ahead of a submission may take; more is left to the submission itself."""

WARM_UP = Path(__file__).parent / "warm-up"

OUTCOMES = {
    Ending.DIED: Outcome.RESOURCE_LIMIT,
    Ending.TIMED_OUT: Outcome.TIMED_OUT,
    Ending.TOO_MUCH_OUTPUT: Outcome.OUTPUT_LIMIT,
}


@dataclass(frozen=True)
class Counts:
    """How a pool stands, and what it has done since it was made, for whoever measures."""

    slots: int
    free: int
    waiting: int
    forks: int
    restarts: int
    cache_hits: int
    cache_misses: int


class Pool:
    """Grades `size` submissions at the same time; `max_waiting` more may wait. Thread-safe, and a context manager.

    Raises `PoolBusy` where the line is full, `PoolClosed` before `start` and after `close`, `CompilerUnavailable` where
    the machine has no compiler, `EvmboxError` where the sandbox itself is at fault. Whatever a submission does is data
    in what is returned.

    A compiler takes some 160 MB. Without `diagnostics` there is none for `compile` alone, which then waits for a slot.
    `walls` are the strongest that this machine has, unless given.
    Compilers of the usual version are kept ready; one of another version is opened for whoever has a turn and needs it,
    and closed when it was idle for some minutes, so that there are never more of those than turns.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        max_waiting: int = 256,
        ration: Ration | None = None,
        diagnostics: bool = True,
        walls: Walls | None = None,
    ) -> None:
        self.size = size
        self._given = ration
        self._ration = ration or Ration()
        self._walls = walls
        self._memory = Memory()
        self._compilers = ExitStack()
        self._others = Shelf(self._open_compiler, size=size + diagnostics)
        self._ahead = Shelf(self._open_yielding_compiler, size=1)
        self._slots = Line[Compiler](max_waiting=max_waiting)
        self._diagnostics = Line[Compiler](max_waiting=max_waiting) if diagnostics else self._slots
        self._template: Template | None = None
        self._warm_up: Job | None = None
        self._forks = 0
        self._restarts = 0
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
            template = Template(self._given_walls())  # it imports while the compilers start
            undo.callback(template.close)
            undo.callback(self._compilers.close)
            alone = self._diagnostics is not self._slots
            compilers = [self._open_compiler(SOLC_VERSION) for _ in range(self.size + alone)]
            for compiler in compilers:
                self._compilers.callback(compiler.close)
            exercise = load_exercise(WARM_UP)
            compilation = compilers[0].compile(exercise.solution, timeout_s=START_S)
            submission = Submission(exercise.solution, compilation)
            self._warm_up = GradeJob(exercise, submission, seed=1, solc=compilers[0].version)
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
        self._others.close()
        self._ahead.close()

    def grade(
        self,
        exercise: Exercise,
        source: str,
        *,
        seed: int,
        explain: bool = False,
        on_progress: OnProgress = ignore,
        on_fault: OnFault = ignore,
        to_the_end: bool = True,
        recall: Recall | None = None,
    ) -> Report:
        """Return the verdict on a submission. Unless `to_the_end`, the first check that fails is the last that runs.

        Raises `CalledOff` where it was by `recall`: at once while the checks run, and after the compiler otherwise.

        `explain` also finds, for checks that failed, where the submission first parts from the reference.
        `on_progress` is called in this thread, at each stage and check. `on_fault` is told what broke where the verdict
        is `lesson_broken`: it may quote the lesson's checks, so it is for its author and for no one else.
        """
        recall = recall or Recall()
        with self._turn(self._slots) as usual:
            started = time.perf_counter()
            self._present().hurry()
            try:
                exercise = exercise.current()
            except ExerciseError as error:
                on_fault(str(error))
                message = f"The exercise cannot be read. {LESSON_FAULT}"
                return report_without_run(exercise, Outcome.LESSON_BROKEN, message, solc=exercise.solc)
            on_progress(Progress(stage=Stage.COMPILE))
            with self._in_version(exercise.solc, usual) as compiler:
                submission = prepare(exercise, source, compiler=compiler)
            recall.check()
            job = GradeJob(
                exercise,
                submission.silent(),
                seed=seed,
                solc=exercise.solc,
                checks=marshalled_checks(exercise),
                to_the_end=to_the_end,
            )
            report = self._check(job, on_progress, on_fault, recall)
            recall.check()
            report = report.model_copy(update={"diagnostics": submission.compilation.diagnostics})
            if to_the_end and report.outcome is not Outcome.PASSED:
                look = SecondLook(partial(self._fork, recall=recall), self._ration, job)
                with self._in_version(exercise.solc, usual) as compiler:
                    report = look.locate(report, compiler)
                    if explain:
                        report = look.explain(report, compiler)
            recall.check()
            return timed(report, total_ms=(time.perf_counter() - started) * 1000)

    def compile(
        self,
        source: str,
        *,
        check_only: bool = False,
        optimize: bool = False,
        details: bool = False,
        extra_sources: Mapping[str, str] = NO_SOURCES,
        language: Language = Language.SOLIDITY,
        solc: str = SOLC_VERSION,
    ) -> Compilation:
        """Compile on the compiler kept for diagnostics; see `Compiler.compile`."""
        with self._turn(self._diagnostics) as usual, self._in_version(solc, usual) as compiler:
            return compiler.compile(
                source,
                check_only=check_only,
                optimize=optimize,
                details=details,
                extra_sources=extra_sources,
                language=language,
            )

    def compile_to_try(self, exercise: Exercise, source: str) -> Compilation:
        """Compile a draft of an exercise as `scenario` does, on the compiler kept for diagnostics."""
        with self._turn(self._diagnostics) as usual, self._in_version(exercise.solc, usual) as compiler:
            return compile_to_try(exercise, source, compiler=compiler, details=False)

    def compile_ahead(self, exercise: Exercise, source: str) -> bool:
        """Compile what grading `source` will ask for, so that it is remembered when it is handed in.

        Done on a compiler of its own that yields the processor to all others, and only while a slot is free; tells
        whether it was done. Raises `PoolClosed`, `CompilerUnavailable`, `ExerciseError`.
        """
        template = self._present()
        if not self._slots.free:
            return False
        template.hurry()
        exercise = exercise.current()
        try:
            with self._ahead.turn(exercise.solc) as compiler:
                prepare(exercise, source, compiler=compiler)
        except PoolBusy:
            return False
        except CompilerUnavailable:
            self._present()
            raise
        return True

    def scenario(
        self,
        source: str,
        steps: Sequence[Step],
        *,
        state: bool = False,
        exercise: Exercise | None = None,
        ration: Ration | None = None,
        on_step: Callable[[int], object] = ignore,
        recall: Recall | None = None,
    ) -> tuple[Compilation, list[StepResult], str | None]:
        """Compile a source, as one for an exercise if that is given, and run steps on a fresh chain.

        It is done within the pool's ration or another.

        Returns the compilation, the results of the steps that were reached, and in words why the rest was not.
        `on_step` is told how many are done. With `state` each result says what changed in storage, and the last how
        all stands. Raises `CalledOff` as `grade` does.
        """
        recall = recall or Recall()
        solc = SOLC_VERSION if exercise is None else exercise.solc
        with self._turn(self._slots) as usual, self._in_version(solc, usual) as compiler:
            compilation = _to_try(exercise, source, compiler, details=state)
            recall.check()
            if not compilation.ok:
                return compilation, [], compilation.message
            results: list[StepResult] = []

            def listen(message: Message) -> None:
                if isinstance(message, Stepped):
                    results.append(message.result)
                    on_step(len(results))

            ending = self._fork(ScenarioJob(compilation, steps, state), ration or self._ration, listen, recall)
            recall.check()
            if isinstance(ending, Finished):
                return compilation, results, ending.message
            return compilation, results, stopped_at(len(results), OUTCOMES[ending])

    def trace(
        self,
        source: str,
        steps: Sequence[Step],
        index: int,
        window: Window,
        *,
        exercise: Exercise | None = None,
    ) -> tuple[Compilation, Traced | None, str | None]:
        """Compile a source, as `scenario` does, run the steps up to `index` on a fresh chain, and trace that one.

        Nothing is kept: another page of the same trace is made anew, and is the same trace. Returns the compilation,
        the trace, and in words why there is none. Raises `IndexError` where there is no such step.
        """
        if not 0 <= index < len(steps):
            raise IndexError(index)
        solc = SOLC_VERSION if exercise is None else exercise.solc
        with self._turn(self._slots) as usual, self._in_version(solc, usual) as compiler:
            compilation = _to_try(exercise, source, compiler, details=True)
            if not compilation.ok:
                return compilation, None, compilation.message
            ending = self._fork(TraceJob(compilation, steps, index, window), self._ration, ignore)
            if isinstance(ending, Finished):
                return compilation, ending.trace, ending.message
            return compilation, None, stopped_at(index, OUTCOMES[ending])

    def trace_check(
        self, exercise: Exercise, source: str, check: str, *, seed: int, index: int | None, window: Window
    ) -> tuple[Compilation, TracedCheck | None, str | None]:
        """Trace one thing that a check of a `contract` exercise does with a submission; see `divergence.trace_check`.

        Returns the compilation, the trace, and in words why there is none. Nothing is kept, as with `trace`. Raises
        `ExerciseError` where the exercise cannot be read.
        """
        with self._turn(self._slots) as usual, self._in_version(exercise.solc, usual) as compiler:
            exercise = exercise.current()
            submission = prepare(exercise, source, compiler=compiler)
            if not submission.compilation.ok:
                return submission.compilation, None, submission.compilation.message
            submission = with_details(exercise, submission, compiler=compiler)
            job = TraceCheckJob(exercise, submission.silent(), check, seed, index, window)
            ending = self._fork(job, self._ration, ignore)
            if isinstance(ending, Finished):
                return submission.compilation, ending.check, ending.message
            return submission.compilation, None, "Stepping through this check took more than it may, and was stopped."

    def healthy(self) -> bool:
        """Tell whether the pool can take work now."""
        template = self._template
        return template is not None and template.alive

    def counts(self) -> Counts:
        """Tell how the pool stands and what it has done."""
        return Counts(
            slots=self.size,
            free=self._slots.free,
            waiting=self._slots.waiting,
            forks=self._forks,
            restarts=self._restarts,
            cache_hits=self._memory.hits,
            cache_misses=self._memory.misses,
        )

    def tier(self) -> Tier:
        """Name the isolation around a submission."""
        return self._given_walls().tier

    @property
    def walls(self) -> Walls:
        """The isolation around a submission, for another pool that is to have the same."""
        return self._given_walls()

    def _given_walls(self) -> Walls:
        if self._walls is None:
            self._walls = find_walls()
        return self._walls

    @contextmanager
    def _turn(self, line: Line[Compiler]) -> Iterator[Compiler]:
        self._present()
        with line.turn() as compiler:
            try:
                yield compiler
            except CompilerUnavailable:
                self._present()  # closing the pool ends a compile under way
                raise

    @contextmanager
    def _in_version(self, solc: str, usual: Compiler) -> Iterator[Compiler]:
        """Give a compiler of a version to whoever has a turn: the one of the turn, or another that is kept for it."""
        if solc == usual.version:
            yield usual
        else:
            with self._others.turn(solc) as compiler:
                yield compiler

    def _open_compiler(self, solc: str) -> Compiler:
        return RememberingCompiler(open_compiler(solc), self._memory)

    def _open_yielding_compiler(self, solc: str) -> Compiler:
        return RememberingCompiler(open_compiler(solc, niceness=19), self._memory, patience_s=AHEAD_S)

    def _check(self, job: GradeJob, on_progress: OnProgress, on_fault: OnFault, recall: Recall) -> Report:
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

        ending = self._fork(job, self._ration_for(job.exercise), listen, recall)
        if isinstance(ending, Finished):
            return ending.report or cut_short(draft, Outcome.RESOURCE_LIMIT)
        return cut_short(draft, OUTCOMES[ending])

    def _ration_for(self, exercise: Exercise) -> Ration:
        """Give what one grading may use up: what the exercise asks for, and no more than the pool was given."""
        wall_s = exercise.limits.wall_s
        if self._given is not None:
            return self._given.model_copy(update={"wall_s": min(self._given.wall_s, wall_s)})
        usual = Ration()
        return usual.model_copy(update={"wall_s": wall_s, "cpu_s": max(usual.cpu_s, math.ceil(wall_s))})

    def _fork(self, job: Job, ration: Ration, listen: Listener, recall: Recall | None = None) -> Finished | Ending:
        """Do a job in a fork. A template that was lost is replaced, and the job done again, once."""
        with self._lock:
            template = self._present()
            self._forks += 1
        try:
            return template.run(job, ration, listen, recall)
        except TemplateLost:
            return self._replace(template).run(job, ration, listen, recall)

    def _present(self) -> Template:
        if self._template is None:
            raise _closed()
        return self._template

    def _replace(self, lost: Template) -> Template:
        with self._lock:
            if self._present() is lost:
                lost.close()
                template = Template(self._given_walls())
                self._warm(template)
                self._template = template
                self._restarts += 1
            return self._present()

    def _warm(self, template: Template) -> None:
        if self._warm_up is None:
            return
        finished = template.warm(self._warm_up)
        if finished.report is None or finished.report.outcome is not Outcome.PASSED:
            template.close()
            msg = f"The sandbox's own submission did not pass: {finished.report}"
            raise EvmboxError(msg)


def _closed() -> PoolClosed:
    return PoolClosed("The pool was shut down, or has not been started.")


def _to_try(exercise: Exercise | None, source: str, compiler: Compiler, *, details: bool) -> Compilation:
    if exercise is None:
        return compiler.compile(source, details=details)
    return compile_to_try(exercise, source, compiler=compiler, details=details)
