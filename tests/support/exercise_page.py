"""A page with the exercise panel in it, for Chromium, and a pretended classroom behind it.

It is the real front end on the real kernel half, without the Jupyter between them.
"""

import json
from typing import Any

import httpx
from playwright.async_api import Locator, Page, expect

from classroom.notebook.client import Client
from classroom.notebook.exercises import ExercisePanel
from support.widgets import connect

expect.set_options(timeout=20_000)

STARTER = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n\ncontract Jar {\n}\n"
EVIL = "<img src=x onerror=hacked=1>`<b>code</b>`"


class Classroom:
    """A pretended classroom that judges by a word in the source: `pass`, `wrong`, or neither for a compile error."""

    def __init__(self) -> None:
        self.draft: dict[str, Any] | None = None
        self.attempts: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.gone = False
        self.title = "A jar for tips"
        self.more: dict[str, Any] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.gone:
            raise httpx.ConnectError("refused", request=request)
        method, path = request.method, request.url.path.removeprefix("/api/v1")
        body = json.loads(request.content) if request.content else {}
        if path == "/exercises/jar/draft":
            return self.save(body) if method == "PUT" else _json(self.draft)
        if method == "POST" and path == "/submissions":
            self.keys.append(request.headers["Idempotency-Key"])
            self.attempts.append(self.judge(body["source"]))
            return _json(self.attempts[-1] | {"state": "queued", "report": None})
        if path.endswith("/events"):
            return httpx.Response(200, text=": nothing\n\n")
        if path.endswith("/discussion"):
            said = {"question": None, "told": [], "earlier": [], "comments": []}
            return _json({"submission_id": path.split("/")[2], "may_ask": True, **said})
        if path.startswith("/submissions/"):
            return _json(self.attempts[int(path[-4:], 16) - 1])
        answers = {
            "/me": {"id": f"{1:032}", "name": "ada", "display_name": "Ada", "roles": {}},
            "/exercises/jar": self.exercise(),
            "/compile": {"diagnostics": diagnostics(body.get("source", "")), "contracts": {}},
            "/submissions": {"items": self.attempts[::-1]},
        }
        return _json(answers[path])

    def exercise(self) -> dict[str, Any]:
        progress = {"exercise_id": "jar", "state": "new", "attempts": 0, "best_score": 0, "max_score": 3}
        tasks = [{"number": n, "text": f"Do `{n}`. {EVIL}"} for n in (1, 2)]
        rest = {"kind": "contract", "max_score": 3, "lesson_id": "jar", "contract": "Jar", "concepts": []}
        told = {"id": "jar", "title": self.title, "tasks": tasks, "starter": STARTER, "progress": progress}
        return told | rest | self.more

    def save(self, body: dict[str, Any]) -> httpx.Response:
        held = self.draft["revision"] if self.draft else 0
        if body["revision"] != held:
            return httpx.Response(409, json={"title": "Conflict", "status": 409, "detail": "changed"})
        self.draft = {"exercise_id": "jar", "revision": held + 1, "updated_at": "2026-11-23T12:00:00Z"} | {
            "source": body["source"]
        }
        return _json(self.draft)

    def judge(self, source: str) -> dict[str, Any]:
        wrong = "pass" not in source
        compiles = not wrong or "wrong" in source
        status = ("failed" if wrong else "passed") if compiles else "not_run"
        checks = [
            {
                "id": "a",
                "title": "It takes a tip",
                "task": 1,
                "status": "passed" if compiles else "not_run",
                "points": 1,
            },
            {"id": "b", "title": f"It pays {EVIL}", "task": 2, "status": status, "points": 2},
        ]
        if status == "failed":
            checks[1] |= {
                "message": f"Expected 1, got 0. {EVIL}",
                "hint": f"Look at `pay`. {EVIL}",
                "divergence": f"Bob called `pay()`. {EVIL} Nothing in `pay` (line 2) sends it.",
                "where": {"file": "Contract.sol", "line": 2, "column": 5, "end_line": 2, "end_column": 9},
            }
        outcome = {"passed": "passed", "failed": "failed", "not_run": "compile_error"}[status]
        report = {
            "exercise_id": "jar",
            "outcome": outcome,
            "score": {"passed": 3, "failed": 1}.get(outcome, 0),
            "max_score": 3,
            "checks": checks,
            "diagnostics": diagnostics(source),
            "timings": {"compile_ms": 12, "deploy_ms": 0, "checks_ms": 3},
            "versions": {"solc": "0.8.37", "evm": "prague", "exercise": "0" * 64},
        }
        number = len(self.attempts) + 1
        return {
            "id": f"{number:032x}",
            "exercise_id": "jar",
            "number": number,
            "state": "done",
            "created_at": "2026-11-23T12:00:00Z",
            "finished_at": "2026-11-23T12:00:01Z",
            "source": source,
            "report": report,
        }


def diagnostics(source: str) -> list[dict[str, Any]]:
    """Complain about each line with `oops`."""
    return [
        {"severity": "error", "kind": "DeclarationError", "message": f"Undeclared. {EVIL}", "help": "Declare `oops`."}
        | {"file": "Contract.sol", "line": n, "column": at + 1, "end_line": n, "end_column": at + 5}
        for n, line in enumerate(source.splitlines(), 1)
        if (at := line.find("oops")) >= 0
    ]


def _json(data: object) -> httpx.Response:
    return httpx.Response(404) if data is None else httpx.Response(200, json=data)


async def bridge(page: Page, client: Client) -> list[str]:
    """Serve the page with a kernel behind it that lives as long as its browser; returns what else the page asks for."""
    return await connect(page, ExercisePanel("jar", client=lambda: client))


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Solidity source")


async def write(page: Page, text: str) -> None:
    await editor(page).click()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.insert_text(text)


async def is_saved(page: Page) -> None:
    await expect(page.locator(".hk-saved")).to_have_text("✓Saved")


async def check(page: Page) -> None:
    await page.keyboard.press("Control+Enter")
