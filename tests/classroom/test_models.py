"""What the tables themselves refuse, and what they give back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from classroom.gradebook import Counting, LateRule
from classroom.models import (
    Answer,
    Comparison,
    ComparisonState,
    Credential,
    CredentialKind,
    Enrolment,
    Invite,
    JobState,
    ProgressState,
    Reach,
    Regrade,
    RegradeState,
    Remark,
    RemarkKind,
    Role,
    SubmissionState,
    Table,
    User,
    now,
)

CHOICES = {
    ("credentials", "kind"): CredentialKind,
    ("enrolments", "role"): Role,
    ("submissions", "state"): SubmissionState,
    ("jobs", "state"): JobState,
    ("regrades", "state"): RegradeState,
    ("comparisons", "state"): ComparisonState,
    ("progress", "state"): ProgressState,
    ("courses", "late_rule"): LateRule,
    ("courses", "counting"): Counting,
    ("invites", "role"): Role,
    ("answers", "reach"): Reach,
    ("remarks", "kind"): RemarkKind,
}


def test_choices_are_stored_as_their_values_and_come_back_as_members(database, people):
    with database.read() as session:
        stored = session.exec(text("SELECT DISTINCT role FROM enrolments ORDER BY role")).all()
        read = session.exec(select(Enrolment.role).distinct().order_by(Enrolment.role)).all()
    assert [tuple(row) for row in stored] == [("instructor",), ("learner",)]
    assert read == [Role.INSTRUCTOR, Role.LEARNER]
    assert all(isinstance(role, Role) for role in read)


@pytest.mark.parametrize(("table", "column"), CHOICES)
def test_an_unknown_choice_is_refused_by_the_database(table, column, database, desk, people):
    made = desk.hand_in()
    with database.unit_of_work() as work:
        alike = {"course_id": people.course.id, "exercise_id": made.exercise_id, "shape": "0"}
        work.session.add(Answer(**alike, reach=Reach.ASKED, text="so"))
        about = {"course_id": people.course.id, "user_id": made.user_id, "submission_id": made.id}
        work.session.add(Remark(**about, kind=RemarkKind.NOTE, text="so"))
        work.session.add(Credential(kind=CredentialKind.TOKEN, secret_hash="x", expires_at=now()))
        work.session.add(Regrade(course_id=people.course.id))
        work.session.add(Comparison(course_id=people.course.id, exercise_id="x"))
        work.session.add(Invite(course_id=people.course.id, role=Role.LEARNER, secret_hash="x", expires_at=now()))
    for choice in CHOICES[table, column]:
        if choice is not SubmissionState.DONE:  # which wants a report too
            with database.unit_of_work() as work:
                work.session.exec(
                    text(f"UPDATE {table} SET {column} = '{choice}' WHERE id = (SELECT id FROM {table} LIMIT 1)")
                )
    for unknown in ("LEARNER", "DONE", "", "nought"):
        with pytest.raises(IntegrityError, match=f"ck_{table}_{column}_known"), database.unit_of_work() as work:
            work.session.exec(text(f"UPDATE {table} SET {column} = '{unknown}'"))


def test_every_choice_is_held_by_a_constraint():
    held = {
        (table.name, column.name)
        for table in Table.metadata.tables.values()
        for column in table.columns
        if any(constraint.name == f"ck_{table.name}_{column.name}_known" for constraint in table.constraints)
    }
    assert held == set(CHOICES)


def test_a_submission_is_done_exactly_when_it_has_a_report(database, desk):
    desk.hand_in()
    for change in ("state = 'done'", "report = '{}'"):
        with pytest.raises(IntegrityError, match="done_has_report"), database.unit_of_work() as work:
            work.session.exec(text(f"UPDATE submissions SET {change}"))


def test_every_constraint_has_a_name():
    unnamed = [
        f"{table.name}: {constraint!r}"
        for table in Table.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []


def test_times_come_back_aware_and_in_utc(database):
    elsewhere = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5)))
    with database.unit_of_work() as work:
        work.session.add(User(name="ada", display_name="Ada", created_at=elsewhere))
    with database.read() as session:
        read = session.exec(select(User.created_at)).one()
    assert read == elsewhere
    assert read.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database):
    with pytest.raises(StatementError, match="aware"), database.unit_of_work() as work:
        work.session.add(User(name="ada", display_name="Ada", created_at=datetime(2026, 3, 1)))  # noqa: DTZ001 - the point
