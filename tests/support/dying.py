"""A part of the classroom that kills itself with -9 at a named point of a submission's way, when a file tells it to.

The product knows nothing of this: the points are put around its own functions before it is started, so what dies is the
real process, between two steps, without any race. A file named after a point is the order, and is gone once the point
was reached, so that who is started in its place lives on. The file says what happens there: `die`, `kill solc` (the
compiler that has just been given a source) or `go on`, for a test that only waits until the point is reached.
"""

import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import classroom.isolation
from classroom import submissions, workload
from classroom.api.events import FINAL, EventHub
from classroom.db import Database, UnitOfWork
from classroom.errors import Unavailable
from classroom.jobs import wake
from classroom.jobs.consumer import Consumer
from classroom.jobs.handlers import HANDLERS
from classroom.jobs.queue import Queue
from classroom.models import SubmissionState
from evmbox.compiler.process import LimitedProcess
from evmbox.isolation.ladder import Walls
from evmbox.pool.template import Template
from evmbox.report import Stage

TESTS = Path(__file__).parents[1]
FOLDER = "CLASSROOM_TESTS_DYING"
"""The variable that names the folder of orders."""

ORIGINS = {
    "classroom.web": (
        "api: written, not committed",
        "api: committed, not enqueued",
        "api: enqueued, not answered",
        "api: told of the verdict",
    ),
    "classroom.jobs": (
        "consumer: called",
        "consumer: claimed, not committed",
        "consumer: claimed",
        "consumer: compiling",
        "consumer: checking",
        "consumer: has the report",
        "consumer: verdict written, not committed",
        "consumer: verdict committed, not told",
        "consumer: told",
    ),
}
"""The points of each part, in the order in which a submission comes past them."""

REFUSED = "consumer: verdict refused by the record"
"""Where nobody dies, and a test may wait."""

Condition = Callable[..., bool]


def order(folder: Path, point: str, what: str = "die") -> Path:
    """Have something happen when a point is reached; the path is there until then."""
    path = folder / point.replace(" ", "-").replace(":", "")
    path.write_text(what)
    return path


def command(part: str) -> list[str]:
    """Give the command that starts a part as `python -m` does, with points."""
    lines = f"import sys; sys.path.append({str(TESTS)!r}); from support.dying import main; main()"
    return [sys.executable, "-c", lines, part]


def main() -> None:
    """Put the points in, and be the part."""
    part = sys.argv.pop(1)
    folder = Path(os.environ[FOLDER])
    classroom.isolation.find_walls = Walls  # behind walls no check would see the gate, which is a file
    _Points(folder).put()
    runpy.run_module(part, run_name="__main__", alter_sys=True)


class _Points:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self) -> None:
        self.after(submissions, "submit", "api: written, not committed")
        self.before(Queue, "enqueue", "api: committed, not enqueued")
        self.after(Queue, "enqueue", "api: enqueued, not answered")
        self.before(EventHub, "publish", "api: told of the verdict", lambda _hub, event: event.state in FINAL)

        self.before(workload, "claim", "consumer: called", lambda _work, kinds, **_: submissions.GRADE in kinds)
        self.after(
            workload,
            "claim",
            "consumer: claimed, not committed",
            lambda got, *_, **__: bool(got) and got.kind.name == "grade",
        )
        HANDLERS["grade"] = self._surrounded(  # type: ignore[index]
            HANDLERS["grade"], before="consumer: claimed", after="consumer: has the report"
        )
        self._at_solc()
        checking: Condition = lambda _self, _claim, step: step.stage is Stage.CHECK  # noqa: E731
        self.before(Consumer, "_tell_progress", "consumer: checking", checking)
        self._at_a_refused_verdict()
        self.after(submissions, "finish", "consumer: verdict written, not committed")
        done: Condition = lambda _self, _id, state, *_: state is SubmissionState.DONE  # noqa: E731
        self.before(wake.Waker, "tell", "consumer: verdict committed, not told", done)
        for post in (wake._Pipe, wake._Notifier):
            self.after(
                post,
                "__call__",
                "consumer: told",
                lambda _none, _post, event: "submission_id" in event and "done" in event,
            )
        self._note_forks()

    def before(self, owner: Any, name: str, point: str, condition: Condition = lambda *_, **__: True) -> None:
        setattr(owner, name, self._surrounded(getattr(owner, name), before=point, condition=condition))

    def after(self, owner: Any, name: str, point: str, condition: Condition = lambda *_, **__: True) -> None:
        setattr(owner, name, self._surrounded(getattr(owner, name), after=point, condition=condition))

    def _surrounded(
        self,
        function: Callable[..., Any],
        *,
        before: str | None = None,
        after: str | None = None,
        condition: Condition = lambda *_, **__: True,
    ) -> Callable[..., Any]:
        def surrounded(*arguments: Any, **named: Any) -> Any:
            if before and condition(*arguments, **named):
                self._reached(before)
            result = function(*arguments, **named)
            if after and condition(result, *arguments, **named):
                self._reached(after)
            return result

        return surrounded

    def _reached(self, point: str, solc: int | None = None) -> None:
        path = self._folder / point.replace(" ", "-").replace(":", "")
        try:
            what = path.read_text()
            path.unlink()
        except FileNotFoundError:
            return
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "kill solc" and solc is not None:
            os.kill(solc, signal.SIGKILL)

    def _at_solc(self) -> None:
        """Put a point where the compiler has a source to its last byte, and the answer has not been read."""
        write = LimitedProcess._write

        def written(process: LimitedProcess, unsent: memoryview) -> int:
            sent = write(process, unsent)
            if sent == len(unsent):
                self._reached("consumer: compiling", process.pid)
            return sent

        LimitedProcess._write = written  # type: ignore[method-assign]

    def _at_a_refused_verdict(self) -> None:
        """Put a point where the record did not take a verdict, which is about to be tried again."""
        hand_in, unit_of_work = Consumer._hand_in, Database.unit_of_work
        handing_in = threading.local()

        def noted(*arguments: Any) -> bool:
            handing_in.now = True
            try:
                return hand_in(*arguments)
            finally:
                handing_in.now = False

        @contextmanager
        def tried(database: Database, **named: bool) -> Iterator[UnitOfWork]:
            try:
                with unit_of_work(database, **named) as work:
                    yield work
            except Unavailable:
                if getattr(handing_in, "now", False):
                    self._reached(REFUSED)
                raise

        Consumer._hand_in = noted  # type: ignore[method-assign]
        Database.unit_of_work = tried  # type: ignore[method-assign]

    def _note_forks(self) -> None:
        """Write down which process grades, and of which template it is a fork."""
        begin = Template._begin

        def begun(template: Template, patience_s: float) -> Any:
            channel, pid = begin(template, patience_s)
            draft = self._folder.with_name("grading.new")
            draft.write_text(f"{template.pid} {pid}")
            draft.replace(self._folder / "grading")  # whoever reads it reads one or the other
            return channel, pid

        Template._begin = begun  # type: ignore[method-assign]
