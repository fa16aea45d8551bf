"""Programs that sign in, and what they hold: tokens, refreshed and stolen; keys, and what each may be used for."""

import base64
import json
import threading
import time
from datetime import timedelta
from uuid import uuid4

import httpx
import jwt
import pytest
from sqlmodel import select

from classroom import accounts
from classroom.accounts import second_factor, tokens
from classroom.accounts.second_factor import STEP_S, code_at
from classroom.keys import derive, server_key
from classroom.models import Credential, CredentialKind, Role, Scope, now

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(shared):
    """Give a new learner with a password, and nothing else."""
    name = f"ada-{uuid4().hex[:8]}"
    user = shared.add(name, Role.LEARNER, Role.INSTRUCTOR)
    with shared.database.unit_of_work() as work:
        accounts.set_password(work.session, user.id, PASSWORD, actor_id=None)
    return user


@pytest.fixture
def http(shared):
    """Give a program without anything to show."""
    with httpx.Client(base_url=f"{shared.settings.portal_url}/api/v1", timeout=30, trust_env=False) as client:
        yield client


def sign_in(http, name, password=PASSWORD, **more):
    return http.post("/tokens", json={"name": name, "password": password, **more})


def get(http, path, token):
    return http.get(path, headers={"Authorization": f"Bearer {token}"})


def refresh(http, token):
    return http.post("/tokens/refresh", json={"refresh_token": token})


def test_a_program_signs_in_and_goes_on_for_as_long_as_it_refreshes(shared, http, ada):
    answer = sign_in(http, ada.name, label="A script")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["token_type"], made["expires_in"]) == ("Bearer", 600)
    assert made["scopes"] == ["account", "learn", "manage", "teach"]
    assert get(http, "/me", made["access_token"]).json()["name"] == ada.name
    assert get(http, "/courses/classroom/cohort", made["access_token"]).status_code == 200
    (session,) = [
        each for each in get(http, "/account/sessions", made["access_token"]).json()["items"] if each["current"]
    ]
    assert (session["kind"], session["label"]) == ("program", "A script")
    again = refresh(http, made["refresh_token"]).json()
    assert get(http, "/me", again["access_token"]).status_code == 200
    assert http.post("/tokens/revoke", json={"refresh_token": again["refresh_token"]}).status_code == 204
    for access in (made["access_token"], again["access_token"]):
        refused = get(http, "/me", access)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_tokens_may_be_asked_for_less_than_their_person_may(http, ada):
    made = sign_in(http, ada.name, scopes=["learn"]).json()
    assert get(http, "/lessons", made["access_token"]).status_code == 200
    assert get(http, "/courses/classroom/cohort", made["access_token"]).status_code == 403
    assert get(http, "/account", made["access_token"]).status_code == 403
    assert refresh(http, made["refresh_token"]).json()["scopes"] == ["learn"]


def test_an_unknown_name_a_wrong_password_and_a_shut_out_person_get_the_same_body(shared, http, ada):
    gone = shared.add(f"gone-{uuid4().hex[:8]}")
    with shared.database.unit_of_work() as work:
        accounts.set_password(work.session, gone.id, PASSWORD, actor_id=None)
        accounts.set_disabled(work.session, gone.id, True, actor_id=None)
    tried = ((ada.name, "not the password"), (f"nobody-{uuid4()}", PASSWORD), (gone.name, PASSWORD))
    answers = [sign_in(http, name, password) for name, password in tried]
    bodies = [{name: value for name, value in answer.json().items() if name != "request_id"} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_shut_out_persons_live_tokens_and_keys_stop_at_once(shared, http, ada):
    made = sign_in(http, ada.name).json()
    with shared.database.unit_of_work() as work:
        key = accounts.make_key(work.session, ada, label="x", scopes={Scope.LEARN}, days=1).key
        accounts.set_disabled(work.session, ada.id, True, actor_id=None)
    for secret in (made["access_token"], key):
        assert get(http, "/me", secret).status_code == 401
    assert refresh(http, made["refresh_token"]).status_code == 401


def test_what_only_looks_like_an_access_token_opens_nothing(shared, http, ada):
    made = sign_in(http, ada.name).json()
    claims = jwt.decode(made["access_token"], options={"verify_signature": False})
    kid = jwt.get_unverified_header(made["access_token"])["kid"]
    key = derive(server_key(shared.settings), f"access token {kid}")
    headers = {"kid": kid, "typ": "at+jwt"}

    def signed(**changes):
        kept = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(kept, key, algorithm="HS256", headers=headers)

    assert get(http, "/me", signed()).status_code == 200
    part = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in (
        {"alg": "none", **headers}, claims,
    )]  # fmt: skip
    for secret in (
        ".".join([*part, ""]),
        signed(aud="another"),
        signed(exp=None),
        signed(exp=int(time.time()) - 60),
        signed(iss="https://evil.example"),
        signed(sid=str(uuid4())),
        signed(sub=str(shared.users["lea"].id)),
        made["refresh_token"],
        made["access_token"][:-2],
    ):
        assert get(http, "/me", secret).status_code == 401, secret


def test_a_token_says_no_more_than_its_family_and_its_person_may(shared, http, ada):
    made = sign_in(http, ada.name, scopes=["learn"]).json()
    user_id, family_id, _ = shared.app.state.services.tokens.read(made["access_token"])
    forged = shared.app.state.services.tokens.sign(ada, family_id, set(Scope))
    assert user_id == ada.id
    assert get(http, "/account", forged).status_code == 403


def test_sixteen_refreshes_at_once_are_one_and_a_late_one_ends_the_family(shared, http, ada):
    made = sign_in(http, ada.name).json()
    gate, answers = threading.Barrier(16), []

    def exchange():
        with httpx.Client(base_url=http.base_url, timeout=30, trust_env=False) as client:
            gate.wait()
            answers.append(refresh(client, made["refresh_token"]))

    threads = [threading.Thread(target=exchange) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = {answer.json()["refresh_token"] for answer in answers}
    with shared.database.unit_of_work() as work:
        for each in work.session.exec(select(Credential).where(Credential.user_id == ada.id)):
            each.rotated_at = each.rotated_at and now() - timedelta(seconds=11)
    assert refresh(http, made["refresh_token"]).status_code == 401
    assert refresh(http, successor).status_code == 401
    assert get(http, "/me", answers[0].json()["access_token"]).status_code == 401


def test_a_second_factor_comes_with_the_password(shared, http, ada):
    with shared.database.unit_of_work() as work:
        key = server_key(shared.settings)
        second_factor.begin(work.session, ada.id)
        secret = base64.b32decode(second_factor.enrolling(work.session, ada, key).secret)
        step = int(time.time() // STEP_S)
        second_factor.confirm(work.session, ada.id, key, code_at(secret, step - 1))
    assert sign_in(http, ada.name, "not the password").json()["title"] == "Please sign in"
    without = sign_in(http, ada.name)
    assert (without.status_code, without.json()["title"]) == (401, "A code is needed too")
    code = code_at(secret, int(time.time() // STEP_S))
    assert sign_in(http, ada.name, code="000000").status_code == 401
    assert sign_in(http, ada.name, code=code).status_code == 201
    assert sign_in(http, ada.name, code=code).status_code == 401


def test_a_key_opens_the_doors_of_its_scopes_and_no_others(shared, http, ada):
    doors = {
        Scope.LEARN: "/lessons",
        Scope.TEACH: "/courses/classroom/cohort",
        Scope.ACCOUNT: "/account",
    }
    for scope in Scope:
        if scope is Scope.ADMIN:
            continue
        with shared.database.unit_of_work() as work:
            key = accounts.make_key(work.session, ada, label=scope, scopes={scope}, days=1).key
        assert get(http, "/me", key).status_code == 200
        found = {door: get(http, path, key).status_code for door, path in doors.items()}
        assert found == {door: 200 if door is scope else 403 for door in doors}


def test_a_key_that_learns_sees_no_other_learners_attempt_even_an_instructors(shared, http, ada):
    attempt = shared.submit("lea").json()["id"]
    with shared.database.unit_of_work() as work:
        learns, teaches = (
            accounts.make_key(work.session, ada, label="x", scopes=scopes, days=1).key
            for scopes in ({Scope.LEARN}, {Scope.LEARN, Scope.TEACH})
        )
    assert get(http, f"/submissions/{attempt}", learns).status_code == 404
    assert get(http, f"/submissions/{attempt}", teaches).status_code == 200


def test_a_key_is_made_by_who_signed_in_and_can_do_no_more_than_they(http, ada):
    less = sign_in(http, ada.name, scopes=["account", "learn"]).json()["access_token"]
    bearer = {"Authorization": f"Bearer {less}"}
    assert http.post("/account/keys", json={"label": "x", "scopes": ["teach"]}, headers=bearer).status_code == 403
    made = http.post("/account/keys", json={"label": "x", "scopes": ["account"]}, headers=bearer)
    assert made.status_code == 201
    by_key = {"Authorization": f"Bearer {made.json()['key']}"}
    for method, path, body in (
        ("POST", "/account/keys", {"label": "x", "scopes": ["account"]}),
        ("PUT", "/account/password", {"current": PASSWORD, "new": "seven purple kettles hum"}),
        ("PUT", "/account/email", {"email": "x@school.example", "password": PASSWORD}),
        ("POST", "/account/second-factor", {"password": PASSWORD}),
    ):
        assert http.request(method, path, json=body, headers=by_key).status_code == 403, path
    shown = http.get("/account/keys", headers=by_key).json()["items"]
    assert made.json()["key"] not in json.dumps(shown)
    assert shown[0]["prefix"] == made.json()["prefix"]
    assert http.delete(f"/account/keys/{shown[0]['id']}", headers=by_key).status_code == 204
    assert http.get("/account/keys", headers=by_key).status_code == 401


def test_when_a_key_was_used_is_noted_but_not_every_time(shared, http, ada):
    with shared.database.unit_of_work() as work:
        key, credential = accounts.make_key(work.session, ada, label="x", scopes={Scope.LEARN}, days=1)

    def used():
        with shared.database.read() as session:
            return session.get(Credential, credential.id).used_at

    assert used() is None
    get(http, "/me", key)
    first = used()
    assert first is not None
    get(http, "/me", key)
    assert used() == first


def test_a_mistyped_key_is_told_so(http):
    refused = get(http, "/me", "hkc_12345678_made-up")
    assert (refused.status_code, "character" in refused.json()["detail"]) == (401, True)


def test_a_new_password_leaves_this_sign_in_and_closes_the_others(http, ada):
    here, elsewhere = (sign_in(http, ada.name).json() for _ in range(2))
    bearer = {"Authorization": f"Bearer {here['access_token']}"}
    change = {"current": PASSWORD, "new": "seven purple kettles hum"}
    assert http.put("/account/password", json={**change, "current": "wrong"}, headers=bearer).status_code == 403
    assert http.put("/account/password", json=change, headers=bearer).status_code == 204
    assert get(http, "/me", here["access_token"]).status_code == 200
    assert get(http, "/me", elsewhere["access_token"]).status_code == 401
    assert sign_in(http, ada.name).status_code == 401


def test_nobody_guesses_a_password_from_inside_a_session(http, ada):
    bearer = {"Authorization": f"Bearer {sign_in(http, ada.name).json()['access_token']}"}
    change = {"current": "wrong", "new": "seven purple kettles hum"}
    statuses = [http.put("/account/password", json=change, headers=bearer).status_code for _ in range(11)]
    assert statuses == [403] * 10 + [429]


def test_nobody_sees_or_closes_anothers_sessions_and_keys(shared, http, ada):
    theirs = sign_in(http, ada.name).json()
    with shared.database.unit_of_work() as work:
        key = accounts.make_key(work.session, ada, label="x", scopes={Scope.LEARN}, days=1).credential
        session = accounts.held(work.session, ada.id, {CredentialKind.REFRESH})[0]
    lea = shared.client("lea")
    before = len(shared.audited("door_refused"))
    assert lea.delete(f"/api/v1/account/sessions/{session.id}").status_code == 404
    assert lea.delete(f"/api/v1/account/keys/{key.id}").status_code == 404
    assert [event.subject for event in shared.audited("door_refused")[before:]] == [str(session.id), str(key.id)]
    assert str(key.id) not in lea.get("/api/v1/account/keys").text
    assert get(http, "/me", theirs["access_token"]).status_code == 200


def test_access_tokens_are_read_without_the_database_only_as_long_as_they_hold(shared, ada):
    """What is signed but old is refused before anybody is looked up."""
    signer = shared.app.state.services.tokens
    old = signer.sign(ada, uuid4(), {Scope.LEARN}, at=now() - tokens.ACCESS_LIFETIME)
    with pytest.raises(accounts.credentials.Unauthenticated):
        signer.read(old)
