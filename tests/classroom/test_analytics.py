"""What the attempts at an exercise say: the sums against known values, the figures against attempts that were made."""

from datetime import timedelta

import pytest
from sqlmodel import select

from classroom import accounts, analytics, courses, hints, progress, submissions
from classroom.analytics import judging, statistics
from classroom.analytics.statistics import Correlated, Tried
from classroom.courses import Staff
from classroom.models import Progress, Role, now
from evmbox.report import CheckResult, CheckStatus, Diagnostic, Outcome, Severity

SEEN_NO_LONGER = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
CAME = (6, 6, 6, 7, 10, 13, 16, 22, 23)


def test_a_survival_curve_is_that_of_the_textbook():
    """Remission under 6-MP: Freireich and others (1963), as estimated in every textbook since."""
    steps = statistics.survival([*((time, False) for time in SEEN_NO_LONGER), *((time, True) for time in CAME)])
    known = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {step.time: round(step.share, 3) for step in steps} == known
    assert [step.at_risk for step in steps] == [21, 17, 15, 12, 11, 7, 6]
    assert (statistics.quantile(steps, 0.25), statistics.quantile(steps, 0.5)) == (13, 23)
    assert statistics.quantile(steps, 0.75) is None
    assert statistics.survival([]) == []


def test_a_correlation_has_its_interval():
    """Four times the quartet of Anscombe (1973): 0.816, and Fisher's interval for 11 pairs."""
    one = [(10, 8.04), (8, 6.95), (13, 7.58), (9, 8.81), (11, 8.33), (14, 9.96), (6, 7.24), (4, 4.26), (12, 10.84)]
    found = statistics.correlated([*one, (7, 4.82), (5, 5.68)])
    assert [round(each, 3) for each in (found.value, found.low, found.high)] == [0.816, 0.424, 0.951]
    assert statistics.correlated([(1, 1)] * 30) is None


def test_later_attempts_are_of_those_who_had_not_passed():
    learners = [Tried(1, 1), Tried(1, 4), Tried(2, 2), Tried(3, 3), Tried(None, 2), Tried(None, 0)]
    assert [(each.made, each.passed, each.share_by) for each in statistics.by_attempt(learners)] == [
        (5, 2, 0.4),
        (3, 1, 0.6),
        (1, 1, 0.8),
    ]


def test_bars_are_of_one_round_width_and_hold_every_value():
    values = [20_000, 20_100, 23_400, 31_000, 39_999]
    bins = statistics.histogram(values)
    assert sum(each.count for each in bins) == len(values)
    assert {each.high - each.low for each in bins} == {2000}
    assert (bins[0].low, bins[-1].high) == (20_000, 40_000)
    assert [each.count for each in statistics.histogram([5, 5])] == [2]


@pytest.mark.parametrize(
    ("passed", "tried", "word"),
    [(0, 4, "too_few"), (3, 10, "hard"), (4, 10, "fair"), (7, 10, "easy"), (0, 5, "hard")],
)
def test_an_exercise_is_hard_where_three_of_ten_pass_at_first(passed, tried, word):
    assert judging.difficulty(passed, tried) == word


@pytest.mark.parametrize(
    ("found", "learners", "word"),
    [
        (Correlated(0.6, 0.2, 0.8, 19), 19, "too_few"),
        (None, 30, "nobody_apart"),
        (Correlated(0.6, 0.2, 0.8, 30), 30, "well"),
        (Correlated(0.32, -0.04, 0.6, 30), 30, "hardly"),
        (Correlated(0.1, -0.2, 0.4, 30), 30, "hardly"),
        (Correlated(-0.5, -0.7, -0.2, 30), 30, "backwards"),
    ],
)
def test_it_tells_learners_apart_where_chance_does_not_explain_it(found, learners, word):
    assert judging.discrimination(found, learners) == word


ADDS = ("adds", "`total()` is {} and should be 5.")
PAYS = ("pays", "Bob has 0 wei and should have 1 wei.")


@pytest.fixture
def try_it(database, desk, make_report):
    """Hand in at an exercise and have it graded: `passes`, `does not compile`, or the check that fails first."""

    def try_it(user, how, *, exercise_id="hello-storage", value=0):
        desk.hand_in(user, exercise_id=exercise_id)
        if how == "passes":
            report = make_report(3.0)
        elif how == "does not compile":
            report = make_report(0.0, outcome=Outcome.COMPILE_ERROR)
            error = Diagnostic(severity=Severity.ERROR, code="7576", kind="DeclarationError", message="No x here")
            report = report.model_copy(update={"diagnostics": (error,)})
        else:
            id_, text = how
            checks = [
                CheckResult(
                    id=name,
                    title=f"It {name}",
                    task=1,
                    points=1.0,
                    status=CheckStatus.FAILED if name == id_ else CheckStatus.PASSED,
                    divergence=text.format(value) if name == id_ else None,
                )
                for name in ("adds", "pays")
            ]
            report = make_report(1.0).model_copy(update={"checks": tuple(checks)})
        with database.unit_of_work() as work:
            claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
            assert submissions.finish(work, claim, report.model_copy(update={"exercise_id": exercise_id}))

    return try_it


@pytest.fixture
def ask(database, catalog, people):
    """Ask for the figures of an exercise, as the teacher unless another is named."""

    def ask(role=Role.INSTRUCTOR, user=None):
        staff = Staff(people.course, user or people.teacher, role)
        with database.read() as session:
            whole = analytics.of_exercise(session, staff, catalog, "hello-storage")
            (line,) = [
                each for each in analytics.of_course(session, staff, catalog) if each.exercise_id == "hello-storage"
            ]
        assert line == whole.figures  # counted by the database, and from its rows: the same
        return whole

    return ask


def test_failures_are_counted_where_they_happen_and_sorted_by_their_shape(database, people, try_it, ask):
    for how in ("does not compile", ADDS, ADDS, ADDS, ADDS):
        try_it(people.alice, how, value=4)
    for how in (ADDS, PAYS, "passes", PAYS):
        try_it(people.bob, how, value=3)
    found = ask()
    told = found.figures
    assert (told.learners, told.tried, told.passed, told.attempts, told.stuck) == (2, 2, 1, 9, 1)
    assert {each.code: (each.title, each.learners, each.attempts, each.now) for each in found.failures} == {
        "adds": ("It adds", 2, 5, 1),
        "pays": ("It pays", 1, 2, 0),
        "compile:7576": (None, 1, 1, 0),
    }
    first = found.misconceptions[0]
    assert (first.code, first.learners, first.attempts, first.open) == ("adds", 2, 5, 1)
    assert first.example.text in {"`total()` is 4 and should be 5.", "`total()` is 3 and should be 5."}
    assert "alice" not in found.model_dump_json(include={"misconceptions"}).lower()
    assert [each.share_by for each in found.by_attempt] == [0, 0, 0.5, 0.5, 0.5]
    assert (found.time_to_pass.learners, [step.share for step in found.time_to_pass.steps]) == (2, [0.5])
    (stuck,) = found.stuck
    assert (stuck.name, stuck.code, stuck.reasons) == ("alice", "adds", ["repeats"])
    assert (found.difficulty.word, found.discrimination.word) == ("too_few", "too_few")


def test_what_comes_after_giving_up_is_practice_and_counts_nowhere(database, people, try_it, ask, catalog):
    try_it(people.alice, ADDS)
    with database.unit_of_work() as work:
        hints.give_up(work.session, course=people.course, user=people.alice, exercise=catalog.exercise("hello-storage"))
    try_it(people.alice, "passes")
    found = ask()
    assert (found.figures.passed, found.figures.gave_up) == (0, 1)
    assert [(each.made, each.passed) for each in found.by_attempt] == [(1, 0)]
    assert found.time_to_pass.steps == []


def test_a_hint_helped_where_one_of_the_next_three_attempts_passes(database, people, try_it, ask, catalog):
    exercise = catalog.exercise("hello-storage")
    for user, after in ((people.alice, [ADDS, ADDS, "passes"]), (people.bob, [ADDS, ADDS])):
        try_it(user, ADDS)
        with database.unit_of_work() as work:
            hints.take(
                work.session, course=people.course, user=user, exercise=exercise, rung=1, cost=exercise.hints[0].cost
            )
        for how in after:
            try_it(user, how)
    rung = ask().hints[0]
    assert (rung.taken, rung.helped, rung.not_helped, rung.open) == (2, 1, 0, 1)
    try_it(people.bob, ADDS)
    assert ask().hints[0].not_helped == 1


def test_an_assistant_sees_the_figures_of_their_own_learners_only(database, people, try_it, ask):
    with database.unit_of_work() as work:
        session = work.session
        helper = accounts.create_user(session, "helper")
        courses.enrol(session, people.course, helper, Role.ASSISTANT)
        group = courses.create_group(session, people.course, "Tuesday", actor_id=None)
        for each in (helper, people.bob):
            courses.join_group(session, people.course, group, each.id, actor_id=None)
    try_it(people.alice, ADDS)
    try_it(people.bob, PAYS)
    found = ask(Role.ASSISTANT, helper)
    assert (found.figures.learners, found.figures.tried) == (1, 1)
    assert [each.code for each in found.failures] == ["pays"]
    assert [each.code for each in ask().failures] == ["adds", "pays"]


def test_the_database_finds_stuck_whom_the_rule_does(database, people, try_it, ask):
    try_it(people.alice, ADDS)
    for case in [(3, 1, 1), (2, 4, 29), (1, 3, 30), (1, 5, 1), (1, 2, 90)]:
        for days in (0, 4):
            repeats, stalled, minutes = case
            with database.unit_of_work() as work:
                row = work.session.exec(select(Progress)).one()
                row.repeats, row.stalled = repeats, stalled
                row.attempted_at = now() - timedelta(days=days)
                row.advanced_at = row.attempted_at - timedelta(minutes=minutes)
                work.session.add(row)
            figures = ask().figures  # which holds that both ways of counting give the same
            is_stuck = case in {(3, 1, 1), (1, 3, 30), (1, 5, 1)}
            assert (figures.stuck, figures.quiet) == (is_stuck and not days, is_stuck and days > 0)


def test_who_gave_up_before_they_tried_has_no_first_try(database, people, try_it, ask):
    """What they hand in is the solution that they read."""
    with database.unit_of_work() as work:
        row = progress.held(work.session, people.course.id, people.alice.id, "hello-storage")
        row.given_up_at, row.practice_from = now(), 1
        work.session.add(row)
    try_it(people.alice, "passes")
    try_it(people.bob, ADDS)
    figures = ask().figures
    assert (figures.first_tries, figures.passed_first) == (1, 0)
