"""An exercise is done together: opened for a time, counted without names, discussed without a name, closed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from classroom import accounts, courses, findings, in_class, submissions
from classroom.catalog import Catalog
from classroom.courses import Dates
from classroom.errors import Conflict, Invalid, NotFound
from classroom.models import AuditEvent, ClassHour, Role, now
from evmbox.report import CheckResult, CheckStatus, Outcome
from support.two_tracks import write_two_tracks

EXERCISE = "hello-storage"


@pytest.fixture
def staff(people):
    return courses.Staff(people.course, people.teacher, Role.INSTRUCTOR)


@pytest.fixture
def open_hour(database, people):
    """Open an exercise in class."""

    def open_hour(exercise_id=EXERCISE, *, minutes=10, group_id=None, actor=None) -> ClassHour:
        with database.unit_of_work() as work:
            return courses.open_hour(
                work.session,
                people.course,
                exercise_id,
                minutes=minutes,
                group_id=group_id,
                actor_id=(actor or people.teacher).id,
            )

    return open_hour


@pytest.fixture
def grade(database, desk, make_report):
    """Hand in and have it graded: passed without a check, failed with the one that is named."""

    def grade(user, check=None, *, text="`total()` is 0 and should be 5.", source="contract A {}"):
        made = desk.hand_in(user, source=source)
        report = make_report(1.0 if check else 3.0)
        if check:
            failed = CheckResult(
                id=check, title=f"It {check}", task=1, status=CheckStatus.FAILED, points=1.0, divergence=text
            )
            report = report.model_copy(update={"checks": (failed,)})
        with database.unit_of_work() as work:
            claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
            assert submissions.finish(work, claim, report)
        return made

    return grade


def learners(database, people, *names):
    with database.unit_of_work() as work:
        made = [accounts.create_user(work.session, name, display_name=name.title()) for name in names]
        for user in made:
            courses.enrol(work.session, people.course, user, Role.LEARNER)
    return made


def figures(database, staff, hour):
    with database.read() as session:
        return in_class.figures(session, staff, session.get_one(ClassHour, hour.id))


@pytest.mark.both_databases
def test_what_happens_in_class_is_counted_by_learner_and_by_shape(database, people, staff, open_hour, grade):
    carol, dan, eve = learners(database, people, "carol", "dan", "eve")
    grade(eve)  # before
    grade(people.bob, "pays")  # before, and so no failure of this hour
    hour = open_hour()
    grade(people.alice, "adds")
    grade(people.alice)
    grade(people.bob, "adds")
    last = grade(carol, "adds", text="`total()` is 0 and should be 7.")
    grade(dan, "adds")
    grade(dan, "pays")
    found = figures(database, staff, hour)
    assert (found.learners, found.before, found.tried, found.passed, found.attempts) == (5, 1, 4, 1, 6)
    assert [(each.failing, each.title, each.learners) for each in found.shapes] == [
        ("adds", "It adds", 2),
        ("pays", "It pays", 1),
    ]
    assert (found.shapes[0].submission_id, found.shapes[0].example) == (last.id, "`total()` is 0 and should be 7.")
    assert [(each.minute, each.tried, each.passed) for each in found.minutes] == [(1, 4, 1)]
    assert found.median_minutes is not None
    with database.unit_of_work() as work:
        courses.close_hour(work.session, work.session.get_one(ClassHour, hour.id), actor_id=people.teacher.id)
    grade(eve, "adds")
    assert figures(database, staff, hour) == found, "what comes after the end is no part of it"


def test_a_group_is_counted_alone_and_its_assistant_sees_no_other(database, people, staff, open_hour, grade):
    (carol, ann) = learners(database, people, "carol", "ann")
    with database.unit_of_work() as work:
        courses.enrol(work.session, people.course, ann, Role.ASSISTANT)
        one, other = (
            courses.create_group(work.session, people.course, name, actor_id=None) for name in ("One", "Other")
        )
        courses.join_group(work.session, people.course, one, people.alice.id, actor_id=None)
        courses.join_group(work.session, people.course, one, ann.id, actor_id=None)
        courses.join_group(work.session, people.course, other, people.bob.id, actor_id=None)
    ours, theirs = open_hour(group_id=one.id), open_hour(group_id=other.id)
    grade(people.alice, "adds")
    grade(people.bob)
    assert [figures(database, staff, hour).tried for hour in (ours, theirs)] == [1, 1]
    assistant = courses.Staff(people.course, ann, Role.ASSISTANT)
    with database.read() as session:
        assert courses.hour_of(session, assistant, ours.id).id == ours.id
        with pytest.raises(NotFound):
            courses.hour_of(session, assistant, theirs.id)
        for learner, count in ((people.alice, 1), (people.bob, 1), (carol, 0)):
            assert len(courses.hours_for(session, people.course.id, learner.id)) == count
    with pytest.raises(Conflict):
        open_hour()  # for everybody: that would be two at once


@pytest.mark.parametrize("minutes", [0, -5, 241])
def test_how_long_is_bounded(open_hour, minutes):
    with pytest.raises(Invalid):
        open_hour(minutes=minutes)


def test_an_hour_ends_by_itself_or_by_who_runs_it_and_is_written_down(database, people, staff, open_hour):
    hour = open_hour(minutes=230)
    with database.unit_of_work() as work:
        held = work.session.get_one(ClassHour, hour.id)
        courses.extend_hour(work.session, held, minutes=5, actor_id=people.teacher.id)
        assert held.closes_at - held.opened_at == timedelta(minutes=235)
        with pytest.raises(Invalid):
            courses.extend_hour(work.session, held, minutes=6, actor_id=people.teacher.id)
        courses.close_hour(work.session, held, actor_id=people.teacher.id)
        ended = held.closed_at
        courses.close_hour(work.session, held, actor_id=people.teacher.id)
        assert held.closed_at == ended
        with pytest.raises(Conflict):
            courses.extend_hour(work.session, held, minutes=5, actor_id=people.teacher.id)
    with database.read() as session:
        actions = session.exec(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert [each for each in actions if each.startswith("class_")] == [
            "class_opened",
            "class_extended",
            "class_closed",
        ]
        assert courses.hours_for(session, people.course.id, people.alice.id) == []
    second = open_hour()
    with database.unit_of_work() as work:
        held = work.session.get_one(ClassHour, second.id)
        at = now()
        held.opened_at, held.closes_at = at - timedelta(minutes=9), at - timedelta(minutes=1)
        work.session.add(held)
    with database.read() as session:
        assert courses.hours_for(session, people.course.id, people.alice.id) == []
    assert len(figures(database, staff, second).minutes) == 8


def test_what_is_not_open_yet_is_open_in_class_for_who_is_in_it(database, people, open_hour, tmp_path):
    catalog = Catalog.load(write_two_tracks(tmp_path))
    with database.unit_of_work() as work:
        courses.set_plan(
            work.session,
            people.course,
            catalog,
            all_tracks=True,
            tracks=[],
            exercises=[Dates("keeper", opens_at=now() + timedelta(days=1))],
            actor_id=None,
        )
        group = courses.create_group(work.session, people.course, "One", actor_id=None)
        courses.join_group(work.session, people.course, group, people.alice.id, actor_id=None)

    def hand_in(user):
        with database.read() as session:
            courses.check_handing_in(session, courses.offer(session, people.course, catalog), user.id, "keeper")

    with pytest.raises(Conflict, match="opens on"):
        hand_in(people.alice)
    open_hour("keeper", group_id=group.id)
    hand_in(people.alice)
    with pytest.raises(Conflict, match="opens on"):
        hand_in(people.bob)


def test_only_an_attempt_of_this_hour_is_shown_and_without_its_author(database, people, catalog, open_hour, grade):
    before = grade(people.alice, "adds")
    hour = open_hour()
    starter = catalog.exercise(EXERCISE).starter
    theirs = "// by Bob, the best\ncontract BobsStorage { /* bob@example.org */ string public who = 'Bob'; }"
    made = grade(people.bob, "adds", source=f"{starter}\n{theirs}")
    with database.unit_of_work() as work:
        held = work.session.get_one(ClassHour, hour.id)
        with pytest.raises(NotFound):
            courses.show_attempt(work.session, held, before.id, actor_id=people.teacher.id)
        courses.show_attempt(work.session, held, made.id, actor_id=people.teacher.id)
        shown = in_class.shown(work.session, held, catalog.exercise(EXERCISE))
        courses.show_attempt(work.session, held, None, actor_id=people.teacher.id)
        assert in_class.shown(work.session, held, catalog.exercise(EXERCISE)) is None
    assert (shown.title, shown.message) == ("It adds", "`total()` is 0 and should be 5.")
    assert shown.source.startswith(starter)
    rest = shown.source.removeprefix(starter)
    assert "best" not in rest
    assert "example.org" not in rest
    assert "'Bob'" not in rest
    assert shown.source.count("\n") == f"{starter}\n{theirs}".count("\n")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("a; // mine\nb;", "a;\nb;"),
        ("a; /* one\ntwo */ b;", "a;\n b;"),
        ("// TODO: write here\na;", "// TODO: write here\na;"),
        ("string s = 'http://x'; // Ada Byron", "string s = 'http://x';"),
        ("contract Byron { uint ada; uint adamant; }", "contract … { uint …; uint adamant; }"),
        (
            "uint AdaVault; uint adaPot; uint potOfAda; uint Adamant;",
            "uint …Vault; uint …Pot; uint potOf…; uint Adamant;",
        ),
    ],
)
def test_what_tells_whose_it_is_goes_and_lines_stay(source, left):
    assert in_class.anonymous(source, "// TODO: write here\n", names=("ada", "Ada Byron")) == left


def test_what_does_not_compile_is_said_in_words(make_report):
    report = make_report(0.0, outcome=Outcome.OUT_OF_GAS).model_copy(update={"message": "The loop never ends."})
    assert findings.what_failed(report) == ("Runs out of gas", "The loop never ends.", None)


def test_a_reason_that_names_its_author_is_told_without_the_name(database, people, catalog, staff, open_hour, grade):
    """The accounts of the check keep theirs: they are nobody's."""
    (carol, zoe) = learners(database, people, "carol", "zoe")
    hour = open_hour()
    grade(zoe, "adds", text='Carol called add. It reverted with "zoe says no", but it should have succeeded.')
    (shape,) = figures(database, staff, hour).shapes
    assert shape.example == 'Carol called add. It reverted with "… says no", but it should have succeeded.'
    made = grade(carol, "pays", text='Carol called pay. It reverted with "no".')
    with database.unit_of_work() as work:
        held = work.session.get_one(ClassHour, hour.id)
        courses.show_attempt(work.session, held, made.id, actor_id=people.teacher.id)
        shown = in_class.shown(work.session, held, catalog.exercise(EXERCISE))
    assert shown.message == 'Carol called pay. It reverted with "no".'
