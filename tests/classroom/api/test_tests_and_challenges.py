"""Exercises that ask for tests or for an attack, the whole way: server, queue, consumer, sandbox."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from classroom.jobs import Queue
from classroom.schemas import Event
from evmbox.exercise import load_exercise

EXERCISES = Path(__file__).parents[2] / "evmbox" / "exercises"
LESSON = "---\nclassroom:\n  title: {name}\n  summary: One exercise.\n  minutes: 5\n---\n# {name}\n"
NAMES = ("leaky-bank", "ether-bank", "first-transfer")


@pytest.fixture(scope="module")
def course_dir(tmp_path_factory):
    """Give a course of one lesson for each exercise."""
    folder = tmp_path_factory.mktemp("course")
    lessons = ", ".join(f'"on-{name}"' for name in NAMES)
    (folder / "course.toml").write_text(
        f'title = "Kinds"\n[[tracks]]\nid = "all"\ntitle = "All"\nsummary = "All."\nlessons = [{lessons}]\n'
    )
    for name in NAMES:
        shutil.copytree(EXERCISES / name, folder / "all" / f"on-{name}" / name)
        (folder / "all" / f"on-{name}" / "lesson.md").write_text(LESSON.format(name=name))
    return folder


@pytest.fixture(scope="module")
def verdict(shared, tmp_path_factory):
    """Give a function that hands in as a learner does, and waits for the report."""
    variables = {
        "CLASSROOM_DATA_DIR": str(shared.settings.data_dir),
        "CLASSROOM_LESSONS_DIR": str(shared.settings.lessons_dir),
        "CLASSROOM_PORTAL_PORT": str(shared.settings.portal_port),
        "CLASSROOM_POOL_SIZE": "1",
    }
    log = tmp_path_factory.mktemp("log") / "consumer.log"
    client = shared.client("lea")

    def hand_in(exercise_id, source):
        body = {"exercise_id": exercise_id, "source": source}
        made = client.post("/api/v1/submissions", json=body, headers={"Idempotency-Key": uuid4().hex})
        assert made.status_code == 202, made.text
        path = f"/api/v1/submissions/{made.json()['id']}"
        events = client.get(f"{path}/events", timeout=120)
        assert Event.model_validate_json(events.text.rpartition("data: ")[2]).state == "done", log.read_text()
        return client.get(path).json()["report"]

    with closing(Queue(shared.settings)) as queue, log.open("wb") as output:
        shared.app.state.services = replace(shared.app.state.services, enqueue=queue.enqueue)
        command = [sys.executable, "-m", "classroom.jobs", "--parent", str(os.getpid())]
        process = subprocess.Popen(command, env={**os.environ, **variables}, stdout=output, stderr=output)
        try:
            yield hand_in
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_passes_and_a_wrong_one_does_not(verdict, shared, name):
    exercise = load_exercise(EXERCISES / name)
    passed = verdict(name, exercise.solution)
    assert passed["outcome"] == "passed", passed
    shown = shared.client("lea").get(f"/api/v1/exercises/{name}").json()
    assert (shown["kind"], shown["max_score"]) == (exercise.kind, passed["max_score"])
    assert shown["progress"]["best_score"] == passed["score"] == passed["max_score"]
    assert shown["starter"] == exercise.starter
    file, source = min(exercise.mistake_sources.items())
    failed = verdict(name, source)
    assert failed["outcome"] == "failed"
    assert exercise.mistakes[file] in {check["id"] for check in failed["checks"] if check["status"] == "failed"}


def test_what_can_not_be_read_is_a_report_like_any_other(verdict):
    assert "can't be read" in verdict("first-transfer", '{"steps": [{"action": "fly"}]}')["message"]


@pytest.mark.parametrize(
    ("name", "file"), [("leaky-bank", "solution.sol"), ("first-transfer", "variants/journal.json")]
)
def test_an_answer_is_graded_on_the_command_line(course_dir, tmp_path, name, file):
    done = subprocess.run(
        [sys.executable, "-m", "classroom", "lesson", "grade", name, str(EXERCISES / name / file)],
        env={**os.environ, "CLASSROOM_DATA_DIR": str(tmp_path), "CLASSROOM_LESSONS_DIR": str(course_dir)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "passed" in done.stdout
