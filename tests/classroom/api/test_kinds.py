"""Every kind of exercise over HTTP: what a learner is given, what is graded, and what must never come out."""

import json
import shutil
from pathlib import Path

import pytest

from classroom.submissions import seed_for
from evmbox.exercise import answer_text
from evmbox.report import Report

EXERCISES = Path(__file__).parents[2] / "evmbox" / "exercises"
NAMES = ("forty-two", "larger", "open-sesame", "purse", "roll")
COURSE = """\
title = "A course of kinds"

[[tracks]]
id = "kinds"
title = "Kinds"
summary = "One of each."
lessons = ["all"]
"""
LESSON = "---\nclassroom:\n  title: All\n  summary: One of each.\n  minutes: 5\n---\n# All\n"
CANARY = "canary"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """Write a course of one exercise of each kind, with canaries in all that must stay on the server."""
    folder = tmp_path_factory.mktemp("kinds")
    lesson = folder / "kinds" / "all"
    lesson.mkdir(parents=True)
    (folder / "course.toml").write_text(COURSE)
    (lesson / "lesson.md").write_text(LESSON)
    for name in NAMES:
        copy = Path(shutil.copytree(EXERCISES / name, lesson / name))
        (copy / "checks.py").write_text((copy / "checks.py").read_text() + f'\n\nSECRET = "{CANARY}"\n')
        for secret in (*copy.glob("solution.*"), *copy.glob("mistakes/*"), *copy.glob("variants/*")):
            text = secret.read_text()
            dressed = text.rstrip()[:-1] + f', "{CANARY}": ""}}' if secret.suffix == ".json" else f"// {CANARY}\n{text}"
            secret.write_text(dressed)
    return folder


@pytest.fixture(scope="module")
def classroom(opening, consuming, migrated, course, tmp_path_factory):
    """Run a server and a consumer on that course."""
    with (
        opening(tmp_path_factory.mktemp("kinds-data"), migrated, course) as live,
        consuming(live, tmp_path_factory.mktemp("log") / "consumer.log"),
    ):
        yield live


def shown(classroom, name: str, caller: str = "lea") -> dict:
    answer = classroom.client(caller).get(f"/api/v1/exercises/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def verdict(classroom, name: str, source: str, caller: str = "lea") -> Report:
    """Hand in, wait for the last event, and give the report."""
    made = classroom.submit(caller, source, exercise=name)
    assert made.status_code == 202, made.text
    path = f"/api/v1/submissions/{made.json()['id']}"
    client = classroom.client(caller)
    client.get(f"{path}/events", timeout=120)
    return Report.model_validate(client.get(path).json()["report"])


def own_solution(classroom, name: str, caller: str = "lea") -> str:
    """Give the solution as it is right for this learner, without its canary."""
    services = classroom.app.state.services
    exercise = services.catalog.exercise(name)
    seed = seed_for(services.key, classroom.users[caller].id, name)
    text = answer_text(exercise, exercise.solution, seed, file="solution")
    if exercise.language != "json":
        return text
    return json.dumps({key: value for key, value in json.loads(text).items() if key != CANARY})


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_of_each_kind_passes_and_the_starter_does_not(classroom, name: str):
    failed = verdict(classroom, name, shown(classroom, name)["starter"])
    assert failed.outcome == "failed"
    passed = verdict(classroom, name, own_solution(classroom, name))
    assert passed.outcome == "passed", passed
    progress = shown(classroom, name)["progress"]
    assert (progress["state"], progress["best_score"]) == ("passed", passed.max_score)
    assert progress["best_gas"] == (passed.gas_score.used if name == "roll" else None)


def test_questions_hold_the_values_that_the_learner_is_judged_with(classroom):
    leas, leos = (shown(classroom, "purse", caller)["questions"] for caller in ("lea", "leo"))
    assert [question["id"] for question in leas] == [question["id"] for question in leos]
    assert leas != leos
    assert shown(classroom, "purse", "lea")["questions"] == leas
    assert verdict(classroom, "purse", own_solution(classroom, "purse", "lea"), "leo").outcome == "failed"
    assert verdict(classroom, "purse", own_solution(classroom, "purse", "leo"), "leo").outcome == "passed"
    assert {question["type"] for question in leas} == {"number", "hex", "yes-no", "choice", "address", "text", "gas"}
    assert all(question["form"] for question in leas)


def test_an_exercise_tells_an_editor_what_it_needs(classroom):
    purse, roll, puzzle = (shown(classroom, name) for name in ("purse", "roll", "open-sesame"))
    assert (purse["kind"], purse["language"], set(purse["shown"])) == ("predict", "json", {"scene.sol"})
    assert "contract Purse" in purse["shown"]["scene.sol"]
    assert roll["gas_budget"] == {
        "total": 70_000,
        "measures": {"joining": 46_000, "raising": 24_000},
        "best_known": 66_700,
    }
    assert (puzzle["kind"], puzzle["max_size"], set(puzzle["shown"])) == ("bytecode", 100, {"puzzle.hex"})
    assert [shown(classroom, name)["language"] for name in ("forty-two", "larger", "roll")] == [
        "hex",
        "yul",
        "solidity",
    ]


def test_yul_is_compiled_while_it_is_written(classroom):
    client = classroom.client("lea kernel")
    order = {"source": "{\n  mstor(0, 1)\n}", "check_only": True, "language": "yul"}
    (diagnostic,) = client.post("/api/v1/compile", json=order).json()["diagnostics"]
    assert (diagnostic["message"], diagnostic["line"]) == ('Function "mstor" not found.', 2)
    fine = client.post("/api/v1/compile", json=order | {"source": "{ mstore(0, 1) }", "check_only": False}).json()
    assert (fine["diagnostics"], fine["contracts"]) == ([], {"object": []})


def test_answers_too_large_to_be_read_are_refused(classroom):
    answer = classroom.submit("lea", json.dumps({"packed": "1" * 70_000}), exercise="purse")
    assert answer.status_code == 413


def test_no_answer_no_measure_and_no_solution_comes_out(classroom, caplog):
    answers = [json.dumps(shown(classroom, name, "otto")) for name in NAMES]
    for source in ("", "{}", "0g", '{"packed": "0", "given": 1, "calldata": "0x"}', "contract Roll {}"):
        answers += [verdict(classroom, name, source, "otto").model_dump_json() for name in NAMES]
    client = classroom.client("otto")
    for name in NAMES:
        answers.append(client.get("/api/v1/submissions", params={"exercise_id": name}).text)
        answers += [client.get(f"/api/v1/exercises/{name}/{file}").text for file in ("checks.py", "solution.json")]
    answers += [client.get("/api/v1/lessons").text, classroom.consumer_log.read_text(), caplog.text]
    secrets = (CANARY, "b751e655", "storage_at", "gas_used ==", "27673", "27,673")
    assert [secret for secret in secrets for answer in answers if secret in answer] == []
