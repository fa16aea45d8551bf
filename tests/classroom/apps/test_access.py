"""Who may see a lesson and reach a kernel, and what is not there at all."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from websockets.exceptions import InvalidStatus

from classroom import accounts, courses
from classroom.models import CourseTrack, Role
from support.lesson_apps import House, Visitor, as_v1, message

NOBODYS = "00000000-0000-4000-8000-000000000000"
V1 = "v1.kernel.websocket.jupyter.org"


def sent_to_sign_in(visitor: Visitor) -> bool:
    """Tell whether this visitor is asked to sign in, and would come back afterwards."""
    answer = visitor.http.get("/voila/render/facts.ipynb")
    if answer.status_code == 200:
        return False
    assert answer.status_code == 302
    target = urlsplit(answer.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{visitor.house.settings.portal_url}/sign-in"
    assert parse_qs(target.query) == {"next": [f"{visitor.url}/voila/render/facts.ipynb"]}
    return True


def refused(visitor: Visitor, kernel_id: str) -> list[int]:
    """Try every door to a kernel, with all that the visitor's own pages could show; give the statuses."""
    headers = visitor.xsrf() if "_xsrf" in visitor.http.cookies else {}
    statuses = [
        visitor.http.get(f"/api/kernels/{kernel_id}").status_code,
        visitor.http.get(f"/classroom/outputs/{kernel_id}").status_code,
        visitor.http.post(f"/voila/api/shutdown/{kernel_id}", headers=headers).status_code,
    ]
    with pytest.raises(InvalidStatus) as caught:
        visitor.connect(kernel_id)
    return [*statuses, caught.value.response.status_code]


def test_a_lesson_is_for_who_is_signed_in(classroom: House) -> None:
    secret = classroom.session("alice")
    assert not sent_to_sign_in(Visitor(classroom, classroom.cookie(secret)))
    for cookie in (None, "", secret, f"{secret}.c2lnbmF0dXJl", classroom.cookie("made-up")):
        assert sent_to_sign_in(Visitor(classroom, cookie))


def test_a_session_that_ended_ends_here_at_once(classroom: House) -> None:
    expired = classroom.session("alice", lifetime=timedelta(seconds=-1))
    assert sent_to_sign_in(Visitor(classroom, classroom.cookie(expired)))
    secret = classroom.session("alice")
    visitor = Visitor(classroom, classroom.cookie(secret))
    opened = visitor.open("facts")
    with classroom.database.unit_of_work() as work:
        accounts.sign_out(work.session, secret)
    assert sent_to_sign_in(visitor)
    assert not opened.is_there()


def test_who_is_shut_out_is_shut_out_here(house: House) -> None:
    with house.serve("voila"):
        visitor = house.visitor("bob")
        assert not sent_to_sign_in(visitor)
        with house.database.unit_of_work() as work:
            accounts.set_disabled(work.session, house.users["bob"].id, True, actor_id=None)
        assert sent_to_sign_in(visitor)


def test_a_lesson_is_for_whose_course_teaches_its_track(classroom: House) -> None:
    with classroom.database.unit_of_work() as work:
        people = {name: accounts.create_user(work.session, name) for name in ("in-none", "elsewhere", "in-both")}
        people["admin"] = accounts.create_user(work.session, "admin", is_admin=True)
        taught = {}
        for track in ("basics", "other"):
            taught[track] = courses.create(work.session, title=track)
            taught[track].all_tracks = False
            work.session.add(CourseTrack(course_id=taught[track].id, track_id=track))
        courses.enrol(work.session, taught["other"], people["elsewhere"], Role.LEARNER)
        courses.enrol(work.session, taught["other"], people["in-both"], Role.LEARNER)
        courses.enrol(work.session, taught["basics"], people["in-both"], Role.ASSISTANT)
    classroom.users |= people

    def status(name: str, lesson: str = "facts") -> int:
        answer = classroom.visitor(name).http.get(f"/voila/render/{lesson}.ipynb")
        assert ("A text of its own" in answer.text) is (answer.status_code == 200)
        return answer.status_code

    assert {name: status(name) for name in people} == {"in-none": 404, "elsewhere": 404, "in-both": 200, "admin": 200}
    assert status("elsewhere", "made-up") == 404
    with classroom.database.unit_of_work() as work:
        courses.enrol(work.session, taught["basics"], people["elsewhere"], Role.LEARNER)
    assert status("elsewhere") == 200


def test_a_token_of_another_kind_opens_no_lesson(classroom: House, alice: Visitor) -> None:
    ticket = alice.open("facts").facts["env"]["CLASSROOM_TICKET"]
    assert sent_to_sign_in(Visitor(classroom, classroom.cookie(ticket)))
    nobody = Visitor(classroom, None)
    nobody.http.headers["Authorization"] = f"Bearer {classroom.session('alice')}"
    assert sent_to_sign_in(nobody)


def test_only_its_owner_reaches_a_kernel(classroom: House, alice: Visitor, bob: Visitor) -> None:
    hers, his = alice.open("facts"), bob.open("facts")
    assert refused(bob, hers.kernel_id) == [403] * 4
    assert refused(Visitor(classroom, None), hers.kernel_id) == [403] * 4
    assert hers.is_there()
    assert his.is_there()
    with alice.connect(hers.kernel_id) as connection:
        connection.send(json.dumps(message("kernel_info_request", {})))
        assert connection.recv(timeout=60)


def test_a_kernel_that_is_not_looks_like_somebody_elses(bob: Visitor) -> None:
    bob.open("facts")
    assert refused(bob, NOBODYS) == [403] * 4


@pytest.mark.parametrize("protocol", [None, V1])
def test_a_page_cannot_make_its_kernel_run_code(alice: Visitor, protocol: str | None) -> None:
    opened = alice.open("facts")
    opened.facts  # noqa: B018 - the cells are done
    kinds = ["execute_request", "inspect_request", "complete_request", "history_request", "shutdown_request"]
    code = {"code": "1", "silent": False, "cursor_pos": 0, "restart": False, "hist_access_type": "tail"}
    harmful = [message(kind, code, channel) for kind in kinds for channel in ("shell", "control")]
    last = message("comm_info_request", {})
    seen = []
    with alice.connect(opened.kernel_id, protocol=protocol) as connection:
        assert connection.subprotocol == protocol
        for each in (*harmful, last):
            connection.send(as_v1(each) if protocol else json.dumps(each))
        while not any("comm_info_reply" in each for each in seen):
            told = connection.recv(timeout=60)
            seen.append(told if isinstance(told, str) else told.decode(errors="replace"))
    for kind in kinds:
        assert not any(kind.replace("request", "reply") in each or f'"{kind}"' in each for each in seen)
    assert opened.is_there()


def test_a_page_hears_of_new_widgets_once_it_knows_those_there_are(alice: Visitor) -> None:
    """What it would hear before might belong to what it has never heard of."""
    opened = alice.open("growing")
    (told,) = opened.outputs()
    button = told["outputs"][0]["text"].strip()
    click = message("comm_msg", {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}})
    control = {"comm_id": "ours", "target_name": "jupyter.widget.control", "data": {}}
    begin = message("comm_open", control) | {"metadata": {"version": "1.0.0"}}
    ask = message("comm_msg", {"comm_id": "ours", "data": {"method": "request_states"}})
    with alice.connect(opened.kernel_id, protocol=V1) as connection:

        def heard_of(*messages: dict[str, Any]) -> set[str]:
            """Send messages, and tell what is heard of widgets until all of them are done with."""
            last = uuid4().hex
            for each in (*messages, message("comm_info_request", {}) | {"last": last}):
                header = each["header"] | {"msg_id": each.get("last", uuid4().hex)}
                connection.send(as_v1(each | {"header": header}))
            heard: set[str] = set()
            while True:
                _, parts = deserialize_msg_from_ws_v1(connection.recv(timeout=60))
                header, parent, _, content = (json.loads(part) for part in parts[:4])
                if parent.get("msg_id") == last and content.get("execution_state") == "idle":
                    return heard & {"comm_open", "update_states"}
                heard |= {header["msg_type"], content.get("data", {}).get("method")}

        assert heard_of(click) == set()
        assert heard_of(begin, ask) == {"update_states"}
        assert heard_of(click) == {"comm_open"}


def test_another_site_reaches_nothing_with_a_visitors_cookie(alice: Visitor) -> None:
    opened = alice.open("facts")
    with pytest.raises(InvalidStatus) as caught:
        alice.connect(opened.kernel_id, origin="https://example.org")
    assert caught.value.response.status_code == 403
    shutdown = f"/voila/api/shutdown/{opened.kernel_id}"
    assert alice.http.post(shutdown).status_code == 403
    assert alice.http.post(shutdown, headers=alice.xsrf() | {"Origin": "https://example.org"}).status_code in {403, 404}
    assert alice.http.get("/voila/render/facts.ipynb", headers={"Host": "example.org"}).status_code == 403
    assert opened.is_there()
    opened.close()


STOCK_PATHS = [
    "/voila",
    "/voila/tree",
    "/voila/tree/",
    "/voila/render/",
    "/voila/render/none.ipynb",
    "/voila/render/..%2fapps%2ffacts.ipynb",
    "/voila/render/pictures/facts.ipynb",
    "/voila/files/facts.ipynb",
    "/voila/query/{kernel}",
    "/voila/execution/{kernel}",
    "/voila/templates/base/static/voila.js",
    "/voila/api/contents",
    "/voila/api/themes/@jupyterlab/theme-light-extension/index.css",
    "/api",
    "/api/contents",
    "/api/contents/facts.ipynb",
    "/api/kernels",
    "/api/kernels/{kernel}/restart",
    "/api/kernels/{kernel}/interrupt",
    "/api/kernelspecs",
    "/api/sessions",
    "/api/terminals",
    "/files/facts.ipynb",
    "/static/favicon.ico",
    "/login",
    "/logout",
    "/metrics",
]


def test_what_serves_no_lesson_is_not_there(alice: Visitor) -> None:
    kernel_id = alice.open("facts").kernel_id
    for path in STOCK_PATHS:
        for method, allowed in {"GET": {404}, "POST": {403, 405}, "PUT": {403, 405}, "DELETE": {403, 405}}.items():
            answer = alice.http.request(method, path.format(kernel=kernel_id))
            assert answer.status_code in allowed, (method, path)


@pytest.mark.parametrize("root", ["/voila/static/", "/voila/themes/", "/classroom/static/", "/voila/labextensions/"])
def test_files_are_only_what_they_are_meant_to_be(alice: Visitor, root: str) -> None:
    outside = ["", "..", "%2e%2e/__init__.py", "..%2f..%2f..%2f..%2f..%2fetc/hostname", "/etc/hostname"]
    for path in (f"{root}{each}" for each in outside):
        with httpx.Client(base_url=alice.url, cookies=alice.cookies, trust_env=False) as client:
            request = client.build_request("GET", alice.url)
            request.url = request.url.copy_with(raw_path=path.encode())
            assert client.send(request).status_code in {403, 404}, path


def test_a_kernel_can_only_be_asked_and_closed(alice: Visitor) -> None:
    opened = alice.open("facts")
    for method in ("DELETE", "POST", "PUT", "PATCH"):
        answer = alice.http.request(method, f"/api/kernels/{opened.kernel_id}", headers=alice.xsrf())
        assert answer.status_code == 405
    assert opened.is_there()


def test_a_page_brings_the_headers_that_keep_it_to_itself(alice: Visitor) -> None:
    headers = alice.open("facts").page.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' blob:"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "SameSite=Strict" in headers["Set-Cookie"]


def test_the_root_leads_to_the_portal(classroom: House) -> None:
    answer = Visitor(classroom, None).http.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, classroom.settings.portal_url)
