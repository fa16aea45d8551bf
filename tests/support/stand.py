"""A small classroom to be broken: API and consumer in processes of their own, with points at which they die."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
from sqlmodel import select

from classroom import accounts, courses, sealing
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.keys import server_key
from classroom.models import AuditEvent, CredentialKind, Job, Role, Submission, SubmissionState
from classroom.sealing import Sealer
from classroom.settings import Settings
from support import dying
from support.consuming import COUNTER, Gate, write_counter_course
from support.room import free_ports
from support.waiting import wait_until

WEB, JOBS = "classroom.web", "classroom.jobs"


class Stand:
    """A classroom of one learner, one exercise and one slot."""

    def __init__(self, folder: Path, database_url: str) -> None:
        data_dir = folder / "data"
        data_dir.mkdir(mode=0o700, exist_ok=True)
        self.orders = folder / "orders"
        self.orders.mkdir()
        self.gate = Gate(folder / "gate")
        self.settings = Settings(
            data_dir=data_dir,
            database_url=database_url,
            lessons_dir=write_counter_course(folder / "lessons", self.gate),
            portal_port=free_ports(1)[0],
            pool_size=1,
            lease_s=600.0,
            database_wait_s=1.0,
            audit_seal_s=0.1,
            submissions_per_minute=100_000,
        )
        self.key = server_key(self.settings)
        self.database = Database.of(self.settings)
        with self.database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, Catalog.load(self.settings.lessons_dir))
            user = accounts.create_user(work.session, "lea")
            courses.enrol(work.session, course, user, Role.LEARNER)
            token = accounts.issue(work.session, CredentialKind.TOKEN, user.id, lifetime=timedelta(days=1))
        self.client = httpx.Client(
            base_url=f"{self.settings.portal_url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        )
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # Processes

    def start(self) -> None:
        """Start what does not run, and wait until it is ready."""
        for part in (WEB, JOBS):
            if part not in self.processes or self.processes[part].poll() is not None:
                self._start(part)
        wait_until(self._ready, what="the start of API and consumer")

    def _start(self, part: str) -> None:
        settings = self.settings.model_dump(mode="json")
        variables = {f"CLASSROOM_{name.upper()}": str(value) for name, value in settings.items()}
        with self._log(part).open("wb") as log:
            self.processes[part] = subprocess.Popen(
                [*dying.command(part), "--parent", str(os.getpid())],
                env={**os.environ, **variables, dying.FOLDER: str(self.orders)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _ready(self) -> bool:
        for part, process in self.processes.items():
            assert process.poll() is None, self._log(part).read_text()
        with suppress(httpx.TransportError):
            answers = httpx.get(f"{self.settings.portal_url}/healthz", trust_env=False).is_success
            return answers and b"Grading," in self._log(JOBS).read_bytes()
        return False

    def _log(self, part: str) -> Path:
        return self.settings.data_dir / f"{part}.log"

    def kill(self, part: str) -> None:
        self.processes[part].kill()
        self.processes[part].wait()

    def wait_until_dead(self, part: str) -> None:
        assert self.processes[part].wait(60) == -signal.SIGKILL, self._log(part).read_text()

    def order(self, point: str, what: str = "die") -> Path:
        return dying.order(self.orders, point, what)

    def grading(self) -> tuple[int, int]:
        """Give the process ids of the pool's template and of the fork that grades."""
        template, fork = (self.orders / "grading").read_text().split()
        return int(template), int(fork)

    def recover(self) -> None:
        """Take back what a test that failed has left."""
        self.gate.path.unlink(missing_ok=True)
        self.gate.path.with_name("reached").unlink(missing_ok=True)
        for path in self.orders.iterdir():
            if path.name != "grading":
                path.unlink()
        self.start()

    def close(self) -> None:
        """Stop as an operator does; the log must be sealed to its end then."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(60)
        self.client.close()
        try:
            verdict = self.verify_log()
            assert (verdict.broken, verdict.unsealed) == (None, 0), verdict
            assert verdict.sealed > 0
        finally:
            self.database.close()

    # What a learner does

    def post_once(self, key: str) -> httpx.Response:
        """Hand in; each key has a source of its own, so that each is compiled."""
        source = f"{COUNTER}// {key}\n"
        body = {"exercise_id": "counter", "source": source}
        return self.client.post("/submissions", json=body, headers={"Idempotency-Key": key})

    def post(self, key: str) -> httpx.Response:
        """Hand in; where that is refused for now, try again with the same key, as every client does."""

        def answered() -> httpx.Response | None:
            answer = self.post_once(key)
            return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

        found: httpx.Response = wait_until(answered, what="an answer other than 503")
        return found

    def hand_in(self, key: str) -> str:
        """Hand in and be told the id."""
        answer = self.post(key)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    # What is on record

    def attempts(self, key: str) -> list[Submission]:
        with self.database.read() as session:
            return list(session.exec(select(Submission).where(Submission.idempotency_key == key)))

    def wait_for_verdict(self, key: str) -> Submission:
        def over() -> list[Submission]:
            return [each for each in self.attempts(key) if each.state in {SubmissionState.DONE, SubmissionState.FAILED}]

        return wait_until(over, what="a verdict")[0]

    def assert_graded_once(self, key: str, *, outcome: str = "passed", attempt: int | None = None) -> None:
        """Wait for the verdict, and look at all that tells how often it was reached. The log must verify."""
        self.wait_for_verdict(key)
        (made,) = self.attempts(key)
        assert (made.state, made.outcome) == (SubmissionState.DONE, outcome)
        with self.database.read() as session:
            (job,) = session.exec(select(Job).where(Job.subject_id == made.id)).all()
            events = session.exec(select(AuditEvent).where(AuditEvent.subject == str(made.id))).all()
        assert job.state == "done"
        if attempt is not None:
            assert job.attempt == attempt
        assert sorted(event.action for event in events) == ["submission_graded", "submission_made"]
        assert self.verify_log().broken is None

    def verify_log(self) -> sealing.Verdict:
        with self.database.read() as session:
            return sealing.verify(session, public_key=Sealer(self.key).public_key)

    # What happens to machines

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Let neither process put a byte into any file."""
        pids = [process.pid for process in self.processes.values()]
        before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids]
        try:
            for pid, (_, hard) in zip(pids, before, strict=True):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
            yield
        finally:
            for pid, limits in zip(pids, before, strict=True):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the record, as a stuck writer would."""
        with self.database.engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE submissions, jobs IN ACCESS EXCLUSIVE MODE")
            yield


@contextmanager
def stand_on(folder: Path, database_url: str) -> Iterator[Stand]:
    """Give a stand that runs, and leave nothing of it running."""
    stand = Stand(folder, database_url)
    try:
        stand.start()
        yield stand
        stand.close()
    finally:
        for process in stand.processes.values():
            with closing(stand.client), suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
