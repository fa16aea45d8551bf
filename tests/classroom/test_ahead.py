"""Compiled while nobody waits: a check after a pause in typing finds its code made, and nobody is delayed by it."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from uuid import uuid4

import pytest

from classroom import drafts
from classroom.catalog import Catalog
from classroom.jobs import Queue
from classroom.jobs.ahead import Ahead, hint, pipe_path
from classroom.jobs.consumer import Consumer
from classroom.jobs.wake import Waker
from classroom.models import Submission, SubmissionState
from evmbox import pool as pool_module
from evmbox.exercise import Exercise
from evmbox.pool import Pool
from support.waiting import wait_until

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
BOMB = HEAD + "contract C0 {}" + "".join(f"contract C{i} is C{i - 1}{{}}" for i in range(1, 2000))
EXERCISE = "hello-storage"


class WatchedPool(Pool):
    """A pool that keeps what was asked to be compiled ahead, and what of it is over."""

    def __init__(self, size: int) -> None:
        super().__init__(size, diagnostics=False)
        self.begun: list[str] = []
        self.over: list[str] = []

    def compile_ahead(self, exercise: Exercise, source: str) -> bool:
        self.begun.append(source)
        try:
            return super().compile_ahead(exercise, source)
        finally:
            self.over.append(source)


@pytest.fixture
def consumer(database, settings, catalog):
    """Give the pool of a consumer that grades what is handed in, in this process."""
    settings = settings.model_copy(update={"portal_port": 1})
    with ExitStack() as opened:
        pool = opened.enter_context(WatchedPool(1))
        waker = opened.enter_context(Waker(settings))
        consumer = Consumer(settings, database=database, catalog=catalog, pool=pool, waker=waker)
        consumer.start(every_second=lambda: None)
        opened.callback(consumer.stop)
        yield pool


@pytest.fixture
def type_(database, people, settings) -> Callable[..., None]:
    """Give a function that saves a draft of a learner's as the API does."""

    def save(source: str, *, user=None) -> None:
        user = user or people.alice
        with database.unit_of_work() as work:
            draft_id = drafts.put(
                work.session,
                course=people.course,
                user=user,
                exercise_id=EXERCISE,
                source=source,
                revision=0,
            ).id
            work.after_commit(lambda: hint(settings, user.id, draft_id))

    return save


@pytest.fixture
def verdict(database, desk, settings):
    """Give a function that hands a source in and waits for what became of it."""

    def hand_in(source: str, *, user=None) -> Submission:
        with closing(Queue(settings)) as queue:
            submission = desk.hand_in(user, source=source, exercise_id=EXERCISE, enqueue=queue.enqueue)

        def done() -> Submission | None:
            with database.read() as session:
                found = session.get_one(Submission, submission.id)
                return found if found.state == SubmissionState.DONE else None

        return wait_until(done, what="a verdict")

    return hand_in


def test_a_check_after_a_pause_finds_its_code_made(catalog: Catalog, consumer: WatchedPool, type_, verdict) -> None:
    source = catalog.exercise(EXERCISE).solution + "// mine\n"
    type_(source)
    wait_until(lambda: source in consumer.over)
    graded = verdict(source)
    assert (graded.outcome, graded.report["timings"]["compile_ms"]) == ("passed", 0)
    other = verdict(source + "// typed since\n")
    assert other.report["timings"]["compile_ms"] > 0


def test_a_bomb_in_a_draft_delays_nobody(
    catalog: Catalog, people, consumer: WatchedPool, type_, verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "AHEAD_S", 300.0)
    type_(BOMB)
    wait_until(lambda: BOMB in consumer.begun)
    graded = verdict(catalog.exercise(EXERCISE).solution, user=people.bob)
    assert graded.outcome == "passed"
    assert consumer.over == [], "the draft is still being compiled"


def test_a_flood_of_hints_neither_fills_anything_nor_delays_anyone(
    catalog: Catalog, people, consumer: WatchedPool, settings, type_, verdict
) -> None:
    for _ in range(5_000):
        hint(settings, people.alice.id, uuid4())
    source = catalog.exercise(EXERCISE).solution + "// bob's\n"
    type_(source, user=people.bob)
    assert verdict(catalog.exercise(EXERCISE).solution).outcome == "passed"
    wait_until(lambda: (type_(source, user=people.bob), source in consumer.over)[1], what="bob's turn")


@pytest.fixture
def ahead(database, settings, catalog):
    """Give a consumer's end of the pipe whose thread is not running."""
    ahead = Ahead(settings, database=database, catalog=catalog, pool=Pool(1))
    yield ahead
    os.close(ahead._pipe)


def test_of_what_a_learner_types_the_latest_waits_and_no_more(ahead: Ahead, settings) -> None:
    alice, bob, last = uuid4(), uuid4(), uuid4()
    for draft in (uuid4(), uuid4(), last):
        hint(settings, alice, draft)
    hint(settings, bob, last)
    ahead._listen()
    assert ahead._pending == {alice: last, bob: last}
    assert ahead._next() == alice, "who has waited longest"
    ahead._resting[alice] = time.monotonic() + 60
    assert ahead._next() == bob, "a learner rests after a turn"
    ahead._resting[alice] = time.monotonic()
    assert ahead._next() == alice


def test_a_hint_that_nobody_hears_or_that_has_no_room_is_lost_without_waiting(settings, ahead: Ahead) -> None:
    for _ in range(10_000):
        hint(settings, uuid4(), uuid4())
    ahead._listen()
    assert 0 < len(ahead._pending) < 10_000
    pipe_path(settings).unlink()
    hint(settings, uuid4(), uuid4())


def test_a_hint_wakes_who_waits(settings, ahead: Ahead) -> None:
    waiting = threading.Thread(target=ahead._listen)
    waiting.start()
    hint(settings, uuid4(), uuid4())
    waiting.join(30)
    assert not waiting.is_alive()
    assert len(ahead._pending) == 1
