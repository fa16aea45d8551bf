"""Lessons served by real servers to visitors with or without a browser; a course of small lessons that need no API."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
from playwright.sync_api import BrowserContext
from websockets.sync.client import ClientConnection, connect

from classroom import accounts, keys
from classroom.accounts import SESSION_COOKIE, SessionSigner
from classroom.catalog import Catalog, Lesson, Track
from classroom.db import Database
from classroom.models import CredentialKind, User
from classroom.settings import Settings
from support.waiting import wait_until

CANARY = "CANARY-IN-THE-SERVERS-ENVIRONMENT"
PATIENCE_S = 60.0
START_S = 120.0

LESSONS = {
    "facts": """
        # Facts

        A text of its own.

        ```{code-cell}
        import json, os
        facts = {"env": dict(os.environ), "cwd": os.getcwd(), "pid": os.getpid(), "mode": os.stat(".").st_mode}
        print(json.dumps(facts))
        ```
        """,
    "widgets": """
        # Widgets

        Some *text* with `code`.

        ```{code-cell}
        import ipywidgets
        label = ipywidgets.Label("0 so far")
        button = ipywidgets.Button(description="Count")
        button.on_click(lambda _: setattr(label, "value", f"{int(label.value.split()[0]) + 1} so far"))
        print("printed before")
        display(ipywidgets.VBox([button, label]))
        print("printed after")
        ```

        ```{code-cell}
        1 / 0
        ```

        ```{code-cell}
        import anywidget, traitlets
        class Hello(anywidget.AnyWidget):
            _esm = "export default { render({ model, el }) { el.textContent = `Hello, ${model.get('who')}` } }"
            who = traitlets.Unicode("anywidget").tag(sync=True)
        Hello()
        ```
        """,
    "late": """
        # Late

        ```{code-cell}
        import anywidget, ipywidgets, traitlets
        class Late(anywidget.AnyWidget):
            _esm = '''
                await new Promise((resolve) => setTimeout(resolve, 2500));
                function render({ model, el }) {
                    const show = () => { el.textContent = `Heard ${model.get("words")}`; };
                    model.on("change:words", show);
                    show();
                }
                export default { render };
                '''
            words = traitlets.Unicode("nothing").tag(sync=True)
        late = Late()
        button = ipywidgets.Button(description="Speak")
        button.on_click(lambda _: setattr(late, "words", "you"))
        display(late, button)
        ```
        """,
    "growing": """
        # Growing

        ```{code-cell}
        import ipywidgets
        button = ipywidgets.Button(description="More")
        button.on_click(lambda _: ipywidgets.Label("more"))
        print(button.model_id)
        ```
        """,
    "solidity": """
        # Solidity

        ```{code-cell}
        %%solidity
        contract Purse {}
        ```
        """,
    "crash": """
        # Crash

        ```{code-cell}
        import os
        os._exit(3)
        ```
        """,
}


@dataclass
class House:
    """A data folder with people and built lessons, and the addresses of its servers."""

    settings: Settings
    database: Database
    users: dict[str, User]
    visitors: list["Visitor"] = field(default_factory=list)

    def session(self, name: str, *, lifetime: timedelta = timedelta(hours=1)) -> str:
        with self.database.unit_of_work() as work:
            return accounts.issue(work.session, CredentialKind.SESSION, self.users[name].id, lifetime=lifetime)

    def cookie(self, secret: str) -> str:
        return SessionSigner(keys.server_key(self.settings)).sign(secret)

    def visitor(self, name: str) -> "Visitor":
        return Visitor(self, self.cookie(self.session(name)))

    @property
    def environment(self) -> dict[str, str]:
        """Give a server's environment: the settings, and what no kernel may see."""
        settings = {f"CLASSROOM_{name.upper()}": str(value) for name, value in self.settings.model_dump().items()}
        own = {"HOME": str(self.settings.data_dir), "LANG": "C.UTF-8", "A_SECRET": CANARY}
        return {"PATH": os.environ["PATH"], **own, **settings}

    def command(self, server: str) -> list[str]:
        """Give the command that runs one of the servers."""
        return [sys.executable, "-m", "classroom.apps", server]

    def answers(self, server: str) -> bool:
        """Tell whether a server is ready."""
        url = self.settings.voila_url if server == "voila" else self.settings.lab_url
        try:
            return httpx.get(f"{url}/healthz", trust_env=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    @contextmanager
    def serve(self, server: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run one of the servers until the end of the block, ready from its beginning."""
        process = subprocess.Popen(self.command(server), env=self.environment, stdin=subprocess.DEVNULL)
        try:
            wait_until(lambda: process.poll() is not None or self.answers(server), timeout_s=START_S, what="readiness")
            assert process.poll() is None, "the server ended by itself"
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


class Visitor:
    """Somebody with a session cookie, or any other, who asks the lesson apps without a browser."""

    def __init__(self, house: House, cookie: str | None) -> None:
        self.house = house
        self.cookies = {} if cookie is None else {SESSION_COOKIE: cookie}
        self.url = house.settings.voila_url
        self.http = httpx.Client(base_url=self.url, cookies=self.cookies, timeout=PATIENCE_S, trust_env=False)
        house.visitors.append(self)

    def open(self, lesson: str, query: str = "") -> "Opened":
        """Open a lesson as a browser does."""
        answer = self.http.get(f"/voila/render/{lesson}.ipynb{query}")
        assert answer.status_code == 200, answer.text
        return Opened(self, answer)

    def connect(self, kernel_id: str, *, protocol: str | None = None, origin: str | None = None) -> ClientConnection:
        """Open the connection that a page has to its kernel; the answer may be a refusal."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return connect(
            f"{self.url.replace('http', 'ws')}/api/kernels/{kernel_id}/channels?session_id=x",
            additional_headers=headers,
            origin=origin or self.url,  # type: ignore[arg-type]
            subprotocols=[protocol] if protocol else None,  # type: ignore[list-item]
            proxy=None,
            open_timeout=PATIENCE_S,
        )

    def xsrf(self) -> dict[str, str]:
        """Give the header that our own page's script sends."""
        return {"X-XSRFToken": self.http.cookies["_xsrf"]}


class Opened:
    """A lesson's page, opened."""

    def __init__(self, visitor: Visitor, page: httpx.Response) -> None:
        self.visitor = visitor
        self.page = page
        found = re.search(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', page.text)
        assert found
        self.kernel_id: str = json.loads(found[1])["kernelId"]

    def outputs(self) -> list[dict[str, Any]]:
        """Give what the cells put out, when all are done."""
        answer = self.visitor.http.get(f"/classroom/outputs/{self.kernel_id}")
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Give what the lesson `facts` found out about its kernel."""
        (told,) = self.outputs()
        return json.loads(told["outputs"][0]["text"])

    def is_there(self) -> bool:
        """Tell whether the kernel is there, for its owner."""
        return self.visitor.http.get(f"/api/kernels/{self.kernel_id}").status_code == 200

    def close(self) -> None:
        answer = self.visitor.http.post(f"/voila/api/shutdown/{self.kernel_id}", headers=self.visitor.xsrf())
        assert answer.status_code == 204, answer.text


def course_of(root: Path, texts: dict[str, str]) -> Catalog:
    lessons = []
    for lesson_id, text in texts.items():
        path = root / "basics" / lesson_id / "lesson.md"
        path.parent.mkdir(parents=True)
        path.write_text(dedent(text))
        lessons.append(Lesson(lesson_id, "basics", lesson_id.title(), "", 5, (), path, ()))
    return Catalog("A course", (Track("basics", "Basics", "", tuple(lessons)),), {})


def message(kind: str, content: dict[str, Any], channel: str = "shell") -> dict[str, Any]:
    """Make a message to a kernel as a page sends it."""
    header = {"msg_id": f"{kind}-{channel}", "msg_type": kind, "session": "x", "username": "", "version": "5.3"}
    return {
        "channel": channel,
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "buffers": [],
    }


def as_v1(what: dict[str, Any]) -> bytes:
    """Write a message in the binary form of the protocol `v1.kernel.websocket.jupyter.org`."""
    parts: Sequence[bytes] = [
        what["channel"].encode(),
        *(json.dumps(what[part]).encode() for part in ("header", "parent_header", "metadata", "content")),
    ]
    offsets = [8 * (1 + len(parts) + 1)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (len(offsets), *offsets)) + b"".join(parts)


@dataclass
class Window:
    """A browser's window of one person, and every address it asked for."""

    context: BrowserContext
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        return {httpx.URL(url).netloc.decode() for url in self.asked if not url.startswith(("data:", "blob:"))}
