"""How far a learner is: the best counts, and what was passed stays passed."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from classroom import courses, progress, submissions
from classroom.models import Progress, now
from classroom.schemas import ExerciseSummary
from evmbox.report import GasScore, Outcome

EXERCISES = [
    ExerciseSummary(id="hello-storage", title="Hello", kind="contract", max_score=3.0),
    ExerciseSummary(id="tip-jar", title="Tip jar", kind="contract", max_score=8.0),
]


@pytest.fixture
def grade(database, desk, make_report):
    """Hand in and have it graded with this score."""

    def grade(score, *, user=None, outcome=None):
        submission = desk.hand_in(user)
        with database.unit_of_work() as work:
            claimed = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
            assert submissions.finish(work, claimed, make_report(score, outcome=outcome))
        return submission

    return grade


def row(database) -> Progress:
    with database.read() as session:
        return session.exec(select(Progress)).one()


def test_the_best_score_is_kept_with_its_attempt(database, grade):
    grade(1.0)
    best = grade(2.0)
    grade(0.0)
    kept = row(database)
    assert (kept.best_score, kept.best_submission_id, kept.attempts) == (2.0, best.id, 3)
    assert (kept.state, kept.last_outcome, kept.passed_at) == ("started", "failed", None)


def test_of_two_equally_good_attempts_the_first_is_kept(database, grade):
    first = grade(2.0)
    grade(2.0)
    assert row(database).best_submission_id == first.id


def test_passed_stays_passed_and_the_moment_of_it_too(database, grade):
    grade(3.0)
    passed_at = row(database).passed_at
    assert passed_at is not None
    grade(0.0, outcome=Outcome.COMPILE_ERROR)
    grade(3.0)
    kept = row(database)
    assert (kept.state, kept.passed_at, kept.last_outcome) == ("passed", passed_at, "passed")


def test_a_first_attempt_worth_nothing_still_tells_what_there_is_to_win(database, grade):
    grade(0.0, outcome=Outcome.COMPILE_ERROR)
    kept = row(database)
    assert (kept.best_score, kept.max_score, kept.last_outcome) == (0.0, 3.0, "compile_error")


def test_the_least_gas_is_kept_and_only_that_of_correct_contracts(database, desk, make_report):
    kept = []
    for used in (None, 70_000, 66_000, 68_000, None):
        desk.hand_in()
        score = None if used is None else GasScore(used=used, budget=60_000, measures={"work": used})
        with database.unit_of_work() as work:
            claimed = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
            submissions.finish(work, claimed, make_report(2.0).model_copy(update={"gas_score": score}))
        kept.append(progress.to_out(EXERCISES[1], row(database)).best_gas)
    assert kept == [None, 70_000, 66_000, 66_000, 66_000]


def test_an_earlier_attempt_that_is_graded_later_is_not_the_last_outcome(database, desk, make_report):
    for _ in range(2):
        desk.hand_in()
    with database.unit_of_work() as work:
        first, second = (submissions.claim(work, job, worker="w", lease_s=30) for job in desk.queued)
        submissions.finish(work, second, make_report(3.0))
    with database.unit_of_work() as work:
        submissions.finish(work, first, make_report(0.0))
    assert row(database).last_outcome == "passed"


def test_a_learners_progress_is_by_exercise_and_their_own(database, people, grade):
    grade(2.0)
    grade(3.0, user=people.bob)
    with database.read() as session:
        mine = progress.of_learner(session, people.course, people.alice)
        assert progress.of_learner(session, people.course, people.teacher) == {}
    assert {exercise_id: kept.best_score for exercise_id, kept in mine.items()} == {"hello-storage": 2.0}


def test_an_exercise_not_begun_is_new(database, people, grade):
    grade(2.0)
    with database.read() as session:
        mine = progress.of_learner(session, people.course, people.alice)
    hello, tips = (progress.to_out(exercise, mine.get(exercise.id)) for exercise in EXERCISES)
    assert (hello.state, hello.attempts, hello.best_score, hello.max_score) == ("started", 1, 2.0, 3.0)
    assert (tips.state, tips.attempts, tips.best_score, tips.max_score) == ("new", 0, 0.0, 8.0)
    assert tips.updated_at is None


def test_before_the_first_verdict_the_maximum_is_the_exercises(database, people, desk):
    desk.hand_in()
    with database.read() as session:
        mine = progress.of_learner(session, people.course, people.alice)
    assert progress.to_out(EXERCISES[0], mine["hello-storage"]).max_score == 3.0


def test_the_cohort_has_a_line_for_each_learner_and_a_cell_for_each_exercise(database, people, grade):
    grade(3.0)
    grade(1.0, user=people.bob)
    with database.read() as session:
        learners = courses.learners(session, people.course)
        table = progress.cohort(session, people.course, learners, EXERCISES)
    assert (table.course, [exercise.id for exercise in table.exercises]) == ("classroom", ["hello-storage", "tip-jar"])
    assert [(line.name, [cell.state for cell in line.cells]) for line in table.rows] == [
        ("alice", ["passed", "new"]),
        ("bob", ["started", "new"]),
    ]
    assert table.rows[1].cells[0].best_score == 1.0


def test_the_cohort_costs_one_query_whatever_its_size(database, people, grade, request):
    grade(3.0)
    with database.read() as session:
        learners = courses.learners(session, people.course)
        statements = []

        def count(*arguments) -> None:
            statements.append(arguments[2])

        event.listen(database.engine, "before_cursor_execute", count)
        request.addfinalizer(lambda: event.remove(database.engine, "before_cursor_execute", count))
        progress.cohort(session, people.course, learners * 50, EXERCISES)
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1


def test_a_hint_long_before_the_first_attempt_is_no_time_of_trying(database, desk, people):
    with database.unit_of_work() as work:
        held = progress.held(work.session, people.course.id, people.alice.id, "hello-storage")
        held.advanced_at = held.attempted_at = now() - timedelta(days=3)
        work.session.add(held)
    desk.hand_in()
    kept = row(database)
    assert kept.advanced_at == kept.attempted_at > now() - timedelta(minutes=1)
