"""An attempt is made once and graded once, and only those it concerns see it."""

import threading
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlmodel import select

from classroom import courses, submissions, workload
from classroom.db import Database
from classroom.errors import Conflict, Invalid, NotFound, TooLarge, TooMany, Unavailable
from classroom.keys import server_key
from classroom.models import (
    AuditEvent,
    Course,
    Deployment,
    Job,
    JobState,
    Progress,
    Role,
    Submission,
    SubmissionState,
    Table,
    User,
    now,
)
from classroom.schemas import MAX_SOURCE_BYTES
from classroom.workload import Claim, Kinds


def rows(database, table):
    with database.read() as session:
        return list(session.exec(select(table)))


def only(database, table):
    (row,) = rows(database, table)
    return row


def counts(database) -> dict[str, int]:
    with database.read() as session:
        return {name: session.exec(text(f"SELECT count(*) FROM {name}")).one()[0] for name in Table.metadata.tables}


def claim(database, job_id, *, worker="worker-1", lease_s=30.0) -> Claim | None:
    with database.unit_of_work() as work:
        return submissions.claim(work, job_id, worker=worker, lease_s=lease_s)


def finish(database, claimed, report) -> bool:
    with database.unit_of_work() as work:
        return submissions.finish(work, claimed, report)


def release(database, claimed, **how):
    with database.unit_of_work() as work:
        moved = workload.release(work, claimed, **how)
    return moved and moved.state


def reap(database, **how) -> workload.Reaped:
    with database.unit_of_work() as work:
        return workload.reap(work, Kinds(submissions.GRADE), **how)


def let_time_pass(database, **by) -> None:
    """Move what the jobs wait for into the past, instead of waiting."""
    back = timedelta(**by)
    with database.unit_of_work() as work:
        for job in work.session.exec(select(Job)).all():
            job.created_at -= back
            job.due_at -= back
            job.lease_until = job.lease_until and job.lease_until - back


# Handing in


def test_handing_in_writes_attempt_job_progress_and_log_and_then_enqueues(database, desk, people):
    seen = []
    submission = desk.hand_in(enqueue=lambda job_id: seen.append((job_id, only(database, Job).id)))
    job = only(database, Job)
    assert seen == [(job.id, job.id)]
    assert (job.state, job.subject_id, job.attempt) == (JobState.QUEUED, submission.id, 0)
    stored = only(database, Submission)
    assert (stored.number, stored.state, stored.source) == (1, SubmissionState.QUEUED, submission.source)
    row = only(database, Progress)
    assert (row.state, row.attempts, row.best_score, row.user_id) == ("started", 1, 0.0, people.alice.id)
    assert [event.action for event in rows(database, AuditEvent)][-1] == "submission_made"


def test_a_queue_that_cannot_be_written_loses_no_submission(database, desk):
    def broken(_job_id) -> None:
        raise OSError

    desk.hand_in(enqueue=broken)
    let_time_pass(database, seconds=3)
    assert reap(database).due == (only(database, Job).id,)


def test_numbers_count_within_learner_and_exercise(desk, people):
    assert [desk.hand_in().number for _ in range(3)] == [1, 2, 3]
    assert desk.hand_in(exercise_id="tip-jar").number == 1
    assert desk.hand_in(people.bob).number == 1


def test_threads_that_hand_in_at_once_get_different_numbers(database, desk):
    gate, numbers = threading.Barrier(4), []

    def hand_in() -> None:
        gate.wait()
        numbers.extend(desk.hand_in().number for _ in range(5))

    threads = [threading.Thread(target=hand_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 21))
    assert len(set(desk.queued)) == 20
    assert only(database, Progress).attempts == 20


def test_the_same_key_gives_the_same_submission_and_one_job(database, desk):
    first = desk.hand_in(key="key-1")
    before = counts(database)
    assert desk.hand_in(key="key-1").id == first.id
    assert counts(database) == before
    assert len(desk.queued) == 1


def test_the_same_key_at_the_same_moment_makes_one_submission(database, desk):
    gate, ids = threading.Barrier(4), []

    def hand_in() -> None:
        gate.wait()
        ids.append(desk.hand_in(key="key-1").id)

    threads = [threading.Thread(target=hand_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1
    assert len(desk.queued) == 1


@pytest.mark.parametrize("other", [{"source": "contract Other {}"}, {"exercise_id": "tip-jar"}])
def test_the_same_key_for_something_else_is_refused(other, database, desk):
    desk.hand_in(key="key-1")
    before = counts(database)
    with pytest.raises(Conflict):
        desk.hand_in(key="key-1", **other)
    assert counts(database) == before


def test_two_learners_may_use_the_same_key(desk, people):
    assert desk.hand_in(key="key-1").id != desk.hand_in(people.bob, key="key-1").id


def test_a_retry_is_answered_even_when_the_rate_is_used_up(desk, settings):
    slow = settings.model_copy(update={"submissions_per_minute": 1})
    first = desk.hand_in(key="key-1", settings=slow)
    assert desk.hand_in(key="key-1", settings=slow).id == first.id


def test_more_than_the_rate_is_told_when_to_come_back(database, desk, people, settings):
    slow = settings.model_copy(update={"submissions_per_minute": 2})
    desk.hand_in(settings=slow)
    desk.hand_in(settings=slow)
    before = counts(database)
    with pytest.raises(TooMany) as refused:
        desk.hand_in(settings=slow)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    assert counts(database) == before
    desk.hand_in(people.bob, settings=slow)
    with database.unit_of_work() as work:
        work.session.exec(update(Submission).values(created_at=now() - timedelta(seconds=61)))
    assert desk.hand_in(settings=slow).number == 3


def test_a_full_queue_takes_no_more_and_says_when_to_come_back(database, desk, people, settings):
    small = settings.model_copy(update={"max_queued": 2})
    desk.hand_in(settings=small)
    desk.hand_in(people.bob, settings=small)
    with pytest.raises(TooMany) as refused:
        desk.hand_in(settings=small)
    assert int(refused.value.headers["Retry-After"]) >= 1
    claim(database, desk.queued[0])
    desk.hand_in(settings=small)


def test_sixty_four_kibibytes_are_taken_and_one_byte_more_is_not(database, desk):
    desk.hand_in(source="x" * MAX_SOURCE_BYTES)
    before = counts(database)
    for source in ("x" * (MAX_SOURCE_BYTES + 1), "ü" * (MAX_SOURCE_BYTES // 2) + "x"):
        with pytest.raises(TooLarge):
            desk.hand_in(source=source)
    assert counts(database) == before


@pytest.mark.parametrize("source", ["contract\x00", "// \ud800"])
def test_a_source_that_cannot_be_stored_is_refused(source, database, desk):
    with pytest.raises(Invalid):
        desk.hand_in(source=source)
    assert rows(database, Submission) == []


@pytest.mark.parametrize("key", [" ", "k" * 128, "a1b2-c3"])
def test_an_idempotency_key_is_any_short_printable_text(key, desk):
    assert desk.hand_in(key=key).idempotency_key == key


@pytest.mark.parametrize("key", ["k" * 129, "\n", "ü", "\ud800"])
def test_a_key_that_is_too_long_or_unprintable_is_refused(key, database, desk):
    with pytest.raises(Invalid):
        desk.hand_in(key=key)
    assert rows(database, Submission) == []


def test_a_locked_database_takes_nothing_and_half_writes_nothing(database, desk):
    before = counts(database)
    with closing(Database(database.url, busy_timeout_s=0.05)) as hurried, database.unit_of_work() as holder:
        holder.session.exec(select(User).with_for_update()).all()
        desk.database = hurried
        with pytest.raises(Unavailable):
            desk.hand_in()
    assert counts(database) == before
    assert desk.queued == []


def test_a_seed_is_a_learners_own_and_the_same_for_every_attempt(database, desk, people, settings):
    key = server_key(settings)
    for _ in range(2):
        desk.hand_in()
    desk.hand_in(people.bob)
    desk.hand_in(exercise_id="tip-jar")
    seeds = [claim(database, job_id).loaded.seed for job_id in desk.queued]
    assert seeds[0] == seeds[1] == submissions.seed_for(key, people.alice.id, "hello-storage")
    assert len(set(seeds)) == 3
    assert all(0 <= seed < 2**256 for seed in seeds)
    assert submissions.seed_for(b"another key", people.alice.id, "hello-storage") != seeds[0]


# Reading


def test_a_learner_and_the_instructor_see_an_attempt_and_nobody_else(database, desk, people):
    submission = desk.hand_in()
    with database.read() as session:
        for viewer in (people.alice, people.teacher):
            assert submissions.get(session, submission.id, viewer).id == submission.id
        for viewer in (people.bob, people.stranger):
            with pytest.raises(NotFound):
                submissions.get(session, submission.id, viewer)


def test_an_instructor_of_another_course_sees_nothing_of_this_one(database, desk, people):
    submission = desk.hand_in()
    with database.unit_of_work() as work:
        other = Course(slug="other", title="Other")
        work.session.add(other)
        work.session.flush()
        courses.enrol(work.session, other, people.stranger, Role.INSTRUCTOR)
    with database.read() as session, pytest.raises(NotFound):
        submissions.get(session, submission.id, people.stranger)


def test_attempts_are_ones_own_the_latest_first(database, desk, people):
    for _ in range(3):
        desk.hand_in()
    desk.hand_in(people.bob)
    desk.hand_in(exercise_id="tip-jar")
    with database.read() as session:
        mine = submissions.attempts(session, people.course, people.alice, "hello-storage")
        latest = submissions.attempts(session, people.course, people.alice, "hello-storage", limit=1)
    assert [attempt.number for attempt in mine] == [3, 2, 1]
    assert {attempt.user_id for attempt in mine} == {people.alice.id}
    assert [attempt.number for attempt in latest] == [3]


def test_the_source_is_given_only_where_it_is_asked_for(database, desk, make_report):
    submission = desk.hand_in()
    assert submissions.to_out(submission).source is None
    assert submissions.to_out(submission, with_source=True).source == submission.source
    report = make_report()
    finish(database, claim(database, desk.queued[0]), report)
    out = submissions.to_out(only(database, Submission))
    assert (out.state, out.report, out.message) == ("done", report, None)


# Grading


def test_a_verdict_is_written_with_all_that_follows_from_it(database, desk, people, make_report):
    submission = desk.hand_in()
    claimed = claim(database, desk.queued[0])
    assert (claimed.loaded.submission_id, claimed.loaded.source, claimed.attempt) == (
        submission.id,
        submission.source,
        1,
    )
    assert only(database, Submission).state is SubmissionState.RUNNING
    report = make_report(3.0)
    assert finish(database, claimed, report)

    stored = only(database, Submission)
    assert (stored.state, stored.outcome, stored.score, stored.max_score) == ("done", "passed", 3.0, 3.0)
    assert type(report).model_validate(stored.report) == report
    assert stored.finished_at is not None
    job = only(database, Job)
    assert (job.state, job.worker, job.lease_until, job.failures) == (JobState.DONE, None, None, 0)
    deployed = only(database, Deployment)
    assert (deployed.submission_id, deployed.address) == (submission.id, report.deployed.address)
    row = only(database, Progress)
    assert (row.state, row.best_score, row.best_submission_id) == ("passed", 3.0, submission.id)
    assert [event.action for event in rows(database, AuditEvent)].count("submission_graded") == 1


def test_a_report_without_a_deployment_makes_none(database, desk, make_report):
    desk.hand_in()
    assert finish(database, claim(database, desk.queued[0]), make_report(0.0).model_copy(update={"deployed": None}))
    assert rows(database, Deployment) == []


def test_a_job_is_claimed_by_one_of_many(database, desk):
    desk.hand_in()
    gate, claims = threading.Barrier(6), []

    def take(number: int) -> None:
        gate.wait()
        claims.append(claim(database, desk.queued[0], worker=f"worker-{number}"))

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([claimed for claimed in claims if claimed]) == 1
    assert len(claims) == 6


def test_a_job_that_was_never_made_cannot_be_claimed(database, desk, people):
    submission = desk.hand_in()
    assert claim(database, submission.id) is None
    assert claim(database, people.alice.id) is None


def test_finishing_twice_has_one_effect(database, desk, make_report):
    desk.hand_in()
    claimed = claim(database, desk.queued[0])
    assert finish(database, claimed, make_report(1.0))
    before = counts(database)
    assert not finish(database, claimed, make_report(3.0))
    assert counts(database) == before
    assert only(database, Submission).score == 1.0
    assert claim(database, desk.queued[0]) is None


def test_a_worker_that_lost_its_lease_can_write_nothing(database, desk, make_report):
    desk.hand_in()
    first = claim(database, desk.queued[0], worker="slow")
    let_time_pass(database, seconds=31)
    assert reap(database).due == (first.job_id,)
    second = claim(database, desk.queued[0], worker="quick")
    assert (first.attempt, second.attempt) == (1, 2)
    assert not finish(database, first, make_report(0.0))
    assert release(database, first, error="too late") is None
    assert only(database, Submission).state is SubmissionState.RUNNING
    assert finish(database, second, make_report(3.0))
    assert not finish(database, first, make_report(0.0))
    assert only(database, Submission).score == 3.0


def test_a_lease_that_still_runs_is_left_alone(database, desk):
    desk.hand_in()
    claim(database, desk.queued[0], lease_s=30)
    let_time_pass(database, seconds=29)
    assert reap(database) == workload.Reaped(due=(), moved=())
    assert only(database, Job).state is JobState.RUNNING


def test_a_verdict_that_cannot_be_written_leaves_no_trace(database, desk, make_report):
    desk.hand_in()
    claimed = claim(database, desk.queued[0])
    before = counts(database)
    with pytest.raises(LookupError), database.unit_of_work() as work:
        submissions.finish(work, claimed, make_report(3.0))
        raise LookupError
    assert counts(database) == before
    assert only(database, Submission).state is SubmissionState.RUNNING
    assert finish(database, claimed, make_report(3.0))


# Losing workers


def test_a_job_is_given_up_after_three_lost_workers_and_says_so(database, desk):
    submission = desk.hand_in()
    for attempt in (1, 2, 3):
        assert claim(database, desk.queued[0]).attempt == attempt
        let_time_pass(database, seconds=31)
        reaped = reap(database)
        (moved,) = reaped.moved
        assert (moved.subject_id, moved.state) == (submission.id, "dead" if attempt == 3 else "queued")
    assert reaped.due == ()
    assert claim(database, desk.queued[0]) is None
    lost = only(database, Submission)
    assert (lost.state, lost.report) == (SubmissionState.FAILED, None)
    assert "no verdict" in submissions.to_out(lost).message
    assert only(database, Job).state is JobState.DEAD
    assert [event.action for event in rows(database, AuditEvent)].count("submission_lost") == 1
    assert reap(database) == workload.Reaped(due=(), moved=())


def test_a_job_that_fails_three_times_is_given_up_with_its_error_kept_for_the_operator(database, desk):
    desk.hand_in()
    states = []
    for _ in range(3):
        states.append(release(database, claim(database, desk.queued[0]), error="RuntimeError: " + "x" * 1000))
        let_time_pass(database, seconds=20)
        reap(database)
    assert states == [JobState.RETRYING, JobState.RETRYING, JobState.DEAD]
    assert only(database, Submission).state is SubmissionState.FAILED
    job = only(database, Job)
    assert job.last_error.startswith("RuntimeError")
    assert len(job.last_error) == 500
    assert "RuntimeError" not in submissions.to_out(only(database, Submission)).model_dump_json()


def test_a_worker_that_is_stopped_gives_back_without_it_counting(database, desk, make_report):
    desk.hand_in()
    for attempt in range(1, 6):
        claimed = claim(database, desk.queued[0])
        assert claimed.attempt == attempt
        assert release(database, claimed) is JobState.QUEUED
    assert only(database, Job).failures == 0
    assert finish(database, claim(database, desk.queued[0]), make_report())


def test_the_leases_of_a_dead_process_end_at_once_and_no_others(database, desk, people):
    desk.hand_in()
    desk.hand_in(people.bob)
    claim(database, desk.queued[0], worker="host/ab%_/100")
    claim(database, desk.queued[1], worker="host/abXX/200")
    assert reap(database, lost_worker="host/ab%_/").due == (desk.queued[0],)
    states = {job.id: job.state for job in rows(database, Job)}
    assert states == {desk.queued[0]: JobState.QUEUED, desk.queued[1]: JobState.RUNNING}


def test_a_long_queue_is_not_flooded_with_messages_about_itself(database, desk, settings):
    patient = settings.model_copy(update={"submissions_per_minute": 1000})
    jobs = 20
    for _ in range(jobs):
        desk.hand_in(settings=patient)
    nudges = 0
    for _ in range(120):
        let_time_pass(database, seconds=1)
        nudges += len(reap(database).due)
    assert jobs <= nudges <= 8 * jobs


def test_a_nudge_is_not_forgotten_however_often_it_is_lost(database, desk):
    desk.hand_in()
    for _ in range(5):
        let_time_pass(database, seconds=61)
        assert reap(database).due == (desk.queued[0],)
