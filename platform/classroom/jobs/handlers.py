"""What is done for each kind of job. A handler works outside any transaction and returns what writes the effects.

A handler may be begun again at any point, after whatever another worker has done of the job: what it writes on its way
it writes through the lease, and what is written at the end is written once.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pydantic import TypeAdapter
from sqlmodel import col, delete

from classroom import backups, exports, regrades, runs, similarity, submissions, usage, workload
from classroom.care import keeping
from classroom.catalog import Catalog
from classroom.db import Database, UnitOfWork
from classroom.errors import NotFound
from classroom.exports import EXPORT, Exporters
from classroom.jobs.fingerprinting import Reader
from classroom.jobs.kinds import BACKUP, CARE, TIDY
from classroom.models import Job, JobState, Run, now
from classroom.regrades import REGRADE
from classroom.runs import COMPILE, DEPLOY
from classroom.schemas import Progress, ScenarioOut, Step
from classroom.scratch import compile_out, diagnostics
from classroom.settings import Settings
from classroom.similarity import SIMILAR
from classroom.submissions import GRADE
from classroom.telemetry.tracing import Stages, Tracing
from classroom.workload import Claim
from evmbox.pool import Pool
from evmbox.pool.confinement import Ration
from evmbox.pool.recall import Recall

NOTE_EVERY_S: Final = 1.0
"""How often the progress of a job is written down."""

SLICE_S: Final = 10.0
"""How long a long job goes on where a more urgent one waits for its worker."""

JOBS_KEPT: Final = timedelta(days=30)

LONG: Final = Ration(cpu_s=60, wall_s=60)
"""What a scenario may use up that is run as a job."""

_STEPS: Final = TypeAdapter(list[Step])

Effects = Callable[[UnitOfWork], bool]
"""Writes what came of a job, through its lease; False, and nothing written, where that was lost."""


class GiveWay(Exception):
    """The job goes back into the queue, and this attempt does not count."""


class LeaseLost(Exception):
    """Another worker has the job, or will have."""


@dataclass
class Running:
    """A job under way: how its handler says how far it is and hears whether to go on, and how its consumer stops it.

    `stages` follows the stages it enters; `took_s` is what it has measured of them, in seconds.
    """

    claim: Claim
    database: Database
    moved: Callable[[float, str | None], None]
    someone_waits: Callable[[], bool]
    recall: Recall = field(default_factory=Recall)
    began: float = field(default_factory=time.monotonic)
    given_way: bool = False
    overdue: bool = False
    stages: Stages = field(default_factory=lambda: Stages(Tracing()))
    took_s: dict[str, float] = field(default_factory=dict)
    _noted: float = 0.0

    def told(self, progress: float, stage: str | None = None) -> None:
        """Take note of how far the job is, from 0 to 1, and go on. Raises CalledOff, LeaseLost, GiveWay."""
        self.go_on()
        if time.monotonic() - self._noted < NOTE_EVERY_S:
            return
        self._noted = time.monotonic()
        with self.database.unit_of_work(durable=False) as work:
            held = workload.note(work, self.claim, progress, stage)
        if not held:
            raise LeaseLost
        self.moved(progress, stage)

    def go_on(self) -> None:
        """Raise CalledOff where nobody wants the job any more, GiveWay where its worker stops."""
        if self.given_way:
            raise GiveWay
        self.recall.check()

    def make_room(self) -> None:
        """Raise GiveWay where the job has had its slice and a more urgent one waits."""
        if time.monotonic() - self.began > SLICE_S and self.someone_waits():
            raise GiveWay


@dataclass(frozen=True)
class Tools:
    """What handlers work with. `spare` gives the pool that grading does not use, started where it is not."""

    settings: Settings
    database: Database
    catalog: Catalog
    pool: Pool
    spare: Callable[[], Pool]
    exporters: Exporters
    tell_progress: Callable[[Claim, Progress], None]


Handler = Callable[[Running, Tools], Effects]


def grade(running: Running, tools: Tools) -> Effects:
    """Grade an attempt."""
    claim = running.claim
    attempt = claim.loaded

    def tell(step: Progress) -> None:
        running.stages.enter(step.stage.value)
        tools.tell_progress(claim, step)

    report = tools.pool.grade(
        tools.catalog.exercise(attempt.exercise_id).current(),
        attempt.source,
        seed=attempt.seed,
        explain=True,
        on_progress=tell,
        recall=running.recall,
    )
    took = report.timings
    running.took_s = {
        "compile": took.compile_ms / 1000,
        "deploy": took.deploy_ms / 1000,
        "checks": took.checks_ms / 1000,
        "total": took.total_ms / 1000,
    }
    return lambda work: submissions.finish(work, claim, report)


def regrade(running: Running, tools: Tools) -> Effects:
    """Grade attempts again, those that have their new verdict excepted."""
    claim = running.claim
    with tools.database.read() as session:
        left, total = regrades.todo(session, claim.loaded.id)
    for done, attempt in enumerate(left, start=total - len(left)):
        running.go_on()
        running.make_room()
        try:
            exercise = tools.catalog.exercise(attempt.exercise_id).current()
        except NotFound:
            report = None
        else:
            report = tools.spare().grade(
                exercise, attempt.source, seed=attempt.seed, explain=True, recall=running.recall
            )
        share = (done + 1) / total
        with tools.database.unit_of_work(durable=False) as work:
            held = regrades.put(work, claim, attempt.submission_id, report, share=share)
        if not held:
            raise LeaseLost
        running.moved(share, f"{done + 1} of {total} attempts")
    return lambda work: regrades.finish(work, claim)


def compile_source(running: Running, tools: Tools) -> Effects:
    """Compile a source."""
    run: Run = running.claim.loaded
    running.told(0.0, "Compiling")
    compilation = tools.spare().compile(run.source)
    running.go_on()
    return lambda work: runs.finish(work, running.claim, compile_out(compilation))


def deploy(running: Running, tools: Tools) -> Effects:
    """Compile a source and take steps with it on an empty chain."""
    run: Run = running.claim.loaded
    steps = _STEPS.validate_python(run.steps)
    running.told(0.0, "Compiling")
    compilation, results, stopped = tools.spare().scenario(
        run.source,
        steps,
        ration=LONG,
        on_step=lambda done: running.told(done / len(steps), f"{done} of {len(steps)} steps"),
        recall=running.recall,
    )
    result = ScenarioOut(diagnostics=diagnostics(compilation), steps=results, stopped=stopped)
    return lambda work: runs.finish(work, running.claim, result)


def export(running: Running, tools: Tools) -> Effects:
    """Write a file to download."""
    claim = running.claim
    result = exports.write(tools.settings, tools.database, tools.exporters, claim, running.told)
    return lambda work: exports.finish(work, claim, result)


def back_up(running: Running, tools: Tools) -> Effects:
    """Put everything into one file, and remove the oldest of those that are too many."""
    running.told(0.0, "Writing the backup")
    made = backups.make_backup(tools.settings)
    backups.prune(tools.settings)
    result = {"file": made.path.name, "bytes": made.path.stat().st_size, "rows": sum(made.rows.values())}
    return lambda work: workload.finish(work, running.claim, result) is not None


def tidy(running: Running, tools: Tools) -> Effects:
    """Clear away runs, files and jobs that were kept for long enough."""
    over = [JobState.DONE.value, JobState.CANCELLED.value]

    def effects(work: UnitOfWork) -> bool:
        if workload.finish(work, running.claim) is None:
            return False
        runs.forget_old(work.session)
        limit = now() - JOBS_KEPT
        work.session.exec(delete(Job).where(col(Job.state).in_(over), col(Job.finished_at) < limit))
        return True

    with tools.database.read() as session:
        exports.forget_old(tools.settings, session)
    return effects


def take_care(running: Running, tools: Tools) -> Effects:
    """Keep data no longer than the settings say, and count the seats of this month."""
    done = keeping.apply(tools.database, tools.settings, running.told)

    def effects(work: UnitOfWork) -> bool:
        if workload.finish(work, running.claim, {rule.name: rule.over for rule in done}) is None:
            return False
        usage.take_attendance(work.session)
        return True

    return effects


def find_similar(running: Running, tools: Tools) -> Effects:
    """Compare the answers of a course's learners to an exercise."""
    task = running.claim.loaded
    exercise = tools.catalog.exercise(task.exercise_id).current()
    reader = Reader(exercise, tools.spare(), pause=running.go_on)
    with tools.database.read() as session:
        answers = similarity.answers(session, task)
    known = {}
    for done, answer in enumerate(answers, start=1):
        running.told(0.7 * done / len(answers), f"{done} of {len(answers)} answers")
        known[answer.user_id] = answer.prints or reader.prints(answer.source)
        if answer.prints is None:
            with tools.database.unit_of_work(durable=False) as work:
                similarity.keep(work, answer.submission_id, known[answer.user_id])
            running.make_room()
    running.told(0.7, "Reading the lesson's own answers")
    found = similarity.find(answers, known, beside=reader.beside(), ignored=reader.given())
    return lambda work: similarity.finish(work, running.claim, found)


HANDLERS: Final[Mapping[str, Handler]] = {
    GRADE.name: grade,
    COMPILE.name: compile_source,
    DEPLOY.name: deploy,
    EXPORT.name: export,
    BACKUP.name: back_up,
    REGRADE.name: regrade,
    SIMILAR.name: find_similar,
    TIDY.name: tidy,
    CARE.name: take_care,
}
