"""An instructor makes a course and hands out a link; a learner joins by it and sees what was chosen, nothing else."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from classroom import accounts, courses
from classroom.db import Database
from classroom.models import CredentialKind, Role, User
from classroom.settings import REPOSITORY, Settings
from classroom.web.app import create_site
from support.reading import MOVED, TOO_WIDE, WATCH
from support.serving import running
from support.two_tracks import write_two_tracks

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "platform/web-src/node_modules/axe-core/axe.min.js"


@dataclass
class Site:
    """A running portal whose lessons are in two tracks."""

    settings: Settings
    database: Database
    browser: Browser

    def add(self, name: str, *roles: Role) -> User:
        with self.database.unit_of_work() as work:
            user = accounts.create_user(work.session, name, display_name=name.title())
            for role in roles:
                course = courses.require_instructor(work.session, User(name="", display_name="", is_admin=True), "home")
                courses.enrol(work.session, course, user, role)
        return user

    def enter(self, user: User, **options: Any) -> Page:
        """Sign a person in, in a browser of their own."""
        with self.database.unit_of_work() as work:
            link = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, user.id, lifetime=timedelta(minutes=5))
        page = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}).new_page()
        page.goto(f"{self.settings.portal_url}/welcome?link={link}")
        return page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated: Path, browser: Browser) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    lessons_dir = write_two_tracks(tmp_path_factory.mktemp("two-tracks"))
    (folder / "classroom.db").write_bytes(migrated.read_bytes())
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        settings = Settings(data_dir=folder, lessons_dir=lessons_dir, portal_port=port, database_url="")
        with closing(Database(settings.database)) as database, running(create_site(settings), listener):
            with database.unit_of_work() as work:
                courses.create(work.session, title="Home", slug="home")
            yield Site(settings, database, browser)


def has_no_barrier(page: Page) -> None:
    """Have axe look at the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def test_a_course_is_made_and_a_learner_joins_it_and_sees_the_chosen_track_only(site: Site) -> None:
    ines = site.enter(site.add("ines", Role.INSTRUCTOR))
    ines.get_by_role("link", name="Courses", exact=True).click()
    ines.get_by_label("Title").fill("Spring 2031")
    ines.get_by_role("button", name="Make the course").click()
    expect(ines).to_have_url(re.compile(r"/courses/spring-2031\?done=made"))
    has_no_barrier(ines)

    ines.get_by_label("Teach every track").uncheck()
    ines.get_by_role("group", name="First steps").get_by_label("Teach this track").uncheck()
    ines.get_by_role("group", name="Next steps").get_by_label("Due").first.fill("2031-03-01T12:00")
    ines.get_by_role("button", name="Save tracks").click()
    expect(ines.get_by_role("status")).to_have_text("Saved.")
    ines.get_by_label("Late work").select_option("percent_per_day")
    ines.get_by_label("Percent lost a day").fill("10")
    ines.get_by_role("button", name="Save dates and rules").click()
    expect(ines.get_by_label("Percent lost a day")).to_have_value("10")

    ines.get_by_role("link", name="Invites and import").click()
    has_no_barrier(ines)
    ines.get_by_role("button", name="Make the link").click()
    link = ines.get_by_role("region", name="Your new invite link").locator("code").inner_text()
    ines.reload()
    assert link not in ines.content()  # shown once

    new = site.browser.new_context().new_page()
    new.goto(link)
    expect(new.get_by_role("heading", level=1)).to_have_text("Join Spring 2031")
    expect(new.get_by_role("link", name="Make an account")).to_be_visible()
    has_no_barrier(new)

    lea = site.enter(site.add("lea", Role.LEARNER))
    expect(lea.get_by_role("heading", name="Keeping", exact=True).first).to_be_visible()  # of the course she was in
    lea.goto(link)
    lea.get_by_role("button", name="Join as Lea").click()
    expect(lea.get_by_role("heading", name="Counting", exact=True).first).to_be_visible()
    expect(lea.get_by_role("heading", name="Keeping", exact=True)).to_have_count(0)
    expect(lea.get_by_text("due 1 March 2031, 12:00 UTC").first).to_be_visible()
    answer = lea.goto(f"{site.settings.portal_url}/lessons/keeping")
    assert answer is not None
    assert answer.status == 404

    lea.goto(f"{site.settings.portal_url}/courses")
    has_no_barrier(lea)
    lea.get_by_role("button", name="Go to this course: Home").click()
    expect(lea.get_by_role("heading", name="Keeping", exact=True).first).to_be_visible()
    answer = lea.goto(f"{site.settings.portal_url}/courses/spring-2031")
    assert answer is not None
    assert answer.status == 403


def test_people_are_grouped_imported_and_given_more_time(site: Site) -> None:
    page = site.enter(site.add("irma", Role.INSTRUCTOR))
    page.goto(f"{site.settings.portal_url}/courses/home/people")
    page.get_by_label("Name of a new group").fill("Tuesday")
    page.get_by_role("button", name="Make the group").click()
    page.goto(f"{site.settings.portal_url}/courses/home/invites")
    csv = page.get_by_label("The lines of the file")
    csv.fill("name,display_name,group\nada,Ada Lovelace,Tuesday\nada,Ada Again,Tuesday\n")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Line 3")
    csv.fill("name,display_name,group\nada,Ada Lovelace,Tuesday\n")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("region", name="What the import would do")).to_contain_text("1 with a new account")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("region", name="Imported")).to_contain_text("/welcome?link=")

    page.goto(f"{site.settings.portal_url}/courses/home")
    page.get_by_role("group", name="First steps").get_by_label("Due").first.fill("2031-03-01T12:00")
    page.get_by_role("button", name="Save tracks").click()
    page.get_by_role("link", name="Extensions").click()
    page.get_by_label("For", exact=True).select_option(label="Tuesday")
    page.get_by_label("Due for them (UTC)").fill("2031-03-08T12:00")
    page.get_by_role("button", name="Give more time").click()
    expect(page.get_by_role("region", name="Extensions").first).to_contain_text("8 March 2031, 12:00 UTC")
    has_no_barrier(page)

    page.goto(f"{site.settings.portal_url}/courses/home/people")
    row = page.get_by_role("row", name="Ada Lovelace")
    expect(row).to_contain_text("Tuesday")
    has_no_barrier(page)
    row.get_by_label("Another role for Ada Lovelace").select_option("assistant")
    row.get_by_role("button", name="Give the role").click()
    expect(row).to_contain_text("Assistant")
    with page.expect_download() as download:
        page.get_by_role("link", name="People as CSV").click()
    assert "ada,Ada Lovelace,,Tuesday,assistant learner" in download.value.path().read_text(encoding="utf-8-sig")


def test_the_map_leads_by_keyboard_to_a_lesson_and_no_page_of_a_learner_has_a_barrier(site: Site) -> None:
    page = site.enter(site.add("mara", Role.LEARNER))
    page.evaluate("document.querySelector('.map a.next').focus()")
    first = page.locator(".map a:focus")
    expect(first).to_have_accessible_name(re.compile(r"^Keeping.*: open, next\."))
    has_no_barrier(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Builds on")).to_be_visible()
    has_no_barrier(page)
    page.goto(f"{site.settings.portal_url}/account")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Use this theme").click()
    expect(page.get_by_role("status")).to_have_text("Your theme is changed.")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 20, 29)"
    has_no_barrier(page)
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(site.settings.portal_url)
    expect(page.locator(".map")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    has_no_barrier(page)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Hyperkit Classroom").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Write a contract. See what it really does.")
    has_no_barrier(page)


OF_ONESELF = ("", "lessons/keeping", "lessons/none", "grades", "account", "account/data", "privacy", "terms", "courses")
OF_A_COURSE = tuple(f"courses/home{each}" for each in ("", "/people", "/invites", "/extensions", "/audit", "/usage"))
OF_ALL = ("cohort", "admin/jobs", "admin/audit", "admin/usage")
OF_STRANGERS = ("", "sign-in", "sign-up", "forgotten", "welcome?link=used")
AT_200_PERCENT = {"width": 640, "height": 450}  # what 1280 by 900 are then


def test_every_page_fits_at_200_percent_and_keeps_still_for_who_asks(site: Site) -> None:
    everything = site.add("vera", Role.INSTRUCTOR, Role.LEARNER)
    with site.database.unit_of_work() as work:
        accounts.set_admin(work.session, everything.id, is_admin=True, actor_id=None)
    options: dict[str, Any] = {"viewport": AT_200_PERCENT, "reduced_motion": "reduce"}
    vera, stranger = site.enter(everything, **options), site.browser.new_context(**options).new_page()
    found = []
    for page, paths in ((vera, OF_ONESELF + OF_A_COURSE + OF_ALL), (stranger, OF_STRANGERS)):
        page.add_init_script(WATCH)
        for path in paths:
            page.goto(f"{site.settings.portal_url}/{path}")
            page.keyboard.press("Tab")
            found += [(path, what) for what in (page.evaluate(TOO_WIDE), page.evaluate(MOVED)) if what]
            if path in OF_ALL or path.endswith(("usage", "audit", "data", "privacy", "terms")):
                has_no_barrier(page)
    assert found == []
