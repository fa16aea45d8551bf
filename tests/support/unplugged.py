"""A classroom on a machine whose network is cut off: `python -m support.unplugged FOLDER`, in a network of its own.

It starts the classroom, by `make run` where all is set up, hands in through HTTP and in a browser, and says as JSON
what came of it.
"""

import errno
import fcntl
import json
import os
import socket
import struct
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from deploy.set_up import steps
from playwright.sync_api import expect, sync_playwright
from sqlmodel import select

from classroom import accounts
from classroom.client import Client
from classroom.db import Database
from classroom.models import CredentialKind, User
from classroom.settings import Settings
from support.contracts import SOLUTION
from support.room import LINK, Classroom, classroom_on

IN_A_NETWORK_OF_ITS_OWN: Final = ["unshare", *(() if os.geteuid() == 0 else ("--user", "--map-root-user")), "--net"]
ELSEWHERE: Final = ("192.0.2.1", 443)  # RFC 5737: nobody's
PATIENCE_MS: Final = 60_000
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 1


def is_set_up() -> bool:
    """Tell whether `make run` has nothing left to bring from elsewhere."""
    return all(step.is_done() or step.name == "web" for step in steps())


def raise_loopback() -> None:
    """Let 127.0.0.1 be reached in a network that is new."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def reach_elsewhere() -> str:
    """Try to reach another machine, and give what happened."""
    try:
        socket.create_connection(ELSEWHERE, timeout=5).close()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    return "reached"


def hand_in(room: Classroom) -> str:
    """Hand in through HTTP, and give the outcome."""
    settings = Settings(data_dir=room.data_dir, database_url="")
    with closing(Database(settings.database)) as database, database.unit_of_work() as work:
        owner = work.session.exec(select(User)).one()
        token = accounts.issue(work.session, CredentialKind.TOKEN, owner.id, lifetime=timedelta(hours=1))
    with Client(room.portal, token) as client:
        report = client.wait(client.submit("tip-jar", SOLUTION).id).report
        assert report is not None
        return report.outcome.value


def check_in_browser(link: str, chromium: str) -> dict[str, Any]:
    """Come in by a link, open the lesson as an app and check; give the headline, and what broke on the pages."""
    broken: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("requestfailed", lambda request: "ERR_ABORTED" in (request.failure or "") or broken.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(link)
        page.get_by_role("link", name="Open A tip jar as an app").click()
        editor = page.get_by_role("textbox", name="Solidity")
        expect(editor).to_be_visible(timeout=PATIENCE_MS)
        editor.click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(SOLUTION)
        page.keyboard.press("Control+Enter")
        title = page.locator(".hk-outcome-title")
        expect(title).to_be_visible(timeout=PATIENCE_MS)
        headline = title.inner_text()
        browser.close()
    return {"headline": headline, "broken": broken}


def visit(folder: Path) -> dict[str, Any]:
    """Do all of it."""
    raise_loopback()
    found: dict[str, Any] = {"interfaces": [name for _, name in socket.if_nameindex()], "elsewhere": reach_elsewhere()}
    with classroom_on(folder) as room:
        if is_set_up():
            room.begun_by = ["make", "run", "ARGS=--no-browser"]
        room.begin()
        room.wait_for("✓ Portal and API")
        found["outcome"] = hand_in(room)
        room.wait_for("✓ Lesson apps")
        link = room.heard(LINK.pattern)
        assert link is not None
        found |= check_in_browser(link.group(), os.environ["CHROMIUM"])
    return found


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(visit(Path(sys.argv[1])))}\n")
