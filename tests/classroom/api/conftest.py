"""A small course, a real database and a real server on a port of its own, with callers of every kind."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from classroom import accounts, courses
from classroom.accounts import SESSION_COOKIE, SessionSigner
from classroom.api.app import create_app
from classroom.api.csrf import HEADER, csrf_token
from classroom.db import Database
from classroom.jobs import Queue
from classroom.keys import server_key
from classroom.models import AuditEvent, CredentialKind, Role, Scope, User
from classroom.settings import Settings
from support.serving import running
from support.waiting import wait_until

COURSE = """\
title = "A small course"

[[tracks]]
id = "first-steps"
title = "First steps"
summary = "One lesson."
lessons = ["keeping"]
"""
LESSON = """\
---
classroom:
  title: Keeping a number
  summary: One number, kept.
  minutes: 5
---
# Keeping a number
"""
MANIFEST = """\
id = "keeper"
title = "A keeper of one number"
contract = "Keeper"
concepts = ["state"]
tasks = ["`set(uint256)` keeps the number.", "`number()` answers it."]

[[hints]]
text = "canary-in-a-hint"

[mistakes]
"forgets.sol" = "keeps_the_number"
"""
CHECKS = """\
from evmbox.checks import check

SECRET = "canary-in-the-checks"


@check("It keeps the number", task=1, points=2)
def keeps_the_number(chain, contract):
    contract.set(7)
    assert contract.number() == 7, "After set(7), number() should answer 7."


@check("It begins with zero", task=2)
def begins_with_zero(chain, contract):
    assert contract.number() == 0, "Before anything was set, number() should answer 0."
"""
TLS = ssl.create_default_context()  # for nothing; made here once, because each client would make one, in 20 ms
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
STARTER = HEAD + "contract Keeper {\n    function set(uint256 n) external {}\n}\n"
SOLUTION = (
    HEAD + "contract Keeper {\n    uint256 public number;\n    function set(uint256 n) external { number = n; }\n}\n"
)
FORGETS = HEAD + "contract Keeper {\n    uint256 public number;\n    function set(uint256 n) external {}\n}\n"


def write_course(folder: Path) -> None:
    """Write the small course, with canaries in all that must stay on the server."""
    exercise = folder / "first-steps" / "keeping" / "keeper"
    files = {
        folder / "course.toml": COURSE,
        exercise.parent / "lesson.md": LESSON,
        exercise / "exercise.toml": MANIFEST,
        exercise / "checks.py": CHECKS,
        exercise / "starter.sol": STARTER,
        exercise / "solution.sol": SOLUTION + "// canary-in-the-solution\n",
        exercise / "mistakes" / "forgets.sol": FORGETS + "// canary-in-a-mistake\n",
        exercise / "variants" / "other.sol": SOLUTION + "// canary-in-a-variant\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@dataclass
class Live:
    """A running classroom: where it is, what it enqueued, and who may call it."""

    SOLUTION: ClassVar[str] = SOLUTION
    FORGETS: ClassVar[str] = FORGETS
    STARTER: ClassVar[str] = STARTER

    app: FastAPI
    settings: Settings
    database: Database
    enqueued: list[UUID] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    opened: ExitStack = field(default_factory=ExitStack)
    consumer_log: Path | None = None

    def client(self, caller: str, **headers: str) -> httpx.Client:
        """Give an HTTP client that speaks as this caller."""
        every = {**self.headers[caller], **headers}
        client = httpx.Client(base_url=self.settings.portal_url, headers=every, timeout=30, trust_env=False, verify=TLS)
        return self.opened.enter_context(client)

    def submit(
        self, caller: str = "lea", source: str = SOLUTION, *, exercise: str = "keeper", key: str | None = None
    ) -> httpx.Response:
        """Hand in an attempt, at the small course's one exercise unless another is named."""
        body = {"exercise_id": exercise, "source": source}
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self.client(caller).post("/api/v1/submissions", json=body, headers=headers)

    def audited(self, action: str) -> list[AuditEvent]:
        """Read the audit log's entries of one kind."""
        with self.database.read() as session:
            return list(session.exec(select(AuditEvent).where(AuditEvent.action == action)))

    def add(self, name: str, *roles: Role, is_admin: bool = False) -> User:
        """Add a person, with a browser's session (`name`), a token (`name token`) and a kernel (`name kernel`)."""
        with self.database.unit_of_work() as work:
            session = work.session
            user = self.users[name] = accounts.create_user(session, name, is_admin=is_admin)
            course = courses.ensure_default_course(session, self.app.state.services.catalog)
            for role in roles:
                courses.enrol(session, course, user, role)
            hour = timedelta(hours=1)
            secret = accounts.issue(session, CredentialKind.SESSION, user.id, lifetime=hour)
            token = accounts.issue(session, CredentialKind.TOKEN, user.id, lifetime=hour, scopes=set(Scope))
            ticket = accounts.issue(session, CredentialKind.KERNEL, None, lifetime=hour)
            accounts.bind_kernel(session, ticket, user.id)
        key = server_key(self.settings)
        self.headers |= {
            name: {
                "Cookie": f"{SESSION_COOKIE}={SessionSigner(key).sign(secret)}",
                "Origin": self.settings.portal_url,
                HEADER: csrf_token(key, secret),
            },
            f"{name} token": {"Authorization": f"Bearer {token}"},
            f"{name} kernel": {"Authorization": f"Bearer {ticket}"},
        }
        return user


@pytest.fixture(name="wait_until", scope="session")
def _wait_until() -> Callable[..., None]:
    return wait_until


@pytest.fixture(scope="session")
def course_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    write_course(folder)
    return folder


@contextmanager
def open_live(folder: Path, migrated: Path, course_dir: Path, **changes: object) -> Iterator[Live]:
    """Run a classroom on a copy of the empty database, with everyone in it."""
    shutil.copy(migrated, folder / "classroom.db")
    with ExitStack() as opened:
        listener = opened.enter_context(socket.socket(proto=socket.IPPROTO_TCP))  # else asyncio leaves Nagle on: 40 ms
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        settings = Settings(data_dir=folder, lessons_dir=course_dir, portal_port=port).model_copy(update=changes)
        database = Database(settings.database)
        opened.callback(database.close)
        enqueued: list[UUID] = []
        app = create_app(settings, enqueue=enqueued.append)
        live = Live(app, settings, database, enqueued, opened=opened)
        opened.enter_context(running(app, listener))
        live.headers["nobody"] = {}
        live.add("lea", Role.LEARNER)
        live.add("leo", Role.LEARNER)
        live.add("ines", Role.INSTRUCTOR)
        live.add("otto", Role.INSTRUCTOR, Role.LEARNER)
        live.add("asa", Role.ASSISTANT)
        live.add("adele", is_admin=True)
        live.add("stranger")
        live.add("disabled", Role.LEARNER, Role.INSTRUCTOR)
        with database.unit_of_work() as work:
            accounts.set_disabled(work.session, live.users["disabled"].id, disabled=True, actor_id=None)
            ticket = accounts.issue(work.session, CredentialKind.KERNEL, None, lifetime=timedelta(hours=1))
        live.headers["unbound kernel"] = {"Authorization": f"Bearer {ticket}"}
        yield live


@contextmanager
def consume(live: Live, log: Path) -> Iterator[None]:
    """Have what is handed in graded by a consumer, which writes all it says to `log`."""
    settings = live.settings
    variables = {
        "CLASSROOM_DATA_DIR": str(settings.data_dir),
        "CLASSROOM_LESSONS_DIR": str(settings.lessons_dir),
        "CLASSROOM_PORTAL_PORT": str(settings.portal_port),
        "CLASSROOM_POOL_SIZE": "1",
    }
    with closing(Queue(settings)) as queue, log.open("wb") as output:
        live.app.state.services = replace(live.app.state.services, enqueue=queue.enqueue)
        command = [sys.executable, "-m", "classroom.jobs", "--parent", str(os.getpid())]
        process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=output, stderr=output)
        live.consumer_log = log
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def consuming() -> Callable[[Live, Path], AbstractContextManager[None]]:
    """Give `consume` to tests."""
    return consume


@pytest.fixture(scope="session")
def opening() -> Callable[..., AbstractContextManager[Live]]:
    """Give `open_live` to tests that bring a course of their own."""
    return open_live


@pytest.fixture
def live(tmp_path: Path, migrated: Path, course_dir: Path) -> Iterator[Live]:
    with open_live(tmp_path, migrated, course_dir) as opened:
        yield opened


@pytest.fixture(name="open_live")
def _open_live(tmp_path: Path, migrated: Path, course_dir: Path) -> Callable[..., AbstractContextManager[Live]]:
    """Give what runs a classroom with settings of one's own."""
    return partial(open_live, tmp_path, migrated, course_dir)


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
    course_dir: Path,
    backend: str,
    request: pytest.FixtureRequest,
) -> Iterator[Live]:
    """Give a classroom to tests that change nothing, or only what is their own."""
    with ExitStack() as held:
        changes = {}
        if backend == "postgresql":
            changes["database_url"] = held.enter_context(request.getfixturevalue("postgres").database())
        yield held.enter_context(open_live(tmp_path_factory.mktemp("shared"), migrated, course_dir, **changes))
