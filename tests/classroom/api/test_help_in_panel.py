"""Hints, the solution and earlier attempts in the exercise panel: Chromium, a real kernel half, a real classroom."""

import asyncio
import shutil

import pytest
from playwright.async_api import Page, expect

from classroom.client import Client
from classroom.notebook.exercises import ExercisePanel
from support.widgets import assert_no_barriers, page_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def course_dir(course_dir, tmp_path_factory):
    """Copy the small course, and give its exercise two hints, the second at a price."""
    folder = tmp_path_factory.mktemp("priced") / "course"
    shutil.copytree(course_dir, folder)
    manifest = folder / "first-steps" / "keeping" / "keeper" / "exercise.toml"
    text = manifest.read_text(encoding="utf-8").replace("canary-in-a-hint", "What does `set` keep?")
    more = '[[hints]]\ntext = "Assign it to a variable."\ncost = 0.5\n\n'
    manifest.write_text(text.replace("[mistakes]", f"{more}[mistakes]"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def classroom(shared, consuming, tmp_path_factory):
    with consuming(shared, tmp_path_factory.mktemp("log") / "consumer.log"):
        yield shared


@pytest.fixture
def visit(classroom, chromium):
    """Visit the panel as a learner: a coroutine function gets the page."""
    expect.set_options(timeout=40_000)

    def run(name, walk, **options):
        token = classroom.headers[f"{name} kernel"]["Authorization"].split()[1]

        async def whole():
            options.setdefault("viewport", {"width": 1280, "height": 900})
            with Client(classroom.settings.portal_url, lambda: token) as client:
                async with page_of(ExercisePanel("keeper", client=lambda: client), chromium, **options) as page:
                    await walk(page)

        asyncio.run(whole())

    return run


async def check(page: Page, source: str, outcome: str) -> None:
    await page.get_by_role("textbox", name="Solidity source").click()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.insert_text(source)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".hk-verdict > .hk-outcome .hk-outcome-title")).to_have_text(outcome)


async def press(page: Page, name: str) -> None:
    """Press a button by the keyboard."""
    await page.get_by_role("button", name=name).press("Enter")


def test_from_a_failed_check_over_hints_to_a_pass_and_back_to_an_earlier_attempt(classroom, visit):
    async def walk(page: Page) -> None:
        await check(page, classroom.FORGETS, "Not yet")
        await press(page, "Compare")
        await expect(page.get_by_role("heading", name="Your text against the starter")).to_be_focused()
        await expect(page.locator(".cm-changedLine")).to_contain_text("uint256 public number;")
        await assert_no_barriers(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Compare")).to_be_focused()

        await page.locator("summary", has_text="Hints and solution").press("Enter")
        await press(page, "Show hint 1")
        await expect(page.get_by_text("What does set keep?")).to_be_visible()
        await press(page, "Show hint 2")
        await expect(page.get_by_text("earn at most 2.5 of 3 points")).to_be_visible()
        await expect(page.get_by_role("button", name="Not now")).to_be_focused()  # a second Enter takes nothing
        await expect(page.get_by_text("Assign it")).to_have_count(0)
        await assert_no_barriers(page)
        await press(page, "Take the hint")
        await expect(page.get_by_text("Assign it")).to_be_visible()
        await expect(page.get_by_role("button", name="Read the solution", exact=True)).to_have_count(0)

        await check(page, classroom.SOLUTION, "Passed")
        await expect(page.get_by_text("Your first pass of this exercise, on attempt 2.")).to_be_visible()
        await expect(page.get_by_text("Hints took 0.5 points: this counts 2.5.")).to_be_visible()
        await press(page, "Read the solution")
        await press(page, "Compare with mine")
        await expect(page.locator(".hk-solution .cm-changedLine")).to_have_text("// canary-in-the-solution")

        await press(page, "History")
        await press(page, "Attempt 1")
        await expect(page.locator(".hk-attempt-verdict")).to_contain_text("After set(7), number() should answer 7.")
        await expect(page.locator(".hk-attempt .cm-deletedChunk")).to_contain_text("number = n;")
        await assert_no_barriers(page)
        await press(page, "Put this text")
        editor = page.get_by_role("textbox", name="Solidity source")
        await expect(editor).to_be_focused()
        await expect(editor).not_to_contain_text("number = n;")
        await press(page, "Undo")
        await expect(editor).to_contain_text("number = n;")
        await check(page, classroom.SOLUTION, "Passed")
        await expect(page.get_by_text("first pass")).to_have_count(0)

    visit("lea", walk)


def test_giving_up_says_what_it_costs_first_and_what_follows_is_practice(classroom, visit):
    async def walk(page: Page) -> None:
        await check(page, classroom.FORGETS, "Not yet")
        await page.locator("summary", has_text="Hints and solution").press("Enter")
        await press(page, "Give up and read")
        await expect(page.get_by_text("your 1 of 3 points so far stay")).to_be_visible()
        await assert_no_barriers(page)
        await press(page, "Keep trying")
        assert classroom.audited("given_up") == []
        await press(page, "Give up and read")
        await press(page, "Give up and show the solution")
        await expect(page.locator(".hk-solution")).to_contain_text("canary-in-the-solution")
        await check(page, classroom.SOLUTION, "Passed")
        await expect(page.get_by_text("Practice: this earns no points")).to_be_visible()
        await expect(page.get_by_text("first pass")).to_have_count(0)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 400
        await assert_no_barriers(page)

    visit("leo", walk, viewport={"width": 400, "height": 900}, color_scheme="dark", reduced_motion="reduce")


def test_who_is_stuck_asks_and_one_answer_reaches_them_and_who_fails_alike(classroom, visit):
    ines = classroom.client("ines token")
    asked = []

    async def asking(page: Page) -> None:
        await check(page, classroom.FORGETS, "Not yet")
        await press(page, "I'm stuck")
        words = page.get_by_label("What did you expect?")
        await expect(words).to_be_focused()
        await assert_no_barriers(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="I'm stuck")).to_be_focused()
        await press(page, "I'm stuck")
        await words.fill("I set it to 7!")
        await words.press("Control+Enter")
        await expect(page.get_by_text("It waits for an answer.")).to_be_visible()
        await expect(page.get_by_role("button", name="I'm stuck")).to_have_count(0)

        (kind,) = ines.get("/api/v1/courses/classroom/questions?which=waiting").json()["items"]
        asked.append(kind["questions"][0])
        answer = {"question_id": asked[0]["id"], "text": "Keep it:\n\n```\nnumber = n;\n```"}
        assert ines.post("/api/v1/courses/classroom/answers", json=answer).status_code == 201
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # she comes back to the tab
        await expect(page.get_by_role("region", name="Your question").locator("pre")).to_have_text("number = n;")
        await assert_no_barriers(page)
        await press(page, "Still stuck")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_text("It waits for an answer.")).to_be_visible()
        await press(page, "I need no answer any more")
        await expect(page.get_by_text("Closed: you needed no answer")).to_be_visible()

    async def failing_alike(page: Page) -> None:
        await check(page, classroom.FORGETS, "Not yet")
        told = page.get_by_role("region", name="Others who met this were told")
        await expect(told.locator("pre")).to_have_text("number = n;")
        await told.get_by_role("button", name="This helped").press("Enter")
        await expect(told.get_by_text("That was counted.")).to_be_visible()
        await expect(told.get_by_role("button", name="This helped")).to_have_attribute("aria-pressed", "true")
        await assert_no_barriers(page)

    visit("lea", asking, viewport={"width": 400, "height": 900})
    visit("leo", failing_alike, color_scheme="dark")
    assert (asked[0]["words"], asked[0]["title"]) == ("I set it to 7!", "It keeps the number")
    (kind,) = ines.get("/api/v1/courses/classroom/questions").json()["items"]
    assert (kind["waiting"], kind["answers"][0]["helped"]) == (0, 1)
