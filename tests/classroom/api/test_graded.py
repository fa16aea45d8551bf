"""The whole way with real parts: server, queue, consumer, sandbox. And what must never come out of it."""

from contextlib import closing
from uuid import uuid4

import pytest

from classroom.jobs import Queue
from classroom.schemas import Event

CANARY = "canary"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"
SOURCES = {
    "no Solidity": "nonsense",
    "nothing to deploy": HEAD + "interface Keeper {}\n",
    "another contract": HEAD + "contract Other {}\n",
    "no function": HEAD + "contract Keeper {}\n",
    "another type": HEAD + "contract Keeper { string public number; function set(string calldata n) external {} }\n",
    "reverts": HEAD
    + 'contract Keeper { function set(uint256) external pure { revert("no"); } uint256 public number; }\n',
    "never ends": HEAD + "contract Keeper { constructor() { while (true) {} } }\n",
    "curious": HEAD + 'import "solution.sol"; import "../keeper/checks.py"; import "checks.py"; contract Keeper {}\n',
}


@pytest.fixture(scope="module")
def classroom(shared, consuming, tmp_path_factory):
    """Have the attempts of a server graded by a consumer; both tell all they say."""
    with consuming(shared, tmp_path_factory.mktemp("log") / "consumer.log"):
        yield shared


def verdict(classroom, source, caller="lea"):
    """Hand in, wait for the last event, and give every answer as it came."""
    made = classroom.submit(caller, source)
    assert made.status_code == 202, made.text
    path = f"/api/v1/submissions/{made.json()['id']}"
    client = classroom.client(caller)
    events = client.get(f"{path}/events", timeout=120)
    last = Event.model_validate_json(events.text.rpartition("data: ")[2])
    assert last.state == "done"
    return client.get(path).json()["report"], [made.text, events.text, client.get(path).text]


def test_an_attempt_that_keeps_the_number_passes_and_one_that_forgets_it_is_told_why(classroom):
    passed, _ = verdict(classroom, classroom.SOLUTION)
    assert (passed["outcome"], passed["score"], passed["max_score"]) == ("passed", 3, 3)
    failed, _ = verdict(classroom, classroom.FORGETS)
    assert (failed["outcome"], failed["score"]) == ("failed", 1)
    assert [check["message"] for check in failed["checks"]] == ["After set(7), number() should answer 7.", None]
    progress = classroom.client("lea").get("/api/v1/exercises/keeper").json()["progress"]
    assert (progress["state"], progress["best_score"], progress["last_outcome"]) == ("passed", 3, "failed")


def test_a_server_with_a_consumer_and_a_compiler_is_ready(classroom, wait_until):
    client = classroom.client("nobody")
    wait_until(lambda: client.get("/readyz").status_code == 200, timeout_s=60)
    parts = client.get("/readyz").json()["parts"]
    assert parts == dict.fromkeys(
        ["database", "queue", "consumer", "compiler", "isolation", "disk", "audit", "mail"], "ok"
    )


def test_nothing_of_solution_checks_mistakes_or_hints_comes_out(classroom, caplog):
    exercise = classroom.app.state.services.catalog.exercise("keeper")
    for secret in (
        exercise.solution,
        *exercise.variants.values(),
        *exercise.mistake_sources.values(),
        exercise.hints[0].text,
    ):
        assert CANARY in secret
    assert CANARY in (exercise.path / "checks.py").read_text(encoding="utf-8")

    answers = []
    for source in SOURCES.values():
        _, texts = verdict(classroom, source, caller="leo")
        answers += texts
    client = classroom.client("leo")
    for path in (
        "/api/v1/me",
        "/api/v1/lessons",
        "/api/v1/lessons/keeping",
        "/api/v1/exercises/keeper",
        "/openapi.json",
        "/readyz",
    ):
        answers.append(client.get(path).text)
    answers.append(client.get("/api/v1/submissions", params={"exercise_id": "keeper"}).text)
    answers.append(classroom.client("ines").get("/api/v1/courses/classroom/cohort").text)
    for source in SOURCES.values():
        answers.append(client.post("/api/v1/compile", json={"source": source}).text)
        steps = [{"action": "deploy", "contract": "Keeper"}]
        answers.append(client.post("/api/v1/scenarios", json={"source": source, "steps": steps}).text)
    for name in ("solution.sol", "checks.py", "keeper/solution.sol", "..%2fkeeper%2fsolution.sol"):
        answers.append(client.get(f"/api/v1/exercises/{name}").text)
        answers.append(client.get(f"/static/{name}").text)
    answers.append(caplog.text)
    answers.append(classroom.consumer_log.read_text(encoding="utf-8"))
    assert [answer for answer in answers if CANARY in answer] == []


def test_what_was_enqueued_by_nobody_has_no_effect(classroom):
    with closing(Queue(classroom.settings)) as queue:
        queue.enqueue(uuid4())
    assert verdict(classroom, classroom.SOLUTION, caller="otto")[0]["outcome"] == "passed"
