"""Who may do what in a course."""

import pytest
from sqlmodel import select

from classroom import courses
from classroom.errors import Forbidden, NotFound
from classroom.models import AuditEvent, Course, Enrolment, Role


def test_the_default_course_is_made_once_and_named_by_the_catalog(database, catalog):
    for _ in range(2):
        with database.unit_of_work() as work:
            course = courses.ensure_default_course(work.session, catalog)
    assert (course.slug, course.title) == (courses.DEFAULT_COURSE, catalog.title)
    with database.read() as session:
        assert len(session.exec(select(Course)).all()) == 1


def test_one_person_may_teach_and_learn(database, people):
    with database.unit_of_work() as work:
        courses.enrol(work.session, people.course, people.teacher, Role.LEARNER)
    with database.read() as session:
        assert courses.roles(session, people.teacher) == {"classroom": [Role.INSTRUCTOR, Role.LEARNER]}
        for role in (Role.INSTRUCTOR, Role.LEARNER):
            assert courses.require_role(session, people.teacher, "classroom", role).id == people.course.id


def test_enrolling_twice_changes_nothing(database, people):
    with database.unit_of_work() as work:
        courses.enrol(work.session, people.course, people.alice, Role.LEARNER)
    with database.read() as session:
        held = session.exec(select(Enrolment).where(Enrolment.user_id == people.alice.id)).all()
        granted = session.exec(select(AuditEvent).where(AuditEvent.subject == str(people.alice.id))).all()
    assert len(held) == 1
    assert [event.action for event in granted].count("role_granted") == 1


def test_granting_a_role_is_written_down_with_who_granted_it(database, people):
    with database.unit_of_work() as work:
        courses.enrol(work.session, people.course, people.stranger, Role.INSTRUCTOR, actor_id=people.teacher.id)
    with database.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.actor_id == people.teacher.id)).one()
    assert event.details == {"course": str(people.course.id), "role": "instructor"}


def test_a_learner_is_refused_an_instructors_door(database, people):
    with database.read() as session, pytest.raises(Forbidden):
        courses.require_role(session, people.alice, "classroom", Role.INSTRUCTOR)


def test_to_a_stranger_the_course_does_not_exist(database, people):
    with database.read() as session:
        refusals = []
        for slug in ("classroom", "no-such-course", "\x00"):
            with pytest.raises(NotFound) as refused:
                courses.require_role(session, people.stranger, slug, Role.LEARNER)
            refusals.append(refused.value.detail)
        assert courses.roles(session, people.stranger) == {}
    assert len(set(refusals)) == 1


def test_a_role_in_one_course_is_none_in_another(database, people):
    with database.unit_of_work() as work:
        other = Course(slug="other", title="Other")
        work.session.add(other)
        work.session.flush()
        courses.enrol(work.session, other, people.alice, Role.INSTRUCTOR)
    with database.read() as session:
        assert courses.has_role(session, other.id, people.alice.id, Role.INSTRUCTOR)
        assert not courses.has_role(session, people.course.id, people.alice.id, Role.INSTRUCTOR)
        assert courses.roles(session, people.alice) == {"classroom": [Role.LEARNER], "other": [Role.INSTRUCTOR]}


def test_learners_are_listed_by_display_name_without_the_instructors(database, people):
    with database.read() as session:
        assert [learner.name for learner in courses.learners(session, people.course)] == ["alice", "bob"]
