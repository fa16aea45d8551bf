"""The consumer as a process of its own, with the real queue, pool and compiler: graded once, whatever is killed."""

import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from huey.serializer import SignedSerializer
from sqlmodel import select

from classroom import runs, submissions, workload
from classroom.jobs import Queue, pipes
from classroom.jobs.kinds import KINDS
from classroom.jobs.wake import PROGRESS_EVERY_S, Waker, news_path
from classroom.models import AuditEvent, Job, JobState, Submission, SubmissionState
from classroom.schemas import Step
from classroom.settings import Settings
from evmbox.report import Progress, Stage
from support.consuming import COUNTER, ConsumerProcess, Gate, write_counter_course
from support.waiting import wait_until

pytestmark = pytest.mark.sqlite_only("the consumers of a campus have tests of their own, in test_campus")


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / "gate")


@pytest.fixture
def settings(settings, tmp_path, gate):
    """Give a course of one exercise, `counter`, whose check can be held at the gate."""
    lessons = write_counter_course(tmp_path / "lessons", gate)
    return settings.model_copy(update={"lessons_dir": lessons, "lease_s": 600.0})


class Portal:
    """Keeps what the API beside this data folder would hear."""

    def __init__(self, settings: Settings) -> None:
        self._pipe = pipes.open_to_read(news_path(settings))
        self._told = b""

    @property
    def heard(self) -> list[dict]:
        with suppress(BlockingIOError):
            self._told += os.read(self._pipe, 1 << 20)
        return [json.loads(line) for line in self._told.splitlines()]

    def states(self, submission_id: UUID) -> list[str]:
        return [body["state"] for body in self.heard if body["submission_id"] == str(submission_id)]

    def close(self) -> None:
        os.close(self._pipe)


@pytest.fixture
def portal(settings):
    with closing(Portal(settings)) as portal:
        yield portal


@pytest.fixture
def start(settings, database):
    """Start consumers; what still runs at the end of the test is killed."""
    started: list[ConsumerProcess] = []

    def start(*arguments: str, settings=settings) -> ConsumerProcess:
        started.append(ConsumerProcess(settings, *arguments))
        return started[-1]

    yield start
    for consumer in started:
        if consumer.process.poll() is None:
            consumer.kill()


@pytest.fixture
def queue(settings):
    with closing(Queue(settings)) as queue:
        yield queue


@pytest.fixture
def hand_in(desk, queue):
    def hand_in(source: str = COUNTER) -> Submission:
        return desk.hand_in(source=source, exercise_id="counter", enqueue=queue.enqueue)

    return hand_in


def stored(database, submission: Submission) -> Submission:
    with database.read() as session:
        return session.get_one(Submission, submission.id)


def job_of(database, submission: Submission) -> Job:
    with database.read() as session:
        return session.exec(select(Job).where(Job.subject_id == submission.id)).one()


def is_over(database, submission: Submission) -> bool:
    return stored(database, submission).state in {SubmissionState.DONE, SubmissionState.FAILED}


def times_graded(database, submission: Submission) -> int:
    with database.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.subject == str(submission.id))).all()
    return [event.action for event in events].count("submission_graded")


def assert_graded_once(database, submission: Submission, *, attempt: int) -> None:
    wait_until(lambda: is_over(database, submission), what="a verdict")
    assert (stored(database, submission).state, stored(database, submission).outcome) == ("done", "passed")
    assert times_graded(database, submission) == 1
    assert job_of(database, submission).attempt == attempt


# From hand-in to verdict


def test_what_is_handed_in_is_graded_once_and_the_portal_is_woken(database, portal, start, desk, hand_in):
    start().wait_until_ready()
    submission = hand_in()
    assert_graded_once(database, submission, attempt=1)
    assert stored(database, submission).report["checks"][0]["status"] == "passed"
    wait_until(lambda: "done" in portal.states(submission.id), what="the wake-up")


def test_what_was_handed_in_while_nobody_graded_is_graded_at_the_next_start(database, start, hand_in):
    submissions_made = [hand_in() for _ in range(3)]
    start()
    for submission in submissions_made:
        assert_graded_once(database, submission, attempt=1)


def test_a_submission_whose_message_was_lost_is_graded_all_the_same(database, start, desk):
    start().wait_until_ready()
    submission = desk.hand_in(source=COUNTER, exercise_id="counter")
    assert_graded_once(database, submission, attempt=1)


def test_a_message_that_comes_five_times_has_one_effect(database, start, queue, desk):
    submission = desk.hand_in(source=COUNTER, exercise_id="counter")
    for _ in range(5):
        queue.enqueue(desk.queued[0])
    start()
    wait_until(lambda: is_over(database, submission) and queue.huey.pending_count() == 0, what="an empty queue")
    assert_graded_once(database, submission, attempt=1)


def test_progress_on_a_long_way_is_told_while_it_lasts(database, portal, start, hand_in, gate):
    gate.shut()
    start().wait_until_ready()
    submission = hand_in()
    wait_until(lambda: "running" in portal.states(submission.id), what="a wake-up on the way")
    gate.open()
    wait_until(lambda: "done" in portal.states(submission.id), what="the last wake-up")
    assert portal.states(submission.id)[-1] == "done"


def test_a_portal_that_is_away_stops_nobody(database, start, hand_in):
    start()
    assert_graded_once(database, hand_in(), attempt=1)


# Killed, stopped, doubled


def test_a_killed_consumer_loses_no_submission(database, start, hand_in, gate):
    gate.shut()
    first = start()
    submission = hand_in()
    gate.wait_until_reached()
    first.kill()
    assert stored(database, submission).state is SubmissionState.RUNNING
    gate.open()
    start()
    assert_graded_once(database, submission, attempt=2)
    assert job_of(database, submission).failures == 1


def test_a_consumer_killed_as_soon_as_it_has_the_lease_loses_nothing(database, start, hand_in):
    first = start().wait_until_ready()
    submission = hand_in()
    wait_until(lambda: job_of(database, submission).state is not JobState.QUEUED, what="a lease")
    first.kill()
    left_over = stored(database, submission).state is SubmissionState.RUNNING
    start()
    assert_graded_once(database, submission, attempt=2 if left_over else 1)


def test_a_job_that_kills_a_third_worker_is_given_up(database, portal, start, hand_in, gate):
    gate.shut()
    submission = hand_in()
    with database.unit_of_work() as work:
        work.session.get_one(Job, job_of(database, submission).id).failures = 2
    consumer = start()
    gate.wait_until_reached()
    consumer.kill()
    start()
    wait_until(lambda: is_over(database, submission), what="the end")
    lost = stored(database, submission)
    assert lost.state is SubmissionState.FAILED
    assert times_graded(database, submission) == 0
    assert "no verdict" in submissions.to_out(lost).message
    wait_until(lambda: portal.states(submission.id)[-1:] == ["failed"], what="the wake-up")


def test_a_worker_that_was_overtaken_can_write_nothing(database, start, hand_in, gate, desk, make_report):
    gate.shut()
    slow = start()
    submission = hand_in()
    gate.wait_until_reached()
    slow.signal(signal.SIGSTOP)
    job = job_of(database, submission)
    with database.unit_of_work() as work:
        work.session.get_one(Job, job.id).lease_until -= timedelta(hours=1)
        work.session.flush()
        assert workload.reap(work, KINDS).due == (job.id,)
        overtaking = submissions.claim(work, job.id, worker="another", lease_s=30)
    with database.unit_of_work() as work:
        assert submissions.finish(work, overtaking, make_report(1.0))
    gate.open()
    slow.signal(signal.SIGCONT)
    wait_until(lambda: slow.says("lease of attempt 1 was lost"), what="the refusal")
    assert stored(database, submission).score == 1.0
    assert times_graded(database, submission) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_consumer_that_is_stopped_finishes_what_it_has_begun(number, database, start, hand_in, gate):
    gate.shut()
    consumer = start()
    submission = hand_in()
    gate.wait_until_reached()
    consumer.signal(number)
    wait_until(lambda: consumer.says(f"Stopping: {number.name}"), what="the stop")
    gate.open()
    assert consumer.process.wait(timeout=60) == 0
    assert_graded_once(database, submission, attempt=1)


def test_a_consumer_that_is_stopped_gives_back_what_takes_too_long(database, start, hand_in, gate):
    gate.shut()
    consumer = start()
    submission = hand_in()
    gate.wait_until_reached()
    consumer.signal(signal.SIGTERM)
    assert consumer.process.wait(timeout=9) == 0, "the launcher waits ten seconds"
    job = job_of(database, submission)
    assert (job.state, job.failures) == (JobState.QUEUED, 0)
    gate.open()
    start()
    assert_graded_once(database, submission, attempt=2)


def test_a_consumer_that_is_stopped_gives_back_what_runs_in_the_background(database, start, queue, people):
    burner = COUNTER.replace("count += 1;", "while (gasleft() > 9000) {}")
    burn = Step(action="send", target=0, function="increment", account="bob")
    with database.unit_of_work() as work:
        steps = [Step(action="deploy", contract="Counter"), *[burn] * 190]
        job = runs.order(work, user=people.alice, source=burner, steps=steps, enqueue=queue.enqueue)
    consumer = start()

    def stored_job() -> Job:
        with database.read() as session:
            return session.get_one(Job, job.id)

    wait_until(lambda: stored_job().progress > 0, what="a step of many")
    consumer.signal(signal.SIGTERM)
    assert consumer.process.wait(timeout=30) == 0
    assert (stored_job().state, stored_job().failures, stored_job().worker) == (JobState.QUEUED, 0, None)
    with database.read() as session:
        assert workload.live_workers(session) == []


def test_one_consumer_holds_a_data_folder(start, monkeypatch):
    holder = start().wait_until_ready()
    second = start()
    assert second.process.wait(timeout=30) == 1
    assert second.says(f"Another consumer grades in .*: process {holder.process.pid}")
    assert holder.process.poll() is None


def test_a_consumer_waits_for_one_that_is_about_to_end(database, start, hand_in):
    first = start().wait_until_ready()
    second = start()
    first.signal(signal.SIGTERM)
    second.wait_until_ready()
    assert_graded_once(database, hand_in(), attempt=1)


def test_a_consumer_ends_with_the_process_that_started_it(settings, database, tmp_path):
    launcher = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'classroom.jobs', '--parent', str(os.getpid())])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    variables = {f"CLASSROOM_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    with subprocess.Popen(
        [sys.executable, "-c", launcher],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        pid = int(parent.stdout.readline())
        lock = settings.data_dir / "consumer.lock"
        wait_until(lambda: lock.exists() and lock.read_text() == str(pid), what="the consumer's start")
        parent.kill()
    wait_until(lambda: not is_running(pid), what="the end of the orphan")


def is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


# Deceived


class Trap:
    """What a forged message would do if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_a_forged_message_has_no_effect(database, settings, start, queue, hand_in, tmp_path):
    sprung = tmp_path / "sprung"
    payload = pickle.dumps(Trap(sprung))
    forged = [payload, payload + b":" + b"0" * 40, b"", b"\x00" * 50]
    forged.append(SignedSerializer(secret="another key").serialize(Trap(sprung)))
    with closing(sqlite3.connect(settings.queue_path)) as file, file:
        file.executemany("INSERT INTO task (queue, data) VALUES ('classroom', ?)", [(data,) for data in forged])
    queue.enqueue(uuid4())
    submission = hand_in()
    start()
    assert_graded_once(database, submission, attempt=1)
    wait_until(lambda: queue.huey.pending_count() == 0, what="an empty queue")
    assert not sprung.exists()


# Wake-ups


@pytest.fixture
def waker(settings, portal):  # so that somebody listens
    with Waker(settings) as waker:
        yield waker


def test_a_quick_verdict_is_told_once_without_its_progress(waker, portal):
    submission_id = uuid4()
    waker.tell(submission_id, SubmissionState.RUNNING)
    for index in range(7):
        waker.tell(submission_id, SubmissionState.RUNNING, Progress(stage=Stage.CHECK, index=index, total=7))
    waker.tell(submission_id, SubmissionState.DONE)
    wait_until(lambda: portal.states(submission_id), what="a wake-up")
    waker.close()
    assert portal.states(submission_id) == ["done"]


def test_of_progress_only_the_latest_is_told_and_not_too_often(waker, portal):
    submission_id = uuid4()
    started = time.monotonic()
    index, tick = 0, threading.Event()
    while len(portal.states(submission_id)) < 3:
        index += 1
        waker.tell(submission_id, SubmissionState.RUNNING, Progress(stage=Stage.CHECK, index=index, total=index))
        tick.wait(0.001)
        assert time.monotonic() < started + 30
    assert time.monotonic() - started >= 3 * PROGRESS_EVERY_S
    told = [body["progress"]["index"] for body in portal.heard]
    assert told == sorted(told)
    assert told[0] > 1


def test_what_is_final_is_told_before_the_end_and_never_taken_back(waker, portal):
    ids = [uuid4() for _ in range(5)]
    for submission_id in ids:
        waker.tell(submission_id, SubmissionState.DONE)
        waker.tell(submission_id, SubmissionState.RUNNING)
    waker.close()
    assert sorted(body["submission_id"] for body in portal.heard) == sorted(map(str, ids))
    assert {body["state"] for body in portal.heard} == {"done"}


def test_telling_never_waits_for_the_portal(settings):
    with Waker(settings) as waker:
        started = time.monotonic()
        for _ in range(1000):
            waker.tell(uuid4(), SubmissionState.RUNNING)
        assert time.monotonic() - started < 5
