"""What administrators do with everybody's accounts."""

from uuid import uuid4

import httpx
import pytest

from classroom import accounts
from classroom.models import Role


@pytest.fixture(scope="module")
def admin(shared):
    user = shared.add("root")
    with shared.database.unit_of_work() as work:
        accounts.set_admin(work.session, user.id, True, actor_id=None)
    return shared.client("root")


def test_everybody_is_listed_by_name_and_nothing_secret_with_them(shared, admin):
    answer = admin.get("/api/v1/users?limit=200")
    names = [user["name"] for user in answer.json()["items"]]
    assert names == sorted(names)
    assert {"lea", "root", "disabled"} <= set(names)
    assert "hash" not in answer.text
    by_name = {user["name"]: user for user in answer.json()["items"]}
    assert by_name["disabled"]["disabled"]
    assert by_name["root"]["is_admin"]


def test_the_list_comes_in_pages(shared, admin):
    names, cursor = [], {}
    while cursor is not None:
        page = admin.get("/api/v1/users", params={"limit": 3, **cursor}).json()
        names += [user["name"] for user in page["items"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
        assert len(names) < 100
    assert names == sorted(set(names))
    assert {"lea", "stranger", "ines"} <= set(names)


def test_a_person_is_added_comes_in_by_a_link_and_is_shut_out(shared, admin):
    name = f"new-{uuid4().hex[:6]}"
    added = admin.post("/api/v1/users", json={"name": name, "email": f"{name}@school.example"})
    assert added.status_code == 201
    path = f"/api/v1/users/{added.json()['id']}"
    assert admin.post("/api/v1/users", json={"name": name}).status_code == 409
    assert admin.get(path).json() == added.json()
    link = admin.post(f"{path}/link").json()["url"]
    entered = shared.app.state.services.entrance.follow_link(link.partition("link=")[2])
    assert entered.user.name == name
    assert admin.patch(path, json={"disabled": True, "display_name": "Gone"}).json()["disabled"]
    with shared.database.read() as session, pytest.raises(accounts.credentials.Unauthenticated):
        accounts.authenticate(session, {accounts.credentials.CredentialKind.SESSION}, entered.secret)
    assert not admin.patch(path, json={"disabled": False}).json()["disabled"]


def test_an_administrator_does_not_shut_themselves_out(shared, admin):
    path = f"/api/v1/users/{shared.users['root'].id}"
    for change in ({"disabled": True}, {"is_admin": False}):
        assert admin.patch(path, json=change).status_code == 409
    assert admin.get("/api/v1/users").status_code == 200


def test_whom_an_administrator_makes_one_is_one_at_once_and_no_more_when_unmade(shared, admin):
    other = shared.add(f"other-{uuid4().hex[:6]}", Role.LEARNER)
    client: httpx.Client = shared.client(other.name)
    token = shared.client(f"{other.name} token")
    assert client.get("/api/v1/users").status_code == 403
    assert admin.patch(f"/api/v1/users/{other.id}", json={"is_admin": True}).json()["is_admin"]
    assert {client.get("/api/v1/users").status_code, token.get("/api/v1/users").status_code} == {200}
    assert shared.client(f"{other.name} kernel").get("/api/v1/users").status_code == 403
    admin.patch(f"/api/v1/users/{other.id}", json={"is_admin": False})
    assert {client.get("/api/v1/users").status_code, token.get("/api/v1/users").status_code} == {403}


def test_there_is_nobody_at_a_made_up_id(admin):
    path = f"/api/v1/users/{uuid4()}"
    assert admin.get(path).status_code == 404
    assert admin.patch(path, json={"disabled": True}).status_code == 404
    assert admin.post(f"{path}/link").status_code == 404
