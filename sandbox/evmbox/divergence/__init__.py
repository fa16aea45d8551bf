"""The first divergence: where a failing check, run on the learner's contract and on the reference, first parts.

`transcript` writes down what happens, `comparing` says in words where two transcripts part, `lines` finds the line of
the learner's source that did it, or that never did. `as_steps` gives what was done as a scenario, and `tracing` steps
through it. Nothing of the reference is ever quoted.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from evmbox.chain import Chain, LearnerError, listening
from evmbox.chain.abi import Function, Interface
from evmbox.checks import Check
from evmbox.compiler import Artifact, Details
from evmbox.divergence.as_steps import steps_until
from evmbox.divergence.comparing import Difference, Side, first_differences
from evmbox.divergence.lines import Lines
from evmbox.divergence.tracing import trace_check
from evmbox.divergence.transcript import Enough, Evidence, WatchedEngine, common
from evmbox.errors import ExerciseError
from evmbox.exercise import Exercise
from evmbox.report import Data, Location
from evmbox.runner import Submission
from evmbox.runner.choosing import choose
from evmbox.runner.grading import Grading, Refusal
from evmbox.runner.stages import open_chain
from evmbox.steps import Step
from evmbox.versions import SOLC_VERSION

__all__ = ["Divergence", "Pair", "trace_check"]


class Divergence(Data):
    """What to tell a learner: what happened first that should not have, and where in their source."""

    message: str
    where: Location | None = None
    steps: tuple[Step, ...] = ()
    """What the check did until then, as a scenario; empty where a scenario cannot do the same."""


@dataclass(frozen=True)
class Pair:
    """A learner's submission, compiled with details, and the reference, prepared for the same exercise and seed."""

    exercise: Exercise
    submission: Submission
    reference: Submission
    seed: int

    def explain(self, check: Check) -> Divergence | None:
        """Run a check on both and return where they first part; None where nothing that can be seen differs.

        `TimeUp` and `EXHAUSTED` pass through.
        """
        ours = choose(self.exercise, self.submission.compilation)
        reference = choose(self.exercise, self.reference.compilation)
        if isinstance(ours, Refusal) or isinstance(reference, Refusal):
            return None
        interface = Interface(ours.abi)
        functions = common(interface, Interface(reference.abi))
        mine = self._run(self.submission, ours, functions, check)
        theirs = self._run(self.reference, reference, functions, check)
        differences = first_differences(mine.side(), theirs.side(), chain=mine.chain, interface=interface)
        if not differences:
            return None
        steps = steps_until(differences[0].index, mine.engine.entries, ours, mine.chain)
        details = self.submission.compilation.details
        if details is None:
            return Divergence(message=differences[0].message, steps=steps)
        again = self._run(self.submission, ours, functions, check, record_at=differences[0].index)
        return _tell(differences, details, interface, again.engine.evidence).model_copy(update={"steps": steps})

    def _run(
        self,
        submission: Submission,
        artifact: Artifact,
        functions: Sequence[Function],
        check: Check,
        *,
        record_at: int | None = None,
    ) -> "_Run":
        chain = open_chain(Grading(self.exercise, submission, self.seed, SOLC_VERSION))
        people = [account.raw for account in chain.accounts]
        engine = WatchedEngine(chain.engine, accounts=people, functions=functions, record_at=record_at)
        chain.put_on(engine)
        # How it ends is known; what counts is the way there.
        with listening() as actions, suppress(LearnerError, ExerciseError, Enough):
            check.run(chain, chain.deploy(artifact, *self.exercise.constructor))
        return _Run(chain, engine, [action.text for action in actions])


@dataclass(frozen=True)
class _Run:
    chain: Chain
    engine: WatchedEngine
    actions: list[str]

    def side(self) -> Side:
        return Side(self.actions, self.engine.entries)


def _tell(
    differences: Sequence[Difference], details: Details, interface: Interface, evidence: Evidence | None
) -> Divergence:
    lines = Lines(details, interface)
    found = None if evidence is None else lines.blame(differences, evidence)
    if found is None:
        return Divergence(message=differences[0].message)
    difference, blamed = found
    where = lines.location(blamed.node)
    place = f"line {where.line}" if blamed.did or not where.function else f"`{where.function}` (line {where.line})"
    return Divergence(message=f"{difference.message} {blamed.words.format(place)}", where=where)
