"""What a learner does: lessons, attempts and their verdicts, drafts, the sandbox, private chains, runs, grades."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
from pydantic import TypeAdapter, ValidationError

from classroom.client.connection import Connection, checked, given, parse, segment
from classroom.errors import Conflict, NotFound, TooMany, Unavailable
from classroom.schemas import (
    ChainIn,
    ChainOut,
    CheckTraceIn,
    CheckTraceOut,
    CompileIn,
    CompileOut,
    CourseOut,
    CourseSummary,
    DraftIn,
    DraftOut,
    Event,
    ExerciseOut,
    GradesOut,
    JobEvent,
    JobOut,
    JoinedOut,
    JoinIn,
    LessonOut,
    MeOut,
    RunIn,
    ScenarioIn,
    ScenarioOut,
    Step,
    SubmissionIn,
    SubmissionOut,
    TraceIn,
    TraceOut,
)

_LESSONS = TypeAdapter(list[LessonOut])
_CHAINS = TypeAdapter(list[ChainOut])
_RPC_ANSWER = TypeAdapter(dict[str, Any])
_RUN_RESULT: TypeAdapter[CompileOut | ScenarioOut] = TypeAdapter(ScenarioOut | CompileOut)
_POLL_DELAYS_S = (0.1, 0.2, 0.4, 0.8, 1.5)
_PATIENCE_S = 300.0


class Learning(Connection):
    """A learner's calls. Where a course may be named and is not, the one the person chose or learns in is meant."""

    def me(self) -> MeOut:
        """Tell who is signed in."""
        return self._get("/me", MeOut)

    def lessons(self, *, course: str | None = None) -> list[LessonOut]:
        """List the lessons of a course, in its order, with this learner's progress."""
        return parse(self._request("GET", "/lessons", params=given(course=course)), _LESSONS.validate_json)

    def lesson(self, lesson_id: str, *, course: str | None = None) -> LessonOut:
        """Fetch one lesson with this learner's progress."""
        return self._get(f"/lessons/{segment(lesson_id)}", LessonOut, course=course)

    def exercise(self, exercise_id: str, *, course: str | None = None) -> ExerciseOut:
        """Fetch an exercise as a learner sees it."""
        return self._get(f"/exercises/{segment(exercise_id)}", ExerciseOut, course=course)

    def submit(
        self, exercise_id: str, source: str, *, key: str | None = None, course: str | None = None
    ) -> SubmissionOut:
        """Hand in an attempt; the same `key` again is the same attempt."""
        body = checked(SubmissionIn, exercise_id=exercise_id, source=source)
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self._send("POST", "/submissions", SubmissionOut, body, headers=headers, course=course)

    def submission(self, submission_id: UUID) -> SubmissionOut:
        """Fetch one attempt, with its verdict when it is done."""
        return self._get(f"/submissions/{submission_id}", SubmissionOut)

    def submissions(self, exercise_id: str, *, course: str | None = None) -> Iterator[SubmissionOut]:
        """Yield this learner's attempts at an exercise, the latest first."""
        return self._pages("/submissions", SubmissionOut, exercise_id=exercise_id, course=course)

    def latest_submission(self, exercise_id: str) -> SubmissionOut | None:
        """Fetch this learner's latest attempt at an exercise, without its source, or None where there is none."""
        return next(self._pages("/submissions", SubmissionOut, exercise_id=exercise_id, limit=1), None)

    def events(self, submission_id: UUID) -> Iterator[Event]:
        """Yield what happens to a submission until it is done. Raise `httpx.TransportError` where the stream breaks."""
        for _name, data in self._stream(f"/submissions/{submission_id}/events"):
            event = Event.model_validate_json(data)
            yield event
            if event.state in {"done", "failed"}:
                return

    def wait(self, submission_id: UUID, on_event: Callable[[Event], None] = lambda _event: None) -> SubmissionOut:
        """Wait for a verdict, told by server-sent events or, where those break off, by asking again and again."""
        try:
            for event in self.events(submission_id):
                on_event(event)
                if event.submission is not None:
                    return event.submission
        except (httpx.TransportError, ValidationError, TooMany, Unavailable):
            pass  # the verdict itself can still be asked for
        deadline = time.monotonic() + _PATIENCE_S
        for delay_s in _repeat_last(_POLL_DELAYS_S):
            submission = self.submission(submission_id)
            if submission.state in {"done", "failed"}:
                return submission
            if time.monotonic() > deadline:
                break
            on_event(Event(submission_id=submission_id, state=submission.state))
            self._sleep(delay_s)
        raise Unavailable(
            "Your attempt is safe with the classroom, but it has not been checked yet. Look again in a while."
        )

    def draft(self, exercise_id: str) -> DraftOut | None:
        """Fetch the draft the server holds, or None where there is none yet."""
        try:
            return self._get(f"/exercises/{segment(exercise_id)}/draft", DraftOut)
        except NotFound:
            return None

    def save_draft(self, exercise_id: str, source: str, *, revision: int) -> DraftOut:
        """Save the text in the editor; raise `Conflict` where it was changed since `revision`."""
        body = checked(DraftIn, source=source, revision=revision)
        try:
            return self._send("PUT", f"/exercises/{segment(exercise_id)}/draft", DraftOut, body)
        except Conflict:
            held = self.draft(exercise_id)
            if held is not None and held.source == source:
                return held  # the answer to an earlier try was lost, or another window wrote the same
            raise

    def compile(
        self,
        source: str,
        *,
        check_only: bool = False,
        exercise_id: str | None = None,
        language: Literal["solidity", "yul"] = "solidity",
        solc: str | None = None,
        bytecode: bool = False,
        layouts: bool = False,
        debugging: bool = False,
    ) -> CompileOut:
        """Compile a source, as one for an exercise if that is named; with `check_only` only parse and type-check it.

        `solc` is one of the pinned versions; with `bytecode` the answer has that too, but for an exercise. With
        `layouts`, the layouts of storage come with it, with `debugging` what a chain's `stepTracer` takes.
        """
        more = {"solc": solc, "bytecode": bytecode} if solc or bytecode else {}
        body = checked(
            CompileIn,
            source=source,
            check_only=check_only,
            exercise_id=exercise_id,
            language=language,
            layouts=layouts,
            debugging=debugging,
            **more,
        )
        return self._send("POST", "/compile", CompileOut, body)

    def scenario(
        self, source: str, steps: Sequence[Step], *, exercise_id: str | None = None, state: bool = False
    ) -> ScenarioOut:
        """Run steps on a fresh chain and tell what each did; with `state` also what changed, and how all stands."""
        body = checked(ScenarioIn, source=source, steps=list(steps), exercise_id=exercise_id, state=state)
        return self._send("POST", "/scenarios", ScenarioOut, body)

    def trace(
        self, source: str, steps: Sequence[Step], *, index: int, exercise_id: str | None = None, **window: Any
    ) -> TraceOut:
        """Tell what happens in one step of a scenario, instructions by page; as for an exercise if that is named.

        `window` is what is wanted: `offset`, `limit`, `memory`, `summary`, `outline`, as in `TraceIn`.
        """
        body = checked(TraceIn, source=source, steps=list(steps), index=index, exercise_id=exercise_id, **window)
        return self._send("POST", "/traces", TraceOut, body)

    def trace_check(self, submission_id: UUID, check: str, *, index: int | None = None, **window: Any) -> CheckTraceOut:
        """Run a check of one's own attempt again, and tell what happens in one of the things it does."""
        body = checked(CheckTraceIn, check=check, index=index, **window)
        return self._send("POST", f"/submissions/{submission_id}/traces", CheckTraceOut, body)

    def chains(self) -> list[ChainOut]:
        """List this learner's private chains, the oldest first."""
        return parse(self._request("GET", "/chains"), _CHAINS.validate_json)

    def create_chain(self, name: str) -> ChainOut:
        """Give this learner's private chain of a name, made if there is none."""
        return self._send("POST", "/chains", ChainOut, checked(ChainIn, name=name))

    def delete_chain(self, chain_id: UUID) -> None:
        """Delete a private chain."""
        with suppress(NotFound):  # the answer to an earlier try was lost, or it was deleted elsewhere
            self._request("DELETE", f"/chains/{chain_id}")

    def rpc(self, path: str, method: str, params: list[Any]) -> dict[str, Any]:
        """Call a JSON-RPC method of a chain once: sent twice, it might be done twice."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        response = self._request("POST", f"{self.url}{path}", retries=(), json=call)
        return parse(response, _RPC_ANSWER.validate_json)

    def courses(self) -> Iterator[CourseSummary]:
        """Yield the courses one is in, by title."""
        return self._pages("/courses", CourseSummary)

    def course(self, slug: str) -> CourseOut:
        """Fetch a course one is in: its dates, its tracks and how it counts."""
        return self._get(f"/courses/{segment(slug)}", CourseOut)

    def choose_course(self, slug: str) -> None:
        """Make a course the one that is meant where none is named."""
        self._do("PUT", f"/courses/{segment(slug)}/chosen")

    def join(self, token: str) -> JoinedOut:
        """Come into the course of an invite, by its link's secret."""
        return self._send("POST", "/invites/accept", JoinedOut, checked(JoinIn, token=token))

    def grades(self, *, course: str | None = None) -> GradesOut:
        """Fetch one's own grades."""
        return self._get("/grades", GradesOut, course=course)

    def order_run(self, source: str, steps: Sequence[Step] = (), *, key: str | None = None) -> JobOut:
        """Have a source compiled or, with steps, deployed and used on an empty chain, in the background."""
        return self._make("/jobs", JobOut, checked(RunIn, source=source, steps=list(steps)), key=key)

    def jobs(self, *, kind: str | None = None) -> Iterator[JobOut]:
        """Yield one's own jobs, the latest first."""
        return self._pages("/jobs", JobOut, kind=kind)

    def job(self, job_id: UUID) -> JobOut:
        """Fetch where a job is."""
        return self._get(f"/jobs/{job_id}", JobOut)

    def job_events(self, job_id: UUID) -> Iterator[JobEvent]:
        """Yield what happens to a job until it is over. Raise `httpx.TransportError` where the stream breaks."""
        for name, data in self._stream(f"/jobs/{job_id}/events"):
            yield JobEvent.model_validate_json(data)
            if name == "done":
                return

    def run_result(self, job_id: UUID) -> CompileOut | ScenarioOut:
        """Fetch what came of a run."""
        return parse(self._request("GET", f"/jobs/{job_id}/result"), _RUN_RESULT.validate_json)

    def job_file(self, job_id: UUID) -> bytes:
        """Fetch the file that a job of one's own has written."""
        return self._request("GET", f"/jobs/{job_id}/file").content

    def cancel_job(self, job_id: UUID) -> JobOut:
        """Cancel a job."""
        return self._send("POST", f"/jobs/{job_id}/cancel", JobOut)


def _repeat_last(delays_s: Sequence[float]) -> Iterator[float]:
    yield from delays_s
    while True:
        yield delays_s[-1]
