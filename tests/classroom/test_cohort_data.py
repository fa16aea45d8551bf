"""The cohort that benchmarks measure on is a true one: pages tell of it what a plain count of its attempts does."""

import importlib.util
import sys
from collections import defaultdict
from datetime import timedelta
from types import ModuleType

import pytest
from sqlmodel import col, select

from classroom import cohort, courses, progress
from classroom.attention import LATELY, LONG, LONG_VERDICTS, REPEATS, STALLED
from classroom.models import Finding, Progress, Submission, now
from classroom.settings import REPOSITORY
from classroom.web.cohort_table import Choice, arranged, show


@pytest.fixture(scope="module")
def cohort_data() -> ModuleType:
    path = REPOSITORY / "benchmarks/cohort_data.py"
    spec = importlib.util.spec_from_file_location("cohort_data", path)
    assert spec is not None
    module = sys.modules["cohort_data"] = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


def recount(made):
    """Tell of one learner's attempts at one exercise what a page should say, the slow way."""
    shapes = [finding.shape for _, finding in made]
    repeats = 0
    while shapes[-1] and repeats < len(shapes) and shapes[-1 - repeats] == shapes[-1]:
        repeats += 1
    best, rose = 0.0, 0
    for place, (submission, _) in enumerate(made):
        if submission.score > best:
            best, rose = submission.score, place
    stalled = len(made) - 1 - rose if best else len(made)
    tried = made[-1][0].created_at - made[rose if best else 0][0].created_at
    if any(submission.outcome == "passed" for submission, _ in made):
        return "p"
    if repeats >= REPEATS or stalled >= STALLED or (stalled >= LONG_VERDICTS and tried >= LONG):
        return "q" if now() - made[-1][0].created_at > LATELY else "x"
    return "s"


def test_pages_tell_of_it_what_a_plain_count_does(cohort_data, database, catalog, people):
    exercises = list(catalog.exercises)[:8]
    filled = cohort_data.fill(database, exercises, learners=12, attempts=400, seed=3)
    with database.read() as session:
        staff = courses.require_staff(session, filled.instructor, filled.course.slug)
        offered = courses.offer(session, staff.course, catalog)
        found = cohort.heat_map(session, staff, offered, catalog)
        needed = cohort.attention_of(session, staff, offered)
        rows = session.exec(
            select(Submission, Finding)
            .join(Finding, col(Finding.submission_id) == Submission.id)
            .order_by(col(Submission.number))
        ).all()
    assert len(rows) == 400
    attempts = defaultdict(list)
    for submission, finding in rows:
        attempts[submission.user_id, submission.exercise_id].append((submission, finding))
    told = {
        (learner.user_id, exercise.id): (learner.states[place], learner.attempts[place])
        for learner in found.learners
        for place, exercise in enumerate(found.exercises)
        if learner.attempts[place]
    }
    assert told == {key: (recount(made), len(made)) for key, made in attempts.items()}
    assert {"p", "s", "x", "q"} <= {state for state, _ in told.values()}
    stuck = {key for key, (state, _) in told.items() if state == "x"}
    named = {(each.user_id, group.exercise_id) for group in needed.groups for each in group.learners}
    assert named == stuck
    lately = now() - timedelta(hours=24)
    figures = needed.figures
    assert figures.active_today == len({made.user_id for made, _ in rows if made.created_at > lately})
    assert figures.stuck_now == len({user_id for user_id, _ in stuck})
    week = now() - timedelta(days=7)
    first = [next((made for made, _ in each if made.outcome == "passed"), None) for each in attempts.values()]
    assert figures.passed_this_week == len([made for made in first if made and made.created_at > week])

    everyone = [
        each.model_copy(update={"states": state * 8}) for each, state in zip(found.learners, "p-gsqx", strict=False)
    ]
    by_need = arranged(found.model_copy(update={"learners": everyone}), Choice(sort=exercises[0]))
    assert [each.states[0] for each in by_need] == list("xqsg-p")
    chosen = arranged(found, Choice(group=found.groups[0].id, stuck=True))
    assert all(found.groups[0].id in each.groups and "x" in each.states for each in chosen)
    assert show(found, Choice(), 99).page == 1


def test_it_is_what_grading_would_have_left_and_the_same_each_time(cohort_data, database, catalog):
    exercises = list(catalog.exercises)[:3]
    filled = cohort_data.fill(database, exercises, learners=4, attempts=40, seed=5)
    names = (
        "best_score",
        "repeats",
        "stalled",
        "failing",
        "attempts",
        "state",
        "last_outcome",
        "best_submission_id",
        "advanced_at",
    )
    with database.unit_of_work() as work:
        rows = work.session.exec(select(Progress).where(Progress.course_id == filled.course.id)).all()
        written = [[getattr(row, name) for name in names] for row in rows]
        for row in rows:
            progress.count_again(work.session, row.course_id, row.user_id, row.exercise_id)
        assert [[getattr(row, name) for name in names] for row in rows] == written
    again = cohort_data._cells(cohort_data.random.Random(5), filled.learners, exercises, 40, now())
    once = cohort_data._cells(cohort_data.random.Random(5), filled.learners, exercises, 40, now())
    shapes = [[[kind for kind, _ in cell.went] for cell in cells] for cells in (again, once)]
    assert shapes[0] == shapes[1]
