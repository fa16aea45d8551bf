"""What a course teaches and when, who is what in it, and how people come in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from classroom import accounts, courses, submissions
from classroom.catalog import Catalog
from classroom.courses import Dates
from classroom.errors import Conflict, Forbidden, Invalid, NotFound
from classroom.gradebook import LateRule
from classroom.models import AuditEvent, Invite, Role, now
from support.two_tracks import write_two_tracks

# What a course teaches, and when.


@pytest.fixture(scope="session")
def two_tracks(tmp_path_factory):
    return Catalog.load(write_two_tracks(tmp_path_factory.mktemp("two-tracks")))


@pytest.fixture
def other(database, people):
    """Give another course: alice learns in it too, and bob teaches it."""
    with database.unit_of_work() as work:
        made = courses.create(work.session, title="Other", instructor=people.bob)
        courses.enrol(work.session, made, people.alice, Role.LEARNER)
    return made


def plan(session, course, catalog, *, tracks=(), exercises=(), all_tracks=False):
    courses.set_plan(session, course, catalog, all_tracks=all_tracks, tracks=tracks, exercises=exercises, actor_id=None)
    return courses.offer(session, course, catalog)


def in_hours(hours):
    return now() + timedelta(hours=hours)


def test_a_course_teaches_every_track_until_some_are_chosen(database, people, two_tracks):
    with database.unit_of_work() as work:
        assert list(courses.offer(work.session, people.course, two_tracks).lessons) == ["keeping", "counting"]
        offered = plan(work.session, people.course, two_tracks, tracks=[Dates("next-steps")])
    assert list(offered.lessons) == ["counting"]
    assert offered.lesson("counting").title == "Counting"
    for find in (
        lambda: offered.lesson("keeping"),
        lambda: offered.exercise("keeper"),
        lambda: offered.dates("keeper"),
    ):
        with pytest.raises(NotFound):
            find()


def test_two_courses_of_one_catalog_do_not_change_each_other(database, people, other, two_tracks):
    with database.unit_of_work() as work:
        plan(work.session, other, two_tracks, tracks=[Dates("next-steps", due_at=in_hours(1))])
        assert len(courses.offer(work.session, people.course, two_tracks).lessons) == 2
        assert courses.offer(work.session, people.course, two_tracks).dates("counter").due_at is None


def test_an_exercise_has_its_own_dates_or_those_of_its_track(database, people, two_tracks):
    opens, due, own = in_hours(-1), in_hours(1), in_hours(2)
    with database.unit_of_work() as work:
        offered = plan(
            work.session,
            people.course,
            two_tracks,
            all_tracks=True,
            tracks=[Dates("first-steps", opens, due, 3)],
            exercises=[Dates("keeper", due_at=own)],
        )
        again = courses.chosen_dates(work.session, people.course)
    assert (offered.dates("keeper").opens_at, offered.dates("keeper").due_at) == (opens, own)
    assert offered.dates("counter").due_at is None
    assert offered.plan.tracks[0].drop_lowest == 3
    assert again.exercises == {"keeper": Dates("keeper", None, own)}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"tracks": [Dates("none-such")]}, "There is no track `none-such`"),
        ({"tracks": [Dates("first-steps"), Dates("first-steps")]}, "named twice"),
        ({"tracks": []}, "one track at least"),
        ({"tracks": [Dates("first-steps")], "exercises": [Dates("no-such")]}, "no exercise `no-such`"),
        ({"tracks": [Dates("first-steps", now(), now() - timedelta(hours=1))]}, "due before it opens"),
        ({"tracks": [Dates("first-steps", drop_lowest=-1)]}, "drops 0 to"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_the_old_one_stays(database, people, two_tracks, wrong, says):
    with database.unit_of_work() as work:
        plan(work.session, people.course, two_tracks, tracks=[Dates("next-steps")])
    with pytest.raises(Invalid, match=says), database.unit_of_work() as work:
        plan(work.session, people.course, two_tracks, **wrong)
    with database.read() as session:
        assert list(courses.offer(session, people.course, two_tracks).lessons) == ["counting"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": " "}, "title"),
        ({"title": "\u202e"}, "title"),
        ({"ends_at": now() - timedelta(days=400)}, "end before it starts"),
        ({"late_percent_per_day": 101.0}, "0 to 100"),
        ({"late_rule": LateRule.PERCENT_PER_DAY}, "how many percent"),
        ({"grace_minutes": -1}, "grace"),
    ],
)
def test_a_change_that_cannot_be_is_refused(database, people, changes, says):
    with database.unit_of_work() as work:
        courses.change(work.session, people.course, {"starts_at": now()}, actor_id=None)
    with pytest.raises(Invalid, match=says), database.unit_of_work() as work:
        course = courses.require_instructor(work.session, people.teacher, "classroom")
        courses.change(work.session, course, changes, actor_id=people.teacher.id)
    with database.read() as session:
        assert courses.require_instructor(session, people.teacher, "classroom").title == "A course"


def test_a_change_is_written_down_once_and_no_change_is_not(database, people):
    with database.unit_of_work() as work:
        changes = {"title": "Another title", "grace_minutes": 5}
        for _ in range(2):
            courses.change(work.session, people.course, changes, archived=False, actor_id=people.teacher.id)
    with database.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "course_changed")).all()
    assert [event.details for event in events] == [{"title": True, "grace_minutes": 5}]


def test_a_short_name_comes_from_the_title_and_is_taken_once(database, people):
    with database.unit_of_work() as work:
        assert courses.create(work.session, title="Frühling 2031: Verträge!").slug == "fruhling-2031-vertrage"
        with pytest.raises(Conflict):
            courses.create(work.session, title="Frühling 2031 Verträge")
        for title in ("日本語", "x" * 300):
            with pytest.raises(Invalid):
                courses.create(work.session, title=title)


# What may be handed in.


@pytest.mark.parametrize(
    ("changes", "dates", "says"),
    [
        ({"starts_at": 1}, {}, "begins on"),
        ({"ends_at": -1}, {}, "ended on"),
        ({}, {"opens_at": 1}, "opens on"),
        ({"late_rule": LateRule.HARD_CLOSE}, {"due_at": -1}, "takes no late work"),
        ({"late_rule": LateRule.HARD_CLOSE, "grace_minutes": 59}, {"due_at": -1}, "takes no late work"),
        ({"late_rule": LateRule.HARD_CLOSE, "grace_minutes": 61}, {"due_at": -1}, None),
        ({"late_rule": LateRule.HARD_CLOSE}, {"due_at": 1}, None),
        ({"late_rule": LateRule.PERCENT_PER_DAY, "late_percent_per_day": 5.0}, {"due_at": -1}, None),
        ({}, {"due_at": -1}, None),
    ],
)
def test_what_is_closed_takes_nothing(database, people, two_tracks, changes, dates, says):
    at = {name: in_hours(value) if name.endswith("_at") else value for name, value in changes.items()}
    whole = Dates("first-steps", **{name: in_hours(value) for name, value in dates.items()})
    with database.unit_of_work() as work:
        courses.change(work.session, people.course, at, actor_id=None)
        offered = plan(work.session, people.course, two_tracks, tracks=[whole])
        if says is None:
            courses.check_handing_in(work.session, offered, people.alice.id, "keeper")
            return
        with pytest.raises(Conflict, match=says):
            courses.check_handing_in(work.session, offered, people.alice.id, "keeper")


def test_an_extension_opens_a_closed_exercise_for_whom_it_is_given(database, people, two_tracks):
    with database.unit_of_work() as work:
        session = work.session
        courses.change(session, people.course, {"late_rule": LateRule.HARD_CLOSE}, actor_id=None)
        offered = plan(session, people.course, two_tracks, tracks=[Dates("first-steps", due_at=in_hours(-1))])
        group = courses.create_group(session, people.course, "Tuesday", actor_id=None)
        courses.join_group(session, people.course, group, people.bob.id, actor_id=None)
        courses.extend(session, offered, "keeper", due_at=in_hours(1), user_id=people.alice.id, actor_id=None)
        courses.check_handing_in(session, offered, people.alice.id, "keeper")
        with pytest.raises(Conflict):
            courses.check_handing_in(session, offered, people.bob.id, "keeper")
        given = courses.extend(session, offered, "keeper", due_at=in_hours(1), group_id=group.id, actor_id=None)
        courses.check_handing_in(session, offered, people.bob.id, "keeper")
        again = courses.extend(session, offered, "keeper", due_at=in_hours(2), group_id=group.id, actor_id=None)
        assert again.id == given.id
        courses.withdraw_extension(session, people.course.id, given.id, actor_id=None)
        with pytest.raises(Conflict):
            courses.check_handing_in(session, offered, people.bob.id, "keeper")


def test_an_extension_must_be_one(database, people, other, two_tracks):
    with database.unit_of_work() as work:
        session = work.session
        offered = plan(session, people.course, two_tracks, tracks=[Dates("first-steps", due_at=in_hours(1))])
        outside = courses.create_group(session, other, "Elsewhere", actor_id=None)
        wrong = [
            ({"user_id": people.alice.id, "due_at": in_hours(0)}, Invalid),
            ({"user_id": people.teacher.id, "due_at": in_hours(2)}, Invalid),
            ({"user_id": people.stranger.id, "due_at": in_hours(2)}, NotFound),
            ({"group_id": outside.id, "due_at": in_hours(2)}, NotFound),
            ({"due_at": in_hours(2)}, Invalid),
        ]
        for given, refusal in wrong:
            with pytest.raises(refusal):
                courses.extend(session, offered, "keeper", **given, actor_id=None)
        with pytest.raises(NotFound):
            courses.extend(session, offered, "counter", due_at=in_hours(2), user_id=people.alice.id, actor_id=None)


def test_a_repetition_gets_the_same_answer_after_the_exercise_has_closed(database, people, desk, two_tracks, settings):
    with database.unit_of_work() as work:
        courses.change(work.session, people.course, {"late_rule": LateRule.HARD_CLOSE}, actor_id=None)

    def hand_in(key, due_at):
        with database.unit_of_work() as work:
            offered = plan(work.session, people.course, two_tracks, tracks=[Dates("first-steps", due_at=due_at)])
            return submissions.submit(
                work,
                user=people.alice,
                course=people.course,
                exercise_id="keeper",
                source="contract A {}",
                idempotency_key=key,
                enqueue=lambda _: None,
                settings=settings,
                key=b"k" * 32,
                offered=offered,
            )

    made = hand_in("once", in_hours(1))
    assert hand_in("once", in_hours(-1)).id == made.id
    with pytest.raises(Conflict, match="closed on"):
        hand_in("twice", in_hours(-1))


# Who is what.


def test_the_last_instructor_stays(database, people):
    with database.unit_of_work() as work:
        with pytest.raises(Conflict, match="last instructor"):
            courses.withdraw(work.session, people.course, people.teacher.id, Role.INSTRUCTOR, actor_id=None)
        courses.enrol(work.session, people.course, people.bob, Role.INSTRUCTOR)
        courses.withdraw(work.session, people.course, people.teacher.id, Role.INSTRUCTOR, actor_id=None)
        with pytest.raises(NotFound):
            courses.withdraw(work.session, people.course, people.teacher.id, Role.INSTRUCTOR, actor_id=None)


def test_who_leaves_a_course_leaves_its_groups_and_no_others(database, people, other):
    with database.unit_of_work() as work:
        session = work.session
        here, there = (courses.create_group(session, each, "G", actor_id=None) for each in (people.course, other))
        courses.join_group(session, people.course, here, people.alice.id, actor_id=None)
        courses.join_group(session, other, there, people.alice.id, actor_id=None)
        courses.withdraw(session, people.course, people.alice.id, Role.LEARNER, actor_id=None)
        assert courses.groups_of(session, people.course, [people.alice.id]) == {}
        assert list(courses.groups_of(session, other, [people.alice.id])) == [people.alice.id]


def test_an_assistant_sees_the_learners_of_their_own_groups_and_nobody_else(database, people):
    with database.unit_of_work() as work:
        session = work.session
        courses.enrol(session, people.course, people.stranger, Role.ASSISTANT)
        staff = courses.require_staff(session, people.stranger, "classroom")
        assert courses.learners_in_order(session, staff) == []
        group = courses.create_group(session, people.course, "Tuesday", actor_id=None)
        for user in (people.stranger, people.alice):
            courses.join_group(session, people.course, group, user.id, actor_id=None)
        assert [user.name for user in courses.learners_in_order(session, staff)] == ["alice"]
        assert courses.looks_after(session, people.course.id, people.stranger, people.alice.id)
        assert not courses.looks_after(session, people.course.id, people.stranger, people.bob.id)
        assert not courses.looks_after(session, people.course.id, people.alice, people.bob.id)
        with pytest.raises(Forbidden):
            courses.require_instructor(session, people.stranger, "classroom")
        with pytest.raises(Invalid, match="Instructors see every group"):
            courses.join_group(session, people.course, group, people.teacher.id, actor_id=None)


def test_an_administrator_runs_every_course_and_a_learner_makes_none(database, people):
    with database.unit_of_work() as work:
        admin = accounts.create_user(work.session, "admin", is_admin=True)
        assert courses.require_staff(work.session, admin, "classroom").role is Role.INSTRUCTOR
        with pytest.raises(NotFound):
            courses.require_instructor(work.session, admin, "no-such-course")
        courses.require_founder(work.session, admin)
        courses.require_founder(work.session, people.teacher)
        for user in (people.alice, people.stranger):
            with pytest.raises(Forbidden):
                courses.require_founder(work.session, user)


def test_the_course_one_is_in_is_the_chosen_one_else_the_one_that_runs(database, people, other):
    def current(user):
        with database.read() as session:
            return courses.current_course(session, user).slug

    assert current(people.alice) == "classroom"  # both run
    assert current(people.bob) == "classroom"  # where he learns
    with database.unit_of_work() as work:
        courses.change(work.session, people.course, {"ends_at": in_hours(-1)}, actor_id=None)
    assert current(people.alice) == "other"  # the one that runs
    with database.unit_of_work() as work:
        courses.choose(work.session, people.alice, "classroom")
        courses.choose(work.session, people.bob, "other")
        with pytest.raises(NotFound):
            courses.choose(work.session, people.stranger, "other")
    assert current(people.alice) == "classroom"
    assert current(people.bob) == "other"
    with database.unit_of_work() as work:
        courses.change(work.session, people.course, {}, archived=True, actor_id=None)
    assert current(people.alice) == "other"
    with pytest.raises(NotFound):
        current(people.stranger)


# Invites.


def invite(database, course, **options):
    with database.unit_of_work() as work:
        return courses.invite(work.session, course, **options, actor_id=None)


def accept(database, token, user):
    with database.unit_of_work() as work:
        return courses.accept_invite(work.session, token, user)


def test_an_invite_lets_in_as_often_as_it_says_and_again_costs_nothing(database, people, other):
    made, token = invite(database, other, max_uses=1)
    assert token not in str(made.model_dump())
    assert accept(database, token, people.stranger).id == other.id
    with database.read() as session:
        assert courses.has_role(session, other.id, people.stranger.id, Role.LEARNER)
        assert courses.current_course(session, people.stranger).id == other.id
    with pytest.raises(NotFound, match="used up"):
        accept(database, token, people.bob)
    _, another = invite(database, other, max_uses=1)
    accept(database, another, people.alice)  # she learns there already
    accept(database, another, people.bob)


@pytest.mark.parametrize("end", ["revoked", "expired", "archived", "made up"])
def test_an_invite_that_has_ended_opens_nothing(database, people, other, end):
    made, token = invite(database, other)
    with database.unit_of_work() as work:
        if end == "revoked":
            courses.revoke_invite(work.session, other, made.id, actor_id=None)
        elif end == "expired":
            work.session.get_one(Invite, made.id).expires_at = in_hours(-1)
        elif end == "archived":
            courses.change(work.session, other, {}, archived=True, actor_id=None)
    token = "x" if end == "made up" else token
    with pytest.raises(NotFound, match="does not work"):
        accept(database, token, people.stranger)
    with database.read() as session:
        with pytest.raises(NotFound, match="does not work"):
            courses.look_at_invite(session, token)
        assert courses.roles(session, people.stranger) == {}


def test_an_invite_puts_into_its_group(database, people, other):
    with database.unit_of_work() as work:
        group = courses.create_group(work.session, other, "Tuesday", actor_id=None)
    _, token = invite(database, other, group_id=group.id, role=Role.ASSISTANT, max_uses=2)
    accept(database, token, people.stranger)
    with database.read() as session:
        assert courses.roles(session, people.stranger) == {"other": [Role.ASSISTANT]}
        assert list(courses.groups_of(session, other, [people.stranger.id])) == [people.stranger.id]


def test_an_invite_that_gives_too_much_is_refused(database, people, other):
    with database.unit_of_work() as work:
        group = courses.create_group(work.session, other, "Tuesday", actor_id=None)
    for options, refusal in (
        ({"role": Role.INSTRUCTOR}, Invalid),
        ({"role": Role.ASSISTANT, "max_uses": 21}, Invalid),
        ({"lifetime": timedelta(days=400)}, Invalid),
        ({"max_uses": 0}, Invalid),
        ({"role": Role.INSTRUCTOR, "max_uses": 1, "group_id": group.id}, Invalid),
    ):
        with pytest.raises(refusal):
            invite(database, other, **options)
    with pytest.raises(NotFound):
        invite(database, people.course, group_id=group.id)


def test_an_invite_of_one_use_lets_one_of_many_in(database, people, other):
    _, token = invite(database, other, max_uses=1)
    with database.unit_of_work() as work:
        crowd = [accounts.create_user(work.session, f"user{number}") for number in range(6)]

    def come(user):
        try:
            accept(database, token, user)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(come, crowd)) == 1
