"""The debugger, on a real classroom: from a check that failed to the line, by keyboard alone, and a long trace."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from classroom.errors import Invalid, NotFound
from classroom.notebook.client import Client
from classroom.notebook.debugging import debug, gas
from classroom.notebook.exercises import ExercisePanel
from classroom.notebook.labs import Lab
from support.widgets import assert_no_barriers, page_of

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
WRONG = (
    HEAD
    + """contract Keeper {
    uint256 public number;
    function set(uint256 n) external {
        number = n;
        number = n + 1;
    }
}
"""
)
LOOP = (
    HEAD
    + """contract Vault {
    error TooMuch(uint256 asked, uint256 most);
    uint256 public total;
    mapping(address => uint256) public paid;
    function add(uint256 n) external payable returns (uint256 sum) {
        for (uint256 i = 0; i < n; i++) {
            sum += i * 3;
        }
        total = sum;
        paid[msg.sender] = msg.value;
    }
}
contract Teller {
    Vault public vault = new Vault();
    uint256 public asked;
    function ask(uint256 n) external payable {
        asked = n;
        vault.add{value: msg.value}(n);
        if (n == 13) revert Vault.TooMuch(n, 12);
    }
}
"""
)


@pytest.fixture(scope="module")
def classroom(shared, consuming, tmp_path_factory):
    """Have the attempts of a server graded by a consumer."""
    with consuming(shared, tmp_path_factory.mktemp("log") / "consumer.log"):
        yield shared


@pytest.fixture
def client_of(classroom):
    """Give people's clients."""
    with ExitStack() as opened:

        def make(caller):
            token = classroom.headers[caller]["Authorization"].removeprefix("Bearer ")
            return opened.enter_context(closing(Client(classroom.settings.portal_url, lambda: token)))

        yield make


@pytest.fixture
def client(client_of):
    return client_of("lea kernel")


def attempt(client, source=WRONG):
    """Hand in, and give the attempt with its verdict."""
    return client.wait(client.submit("keeper", source).id)


def test_a_failed_check_is_traced_from_where_it_ended(client):
    made = attempt(client)
    answer = client.trace_check(made.id, "keeps_the_number", memory=True, outline=True)
    trace = answer.trace
    assert [(each.text, each.ok, each.transaction) for each in trace.actions] == [
        ("Owner deployed your contract", True, True),
        ("Alice called `set(7)`", True, True),
        ("Alice called `number()`", True, False),
    ]
    assert trace.index == 1
    assert [(each.variable, each.old, each.new) for each in trace.summary.writes] == [
        ("number", "0", "7"),
        ("number", "7", "8"),
    ]
    assert trace.outline.steps == trace.page.total == trace.summary.steps
    deployed = client.trace_check(made.id, "keeps_the_number", index=0)
    assert deployed.trace.summary.calls[0].function == "constructor"


def test_nobody_steps_through_what_is_anothers_or_is_not_there(client_of, client):
    made = attempt(client)
    with pytest.raises(NotFound):
        client_of("leo kernel").trace_check(made.id, "keeps_the_number")
    assert client_of("ines token").trace_check(made.id, "keeps_the_number").stopped is None, "who looks after them may"
    assert client.trace_check(made.id, "no_such_check").stopped == "The exercise has no such check any more."
    assert client.trace_check(made.id, "keeps_the_number", index=9).stopped is not None
    broken = attempt(client, HEAD + "contract Keeper {")
    assert client.trace_check(broken.id, "keeps_the_number").stopped.startswith("Line 3: ")


def test_from_a_failed_check_to_the_line_by_keyboard_alone(client, chromium):
    async def visit():
        panel = ExercisePanel("keeper", client=lambda: client)
        async with page_of(panel, chromium, reduced_motion="reduce") as page:
            editor = page.get_by_role("textbox", name="Solidity source for")
            await editor.click()
            await page.keyboard.press("ControlOrMeta+a")
            await page.keyboard.insert_text(WRONG)
            await page.keyboard.press("Control+Enter")
            open_it = page.get_by_role("button", name="Step through the check “It keeps the number”")
            await open_it.press("Enter", timeout=60_000)
            await expect(page.get_by_role("heading", name="Step through “It keeps the number”")).to_be_focused()
            where = page.locator(".hk-dbg-where")
            await expect(where).to_contain_text("Keeper.set, line 5")
            await expect(page.get_by_label("What the check did")).to_have_value("1")
            number = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="number"))
            await expect(number).to_contain_text("00")
            await assert_no_barriers(page)
            await _shoot(page, "panel")
            forward = page.get_by_role("button", name="Next line")
            await forward.focus()
            while "line 6" not in (await where.inner_text()):
                await page.keyboard.press("n")
            await expect(page.locator(".hk-dbg .hk-lit")).to_have_text("        number = n;")
            while "SSTORE" not in (await where.inner_text()):
                await page.keyboard.press("ArrowRight")
            await page.keyboard.press("ArrowRight")
            await expect(number).to_contain_text("7")
            await expect(page.locator(".hk-stack")).to_contain_text("0x7")
            await expect(page.locator(".hk-memory")).to_contain_text("0x0000")
            await page.keyboard.press("ArrowLeft")
            await expect(number).not_to_contain_text("7")
            await page.get_by_label("What the check did").select_option("0")
            await expect(page.locator(".hk-call").first).to_contain_text("Keeper.constructor")
            await page.get_by_role("button", name="Close").press("Enter")
            await expect(open_it).to_be_focused()
            await expect(page.locator(".hk-dbg")).to_have_count(0)
            await page.get_by_role("button", name="Try this: It keeps the number").press("Enter")
            tried = page.get_by_role("button", name="Open in the debugger (step 2)")
            await tried.press("Enter")
            await expect(page.get_by_role("heading", name="Alice calls set(7)")).to_be_focused()
            await expect(where).to_contain_text("Keeper.set, line 5")
            await assert_no_barriers(page)
            await _shoot(page, "tried")
            await page.get_by_role("button", name="Close").press("Enter")
            await expect(tried).to_be_focused()

    asyncio.run(visit())


@asynccontextmanager
async def debugging(client, chromium, n, **options) -> AsyncIterator[Page]:
    box = Lab(LOOP, client)
    teller = box.deploy("Teller")
    teller.ask(n, value=5)
    async with page_of(debug(box), chromium, **options) as page:
        await expect(page.locator(".hk-dbg-where")).to_contain_text("Step", timeout=60_000)
        yield page


def test_it_opens_where_a_call_failed_and_shows_calls_gas_and_what_was_taken_back(client, chromium):
    async def visit():
        async with debugging(client, chromium, 13, color_scheme="dark") as page:
            where = page.locator(".hk-dbg-where")
            await expect(where).to_contain_text("REVERT")
            await expect(page.locator(".hk-dbg-ended")).to_contain_text("TooMuch(asked=13, most=12)")
            await expect(page.locator(".hk-call")).to_have_count(2)
            await page.locator(".hk-call").nth(1).press("Enter")
            await expect(where).to_contain_text("Step")
            await page.keyboard.press("u")
            await expect(page.locator(".hk-call").nth(0)).to_have_attribute("aria-current", "step")
            await page.get_by_text("Gas", exact=True).click()
            await expect(page.locator(".hk-flame-bar")).to_have_count(2)
            await expect(page.get_by_role("table", name="Gas by line")).to_contain_text("sum += i * 3;")
            await assert_no_barriers(page)
            await _shoot(page, "revert")

    asyncio.run(visit())


def test_a_long_trace_has_few_rows_in_the_document(client, chromium):
    async def visit():
        async with debugging(client, chromium, 1200) as page:
            count = int(await page.locator(".hk-dbg-slider").get_attribute("max")) + 1
            assert count > 100_000
            await page.locator(".hk-steps").focus()
            await page.keyboard.press("End")
            await expect(page.locator(".hk-dbg-where")).to_contain_text(f"Step {count:,} of {count:,}")
            await expect(page.locator(f".hk-step[aria-posinset='{count}']")).to_be_in_viewport()
            assert await page.locator(".hk-step").count() < 60

    asyncio.run(visit())


def test_gas_shows_by_itself_and_a_lab_without_steps_says_so(client, chromium):
    box = Lab(LOOP, client)
    with pytest.raises(Invalid, match="Nothing was done"):
        debug(box)
    box.deploy("Vault").add(3)

    async def visit():
        async with page_of(gas(box), chromium, viewport={"width": 400, "height": 900}) as page:
            await expect(page.get_by_role("table", name="Gas by function")).to_contain_text("Vault.add")
            await assert_no_barriers(page)
            await _shoot(page, "gas")

    asyncio.run(visit())


async def _shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("DEBUGGER_SHOTS"):
        for width in (1280, 400):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        await page.set_viewport_size({"width": 1280, "height": 900})
