"""JupyterLab: the owner's, nobody else's, with the owner's key and nothing of the server's environment."""

import json
import signal
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from support.jupyterlab import run_all
from support.lesson_apps import CANARY, LESSONS, House, Window
from support.room import alive, descendants
from support.waiting import wait_until

OURS = {"HOME", "CLASSROOM_URL", "CLASSROOM_KEY_FILE", "JPY_SESSION_NAME"}


@pytest.fixture(scope="module")
def lab(shared_house: House) -> Iterator[House]:
    with shared_house.serve("lab"):
        yield shared_house


def client(house: House, cookies: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=house.settings.lab_url, cookies=cookies, timeout=60, trust_env=False)


def test_only_the_owner_is_let_in(lab: House) -> None:
    alice, owner = lab.visitor("alice"), lab.visitor("owner")
    paths = [
        "/lab",
        "/classroom/lessons",
        "/lab/tree/basics/facts.ipynb",
        "/api/contents",
        "/api/kernels",
        "/api/sessions",
        "/api/me",
    ]
    with client(lab, alice.cookies) as http:
        for path in paths:
            answer = http.get(path)
            assert answer.status_code == 403, path
            assert "facts" not in answer.text
    with client(lab, {}) as http:
        for path in paths:
            assert http.get(path).status_code in {302, 403}, path
        assert http.get("/lab?token=x").headers["Location"].startswith(f"{lab.settings.portal_url}/sign-in?next=")
    with client(lab, owner.cookies) as http:
        assert [http.get(path).status_code for path in paths] == [200] * len(paths)


def test_no_token_opens_it_and_none_is_made(lab: House) -> None:
    with client(lab, lab.visitor("owner").cookies) as http:
        assert '"token": ""' in http.get("/lab").text
    with client(lab, {}) as http:
        assert http.get("/api/contents", params={"token": ""}).status_code == 403
        assert http.get("/api/contents", headers={"Authorization": "token x"}).status_code == 403


def test_it_serves_the_owners_notebooks_and_has_no_terminal(lab: House) -> None:
    with client(lab, lab.visitor("owner").cookies) as http:
        listed = http.get("/api/contents/basics").json()["content"]
        assert {"facts.ipynb", "widgets.ipynb"} <= {each["name"] for each in listed}
        assert http.get("/api/terminals").status_code == 404
        assert http.get("/lab/api/news").json()["news"] == []
        assert http.get("/lab/api/update").json()["notification"] is None


@pytest.mark.browser
def test_the_owner_runs_a_lesson_and_its_kernel_has_the_owners_key(lab: House, window: Callable[..., Window]) -> None:
    view = window(lab, "owner")
    page = view.context.new_page()
    page.goto(f"{lab.settings.lab_url}/lab/tree/basics/facts.ipynb")
    expect(page.locator(".jp-Notebook").get_by_role("paragraph").get_by_text("A text of its own.")).to_be_visible()
    run_all(page)
    printed = page.locator(".jp-OutputArea-output pre")
    expect(printed).to_contain_text('"env"')
    facts = json.loads(printed.inner_text())
    env = facts["env"]
    assert env["CLASSROOM_URL"] == lab.settings.portal_url
    assert env["CLASSROOM_KEY_FILE"] == str(lab.settings.owner_key_path)
    assert lab.settings.owner_key_path.read_text() == "the-owners-token\n"
    assert lab.settings.owner_key_path.stat().st_mode & 0o777 == 0o600
    assert {name for name in env if "CLASSROOM" in name} == {"CLASSROOM_URL", "CLASSROOM_KEY_FILE"}
    assert CANARY not in str(facts)
    assert set(env) >= OURS
    assert facts["cwd"] == str(lab.settings.notebooks_dir / "basics")
    assert view.hosts() == {f"127.0.0.1:{lab.settings.lab_port}"}
    assert view.complaints == []


@pytest.mark.browser
def test_the_launcher_has_a_card_for_each_lesson_and_a_cell_of_solidity_its_colours(
    lab: House, window: Callable[..., Window]
) -> None:
    view = window(lab, "owner")
    page = view.context.new_page()
    page.goto(f"{lab.settings.lab_url}/lab?reset")
    cards = page.locator(".jp-Launcher-section").first
    expect(cards.get_by_role("heading")).to_have_text("Basics")
    expect(cards.locator(".jp-LauncherCard")).to_have_text([name.title() for name in LESSONS])
    cards.locator(".jp-LauncherCard", has_text="Solidity").click()
    word = page.locator(".jp-CodeCell .cm-line span", has_text="contract")
    expect(word).to_have_css("font-weight", "700")
    page.locator(".jp-CodeCell .cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("# ")
    expect(word).to_have_count(0)
    page.keyboard.press("Control+Z")
    expect(word).to_have_css("font-weight", "700")
    assert view.hosts() == {f"127.0.0.1:{lab.settings.lab_port}"}
    assert view.complaints == []


def test_it_leaves_no_kernel_when_it_is_told_to_stop(house: House) -> None:
    with house.serve("lab") as server, client(house, house.visitor("owner").cookies) as http:
        assert http.get("/lab").status_code == 200
        started = http.post(
            "/api/sessions",
            headers={"X-XSRFToken": http.cookies["_xsrf"]},
            json={"path": "basics/facts.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}},
        )
        assert started.status_code == 201, started.text
        kernels = wait_until(lambda: descendants(server.pid), what="a kernel")
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0
        wait_until(lambda: not alive(kernels), what="the kernel's end")
