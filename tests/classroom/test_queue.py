"""The queue between API and consumer: ids only, signed, and a bell that keeps nobody waiting."""

import pickle
import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from huey.serializer import SignedSerializer

from classroom.jobs import Queue, pipes
from classroom.jobs.queue import RING, Bell, bell_path
from classroom.keys import derive, server_key

LONG_S = 60.0


@pytest.fixture
def queue(settings):
    with closing(Queue(settings)) as queue:
        yield queue


@pytest.fixture
def bell(settings):
    with closing(Bell(bell_path(settings))) as bell:
        yield bell


class Trap:
    """What a forged message would do if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_what_is_put_in_comes_out_and_is_done(settings):
    done = []
    with closing(Queue(settings, done.append)) as consumer, closing(Queue(settings)) as api:
        ids = [uuid4() for _ in range(3)]
        for job_id in ids:
            api.enqueue(job_id)
        for _ in ids:
            consumer.huey.execute(consumer.huey.dequeue())
        assert consumer.huey.dequeue() is None
    assert done == ids


def test_a_message_holds_an_id_and_nothing_of_the_submission(queue, desk):
    submission = desk.hand_in(source="contract Private {}", enqueue=queue.enqueue)
    (message,) = queue.huey.storage.enqueued_items()
    assert b"Private" not in message
    assert str(submission.user_id).encode() not in message


def test_only_the_consumer_grades(queue):
    queue.enqueue(uuid4())
    with pytest.raises(RuntimeError, match="only the job consumer"):
        queue.huey.dequeue().execute()


def test_only_what_was_signed_with_the_servers_key_is_unpickled(settings, queue, tmp_path):
    sprung = tmp_path / "sprung"
    forged = pickle.dumps(Trap(sprung))
    for data in (forged, forged + b":" + b"0" * 40, SignedSerializer(secret="another").serialize(Trap(sprung))):
        with pytest.raises(ValueError, match=r"mismatch|not found"):
            queue.huey.serializer.deserialize(data)
    assert not sprung.exists()
    ours = SignedSerializer(secret=derive(server_key(settings), "queue").hex())
    queue.huey.serializer.deserialize(ours.serialize(Trap(sprung)))
    assert sprung.exists(), "the trap would not have sprung at all"


def test_the_queues_file_is_not_synced_at_every_message(queue):
    assert queue.huey.storage.sql("PRAGMA synchronous", results=True) == [(1,)]
    assert queue.huey.storage.sql("PRAGMA journal_mode", results=True) == [("wal",)]


def test_putting_a_job_in_wakes_a_waiting_worker(queue, bell):
    woken_after = []

    def wait() -> None:
        started = time.monotonic()
        bell.wait(LONG_S)
        woken_after.append(time.monotonic() - started)

    worker = threading.Thread(target=wait)
    worker.start()
    queue.enqueue(uuid4())
    worker.join(LONG_S)
    assert woken_after[0] < LONG_S / 2


def test_each_ring_wakes_one_of_several(settings, bell):
    for _ in range(3):
        pipes.write(bell_path(settings), RING)
    started = time.monotonic()
    for _ in range(3):
        bell.wait(LONG_S)
    assert time.monotonic() - started < LONG_S / 2
    bell.wait(0.01)
    assert time.monotonic() - started >= 0.01


def test_without_a_consumer_a_ring_is_lost_and_keeps_nobody_waiting(settings, queue):
    queue.enqueue(uuid4())
    assert not bell_path(settings).exists()
    with closing(Bell(bell_path(settings))):
        pass
    queue.enqueue(uuid4())
    assert queue.huey.pending_count() == 2


def test_a_consumer_that_never_listens_keeps_nobody_waiting(settings, bell):
    for _ in range(100_000):  # more than a pipe holds
        pipes.write(bell_path(settings), RING)


def test_the_bell_is_its_owners_only(settings, bell):
    assert bell_path(settings).stat().st_mode & 0o077 == 0
