"""The exercise panel in Chromium on its real kernel half, without the Jupyter between them, for any client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Page, Route, async_playwright

from classroom.client import Client
from classroom.notebook.exercises import ExercisePanel
from classroom.settings import REPOSITORY

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Lesson</title><style>{style}</style><body style="margin:0;color-scheme:light dark"><main><h1>Lesson</h1>
<h2>Your turn</h2><div id="panel"></div></main><script type="module" src="/bridge.js"></script></body></html>"""
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


@asynccontextmanager
async def panel_page(chromium: str, client: Client, exercise_id: str, **options: Any) -> AsyncIterator[Page]:
    """Open a page that shows one exercise to whoever the client acts for; no script on it may fail."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await (await browser.new_context(**options)).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await show(page, client, exercise_id)
        yield page
        await browser.close()
        assert errors == []


async def show(page: Page, client: Client, exercise_id: str) -> None:
    """Show the exercise on this page; a reload finds another kernel."""
    tasks: set[asyncio.Task[Any]] = set()

    def tell(name: str | None, value: object) -> None:
        task = asyncio.get_running_loop().create_task(
            page.evaluate("([name, value]) => window.fromKernel?.(name, value)", [name, value])
        )
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    panel = ExercisePanel(exercise_id, client=lambda: client)
    panel.send = lambda content: tell(None, content)
    panel.observe(lambda change: tell(change["name"], change["new"]), ["content", "attempt"])
    files = {
        "http://lesson.test/": ("text/html", PAGE.replace("{style}", panel._css)),
        "http://lesson.test/bridge.js": ("text/javascript", BRIDGE),
        "http://lesson.test/panel.js": ("text/javascript", panel._esm),
    }

    async def serve(route: Route) -> None:
        kind, text = files[route.request.url]
        await route.fulfill(content_type=f"{kind}; charset=utf-8", body=text)

    await page.expose_function("toKernel", lambda message: panel._received(panel, message))
    await page.expose_function("kernelTraits", lambda: {"content": panel.content, "attempt": panel.attempt})
    await page.route("**/*", serve)
    await page.goto("http://lesson.test/")


async def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """Have axe look at the page as it is, and give what it finds."""
    await page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
