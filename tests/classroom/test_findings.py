"""What verdicts found is counted by where and how they failed, and says who is stuck."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlmodel import select

from classroom import attention, findings, regrades, submissions, workload
from classroom.attention import Reason, Standing
from classroom.models import Finding, Progress
from classroom.regrades import REGRADE
from evmbox.report import CheckResult, CheckStatus, Diagnostic, Outcome, Severity

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Bob calls deposit with 2 ether. `total()` is 0 and should be 2000000000000000000. That came from line 12.",
            "Alice calls deposit with 7 gwei. `total()` is 0 and should be 7000000000. That came from line 9.",
        ),
        (
            "Bob calls set(5). It returned 6, but it should have returned 5.",
            "Bob calls set(71). It returned 80, but it should have returned 71.",
        ),
        (
            'Bob calls name(). It returned "", but it should have returned "Ada".',
            'Bob calls name(). It returned "", but it should have returned "Eve".',
        ),
        ("It emitted `Paid(by=0xAB12, sum=1,500)`.", "It emitted `Paid(by=0xCD34, sum=12)`."),
    ],
)
def test_values_accounts_and_lines_do_not_tell_failures_apart(one, other):
    assert findings.in_general(one) == findings.in_general(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("`total()` is 0 and should be 5.", "`total()` is 4 and should be 5."),
        ("`total()` is 4 and should be 5.", "`total()` is 6 and should be 5."),
        ("`total()` is 1 ether and should be 2 gwei.", "`total()` is 1 gwei and should be 2 ether."),
        ("Bob has 3 wei and should have 0 wei.", "Bob has 3 wei and should have 2 wei."),
        ("`total()` is 4 and should be 5.", "`count()` is 4 and should be 5."),
        (
            "Bob calls pay(3). It should have reverted, but it succeeded.",
            "Bob calls pay(0). It should have reverted, but it succeeded.",
        ),
    ],
)
def test_more_less_and_nothing_tell_failures_apart(one, other):
    assert findings.in_general(one) != findings.in_general(other)


def failed(report, *checks):
    """Let these checks, id and divergence, have failed."""
    results = [
        CheckResult(id=id_, title=id_, task=1, status=CheckStatus.FAILED, points=1.0, divergence=text)
        for id_, text in checks
    ]
    passed = CheckResult(id="opens", title="opens", task=1, status=CheckStatus.PASSED, points=1.0)
    return report.model_copy(update={"checks": (passed, *results)})


@pytest.fixture
def grade(database, desk):
    """Hand in and have it graded with this report."""

    def grade(report, user=None):
        made = desk.hand_in(user)
        with database.unit_of_work() as work:
            claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
            assert submissions.finish(work, claim, report)
        return made

    return grade


def rows(database, model):
    with database.read() as session:
        return session.exec(select(model)).all()


def test_a_verdict_is_found_by_its_first_failure_and_all_that_failed(database, grade, make_report):
    made = grade(failed(make_report(1.0), ("adds", "`total()` is 0 and should be 5."), ("pays", None)))
    (found,) = rows(database, Finding)
    assert (found.submission_id, found.failing, found.failed) == (made.id, "adds", ["adds", "pays"])
    assert (found.number, found.score, found.max_score, found.outcome) == (1, 1.0, 3.0, "failed")
    assert found.made_at == made.created_at <= found.finished_at
    grade(make_report(3.0))
    assert [(each.failing, each.shape) for each in rows(database, Finding) if each.number == 2] == [(None, None)]


def test_what_does_not_compile_is_found_by_its_error(make_report):
    error = Diagnostic(severity=Severity.ERROR, code="7576", kind="DeclarationError", message="Undeclared identifier x")
    report = make_report(0.0, outcome=Outcome.COMPILE_ERROR)
    one = findings.of_report(report.model_copy(update={"diagnostics": (error,), "message": "one"}))
    other = error.model_copy(update={"message": "Undeclared identifier y", "line": 7})
    assert one is not None
    assert one.at == "compile:7576"
    assert one == findings.of_report(report.model_copy(update={"diagnostics": (other,), "message": "other"}))
    assert findings.of_report(make_report(0.0, outcome=Outcome.LESSON_BROKEN)) is None


def test_progress_says_for_how_long_a_learner_has_failed_in_the_same_way(database, grade, make_report):
    adds = ("adds", "`total()` is 0 and should be 5.")
    counted = []
    for report in (
        failed(make_report(1.0), adds),
        failed(make_report(1.0), ("adds", "`total()` is 0 and should be 8.")),
        failed(make_report(1.0), adds),
        failed(make_report(2.0), ("pays", "Bob has 0 wei and should have 1 wei.")),
        make_report(3.0),
    ):
        grade(report)
        (row,) = rows(database, Progress)
        counted.append((row.failing, row.repeats, row.stalled, row.advanced_at == row.updated_at))
    assert counted == [
        ("adds", 1, 0, True),
        ("adds", 2, 1, False),
        ("adds", 3, 2, False),
        ("pays", 1, 0, True),
        (None, 0, 0, True),
    ]


def test_a_regrade_that_is_published_is_what_is_counted(database, people, grade, make_report):
    made = [grade(failed(make_report(1.0), ("adds", f"`total()` is 0 and should be {n}."))) for n in (3, 4, 5)]
    with database.unit_of_work() as work:
        ordered = regrades.order(work, course=people.course, actor=people.teacher, enqueue=lambda _id: None)
        claim = workload.claim(work, [REGRADE], worker="w", lease_s=30)
    for attempt, score in zip(made, (1.0, 1.0, 3.0), strict=True):
        report = (
            make_report(score)
            if score == 3
            else failed(make_report(score), ("adds", "`total()` is 0 and should be 5."))
        )
        with database.unit_of_work() as work:
            assert regrades.put(work, claim, attempt.id, report, share=0.5)
    with database.unit_of_work() as work:
        regrades.finish(work, claim)
    with database.unit_of_work() as work:
        regrades.publish(work, people.course, ordered.id, actor=people.teacher)
    assert {each.number: each.failing for each in rows(database, Finding)} == {1: "adds", 2: "adds", 3: None}
    (row,) = rows(database, Progress)
    assert (row.failing, row.repeats, row.stalled, row.state) == (None, 0, 0, "passed")


@pytest.mark.both_databases
def test_verdicts_of_an_earlier_release_are_counted_as_if_made_today(database, grade, make_report):
    shown = "`total()` is 0 and should be 5. That came from line 3."
    for report in (
        failed(make_report(1.0), ("adds", shown), ("pays", None)),
        failed(make_report(1.0), ("adds", "`total()` is 0 and should be 6.")),
        make_report(0.0, outcome=Outcome.OUT_OF_GAS),
    ):
        grade(report)
    before = [each.model_dump() for each in rows(database, Finding)]
    (standing,) = [each.model_dump() for each in rows(database, Progress)]
    database.change_schema(lambda config: command.downgrade(config, "0090"))
    database.migrate()
    assert sorted((each.model_dump() for each in rows(database, Finding)), key=lambda each: each["number"]) == before
    (again,) = [each.model_dump() for each in rows(database, Progress)]
    close = {"advanced_at", "attempted_at"}  # the first was written a moment after the verdict, the other before it
    assert {key: value for key, value in again.items() if key not in close} == {
        key: value for key, value in standing.items() if key not in close
    }
    assert all(abs(again[key] - standing[key]) < timedelta(seconds=5) for key in close)


def standing(**changed) -> Standing:
    usual = {"over": False, "repeats": 1, "stalled": 1, "attempted_at": AT, "advanced_at": AT - timedelta(minutes=10)}
    return Standing(**{**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, None),
        ({"repeats": 2, "stalled": 4}, None),
        ({"repeats": 3}, (Reason.REPEATS,)),
        ({"stalled": 5}, (Reason.STALLED,)),
        ({"stalled": 3, "advanced_at": AT - timedelta(minutes=30)}, (Reason.LONG,)),
        ({"stalled": 2, "advanced_at": AT - timedelta(hours=5)}, None),
        ({"stalled": 3, "advanced_at": AT - timedelta(minutes=29)}, None),
        ({"repeats": 9, "stalled": 9, "advanced_at": AT - timedelta(hours=1)}, tuple(Reason)),
        ({"repeats": 9, "stalled": 9, "over": True}, None),
    ],
)
def test_who_is_stuck_and_why(changed, reasons):
    found = attention.stuck(standing(**changed), at=AT + timedelta(hours=1))
    assert (found and found.reasons) == reasons


def test_who_stopped_trying_is_quiet():
    tried = standing(repeats=3)
    assert [attention.stuck(tried, at=AT + timedelta(days=days)).quiet for days in (3, 4)] == [False, True]
