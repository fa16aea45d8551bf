"""Fills a database with a cohort: learners, and the attempts, findings and progress that a term leaves behind.

    .venv/bin/python benchmarks/cohort_data.py --database sqlite:////tmp/cohort.db --learners 1000 --attempts 200000

Learners differ in skill, exercises in difficulty; a learner goes through the course in order, at an own pace, and stops
somewhere. An attempt passes the more easily the more came before it, and one that fails tends to fail as the last one
did. Sources and reports are as long as real ones. The same seed gives the same rows, but for the time they end at.
"""

import argparse
import hashlib
import json
import math
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from classroom import accounts, courses
from classroom.catalog import Catalog
from classroom.db import Database
from classroom.models import (
    Course,
    Enrolment,
    Finding,
    Group,
    GroupMember,
    Progress,
    ProgressState,
    Role,
    Submission,
    SubmissionState,
    User,
    now,
)
from classroom.settings import Settings
from evmbox.report import CheckResult, CheckStatus, Outcome, Report, Timings, Versions

CHUNK = 2_000
CHECKS = 6
SHAPES = 9
"""Ways to fail in each exercise; the last one does not compile."""
TERM = timedelta(weeks=10)
NAMES = (
    "Ada",
    "Ben",
    "Chloe",
    "Dina",
    "Emil",
    "Fatou",
    "Goran",
    "Hana",
    "Ivo",
    "Jun",
    "Kira",
    "Leo",
    "Mina",
    "Noor",
    "Oskar",
    "Pia",
    "Quinn",
    "Rosa",
    "Sami",
    "Tove",
)
FAMILIES = (
    "Abe",
    "Berg",
    "Costa",
    "Diallo",
    "Evans",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jensen",
    "Kaya",
    "Lopez",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
)
LINES = (
    "    mapping(address account => uint256 amount) public balances;",
    "    event Deposited(address indexed from, uint256 amount);",
    "    function deposit() external payable { balances[msg.sender] += msg.value; }",
    "    // what was put in is written down, so that nobody takes out more than is theirs",
    "    error NotEnough(uint256 asked, uint256 held);",
    "    function withdraw(uint256 amount) external { balances[msg.sender] -= amount; }",
)


@dataclass
class Cell:
    """One learner's attempts at one exercise: the shape of each failure, None where it passed, and when it was made."""

    user_id: UUID
    exercise_id: str
    skill: float
    began: datetime
    went: list[tuple[int | None, datetime]] = field(default_factory=list)


@dataclass(frozen=True)
class Filled:
    """What was written."""

    course: Course
    instructor: User
    learners: list[UUID]
    attempts: int


def fill(
    database: Database, exercises: Sequence[str], *, learners: int, attempts: int, seed: int = 1, title: str = "A term"
) -> Filled:
    """Make a course with its instructor, and write everything its learners did until now."""
    chance, at = random.Random(seed), now()  # noqa: S311 - plausible, not secret
    with database.unit_of_work() as work:
        instructor = accounts.create_user(work.session, f"teacher-{seed}", display_name="The teacher")
        course = courses.create(work.session, title=title, slug=f"term-{seed}", instructor=instructor, actor_id=None)
    people = [_person(chance, number, at) for number in range(learners)]
    cells = _cells(chance, [person["id"] for person in people], exercises, attempts, at)
    made = {id_: [_report(id_, shape) for shape in (*range(SHAPES), None)] for id_ in exercises}
    reports = {id_: [(each, each.model_dump(mode="json")) for each in some] for id_, some in made.items()}
    groups = [
        {"id": _id(chance), "course_id": course.id, "name": f"Group {number + 1:02}", "created_at": at - TERM}
        for number in range(10)
    ]
    with database.unit_of_work(durable=False) as work:
        _insert(work.session, User, people)
        roles = (
            {"id": _id(chance), "user_id": each["id"], "course_id": course.id, "created_at": at - TERM}
            for each in people
        )
        _insert(work.session, Enrolment, ({**each, "role": Role.LEARNER} for each in roles))
        _insert(work.session, Group, groups)
        members = ((groups[number % len(groups)]["id"], each["id"]) for number, each in enumerate(people))
        _insert(work.session, GroupMember, ({"group_id": group, "user_id": user} for group, user in members))
    for some in _chunks(cells, CHUNK // 4):
        with database.unit_of_work(durable=False) as work:
            rows = [_rows(chance, course.id, cell, reports[cell.exercise_id]) for cell in some]
            _insert(work.session, Submission, (row for submissions, _, _ in rows for row in submissions))
            _insert(work.session, Finding, (row for _, findings, _ in rows for row in findings))
            _insert(work.session, Progress, (row for _, _, row in rows))
    return Filled(course, instructor, [person["id"] for person in people], attempts)


def _person(chance: random.Random, number: int, at: datetime) -> dict[str, Any]:
    name = f"{chance.choice(NAMES)} {chance.choice(FAMILIES)}"
    return {"id": _id(chance), "name": f"learner-{number:05}", "display_name": name, "created_at": at - TERM}


def _cells(
    chance: random.Random, people: Sequence[UUID], exercises: Sequence[str], attempts: int, at: datetime
) -> list[Cell]:
    """Let everyone work, until exactly so many attempts are made."""
    cells = []
    for user_id in people:
        skill, pace = chance.gauss(0, 1), chance.triangular(0.35, 1.25, 1.0)
        reached = max(1, min(len(exercises), round(len(exercises) * pace)))
        works_now = chance.random() < 0.7
        for place, exercise_id in enumerate(exercises[:reached]):
            began = at - TERM * (1 - (place + chance.random()) / reached)
            if place == reached - 1:
                began = at - timedelta(days=2 if works_now else 20) * chance.random()
            cells.append(Cell(user_id, exercise_id, skill - 1.2 * place / len(exercises), min(began, at)))
    chance.shuffle(cells)
    left = attempts
    for cell in cells[:attempts]:
        left -= _try(chance, cell, at)
    while left > 0:
        left -= _try(chance, chance.choice(cells), at, most=min(left, 8))
    for cell in reversed(cells):
        while left < 0 and len(cell.went) > 1:
            cell.went.pop()
            left += 1
    return [cell for cell in cells if cell.went]


def _try(chance: random.Random, cell: Cell, at: datetime, most: int = 14) -> int:
    """Try until it passes or patience ends; give the number of attempts."""
    made, patience = 0, chance.randint(1, most)
    when = cell.went[-1][1] if cell.went else cell.began
    usual = chance.choices(range(SHAPES), weights=[1 / (1 + shape) for shape in range(SHAPES)])[0]
    while made < patience:
        when = min(at, when + timedelta(minutes=chance.expovariate(1 / 9)))
        made += 1
        passes = chance.random() < 1 / (1 + math.exp(1.1 - cell.skill - 0.25 * len(cell.went)))
        if not passes and chance.random() < 0.35:
            usual = chance.randrange(SHAPES)
        cell.went.append((None if passes else usual, when))
        if passes:
            break
    return made


def _rows(
    chance: random.Random, course_id: UUID, cell: Cell, reports: Sequence[tuple[Report, dict[str, Any]]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """Give the rows of a cell as handing in and grading would have left them."""
    submissions, findings = [], []
    of_learner = {"course_id": course_id, "user_id": cell.user_id, "exercise_id": cell.exercise_id}
    row: dict[str, Any] = {
        **of_learner,
        "best_score": 0.0,
        "repeats": 0,
        "stalled": 0,
        "shape": None,
        "passed_at": None,
    }
    row |= {"best_submission_id": None, "state": ProgressState.STARTED, "advanced_at": cell.went[0][1]}
    for number, (kind, made_at) in enumerate(cell.went, start=1):
        report, data = reports[-1 if kind is None else kind]
        failing = _failing(kind)
        shape = failing and hashlib.sha256(f"{cell.exercise_id} {kind}".encode()).hexdigest()[:16]
        graded = {"outcome": report.outcome.value, "score": report.score, "max_score": report.max_score}
        id_ = _id(chance)
        submissions.append(
            {
                **of_learner,
                **graded,
                "id": id_,
                "number": number,
                "idempotency_key": id_.hex,
                "source": _source(chance, cell.exercise_id, number),
                "seed": f"{chance.getrandbits(128):x}",
                "state": SubmissionState.DONE,
                "report": data,
                "created_at": made_at,
                "finished_at": made_at,
            }
        )
        findings.append(
            {
                **of_learner,
                **graded,
                "submission_id": id_,
                "number": number,
                "failed": [check.id for check in report.checks if check.status is CheckStatus.FAILED],
                "failing": failing,
                "shape": shape,
                "made_at": made_at,
                "finished_at": made_at,
            }
        )
        rose = report.score > row["best_score"]
        if rose or number == 1:
            row |= {"best_score": report.score, "best_submission_id": id_, "advanced_at": made_at}
        row["stalled"] = 0 if rose else row["stalled"] + 1
        row["repeats"] = 0 if shape is None else row["repeats"] + 1 if shape == row["shape"] else 1
        if kind is None:
            row |= {"state": ProgressState.PASSED, "passed_at": row["passed_at"] or made_at}
        row |= {"shape": shape, "failing": failing, "last_outcome": report.outcome.value}
    last = cell.went[-1][1]
    row |= {"id": _id(chance), "attempts": len(cell.went), "max_score": float(CHECKS)}
    return submissions, findings, row | {"updated_at": last, "attempted_at": last}


def _failing(kind: int | None) -> str | None:
    if kind is None:
        return None
    return "compile:7576" if kind == SHAPES - 1 else f"check_{kind % CHECKS}"


def _report(exercise_id: str, kind: int | None) -> Report:
    """Make the verdict of a way to fail, or of none."""
    at = CHECKS if kind is None else kind % CHECKS
    built = kind != SHAPES - 1
    checks = [
        CheckResult(
            id=f"check_{number}",
            title=f"What {exercise_id} promises, part {number + 1}, holds for everyone who calls it",
            task=number + 1,
            status=CheckStatus.FAILED if number == at else CheckStatus.PASSED,
            points=1,
            message=f"After Bob calls `deposit`, the balance should be {7 + number}, and it is 0."
            if number == at
            else None,
            divergence=f"Nothing in `deposit` (line {10 + (kind or 0)}) changes `balances`: it is as before."
            if number == at
            else None,
            hint="Look at what is written, and when." if number == at else None,
        )
        for number in range(CHECKS)
    ]
    passed = kind is None
    return Report(
        exercise_id=exercise_id,
        outcome=Outcome.PASSED if passed else Outcome.FAILED if built else Outcome.COMPILE_ERROR,
        message=None if built else "It does not compile yet: `balance` is declared nowhere.",
        score=float(CHECKS if passed else at if built else 0),
        max_score=float(CHECKS),
        checks=tuple(checks) if built else (),
        gas={name: 21_000 + len(name) for name in ("constructor", "deposit", "withdraw", "balances", "owner")},
        size=1_800,
        timings=Timings(compile_ms=31.5, deploy_ms=1.9, checks_ms=9.4, total_ms=44.8),
        versions=Versions(solc="0.8.30", evm="prague", exercise=hashlib.sha256(exercise_id.encode()).hexdigest()),
    )


def _source(chance: random.Random, exercise_id: str, number: int) -> str:
    body = "\n".join(chance.choices(LINES, k=16))
    head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n\n"
    return f"{head}// {exercise_id}, {number}\ncontract Box {{\n{body}\n}}\n"


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _insert(session: Session, table: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    for some in _chunks(rows, CHUNK):
        session.connection().execute(insert(table.__table__), some)  # type: ignore[attr-defined]


def _chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def main() -> None:
    """Fill the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="", help="an SQLAlchemy address; without it that of the settings")
    parser.add_argument("--lessons", type=Path, help="a folder of lessons; without it that of the settings")
    parser.add_argument("--learners", type=int, default=1_000)
    parser.add_argument("--attempts", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    settings = Settings()
    catalog = Catalog.load(options.lessons) if options.lessons else Catalog.of(settings)
    began = time.perf_counter()
    with closing(Database(options.database or settings.database)) as database:
        database.migrate()
        filled = fill(
            database, list(catalog.exercises), learners=options.learners, attempts=options.attempts, seed=options.seed
        )
    told = {"course": filled.course.slug, "instructor": filled.instructor.name, "attempts": filled.attempts}
    print(json.dumps({**told, "seconds": round(time.perf_counter() - began, 1)}))


if __name__ == "__main__":
    main()
