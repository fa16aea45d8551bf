"""A widget's page in a browser, with the kernel's half of it behind: all but the Jupyter between the two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Route, async_playwright

AXE = Path(__file__).parents[2] / "platform/web-src/node_modules/axe-core/axe.min.js"
ADDRESS = "http://lesson.test/"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Lesson</title><body style="margin:0;color-scheme:light dark"><main><h1>Lesson</h1><h2>Your turn</h2><h3>Here</h3>
<div id="panel"></div></main><script type="module" src="/bridge.js"></script></body></html>"""
BRIDGE = """
import widget from "/widget.js";
const listeners = new Map();
const traits = {};
const model = {
  get: (name) => traits[name],
  on: (event, f) => listeners.set(event, [...(listeners.get(event) ?? []), f]),
  off: (event, f) => listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== f)),
  send: (message) => window.toKernel(message),
};
window.fromKernel = (name, value) => {
  if (name !== null) traits[name] = value;
  for (const f of listeners.get(name === null ? "msg:custom" : `change:${name}`) ?? []) f(value);
};
Object.assign(traits, await window.kernelTraits());
widget.render({ model, el: document.getElementById("panel") });
"""


@asynccontextmanager
async def page_of(widget: Any, chromium: str, **options: Any) -> AsyncIterator[Page]:
    """Show a widget in a browser; nothing may break on its page, and nothing be asked of another host."""
    errors: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await (await browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        told: set[asyncio.Task[Any]] = set()
        strangers = await connect(page, widget, told)
        await page.goto(ADDRESS)
        yield page
        while pending := [*widget._tasks, *told]:  # threads that still ask outlive no loop
            await asyncio.gather(*pending)
        await browser.close()
    assert errors == []
    assert strangers == []


async def connect(page: Page, widget: Any, told: set[asyncio.Task[Any]] | None = None) -> list[str]:
    """Serve a widget's page, with its kernel behind it for as long as it is open; give what else the page asks for.

    `told` holds what is under way to the page.
    """
    told = set() if told is None else told
    strangers: list[str] = []

    def tell(name: str | None, value: object) -> None:
        call = page.evaluate("([name, value]) => window.fromKernel?.(name, value)", [name, value])
        task = asyncio.get_running_loop().create_task(call)
        told.add(task)
        task.add_done_callback(told.discard)

    async def serve(route: Route) -> None:
        files = {
            ADDRESS: ("text/html", PAGE.replace("</title>", f"</title><style>{widget._css}</style>")),
            f"{ADDRESS}bridge.js": ("text/javascript", BRIDGE),
            f"{ADDRESS}widget.js": ("text/javascript", widget._esm),
        }
        if route.request.url not in files:
            strangers.append(route.request.url)
            await route.abort()
            return
        kind, text = files[route.request.url]
        await route.fulfill(content_type=f"{kind}; charset=utf-8", body=text)

    names = [name for name in widget.keys if not name.startswith("_")]
    widget.send = lambda content: tell(None, content)
    widget.observe(lambda change: tell(change["name"], change["new"]), names)
    await page.expose_function("toKernel", lambda message: widget._received(widget, message))
    await page.expose_function("kernelTraits", lambda: {n: getattr(widget, n) for n in names if _travels(widget, n)})
    await page.route("**/*", serve)
    return strangers


def _travels(widget: Any, name: str) -> bool:
    return isinstance(getattr(widget, name), str | int | float | bool | dict | list | None)


async def assert_no_barriers(page: Page) -> None:
    """Have axe look at the page as it is."""
    await page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []
