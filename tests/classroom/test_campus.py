"""Consumers in processes of their own, as on several hosts: on PostgreSQL, and with Redis for a queue."""

import asyncio
import threading
from contextlib import closing, suppress
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import update
from sqlmodel import col, select

from classroom import workload
from classroom.api.listening import listen
from classroom.db import postgres_dsn
from classroom.errors import Unavailable
from classroom.jobs import Queue
from classroom.jobs.wake import CHANNEL, Waker
from classroom.keys import server_key
from classroom.models import AuditEvent, Job, JobState, Submission, SubmissionState, Worker, now
from classroom.schemas import JobEvent
from classroom.settings import QueueKind
from classroom.workload.lifecycle import LOST_AFTER
from support.consuming import COUNTER, ConsumerProcess, Gate, write_counter_course
from support.redis import HOW_TO_INSTALL, program, redis_server
from support.waiting import wait_until


@pytest.fixture(scope="module")
def redis_url():
    found = program()
    if found is None:
        pytest.skip(HOW_TO_INSTALL)
    with redis_server(found) as url:
        yield url


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / "gate")


@pytest.fixture
def campus(settings, backend, tmp_path, gate, request):
    """Give the settings of a campus: the queue in PostgreSQL where the record is, in Redis beside SQLite."""
    changes = {
        "lessons_dir": write_counter_course(tmp_path / "lessons", gate),
        "portal_port": 1,
        "lease_s": 600.0,
        "pool_size": 1,
        "queue": QueueKind.POSTGRES,
    }
    if backend == "sqlite":
        changes |= {"queue": QueueKind.REDIS, "redis_url": request.getfixturevalue("redis_url")}
    return settings.model_copy(update=changes)


@pytest.fixture
def host(campus, tmp_path):
    """Start consumers, each with a data folder of its own as on a host of its own; they share the server's key."""
    key = server_key(campus)
    started = []

    def start() -> ConsumerProcess:
        data_dir = tmp_path / f"host-{len(started)}"
        data_dir.mkdir(mode=0o700)
        own = campus.model_copy(update={"data_dir": data_dir, "database_url": campus.database})
        path = own.key_path
        path.write_bytes(campus.key_path.read_bytes())
        path.chmod(0o600)
        assert server_key(own) == key
        started.append(ConsumerProcess(own))
        return started[-1]

    yield start
    for consumer in started:
        if consumer.process.poll() is None:
            consumer.kill()


def is_done(database, submission) -> bool:
    with database.read() as session:
        return session.get_one(Submission, submission.id).state is SubmissionState.DONE


def test_two_hosts_share_the_work_and_one_that_is_killed_loses_none(database, campus, host, desk, gate):
    gate.shut()
    with closing(Queue(campus)) as queue:
        first, second = host(), host()
        first.wait_until_ready()
        second.wait_until_ready()
        made = [desk.hand_in(source=COUNTER, exercise_id="counter", enqueue=queue.enqueue) for _ in range(3)]

        def running() -> list[Job]:
            with database.read() as session:
                return list(session.exec(select(Job).where(Job.state == JobState.RUNNING, Job.kind == "grade")))

        wait_until(lambda: len({job.worker for job in running()}) == 2, what="a job under way on each host")
        (lost,) = (job for job in running() if f"/{first.process.pid}-" in job.worker)
        first.kill()
        with database.unit_of_work() as work:  # instead of waiting until it has been silent for long enough
            silent = col(Worker.name) == lost.worker
            work.session.exec(update(Worker).where(silent).values(seen_at=now() - LOST_AFTER * 2))
        gate.open()
        wait_until(lambda: all(is_done(database, each) for each in made), what="every verdict")
    with database.read() as session:
        graded = [event.subject for event in session.exec(select(AuditEvent)) if event.action == "submission_graded"]
        attempts = {job.id: job.attempt for job in session.exec(select(Job).where(Job.kind == "grade"))}
        alive = [worker.name for worker in workload.live_workers(session)]
    assert sorted(graded) == sorted(str(each.id) for each in made)
    assert sorted(attempts.values()) == [1, 1, 2]
    assert attempts[lost.id] == 2
    assert len(alive) == 1
    second.process.terminate()
    assert second.process.wait(30) == 0
    with database.read() as session:
        assert workload.live_workers(session) == []


@pytest.mark.both_databases
def test_messages_come_out_as_they_were_put_in(campus):
    done = []
    with closing(Queue(campus, done.append)) as consumer, closing(Queue(campus)) as api:
        ids = [uuid4() for _ in range(3)]
        for job_id in ids:
            api.enqueue(job_id)
        assert api.trouble() is None
        for _ in ids:
            consumer.huey.execute(consumer.huey.dequeue())
        assert consumer.huey.pending_count() == 0
    assert done == ids


def test_processes_that_open_the_queue_at_once_find_it_made(on_postgres):
    settings = on_postgres.model_copy(update={"queue": QueueKind.POSTGRES})
    server_key(settings)
    gate, trouble = threading.Barrier(4), []

    def open_it() -> None:
        gate.wait()
        with closing(Queue(settings)) as queue:
            trouble.append(queue.trouble())

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == [None] * 4


def test_a_queue_in_a_postgresql_that_is_away_is_opened_and_says_so(settings, tmp_path):
    away = f"postgresql+psycopg://postgres@/none?host={tmp_path}"
    with closing(Queue(settings.model_copy(update={"queue": QueueKind.POSTGRES, "database_url": away}))) as queue:
        assert "cannot be read" in queue.trouble()


@pytest.mark.sqlite_only("the queue in PostgreSQL needs PostgreSQL")
def test_a_queue_in_postgresql_beside_sqlite_is_refused_with_advice(settings):
    with pytest.raises(Unavailable, match="CLASSROOM_DATABASE_URL"):
        Queue(settings.model_copy(update={"queue": QueueKind.POSTGRES}))


@pytest.mark.sqlite_only("about Redis alone")
def test_redis_that_is_away_is_told_and_loses_no_submission(database, settings, desk, tmp_path):
    away = settings.model_copy(update={"queue": QueueKind.REDIS, "redis_url": f"unix://{tmp_path}/none"})
    with closing(Queue(away)) as queue:
        assert "cannot be read" in queue.trouble()
        submission = desk.hand_in(enqueue=queue.enqueue)
    with database.unit_of_work() as work:
        assert work.session.get_one(Submission, submission.id).state is SubmissionState.QUEUED


@pytest.fixture
def on_postgres(settings, postgres):
    with postgres.database() as url:
        yield settings.model_copy(update={"database_url": url})


def heard_on_postgres(settings, tell) -> list:
    """Listen as an API does, and tell until it is heard: nobody says when listening has begun."""
    heard = []

    async def scenario() -> None:
        arrived = asyncio.Event()

        def publish(news) -> None:
            heard.append(news)
            arrived.set()

        async def until_heard() -> None:
            while not arrived.is_set():
                tell()
                with suppress(TimeoutError):
                    await asyncio.wait_for(arrived.wait(), 0.05)

        listening = asyncio.create_task(listen(postgres_dsn(settings.database), publish))
        try:
            await asyncio.wait_for(until_heard(), 30)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    asyncio.run(scenario())
    return heard


def test_what_a_consumer_tells_reaches_the_apis_of_every_host(on_postgres):
    job_id = uuid4()
    with Waker(on_postgres) as waker:
        heard = heard_on_postgres(on_postgres, lambda: waker.tell_job(JobEvent(job_id=job_id, state="running")))
    assert heard[0].job_id == job_id


def test_news_that_nobody_understands_ends_no_listening(on_postgres):
    with psycopg.connect(postgres_dsn(on_postgres.database), autocommit=True) as connection:

        def tell() -> None:
            for news in ("{}", "no json", JobEvent(job_id=uuid4(), state="running").model_dump_json()):
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, news))

        heard = heard_on_postgres(on_postgres, tell)
    assert heard[0].state == "running"
