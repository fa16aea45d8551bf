"""How often one may ask, what is said of it, and which other origins' pages may ask at all."""

import asyncio
import socket
from contextlib import ExitStack

import pytest
from limits.aio.storage import MemoryStorage

from classroom.api import door
from classroom.api.cors import allowed_origins
from classroom.api.door import Door
from classroom.api.limits import Limits
from classroom.settings import Settings
from support.redis import HOW_TO_INSTALL, program, redis_server

REDIS = program()
SUBMIT = "/api/v1/submissions"
SCHOOL = "https://school.example"


def test_every_answer_tells_what_is_left(open_live):
    with open_live(requests_per_account=5, requests_per_address=100) as live:
        first = live.client("lea").get("/api/v1/me")
        second = live.client("lea token").get("/api/v1/me")
        nobody = live.client("nobody").get("/nothing")
    assert first.headers["ratelimit-policy"] == '"address";q=100;w=60, "account";q=5;w=60'
    assert first.headers["ratelimit"].startswith('"address";r=99;t=')
    assert '"account";r=4;' in first.headers["ratelimit"]
    assert '"key";r=2999;' in second.headers["ratelimit"]
    assert '"account";r=3;' in second.headers["ratelimit"]
    assert nobody.headers["ratelimit-policy"] == '"address";q=100;w=60'


@pytest.mark.parametrize(
    ("limit", "whose"),
    [("requests_per_account", "lea"), ("requests_per_key", "lea token"), ("requests_per_address", "lea")],
)
def test_who_asks_too_often_is_told_when_to_come_again(open_live, limit, whose):
    with open_live(**{limit: 2}) as live:
        client = live.client(whose)
        statuses = [client.get("/api/v1/me").status_code for _ in range(3)]
        refused = client.get("/api/v1/me")
        others = live.client("leo").get("/api/v1/me").status_code
        probe = live.client("nobody").get("/healthz")
    assert statuses == [200, 200, 429]
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert ";r=0;" in refused.headers["ratelimit"]
    assert refused.headers["content-security-policy"]
    assert others == (429 if limit == "requests_per_address" else 200)
    assert probe.status_code == 200
    assert "ratelimit" not in probe.headers


@pytest.mark.parametrize("full", ["hand-ins", "requests"])
def test_who_comes_when_the_door_is_full_is_told_at_once_and_takes_nothing(full):
    """The rest goes on: the other kind, streams, probes; and who comes later is let in."""

    async def everything():
        inside, leave = asyncio.Semaphore(0), asyncio.Event()
        let_in = []

        async def app(scope, _receive, send):
            let_in.append(scope["path"])
            inside.release()
            await leave.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        at_the_door = Door(app, settings=Settings(hand_ins_at_once=2, requests_at_once=2))
        hand_in, read = ("POST", "/api/v1/submissions"), ("GET", "/api/v1/submissions")
        kind, other = (hand_in, read) if full == "hand-ins" else (read, hand_in)

        async def ask(method, path):
            said = []
            scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "state": {}}

            async def send(message):
                said.append(message)

            await at_the_door(scope, None, send)
            return said[0]["status"], dict(said[0]["headers"])

        under_way = [asyncio.create_task(ask(*kind)) for _ in range(2)]
        for _ in under_way:
            await inside.acquire()
        status, headers = await ask(*kind)
        assert status == 503
        assert headers[b"retry-after"] == b"2"
        assert headers[b"content-type"] == b"application/problem+json"
        assert len(let_in) == 2
        elsewhere = [other, ("GET", "/api/v1/submissions/x/events"), ("GET", "/healthz")]
        under_way += [asyncio.create_task(ask(*each)) for each in elsewhere]
        for _ in elsewhere:
            await inside.acquire()
        leave.set()
        assert [(await each)[0] for each in under_way] == [200] * 5
        assert (await ask(*kind))[0] == 200

    asyncio.run(everything())


def test_bodies_that_never_come_keep_nobody_out(open_live, monkeypatch):
    """A room for one hand-in: three people begin one and send no body, and another's is taken."""
    monkeypatch.setattr(door, "BODY_WITHIN_S", 2.0)
    with open_live(hand_ins_at_once=1) as live, ExitStack() as opened:
        lea = live.client("lea", **{"Idempotency-Key": "one"})
        address = (lea.base_url.host, lea.base_url.port)
        head = f"POST {SUBMIT} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nContent-Length: 90\r\n\r\n{{"
        slow = [opened.enter_context(socket.create_connection(address, timeout=20)) for _ in range(3)]
        for each in slow:
            each.sendall(head.encode())
        assert lea.post(SUBMIT, json={"exercise_id": "keeper", "source": "contract C {}"}).status_code == 202
        for each in slow:
            answer = each.makefile("rb").read()  # until it is closed
            assert answer.startswith(b"HTTP/1.1 408")
            assert b"within 2 seconds" in answer


def test_no_limit_is_no_header(open_live):
    with open_live(requests_per_account=0, requests_per_address=0) as live:
        assert "ratelimit" not in live.client("lea").get("/api/v1/me").headers


def test_counting_writes_nothing_into_the_database(tmp_path):
    for address in ("", "memory"):
        limits = Limits(Settings(data_dir=tmp_path, rate_storage=address))
        assert isinstance(limits._storage, MemoryStorage)


@pytest.mark.skipif(REDIS is None, reason=HOW_TO_INSTALL)
def test_processes_share_their_counts_in_redis_and_go_on_without_it(tmp_path):
    async def count(limits, times):
        return [await limits.take("account", "somebody") for _ in range(times)]

    async def everything():
        with redis_server(REDIS) as address:
            settings = Settings(data_dir=tmp_path, rate_storage=f"redis+{address}", requests_per_account=3)
            one, other = Limits(settings), Limits(settings)
            counted = [*await count(one, 2), *await count(other, 2)]
        without = await count(one, 1)
        await one.close()
        await other.close()
        return counted, without

    counted, without = asyncio.run(everything())
    assert [each.remaining for each in counted] == [2, 1, 0, 0]
    assert [each.is_over for each in counted] == [False, False, False, True]
    assert without == [None]


def test_no_other_origin_is_let_in_unless_it_is_named(shared):
    asked = {"Origin": SCHOOL, "Access-Control-Request-Method": "GET"}
    answer = shared.client("nobody").options("/api/v1/me", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.fixture(scope="module")
def opened(tmp_path_factory, migrated, course_dir, opening):
    with opening(tmp_path_factory.mktemp("cors"), migrated, course_dir, cors_origins=f"{SCHOOL}, http://a:1") as live:
        yield live


def test_a_named_origin_may_ask_with_a_token(opened):
    asked = {"Origin": SCHOOL, "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization, content-type, idempotency-key"
    first = opened.client("nobody").options("/api/v1/compile", headers=asked)
    assert (first.status_code, first.headers["access-control-allow-origin"]) == (200, SCHOOL)
    answer = opened.client("lea token").get("/api/v1/me", headers={"Origin": SCHOOL})
    assert answer.headers["access-control-allow-origin"] == SCHOOL
    assert "RateLimit" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_named_origin_may_not_use_a_cookie(opened):
    answer = opened.client("lea").post("/api/v1/compile", json={"source": ""}, headers={"Origin": SCHOOL})
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "https://school.example.evil.example", "null", ""])
def test_an_origin_that_is_not_named_gets_nothing(opened, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = opened.client("nobody").options("/api/v1/me", headers=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    answers = (answer, opened.client("lea token").get("/api/v1/me", headers={"Origin": origin}))
    assert not any("access-control-allow-origin" in each.headers for each in answers)


def test_only_the_api_is_opened(opened):
    assert (
        "access-control-allow-origin" not in opened.client("nobody").get("/healthz", headers={"Origin": SCHOOL}).headers
    )


@pytest.mark.parametrize("origins", ["*", "school.example", "https://school.example/", "https://a@b", "null"])
def test_a_setting_that_names_no_origin_is_refused(tmp_path, origins):
    with pytest.raises(ValueError, match="origin"):
        allowed_origins(Settings(data_dir=tmp_path, cors_origins=origins))
