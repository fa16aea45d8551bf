"""The preview in a real browser, from the command line: each save changes the page, and the page stays where it was."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from classroom import authoring
from support.room import free_ports

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


@dataclass
class Preview:
    """A lesson, and the process that shows it."""

    folder: Path
    address: str
    process: subprocess.Popen[str]

    @property
    def exercise(self) -> Path:
        return self.folder / "counting"


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    folder = authoring.begin(tmp_path / "lessons", "basics/counting").folder
    command = [sys.executable, "-m", "classroom", "lesson", "preview", str(folder), "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(free_ports(1)[0])],
        env={**os.environ, "CLASSROOM_DATA_DIR": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout as output:
        said = output.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said + output.read()
        try:
            yield Preview(folder, found[0], process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(30)


@pytest.fixture
def page(browser: Browser, preview: Preview) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.goto(preview.address)
    expect(page.get_by_role("status")).to_have_text("Live")
    yield page
    assert all(url.startswith(preview.address) for url in asked)
    assert [each for each in complaints if "ERR_" not in each] == []
    context.close()


def test_every_save_changes_the_page_which_stays_where_it_was(preview: Preview, page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Counting")
    expect(page.get_by_text("All as it should be")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390, "it fits a narrow window"
    page.evaluate("window.opened = true")
    page.get_by_text("Hints (3)").click()
    hint = page.get_by_text("What must the contract remember")
    expect(hint).to_be_visible()

    lesson = preview.folder / "lesson.md"
    lesson.write_text(lesson.read_text().replace("# Counting", "# Counting grains 🌾", 1))
    expect(page.get_by_role("heading", level=1)).to_have_text("Counting grains 🌾")
    expect(page).to_have_title("Counting grains 🌾 · Preview")
    expect(hint).to_be_visible()

    mistake = preview.exercise / "mistakes/counts-once.sol"
    wrong = mistake.read_text()
    mistake.write_text(wrong.replace("count = 1", "count += 1"))
    expect(page.get_by_text("1 not as it should be")).to_be_visible()
    expect(page.locator(".wrong")).to_contain_text("mistakes/counts-once.sol")
    expect(page.locator(".wrong")).to_contain_text("Found: every check passes")
    mistake.write_text(wrong)
    expect(page.get_by_text("All as it should be")).to_be_visible()

    manifest = preview.exercise / "exercise.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace("[mistakes]", "[mistake]"))
    problem = page.get_by_role("region", name="This has to be mended")
    line = text.splitlines().index("[mistakes]") + 1
    expect(problem).to_contain_text(f"counting/exercise.toml, line {line}: ")
    expect(problem).to_contain_text("mend its spelling")
    expect(page.get_by_role("heading", level=1)).to_have_text("Counting grains 🌾")
    manifest.write_text(text)
    expect(problem).to_have_count(0)
    expect(page.get_by_text("All as it should be")).to_be_visible()
    assert page.evaluate("window.opened"), "the page was never loaded again"

    preview.process.send_signal(signal.SIGINT)
    expect(page.get_by_role("status")).to_have_text("The preview has stopped")
    assert preview.process.wait(30) == 0
