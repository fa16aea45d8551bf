"""How a cohort stands, against a plain recount of the rows; the heat map, its changes, and who is stuck on what."""

from datetime import timedelta
from itertools import product

import pytest
from sqlmodel import select

from classroom import attention, cohort, courses, submissions
from classroom.models import Progress, Role, now
from classroom.schemas.cohort import GAVE_UP, NEW, PASSED, QUIET, STARTED, STUCK
from evmbox.report import CheckResult, CheckStatus, Outcome

FAILED = CheckResult(
    id="it_keeps",
    title="It keeps the number",
    task=1,
    status=CheckStatus.FAILED,
    points=3,
    message="After set(7), number() should answer 7.",
    divergence="Nothing in `set` (line 4) changes it.",
)


@pytest.fixture
def try_once(desk, database, make_report, people):
    """Hand in, and give a verdict as a worker does."""

    def try_it(user=None, *, passes=False, exercise_id="hello-storage"):
        made = desk.hand_in(user, exercise_id=exercise_id)
        with database.unit_of_work() as work:
            claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
        checks = (FAILED.model_copy(update={"status": CheckStatus.PASSED, "divergence": None}) if passes else FAILED,)
        report = make_report(3.0 if passes else 0.0, outcome=Outcome.PASSED if passes else Outcome.FAILED)
        with database.unit_of_work() as work:
            submissions.finish(work, claim, report.model_copy(update={"checks": checks, "exercise_id": exercise_id}))
        return made

    return try_it


@pytest.fixture
def look(database, people, catalog):
    """Look at the course as its instructor, or as somebody else."""

    def see(view, user=None):
        with database.read() as session:
            staff = courses.require_staff(session, user or people.teacher, people.course.slug)
            offered = courses.offer(session, staff.course, catalog)
            return view(session, staff, offered)

    see.map = lambda user=None: see(lambda *seen: cohort.heat_map(*seen, catalog), user)
    see.attention = lambda user=None: see(cohort.attention_of, user)
    see.changes = lambda since: see(
        lambda session, staff, offered: cohort.changes(session, staff, offered.exercises, since=since, at=now())
    )
    return see


def change(database, **values):
    with database.unit_of_work() as work:
        for row in work.session.exec(select(Progress)).all():
            for name, value in values.items():
                setattr(row, name, value)
            work.session.add(row)


def cell(found, name, exercise_id="hello-storage"):
    place = [each.id for each in found.exercises].index(exercise_id)
    row = next(each for each in found.learners if each.name == name)
    return row.states[place], row.attempts[place]


def test_a_cell_tells_passed_in_progress_and_not_started_with_the_attempts(look, people, try_once):
    try_once(people.alice)
    try_once(people.alice, passes=True)
    try_once(people.bob, exercise_id="counter")
    found = look.map()
    assert [each.name for each in found.learners] == ["alice", "bob"]
    assert cell(found, "alice") == (PASSED, 2)
    assert cell(found, "bob") == (NEW, 0)
    assert cell(found, "bob", "counter") == (STARTED, 1)
    assert all(len(each.states) == len(each.attempts) == len(found.exercises) for each in found.learners)
    assert found.learners[1].seen_at is not None


def test_who_fails_three_times_in_the_same_way_is_stuck_and_after_three_days_quiet(look, people, try_once, database):
    for _ in range(3):
        try_once(people.alice)
    assert cell(look.map(), "alice") == (STUCK, 3)
    (group,) = look.attention().groups
    (alice,) = group.learners
    assert (group.exercise_id, group.failing, group.check) == ("hello-storage", "it_keeps", "It keeps the number")
    assert (alice.display_name, alice.reasons, alice.repeats) == ("Alice", ["repeats"], 3)
    assert alice.divergence == "Nothing in `set` (line 4) changes it."
    change(database, attempted_at=now() - timedelta(days=4), advanced_at=now() - timedelta(days=4))
    assert cell(look.map(), "alice") == (QUIET, 3)
    assert look.attention().groups == []
    assert look.attention().figures.stuck_now == 0


def test_the_rule_in_the_database_is_the_rule(look, people, database, catalog):
    at = now()
    made = {}
    with database.unit_of_work() as work:
        for user, days in ((people.alice, 0), (people.bob, 4)):
            cases = list(product((2, 3), (2, 3, 4, 5), (0, 29, 31)))
            for exercise_id, (repeats, stalled, minutes) in zip(catalog.exercises, cases, strict=False):
                tried = at - timedelta(days=days)
                row = Progress(
                    course_id=people.course.id,
                    user_id=user.id,
                    exercise_id=exercise_id,
                    attempts=9,
                    repeats=repeats,
                    stalled=stalled,
                    attempted_at=tried,
                    advanced_at=tried - timedelta(minutes=minutes),
                )
                work.session.add(row)
                stuck = attention.stuck(
                    attention.Standing(False, repeats, stalled, row.attempted_at, row.advanced_at), at=at
                )
                made[user.name, exercise_id] = STARTED if stuck is None else QUIET if stuck.quiet else STUCK
    found = look.map()
    assert {key: cell(found, *key)[0] for key in made} == made
    assert set(made.values()) == {STARTED, STUCK, QUIET}


def test_who_gave_up_is_told_as_such_unless_they_had_passed(look, people, try_once, database):
    try_once(people.alice)
    try_once(people.bob, passes=True)
    change(database, given_up_at=now(), practice_from=2)
    found = look.map()
    assert cell(found, "alice") == (GAVE_UP, 1)
    assert cell(found, "bob") == (PASSED, 1)
    try_once(people.alice, passes=True)  # with the solution in sight
    assert cell(look.map(), "alice") == (GAVE_UP, 2)
    assert look.attention().figures.passed_this_week == 1


def test_the_larger_group_comes_first_and_in_it_who_fails_the_most(look, people, try_once):
    for _ in range(3):
        try_once(people.alice, exercise_id="counter")
    for user, times in ((people.alice, 3), (people.bob, 4)):
        for _ in range(times):
            try_once(user)
    first, second = look.attention().groups
    assert [each.display_name for each in first.learners] == ["Bob", "Alice"]
    assert (first.exercise_id, second.exercise_id) == ("hello-storage", "counter")


def test_the_figures_are_those_of_a_plain_count(look, people, try_once, database, desk):
    try_once(people.alice, passes=True)
    try_once(people.alice, exercise_id="counter", passes=True)
    desk.hand_in(people.bob)
    figures = look.attention().figures
    assert (figures.learners, figures.active_today) == (2, 2)
    assert (figures.passed_this_week, figures.passed_by) == (2, 1)
    assert figures.waiting == 1
    assert figures.oldest_s is not None
    change(database, attempted_at=now() - timedelta(hours=25), passed_at=now() - timedelta(days=8))
    figures = look.attention().figures
    assert (figures.active_today, figures.passed_this_week) == (0, 0)


def test_an_assistant_sees_the_learners_of_their_groups_and_nobody_else(look, people, try_once, database):
    for user in (people.alice, people.bob):
        for _ in range(3):
            try_once(user)
    with database.unit_of_work() as work:
        session = work.session
        courses.enrol(session, people.course, people.stranger, Role.ASSISTANT)
        group = courses.create_group(session, people.course, "Tuesday", actor_id=None)
        courses.create_group(session, people.course, "Friday", actor_id=None)
        for user in (people.stranger, people.bob):
            courses.join_group(session, people.course, group, user.id, actor_id=None)
    found, needed = look.map(people.stranger), look.attention(people.stranger)
    assert [each.name for each in found.learners] == ["bob"]
    assert [each.name for each in found.groups] == ["Tuesday"]
    assert found.learners[0].groups == [group.id]
    assert [each.display_name for each in needed.groups[0].learners] == ["Bob"]
    assert (needed.figures.learners, needed.figures.active_today, needed.figures.stuck_now) == (1, 1, 1)
    assert len(look.map().groups) == 2


def test_only_what_changed_since_is_told(look, people, try_once):
    try_once(people.bob)
    since = now()
    for _ in range(3):
        try_once(people.alice)
    (changed,) = look.changes(since)
    assert (changed.user_id, changed.exercise_id) == (people.alice.id, "hello-storage")
    assert (changed.state, changed.attempts) == (STUCK, 3)
    assert look.changes(now()) == []
