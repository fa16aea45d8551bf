"""The exercise panel in Chromium: the real front end on the real kernel half, without the Jupyter between them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, Route, async_playwright, expect

from classroom.notebook.client import Client
from classroom.notebook.exercises import ExercisePanel

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

ROOT = Path(__file__).parents[3]
AXE = ROOT / "platform/web-src/node_modules/axe-core/axe.min.js"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Lesson</title><body style="margin:0;color-scheme:light dark"><main><h1>Lesson</h1><h2>Your turn</h2>
<div id="panel"></div></main><script type="module" src="/bridge.js"></script></body></html>"""
BRIDGE = """
import widget from "/panel.js";
const listeners = new Map();
const traits = {};
const model = {
  get: (name) => traits[name],
  on: (event, f) => listeners.set(event, [...(listeners.get(event) ?? []), f]),
  off: (event, f) => listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== f)),
  send: (message) => window.toKernel(message),
};
const tell = (event, ...args) => (listeners.get(event) ?? []).forEach((f) => f(...args));
window.fromKernel = (name, value) => {
  if (name === null) return tell("msg:custom", value);
  traits[name] = value;
  tell(`change:${name}`);
};
Object.assign(traits, await window.kernelTraits());
widget.render({ model, el: document.getElementById("panel") });
"""
STARTER = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n\ncontract Jar {\n}\n"
EVIL = "<img src=x onerror=hacked=1>`<b>code</b>`"


class Classroom:
    """A pretended classroom that judges by a word in the source: `pass`, `wrong`, or neither for a compile error."""

    def __init__(self) -> None:
        self.draft: dict[str, Any] | None = None
        self.attempts: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.gone = False
        self.title = "A jar for tips"
        self.more: dict[str, Any] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.gone:
            raise httpx.ConnectError("refused", request=request)
        method, path = request.method, request.url.path.removeprefix("/api/v1")
        body = json.loads(request.content) if request.content else {}
        if path == "/exercises/jar/draft":
            return self.save(body) if method == "PUT" else _json(self.draft)
        if method == "POST" and path == "/submissions":
            self.keys.append(request.headers["Idempotency-Key"])
            self.attempts.append(self.judge(body["source"]))
            return _json(self.attempts[-1] | {"state": "queued", "report": None})
        if path.endswith("/events"):
            return httpx.Response(200, text=": nothing\n\n")
        if path.startswith("/submissions/"):
            return _json(self.attempts[int(path[-4:], 16) - 1])
        answers = {
            "/me": {"id": f"{1:032}", "name": "ada", "display_name": "Ada", "roles": {}},
            "/exercises/jar": self.exercise(),
            "/compile": {"diagnostics": diagnostics(body.get("source", "")), "contracts": {}},
            "/submissions": {"items": self.attempts[::-1]},
        }
        return _json(answers[path])

    def exercise(self) -> dict[str, Any]:
        progress = {"exercise_id": "jar", "state": "new", "attempts": 0, "best_score": 0, "max_score": 3}
        tasks = [{"number": n, "text": f"Do `{n}`. {EVIL}"} for n in (1, 2)]
        rest = {"kind": "contract", "max_score": 3, "lesson_id": "jar", "contract": "Jar", "concepts": []}
        told = {"id": "jar", "title": self.title, "tasks": tasks, "starter": STARTER, "progress": progress}
        return told | rest | self.more

    def save(self, body: dict[str, Any]) -> httpx.Response:
        held = self.draft["revision"] if self.draft else 0
        if body["revision"] != held:
            return httpx.Response(409, json={"title": "Conflict", "status": 409, "detail": "changed"})
        self.draft = {"exercise_id": "jar", "revision": held + 1, "updated_at": "2026-11-23T12:00:00Z"} | {
            "source": body["source"]
        }
        return _json(self.draft)

    def judge(self, source: str) -> dict[str, Any]:
        wrong = "pass" not in source
        compiles = not wrong or "wrong" in source
        status = ("failed" if wrong else "passed") if compiles else "not_run"
        checks = [
            {
                "id": "a",
                "title": "It takes a tip",
                "task": 1,
                "status": "passed" if compiles else "not_run",
                "points": 1,
            },
            {"id": "b", "title": f"It pays {EVIL}", "task": 2, "status": status, "points": 2},
        ]
        if status == "failed":
            checks[1] |= {
                "message": f"Expected 1, got 0. {EVIL}",
                "hint": f"Look at `pay`. {EVIL}",
                "divergence": f"Bob called `pay()`. {EVIL} Nothing in `pay` (line 2) sends it.",
                "where": {"file": "Contract.sol", "line": 2, "column": 5, "end_line": 2, "end_column": 9},
            }
        outcome = {"passed": "passed", "failed": "failed", "not_run": "compile_error"}[status]
        report = {
            "exercise_id": "jar",
            "outcome": outcome,
            "score": {"passed": 3, "failed": 1}.get(outcome, 0),
            "max_score": 3,
            "checks": checks,
            "diagnostics": diagnostics(source),
            "timings": {"compile_ms": 12, "deploy_ms": 0, "checks_ms": 3},
            "versions": {"solc": "0.8.37", "evm": "prague", "exercise": "0" * 64},
        }
        number = len(self.attempts) + 1
        return {
            "id": f"{number:032x}",
            "exercise_id": "jar",
            "number": number,
            "state": "done",
            "created_at": "2026-11-23T12:00:00Z",
            "finished_at": "2026-11-23T12:00:01Z",
            "source": source,
            "report": report,
        }


def diagnostics(source: str) -> list[dict[str, Any]]:
    """Complain about each line with `oops`."""
    return [
        {"severity": "error", "kind": "DeclarationError", "message": f"Undeclared. {EVIL}", "help": "Declare `oops`."}
        | {"file": "Contract.sol", "line": n, "column": at + 1, "end_line": n, "end_column": at + 5}
        for n, line in enumerate(source.splitlines(), 1)
        if (at := line.find("oops")) >= 0
    ]


def _json(data: object) -> httpx.Response:
    return httpx.Response(404) if data is None else httpx.Response(200, json=data)


@pytest.fixture
def classroom() -> Classroom:
    return Classroom()


@pytest.fixture
def in_browser(
    classroom: Classroom, connect: Callable[..., Client], chromium: str
) -> Callable[[Callable[[Page], Awaitable[None]]], None]:
    """Run a visit to a page that shows the panel."""
    client = connect(classroom)

    @asynccontextmanager
    async def opened(options: dict[str, Any]) -> AsyncIterator[Page]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = await (await browser.new_context(**options)).new_page()
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            yield page
            await browser.close()
            assert errors == []

    def run(visit: Callable[[Page], Awaitable[None]], **options: Any) -> None:
        async def whole() -> None:
            async with opened({"viewport": {"width": 1280, "height": 900}, **options}) as page:
                strangers = await bridge(page, client)
                await page.goto("http://lesson.test/")
                await visit(page)
                assert strangers == [], "the panel asked another host"

        asyncio.run(whole())

    return run


async def bridge(page: Page, client: Client) -> list[str]:
    """Serve the page with a kernel behind it that lives as long as its browser; returns what else the page asks for."""
    panel = ExercisePanel("jar", client=lambda: client)
    tasks: set[asyncio.Task[Any]] = set()

    def tell(name: str | None, value: object) -> None:
        task = asyncio.get_running_loop().create_task(
            page.evaluate("([name, value]) => window.fromKernel?.(name, value)", [name, value])
        )
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    async def serve(route: Route) -> None:
        files = {
            "http://lesson.test/": ("text/html", PAGE),
            "http://lesson.test/bridge.js": ("text/javascript", BRIDGE),
            "http://lesson.test/panel.js": ("text/javascript", panel._esm),
        }
        if route.request.url not in files:
            strangers.append(route.request.url)
            await route.abort()
            return
        kind, text = files[route.request.url]
        await route.fulfill(content_type=f"{kind}; charset=utf-8", body=text.replace("</title>", f"</title>{style}"))

    strangers: list[str] = []
    style = f"<style>{panel._css}</style>"
    panel.send = lambda content: tell(None, content)
    panel.observe(lambda change: tell(change["name"], change["new"]), ["content", "attempt"])
    await page.expose_function("toKernel", lambda message: panel._received(panel, message))
    await page.expose_function("kernelTraits", lambda: {"content": panel.content, "attempt": panel.attempt})
    await page.route("**/*", serve)
    return strangers


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Solidity source")


async def write(page: Page, text: str) -> None:
    await editor(page).click()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.insert_text(text)


async def is_saved(page: Page) -> None:
    await expect(page.locator(".hk-saved")).to_have_text("✓Saved")


async def check(page: Page) -> None:
    await page.keyboard.press("Control+Enter")


async def no_barriers(page: Page) -> None:
    """Have axe look at the page as it is."""
    await page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_a_wrong_attempt_to_a_pass_by_keyboard_alone(
    in_browser: Callable[..., None], classroom: Classroom, theme: str
) -> None:
    async def visit(page: Page) -> None:
        await expect(page.get_by_role("heading", name="A jar for tips")).to_be_visible()
        await expect(editor(page)).to_contain_text("contract Jar")
        await no_barriers(page)
        await editor(page).focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type("// wrong")
        await check(page)
        await expect(page.get_by_role("heading", name="Not yet")).to_be_in_viewport()
        await expect(page.get_by_text("1 of 3 points")).to_be_visible()
        failed = page.get_by_role("listitem").filter(has_text="It pays")
        await expect(failed).to_contain_text("Failed")
        await expect(failed).to_contain_text("Expected 1, got 0.")
        await expect(failed.get_by_text("Look at")).to_be_hidden()
        await failed.get_by_text("Hint").press("Enter")
        await expect(failed.get_by_text("Look at")).to_be_visible()
        await expect(page.get_by_role("status").filter(has_text="Not yet. Checks passed: 1 of 2.")).to_be_attached()
        await no_barriers(page)
        await editor(page).focus()
        await page.keyboard.press("Control+End")
        await page.keyboard.type(" pass")
        await expect(page.get_by_text("You have changed the text since this check.")).to_be_visible()
        await check(page)
        await expect(page.get_by_role("heading", name="Passed")).to_be_in_viewport()
        await expect(page.get_by_text("compiled in 12 ms · checked in 3 ms")).to_be_visible()
        await no_barriers(page)

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
        await no_barriers(page)
        await listed.get_by_role("button", name="Line 3").press("Enter")
        await expect(editor(page)).to_be_focused()
        await page.keyboard.type("X")
        await expect(editor(page)).to_contain_text("Xoops")
        await check(page)
        await expect(page.get_by_role("heading", name="It does not compile yet")).to_be_visible()
        await expect(page.get_by_text("Not run")).to_have_count(0)
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
        await expect(page.get_by_role("button", name="Check")).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(editor(page)).to_be_focused()
        await page.keyboard.press("ControlOrMeta+f")
        await expect(page.get_by_role("textbox", name="Find")).to_be_focused()
        await no_barriers(page)
        await page.keyboard.press("Escape")
        await expect(editor(page)).to_be_focused()

    in_browser(visit)


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
        await no_barriers(page)
        await page.get_by_role("button", name="Load the other version").click()
        await expect(editor(page)).to_have_text("theirs")
        await page.get_by_role("button", name="Undo").click()
        await expect(editor(page)).to_have_text("mine too")
        await is_saved(page)

    in_browser(visit)
    assert classroom.draft is not None
    assert (classroom.draft["source"], classroom.draft["revision"]) == ("mine too", 3)


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
        await no_barriers(page)
        await page.reload()
        await expect(page.locator(".hk-notice-title")).to_have_text("The classroom does not answer")
        classroom.gone = False
        await page.get_by_role("button", name="Try again").click()
        await expect(editor(page)).to_have_text("// pass, typed while it was away")
        await expect(page.get_by_text("Restored what you typed here")).to_be_visible()
        await is_saved(page)
        await page.get_by_role("button", name="Check").click()
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
def test_nothing_is_wider_than_the_page(in_browser: Callable[..., None], width: int) -> None:
    async def visit(page: Page) -> None:
        await write(page, "// wrong oops " + "x" * 300)
        await check(page)
        await expect(page.get_by_role("heading", name="Not yet")).to_be_visible()
        await page.get_by_role("button", name="Larger code").click()
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(wide) == 0

    in_browser(visit, viewport={"width": width, "height": 900})


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
        await no_barriers(page)
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
        await no_barriers(page)
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
        await no_barriers(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    in_browser(visit, viewport={"width": width, "height": 900})
