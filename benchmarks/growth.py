"""How a verdict's time grows with learners, submissions and lessons, and memory with submissions.

Three classrooms side by side, each with API and consumer in processes of their own on SQLite: a small one, one with ten
times and one with a hundred times as many learners, submissions and lessons. What is there from before is written into
the database directly, as a verdict leaves it; the lessons are copies of one. A learner clicks in each in turns, on a
source that was compiled before, so that whatever else the machine does falls on all of them alike; then some hundred
more clicks in the small one show whether its processes grow. Prints medians and minima in ms, and memory in MB; asserts
nothing about time or memory, but every verdict must be right.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import psutil
from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from classroom.db import UnitOfWork
from classroom.models import (
    AuditEvent,
    Course,
    Enrolment,
    Job,
    JobState,
    Progress,
    ProgressState,
    Role,
    Submission,
    SubmissionState,
    User,
    now,
)
from classroom.notebook.client import Client
from classroom.settings import Settings
from evmbox.exercise import Exercise, load_exercise
from evmbox.report import Outcome
from evmbox.runner import report_without_run
from submission import classroom

ORIGINAL = Settings().lessons_dir / "foundations/hello-storage"
SIZES = (1, 10, 100)
LEARNERS, EACH = 10, 10
"""In the smallest classroom: learners, and submissions of each."""


def write_lessons(folder: Path, count: int) -> Path:
    """Write a course of that many lessons, each with one exercise; all but the first are copies of it."""
    names = [ORIGINAL.name, *(f"copy-{number}" for number in range(1, count))]
    for name in names:
        lesson = folder / "track" / name
        lesson.mkdir(parents=True)
        text = (ORIGINAL / "lesson.md").read_text()
        (lesson / "lesson.md").write_text(text.replace(ORIGINAL.name, name))
        exercise = Path(shutil.copytree(ORIGINAL / ORIGINAL.name, lesson / name))
        manifest = exercise / "exercise.toml"
        manifest.write_text(manifest.read_text().replace(f'id = "{ORIGINAL.name}"', f'id = "{name}"'))
        for picture in ORIGINAL.glob("*.svg"):
            shutil.copy(picture, lesson)
    course = (Settings().lessons_dir / "course.toml").read_text()
    concepts = course[course.index("[concepts]") :]
    track = f'[[tracks]]\nid = "track"\ntitle = "Track"\nsummary = "Lessons."\nlessons = {json.dumps(names)}\n'
    (folder / "course.toml").write_text(f'title = "Growing"\n\n{track}\n{concepts}')
    return folder


def fill(work: UnitOfWork, course: Course, exercise: Exercise, size: int) -> None:
    """Write learners, and what their graded submissions leave behind."""
    report = report_without_run(exercise, Outcome.PASSED, "", solc=exercise.solc).model_dump(mode="json")
    rows: dict[type[SQLModel], list[SQLModel]] = {}

    def add(row: SQLModel) -> None:
        rows.setdefault(type(row), []).append(row)

    for number in range(LEARNERS * size):
        learner = User(name=f"learner-{number}", display_name="Learner")
        add(learner)
        add(Enrolment(course_id=course.id, user_id=learner.id, role=Role.LEARNER))
        for attempt in range(1, EACH + 1):
            made = _graded(course.id, learner.id, exercise, attempt, report)
            add(made)
            add(Job(kind="grade", subject_id=made.id, state=JobState.DONE, attempt=1, finished_at=made.finished_at))
            for action in ("submission.made", "submission.graded"):
                add(AuditEvent(action=action, actor_id=learner.id, subject=str(made.id), details={"number": attempt}))
        progress = {"state": ProgressState.PASSED, "attempts": EACH, "best_score": 1.0, "max_score": 1.0}
        add(Progress(course_id=course.id, user_id=learner.id, exercise_id=exercise.id, **progress))
    for table, some in rows.items():
        _insert(work.session, table, some)


def _graded(course: UUID, learner: UUID, exercise: Exercise, number: int, report: dict[str, object]) -> Submission:
    return Submission(
        course_id=course,
        user_id=learner,
        exercise_id=exercise.id,
        number=number,
        idempotency_key=uuid4().hex,
        source=exercise.solution,
        seed="1",
        state=SubmissionState.DONE,
        outcome="passed",
        score=1.0,
        max_score=1.0,
        report=report,
        finished_at=now(),
    )


def _insert(session: Session, table: type[SQLModel], rows: list[SQLModel]) -> None:
    """Insert rows as they are; an id that the database gives is left to it."""
    session.execute(insert(table), [{k: v for k, v in dict(row).items() if (k, v) != ("id", None)} for row in rows])


def click(client: Client, exercise: Exercise) -> float:
    """Hand in, and give the milliseconds to the verdict."""
    began = time.perf_counter()
    done = client.wait(client.submit(exercise.id, exercise.solution, key=uuid4().hex).id)
    took_ms = (time.perf_counter() - began) * 1000
    assert done.report is not None
    assert done.report.outcome is Outcome.PASSED, done.report
    return took_ms


def memory_mb(processes: list[psutil.Process]) -> list[float]:
    """Give what each process has for itself alone."""
    return [process.memory_full_info().uss / 2**20 for process in processes]


def in_turns(clients: dict[int, Client], exercise: Exercise, rounds: int) -> dict[int, list[float]]:
    """Click in all classrooms in turns, first some times unmeasured; give milliseconds."""
    times: dict[int, list[float]] = {size: [] for size in clients}
    for number in range(-5, rounds):
        for size, client in clients.items():
            took_ms = click(client, exercise)
            if number >= 0:
                times[size].append(took_ms)
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--submissions", type=int, default=300, help="over which memory is read")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as opened:
        clients: dict[int, Client] = {}
        families: dict[int, list[psutil.Process]] = {}
        for size in SIZES:
            lessons = write_lessons(Path(temporary) / f"lessons-{size}", size)
            exercise = load_exercise(lessons / "track" / ORIGINAL.name / ORIGINAL.name)
            before = set(psutil.Process().children())
            clients[size] = opened.enter_context(
                classroom(
                    Path(temporary) / f"data-{size}",
                    lessons=lessons,
                    fill=lambda work, course, size=size, exercise=exercise: fill(work, course, exercise, size),
                )
            )
            families[size] = sorted(set(psutil.Process().children()) - before, key=lambda process: process.pid)
        times = in_turns(clients, exercise, options.rounds)
        smallest = families[SIZES[0]]
        steps = [memory_mb(smallest)]
        for _ in range(3):
            for _ in range(options.submissions // 3):
                click(clients[SIZES[0]], exercise)
            steps.append(memory_mb(smallest))
    report(times, steps, options)


def report(times: dict[int, list[float]], steps: list[list[float]], options: argparse.Namespace) -> None:
    """Print what was measured, each size beside the smallest."""
    if options.json:
        sys.stdout.write(json.dumps({"ms": times, "memory_mb": steps}, indent=2) + "\n")
        return
    print(f"click to verdict, compiled before; Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}")
    smallest = times[SIZES[0]]
    for size, values in times.items():
        median, least = statistics.median(values), min(values)
        print(f"{LEARNERS * size:5} learners, {LEARNERS * EACH * size:6} submissions, {size:3} lessons: ", end="")
        print(f"median {median:6.1f} ms, min {least:6.1f}, n {len(values)}; of the smallest ", end="")
        print(f"{median / statistics.median(smallest):.2f} by the median, {least / min(smallest):.2f} by the least")
    for name, series in zip(("API", "consumer"), zip(*steps, strict=True), strict=True):
        print(f"{name}: memory before and after each third of {options.submissions}: ", end="")
        print(f"{', '.join(f'{mb:.1f}' for mb in series)} MB")


if __name__ == "__main__":
    main()
