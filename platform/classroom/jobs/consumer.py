"""The consumer's process: threads that supervise, a pool that grades in children, a reaper that forgets no job.

One runs per data folder. It may be killed at any instruction: the next one takes back its leases as it starts, and what
a worker hands in after it lost its lease is refused.
"""

import fcntl
import hashlib
import logging
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from huey import SqliteHuey
from huey.consumer import Consumer as HueyConsumer
from huey.consumer import Worker as HueyWorker

from classroom import submissions
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.errors import Unavailable
from classroom.isolation import require_isolation
from classroom.jobs.ahead import Ahead
from classroom.jobs.queue import Bell, Queue, bell_path
from classroom.jobs.sealer import sealing
from classroom.jobs.wake import Waker
from classroom.models import SubmissionState
from classroom.settings import Settings
from classroom.submissions import Claim
from evmbox.errors import PoolBusy, PoolClosed
from evmbox.pool import Pool
from evmbox.report import Report

FINISH_S = 5.0
"""How long a stop waits for what is being graded; what takes longer is given back."""

_GIVE_BACK_S = 2.0
_LOCK_WAIT_S = 10.0
_POLL_S = 0.1  # for a message whose ring was not heard
_REAP_EVERY_S = 1.0
_RETRY_IN = timedelta(seconds=1)

logger = logging.getLogger(__name__)


def run_consumer(settings: Settings, *, parent_pid: int | None = None) -> None:
    """Grade submissions until SIGTERM or SIGINT, or until the parent process is gone, where one is named.

    Raises Unavailable where another consumer holds this data folder, and where isolation is too weak for the settings.
    """
    walls = require_isolation(settings)
    reasons: queue.SimpleQueue[str] = queue.SimpleQueue()  # the one queue that a signal handler may put into
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: reasons.put(signal.Signals(received).name))

    def watch_parent() -> None:
        if parent_pid is not None and os.getppid() != parent_pid:
            reasons.put("the process that started this one is gone")

    with _only_one(settings), ExitStack() as opened:
        database = Database.of(settings)
        opened.callback(database.close)
        database.require_current()
        opened.enter_context(sealing(settings, database))
        waker = opened.enter_context(Waker(settings))
        catalog = Catalog.load(settings.lessons_dir)
        pool = opened.enter_context(Pool(size=settings.pool_size, diagnostics=False, walls=walls))
        consumer = Consumer(settings, database=database, catalog=catalog, pool=pool, waker=waker)
        consumer.start(every_second=watch_parent)
        logger.info("Grading, %d at a time", settings.pool_size)
        logger.info("Stopping: %s", reasons.get())
        consumer.stop()


class Consumer:
    """The workers and the reaper of one data folder."""

    def __init__(self, settings: Settings, *, database: Database, catalog: Catalog, pool: Pool, waker: Waker) -> None:
        self._settings = settings
        self._database = database
        self._catalog = catalog
        self._pool = pool
        self._waker = waker
        folder = hashlib.sha256(str(settings.data_dir.resolve()).encode()).hexdigest()
        self._node = f"{socket.gethostname()[:64]}/{folder[:12]}/"
        self._queue = Queue(settings, self.grade)
        self._bell = Bell(bell_path(settings))
        self._ahead = Ahead(settings, database=database, catalog=catalog, pool=pool)
        self._workers = _Workers(self._queue.huey, self._bell, size=settings.pool_size)
        self._stopping = threading.Event()
        self._reaper = threading.Thread(target=self._reap_until_stopped, name="reaper", daemon=True)
        self._every_second: Callable[[], None] = lambda: None

    def start(self, *, every_second: Callable[[], None]) -> None:
        """Take back the leases of those who ran here before, and begin."""
        self._every_second = every_second
        self._reap(lost_worker=self._node)
        self._workers.start()
        self._reaper.start()
        self._ahead.start()

    def stop(self) -> None:
        """Finish what is quickly finished, give the rest back, and end."""
        self._stopping.set()
        self._ahead.stop()
        self._workers.stop(graceful=True)
        self._pool.close()
        for _, thread in self._workers.worker_threads:
            thread.join(_GIVE_BACK_S)
        self._reaper.join(_GIVE_BACK_S)
        self._ahead.close(_GIVE_BACK_S)
        self._bell.close()
        self._queue.close()

    def grade(self, job_id: UUID) -> None:
        """Do one job from lease to verdict. A message about a job that is not waiting has no effect."""
        with self._database.unit_of_work(durable=False) as work:  # a lease that a power cut takes is given again
            claim = submissions.claim(work, job_id, worker=f"{self._node}{os.getpid()}", lease_s=self._settings.lease_s)
        if claim is None:
            return
        deadline = time.monotonic() + self._settings.lease_s
        self._waker.tell(claim.submission_id, SubmissionState.RUNNING)
        try:
            report = self._pool.grade(
                self._catalog.exercise(claim.exercise_id).current(),
                claim.source,
                seed=claim.seed,
                explain=True,
                on_progress=lambda step: self._waker.tell(claim.submission_id, SubmissionState.RUNNING, step),
            )
            finished = self._hand_in(claim, report, deadline)
        except (PoolClosed, PoolBusy) as reason:
            self._give_back(claim, None)
            logger.info("Job %s was given back: %s", claim.job_id, reason)
        except Exception as error:
            logger.exception("Job %s failed at attempt %d", claim.job_id, claim.attempt)
            self._give_back(claim, f"{type(error).__name__}: {error}")
        else:
            if finished:
                self._waker.tell(claim.submission_id, SubmissionState.DONE)
            else:
                logger.warning("Job %s: the lease of attempt %d was lost", claim.job_id, claim.attempt)

    def _hand_in(self, claim: Claim, report: Report, deadline: float) -> bool:
        """Write the verdict; where the database is out of order, try again for as long as the lease lasts."""
        while True:
            try:
                with self._database.unit_of_work() as work:
                    return submissions.finish(work, claim, report)
            except Unavailable:
                if self._stopping.wait(0.5) or time.monotonic() > deadline:
                    raise

    def _give_back(self, claim: Claim, error: str | None) -> None:
        with self._database.unit_of_work() as work:
            state = submissions.release(work, claim, error=error, retry_in=_RETRY_IN)
        if state is not None:
            self._waker.tell(claim.submission_id, state)

    def _reap_until_stopped(self) -> None:
        while not self._stopping.wait(_REAP_EVERY_S):
            try:
                self._every_second()
                self._reap()
                self._workers.check_worker_health()
            except Exception:
                logger.exception("The reaper failed and goes on")

    def _reap(self, *, lost_worker: str | None = None) -> None:
        with self._database.unit_of_work() as work:
            reaped = submissions.reap(work, lost_worker=lost_worker)
        for submission_id in reaped.lost:
            self._waker.tell(submission_id, SubmissionState.FAILED)
        for job_id in reaped.due:
            self._queue.enqueue(job_id)


class _Worker(HueyWorker):  # type: ignore[misc]  # huey publishes no types
    """Huey's worker, woken by the bell instead of asking the queue again and again."""

    def __init__(self, *, bell: Bell, **options: Any) -> None:
        super().__init__(**options)
        self._bell = bell

    def sleep(self) -> None:
        self._bell.wait(_POLL_S)


class _Workers(HueyConsumer):  # type: ignore[misc]
    """Huey's threads. Signals are left to the process, which has more to stop than these."""

    def __init__(self, huey: SqliteHuey, bell: Bell, *, size: int) -> None:
        self.worker_class = partial(_Worker, bell=bell)
        super().__init__(
            huey,
            workers=size,
            periodic=False,
            scheduler_interval=60,  # nothing is ever scheduled
            shutdown_timeout=FINISH_S,
        )

    def _set_signal_handlers(self) -> None:
        pass


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder; wait a little for a consumer that is about to stop."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + _LOCK_WAIT_S
    with (settings.data_dir / "consumer.lock").open("a+") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    lock.seek(0)
                    raise Unavailable(
                        f"Another consumer grades in {settings.data_dir}: process {lock.read()}. Stop that one first."
                    ) from None
            time.sleep(0.05)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
