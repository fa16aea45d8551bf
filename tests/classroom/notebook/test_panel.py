"""The exercise panel in Chromium: the real front end on the real kernel half, without the Jupyter between them."""

import json
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, Page, expect

from classroom.notebook.client import Client
from support.exercise_page import EVIL, Classroom, bridge, check, editor, is_saved, write
from support.reading import MOVED, TOO_WIDE, WATCH
from support.widgets import assert_no_barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_a_wrong_attempt_to_a_pass_by_keyboard_alone(
    in_browser: Callable[..., None], classroom: Classroom, theme: str
) -> None:
    async def visit(page: Page) -> None:
        await expect(page.get_by_role("heading", name="A jar for tips")).to_be_visible()
        await expect(editor(page)).to_contain_text("contract Jar")
        await assert_no_barriers(page)
        await editor(page).focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type("// wrong")
        await check(page)
        await expect(page.get_by_role("heading", name="Not yet")).to_be_in_viewport()
        await expect(page.get_by_text("1 of 3 points")).to_be_visible()
        failed = page.get_by_role("listitem").filter(has_text="It pays")
        await expect(failed).to_contain_text("Failed")
        await expect(failed).to_contain_text("Expected 1, got 0.")
        await expect(page.locator(".hk-check").first).to_contain_text("Failed")
        await page.get_by_role("button", name="Check", exact=True).focus()
        await page.keyboard.press("Tab")
        await expect(failed).to_be_focused()
        await expect(failed.get_by_text("Look at")).to_be_hidden()
        await failed.get_by_text("Hint").press("Enter")
        await expect(failed.get_by_text("Look at")).to_be_visible()
        await expect(page.get_by_role("status").filter(has_text="Not yet. Checks passed: 1 of 2.")).to_be_attached()
        await assert_no_barriers(page)
        await editor(page).focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type(" pass")
        await expect(page.get_by_text("You have changed the text since this check.")).to_be_visible()
        await check(page)
        await expect(page.get_by_role("heading", name="Passed")).to_be_in_viewport()
        await expect(page.get_by_text("compiled in 12 ms · checked in 3 ms")).to_be_visible()
        await assert_no_barriers(page)

    in_browser(visit, color_scheme=theme)
    assert len(classroom.attempts) == 2
    assert len(set(classroom.keys)) == 2


def test_what_the_compiler_says_leads_to_its_line(in_browser: Callable[..., None]) -> None:
    async def visit(page: Page) -> None:
        await write(page, "contract Jar {\n    // ü😀\n    oops;\n}\n")
        listed = page.get_by_role("listitem").filter(has_text="Undeclared.")
        await expect(listed).to_contain_text("Error")
        await expect(listed).to_contain_text("Declare oops.")
        await expect(page.locator(".cm-lintRange-error")).to_have_text("oops")
        await assert_no_barriers(page)
        await listed.get_by_role("button", name="Line 3").press("Enter")
        await expect(editor(page)).to_be_focused()
        await page.keyboard.type("X")
        await expect(editor(page)).to_contain_text("Xoops")
        await check(page)
        await expect(page.get_by_role("heading", name="It does not compile yet")).to_be_visible()
        await expect(page.get_by_text("Not run")).to_have_count(0)
        await page.get_by_role("button", name="Go to line 3").press("Enter")
        await expect(editor(page)).to_be_focused()
        await write(page, "contract Jar {}")
        await expect(listed).to_have_count(0)

    in_browser(visit)


def test_where_it_went_another_way_leads_to_its_line(in_browser: Callable[..., None]) -> None:
    async def visit(page: Page) -> None:
        await write(page, "contract Jar {\n    wrong\n}\n")
        await check(page)
        told = page.get_by_text("Where it went another way: Bob called pay()")
        await expect(told).to_contain_text("Nothing in pay (line 2) sends it.")
        await told.get_by_role("button", name="line 2").press("Enter")
        await expect(editor(page)).to_be_focused()
        await page.keyboard.type("X")
        await expect(editor(page)).to_contain_text("    Xwrong")

    in_browser(visit)


def test_keys_do_what_an_editor_does_and_never_trap(in_browser: Callable[..., None]) -> None:
    async def visit(page: Page) -> None:
        await write(page, "contract Jar {")
        await page.keyboard.press("Enter")
        await page.keyboard.type("x(")
        await expect(editor(page)).to_contain_text("    x()")
        await page.keyboard.press("ControlOrMeta+z")
        await write(page, "a")
        await page.keyboard.press("Tab")
        await expect(editor(page)).to_contain_text("    a")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Tab")
        await expect(page.locator("summary").filter(has_text="Try it")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Check", exact=True)).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        await expect(editor(page)).to_be_focused()
        await page.keyboard.press("ControlOrMeta+f")
        await expect(page.get_by_role("textbox", name="Find")).to_be_focused()
        await assert_no_barriers(page)
        await page.keyboard.press("Escape")
        await expect(editor(page)).to_be_focused()

    in_browser(visit)


def suggestions(page: Page) -> Locator:
    return page.get_by_role("listbox")


JAR = "contract Jar {\n    uint256 total; // oops\n    function tip() external payable {\n        "


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_what_one_types_is_completed_and_explained_by_keyboard_alone(
    in_browser: Callable[..., None], theme: str, width: int
) -> None:
    async def visit(page: Page) -> None:
        await write(page, JAR)
        await page.keyboard.type("tot")
        chosen = suggestions(page).get_by_role("option", selected=True)
        await expect(chosen).to_contain_text("total")
        await expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
        await expect(chosen).to_be_visible()  # what the compiler says has not closed it
        await assert_no_barriers(page)
        await page.keyboard.press("Enter")
        await expect(page.locator(".cm-activeLine")).to_have_text("        total")
        await page.keyboard.type(" += msg.va")
        await expect(chosen).to_contain_text("uint256")
        await page.keyboard.press("Tab")
        await expect(page.locator(".cm-activeLine")).to_have_text("        total += msg.value")
        await page.keyboard.press("F1")
        await expect(page.locator(".hk-about")).to_contain_text("How much ether came with this call")
        await expect(page.locator(".cm-announced")).to_contain_text("How much ether came with this call")
        await assert_no_barriers(page)
        await page.keyboard.press("Escape")
        await expect(page.locator(".hk-about")).to_have_count(0)

        await page.locator(".cm-activeLine .hk-builtin").hover()
        await expect(page.locator(".hk-about")).to_contain_text("The call that is running")
        await page.keyboard.press("Escape")
        await expect(page.locator(".hk-about")).to_have_count(0)

        # a word that is whole, a comment and a new name are left alone
        await page.keyboard.type(";\ntotal")
        await expect(chosen).to_contain_text("total")
        await page.keyboard.press("Enter")
        await expect(page.locator(".cm-activeLine")).to_have_text(" " * 8)
        await page.keyboard.type("// tot")
        await page.keyboard.press("Enter")
        await page.keyboard.type("uint256 tot")
        await page.keyboard.press("Enter")
        await expect(suggestions(page)).to_have_count(0)
        await expect(editor(page)).to_contain_text("uint256 tot")

        # Escape closes the list, and Tab leaves
        await page.keyboard.type("to")
        await expect(chosen).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(suggestions(page)).to_have_count(0)
        await page.keyboard.press("Tab")
        await expect(editor(page)).not_to_be_focused()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    in_browser(visit, color_scheme=theme, viewport={"width": width, "height": 900})


def test_words_of_strangers_stay_words(in_browser: Callable[..., None], classroom: Classroom) -> None:
    classroom.title = EVIL
    classroom.draft = {
        "exercise_id": "jar",
        "source": f"// wrong oops {EVIL}",
        "revision": 1,
        "updated_at": "2026-11-23T12:00:00Z",
    }

    async def visit(page: Page) -> None:
        await expect(page.get_by_role("heading", name="<img src=x")).to_be_visible()
        await editor(page).focus()
        await check(page)
        await expect(page.get_by_text("Expected 1, got 0.")).to_contain_text("<img src=x onerror=hacked=1>")
        await page.locator(".cm-lint-marker-error").hover()
        await expect(page.locator(".cm-tooltip")).to_contain_text("<b>code</b>")
        assert await page.evaluate("[typeof hacked, document.querySelectorAll('#panel :is(img, b)').length]") == [
            "undefined",
            0,
        ]

    in_browser(visit)


def test_two_versions_of_a_draft_are_both_kept_until_one_is_chosen(
    in_browser: Callable[..., None], classroom: Classroom
) -> None:
    async def visit(page: Page) -> None:
        await write(page, "mine")
        await is_saved(page)
        classroom.save({"source": "theirs", "revision": 1})
        await page.keyboard.type(" too")
        await expect(page.get_by_text("This draft was changed somewhere else")).to_be_in_viewport()
        await expect(editor(page)).to_have_text("mine too")
        await assert_no_barriers(page)
        await page.get_by_role("button", name="Load the other version").click()
        await expect(editor(page)).to_have_text("theirs")
        await page.get_by_role("button", name="Undo").click()
        await expect(editor(page)).to_have_text("mine too")
        await is_saved(page)

    in_browser(visit)
    assert classroom.draft is not None
    assert (classroom.draft["source"], classroom.draft["revision"]) == ("mine too", 3)


def test_two_tabs_on_one_exercise_lose_nothing_of_each_other(
    in_browser: Callable[..., None], classroom: Classroom, connect: Callable[..., Client]
) -> None:
    def held() -> object:
        assert classroom.draft is not None
        return classroom.draft["source"]

    async def visit(first: Page) -> None:
        second = await first.context.new_page()
        await bridge(second, connect(classroom))
        await second.goto("http://lesson.test/")
        await expect(editor(second)).to_contain_text("contract Jar")
        await write(first, "from the first")
        await is_saved(first)
        await write(second, "from the second")
        notice = second.get_by_text("This draft was changed somewhere else")
        await expect(notice).to_be_visible()
        assert held() == "from the first"
        await first.keyboard.type(", and more")
        await is_saved(first)
        await second.reload()
        await expect(notice).to_be_visible()
        await expect(editor(second)).to_have_text("from the second")
        assert held() == "from the first, and more"
        await second.get_by_role("button", name="Keep this one").click()
        await is_saved(second)
        assert held() == "from the second"
        await editor(first).focus()
        await first.keyboard.type("!")
        await expect(first.get_by_text("This draft was changed somewhere else")).to_be_visible()
        await expect(editor(first)).to_have_text("from the first, and more!")
        assert held() == "from the second"

    in_browser(visit)


def test_what_was_typed_outlives_a_classroom_that_is_away(
    in_browser: Callable[..., None], classroom: Classroom
) -> None:
    async def visit(page: Page) -> None:
        await expect(editor(page)).to_be_visible()
        classroom.gone = True
        await write(page, "// pass, typed while it was away")
        await expect(page.get_by_text("Kept in this browser")).to_be_visible()
        await check(page)
        await expect(page.locator(".hk-notice-title")).to_have_text("The classroom does not answer")
        await assert_no_barriers(page)
        await page.reload()
        await expect(page.locator(".hk-notice-title")).to_have_text("The classroom does not answer")
        classroom.gone = False
        await page.get_by_role("button", name="Try again").click()
        await expect(editor(page)).to_have_text("// pass, typed while it was away")
        await expect(page.get_by_text("Restored what you typed here")).to_be_visible()
        await is_saved(page)
        await page.get_by_role("button", name="Check", exact=True).click()
        await expect(page.get_by_role("heading", name="Passed")).to_be_visible()

    in_browser(visit)
    assert classroom.draft is not None
    assert classroom.draft["source"] == "// pass, typed while it was away"


def test_a_check_that_got_no_answer_is_tried_again_as_the_same_attempt(
    in_browser: Callable[..., None], classroom: Classroom
) -> None:
    async def visit(page: Page) -> None:
        await write(page, "// pass")
        await is_saved(page)
        sent = await page.evaluate("""() => {
            const keys = [], toKernel = window.toKernel;
            window.toKernel = (message) => (message.type === "check" && keys.push(message.key), toKernel(message));
            return (window.sentKeys = keys);
        }""")
        assert sent == []
        classroom.gone = True
        await check(page)
        await expect(page.locator(".hk-notice-title")).to_have_text("The classroom does not answer")
        classroom.gone = False
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("heading", name="Passed")).to_be_visible()
        await editor(page).focus()
        await check(page)
        await expect(page.get_by_text("Attempt 2")).to_be_visible()
        first, again, another = await page.evaluate("window.sentKeys")
        assert first == again != another

    in_browser(visit)


def test_a_kernel_that_does_not_answer_is_told_apart_from_the_classroom(in_browser: Callable[..., None]) -> None:
    async def visit(page: Page) -> None:
        await expect(editor(page)).to_be_visible()
        await page.evaluate("window.toKernel = () => undefined")
        await page.clock.install()
        await editor(page).focus()
        await check(page)
        await expect(page.get_by_role("status").filter(has_text="Sending…")).to_be_visible()
        await page.clock.fast_forward(11_000)
        await expect(page.get_by_text("Your notebook does not answer", exact=True).last).to_be_visible()
        await expect(page.get_by_role("button", name="Try again")).to_be_visible()

    in_browser(visit)


def test_reset_brings_the_starter_back_and_can_be_undone(in_browser: Callable[..., None]) -> None:
    async def visit(page: Page) -> None:
        await write(page, "all mine")
        await page.get_by_role("button", name="Reset").click()
        await expect(editor(page)).to_contain_text("contract Jar")
        await page.get_by_role("button", name="Undo").click()
        await expect(editor(page)).to_have_text("all mine")

    in_browser(visit)


@pytest.mark.parametrize("width", [1280, 400, 320])
def test_nothing_is_wider_than_the_page_and_all_is_still_for_who_asks(
    in_browser: Callable[..., None], width: int
) -> None:
    async def visit(page: Page) -> None:
        await page.evaluate(WATCH)
        await write(page, "// wrong oops " + "x" * 300)
        await check(page)
        await expect(page.get_by_role("heading", name="Not yet")).to_be_visible()
        await page.get_by_role("button", name="Larger code").click()
        assert await page.evaluate(TOO_WIDE) == 0
        tools = await page.locator(".hk-toolbar .hk-tool").all()
        heights = [box["y"] for tool in tools if (box := await tool.bounding_box())]
        assert (len(heights), len(set(heights))) == (5, 1), "the buttons over the editor stand in one line"
        await editor(page).focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type(" pass")
        await check(page)
        await expect(page.get_by_role("heading", name="Passed")).to_be_visible()
        assert await page.evaluate(MOVED) == []

    in_browser(visit, viewport={"width": width, "height": 900}, reduced_motion="reduce")


GIVEN = {"Coin.sol": "contract Coin { }", "Purse.sol": f"contract Purse {{ }} // {EVIL}"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_files_that_are_given_are_read_beside_the_editor_and_stay_as_they_are(
    in_browser: Callable[..., None], classroom: Classroom, theme: str
) -> None:
    classroom.more = {"kind": "tests", "shown": GIVEN}

    async def visit(page: Page) -> None:
        coin = page.locator("summary", has_text="Coin.sol")
        await expect(coin).to_be_visible()
        text = page.get_by_label("Coin.sol, which is given")
        await expect(text).to_have_count(0)
        await coin.focus()
        await page.keyboard.press("Enter")
        await expect(text).to_have_text("contract Coin { }")
        await page.keyboard.press("Tab")
        await expect(text).to_be_focused()
        await page.keyboard.type("oops")
        await expect(text).to_have_text("contract Coin { }")
        await page.locator("summary", has_text="Purse.sol").click()
        await expect(page.get_by_label("Purse.sol, which is given")).to_contain_text(EVIL)
        await assert_no_barriers(page)
        await expect(page.locator(".hk-toolbar", has_text="Jar.sol")).to_be_visible()
        assert await page.evaluate("window.hacked") is None

    in_browser(visit, color_scheme=theme)


QUESTIONS = [
    {
        "id": "sum",
        "text": "What is `sum(200, 100)`?",
        "type": "number",
        "choices": [],
        "form": "a whole number",
    },
    {"id": "reverts", "text": f"Does it revert? {EVIL}", "type": "yes-no", "choices": [], "form": "yes or no"},
    {"id": "end", "text": "How does it end?", "type": "choice", "choices": ["with `0`", "it reverts"], "form": "one"},
]


@pytest.mark.parametrize("width", [1280, 400])
def test_questions_are_answered_in_a_form_by_keyboard_alone_and_kept_as_a_draft(
    in_browser: Callable[..., None], classroom: Classroom, width: int
) -> None:
    classroom.more = {
        "kind": "predict",
        "language": "json",
        "starter": "{}\n",
        "questions": QUESTIONS,
        "shown": {"scene.sol": "contract Sums { }"},
    }

    async def visit(page: Page) -> None:
        await expect(page.get_by_label("scene.sol, which is given")).to_have_text("contract Sums { }")
        await assert_no_barriers(page)
        line = page.get_by_label("What is sum(200, 100)?")
        await line.focus()
        await page.keyboard.type("300")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("group", name="Does it revert?").get_by_label("No")).to_be_checked()
        await page.get_by_role("group", name="How does it end?").get_by_label("it reverts").check()
        await is_saved(page)
        assert classroom.draft is not None
        assert json.loads(classroom.draft["source"]) == {"sum": "300", "reverts": "no", "end": "it reverts"}
        await line.focus()
        await check(page)
        await expect(page.get_by_role("status").filter(has_text="does not compile")).to_be_visible()
        assert json.loads(classroom.attempts[0]["source"]) == json.loads(classroom.draft["source"])
        await page.reload()
        await expect(line).to_have_value("300")
        await page.get_by_role("button", name="Reset").click()
        await expect(line).to_have_value("")
        await page.get_by_role("button", name="Undo").click()
        await expect(line).to_have_value("300")
        await assert_no_barriers(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    in_browser(visit, viewport={"width": width, "height": 900})
