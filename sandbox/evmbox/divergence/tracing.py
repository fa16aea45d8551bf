"""A check of kind `contract` run once more on a submission, and one thing that it did traced."""

from contextlib import suppress
from dataclasses import dataclass

from evmbox.chain import Ending, LearnerError, listening
from evmbox.chain.recorder import NO_STEPS, Wanted
from evmbox.chain.words import Name
from evmbox.checks import Check
from evmbox.checks.expectations import EXHAUSTED
from evmbox.divergence.transcript import Enough, Entry, WatchedEngine
from evmbox.errors import ExerciseError, TimeUp
from evmbox.exercise import Exercise
from evmbox.report import Outcome
from evmbox.runner import Submission
from evmbox.runner.choosing import choose
from evmbox.runner.grading import Grading, Refusal
from evmbox.runner.stages import open_chain
from evmbox.trace import Trace
from evmbox.traces import MAX_STEPS, CheckAction, TracedCheck, Window
from evmbox.versions import SOLC_VERSION

MAX_ACTIONS = 500
"""Actions that are told of; a check that draws its inputs does a few hundred."""

NOTHING = Wanted()
_STOPPED = {
    Outcome.TIMED_OUT: "The check takes too long to be stepped through.",
    Outcome.RESOURCE_LIMIT: "The check uses more memory or computing time than stepping through it may.",
}


def trace_check(
    exercise: Exercise, submission: Submission, check: Check, *, seed: int, index: int | None, window: Window
) -> tuple[TracedCheck | None, str | None]:
    """Run a check on a submission that is compiled with details, and trace the action at `index`.

    Without an index it is the one that the check ended at: the last where that failed, else the last transaction.
    Returns what was traced and None, or None and in words why there is nothing.
    """
    rerun = _Rerun(exercise, submission, check, seed)
    try:
        actions, chosen = rerun.actions()
        if chosen is None:
            return None, "The check did nothing on the chain that could be stepped through."
        place = chosen if index is None else index
        if place >= len(actions):
            return None, f"The check did {len(actions)} things; there is no number {place + 1}."
        return rerun.traced(actions, place, window), None
    except TimeUp:
        return None, _STOPPED[Outcome.TIMED_OUT]
    except EXHAUSTED:
        return None, _STOPPED[Outcome.RESOURCE_LIMIT]


@dataclass(frozen=True)
class _Rerun:
    exercise: Exercise
    submission: Submission
    check: Check
    seed: int

    def actions(self) -> tuple[tuple[CheckAction, ...], int | None]:
        """Return what the check does, and the place of what it ended at."""
        engine, texts, _ = self._run()
        entries = [] if engine is None else engine.entries[:MAX_ACTIONS]
        told = [*texts, *["Another step"] * len(entries)]
        actions = tuple(
            CheckAction(text=text, ok=entry.execution.ending is Ending.RETURNED, transaction=entry.is_transaction)
            for entry, text in zip(entries, told, strict=False)
        )
        return actions, _last(entries)

    def traced(self, actions: tuple[CheckAction, ...], index: int, window: Window) -> TracedCheck:
        """Run the check up to one of its actions, and trace that."""
        shown = range(window.offset, window.offset + window.limit)
        wanted = Wanted(steps=MAX_STEPS, stack=shown, memory=shown if window.memory else NO_STEPS)
        engine, _, name = self._run(index, wanted)
        evidence = None if engine is None else engine.evidence
        if evidence is None or not evidence.recording.frames:
            return TracedCheck(actions=actions, index=index)
        trace = Trace(evidence.recording, self.submission.compilation, name, gas_used=evidence.gas_used)
        return TracedCheck(
            actions=actions,
            index=index,
            summary=trace.summary() if window.summary else None,
            page=trace.page(window.offset, window.limit),
            outline=trace.outline() if window.outline else None,
        )

    def _run(
        self, record_at: int | None = None, wanted: Wanted = NOTHING
    ) -> tuple[WatchedEngine | None, list[str], Name]:
        exercise = self.exercise
        artifact = choose(exercise, self.submission.compilation)
        chain = open_chain(Grading(exercise, self.submission, self.seed, SOLC_VERSION))
        if isinstance(artifact, Refusal):
            return None, [], chain.name_of
        people = [account.raw for account in chain.accounts]
        engine = WatchedEngine(chain.engine, accounts=people, functions=(), record_at=record_at, wanted=wanted)
        chain.put_on(engine)
        with listening() as actions, suppress(LearnerError, ExerciseError, Enough):
            self.check.run(chain, chain.deploy(artifact, *exercise.constructor))
        return engine, [action.text for action in actions], chain.name_of


def _last(entries: list[Entry]) -> int | None:
    if not entries:
        return None
    if entries[-1].execution.ending is not Ending.RETURNED:
        return len(entries) - 1
    return max((place for place, entry in enumerate(entries) if entry.is_transaction), default=len(entries) - 1)
