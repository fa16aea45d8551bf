"""The kernel's half of the exercise panel: what a page is told, and that nothing of it blocks the kernel."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from classroom.errors import Unavailable
from classroom.notebook import exercise
from classroom.notebook.client import Client
from classroom.notebook.exercises import ExercisePanel

ME = {"id": "22222222-2222-2222-2222-222222222222", "name": "ada", "display_name": "Ada", "roles": {}}
ID = "11111111-1111-1111-1111-111111111111"
PROGRESS = {"exercise_id": "tip-jar", "state": "new", "attempts": 0, "best_score": 0, "max_score": 2}
EXERCISE = {
    "id": "tip-jar",
    "title": "A jar for tips",
    "kind": "contract",
    "max_score": 2,
    "lesson_id": "tip-jar",
    "contract": "TipJar",
    "concepts": [],
    "tasks": [{"number": 1, "text": "Do it."}],
    "starter": "contract TipJar {}",
    "progress": PROGRESS,
}
REPORT = {
    "exercise_id": "tip-jar",
    "outcome": "passed",
    "score": 2,
    "max_score": 2,
    "timings": {},
    "versions": {"solc": "0.8.37", "evm": "prague", "exercise": "0" * 64},
}


def submission(state: str, *, number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": ID[:-1] + str(number),
        "exercise_id": "tip-jar",
        "number": number,
        "state": state,
        "created_at": "2026-11-23T12:00:00Z",
        **more,
    }


def done(number: int = 1) -> dict[str, Any]:
    return submission("done", number=number, finished_at="2026-11-23T12:00:01Z", source="contract A {}", report=REPORT)


@dataclass
class Classroom:
    """A pretended classroom. `answers` maps a method and path to an answer, or to a function that gives one."""

    problem: Callable[..., httpx.Response]
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        what = f"{request.method} {request.url.path.removeprefix('/api/v1')}"
        self.asked.append((what, json.loads(request.content) if request.content else None))
        answer = self.answers.get(what)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, httpx.Response):
            return answer
        if answer is None and what.endswith("/events"):
            return httpx.Response(200, text=": nothing to tell\n\n")
        return self.problem(404, "not there") if answer is None else httpx.Response(200, json=answer)


@pytest.fixture
def classroom(problem: Callable[..., httpx.Response]) -> Classroom:
    return Classroom(
        problem,
        {"GET /me": ME, "GET /exercises/tip-jar": EXERCISE, "GET /submissions": {"items": []}, "POST /compile": None},
    )


@pytest.fixture
def panel(
    classroom: Classroom,
    connect: Callable[..., Client],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[ExercisePanel]:
    for name in ("exercise.js", "exercise.css"):
        (tmp_path / name).write_text(f"/* {name} */")
    monkeypatch.setattr("classroom.notebook.pages._STATIC", tmp_path, raising=True)
    client = connect(classroom)
    panel = ExercisePanel("tip-jar", client=lambda: client)
    yield panel
    panel.close()


@pytest.fixture
def told(panel: ExercisePanel, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect the messages the page gets, and how the attempt trait changes."""
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(panel, "send", messages.append)
    panel.observe(lambda change: messages.append({"attempt": change["new"]}), "attempt")
    return messages


def run(panel: ExercisePanel, *messages: dict[str, Any]) -> None:
    """Let a page send messages, and wait until all is answered."""

    async def page() -> None:
        for message in messages:
            panel._received(panel, message, [])
        await settled(panel)

    asyncio.run(page())


async def settled(panel: ExercisePanel) -> None:
    while panel._tasks:
        await asyncio.gather(*panel._tasks)


def attempts(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message["attempt"] for message in told if "attempt" in message]


def test_nothing_is_asked_before_a_page_opens_it(panel: ExercisePanel, classroom: Classroom) -> None:
    assert panel.content == {"state": "loading"}
    assert classroom.asked == []


def test_a_page_gets_the_exercise_the_draft_and_for_whom(panel: ExercisePanel, classroom: Classroom) -> None:
    draft = {"exercise_id": "tip-jar", "source": "mine", "revision": 4, "updated_at": "2026-11-23T12:00:00Z"}
    classroom.answers["GET /exercises/tip-jar/draft"] = draft
    run(panel, {"type": "open", "key": "k1"})
    content = panel.content
    assert (content["state"], content["user"], content["opened"]) == ("ready", ME["id"], "k1")
    assert content["exercise"]["starter"] == EXERCISE["starter"]
    assert content["draft"]["revision"] == 4


def test_a_question_of_the_page_gets_its_one_answer_or_the_problem(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]
) -> None:
    classroom.answers["GET /submissions"] = {"items": [done(2), submission("running")], "next": "c"}
    classroom.answers[f"GET /submissions/{ID[:-1]}2"] = done(2)
    run(
        panel,
        {"type": "ask", "key": "k1", "what": "attempts", "cursor": None},
        {"type": "ask", "key": "k2", "what": "attempt", "id": ID[:-1] + "2"},
        {"type": "ask", "key": "k3", "what": "solution"},
        {"type": "ask", "key": "k4", "what": "the moon"},
    )
    answers = {message["key"]: message for message in told if message.get("type") == "answer"}
    assert set(answers) == {"k1", "k2", "k3", "k4"}
    page = answers["k1"]["answer"]
    assert [(each["number"], each["outcome"], each["score"]) for each in page["items"]] == [
        (2, "passed", 2),
        (1, None, None),
    ]
    assert page["next"] == "c"
    assert answers["k2"]["answer"]["source"] == "contract A {}"
    assert answers["k3"]["problem"]["kind"] == "missing"
    assert answers["k4"]["problem"]["kind"] == "refused"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((401, "The ticket no longer holds."), "sign_in"),
        ((404, "There is no such exercise."), "missing"),
        ((429, "Slower."), "slow_down"),
        ((503, "The database is locked."), "busy"),
        ((403, "Not for you."), "refused"),
    ],
)
def test_trouble_becomes_a_message_in_the_panel(
    panel: ExercisePanel, classroom: Classroom, answer: tuple[int, str], kind: str
) -> None:
    classroom.answers["GET /exercises/tip-jar"] = classroom.problem(*answer)
    run(panel, {"type": "open", "key": "k1"})
    assert panel.content["state"] == "problem"
    assert panel.content["problem"]["kind"] == kind
    assert panel.content["problem"]["message"] == answer[1]


def test_a_classroom_that_does_not_answer_is_told_of_in_the_panel(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]
) -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    classroom.answers |= {"GET /me": gone, "POST /submissions": gone, "PUT /exercises/tip-jar/draft": gone}
    run(panel, {"type": "open", "key": "k1"})
    assert panel.content["problem"]["kind"] == "offline"
    run(panel, {"type": "check", "key": "k2", "source": "contract A {}"})
    assert (panel.attempt["state"], panel.attempt["problem"]["kind"]) == ("problem", "offline")
    run(panel, {"type": "save", "seq": 1, "source": "x", "revision": 0})
    assert told[-1]["type"] == "unsaved"
    assert told[-1]["problem"]["kind"] == "offline"


def test_an_unexpected_error_is_named_and_no_more(
    panel: ExercisePanel, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Client:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(panel, "_client", broken)
    run(panel, {"type": "open", "key": "k1"})
    assert panel.content["problem"] == {"kind": "refused", "message": "Something unexpected happened: RuntimeError."}
    assert "secret detail" in caplog.text


def test_a_check_is_told_stage_by_stage(panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]) -> None:
    events = [
        {"submission_id": submission("queued")["id"], "state": "running", "progress": {"stage": "compile"}},
        {
            "submission_id": submission("queued")["id"],
            "state": "running",
            "progress": {"stage": "check", "index": 2, "total": 7},
        },
        {"submission_id": submission("queued")["id"], "state": "done"},
    ]
    classroom.answers |= {
        "POST /submissions": submission("queued"),
        f"GET /submissions/{submission('queued')['id']}": done(),
        f"GET /submissions/{submission('queued')['id']}/events": httpx.Response(
            200, text="".join(f"data: {json.dumps(event)}\n\n" for event in events)
        ),
    }
    run(panel, {"type": "check", "key": "click", "source": "contract A {}"})
    states = attempts(told)
    assert [attempt["state"] for attempt in states] == ["sending", "queued", "running", "running", "done"]
    assert states[3]["progress"] == {"stage": "check", "index": 2, "total": 7}
    assert all(attempt["key"] == "click" for attempt in states)
    assert states[-1]["report"]["outcome"] == "passed"
    assert states[-1]["source"] == "contract A {}"


def test_the_kernel_goes_on_while_a_check_runs(panel: ExercisePanel, classroom: Classroom) -> None:
    asked, answered = threading.Event(), threading.Event()

    def slow(_request: httpx.Request) -> httpx.Response:
        asked.set()
        assert answered.wait(20), "the kernel's loop stood still"
        return httpx.Response(202, json=done())

    classroom.answers |= {
        "POST /submissions": slow,
        f"GET /submissions/{done()['id']}": done(),
    }

    async def page() -> None:
        panel._received(panel, {"type": "check", "key": "click", "source": "contract A {}"}, [])
        await asyncio.to_thread(asked.wait, 20)
        answered.set()  # only a loop that is free gets here
        await settled(panel)

    asyncio.run(page())
    assert panel.attempt["state"] == "done"


def test_a_late_verdict_does_not_replace_a_newer_check(panel: ExercisePanel, classroom: Classroom) -> None:
    release = threading.Event()

    def first_then_second(request: httpx.Request) -> httpx.Response:
        number = 1 if request.headers["Idempotency-Key"] == "first" else 2
        return httpx.Response(202, json=submission("queued", number=number))

    def held(_request: httpx.Request) -> httpx.Response:
        assert release.wait(20)
        return httpx.Response(200, json=done(1))

    classroom.answers |= {
        "POST /submissions": first_then_second,
        f"GET /submissions/{done(1)['id']}": held,
        f"GET /submissions/{done(2)['id']}": done(2),
    }

    async def page() -> None:
        panel._received(panel, {"type": "check", "key": "first", "source": "a"}, [])
        await until(panel, lambda: panel.attempt["state"] == "queued")
        panel._received(panel, {"type": "check", "key": "second", "source": "b"}, [])
        await until(panel, lambda: panel.attempt["state"] == "done")
        release.set()
        await settled(panel)

    asyncio.run(page())
    assert (panel.attempt["key"], panel.attempt["number"]) == ("second", 2)


def test_of_what_is_typed_meanwhile_only_the_newest_is_compiled(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]
) -> None:
    release = threading.Event()
    diagnostic = {"severity": "error", "kind": "ParserError", "message": "Expected ';'", "line": 1, "column": 3}

    def compile_(request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["source"] == "one":
            assert release.wait(20)
        return httpx.Response(200, json={"diagnostics": [diagnostic], "contracts": {}})

    classroom.answers["POST /compile"] = compile_

    async def page() -> None:
        for seq, source in enumerate(("one", "two", "three"), 1):
            panel._received(panel, {"type": "diagnose", "seq": seq, "source": source}, [])
            await until(panel, lambda: any(what == "POST /compile" for what, _ in classroom.asked))
        release.set()
        await settled(panel)

    asyncio.run(page())
    compiled = [body for what, body in classroom.asked if what == "POST /compile"]
    assert [body["source"] for body in compiled] == ["one", "three"]
    assert all((body["check_only"], body["exercise_id"]) == (True, "tip-jar") for body in compiled)
    assert [message["seq"] for message in told] == [1, 3]
    assert told[-1]["items"][0]["line"] == 1


@pytest.mark.parametrize(
    ("language", "asked"), [("solidity", ["solidity"]), ("yul", ["yul"]), ("hex", []), ("json", [])]
)
def test_what_is_typed_is_compiled_in_the_language_of_the_exercise(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]], language: str, asked: list[str]
) -> None:
    classroom.answers["GET /exercises/tip-jar"] = {**EXERCISE, "language": language}
    classroom.answers["POST /compile"] = {"diagnostics": [], "contracts": {}}
    run(panel, {"type": "open", "key": "k"})
    run(panel, {"type": "diagnose", "seq": 1, "source": "typed"})
    assert [body["language"] for what, body in classroom.asked if what == "POST /compile"] == asked
    assert told == [{"type": "diagnostics", "seq": 1, "items": []}]


def test_a_saved_draft_is_told_with_its_revision(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]
) -> None:
    saved = {"exercise_id": "tip-jar", "source": "mine", "revision": 5, "updated_at": "2026-11-23T12:00:00Z"}
    classroom.answers["PUT /exercises/tip-jar/draft"] = saved
    run(panel, {"type": "open", "key": "k"})
    run(panel, {"type": "save", "seq": 7, "source": "mine", "revision": 4})
    assert told == [{"type": "saved", "seq": 7, "revision": 5}]
    assert panel.content["draft"]["revision"] == 5
    assert ("PUT /exercises/tip-jar/draft", {"source": "mine", "revision": 4}) in classroom.asked


def test_a_draft_changed_elsewhere_is_told_with_the_other_text(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]
) -> None:
    theirs = {"exercise_id": "tip-jar", "source": "theirs", "revision": 9, "updated_at": "2026-11-23T12:00:00Z"}
    classroom.answers |= {
        "PUT /exercises/tip-jar/draft": classroom.problem(409, "changed"),
        "GET /exercises/tip-jar/draft": theirs,
    }
    run(panel, {"type": "save", "seq": 1, "source": "mine", "revision": 4})
    (message,) = told
    assert message["type"] == "conflict"
    assert (message["other"]["source"], message["other"]["revision"]) == ("theirs", 9)


def test_the_latest_verdict_of_an_earlier_visit_is_shown(panel: ExercisePanel, classroom: Classroom) -> None:
    classroom.answers |= {
        "GET /submissions": {"items": [submission("done", number=2), submission("done", number=1)]},
        f"GET /submissions/{done(2)['id']}": done(2),
    }
    run(panel, {"type": "open", "key": "k"})
    assert (panel.attempt["state"], panel.attempt["number"], panel.attempt["earlier"]) == ("done", 2, True)
    assert panel.attempt["report"]["score"] == 2


def test_an_attempt_still_on_its_way_is_waited_for_after_a_reload(
    panel: ExercisePanel, classroom: Classroom, told: list[dict[str, Any]]
) -> None:
    classroom.answers |= {
        "GET /submissions": {"items": [submission("running")]},
        f"GET /submissions/{done()['id']}": done(),
    }
    run(panel, {"type": "open", "key": "k"})
    assert [attempt["state"] for attempt in attempts(told)] == ["running", "done"]


def test_a_message_of_no_known_type_is_ignored(panel: ExercisePanel, classroom: Classroom) -> None:
    run(panel, {"type": "sudo"}, {})
    assert classroom.asked == []


def test_without_its_bundle_the_panel_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classroom.notebook.pages._STATIC", tmp_path)
    with pytest.raises(Unavailable, match="make setup"):
        exercise("tip-jar")


def test_where_no_browser_shows_it_the_panel_is_a_line_of_text(panel: ExercisePanel) -> None:
    bundle = panel._repr_mimebundle_()
    assert bundle is not None
    assert bundle[0]["text/plain"] == "exercise('tip-jar'): run this cell to open the exercise"


async def until(panel: ExercisePanel, condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is so; the test's time-out is the limit."""
    while not condition():
        await asyncio.wait([asyncio.ensure_future(_turn())])


def _turn() -> Coroutine[Any, Any, None]:
    return asyncio.to_thread(lambda: None)
