"""The consumer's process: threads that supervise, a pool that grades in children, a reaper that forgets no job.

Beside SQLite one runs per data folder. On PostgreSQL or Redis any number may, on any number of hosts. Each may be
killed at any instruction: another, or the next one here, takes its leases back, and what a worker hands in after it
lost its lease is refused.

There are two kinds of worker. Those that grade do nothing else, so that nobody who waits for a verdict ever waits for a
regrade, an export or a backup; those are done by workers of their own, with a pool of their own.
"""

import fcntl
import gc
import hashlib
import logging
import os
import queue
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import Any
from uuid import UUID

from huey import Huey
from huey.consumer import Consumer as HueyConsumer
from huey.consumer import Worker as HueyWorker

from classroom import workload
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.errors import Unavailable
from classroom.isolation import require_isolation
from classroom.jobs.ahead import Ahead
from classroom.jobs.handlers import HANDLERS, Effects, GiveWay, LeaseLost, Running, Tools
from classroom.jobs.kinds import EXPORTERS, KINDS, periodic
from classroom.jobs.measuring import Ended, Measuring
from classroom.jobs.queue import Bell, Queue, bell_path
from classroom.jobs.sealer import sealing
from classroom.jobs.spare import Spare
from classroom.jobs.wake import Waker
from classroom.models import JobState, SubmissionState
from classroom.schemas import JobEvent, Progress
from classroom.settings import QueueKind, Settings
from classroom.submissions import GRADE
from classroom.telemetry.logs import words
from classroom.telemetry.tracing import Tracing, open_tracing
from classroom.workload import Claim, Lane, Moved
from evmbox.errors import CalledOff, PoolBusy, PoolClosed
from evmbox.pool import Pool

FINISH_S = 5.0
"""How long a stop waits for what is being graded; what takes longer is given back."""

BEAT_EVERY_S = 5.0
"""How often a consumer says that it lives, and renews its leases."""

_BACKGROUND_S = 1.0  # between two looks of a worker that nothing has called
_GIVE_BACK_S = 2.0
_LOCK_WAIT_S = 10.0
_POLL_S = 0.1  # for a message whose ring was not heard
_REAP_EVERY_S = 1.0

logger = logging.getLogger(__name__)


def run_consumer(settings: Settings, *, parent_pid: int | None = None) -> None:
    """Do jobs until SIGTERM or SIGINT, or until the parent process is gone, where one is named.

    Raises Unavailable where another consumer holds this data folder, and where isolation is too weak for the settings.
    """
    walls = require_isolation(settings)
    reasons: queue.SimpleQueue[str] = queue.SimpleQueue()  # the one queue that a signal handler may put into
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: reasons.put(signal.Signals(received).name))

    def watch_parent() -> None:
        if parent_pid is not None and os.getppid() != parent_pid:
            reasons.put("the process that started this one is gone")

    alone = settings.queue is QueueKind.EMBEDDED
    with _only_one(settings) if alone else nullcontext(), ExitStack() as opened:
        database = Database.of(settings)
        opened.callback(database.close)
        database.require_current()
        opened.enter_context(sealing(settings, database))
        waker = opened.enter_context(Waker(settings))
        tracing = open_tracing(settings, "classroom-consumer")
        opened.callback(tracing.close)
        catalog = Catalog.of(settings)
        pool = opened.enter_context(Pool(size=settings.pool_size, diagnostics=False, walls=walls))
        consumer = Consumer(settings, database=database, catalog=catalog, pool=pool, waker=waker, tracing=tracing)
        consumer.start(every_second=watch_parent)
        gc.freeze()  # what is there for good need not be gone through at each collection
        logger.info("Grading, %d at a time", settings.pool_size)
        logger.info("Stopping: %s", reasons.get())
        consumer.stop()


class Consumer:
    """The workers and the reaper of one process. `observe` is told of every job that leaves a worker."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        catalog: Catalog,
        pool: Pool,
        waker: Waker,
        observe: Callable[[Ended], object] = lambda _ended: None,
        tracing: Tracing | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._pool = pool
        self._waker = waker
        self._measuring = Measuring(observe, tracing or Tracing())
        folder = hashlib.sha256(str(settings.data_dir.resolve()).encode()).hexdigest()
        self._alone = settings.queue is QueueKind.EMBEDDED
        self._node = f"{socket.gethostname()[:64]}/{folder[:12]}/"
        self.name = f"{self._node}{os.getpid()}" + ("" if self._alone else f"-{secrets.token_hex(3)}")
        self._spare = Spare(partial(Pool, size=settings.background_workers, diagnostics=False, walls=pool.walls))
        self._tools = Tools(
            settings=settings,
            database=database,
            catalog=catalog,
            pool=pool,
            spare=self._spare,
            exporters=EXPORTERS,
            tell_progress=self._tell_progress,
        )
        self._queue = Queue(settings, self.work)
        self._bell = Bell(bell_path(settings)) if self._alone else None
        self._ahead = Ahead(settings, database=database, catalog=catalog, pool=pool)
        self._workers = _Workers(self._queue.huey, self._bell, size=settings.pool_size)
        self._held: dict[UUID, Running] = {}
        self._stopping = threading.Event()
        self._called = threading.Event()
        self._background = [
            threading.Thread(target=self._work_in_background, name=f"background-{number}", daemon=True)
            for number in range(settings.background_workers)
        ]
        self._reaper = threading.Thread(target=self._reap_until_stopped, name="reaper", daemon=True)
        self._next_beat = 0.0
        self._every_second: Callable[[], None] = lambda: None

    def start(self, *, every_second: Callable[[], None]) -> None:
        """Take back the leases of those who ran here before, and begin."""
        self._every_second = every_second
        self._reap(lost_worker=self._node if self._alone else None)
        self._workers.start()
        for thread in self._background:
            thread.start()
        self._reaper.start()
        self._ahead.start()

    def stop(self) -> None:
        """Finish what is quickly finished, give the rest back, and end."""
        self._stopping.set()
        self._called.set()
        for running in self._in_background():
            running.given_way = True
        self._ahead.stop()
        self._workers.stop(graceful=True)
        self._pool.close()
        self._spare.close()
        for thread in (*(each for _, each in self._workers.worker_threads), *self._background, self._reaper):
            thread.join(_GIVE_BACK_S)
        for running in list(self._held.values()):  # an export or a backup that does not look up
            self._give_back(running.claim, None)
        with self._database.unit_of_work(durable=False) as work:
            workload.leave(work, self.name)
        self._ahead.close(_GIVE_BACK_S)
        if self._bell is not None:
            self._bell.close()
        self._queue.close()

    def work(self, _message: UUID) -> None:
        """Do the most urgent of the jobs that somebody waits for. A message is a nudge, and names any job."""
        if not self._do_one(Lane.INTERACTIVE):
            self._called.set()

    def _work_in_background(self) -> None:
        while not self._stopping.is_set():
            self._called.wait(_BACKGROUND_S)
            self._called.clear()
            try:
                while not self._stopping.is_set() and self._waits(Lane.BACKGROUND) and self._do_one(Lane.BACKGROUND):
                    pass
            except Unavailable as error:
                logger.warning("No job could be taken: %s", error.detail)
            except Exception:
                logger.exception("A background worker failed and goes on")

    def _waits(self, lane: Lane, *, above: int | None = None) -> bool:
        kinds = [kind for kind in KINDS.of(lane) if above is None or kind.priority > above]
        with self._database.read() as session:
            return workload.waits(session, kinds)

    def _do_one(self, lane: Lane) -> bool:
        """Do one job from lease to effects; tell whether there was one."""
        lease_s = self._settings.lease_s
        with self._database.unit_of_work(durable=False) as work:  # a lease that a power cut takes is given again
            claim = workload.claim(work, KINDS.of(lane), worker=self.name, lease_s=lease_s)
        if claim is None:
            return False
        with self._measuring.following(claim) as stages:
            running = Running(
                claim,
                self._database,
                moved=lambda progress, stage: self._tell_job(claim, JobState.RUNNING, progress, stage),
                someone_waits=lambda: self._waits(lane, above=claim.kind.priority),
                stages=stages,
            )
            self._held[claim.job_id] = running
            try:
                state = self._carry_out(running, deadline=running.began + lease_s)
            finally:
                self._held.pop(claim.job_id, None)
        self._measuring.ended(claim, state, time.monotonic() - running.began, running.took_s)
        return True

    def _carry_out(self, running: Running, *, deadline: float) -> str:
        """Have a job done by its handler, and tell in a word where it is then."""
        claim = running.claim
        if claim.kind is GRADE:
            self._waker.tell(claim.loaded.submission_id, SubmissionState.RUNNING)
        else:
            self._tell_job(claim, JobState.RUNNING)
        try:
            effects = HANDLERS[claim.kind.name](running, self._tools)
            running.stages.enter("finish")
            finished = self._hand_in(effects, deadline)
        except (PoolClosed, PoolBusy, GiveWay) as reason:
            logger.info("Job %s was given back: %r", claim.job_id, reason)
            return self._give_back(claim, None)
        except CalledOff:
            if running.overdue:
                return self._give_back(claim, f"it took longer than {claim.kind.limit_s:g} seconds")
            with self._database.unit_of_work() as work:
                moved = workload.call_off(work, claim)
            return self._tell_moved(moved)
        except LeaseLost:
            finished = False
        except Exception as error:
            logger.exception("Job %s failed at attempt %d", claim.job_id, claim.attempt)
            return self._give_back(claim, words(error))
        if not finished:
            logger.warning("Job %s: the lease of attempt %d was lost", claim.job_id, claim.attempt)
            return "lost"
        if claim.kind is GRADE:
            self._waker.tell(claim.loaded.submission_id, SubmissionState.DONE)
        else:
            self._tell_job(claim, JobState.DONE, 1.0)
        return JobState.DONE.value

    def _hand_in(self, effects: Effects, deadline: float) -> bool:
        """Write the effects; where the database is out of order, try again for as long as the lease lasts."""
        while True:
            try:
                with self._database.unit_of_work() as work:
                    return effects(work)
            except Unavailable:
                if self._stopping.wait(0.5) or time.monotonic() > deadline:
                    raise

    def _give_back(self, claim: Claim, error: str | None) -> str:
        with self._database.unit_of_work() as work:
            moved = workload.release(work, claim, error=error)
        return self._tell_moved(moved)

    def _tell_moved(self, moved: Moved | None) -> str:
        if moved is None:
            return "lost"
        if moved.kind == GRADE.name and moved.subject_id is not None:
            given_up = moved.state in {JobState.DEAD, JobState.CANCELLED}
            self._waker.tell(moved.subject_id, SubmissionState.FAILED if given_up else SubmissionState.QUEUED)
        else:
            self._waker.tell_job(JobEvent(job_id=moved.job_id, state=moved.state.value))
        return moved.state.value

    def _tell_job(self, claim: Claim, state: JobState, progress: float = 0.0, stage: str | None = None) -> None:
        self._waker.tell_job(JobEvent(job_id=claim.job_id, state=state.value, progress=progress, stage=stage))

    def _tell_progress(self, claim: Claim, step: Progress) -> None:
        self._waker.tell(claim.loaded.submission_id, SubmissionState.RUNNING, step)

    def _in_background(self) -> list[Running]:
        return [running for running in list(self._held.values()) if running.claim.kind.lane is Lane.BACKGROUND]

    def _reap_until_stopped(self) -> None:
        while not self._stopping.wait(_REAP_EVERY_S):
            try:
                self._every_second()
                self._look_after_the_held()
                self._reap()
                self._workers.check_worker_health()
                self._spare.rest(busy=bool(self._in_background()))
            except Exception:
                logger.exception("The reaper failed and goes on")

    def _look_after_the_held(self) -> None:
        """Call off what somebody wants cancelled, and what takes too long."""
        held = dict(self._held)
        if not held:
            return
        with self._database.read() as session:
            asked = workload.asked_to_cancel(session, held)
        for job_id, running in held.items():
            running.overdue = time.monotonic() - running.began > running.claim.kind.limit_s
            if running.overdue or job_id in asked:
                running.recall.call()

    def _reap(self, *, lost_worker: str | None = None) -> None:
        beats = time.monotonic() >= self._next_beat
        slots = self._settings.pool_size + self._settings.background_workers
        with self._database.unit_of_work(durable=False) as work:  # whatever is undone is simply done again
            if beats:
                held = [job_id for job_id, running in list(self._held.items()) if not running.overdue]
                figures = self._measuring.dump({"grading": self._pool.counts(), "background": self._spare.counts()})
                lease_s = self._settings.lease_s
                workload.beat(work, self.name, slots=slots, held=held, lease_s=lease_s, figures=figures)
            reaped = workload.reap(work, KINDS, lost_worker=lost_worker)
            if beats:
                workload.make_due(work, periodic(self._settings), enqueue=lambda _job_id: self._called.set())
        if beats:
            self._next_beat = time.monotonic() + BEAT_EVERY_S
        for moved in reaped.moved:
            self._measuring.taken_back(moved)
            if moved.state is not JobState.QUEUED:
                self._tell_moved(moved)
        for job_id in reaped.due:
            self._queue.enqueue(job_id)
        if reaped.in_background:
            self._called.set()


class _Worker(HueyWorker):  # type: ignore[misc]  # huey publishes no types
    """Huey's worker, woken by the bell instead of asking the queue again and again."""

    def __init__(self, *, bell: Bell | None, **options: Any) -> None:
        super().__init__(**options)
        self._bell = bell

    def sleep(self) -> None:
        if self._bell is not None:  # elsewhere reading itself waits
            self._bell.wait(_POLL_S)


class _Workers(HueyConsumer):  # type: ignore[misc]
    """Huey's threads. Signals are left to the process, which has more to stop than these."""

    def __init__(self, huey: Huey, bell: Bell | None, *, size: int) -> None:
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
