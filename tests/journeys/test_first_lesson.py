"""Two learners and an instructor, each at a browser of their own, from the link to the table."""

import os
import re
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from classroom import accounts, courses
from classroom.client import Client
from classroom.db import Database
from classroom.models import Course, CredentialKind, Role
from classroom.settings import REPOSITORY, Settings
from support.contracts import SOLUTION, WRONG
from support.jupyterlab import connected, run_all
from support.keyboard import tab_to
from support.room import Classroom

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
TOLD_MS = 8_000
AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
Visit = Callable[[str], Any]
HELLO = (REPOSITORY / "lessons/foundations/hello-storage/hello-storage/solution.sol").read_text(encoding="utf-8")
WITHOUT_THE_OWNER = SOLUTION.replace("if (msg.sender != owner) revert NotOwner(msg.sender);", "")


def write(page: Page, source: str) -> None:
    """Type over what the editor holds."""
    editor = page.get_by_role("textbox", name="Solidity")
    expect(editor).to_be_visible(timeout=PATIENCE_MS)
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)


def check(page: Page) -> None:
    """Press Ctrl+Enter in the editor."""
    page.keyboard.press("Control+Enter")


def verdict(page: Page, headline: str) -> None:
    """Wait for the verdict."""
    expect(page.locator(".hk-outcome-title")).to_have_text(headline, timeout=PATIENCE_MS)


def secret(room: Classroom, name: str, kind: CredentialKind, role: Role | None = None) -> str:
    """Make somebody a secret to come in with, and with a role an account before that."""
    path = Settings(data_dir=room.data_dir, database_url="").database
    with closing(Database(path)) as database, database.unit_of_work() as work:
        user = accounts.find_user(work.session, name)
        if user is None and role is not None:
            user = accounts.create_user(work.session, name, display_name=name)
            course = work.session.exec(select(Course).where(Course.slug == courses.DEFAULT_COURSE)).one()
            courses.enrol(work.session, course, user, role)
        assert user is not None
        return accounts.issue(work.session, kind, user.id, lifetime=timedelta(hours=1))


def no_barrier(page: Page) -> None:
    """Have axe look at the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


@pytest.fixture(scope="module")
def links(running: tuple[Classroom, str]) -> dict[str, str]:
    """Give everyone a link: the owner from the launcher, the others from the command line."""
    room, owner = running
    added = {name: room.command("user", "add", name).stdout.split()[-1] for name in ("alice", "bob")}
    added["grace"] = room.command("user", "add", "grace", "--role", "instructor").stdout.split()[-1]
    return {"owner": owner, **added}


def test_a_learner_fails_mends_and_passes_another_sees_nothing_of_it_and_the_instructor_sees_both(
    running: tuple[Classroom, str], links: dict[str, str], visit: Visit
) -> None:
    room, _ = running
    alice, bob, grace = visit(links["alice"]), visit(links["bob"]), visit(links["grace"])

    # Alice opens the lesson from the portal, makes a mistake and reads what is wrong
    expect(alice.page.get_by_role("heading", name="Welcome, alice")).to_be_visible()
    alice.page.get_by_role("link", name="Open A tip jar as an app").click()
    write(alice.page, WRONG)
    check(alice.page)
    verdict(alice.page, "Not yet")
    failed = alice.page.locator(".hk-check.hk-failed")
    expect(failed.filter(has_text="It should have reverted")).not_to_have_count(0)

    # she mends it and passes
    write(alice.page, SOLUTION)
    check(alice.page)
    verdict(alice.page, "Passed")

    # Bob's lesson holds the starter, and neither Alice's work nor her kernel opens to him
    bob.page.get_by_role("link", name="Open A tip jar as an app").click()
    expect(bob.page.get_by_role("textbox", name="Solidity")).to_contain_text("Task 1", timeout=PATIENCE_MS)
    expect(bob.page.locator(".hk-outcome-title")).to_have_count(0)
    attempts = room.rows("SELECT id FROM submissions")
    assert len(attempts) == 2
    for (attempt,) in attempts:
        assert bob.context.request.get(f"{room.portal}/api/v1/submissions/{attempt}").status == 404
        assert grace.context.request.get(f"{room.portal}/api/v1/submissions/{attempt}").status == 200
    apps = f"http://127.0.0.1:{room.ports[1]}"
    (kernel, *_) = alice.kernels
    assert alice.context.request.get(f"{apps}/api/kernels/{kernel}").status == 200
    assert bob.context.request.get(f"{apps}/api/kernels/{kernel}").status in {403, 404}
    assert grace.context.request.get(f"{apps}/api/kernels/{kernel}").status in {403, 404}

    # Bob forgets a semicolon, and is shown where
    write(bob.page, SOLUTION.replace("total += msg.value;", "total += msg.value"))
    check(bob.page)
    verdict(bob.page, "It does not compile yet")

    # the instructor sees both, and what each of them handed in
    grace.page.goto(f"{room.portal}/cohort")
    row = grace.page.get_by_role("row").filter(has_text="alice")
    expect(row.get_by_role("link", name="Passed, 2 attempts")).to_be_visible()
    of_bob = grace.page.get_by_role("row").filter(has_text="bob")
    expect(of_bob.get_by_role("link", name="In progress, 1 attempt")).to_be_visible()
    row.get_by_role("link", name="Passed, 2 attempts").click()
    expect(grace.page.get_by_role("article")).to_have_count(2)
    expect(grace.page.get_by_role("article").first).to_contain_text("Passed")

    # a learner has no such page
    assert bob.context.request.get(f"{room.portal}/cohort").status == 403


def test_an_open_cohort_follows_a_verdict_and_the_keyboard_goes_from_its_cell_to_the_attempts(
    running: tuple[Classroom, str], visit: Visit
) -> None:
    room, _ = running
    erin, _ = (secret(room, name, CredentialKind.TOKEN, Role.LEARNER) for name in ("erin", "frank"))
    link = secret(room, "iris", CredentialKind.ONE_TIME_LINK, Role.INSTRUCTOR)
    page = visit(f"{room.portal}/welcome?link={link}").page
    page.goto(f"{room.portal}/cohort")
    expect(page.get_by_role("status")).to_have_text("Live")
    no_barrier(page)
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", re.compile(r"\d+"))
    page.get_by_label("Sort by", exact=True).select_option(label="Fewest passed")
    page.get_by_label("Find by name").fill("ri")  # erin and iris are, and iris does not learn here
    expect(page.locator("#shown")).to_have_text(re.compile("^1 of "))
    page.get_by_label("Find by name").fill("")

    # the focus stands on a cell of erin's while her first verdict comes
    titles = page.locator(".columns .to").all_inner_texts()
    of_erin = grid.get_by_role("row").filter(has=page.get_by_role("rowheader", name="erin"))
    of_erin.get_by_role("rowheader").get_by_role("link").focus()
    for _ in range(titles.index("One number on the chain") + 3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#readout")).to_have_text("erin · One number on the chain: Not started")
    with Client(room.portal, erin) as client:
        client.wait(client.submit("hello-storage", "contract SimpleStorage {}").id)
    cell = of_erin.get_by_role("link", name="In progress, 1 attempt")
    expect(cell).to_be_focused(timeout=PATIENCE_MS)
    expect(page.get_by_label("Sort by", exact=True)).to_have_value("-passed")

    # one exercise on and back, then in
    for key in ("ArrowRight", "ArrowLeft", "Home", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(of_erin.get_by_role("rowheader").get_by_role("link")).to_be_focused()
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("erin: One number on the chain")

    # who fails three times in the same way is stuck, and named with the check, on the page that is open
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("Live")
    with Client(room.portal, erin) as client:
        for _ in range(2):
            client.wait(client.submit("hello-storage", "contract SimpleStorage {}").id)
    group = page.locator(".stuck-group").filter(has_text="One number on the chain")
    expect(group).to_contain_text("the same failure 3 times in a row", timeout=PATIENCE_MS)
    expect(group.get_by_role("link", name="erin")).to_be_visible()
    no_barrier(page)

    # without a script it is a table, sorted and chosen by the server
    plain = visit(
        f"{room.portal}/welcome?link={secret(room, 'iris', CredentialKind.ONE_TIME_LINK)}", java_script_enabled=False
    )
    plain.page.goto(f"{room.portal}/cohort")
    plain.page.get_by_label("Only who is stuck now").check()
    plain.page.get_by_role("button", name="Show").click()
    expect(plain.page.locator("tbody").get_by_role("rowheader")).to_have_text(["erin"])
    expect(plain.page.get_by_role("link", name="Stuck, 3 attempts")).to_be_visible()


def test_a_failed_check_opens_as_steps_that_are_changed_run_again_and_are_there_after_a_reload(
    links: dict[str, str], visit: Visit, running: tuple[Classroom, str]
) -> None:
    room, _ = running
    dora = visit(room.command("user", "add", "dora").stdout.split()[-1]).page
    dora.get_by_role("link", name="Open A tip jar as an app").click()
    write(dora, WITHOUT_THE_OWNER)
    check(dora)
    verdict(dora, "Not yet")

    # what the check did stands there as steps, and ran
    dora.get_by_role("button", name="Try this: Nobody else can withdraw").press("Enter")
    steps = dora.locator(".hk-try-step")
    expect(steps).to_have_count(2)
    expect(steps.last).to_contain_text("Dave calls withdraw()")
    expect(steps.last).to_contain_text("Done", timeout=PATIENCE_MS)
    expect(dora.get_by_role("heading", name="Steps so far")).to_be_focused()

    # a step of her own, moved up by keyboard: now there is something to steal
    form = dora.locator(".hk-try-form")
    form.get_by_label("What").select_option(label="tip(string) payable")
    form.get_by_label("As").select_option("bob")
    form.get_by_label("argument 1").fill("for the band")
    form.get_by_label("Ether to send along").fill("a lot")
    form.get_by_label("argument 1").press("Enter")
    expect(form.get_by_role("alert").filter(has_text="“a lot” is not a number.")).to_be_visible()
    form.get_by_label("Ether to send along").fill("1.5")
    form.get_by_label("argument 1").press("Enter")
    expect(steps.last).to_contain_text('Bob calls tip("for the band"), sending 1.5 ether')
    expect(steps.last).to_contain_text("total: 0", timeout=PATIENCE_MS)
    dora.get_by_role("button", name="Move up (step 3)").press("Enter")
    expect(steps.nth(1)).to_contain_text("Bob calls tip")
    expect(dora.locator(".hk-try-state")).to_contain_text("holds 0 wei", timeout=PATIENCE_MS)

    # she mends the contract, and the same steps end as they should
    write(dora, SOLUTION)
    dora.get_by_role("button", name="Run again").click()
    expect(steps.last).to_contain_text("reverted with NotOwner(caller=Dave)", timeout=PATIENCE_MS)
    expect(dora.locator(".hk-try-state")).to_contain_text("holds 1.5 ether")
    check(dora)
    verdict(dora, "Passed")
    expect(dora.get_by_role("button", name="Try this")).to_have_count(0)

    dora.reload()
    expect(dora.get_by_role("textbox", name="Solidity")).to_be_visible(timeout=PATIENCE_MS)
    dora.get_by_text("Try it", exact=True).click()
    expect(steps.last).to_contain_text("reverted with NotOwner(caller=Dave)", timeout=PATIENCE_MS)
    expect(steps).to_have_count(3)


def test_a_draft_and_its_verdict_outlive_page_device_kernel_and_server(
    links: dict[str, str], visit: Visit, running: tuple[Classroom, str]
) -> None:
    room, _ = running
    apps = f"http://127.0.0.1:{room.ports[1]}"
    page = visit(room.command("user", "add", "carol").stdout.split()[-1]).page
    page.get_by_role("link", name="Open A tip jar as an app").click()
    write(page, WRONG)
    check(page)
    verdict(page, "Not yet")
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text("// one\n")
    saved = page.locator(".hk-saved")
    expect(saved).to_contain_text("Saved", timeout=PATIENCE_MS)

    def stands(page: Page, text: str) -> None:
        expect(page.get_by_role("textbox", name="Solidity")).to_contain_text(text, timeout=PATIENCE_MS)
        verdict(page, "Not yet")

    # another device
    other = visit(room.command("user", "link", "carol").stdout.split()[-1]).page
    other.get_by_role("link", name="Open A tip jar as an app").click()
    stands(other, "// one")
    other.close()

    # its kernel ends while she types: the page gets another one, and nothing on it is lost
    page.evaluate("document.querySelector('.hk-exercise').dataset.same = 'yes'")
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    mark = next(cookie["value"] for cookie in page.context.cookies(apps) if cookie["name"] == "_xsrf")
    ended = page.context.request.post(f"{apps}/voila/api/shutdown/{kernel}", headers={"X-XSRFToken": mark})
    assert ended.status == 204
    page.keyboard.insert_text("// two\n")
    expect(page.get_by_text("Connected again.")).to_be_visible(timeout=PATIENCE_MS)
    expect(saved).to_contain_text("Saved", timeout=PATIENCE_MS)

    # the server dies: that is said, she goes on typing, and it mends itself
    for pid in room.parts("classroom.apps", "voila"):
        os.kill(pid, signal.SIGKILL)
    away = page.get_by_role("alert").filter(has_text="The connection to the classroom is lost")
    expect(away).to_be_visible(timeout=TOLD_MS)
    page.keyboard.insert_text("// three\n")
    expect(saved).to_contain_text("Kept in this browser")
    check(page)
    expect(page.get_by_text("Connected again.")).to_be_visible(timeout=PATIENCE_MS)
    expect(saved).to_contain_text("Saved", timeout=PATIENCE_MS)
    expect(away).to_have_count(0)
    expect(page.locator(".hk-check-button")).to_have_attribute("aria-disabled", "false", timeout=PATIENCE_MS)
    stands(page, "// three")
    assert room.rows("SELECT count(*) FROM submissions s JOIN users u ON u.id = s.user_id WHERE u.name = 'carol'") == [
        (2,)
    ], "the check that was asked for while the server was away was made, once"
    assert page.locator(".hk-exercise").get_attribute("data-same") == "yes", "the page was never loaded again"

    connections: list[str] = []
    page.on("websocket", lambda socket: connections.append(socket.url))
    page.reload()
    stands(page, "// three")
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    connections = [url for url in connections if kernel in url]
    assert len(connections) == 1, "the first connection must show it: another would be made only once that was lost"


def test_the_owner_opens_the_same_lesson_in_jupyterlab(
    running: tuple[Classroom, str], links: dict[str, str], visit: Visit
) -> None:
    owner = visit(links["owner"])
    owner.page.get_by_role("link", name="Open A tip jar as a notebook").click()
    expect(owner.page.locator(".jp-Notebook")).to_be_visible(timeout=PATIENCE_MS)
    run_all(owner.page)
    write(owner.page, SOLUTION)
    check(owner.page)
    verdict(owner.page, "Passed")


def test_the_keyboard_alone_leads_from_the_sign_in_to_a_passed_exercise(
    running: tuple[Classroom, str], visit: Visit
) -> None:
    room, _ = running
    room.command("user", "add", "kim", "--password-stdin", given="nine quiet lamps\n")
    kim = visit(f"{room.portal}/sign-in").page
    keys = kim.keyboard
    expect(kim.get_by_label("Name or e-mail")).to_be_focused()
    keys.type("kim")
    tab_to(kim, kim.get_by_label("Password"))
    keys.type("nine quiet lamps")
    keys.press("Enter")

    # over the bar to the map, on it to a lesson, and from that into its app
    expect(kim.get_by_role("heading", name="Welcome, kim")).to_be_visible()
    tab_to(kim, kim.get_by_role("link", name="Skip to the content"))
    keys.press("Enter")
    tab_to(kim, kim.locator(".map a[href='/lessons/hello-storage']"))
    keys.press("Enter")
    expect(kim.get_by_role("heading", name="Hello, storage", level=1)).to_be_visible()
    tab_to(kim, kim.get_by_role("link", name="Open Hello, storage as an app"))
    keys.press("Enter")

    # into the editor, and out of it by the keys that stand under it
    editor = kim.get_by_role("textbox", name="Solidity")
    expect(editor).to_be_visible(timeout=PATIENCE_MS)
    tab_to(kim, editor)
    expect(editor).to_have_accessible_description(re.compile("To leave the editor, press Escape and then Tab."))
    keys.press("Control+A")
    keys.insert_text(HELLO)
    keys.press("Escape")
    check = kim.get_by_role("button", name="Check", exact=True)
    assert tab_to(kim, check) < 5
    keys.press("Enter")

    # the verdict is said, and shown where the eye is
    expect(kim.get_by_role("status").filter(has_text="Passed.")).to_be_attached(timeout=PATIENCE_MS)
    verdict(kim, "Passed")
    expect(kim.locator(".hk-outcome-title")).to_be_in_viewport()
    no_barrier(kim)


SOLVING = """import classroom
chain = classroom.chain("challenge", fresh=True)
w3 = chain.w3
alice, bob = chain.accounts["alice"], chain.accounts["bob"]
w3.eth.send_transaction({"from": alice, "to": bob, "value": w3.to_wei(1, "ether")})
classroom.submit("first-transaction", chain)"""


def test_a_challenge_is_solved_from_a_notebook_with_web3(running: tuple[Classroom, str], visit: Visit) -> None:
    room, _ = running
    page = visit(room.command("user", "link", "owner").stdout.split()[-1]).page
    page.get_by_role("link", name="Open Your first transaction as a notebook").click()
    notebook = page.locator(".jp-NotebookPanel:visible", has_text="Your first transaction")
    expect(notebook).to_be_visible(timeout=PATIENCE_MS)
    connected(page)
    notebook.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(SOLVING)
    page.keyboard.press("Control+Enter")
    told = notebook.locator(".jp-CodeCell").first
    expect(told).to_contain_text("Passed", timeout=PATIENCE_MS)
    expect(told).to_contain_text("5 of 5 points")
