"""A lesson in a real browser: live widgets, nothing from another host, and what is said when things break."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from support.lesson_apps import House, Window
from support.waiting import wait_until

pytestmark = pytest.mark.browser

Open = Callable[..., Window]


def open_lesson(window: Window, house: House, lesson: str = "widgets", *, wait: bool = True) -> Page:
    page = window.context.new_page()
    page.goto(f"{house.settings.voila_url}/voila/render/{lesson}.ipynb")
    if wait:
        expect(page.locator("body[data-ready]")).to_be_attached()
    return page


def test_a_lesson_shows_text_and_live_widgets_and_asks_no_other_host(classroom: House, window: Open) -> None:
    view = window(classroom, "alice")
    page = open_lesson(view, classroom)
    expect(page).to_have_title("Widgets · Hyperkit Classroom")
    expect(page.get_by_role("heading", level=1)).to_have_text("Widgets")
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_text("1 so far")).to_be_visible()
    expect(page.get_by_text("Hello, anywidget")).to_be_visible()
    expect(page.get_by_text("Preparing your lesson…")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert view.hosts() == {f"127.0.0.1:{classroom.settings.voila_port}"}
    assert view.complaints == []


def test_a_widget_that_takes_long_to_start_still_hears_its_kernel(classroom: House, window: Open) -> None:
    view = window(classroom, "alice")
    page = open_lesson(view, classroom, "late")
    expect(page.get_by_text("Heard nothing")).to_be_visible()
    page.get_by_role("button", name="Speak").click()
    expect(page.get_by_text("Heard you")).to_be_visible()
    assert view.complaints == []


def test_outputs_stand_in_the_order_they_were_made(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom)
    said = page.locator("main").inner_text()
    order = ["Some text", "printed before", "Count", "0 so far", "printed after", "did not work", "Hello, anywidget"]
    assert sorted(order, key=said.index) == order


def test_a_step_that_fails_says_so_and_shows_no_traceback(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom)
    expect(page.get_by_text("This step did not work.")).to_be_visible()
    assert "ZeroDivisionError" not in page.content()
    assert "import ipywidgets" not in page.content()


def test_the_way_back_and_the_way_past_the_bar(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom, "facts")
    expect(page.get_by_role("link", name="All lessons")).to_have_attribute("href", f"{classroom.settings.portal_url}/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lesson_follows_the_systems_theme_and_fits_a_narrow_window(
    classroom: House, window: Open, scheme: str
) -> None:
    view = window(classroom, "alice", color_scheme=scheme, viewport={"width": 400, "height": 800})
    page = open_lesson(view, classroom)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(247, 247, 251)", "dark": "rgb(20, 20, 29)"}[scheme]
    assert page.evaluate("document.documentElement.scrollWidth") == 400

    # what was chosen on the portal stands above the system
    other = {"light": "dark", "dark": "light"}[scheme]
    page.context.add_cookies([{"name": "hk_theme", "value": other, "url": classroom.settings.voila_url}])
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(other == "light").lower())
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(247, 247, 251)", "dark": "rgb(20, 20, 29)"}[other]


def test_leaving_the_page_ends_its_kernel(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom, "facts")
    kernel = f"{classroom.settings.voila_url}/api/kernels/{kernel_of(page)}"
    request = page.context.request
    assert request.get(kernel).status == 200
    page.goto("about:blank")
    wait_until(lambda: request.get(kernel).status == 403, what="the kernel's end")


def test_a_lesson_whose_kernel_ended_says_so_and_goes_on_where_it_was(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom)
    page.evaluate("window.same = true")
    end_kernel = """async (kernel) => {
        const now = Date.now;
        Date.now = () => now() + 3600_000; // nobody has done anything for an hour
        const xsrf = document.cookie.match(/_xsrf=([^;]*)/)[1];
        await fetch(`/voila/api/shutdown/${kernel}`, { method: "POST", headers: { "X-XSRFToken": xsrf } });
    }"""
    page.evaluate(end_kernel, kernel_of(page))
    expect(page.get_by_role("alert")).to_contain_text("This lesson has gone to sleep.")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("status").filter(has_text="Connected again.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Count").click()
    expect(page.get_by_text("1 so far")).to_be_visible()
    expect(page.get_by_text("Hello, anywidget")).to_have_count(1)
    assert page.evaluate("window.same"), "it was not loaded again"


def test_a_lesson_that_does_not_start_says_so(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom, "crash", wait=False)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Reload the lesson")).to_be_visible()
    expect(page.get_by_text("Preparing your lesson…")).to_have_count(0)


def test_who_is_not_signed_in_lands_at_the_portals_sign_in(classroom: House, window: Open) -> None:
    with ThreadingHTTPServer(("127.0.0.1", classroom.settings.portal_port), Portal) as portal:
        threading.Thread(target=portal.serve_forever, daemon=True).start()
        page = open_lesson(window(classroom, None), classroom, wait=False)
        expect(page.get_by_text("Sign in here")).to_be_visible()
        assert page.url.startswith(f"{classroom.settings.portal_url}/sign-in?next=http")
        portal.shutdown()


def test_a_page_that_is_not_there_says_so(classroom: House, window: Open) -> None:
    page = open_lesson(window(classroom, "alice"), classroom, "none", wait=False)
    expect(page.get_by_role("heading", level=1)).to_have_text("This page is not here")
    expect(page.get_by_role("link", name="Go to the lessons")).to_be_visible()


def kernel_of(page: Page) -> str:
    found: str = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    return found


class Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>Sign in here</h1>")

    def log_message(self, *_: object) -> None:
        pass
