"""Handing in from a notebook: an attempt, its way by stages, and the verdict as a rich display."""

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Protocol

from classroom.errors import Invalid, Unavailable
from classroom.notebook import tables
from classroom.notebook.client import Client, default_client
from classroom.notebook.progress import Progress
from classroom.notebook.words import say
from classroom.schemas import Diagnostic, Event, SubmissionOut
from evmbox.report import CheckResult, CheckStatus, Outcome, Stage

_STAGES = {Stage.COMPILE: "compiling", Stage.DEPLOY: "deploying"}


class Verdict:
    """What came of one attempt. It is true where it passed."""

    def __init__(self, submission: SubmissionOut, *, source: str, link: str | None = None) -> None:
        if submission.report is None:
            raise Unavailable(submission.message or "There is no verdict on this attempt. Hand it in again.")
        self.report = submission.report
        self.exercise_id = submission.exercise_id
        self.number = submission.number
        self.source = source
        self.link = link

    @property
    def passed(self) -> bool:
        """Whether everything was right."""
        return self.report.outcome is Outcome.PASSED

    @property
    def headline(self) -> str:
        """How it ended, in two words or three."""
        return say(f"outcome_{self.report.outcome.value}")

    @property
    def points(self) -> str:
        """Which attempt it was, and its points."""
        score, most = f"{self.report.score:g}", f"{self.report.max_score:g}"
        return say("points", number=self.number, score=score, most=most)

    @property
    def message(self) -> str | None:
        """A sentence more, where the outcome needs one that the compiler's messages do not say."""
        return None if self.report.outcome is Outcome.COMPILE_ERROR and self.diagnostics else self.report.message

    @property
    def checks(self) -> Sequence[CheckResult]:
        """Each check, in order."""
        return self.report.checks

    @property
    def ran(self) -> Sequence[CheckResult]:
        """The checks, unless it came to none of them."""
        return () if all(check.status is CheckStatus.NOT_RUN for check in self.checks) else self.checks

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """What the compiler said."""
        return self.report.diagnostics

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return tables.verdict_text(self)

    def _repr_html_(self) -> str:
        return tables.verdict_html(self)


class Movable(Protocol):
    """A chain: what was sent on it can be handed in for a challenge."""

    def moves(self) -> str:
        """Give what was sent, as a challenge takes it."""


def submit(
    exercise_id: str | None = None, source: str | Movable | None = None, *, client: Client | None = None
) -> Verdict:
    """Hand in an attempt, show how far it is, and answer the verdict.

    The source may be a chain: for a challenge, all that was sent on it. Without a source, it is the last `%%solidity`
    cell or, where there was none, the draft that the classroom keeps. Without an exercise, the one of this notebook's
    lesson. Raise `Invalid` where either cannot be told.
    """
    client = client or default_client()
    exercise_id = exercise_id or exercise_here(client)
    with Progress(say("sending")) as progress:
        text = source.moves() if source is not None and not isinstance(source, str) else source
        return hand_in(client, exercise_id, text or source_for(client, exercise_id), progress)


def hand_in(client: Client, exercise_id: str, source: str, progress: Progress) -> Verdict:
    """Hand in a source and wait for its verdict."""
    attempt = client.submit(exercise_id, source)

    def tell(event: Event) -> None:
        progress.show(*stage_of(event))

    try:
        done = client.wait(attempt.id, tell)
    except KeyboardInterrupt:
        raise Unavailable("You stopped waiting. Your attempt is being checked all the same.") from None
    lesson_id = lesson_of(client, exercise_id)
    return Verdict(done, source=source, link=f"{client.url}/lessons/{lesson_id}" if lesson_id else None)


def stage_of(event: Event) -> tuple[str, int, int]:
    """Say where an attempt is: words, how many checks are done, and of how many (0: not known yet)."""
    if event.state == "queued":
        return say("waiting"), 0, 0
    if event.progress is None:
        return say("checking"), 0, 0
    where = event.progress
    if where.stage is not Stage.CHECK:
        return say(_STAGES[where.stage]), 0, 0
    return say("check_of", index=where.index, total=where.total), where.index, where.total


_last: dict[str, str] = {}


def remember(source: str) -> None:
    """Keep the source of the latest `%%solidity` cell."""
    _last["source"] = source


def source_for(client: Client, exercise_id: str, *, draft: bool = False) -> str:
    """Give what is to be handed in: the last `%%solidity` cell, or the draft. Raise `Invalid` without either."""
    if "source" in _last and not draft:
        return _last["source"]
    held = client.draft(exercise_id)
    if held is None:
        raise Invalid(
            f"There is nothing to hand in for {exercise_id} yet. "
            "Run a %%solidity cell, or write in the exercise's own editor."
        )
    return held.source


def exercise_here(client: Client, environ: Mapping[str, str] = os.environ) -> str:
    """Tell the one exercise of the lesson that this notebook is. Raise `Invalid` where there are several, or none."""
    name = PurePosixPath(environ.get("JPY_SESSION_NAME", "")).stem.partition(" (")[0]
    known = {lesson.id: [exercise.id for exercise in lesson.exercises] for lesson in client.lessons()}
    exercises = known.get(name, [])
    if len(exercises) == 1:
        return exercises[0]
    if exercises:
        raise Invalid(f"This lesson has several exercises. Say which one: {', '.join(exercises)}.")
    raise Invalid("Say which exercise is meant, as in: %check tip-jar")


def lesson_of(client: Client, exercise_id: str) -> str | None:
    """Tell the lesson an exercise belongs to, or None where it is in none of one's course."""
    holds = (lesson.id for lesson in client.lessons() for each in lesson.exercises if each.id == exercise_id)
    return next(holds, None)
