"""`classroom jobs …`, as whoever runs the machine types it."""

import re
from contextlib import closing
from datetime import timedelta

import pytest

from classroom import workload
from classroom.jobs import Queue
from classroom.jobs.kinds import KINDS
from classroom.models import Job, JobState
from support.commands import classroom_here

pytestmark = pytest.mark.sqlite_only("the command line reads one and the same record on both")


@pytest.fixture
def dead(desk, database):
    """Give a job that was given up, and one that waits."""
    desk.hand_in()
    for _ in range(3):
        with database.unit_of_work() as work:
            claim = workload.claim(work, KINDS.values(), worker="w", lease_s=60)
            workload.release(work, claim, error="RuntimeError: [no] paper", retry_in=timedelta(0))
    desk.hand_in()
    return desk.queued


def state(database, job_id) -> JobState:
    with database.read() as session:
        return session.get_one(Job, job_id).state


def test_jobs_are_listed_with_how_the_queues_stand(dead, settings):
    given_up, waiting = dead
    done = classroom_here(settings.data_dir, "jobs", "list")
    assert done.returncode == 0, done.stderr
    assert str(waiting) in done.stdout
    assert str(given_up) not in done.stdout
    assert re.search(r"grade: 1 queued, the oldest for \d+ s, 0 running, 0 retrying, 1 given up", done.stdout)
    assert "none was heard of lately" in done.stdout
    listed = classroom_here(settings.data_dir, "jobs", "list", "--state", "dead", "--kind", "grade")
    assert str(given_up) in listed.stdout


def test_what_was_given_up_is_shown_with_its_cause_put_back_and_in_the_queue(dead, settings, database):
    given_up, _ = dead
    shown = classroom_here(settings.data_dir, "jobs", "dead")
    assert f"{given_up}: RuntimeError: [no] paper" in shown.stdout
    back = classroom_here(settings.data_dir, "jobs", "requeue", str(given_up))
    assert back.returncode == 0, back.stderr
    assert state(database, given_up) is JobState.QUEUED
    with closing(Queue(settings)) as queue:
        assert queue.huey.pending_count() == 1
    assert "There are none." in classroom_here(settings.data_dir, "jobs", "dead").stdout
    again = classroom_here(settings.data_dir, "jobs", "requeue", str(given_up))
    assert (again.returncode, "given up" in again.stderr) == (2, True)


def test_a_waiting_job_is_cancelled(dead, settings, database):
    _, waiting = dead
    assert "Cancelled" in classroom_here(settings.data_dir, "jobs", "cancel", str(waiting)).stdout
    assert state(database, waiting) is JobState.CANCELLED
    unknown = classroom_here(settings.data_dir, "jobs", "cancel", "00000000-0000-0000-0000-000000000000")
    assert (unknown.returncode, "no such job" in unknown.stderr) == (2, True)
