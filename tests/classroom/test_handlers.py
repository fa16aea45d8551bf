"""Every kind of job done by a real consumer with real pools, in this process."""

import shutil
import threading
from contextlib import ExitStack, closing
from types import SimpleNamespace
from uuid import UUID

import pytest
from sqlmodel import select

from classroom import accounts, courses, exports, regrades, runs, submissions, workload
from classroom.db import Database
from classroom.exports import Exporter
from classroom.jobs import Queue
from classroom.jobs import consumer as consumer_module
from classroom.jobs.consumer import Consumer
from classroom.jobs.kinds import CARE, KINDS, TIDY
from classroom.jobs.wake import Waker
from classroom.keys import server_key
from classroom.models import Job, JobState, Regrade, RegradeResult, Role, Run, Submission, SubmissionState, Usage, now
from classroom.schemas import Step
from classroom.settings import REPOSITORY, Settings
from evmbox.pool import Pool
from support.waiting import wait_until

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
BOX = HEAD + "contract Box { uint256 public kept; function keep(uint256 n) external { kept = n; } }\n"
BURNER = HEAD + "contract Burner { function burn() external { while (gasleft() > 9000) {} } }\n"
EXERCISE = "hello-storage"


class Workshop:
    """A consumer that runs, and what it takes to order something of it."""

    def __init__(self, settings, database, queue, consumer, catalog) -> None:
        self.settings, self.database, self.queue, self.consumer = settings, database, queue, consumer
        self.catalog = catalog
        self.ended = []
        with database.unit_of_work() as work:
            self.course = courses.ensure_default_course(work.session, SimpleNamespace(title="A course"))
            self.lea = accounts.create_user(work.session, "lea")
            self.ines = accounts.create_user(work.session, "ines")
            courses.enrol(work.session, self.course, self.lea, Role.LEARNER)

    def hand_in(self, source: str, key: str) -> Submission:
        with self.database.unit_of_work() as work:
            return submissions.submit(
                work,
                user=self.lea,
                course=self.course,
                exercise_id=EXERCISE,
                source=source,
                idempotency_key=key,
                enqueue=self.queue.enqueue,
                settings=self.settings,
                key=server_key(self.settings),
            )

    def verdict(self, submission) -> Submission:
        return wait_until(
            lambda: (found := self.find(Submission, submission.id)).state is SubmissionState.DONE and found,
            what="a verdict",
        )

    def run(self, source: str, *steps: dict) -> Job:
        with self.database.unit_of_work() as work:
            return runs.order(
                work,
                user=self.lea,
                source=source,
                steps=[Step.model_validate(step) for step in steps],
                enqueue=self.queue.enqueue,
            )

    def find(self, table, row_id):
        with self.database.read() as session:
            return session.get_one(table, row_id)

    def job(self, job_id: UUID) -> Job:
        return self.find(Job, job_id)

    def wait_for(self, job, *states: JobState) -> Job:
        return wait_until(lambda: (found := self.job(job.id)).state in states and found, what=f"{job.kind} {states}")

    def result(self, job):
        with self.database.read() as session:
            return runs.result_of(session, session.get_one(Job, job.id))


@pytest.fixture(scope="module")
def gate():
    return threading.Event()


@pytest.fixture(scope="module")
def shop(tmp_path_factory, migrated, catalog, gate):
    data_dir = tmp_path_factory.mktemp("workshop")
    data_dir.chmod(0o700)
    shutil.copy(migrated, data_dir / "classroom.db")
    settings = Settings(data_dir=data_dir, lessons_dir=REPOSITORY / "lessons", database_url="", portal_port=1)

    def write_slowly(order, path) -> None:
        order.told(0.25, "Waiting for the gate")
        assert gate.wait(60)
        path.write_text(f"{order.arguments['what']},{order.made_by}\n")

    def break_down(_order, _path) -> None:
        raise RuntimeError("there is no paper")

    exporters = {
        "slow": Exporter("slow", "slow.csv", "text/csv", write_slowly),
        "broken": Exporter("broken", "broken.csv", "text/csv", break_down),
    }
    with ExitStack() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumer_module, "EXPORTERS", exporters)
        database = opened.enter_context(closing(Database(settings.database)))
        queue = opened.enter_context(closing(Queue(settings)))
        pool = opened.enter_context(Pool(1, diagnostics=False))
        waker = opened.enter_context(Waker(settings))
        ended = []
        consumer = Consumer(settings, database=database, catalog=catalog, pool=pool, waker=waker, observe=ended.append)
        shop = Workshop(settings, database, queue, consumer, catalog)
        shop.exporters, shop.ended = exporters, ended
        consumer.start(every_second=lambda: None)
        opened.callback(consumer.stop)
        yield shop


def test_a_source_is_compiled_in_the_background(shop):
    done = shop.wait_for(shop.run(BOX), JobState.DONE)
    assert (done.kind, done.progress, done.attempt, done.made_by) == ("compile", 1.0, 1, shop.lea.id)
    assert set(shop.result(done).contracts) == {"Box"}
    broken = shop.wait_for(shop.run(BOX.replace("external", "")), JobState.DONE)
    assert shop.result(broken).diagnostics, "a learner's mistake is data"
    ended = wait_until(lambda: [each for each in shop.ended if each.kind == "compile"])
    assert (ended[0].state, ended[0].took_s > 0) == ("done", True)


def test_a_contract_is_deployed_and_used_in_the_background(shop):
    steps = [
        {"action": "deploy", "contract": "Box"},
        {"action": "send", "target": 0, "function": "keep", "args": [7], "account": "bob"},
        {"action": "call", "target": 0, "function": "kept"},
    ]
    done = shop.wait_for(shop.run(BOX, *steps), JobState.DONE)
    result = shop.result(done)
    assert done.kind == "deploy"
    assert len(result.steps) == 3
    assert "7" in result.steps[2].model_dump_json()


def test_a_running_job_is_cancelled_and_its_process_killed_while_verdicts_go_on(shop, catalog):
    burn = {"action": "send", "target": 0, "function": "burn", "account": "bob"}
    steps = [{"action": "deploy", "contract": "Burner"}, *[burn] * 190]
    job = shop.run(BURNER, *steps)
    wait_until(lambda: shop.job(job.id).progress > 0, what="a step of many")
    graded = shop.verdict(shop.hand_in(catalog.exercise(EXERCISE).solution, "while-it-burns"))
    assert graded.outcome == "passed"
    assert shop.job(job.id).state is JobState.RUNNING, "a verdict never waits for what runs in the background"
    with shop.database.unit_of_work() as work:
        workload.cancel(work, KINDS, job.id, actor_id=shop.lea.id)
    over = shop.wait_for(job, JobState.CANCELLED, JobState.DONE)
    assert over.state is JobState.CANCELLED
    assert over.progress < 1
    assert shop.find(Run, job.subject_id).result is None


def test_attempts_are_graded_again_with_their_own_seeds(shop, catalog):
    solution = catalog.exercise(EXERCISE).solution
    first = shop.verdict(shop.hand_in(solution, "first"))
    with shop.database.unit_of_work() as work:  # as if a check had been wrong when it was graded
        work.session.get_one(Submission, first.id).score = 0.0
    with shop.database.unit_of_work() as work:
        regrade = regrades.order(work, course=shop.course, actor=shop.ines, enqueue=shop.queue.enqueue)
    wait_until(lambda: shop.find(Regrade, regrade.id).state == "ready", what="a regrade")
    with shop.database.read() as session:
        results = session.exec(select(RegradeResult).where(RegradeResult.regrade_id == regrade.id)).all()
        job = session.exec(select(Job).where(Job.subject_id == regrade.id)).one()
        changed = regrades.changes(session, regrade.id)
    assert {result.outcome for result in results} == {"passed"}
    assert [(change.submission_id, change.old_score) for change in changed] == [(first.id, 0.0)]
    assert (job.result, job.progress) == ({"rose": 1, "fell": 0}, 1.0)


def test_an_export_writes_a_file_for_who_ordered_it_and_it_expires(shop, gate):
    with shop.database.unit_of_work() as work:
        job = exports.order(
            work,
            shop.exporters["slow"],
            made_by=shop.ines,
            enqueue=shop.queue.enqueue,
            arguments={"what": "marks"},
        )
    wait_until(lambda: shop.job(job.id).stage == "Waiting for the gate", what="an export under way")
    assert shop.job(job.id).progress == 0.25
    gate.set()
    done = shop.wait_for(job, JobState.DONE)
    path, media_type = exports.file_of(shop.settings, done)
    assert (path.read_text(), media_type) == (f"marks,{shop.ines.id}\n", "text/csv")
    assert path.stat().st_mode & 0o077 == 0
    assert done.result["bytes"] == path.stat().st_size

    with shop.database.unit_of_work() as work:
        stored = work.session.get_one(Job, job.id)
        stored.result = {**stored.result, "expires_at": now().isoformat()}
    with shop.database.unit_of_work() as work:
        tidy = workload.add(work, TIDY, enqueue=shop.queue.enqueue)
    shop.wait_for(tidy, JobState.DONE)
    assert not path.parent.exists()


def test_what_fails_is_tried_again_later_with_its_error_kept_for_the_operator(shop):
    with shop.database.unit_of_work() as work:
        job = exports.order(work, shop.exporters["broken"], made_by=shop.ines, enqueue=shop.queue.enqueue)
    resting = shop.wait_for(job, JobState.RETRYING)
    assert (resting.failures, resting.last_error) == (1, "RuntimeError: there is no paper")
    assert resting.due_at > now()
    with shop.database.unit_of_work() as work:
        assert workload.cancel(work, KINDS, job.id, actor_id=None).state is JobState.CANCELLED


def test_the_consumer_says_that_it_lives_and_makes_what_is_due_again(shop):
    def living() -> list[str]:
        with shop.database.read() as session:
            return [worker.name for worker in workload.live_workers(session)]

    assert wait_until(living) == [shop.consumer.name]


def test_care_is_taken_of_what_is_kept_and_of_seats(shop):
    with shop.database.unit_of_work() as work:
        job = workload.add(work, CARE, enqueue=shop.queue.enqueue)
    assert shop.wait_for(job, JobState.DONE).result["drafts"] == 0
    with shop.database.read() as session:
        assert shop.lea.id in session.exec(select(Usage.user_id)).all()
