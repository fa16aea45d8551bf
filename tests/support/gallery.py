"""Takes the pictures of `docs/gallery.md`: a real classroom, people who are somewhere in it, every page as they see it.

`make screenshots`, or some of them, `make screenshots ARGS="home-new data"`.
What is shown was handed in and graded like anybody's.
"""

import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from classroom import accounts
from classroom.client import Client
from classroom.db import Database
from classroom.models import CredentialKind, Scope
from classroom.settings import REPOSITORY, Settings
from support.contracts import SOLUTION, WRONG
from support.room import Classroom, classroom_on

FOLDER = REPOSITORY / "docs/images/gallery"
INDEX = REPOSITORY / "docs/gallery.md"
QUALITY = 62  # of WebP, in percent: text stays sharp
PATIENCE_MS = 60_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Shot:
    """A picture: of which page, as whom, and what it shows in words."""

    name: str
    alt: str
    who: str | None
    path: str
    width: int = 1280
    height: int = 900
    dark: bool = False
    do: Callable[[Page], object] = lambda _page: None


def _in_editor(source: str, outcome: str) -> Callable[[Page], object]:
    def check(page: Page) -> None:
        editor = page.get_by_role("textbox", name="Solidity")
        expect(editor).to_be_visible(timeout=PATIENCE_MS)
        editor.click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(source)
        page.keyboard.press("Control+Enter")
        title = page.locator(".hk-outcome-title")
        expect(title).to_have_text(outcome, timeout=PATIENCE_MS)
        title.evaluate("each => window.scrollTo(0, each.getBoundingClientRect().top + window.scrollY - 420)")

    return check


def _to(selector: str) -> Callable[[Page], object]:
    return lambda page: page.locator(selector).first.evaluate("each => each.scrollIntoView({block: 'start'})")


def _tried(page: Page) -> None:
    _in_editor(WRONG, "Not yet")(page)
    page.get_by_role("button", name="Try this").first.click()
    expect(page.locator(".hk-try-state")).to_be_visible(timeout=PATIENCE_MS)
    _to(".hk-try")(page)


def _stepped(page: Page) -> None:
    _in_editor(WRONG, "Not yet")(page)
    page.get_by_role("button", name="Step through").first.click()
    expect(page.locator(".hk-dbg-where")).to_contain_text("line", timeout=PATIENCE_MS)
    expect(page.locator(".hk-stack code").first).to_be_visible(timeout=PATIENCE_MS)
    _to(".hk-dbg")(page)


def _follow(*names: str) -> Callable[[Page], object]:
    def follow(page: Page) -> None:
        for name in names:
            page.get_by_role("link", name=name).first.click()
            page.wait_for_load_state()

    return follow


TIP_JAR = "apps:/voila/render/tip-jar.ipynb"
PARTS: dict[str, list[Shot]] = {
    "Coming in": [
        Shot("landing", "The first page: what this is, a verdict as an example, and the way in", None, "/"),
        Shot("landing-dark", "The first page in dark", None, "/", dark=True),
        Shot("landing-narrow", "The first page on a phone", None, "/", width=400),
        Shot("sign-in", "The form to sign in, on a phone", None, "/sign-in", width=400, height=700),
        Shot("sign-up", "The form to make an account", None, "/sign-up", height=620),
    ],
    "The course": [
        Shot("home-new", "The course map for somebody who is new: one lesson is next, all else follows", "nia", "/"),
        Shot("home-begun", "The course map with lessons passed, one in progress, and what is open now", "ada", "/"),
        Shot("home-begun-dark", "The same map in dark", "ada", "/", dark=True),
        Shot(
            "home-map",
            "A lesson on the map with the focus: what it teaches, and the concepts that lead to it and on",
            "ada",
            "/",
            do=lambda page: page.locator(".node[data-lesson='guest-book']").focus(),
        ),
        Shot("home-narrow", "The lessons on a phone, as a list", "ada", "/", width=400),
        Shot(
            "lesson-failed",
            "A lesson: what it builds on and opens, and an attempt that failed",
            "ada",
            "/lessons/tip-jar",
        ),
        Shot(
            "lesson-attempts",
            "Attempts as rows, the latest one open with its checks",
            "ada",
            "/lessons/tip-jar",
            do=_to("h3.above"),
        ),
        Shot(
            "lesson-narrow",
            "A lesson that was passed, on a phone and in dark",
            "ada",
            "/lessons/counter",
            400,
            dark=True,
        ),
    ],
    "The exercise": [
        Shot("app-new", "A lesson as an app, at its beginning", "nia", TIP_JAR),
        Shot(
            "app-failed",
            "A check that failed: what was expected and what happened",
            "bo",
            TIP_JAR,
            do=_in_editor(WRONG, "Not yet"),
        ),
        Shot("app-passed", "All checks passed", "bo", TIP_JAR, do=_in_editor(SOLUTION, "Passed")),
        Shot(
            "app-compile-error",
            "A contract that does not compile, with the line and the remedy, in dark",
            "bo",
            TIP_JAR,
            dark=True,
            do=_in_editor(SOLUTION.replace("total += msg.value;", "total += msg.value"), "It does not compile yet"),
        ),
        Shot("app-try", "A failed check opened in Try it: its steps, to be changed", "bo", TIP_JAR, do=_tried),
        Shot(
            "app-debugger",
            "The same check in the debugger, in dark: the line, the calls, the stack",
            "dan",
            TIP_JAR,
            dark=True,
            do=_stepped,
        ),
        Shot("app-narrow", "The same lesson on a phone", "bo", TIP_JAR, width=400),
    ],
    "One's own": [
        Shot("account", "The account: profile, password, theme and badges", "ada", "/account"),
        Shot("account-badges", "Badges with what they were given for", "ada", "/account", do=_to("#theme"), dark=True),
        Shot("data", "All that is stored, as a file to take along", "ada", "/account/data", height=620),
        Shot("grades", "A learner's grades and how they are counted", "ada", "/grades"),
    ],
    "For instructors": [
        Shot("cohort", "The cohort: in numbers, and who needs help now, on which check and why", "grace", "/cohort"),
        Shot(
            "cohort-map",
            "Every learner by every exercise, in dark: colour and sign, sorted, filtered, live",
            "grace",
            "/cohort",
            dark=True,
            do=_to("#map"),
        ),
        Shot("cohort-narrow", "The cohort on a phone", "grace", "/cohort", width=400),
        Shot("exercise", "An exercise in figures: how it goes, how hard it is", "grace", "/cohort/exercises/tip-jar"),
        Shot(
            "exercise-shapes",
            "Where and in which way attempts at it fail, with an example of each",
            "grace",
            "/cohort/exercises/tip-jar",
            do=_to("#misconceptions"),
        ),
        Shot(
            "learner",
            "A learner: how they stand, and their attempts on a time line",
            "grace",
            "/cohort",
            do=lambda page: page.locator("#map").get_by_role("link", name="Eva", exact=True).click(),
        ),
        Shot(
            "learner-attempts",
            "Their attempts at an exercise: what changed, and the report as they saw it",
            "grace",
            "/cohort",
            do=_follow("Eva"),
        ),
        Shot("questions", "Questions, grouped by what went wrong; one answer for all", "grace", "/questions"),
        Shot(
            "in-class",
            "An exercise in class, for the screen: how far all are, where they fail, and nobody's name",
            "grace",
            "/in-class",
            do=_follow("Project it"),
        ),
        Shot("gradebook", "The grade book", "grace", "/gradebook"),
        Shot(
            "regrades",
            "An exercise graded again: with a reason, looked at before it is published",
            "grace",
            "/regrades",
        ),
        Shot("courses", "The courses somebody is in or looks after", "grace", "/courses", height=700),
    ],
    "When something is missing": [
        Shot("not-found", "A page that is not there", "ada", "/lessons/none", height=520),
        Shot("dead-link", "A link that was used already", None, "/welcome?link=used", height=520),
    ],
}


def take(only: Sequence[str] = (), folder: Path = FOLDER, index: Path = INDEX) -> None:
    """Start a classroom, prepare it, take all pictures or only some, and write the page that shows them."""
    browser_path = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *BROWSERS))))
    with tempfile.TemporaryDirectory() as data, classroom_on(Path(data)) as room, sync_playwright() as playwright:
        room.more["CLASSROOM_SIGN_UP"] = "open"
        room.start()
        _people(room)
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        if not only:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        for shot in (shot for shots in PARTS.values() for shot in shots):
            if not only or shot.name in only:
                (folder / f"{shot.name}.webp").write_bytes(_picture(browser, room, shot))
        browser.close()
    index.write_text("\n".join(_page()), encoding="utf-8")


def _people(room: Classroom) -> None:
    """Let people come, and some of them hand in."""
    for name in ("nia", "ada", "bo", "cleo", "dan"):
        room.command("user", "add", name, "--display-name", name.title())
    room.command("user", "add", "grace", "--role", "instructor", "--display-name", "Grace")
    for name, solved in {"cleo": 5, "dan": 1, "ada": 3}.items():
        with Client(room.portal, _secret(room, name, CredentialKind.TOKEN)) as client:
            for exercise, source in list(_solutions())[:solved]:
                client.wait(client.submit(exercise, source).id)
            if name == "ada":
                client.wait(client.submit("tip-jar", WRONG.replace("total += msg.value", "total += 1")).id)
                client.wait(client.submit("tip-jar", WRONG).id)
    _class(room)
    with Client(room.portal, _secret(room, "grace", CredentialKind.TOKEN, Scope.TEACH, Scope.MANAGE)) as grace:
        grace.open_class_hour("classroom", "piggy-bank", minutes=12)
    for number, name in enumerate(("eva", "fay", "gus", "hal", "ida")):
        with Client(room.portal, _secret(room, name, CredentialKind.TOKEN)) as client:
            client.wait(client.submit("piggy-bank", _piggy_bank(("minimum", "another-week")[number % 2])).id)


def _class(room: Classroom) -> None:
    """Let five more come, who do not get on with the tip jar in two ways, and ask."""
    for name in ("eva", "fay", "gus", "hal", "ida"):
        room.command("user", "add", name, "--display-name", name.title())
        ways = (WRONG, WRONG.replace("total += msg.value", "total += 1"))
        with Client(room.portal, _secret(room, name, CredentialKind.TOKEN)) as client:
            for exercise, source in list(_solutions())[: 1 + len(name) % 3]:
                client.wait(client.submit(exercise, source).id)
            for source in (ways[1], ways[0], ways[0], ways[0]) if name in {"eva", "fay", "gus"} else ways[1:]:
                last = client.wait(client.submit("tip-jar", source).id)
            if name in {"eva", "fay"}:
                client.ask(last.id, "I thought only the owner could get that far." if name == "eva" else "")


def _secret(room: Classroom, name: str, kind: CredentialKind, *scopes: Scope) -> str:
    settings = Settings(data_dir=room.data_dir, database_url="")
    with closing(Database(settings.database)) as database, database.unit_of_work() as work:
        user = accounts.find_user(work.session, name)
        assert user is not None
        more = {"scopes": scopes} if scopes else {}
        return accounts.issue(work.session, kind, user.id, lifetime=timedelta(hours=1), **more)


def _solutions() -> Iterator[tuple[str, str]]:
    for name in ("hello-storage", "counter", "guest-book", "tip-jar", "piggy-bank"):
        yield name, (REPOSITORY / "lessons/foundations" / name / name / "solution.sol").read_text(encoding="utf-8")


def _piggy_bank(mistake: str) -> str:
    folder = REPOSITORY / "lessons/foundations/piggy-bank/piggy-bank/mistakes"
    return (folder / f"{mistake}.sol").read_text(encoding="utf-8")


def _picture(browser: Browser, room: Classroom, shot: Shot) -> bytes:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    page = context.new_page()
    if shot.who:
        page.goto(f"{room.portal}/welcome?link={_secret(room, shot.who, CredentialKind.ONE_TIME_LINK)}")
    base = f"http://127.0.0.1:{room.ports[1]}" if shot.path.startswith("apps:") else room.portal
    page.goto(base + shot.path.removeprefix("apps:"))
    if base != room.portal:
        expect(page.locator("body[data-ready]")).to_be_attached(timeout=PATIENCE_MS)
    shot.do(page)
    page.evaluate("document.fonts.ready")
    taken = context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    context.close()
    return base64.b64decode(taken["data"])


def _page() -> Iterator[str]:
    yield "# Gallery\n\nEvery page as people see it, taken from a running classroom by `make screenshots`."
    for part, shots in PARTS.items():
        yield f"\n## {part}"
        for shot in shots:
            yield f"\n![{shot.alt}](images/gallery/{shot.name}.webp)"
    yield ""


if __name__ == "__main__":
    take(sys.argv[1:])
