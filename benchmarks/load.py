"""A class at work: learners open lessons, save drafts, hand in and follow their verdicts, over HTTP on real servers.

One API process and one consumer with two slots, on SQLite or on the PostgreSQL that `--database-url` names, both on
loopback. Learners come when their time has come, whether or not those before them were served (an open loop), at two
rates: first every learner once, lesson to verdict, at `--rate` a second; then hand-ins of sources that nobody has
compiled, at `--rush` a second, which is meant to be more than the machine can take. There 429 and 503 must appear, each
with Retry-After, and nothing may be lost. Half of the first hand-ins are of a source that was compiled before.

Prints latency by percentile for each kind of request, the time from hand-in to verdict, verdicts a second, refusals and
errors by kind, and the memory of each process. Asserts nothing about time. At the end it reads the record: every
acknowledged hand-in must have exactly one verdict, or must say that it was given up, and the audit log must verify to
its end; otherwise it says what is wrong and exits with 1.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil
from sqlmodel import col, func, select

from classroom import accounts, courses, sealing
from classroom.audit_log import Action
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.keys import server_key
from classroom.launcher import free_port
from classroom.models import AuditEvent, CredentialKind, Job, JobState, Role, Submission, SubmissionState
from classroom.settings import Settings
from evmbox.exercise import Exercise

START_S = 120.0
DRAIN_S = 900.0
LESSON = "hello-storage"
BUSY = {429, 503}
FILES = 8192
"""Open files: each follower has a connection at both ends."""


@dataclass
class Seen:
    """What the learners saw."""

    ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: list[UUID] = field(default_factory=list)


class Learner:
    """One of many, with a token of their own."""

    def __init__(self, http: httpx.AsyncClient, token: str, exercise: Exercise, seen: Seen) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._exercise = exercise
        self._seen = seen

    async def visit(self, *, fresh: bool) -> None:
        """Open the lesson, save a draft, hand in, and follow the verdict."""
        for kind, path in (
            ("list lessons", "/lessons"),
            ("open a lesson", f"/lessons/{LESSON}"),
            ("open an exercise", f"/exercises/{LESSON}"),
        ):
            await self._ask(kind, "GET", path)
        held = await self._ask("open the draft", "GET", f"/exercises/{LESSON}/draft", fine={404})
        revision = held["revision"] if held else 0
        draft = {"source": self._exercise.starter, "revision": revision}
        await self._ask("save a draft", "PUT", f"/exercises/{LESSON}/draft", json=draft)
        await self.hand_in(fresh=fresh)

    async def hand_in(self, *, fresh: bool) -> None:
        """Hand in, and follow the verdict; whoever is told to come back later goes away."""
        source = self._exercise.solution + (f"\n// {uuid4()}\n" if fresh else "")
        began = time.perf_counter()
        made = await self._ask(
            "hand in",
            "POST",
            "/submissions",
            json={"exercise_id": LESSON, "source": source},
            headers={"Idempotency-Key": uuid4().hex},
        )
        if made is None:
            return
        self._seen.acknowledged.append(UUID(made["id"]))
        if await self._follow(f"/submissions/{made['id']}/events"):
            kind = "verdict, fresh" if fresh else "verdict, compiled before"
            self._seen.ms[kind].append((time.perf_counter() - began) * 1000)
            await self._ask("read the verdict", "GET", f"/submissions/{made['id']}")

    async def _follow(self, path: str) -> bool:
        """Tell whether the stream came to the verdict."""
        began = time.perf_counter()
        try:
            async with self._http.stream("GET", path, headers=self._headers) as stream:
                if self._is_wrong("follow", stream):
                    return False
                first = True
                async for line in stream.aiter_lines():
                    if first:
                        self._seen.ms["first event"].append((time.perf_counter() - began) * 1000)
                        first = False
                    if line == "event: done":
                        return True
            self._seen.errors["follow: ended without a verdict"] += 1
        except httpx.HTTPError as error:
            self._seen.errors[f"follow: {type(error).__name__}"] += 1
        return False

    async def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: dict[str, str] | None = None,
        fine: frozenset[int] | set[int] = frozenset(),
    ) -> dict[str, str] | None:
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, path, json=json, headers=self._headers | (headers or {}))
        except httpx.HTTPError as error:
            self._seen.errors[f"{kind}: {type(error).__name__}"] += 1
            return None
        self._seen.ms[kind].append((time.perf_counter() - began) * 1000)
        if answer.status_code in fine or self._is_wrong(kind, answer):
            return None
        told: dict[str, str] = answer.json()
        return told

    def _is_wrong(self, kind: str, answer: httpx.Response) -> bool:
        if answer.is_success:
            return False
        if answer.status_code in BUSY and answer.headers.get("Retry-After", "").isdigit():
            self._seen.refused[f"{kind}: {answer.status_code}"] += 1
        else:
            self._seen.errors[f"{kind}: {answer.status_code}"] += 1
        return True


async def arrive(visits: list[object], per_second: float) -> float:
    """Begin each visit at a time of its own, as people do who know nothing of each other; give the seconds it took."""
    began = time.perf_counter()
    at = began
    async with asyncio.TaskGroup() as under_way:
        for visit in visits:
            at += random.expovariate(per_second)
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            under_way.create_task(visit)  # type: ignore[arg-type]
    return time.perf_counter() - began


class Memory:
    """The memory of the API, the consumer, and what the consumer has started, in MB."""

    def __init__(self, web: int, jobs: int) -> None:
        self._web, self._jobs = psutil.Process(web), psutil.Process(jobs)
        self.first = self.last = self.most = self._read()

    def look(self) -> None:
        """Read it again."""
        self.last = self._read()
        self.most = {name: max(mb, self.most[name]) for name, mb in self.last.items()}

    async def watch(self) -> None:
        """Look each second."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(1)

    def _read(self) -> dict[str, float]:
        below = 0.0
        for process in self._jobs.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                below += process.memory_full_info().uss
        both = {"API": self._web, "consumer": self._jobs}
        mb = {name: process.memory_full_info().uss / 2**20 for name, process in both.items()}
        return {**mb, "sandbox below the consumer": below / 2**20}


def seed(settings: Settings, learners: int) -> list[str]:
    """Make the tables, a course and its learners; give their tokens."""
    with closing(Database.of(settings)) as database:
        database.migrate()
        with database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, Catalog.load(settings.lessons_dir))
            tokens = []
            for number in range(learners):
                user = accounts.create_user(work.session, f"learner-{number}")
                courses.enrol(work.session, course, user, Role.LEARNER)
                lifetime = timedelta(days=1)
                tokens.append(accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=lifetime))
    return tokens


@contextmanager
def servers(settings: Settings) -> Iterator[tuple[int, int]]:
    """Run API and consumer until the end, and give their process ids; what they print is in the data folder."""
    variables = {f"CLASSROOM_{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items()}
    with contextlib.ExitStack() as opened:
        pids = []
        for module in ("classroom.web", "classroom.jobs"):
            log = opened.enter_context((settings.data_dir / f"{module}.log").open("wb"))
            command = [sys.executable, "-m", module, "--parent", str(os.getpid())]
            process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=log, stderr=log)
            opened.callback(process.wait)
            opened.callback(process.terminate)
            pids.append(process.pid)
        deadline = time.monotonic() + START_S
        while not _ready(settings):
            assert time.monotonic() < deadline, (settings.data_dir / "classroom.jobs.log").read_text()
            time.sleep(0.1)
        yield pids[0], pids[1]


def _ready(settings: Settings) -> bool:
    with contextlib.suppress(httpx.TransportError):
        answers = httpx.get(f"{settings.portal_url}/healthz", trust_env=False).is_success
        return answers and b"Grading," in (settings.data_dir / "classroom.jobs.log").read_bytes()
    return False


def drain(settings: Settings) -> float:
    """Wait until nothing is to be graded any more; give the seconds."""
    began = time.monotonic()
    final = (JobState.DONE, JobState.DEAD, JobState.CANCELLED)
    waiting = select(func.count()).select_from(Job).where(Job.kind == "grade", col(Job.state).not_in(final))
    with closing(Database.of(settings)) as database:
        while time.monotonic() < began + DRAIN_S:
            with database.read() as session:
                if session.exec(waiting).one() == 0:
                    break
            time.sleep(0.2)
    return time.monotonic() - began


def examine(settings: Settings, acknowledged: list[UUID]) -> tuple[dict[str, int], list[str]]:
    """Read the record: how each acknowledged hand-in ended, and what is wrong with it."""
    wrong: list[str] = []
    with closing(Database.of(settings)) as database, database.read() as session:
        made = {each.id: each for each in session.exec(select(Submission)).all()}
        ends: defaultdict[str, Counter[str]] = defaultdict(Counter)
        of_ends = col(AuditEvent.action).in_([Action.SUBMISSION_GRADED.value, Action.SUBMISSION_LOST.value])
        for subject, action in session.exec(select(AuditEvent.subject, AuditEvent.action).where(of_ends)).all():
            ends[str(subject)][action] += 1
        if len(acknowledged) != len(set(acknowledged)):
            wrong.append("two hand-ins were told the same id")
        lost = set(acknowledged) - made.keys()
        wrong.extend(f"{submission_id} was acknowledged and is not on record" for submission_id in lost)
        for submission in made.values():
            graded = submission.state is SubmissionState.DONE and submission.report is not None
            given_up = submission.state is SubmissionState.FAILED
            expected = {"submission_graded": 1} if graded else {"submission_lost": 1} if given_up else None
            if ends[str(submission.id)] != expected:
                wrong.append(f"{submission.id} is {submission.state}, and the log has {ends[str(submission.id)]}")
        verdict = sealing.verify(session, public_key=sealing.Sealer(server_key(settings)).public_key)
        if verdict.broken is not None or verdict.unsealed:
            wrong.append(f"the audit log does not verify to its end: {verdict}")
        states = Counter(f"{made[each].state}, {made[each].outcome}" for each in acknowledged if each in made)
    unacknowledged = len(made) - len(set(acknowledged) & made.keys())
    return {**states, "on record, though the answer was not heard": unacknowledged}, wrong


async def work(settings: Settings, tokens: list[str], memory: Memory, options: argparse.Namespace) -> dict[str, Seen]:
    """Let the learners come, at both rates."""
    exercise = Catalog.load(settings.lessons_dir).exercise(LESSON)
    phases = {"class": Seen(), "rush": Seen()}
    async with httpx.AsyncClient(
        base_url=f"{settings.portal_url}/api/v1",
        timeout=DRAIN_S,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
        trust_env=False,
    ) as http:
        watching = asyncio.create_task(memory.watch())
        first = Seen()
        await Learner(http, tokens[0], exercise, first).hand_in(fresh=False)  # so that it is compiled
        phases["class"].acknowledged += first.acknowledged
        everyone = [Learner(http, token, exercise, phases["class"]) for token in tokens]
        visits: list[object] = [each.visit(fresh=bool(number % 2)) for number, each in enumerate(everyone)]
        await arrive(visits, options.rate)
        hurried = [Learner(http, token, exercise, phases["rush"]) for token in tokens]
        await arrive([hurried[n % len(hurried)].hand_in(fresh=True) for n in range(options.hand_ins)], options.rush)
        watching.cancel()
    return phases


def percentiles(ms: list[float]) -> dict[str, float]:
    """Give the usual ones."""
    cuts = statistics.quantiles(ms, n=100, method="inclusive") if len(ms) > 1 else ms * 99
    return {"p50": cuts[49], "p90": cuts[89], "p95": cuts[94], "p99": cuts[98], "max": max(ms)}


def report(told: dict[str, object], phases: dict[str, Seen], memory: Memory) -> None:
    """Print what was seen."""
    for name, value in told.items():
        print(f"{name}: {value}")
    for phase, seen in phases.items():
        print(f"\n{phase}: {len(seen.acknowledged)} acknowledged; told to come back: {dict(seen.refused) or 'nobody'}")
        print(f"errors: {dict(seen.errors) or 'none'}")
        for kind, ms in seen.ms.items():
            print(f"  {kind:26} n {len(ms):5}", *(f"{cut} {value:8.1f}" for cut, value in percentiles(ms).items()))
    print("\nmemory of its own, MB")
    for name in memory.first:
        print(f"  {name:28} {memory.first[name]:7.1f} before, {memory.most[name]:7.1f} at most, ", end="")
        print(f"{memory.last[name]:7.1f} after")


def main() -> None:
    """Run, print, and judge the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learners", type=int, default=500)
    parser.add_argument("--rate", type=float, default=4.0, help="visits a second that the machine can take")
    parser.add_argument("--rush", type=float, default=60.0, help="hand-ins a second that it cannot")
    parser.add_argument("--hand-ins", type=int, default=600, help="how many of those")
    parser.add_argument(
        "--max-queued", type=int, default=100, help="hand-ins that may wait; more are told to come back"
    )
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database; without one, SQLite")
    parser.add_argument("--seed", type=int, default=1, help="of the times at which learners come")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    random.seed(options.seed)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if hard == resource.RLIM_INFINITY else min(FILES, hard), hard))
    with tempfile.TemporaryDirectory(prefix="classroom-load-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            portal_port=free_port("127.0.0.1", random.SystemRandom().randrange(20_000, 30_000), set()),
            database_url=options.database_url,
            pool_size=2,
            max_queued=options.max_queued,
        )
        tokens = seed(settings, options.learners)
        with servers(settings) as pids:
            memory = Memory(*pids)
            began = time.monotonic()
            phases = asyncio.run(work(settings, tokens, memory, options))
            drained_s = drain(settings)
            took_s = time.monotonic() - began
            memory.look()
        acknowledged = [each for seen in phases.values() for each in seen.acknowledged]
        states, wrong = examine(settings, acknowledged)
    told = {
        "machine": f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "record": "PostgreSQL" if options.database_url else "SQLite",
        "acknowledged": len(acknowledged),
        "ended as": states,
        "verdicts a second": round(len(acknowledged) / took_s, 1),
        "seconds after the last answer until all was graded": round(drained_s, 1),
        "wrong": wrong or "nothing",
    }
    if options.json:
        seen = {
            name: {
                "ms": {kind: percentiles(ms) | {"n": len(ms)} for kind, ms in phase.ms.items()},
                "acknowledged": len(phase.acknowledged),
                "refused": phase.refused,
                "errors": phase.errors,
            }
            for name, phase in phases.items()
        }
        used = {"before": memory.first, "most": memory.most, "after": memory.last}
        print(json.dumps({**told, "wrong": wrong, **seen, "memory_mb": used}, indent=2))
    else:
        report(told, phases, memory)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
