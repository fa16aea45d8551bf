"""What every test may use. Fixtures that belong to one room live beside its tests."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from evmbox.pool import Pool
from support.postgres import HOW_TO_INSTALL

TESTS = Path(__file__).parent
LONGEST = (
    "journeys",
    "lessons",
    "classroom/test_cli.py",
    "classroom/apps",
    "classroom/notebook/test_panel.py",
    "evmbox/test_pool_hostile.py",
    "evmbox/test_hostile_corpus.py",
    "evmbox/test_pool.py",
)
"""What takes long is begun first, so that in the end no worker waits for the other: folders and files, in order."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER: Final = "needs a browser"
"""What a report carries of a browser test, also to the one who sums up, who under xdist has only the reports."""

settings.register_profile("searching", database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("usual", settings.get_profile("searching"), derandomize=True)
settings.load_profile("usual")  # the same in each run; `make test-all` searches elsewhere each time


def find_chromium() -> str | None:
    """Give the path of Chromium as `deploy/find_chromium.py` finds it, or None."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(TESTS)
        return next((rank for rank, each in enumerate(LONGEST) if path.is_relative_to(each)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Give a pool of two slots with the limits that learners have, warm for the whole session of a worker.

    Whoever ends its processes, fills its line or needs other limits opens one of their own.
    """
    with Pool(2) as opened:
        yield opened


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of Chromium; without one the test is skipped, loudly, and in CI it fails."""
    path = find_chromium()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI needs Chromium for the browser tests, and deploy/find_chromium.py did not install it")
    if path is None:
        pytest.skip("no Chromium on this machine: install it, or set CHROMIUM to its path")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Give Chromium, which asks nothing of any host by itself.

    For a module at most: while Playwright runs, its event loop is this thread's, and tests that bring their own fail.
    """
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *quiet])
        yield opened
        opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if item.get_closest_marker("browser"):
        report.user_properties.append((BROWSER, True))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.stats.get("skipped", [])
    not_run = [report for report in reports if (BROWSER, True) in map(tuple, report.user_properties)]
    if not_run:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"{len(not_run)} browser tests were skipped: install Chromium and run again.")
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
    skipped = [report for report in reports if HOW_TO_INSTALL in str(report.longrepr)]
    if skipped:
        terminalreporter.section("POSTGRESQL TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.write_line(f"{len(skipped)} tests were skipped: {HOW_TO_INSTALL}.")
