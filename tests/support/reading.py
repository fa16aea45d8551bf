"""What people need who do not read a page as most do: that it is still, and that it fits when it is enlarged."""

from typing import Final

LONGEST_MS: Final = 10

WATCH: Final = """
window.moved = [];
for (const kind of ["animationstart", "transitionrun"]) {
    addEventListener(kind, (event) => {
        for (const each of event.target.getAnimations({ subtree: true })) {
            const { duration, iterations } = each.effect.getComputedTiming();
            const name = each.animationName ?? each.transitionProperty;
            if (duration * iterations > LONGEST) window.moved.push(`${event.target.className}: ${name}`);
        }
    }, true);
}
""".replace("LONGEST", str(LONGEST_MS))
"""To be run before a page's own scripts: it writes down what moves for longer than nobody sees."""

MOVED: Final = """() => [
    ...window.moved,
    ...document.getAnimations()
        .filter((each) => each.effect.getComputedTiming().endTime > LONGEST)
        .map((each) => `${each.effect.target.className}: ${each.animationName ?? each.transitionProperty}`),
    ...[...document.querySelectorAll("*")]
        .flatMap((each) => [each, "::before", "::after"].map((of) => [each, of === each ? undefined : of]))
        .filter(([each, of]) => {
            const look = getComputedStyle(each, of);
            const longest = (text) => Math.max(...text.split(",").map((each) => parseFloat(each) * 1000));
            return longest(look.transitionDuration) > LONGEST || look.scrollBehavior === "smooth"
                || (look.animationName !== "none" && longest(look.animationDuration) > LONGEST);
        })
        .map(([each, of]) => `${each.tagName}.${each.getAttribute("class")} ${of ?? ""}`),
]""".replace("LONGEST", str(LONGEST_MS))
"""Names what moved, moves, or would move; nothing may where somebody asked for less motion."""

TOO_WIDE: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""By how many pixels the page is wider than its window, so that it scrolls sideways."""
