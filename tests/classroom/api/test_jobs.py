"""Jobs over the API: ordering, following, cancelling, putting back, each for whom it concerns."""

import asyncio
import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from classroom import runs, workload
from classroom.api.events import MAX_STREAMS
from classroom.api.job_events import JobHub
from classroom.exports import EXPORT, ExportParams
from classroom.jobs import pipes
from classroom.jobs.kinds import KINDS
from classroom.jobs.wake import news_path
from classroom.models import Job, JobState, now
from classroom.runs import COMPILE
from classroom.schemas import CompileOut, JobEvent

SOURCE = "contract A {}"


@pytest.fixture
def job(live) -> Job:
    """Give a compile job of Lea's."""
    return stored(live, live.client("lea").post("/api/v1/jobs", json={"source": SOURCE}).json()["id"])


def stored(live, job_id) -> Job:
    with live.database.read() as session:
        return session.get_one(Job, UUID(str(job_id)))


def claim(live, *kinds):
    with live.database.unit_of_work() as work:
        return workload.claim(work, kinds or KINDS.values(), worker="w", lease_s=60)


def note(live, claimed, progress, stage):
    with live.database.unit_of_work() as work:
        assert workload.note(work, claimed, progress, stage)


def finish(live, claimed):
    with live.database.unit_of_work() as work:
        assert workload.finish(work, claimed)


def give_up(live, *kinds):
    """Let a job fail as often as it may."""
    while (claimed := claim(live, *kinds)) is not None:
        with live.database.unit_of_work() as work:
            workload.release(work, claimed, error="RuntimeError: secret of the house", retry_in=timedelta(0))
    return claimed


def events(response):
    """Read a stream as a browser would: id, name and data of each event."""
    about = {}
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if line == "" and "data" in about:
            yield int(about["id"]), about["event"], JobEvent.model_validate_json(about["data"])
            about = {}
        elif field:
            about[field] = value


def follow(live, job, caller="lea", **headers):
    return live.client(caller, **headers).stream("GET", f"/api/v1/jobs/{job.id}/events")


def test_a_run_is_ordered_queued_and_seen_by_who_ordered_it_alone(live):
    answer = live.client("lea").post("/api/v1/jobs", json={"source": SOURCE, "steps": []})
    made = answer.json()
    assert (answer.status_code, made["kind"], made["state"], made["progress"]) == (202, "compile", "queued", 0.0)
    assert live.enqueued == [UUID(made["id"])]
    assert answer.headers["location"] == f"/api/v1/jobs/{made['id']}"
    assert live.client("lea kernel").get(answer.headers["location"]).json() == made
    assert live.client("leo").get(answer.headers["location"]).status_code == 404
    assert live.client("leo").get("/api/v1/jobs").json() == {"items": [], "next": None}
    assert SOURCE not in stored(live, made["id"]).model_dump_json(), "what is large or someone's stays in its own row"
    (event,) = live.audited("job_ordered")
    assert (event.actor_id, event.subject) == (live.users["lea"].id, made["id"])


def test_more_than_a_few_at_a_time_are_refused_until_one_is_over(live):
    lea = live.client("lea")
    first, *_ = [lea.post("/api/v1/jobs", json={"source": SOURCE}).json()["id"] for _ in range(3)]
    refused = lea.post("/api/v1/jobs", json={"source": SOURCE})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert live.client("leo").post("/api/v1/jobs", json={"source": SOURCE}).status_code == 202
    lea.post(f"/api/v1/jobs/{first}/cancel")
    assert lea.post("/api/v1/jobs", json={"source": SOURCE}).status_code == 202


def test_the_result_of_a_run_is_there_when_it_is_done(live, job):
    lea = live.client("lea")
    assert lea.get(f"/api/v1/jobs/{job.id}/result").status_code == 404
    claimed = claim(live, COMPILE)
    with live.database.unit_of_work() as work:
        assert runs.finish(work, claimed, CompileOut(diagnostics=[], contracts={"A": []}))
    assert lea.get(f"/api/v1/jobs/{job.id}/result").json() == {
        "diagnostics": [],
        "contracts": {"A": []},
        "bytecode": {},
        "layouts": None,
        "debugging": None,
    }
    assert live.client("ines").get(f"/api/v1/jobs/{job.id}/result").status_code == 404


def test_ones_jobs_are_listed_by_page_and_by_kind(live):
    lea = live.client("lea")
    made = [live.submit("lea").json()["id"], *(lea.post("/api/v1/jobs", json={"source": SOURCE}).json() for _ in "12")]
    page = lea.get("/api/v1/jobs", params={"limit": 2}).json()
    assert [each["id"] for each in page["items"]] == [made[2]["id"], made[1]["id"]]
    (last,) = lea.get("/api/v1/jobs", params={"limit": 2, "cursor": page["next"]}).json()["items"]
    assert (last["kind"], last["subject_id"]) == ("grade", made[0])
    assert len(lea.get("/api/v1/jobs", params={"kind": "grade"}).json()["items"]) == 1


# Following


def test_who_follows_is_told_each_step_and_the_end(live, job):
    with follow(live, job) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = events(response)
        revision, name, event = next(stream)
        assert (revision, name, event.state) == (0, "progress", "queued")
        claimed = claim(live)
        assert next(stream)[2].state == "running"
        note(live, claimed, 0.5, "Half of it")
        revision, name, event = next(stream)
        assert (name, event.progress, event.stage, event.revision) == ("progress", 0.5, "Half of it", revision)
        finish(live, claimed)
        revision, name, event = next(stream)
        assert (name, event.state, event.progress) == ("done", "done", 1.0)
        assert list(stream) == []


def test_who_comes_back_is_told_only_what_is_new_and_the_end_always(live, job):
    claimed = claim(live)
    seen = stored(live, job.id).revision
    with follow(live, job, **{"Last-Event-ID": str(seen)}) as response:
        stream = events(response)
        note(live, claimed, 0.25, "A quarter")
        assert next(stream)[2].progress == 0.25
    finish(live, claimed)
    for last in (str(stored(live, job.id).revision), "", "999999"):
        with follow(live, job, **{"Last-Event-ID": last}) as response:
            ((_, name, event),) = events(response)
        assert (name, event.state) == ("done", "done")


def test_a_message_wakes_who_waits_and_is_never_believed():
    job_id = uuid4()
    rows = {job_id: JobEvent(job_id=job_id, state="queued")}
    reads = []
    read_again = threading.Event()

    def read(_ids):
        reads.append(rows[job_id].revision)
        found = dict(rows)
        if len(reads) == 2:
            read_again.set()
        return found

    async def scenario():
        hub = JobHub(read)  # and nobody looks at the rows by themselves
        with hub.subscribe(job_id, reader=uuid4()) as moved:
            stream = hub.follow(job_id, moved)
            first = await anext(stream)
            second = asyncio.create_task(anext(stream))
            hub.publish(JobEvent(job_id=uuid4(), state="done"))
            hub.publish(JobEvent(job_id=job_id, state="dead", progress=0.9))  # which its row does not say
            assert await asyncio.to_thread(read_again.wait, 10)
            rows[job_id] = JobEvent(job_id=job_id, state="running", revision=1)
            hub.publish(JobEvent(job_id=job_id, state="dead"))
            return first, await asyncio.wait_for(second, 10)

    first, second = asyncio.run(scenario())
    assert (first.state, second.state, second.progress) == ("queued", "running", 0.0)


def test_a_job_that_is_gone_ends_the_stream():
    async def scenario():
        hub = JobHub(lambda _ids: {})
        with hub.subscribe(uuid4(), reader=uuid4()) as moved:
            return [event async for event in hub.follow(uuid4(), moved)]

    assert asyncio.run(scenario()) == []


def test_a_consumer_may_wake_those_who_wait_for_a_job(live, job):
    with follow(live, job) as response:
        stream = events(response)
        next(stream)
        claim(live)
        news = JobEvent(job_id=job.id, state="running").model_dump_json()
        pipes.write(news_path(live.settings), f"{news}\n".encode())
        assert next(stream)[2].state == "running"


def test_a_quiet_stream_is_kept_alive_by_comments(live, job, monkeypatch):
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    with follow(live, job) as response:
        lines = response.iter_lines()
        assert ": ping" in (next(lines) for _ in range(20))


def test_no_more_streams_than_one_person_may_have_and_places_are_given_back(live, job, wait_until):
    hub = live.app.state.services.job_hub
    with follow(live, job) as response:
        stream = events(response)
        next(stream)
        hub._open[live.users["lea"].id] += MAX_STREAMS - 1
        with follow(live, job) as refused:
            assert refused.status_code == 429
        hub._open[live.users["lea"].id] -= MAX_STREAMS - 1
    wait_until(lambda: hub.waiting == 0)


@pytest.mark.parametrize("last", ["-1", "x", "1" * 30])
def test_an_id_of_no_event_is_refused(live, job, last):
    with follow(live, job, **{"Last-Event-ID": last}) as response:
        assert response.status_code == 422


# Cancelling and putting back


def test_a_cancelled_attempt_says_so_to_its_learner(live):
    submission = live.submit("lea").json()
    (job,) = live.client("lea").get("/api/v1/jobs").json()["items"]
    assert live.client("leo").post(f"/api/v1/jobs/{job['id']}/cancel").status_code == 404
    assert live.client("lea").post(f"/api/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    shown = live.client("lea").get(f"/api/v1/submissions/{submission['id']}").json()
    assert (shown["state"], shown["message"]) == ("failed", "This attempt was cancelled before it had a verdict.")
    assert len(live.audited("job_cancelled")) == 1


def test_what_was_given_up_is_seen_and_put_back_by_who_looks_after_it(live):
    submission = live.submit("lea").json()["id"]
    give_up(live)
    (dead,) = live.client("ines").get("/api/v1/jobs/dead").json()["items"]
    assert (dead["state"], dead["subject_id"], dead["failures"]) == ("dead", submission, 3)
    assert dead["error"] == "RuntimeError: secret of the house"
    assert live.client("adele").get("/api/v1/jobs/dead").json()["items"] == [dead]
    assert "secret of the house" not in live.client("lea").get(f"/api/v1/jobs/{dead['id']}").text
    assert live.client("lea").post(f"/api/v1/jobs/{dead['id']}/requeue").status_code == 403
    live.enqueued.clear()
    assert live.client("ines").post(f"/api/v1/jobs/{dead['id']}/requeue").json()["state"] == "queued"
    assert live.enqueued == [UUID(dead["id"])]
    assert live.client("lea").get(f"/api/v1/submissions/{submission}").json()["state"] == "queued"
    assert live.client("ines").post(f"/api/v1/jobs/{dead['id']}/requeue").status_code == 409


def test_an_instructor_sees_nothing_of_what_is_of_no_course_of_theirs(live, job):
    give_up(live)
    assert live.client("ines").get("/api/v1/jobs/dead").json()["items"] == []
    assert live.client("ines").get(f"/api/v1/jobs/{job.id}").status_code == 404
    assert [each["id"] for each in live.client("adele").get("/api/v1/jobs/dead").json()["items"]] == [str(job.id)]


# Files


def test_a_file_is_for_who_ordered_it_until_it_expires(live):
    with live.database.unit_of_work() as work:
        made = workload.add(
            work,
            EXPORT,
            enqueue=lambda _id: None,
            made_by=live.users["ines"].id,
            params=ExportParams(exporter="marks"),
        )
    address = f"/api/v1/jobs/{made.id}/file"
    assert live.client("ines").get(address).status_code == 404
    folder = live.settings.data_dir / "exports" / str(made.id)
    folder.mkdir(parents=True)
    (folder / "marks.csv").write_text("name,points\n")
    until = now() + timedelta(hours=1)
    with live.database.unit_of_work() as work:
        job = work.session.get_one(Job, made.id)
        job.state = JobState.DONE
        job.result = {"file": "marks.csv", "media_type": "text/csv", "expires_at": until.isoformat()}
    answer = live.client("ines").get(address)
    assert (answer.text, answer.headers["content-disposition"]) == ("name,points\n", 'attachment; filename="marks.csv"')
    assert live.client("otto").get(address).status_code == 404
    assert live.client("ines kernel").get(address).status_code == 403
    with live.database.unit_of_work() as work:
        work.session.get_one(Job, made.id).result = {**job.result, "expires_at": now().isoformat()}
    assert live.client("ines").get(address).status_code == 404


def test_there_is_no_job_that_nobody_made(live):
    assert live.client("adele").get(f"/api/v1/jobs/{uuid4()}").status_code == 404
