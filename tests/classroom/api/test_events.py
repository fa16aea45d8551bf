"""Server-sent events, over a real connection to a real server."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from classroom import submissions, workload
from classroom.api.events import MAX_STREAMS, MAX_UNREAD, EventHub
from classroom.errors import TooMany
from classroom.jobs import pipes
from classroom.jobs.wake import news_path
from classroom.models import Job
from classroom.schemas import Event


@pytest.fixture
def attempt(live):
    return live.submit("lea").json()["id"]


@pytest.fixture
def wake(live):
    def tell(submission_id, state, progress=None):
        event = Event(submission_id=submission_id, state=state, progress=progress)
        pipes.write(news_path(live.settings), f"{event.model_dump_json()}\n".encode())

    return tell


def events(response):
    """Read a stream as a browser would: the name and the data of each event."""
    name = None
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, Event.model_validate_json(value)


def follow(live, submission_id, caller="lea"):
    return live.client(caller).stream("GET", f"/api/v1/submissions/{submission_id}/events")


def give_up(live):
    """Let a job fail as often as it may: the record says so, and nobody is woken."""
    with live.database.read() as session:
        (job_id,) = session.exec(select(Job.id)).all()
    for _ in range(submissions.GRADE.retry.times):
        with live.database.unit_of_work() as work:
            claim = submissions.claim(work, job_id, worker="test", lease_s=60)
            workload.release(work, claim, error="lost", retry_in=timedelta(0))


def test_who_waits_is_told_where_it_stands_then_each_step_then_the_end(live, attempt, wake):
    with follow(live, attempt) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-cache"
        stream = events(response)
        name, event = next(stream)
        assert (name, event.submission_id, event.state) == ("progress", UUID(attempt), "queued")
        for index in (1, 2):
            wake(attempt, "running", {"stage": "check", "index": index, "total": 2})
            name, event = next(stream)
            assert (name, event.state, event.progress.index) == ("progress", "running", index)
        wake(attempt, "done")
        name, event = next(stream)
        assert (name, event.state) == ("done", "done")
        assert list(stream) == []


def test_who_comes_late_is_told_the_end_at_once(live, attempt):
    give_up(live)
    with follow(live, attempt) as response:
        ((name, event),) = events(response)
    assert (name, event.state) == ("done", "failed")


def test_who_is_never_woken_still_hears_of_the_end(live, attempt):
    with follow(live, attempt) as response:
        stream = events(response)
        next(stream)
        give_up(live)
        assert [(name, event.state) for name, event in stream] == [("done", "failed")]


def test_news_of_one_submission_reaches_nobody_who_waits_for_another(live, attempt, wake):
    other = live.submit("lea").json()["id"]
    with follow(live, attempt) as response:
        stream = events(response)
        next(stream)
        wake(other, "done")
        wake(attempt, "running")
        assert next(stream)[1].state == "running"


def test_a_quiet_stream_is_kept_alive_by_comments(live, attempt, monkeypatch):
    monkeypatch.setattr("fastapi.routing._PING_INTERVAL", 0.05)
    with follow(live, attempt) as response:
        lines = response.iter_lines()
        assert ": ping" in (next(lines) for _ in range(20))


def test_a_client_that_leaves_frees_its_place(live, attempt, wait_until):
    hub = live.app.state.services.hub
    with follow(live, attempt) as response:
        stream = events(response)
        next(stream)
        assert hub.waiting == 1
    wait_until(lambda: hub.waiting == 0)


def test_sixty_who_wait_hold_up_nobody(live, attempt, wake, wait_until):
    """More than there are threads; the 21st stream of one person is refused."""
    with ExitStack() as opened:
        streams = [
            events(opened.enter_context(follow(live, attempt, caller)))
            for caller in ("lea", "ines", "otto")
            for _ in range(MAX_STREAMS)
        ]
        for stream in streams:
            next(stream)
        assert live.client("lea").get("/api/v1/me").status_code == 200
        refused = opened.enter_context(follow(live, attempt, "lea kernel"))
        assert refused.status_code == 429
        wake(attempt, "done")
        assert {next(stream)[0] for stream in streams} == {"done"}
    wait_until(lambda: live.app.state.services.hub.waiting == 0)


def test_only_the_owner_of_the_folder_may_tell(live):
    assert news_path(live.settings).stat().st_mode & 0o777 == 0o600


def test_news_that_nobody_understands_end_no_listening(live, attempt, wake):
    with follow(live, attempt) as response:
        stream = events(response)
        next(stream)
        for line in (b"\n", b"{}\n", b"\xff\xfe\n", b'{"submission_id": 1}\nhalf a line\n'):
            pipes.write(news_path(live.settings), line)
        wake(attempt, "running")
        assert next(stream)[1].state == "running"


def test_a_slow_reader_loses_old_news_and_never_the_end():
    async def scenario():
        hub, submission = EventHub(lambda _ids: {}), uuid4()
        with hub.subscribe(submission, reader=uuid4()) as feed:
            for _ in range(MAX_UNREAD + 10):
                hub.publish(Event(submission_id=submission, state="running"))
            hub.publish(Event(submission_id=submission, state="done"))
            return [await feed.get() for _ in range(MAX_UNREAD)]

    assert asyncio.run(scenario())[-1].state == "done"


def test_a_stream_that_was_refused_takes_no_place():
    async def scenario():
        hub, reader = EventHub(lambda _ids: {}), uuid4()
        with ExitStack() as opened:
            for _ in range(MAX_STREAMS):
                opened.enter_context(hub.subscribe(uuid4(), reader=reader))
            with pytest.raises(TooMany), hub.subscribe(uuid4(), reader=reader):
                pass
            assert hub.waiting == MAX_STREAMS
        assert hub.waiting == 0

    asyncio.run(scenario())


def test_a_thousand_who_wait_cost_one_query_a_second():
    asked = []

    def states(ids):
        asked.append(len(ids))
        return dict.fromkeys(ids, "queued")

    async def scenario():
        hub = EventHub(states, interval_s=0.001)
        watching = asyncio.create_task(hub.watch())
        with ExitStack() as opened:
            submission_ids = [uuid4() for _ in range(1000)]
            feeds = [opened.enter_context(hub.subscribe(id_, reader=uuid4())) for id_ in submission_ids]
            for feed in feeds:
                await asyncio.wait_for(feed.get(), 10)
        watching.cancel()

    asyncio.run(scenario())
    assert set(asked) == {1000}
