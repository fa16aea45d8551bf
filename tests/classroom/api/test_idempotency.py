"""A request that comes again under its key is done once, and answered as the first time."""

import threading
from base64 import b64decode
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.routing import iter_route_contexts
from sqlmodel import col, select, update

from classroom.api.app import create_app
from classroom.api.idempotency import HEADER, REPLAYED, Once
from classroom.models import Course, Group, KeptAnswer, now
from classroom.settings import Settings

GROUPS = "/api/v1/courses/classroom/groups"
WITHOUT = {
    "/api/v1/chains": "gives the chain of that name that there is",
    "/api/v1/submissions/{submission_id}/questions": "an attempt is asked about once",
    "/api/v1/courses/{course}/learners/{user_id}/submissions": "has a key of its own, which is never forgotten",
    "/api/v1/submissions": "has a key of its own, which is never forgotten",
    "/api/v1/tokens": "nobody is known yet; a sign-in that is lost runs out",
    "/api/v1/sign-ups": "nobody is known yet; the letters are counted",
    "/api/v1/password-resets": "nobody is known yet; the letters are counted",
    "/api/v1/scenarios": "keeps nothing",
}


def test_whatever_makes_something_takes_a_key(tmp_path):
    app = create_app(Settings(data_dir=tmp_path))
    makers = {
        context.path: context.route
        for context in iter_route_contexts(app.routes)
        if "POST" in (context.methods or ()) and getattr(context.route, "status_code", None) in {201, 202}
    }
    takes = {
        path
        for path, route in makers.items()
        if any(each.call.__name__ == "_once" for each in route.dependant.dependencies)
    }
    assert set(makers) - takes <= set(WITHOUT)
    assert len(takes) >= 10


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(live):
    ines, headers = live.client("ines"), {HEADER: uuid4().hex}
    first, again = (ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.content == first.content
    assert (REPLAYED in first.headers, again.headers[REPLAYED]) == (False, "true")
    with live.database.read() as session:
        assert len(session.exec(select(Group).where(Group.name == "Tuesday")).all()) == 1
    assert len(live.audited("group_created")) == 1
    assert ines.post(GROUPS, json={"name": "Tuesday"}, headers={HEADER: uuid4().hex}).status_code == 409


def test_the_answer_comes_back_with_its_address(live):
    adele, headers = live.client("adele"), {HEADER: uuid4().hex}
    answers = [adele.post("/api/v1/courses", json={"title": "A course"}, headers=headers) for _ in range(2)]
    assert {each.headers["location"] for each in answers} == {"/api/v1/courses/a-course"}
    with live.database.read() as session:
        assert len(session.exec(select(Course).where(Course.title == "A course")).all()) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [(GROUPS, {"name": "Another"}), ("/api/v1/courses/classroom/invites", {}), ("/api/v1/courses", {"title": "Other"})],
)
def test_a_key_that_was_used_for_something_else_is_refused(live, path, body):
    ines, headers = live.client("ines"), {HEADER: "one-key"}
    ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers)
    answer = ines.post(path, json=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert live.audited("invite_made") == []


def test_a_key_is_its_persons_own(live):
    headers, path = {HEADER: "one-key"}, "/api/v1/account/keys"
    keys = [
        live.client(name).post(path, json={"label": "x", "scopes": ["learn"]}, headers=headers).json()["key"]
        for name in ("lea", "leo", "lea")
    ]
    assert keys[0] == keys[2] != keys[1]


def test_what_is_kept_opens_nothing_by_itself(live):
    body, headers = {"label": "x", "scopes": ["learn"]}, {HEADER: "one-key"}
    made = live.client("lea").post("/api/v1/account/keys", json=body, headers=headers).json()
    with live.database.read() as session:
        (kept,) = session.exec(select(KeptAnswer)).all()
    stored = b64decode(kept.answer) + kept.key_hash.encode() + kept.request_hash.encode()
    assert made["key"].encode() not in stored
    assert b"one-key" not in stored


def test_what_was_refused_is_not_kept(live):
    ines, headers = live.client("ines"), {HEADER: "one-key"}
    body = {"name": "leona", "role": "learner"}
    assert ines.post("/api/v1/courses/classroom/people", json=body, headers=headers).status_code == 404
    live.add("leona")
    assert ines.post("/api/v1/courses/classroom/people", json=body, headers=headers).status_code == 201


def test_an_answer_is_given_to_nobody_who_may_no_longer_come_in(live):
    ines, headers = live.client("ines"), {HEADER: "one-key"}
    ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers)
    roles = f"/api/v1/courses/classroom/people/{live.users['ines'].id}/roles/instructor"
    assert live.client("otto").delete(roles).status_code == 204
    assert ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers).status_code == 404


def test_a_key_is_forgotten_after_a_day(live):
    ines, headers = live.client("ines"), {HEADER: "one-key"}
    ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers)
    with live.database.unit_of_work() as work:
        work.session.exec(update(KeptAnswer).values(expires_at=now() - timedelta(seconds=1)))
    assert ines.post(GROUPS, json={"name": "Wednesday"}, headers=headers).status_code == 201
    with live.database.read() as session:
        assert len(session.exec(select(KeptAnswer.key_hash)).all()) == 1


def test_many_at_once_are_one(live):
    clients, answers = [live.client("ines", **{HEADER: "one-key"}) for _ in range(8)], []
    threads = [
        threading.Thread(target=lambda client=each: answers.append(client.post(GROUPS, json={"name": "Tuesday"})))
        for each in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in answers] == [201] * 8
    assert len({each.json()["id"] for each in answers}) == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "with space", "é".encode()])
def test_a_key_that_is_none_is_refused(shared, key):
    answer = shared.client("ines").post(GROUPS, json={"name": "Never"}, headers={HEADER: key})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "header.idempotency-key")


def test_an_answer_that_breaks_off_leaves_nothing(live, monkeypatch):
    ines, headers = live.client("ines"), {HEADER: "one-key"}
    with monkeypatch.context() as patch:
        patch.setattr(Once, "keep", lambda *_: 1 / 0)
        assert ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers).status_code == 500
    with live.database.read() as session:
        assert session.exec(select(Group).where(col(Group.name) == "Tuesday")).all() == []
    assert ines.post(GROUPS, json={"name": "Tuesday"}, headers=headers).status_code == 201
