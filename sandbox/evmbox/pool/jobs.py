"""What a forked process is given to do, and what it sends back while doing it.

Jobs are pickled, from the trusted side to the other; what comes back is JSON, one message a line, and is validated.
"""

import marshal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import socket
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import Field, TypeAdapter

from evmbox.checks.loading import compile_checks
from evmbox.compiler import Compilation
from evmbox.divergence import Divergence, Pair, trace_check
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise
from evmbox.report import Data, Progress, Report
from evmbox.runner import Listeners, Submission, checks_of, judge, locate
from evmbox.scenario import run_scenario, trace_step
from evmbox.steps import Step, StepResult
from evmbox.traces import Traced, TracedCheck, Window

AT_ONCE = b"."
"""Asks the template for a fork, or for all those for which nobody waited before."""

NOBODY_WAITS = b"~"
"""Asks for one when there is time."""


class Started(Data):
    """The process is there, before anything of a learner's is."""

    kind: Literal["started"] = "started"
    pid: int


class Moved(Data):
    """The submission came a step further."""

    kind: Literal["moved"] = "moved"
    progress: Progress


class Draft(Data):
    """The report as it would be if the process ended now."""

    kind: Literal["draft"] = "draft"
    report: Report


class Fault(Data):
    """What broke in the lesson, in words for its author only."""

    kind: Literal["fault"] = "fault"
    text: str


class Stepped(Data):
    """One step of a scenario was done."""

    kind: Literal["stepped"] = "stepped"
    result: StepResult


class Parted(Data):
    """Where a failing check first parts from what it does on a right contract."""

    kind: Literal["parted"] = "parted"
    check: str
    divergence: Divergence


class Finished(Data):
    """The job is done; a submission's report comes with it, a scenario's message, a trace."""

    kind: Literal["finished"] = "finished"
    report: Report | None = None
    message: str | None = None
    trace: Traced | None = None
    check: TracedCheck | None = None


class Broke(Data):
    """The sandbox itself raised an exception: its type and place, and no text that may be a lesson's or a learner's."""

    kind: Literal["broke"] = "broke"
    what: str


Message = Annotated[Broke | Started | Moved | Draft | Fault | Stepped | Parted | Finished, Field(discriminator="kind")]
MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
Send = Callable[[Data], None]


class Job(Protocol):
    """Something to do in a forked process."""

    def run(self, send: Send) -> Finished:
        """Do it, telling `send` about the way there."""


@runtime_checkable
class Residence(Job, Protocol):
    """Something that a forked process does for as long as it lives. As a `Job` it only warms the template up."""

    def reside(self, channel: socket) -> None:
        """Do it, conversing over the channel, until that is closed."""


@dataclass(frozen=True)
class GradeJob:
    """Deploy and check a compiled submission. `checks` is the compiled `checks.py`, marshalled; empty is unknown."""

    exercise: Exercise
    submission: Submission
    seed: int
    solc: str
    checks: bytes = b""
    to_the_end: bool = True

    def run(self, send: Send) -> Finished:
        """Run the checks and return the report."""
        listeners = Listeners(
            on_progress=lambda progress: send(Moved(progress=progress)),
            on_draft=lambda report: send(Draft(report=report)),
            on_fault=lambda text: send(Fault(text=text)),
        )
        report = judge(
            self.exercise,
            self.submission,
            seed=self.seed,
            solc=self.solc,
            checks_code=marshal.loads(self.checks) if self.checks else None,  # noqa: S302 - from the pool itself
            listeners=listeners,
            to_the_end=self.to_the_end,
        )
        return Finished(report=report)


@dataclass(frozen=True)
class ExplainJob:
    """Find where checks that failed first part from what they do on the reference."""

    pair: Pair
    checks: Sequence[str]

    def run(self, send: Send) -> Finished:
        """Explain one check after the other, by their ids, sending each as it is found."""
        known = {check.id: check for check in checks_of(self.pair.exercise)}
        for name in self.checks:
            if (divergence := self.pair.explain(known[name])) is not None:
                send(Parted(check=name, divergence=divergence))
        return Finished()


@dataclass(frozen=True)
class LocateJob:
    """Find the loops that burned the gas, for the report on a submission that is compiled with details."""

    exercise: Exercise
    submission: Submission
    report: Report
    seed: int

    def run(self, _: Send) -> Finished:
        """Run what ran out of gas once more, and return the report with the lines."""
        return Finished(report=locate(self.exercise, self.submission, self.report, seed=self.seed))


@dataclass(frozen=True)
class ScenarioJob:
    """Run a scenario on contracts that are compiled already; for their state by name with details."""

    compilation: Compilation
    steps: Sequence[Step]
    state: bool = False

    def run(self, send: Send) -> Finished:
        """Run every step, sending each result as it is there."""
        _, message = run_scenario(
            self.compilation, self.steps, on_result=lambda result: send(Stepped(result=result)), state=self.state
        )
        return Finished(message=message)


@dataclass(frozen=True)
class TraceJob:
    """Trace one step of a scenario, on contracts that are compiled with details."""

    compilation: Compilation
    steps: Sequence[Step]
    index: int
    window: Window

    def run(self, _: Send) -> Finished:
        """Run the steps before it, then that one recorded."""
        trace, message = trace_step(self.compilation, self.steps, self.index, self.window)
        return Finished(trace=trace, message=message)


@dataclass(frozen=True)
class TraceCheckJob:
    """Trace one thing that a check does with a submission that is compiled with details."""

    exercise: Exercise
    submission: Submission
    check: str
    seed: int
    index: int | None
    window: Window

    def run(self, _: Send) -> Finished:
        """Run the check by itself, and once more recorded."""
        check = next((each for each in checks_of(self.exercise) if each.id == self.check), None)
        if check is None:
            return Finished(message="The exercise has no such check any more.")
        traced, message = trace_check(
            self.exercise, self.submission, check, seed=self.seed, index=self.index, window=self.window
        )
        return Finished(check=traced, message=message)


def marshalled_checks(exercise: Exercise) -> bytes:
    """Return the compiled checks, which spares each fork compiling them; nothing where it must say what is wrong."""
    try:
        return marshal.dumps(compile_checks(exercise.path, exercise.checks)) if exercise.checks else b""
    except ExerciseError:
        return b""
