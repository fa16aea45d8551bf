"""Somebody new makes an account, sets up a second factor, signs in with it, and shuts a forgotten browser out."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from classroom.accounts.second_factor import STEP_S, code_at
from support.room import Classroom, classroom_on
from support.waiting import wait_until

pytestmark = pytest.mark.browser
PASSWORD = "seven purple kettles hum"
Visit = Callable[..., Any]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Classroom]:
    """Give a classroom in which anybody may make an account, and which sends no mail."""
    with classroom_on(tmp_path) as room:
        room.more["CLASSROOM_SIGN_UP"] = "open"
        room.begin()
        room.wait_for("Portal and API")
        yield room


def printed_link(room: Classroom, path: str) -> str:
    """Give the newest link to this page that `classroom up` printed."""
    found = wait_until(lambda: re.findall(rf"http://\S+{path}\?link=\S+", "".join(room.said)), what="a printed link")
    return str(found[-1])


def type_in(page: Page, **fields: str) -> None:
    """Fill fields by their ids and press Enter, as a keyboard does; the labels are asked for elsewhere."""
    for name, text in fields.items():
        page.locator(f"#{name.replace('_', '-')}").focus()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def test_from_signing_up_to_shutting_out_a_forgotten_browser(portal: Classroom, visit: Visit) -> None:
    laptop, library = (visit(f"{portal.portal}/sign-in").page for _ in range(2))

    # Ada asks for an account, and the link that confirms her address is printed where the classroom runs
    laptop.get_by_role("link", name="Make an account").click()
    laptop.get_by_label("Your name, as others see it").fill("Ada Lovelace")
    type_in(laptop, email="Ada@School.example")
    expect(laptop.get_by_role("heading", name="Ask for your link")).to_be_visible()
    laptop.goto(printed_link(portal, "/confirm"))
    expect(laptop.get_by_text("ada@school.example")).to_be_visible()

    # a common password is refused, a good one taken
    type_in(laptop, password="password123")
    expect(laptop.get_by_role("alert")).to_contain_text("common password")
    type_in(laptop, password=PASSWORD)
    expect(laptop.get_by_role("heading", name="All set")).to_be_visible()

    # she signs in on the laptop and sets up her authenticator
    laptop.get_by_role("link", name="Sign in").click()
    type_in(laptop, name="ada@school.example", password=PASSWORD)
    laptop.get_by_role("link", name="Your account, Ada Lovelace").click()
    type_in(laptop, factor_password=PASSWORD)
    drawn = laptop.get_by_alt_text("QR code for the authenticator app")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    laptop.get_by_text("No camera? Type it").click()
    uri = laptop.get_by_role("link", name="Open it on this device").get_attribute("href")
    secret = parse_qs(urlsplit(uri or "").query)["secret"][0]
    step = int(time.time() // STEP_S)
    type_in(laptop, code=code_at_step(secret, step))
    expect(laptop.locator(".codes li")).to_have_count(10)
    recovery = laptop.locator(".codes li").first.inner_text()

    # in the library a password is not enough, and no code works twice
    type_in(library, name="ada@school.example", password=PASSWORD)
    expect(library.get_by_role("heading", name="Second factor")).to_be_visible()
    type_in(library, code=code_at_step(secret, step))
    expect(library.get_by_role("alert")).to_contain_text("used already")
    library.get_by_label("Code").fill(recovery)
    library.get_by_role("button", name="Sign in").click()
    expect(library.get_by_role("heading", name="Your account")).to_have_count(0)
    expect(library.get_by_role("link", name="Your account, Ada Lovelace")).to_be_visible()

    # back at the laptop she sees the browser she left open, and closes it
    laptop.goto(f"{portal.portal}/account")
    expect(laptop.get_by_text("9 recovery codes")).to_be_visible()
    others = laptop.get_by_role("button", name=re.compile("^Sign out Chrom"))
    expect(others).to_have_count(1)
    others.focus()
    laptop.keyboard.press("Enter")
    expect(laptop.get_by_role("status")).to_contain_text("closed")
    library.goto(f"{portal.portal}/account")
    expect(library.get_by_role("heading", name="Sign in")).to_be_visible()
    laptop.goto(f"{portal.portal}/account")
    expect(laptop.get_by_role("heading", name="Your account")).to_be_visible()


def code_at_step(secret: str, step: int) -> str:
    """Compute a code as a phone does."""
    return code_at(base64.b32decode(secret), step)
