"""Jobs of every kind: who gets which when, what follows a failure, and that every effect happens once."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from classroom import workload
from classroom.errors import Conflict, NotFound
from classroom.models import AuditEvent, Job, JobState, PeriodicTask, Worker
from classroom.workload import Claim, Kind, Kinds, Lane, Params, Periodic, Retry


class Words(Params):
    text: str


FOLLOWED: list[tuple[str, JobState]] = []
QUICK = Kind("quick", "Quick", Lane.INTERACTIVE, 100, 60, follow=lambda _s, job: FOLLOWED.append((job.kind, job.state)))
SLOW = Kind("slow", "Slow", Lane.BACKGROUND, 10, 60, params=Words, retry=Retry(times=2, first_s=10), concurrency=1)
URGENT = Kind("urgent", "Urgent", Lane.BACKGROUND, 50, 60)
GONE = Kind("gone", "Gone", Lane.BACKGROUND, 5, 60, load=lambda _session, _job: None)
KINDS = Kinds(QUICK, SLOW, URGENT, GONE)


class Office:
    """Makes jobs and does them, each step in a transaction of its own, as API and consumers do."""

    def __init__(self, database) -> None:
        self.database = database
        self.queued = []

    def add(self, kind=QUICK, **about) -> Job:
        if kind is SLOW:
            about.setdefault("params", Words(text="some"))
        with self.database.unit_of_work() as work:
            return workload.add(work, kind, enqueue=self.queued.append, **about)

    def claim(self, *kinds, worker="w", lease_s=30.0) -> Claim | None:
        with self.database.unit_of_work() as work:
            return workload.claim(work, kinds or KINDS.values(), worker=worker, lease_s=lease_s)

    def finish(self, claim, result=None) -> bool:
        with self.database.unit_of_work() as work:
            return workload.finish(work, claim, result) is not None

    def fail(self, claim) -> JobState:
        with self.database.unit_of_work() as work:
            return workload.release(work, claim, error="RuntimeError: it broke").state

    def cancel(self, job) -> Job:
        with self.database.unit_of_work() as work:
            return workload.cancel(work, KINDS, job.id, actor_id=None)

    def requeue(self, job) -> Job:
        with self.database.unit_of_work() as work:
            return workload.requeue(work, KINDS, job.id, enqueue=self.queued.append, actor_id=None)

    def reap(self, **how) -> workload.Reaped:
        with self.database.unit_of_work() as work:
            return workload.reap(work, KINDS, **how)

    def beat(self, name="w", held=()) -> None:
        with self.database.unit_of_work() as work:
            workload.beat(work, name, slots=1, held=held, lease_s=30)

    def state(self, job) -> JobState:
        return self.stored(job).state

    def stored(self, job) -> Job:
        with self.database.read() as session:
            return session.get_one(Job, job.id)

    def rows(self, table) -> list:
        with self.database.read() as session:
            return list(session.exec(select(table)))

    def let_time_pass(self, **by) -> None:
        back = timedelta(**by)
        with self.database.unit_of_work() as work:
            for job in work.session.exec(select(Job)).all():
                job.created_at -= back
                job.due_at -= back
                job.lease_until = job.lease_until and job.lease_until - back
            for worker in work.session.exec(select(Worker)).all():
                worker.seen_at -= back
            for task in work.session.exec(select(PeriodicTask)).all():
                task.next_at -= back


@pytest.fixture
def office(database):
    FOLLOWED.clear()
    return Office(database)


def at_once(number: int, do) -> list:
    """Do something in several threads at the same moment, and give what each got."""
    gate, got = threading.Barrier(number), []

    def run(index: int) -> None:
        gate.wait()
        got.append(do(index))

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


# Who is next


def test_the_most_urgent_is_claimed_first_and_among_equals_who_has_waited_longest(office):
    made = [office.add(kind) for kind in (GONE, SLOW, QUICK, URGENT, QUICK) if kind is not GONE]
    claimed = [office.claim().job_id for _ in made]
    slow, first_quick, urgent, second_quick = (job.id for job in made)
    assert claimed == [first_quick, second_quick, urgent, slow]


def test_a_worker_claims_of_its_own_lane_only(office):
    office.add(SLOW)
    assert office.claim(*KINDS.of(Lane.INTERACTIVE)) is None
    office.add(QUICK)
    assert office.claim(*KINDS.of(Lane.INTERACTIVE)).kind is QUICK
    assert office.claim(*KINDS.of(Lane.BACKGROUND)).kind is SLOW


def test_no_more_of_a_kind_run_than_it_allows_however_many_claim_at_once(office):
    for _ in range(4):
        office.add(SLOW)
    claims = [claim for claim in at_once(4, lambda index: office.claim(worker=f"w{index}")) if claim]
    assert len(claims) == 1
    office.finish(claims[0])
    assert office.claim().kind is SLOW


def test_every_job_is_claimed_by_one_of_many(office):
    made = {office.add(QUICK).id for _ in range(6)}
    claims = at_once(6, lambda index: office.claim(worker=f"w{index}"))
    claims += [office.claim() for _ in range(6)]  # who came second to a row may have got none
    taken = [claim.job_id for claim in claims if claim]
    assert sorted(taken) == sorted(made)


def test_parameters_are_checked_when_a_job_is_made_and_come_back_as_they_were(office):
    office.add(SLOW, params=Words(text="some"))
    assert office.claim().params == Words(text="some")
    with pytest.raises(TypeError, match="takes Params"):
        office.add(QUICK, params=Words(text="some"))


def test_parameters_that_this_release_cannot_read_hold_up_nobody(office):
    broken = office.add(SLOW)
    with office.database.unit_of_work() as work:
        work.session.get_one(Job, broken.id).params = {"words": 1}
    assert office.claim() is None
    assert office.state(broken) is JobState.DEAD
    office.add(SLOW)
    assert office.claim() is not None


def test_what_is_about_something_that_is_gone_is_cancelled_and_never_done(office):
    job = office.add(GONE, subject_id=uuid4())
    assert office.claim() is None
    assert office.state(job) is JobState.CANCELLED


def test_the_same_order_twice_is_refused_by_its_key(office):
    office.add(QUICK, key="monday")
    with pytest.raises(Conflict, match="before"):
        office.add(QUICK, key="monday")
    office.add(URGENT, key="monday")
    assert len(office.queued) == 2


# Failing


def test_a_failed_job_rests_is_tried_again_and_at_last_given_up(office):
    job = office.add(SLOW, params=Words(text="x"))
    assert office.fail(office.claim()) is JobState.RETRYING
    assert office.claim() is None
    office.let_time_pass(seconds=5)
    assert not office.reap().in_background
    office.let_time_pass(seconds=8)
    assert office.reap().in_background
    assert office.fail(office.claim()) is JobState.DEAD
    stored = office.stored(job)
    assert (stored.failures, stored.attempt, stored.last_error) == (2, 2, "RuntimeError: it broke")
    assert [event.action for event in office.rows(AuditEvent)] == ["job_given_up"]


def test_each_pause_is_longer_never_in_step_and_never_without_end():
    retry = Retry(first_s=1, factor=4, longest_s=60, jitter=0.25)
    for failures, usual in ((1, 1), (2, 4), (3, 16), (4, 60), (50, 60)):
        pauses = {retry.pause(failures).total_seconds() for _ in range(50)}
        assert usual * 0.75 <= min(pauses) < max(pauses) <= usual * 1.25


def test_what_was_given_up_is_put_back_and_starts_anew(office):
    job = office.add(QUICK)
    for _ in range(3):
        office.fail(office.claim())
        office.let_time_pass(seconds=100)
        office.reap()
    assert office.state(job) is JobState.DEAD
    office.queued.clear()
    office.requeue(job)
    assert office.queued == [job.id]
    assert (office.stored(job).state, office.stored(job).failures) == (JobState.QUEUED, 0)
    with pytest.raises(Conflict, match="given up"):
        office.requeue(job)
    assert office.finish(office.claim())
    assert [state for _, state in FOLLOWED][-3:] == [JobState.DEAD, JobState.QUEUED, JobState.RUNNING]


# Cancelling


def test_a_waiting_job_is_cancelled_at_once(office):
    job = office.add(QUICK)
    assert office.cancel(job).state is JobState.CANCELLED
    assert office.claim() is None
    assert FOLLOWED == [("quick", JobState.CANCELLED)]
    assert office.cancel(job).state is JobState.CANCELLED, "twice is fine"


def test_a_running_job_is_cancelled_by_its_worker(office, database):
    job = office.add(QUICK)
    claim = office.claim()
    assert office.cancel(job).state is JobState.RUNNING
    with database.read() as session:
        assert workload.asked_to_cancel(session, [job.id]) == {job.id}
    with database.unit_of_work() as work:
        assert workload.call_off(work, claim).state is JobState.CANCELLED
    assert not office.finish(claim)


def test_a_job_to_be_cancelled_whose_worker_dies_is_not_done_again(office):
    job = office.add(QUICK)
    office.claim(lease_s=1)
    office.cancel(job)
    office.let_time_pass(seconds=2)
    assert [moved.state for moved in office.reap().moved] == [JobState.CANCELLED]
    assert office.claim() is None


def test_what_is_over_cannot_be_cancelled(office):
    job = office.add(QUICK)
    office.finish(office.claim(), {"rows": 3})
    with pytest.raises(Conflict, match="over"):
        office.cancel(job)
    assert (office.state(job), office.stored(job).result) == (JobState.DONE, {"rows": 3})
    with pytest.raises(NotFound):
        office.cancel(Job(kind="quick"))


# Leases


def test_a_worker_that_lost_its_lease_can_write_nothing_of_it(office, database):
    office.add(QUICK)
    slow = office.claim(worker="slow", lease_s=1)
    office.let_time_pass(seconds=2)
    office.reap()
    quick = office.claim(worker="quick")
    with database.unit_of_work() as work:
        assert not workload.note(work, slow, 0.5, "half")
        assert workload.release(work, slow, error="late") is None
        assert workload.call_off(work, slow) is None
    assert not office.finish(slow, {"by": "slow"})
    assert office.finish(quick, {"by": "quick"})
    assert office.rows(Job)[0].result == {"by": "quick"}


def test_a_lease_is_renewed_by_a_beat_and_only_by_its_holder(office):
    job = office.add(QUICK)
    office.claim(worker="w", lease_s=5)
    office.beat("another", held=[job.id])
    office.beat("w", held=[job.id])
    office.let_time_pass(seconds=6)
    assert office.reap().moved == ()
    office.beat("another", held=[job.id])
    office.let_time_pass(seconds=25)
    office.beat("w")  # it lives, and has let go of the job
    assert [moved.state for moved in office.reap().moved] == [JobState.QUEUED]


def test_the_jobs_of_a_consumer_that_fell_silent_are_taken_back_long_before_their_leases_end(office):
    office.add(QUICK)
    office.claim(worker="silent", lease_s=3600)
    office.beat("silent")
    office.let_time_pass(seconds=21)
    office.beat("lively")
    assert [moved.state for moved in office.reap().moved] == [JobState.QUEUED]
    with office.database.read() as session:
        assert [worker.name for worker in workload.live_workers(session)] == ["lively"]


def test_progress_is_kept_within_its_bounds_and_moves_the_revision(office, database):
    job = office.add(QUICK)
    claim = office.claim()
    before = office.stored(job).revision
    with database.unit_of_work() as work:
        assert workload.note(work, claim, 1.7, "x" * 500)
    stored = office.stored(job)
    assert (stored.progress, len(stored.stage), stored.revision) == (1.0, 128, before + 1)


# Again and again


def test_what_is_due_again_is_made_once_however_many_consumers_look(office, database):
    rules = [Periodic("sweep", SLOW, every=timedelta(hours=1), params=Words(text="x"), at_once=True)]

    def look(_index: int):
        with database.unit_of_work() as work:
            return workload.make_due(work, rules, enqueue=office.queued.append)

    assert sum(map(len, at_once(4, look))) == 1
    assert look(0) == []
    office.let_time_pass(hours=5)
    assert sum(map(len, at_once(4, look))) == 1
    assert len(office.rows(Job)) == 2
    assert {job.kind for job in office.rows(Job)} == {"slow"}


# What is told


def test_how_the_queues_stand_is_told_by_kind(office, database):
    for kind in (QUICK, QUICK, QUICK, SLOW):
        office.add(kind)
    office.let_time_pass(seconds=90)
    office.claim(QUICK)
    with database.read() as session:
        quick, slow = workload.depths(session)
        assert workload.waits(session, [SLOW])
        assert not workload.waits(session, [URGENT])
    assert (quick.kind, quick.queued, quick.running, slow.queued) == ("quick", 2, 1, 1)
    assert 90 <= quick.oldest.total_seconds() < 150


def test_what_went_wrong_inside_is_told_to_operators_only(office):
    job = office.add(QUICK)
    office.fail(office.claim())
    assert workload.to_out(office.stored(job)).error is None
    assert workload.to_out(office.stored(job), for_operator=True).error == "RuntimeError: it broke"


def test_a_job_of_another_release_is_left_alone(office):
    office.add(Kind("later", "Later", Lane.BACKGROUND, 1, 1))
    office.let_time_pass(seconds=100)
    assert office.claim() is None
    assert office.reap() == workload.Reaped(due=(), moved=())
    with pytest.raises(NotFound, match="later"):
        KINDS["later"]
