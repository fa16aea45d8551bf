"""Two learners and an instructor, each at a browser of their own, from the link to the table."""

import re
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
from support.jupyterlab import run_all
from support.room import Classroom

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000
AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
Visit = Callable[[str], Any]
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


def test_the_lesson_is_where_it_was_left_after_a_reload(
    links: dict[str, str], visit: Visit, running: tuple[Classroom, str]
) -> None:
    room, _ = running
    link = room.command("user", "add", "carol").stdout.split()[-1]
    carol = visit(link)
    carol.page.get_by_role("link", name="Open Hello, storage as an app").click()
    write(carol.page, "// half an idea of Carol's\n")
    expect(carol.page.locator(".hk-saved")).to_contain_text("Saved", timeout=PATIENCE_MS)
    connections: list[str] = []
    carol.page.on("websocket", lambda socket: connections.append(socket.url))
    carol.page.reload()
    expect(carol.page.get_by_role("textbox", name="Solidity")).to_contain_text("half an idea", timeout=PATIENCE_MS)
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
