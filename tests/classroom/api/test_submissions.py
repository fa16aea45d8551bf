"""Handing in and looking at attempts: one attempt a key, one job an attempt, the record as the learner may see it."""

import os
import threading
from contextlib import closing
from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import select

from classroom import drafts, submissions
from classroom.db import Database
from classroom.jobs.ahead import Ahead
from classroom.models import Job, Submission
from evmbox.pool import Pool
from evmbox.report import Outcome, Report, Timings, Versions

REPORT = Report(
    exercise_id="keeper",
    outcome=Outcome.PASSED,
    score=3,
    max_score=3,
    timings=Timings(),
    versions=Versions(solc="0.8.37", evm="prague", exercise="0" * 64),
)


def grade(live, job_id: UUID) -> None:
    """Do what the consumer does, with a verdict of our own."""
    with live.database.unit_of_work() as work:
        claim = submissions.claim(work, job_id, worker="test", lease_s=60)
        assert claim is not None
        assert submissions.finish(work, claim, REPORT)


def test_an_attempt_is_accepted_stored_and_enqueued_after_it_is_stored(live):
    response = live.submit("lea", "contract A {}")
    assert response.status_code == 202
    made = response.json()
    assert response.headers["location"] == f"/api/v1/submissions/{made['id']}"
    assert (made["state"], made["number"], made["report"]) == ("queued", 1, None)
    (job_id,) = live.enqueued
    with live.database.read() as session:
        assert session.get(Job, job_id).subject_id == UUID(made["id"])
        stored = session.get(Submission, UUID(made["id"]))
    assert (stored.user_id, stored.source) == (live.users["lea"].id, "contract A {}")


def test_the_same_key_again_gives_the_same_submission_and_no_second_job(live):
    first, second = (live.submit("lea", key="one-key") for _ in range(2))
    assert first.json() == second.json()
    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert len(set(live.enqueued)) == 1


def test_sixteen_requests_with_one_key_at_once_make_one_submission(live):
    client, answers = live.client("lea"), []

    def submit():
        body = {"exercise_id": "keeper", "source": "contract A {}"}
        answers.append(client.post("/api/v1/submissions", json=body, headers={"Idempotency-Key": "one-key"}))

    threads = [threading.Thread(target=submit) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(live.enqueued) == 1


def test_the_same_key_for_another_source_is_a_conflict(live):
    live.submit("lea", "contract A {}", key="one-key")
    response = live.submit("lea", "contract B {}", key="one-key")
    assert response.status_code == 409
    assert len(live.enqueued) == 1


def test_two_learners_may_happen_to_use_the_same_key(live):
    answers = [live.submit(name, key="one-key") for name in ("lea", "leo")]
    assert len({answer.json()["id"] for answer in answers}) == 2


def test_who_submits_too_often_is_told_when_to_come_back(live):
    answers = [live.submit("lea") for _ in range(live.settings.submissions_per_minute + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {202}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert live.submit("leo").status_code == 202


def test_a_verdict_shows_in_the_attempt_in_the_list_in_the_progress_and_in_the_cohort(live):
    made = live.submit("lea").json()
    live.submit("lea", "contract A {}")
    grade(live, live.enqueued[0])

    lea = live.client("lea")
    shown = lea.get(f"/api/v1/submissions/{made['id']}").json()
    assert (shown["state"], shown["source"]) == ("done", live.SOLUTION)
    assert Report.model_validate(shown["report"]) == REPORT
    listed = lea.get("/api/v1/submissions", params={"exercise_id": "keeper"}).json()["items"]
    assert [(each["number"], each["state"], each["source"]) for each in listed] == [
        (2, "queued", None),
        (1, "done", None),
    ]
    progress = lea.get("/api/v1/exercises/keeper").json()["progress"]
    assert (progress["state"], progress["attempts"], progress["best_score"]) == ("passed", 2, 3)
    (lesson,) = lea.get("/api/v1/lessons").json()
    assert lesson["progress"] == [progress]
    cohort = live.client("ines").get("/api/v1/courses/classroom/cohort").json()
    states = {row["name"]: row["cells"][0]["state"] for row in cohort["rows"]}
    assert states == {"lea": "passed", "leo": "new", "otto": "new", "disabled": "new"}


def test_an_instructor_may_read_a_learners_attempt(live):
    made = live.submit("lea").json()
    assert live.client("ines").get(f"/api/v1/submissions/{made['id']}").json()["source"] == live.SOLUTION


def test_a_list_holds_nobody_elses_attempts(live):
    live.submit("lea")
    assert live.client("leo").get("/api/v1/submissions", params={"exercise_id": "keeper"}).json()["items"] == []


def test_a_database_that_is_locked_is_503_and_nothing_is_half_written(live):
    patient, hasty = live.database, Database(live.settings.database, busy_timeout_s=0.1)
    live.app.state.services = replace(live.app.state.services, database=hasty)
    with closing(hasty):
        with patient.unit_of_work() as work:
            work.session.exec(select(Submission.id)).all()  # from here on it is the one writer
            response = live.submit("lea")
        assert response.status_code == 503
        assert response.headers["retry-after"]
        assert live.enqueued == []
        with patient.read() as session:
            assert session.exec(select(Submission.id)).all() == []
        assert live.submit("lea").status_code == 202


def test_a_draft_is_kept_and_an_older_one_does_not_undo_a_newer_one(live):
    lea = live.client("lea")
    path = "/api/v1/exercises/keeper/draft"
    assert lea.get(path).status_code == 404
    first = lea.put(path, json={"source": "contract A {}", "revision": 0}).json()
    assert (first["source"], first["revision"]) == ("contract A {}", 1)
    assert lea.put(path, json={"source": "contract B {}", "revision": 1}).json()["revision"] == 2
    assert lea.put(path, json={"source": "contract C {}", "revision": 1}).status_code == 409
    assert lea.get(path).json()["source"] == "contract B {}"
    assert live.client("leo").get(path).status_code == 404


def test_a_draft_that_was_saved_is_hinted_at_to_the_consumer(live):
    ahead = Ahead(live.settings, database=live.database, catalog=live.app.state.services.catalog, pool=Pool(1))
    lea = live.client("lea")
    path = "/api/v1/exercises/keeper/draft"
    assert lea.put(path, json={"source": "contract A {}", "revision": 0}).status_code == 200
    assert lea.put(path, json={"source": "contract B {}", "revision": 7}).status_code == 409
    ahead._listen()
    ((learner, draft_id),) = ahead._pending.items()
    assert learner == live.users["lea"].id
    with live.database.read() as session:
        assert drafts.text_of(session, draft_id) == ("keeper", "contract A {}")
    os.close(ahead._pipe)


@pytest.mark.parametrize("path", ["/api/v1/exercises/nothing/draft", f"/api/v1/submissions/{UUID(int=7)}/events"])
def test_what_is_not_there_is_404(live, path):
    assert live.client("lea").get(path).status_code == 404
