"""Walking through pages with the keyboard alone, as somebody does who has no pointer."""

import re

from playwright.sync_api import Locator, Page, expect

MOST_STEPS = 150
_LOOK = """(wanted) => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at || at === document.body) return [true, false];
    const shown = (each) => {
        const look = getComputedStyle(each);
        return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1) || look.boxShadow !== "none";
    };
    const around = at.closest(".cm-editor") && at.closest(".hk-card");
    const drawn = at.querySelector(":scope > rect");
    const stroke = drawn ? parseFloat(getComputedStyle(drawn).strokeWidth) : 0;
    return [shown(at) || (around !== null && shown(around)) || stroke >= 3, at === wanted];
}"""


def tab_to(page: Page, wanted: Locator) -> int:
    """Press Tab until an element has the focus, and give how often; wherever it stops, one must see it."""
    expect(wanted).to_be_attached(timeout=60_000)
    for steps in range(1, MOST_STEPS):
        page.keyboard.press("Tab")
        seen, there = wanted.evaluate(_LOOK)
        assert seen, f"no focus is seen on {_focused(page)}"
        if there:
            return steps
    raise AssertionError(f"Tab never came to {wanted}, and is at {_focused(page)}")


def _focused(page: Page) -> str:
    return re.sub(r"\s+", " ", str(page.evaluate("document.activeElement?.outerHTML.slice(0, 300)")))
