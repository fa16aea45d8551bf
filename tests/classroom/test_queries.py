"""The questions that pages ask again and again are answered from an index, on either database."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import literal_column, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from classroom import audit_reading
from classroom.audit_log import Action
from classroom.audit_reading import Filter
from classroom.models import AuditEvent, Finding, Job, JobState, Progress, Question, Submission

ID = uuid4()
QUESTIONS = {
    "a learner's progress": select(Progress).where(Progress.user_id == ID, Progress.course_id == ID),
    "a cohort": select(Progress).where(Progress.course_id == ID),
    "a learner's attempts": select(Submission)
    .where(Submission.course_id == ID, Submission.user_id == ID, Submission.exercise_id == "tip-jar")
    .order_by(col(Submission.number).desc()),
    "the rate": select(Submission.created_at)
    .where(Submission.user_id == ID)
    .order_by(col(Submission.created_at).desc()),
    "an exercise's attempts": select(Finding.number).where(Finding.course_id == ID, Finding.exercise_id == "tip-jar"),
    "first attempts": select(Finding.exercise_id).where(Finding.course_id == ID, Finding.number == literal_column("1")),
    "who fails in the same way now": select(Progress.user_id).where(
        Progress.course_id == ID, Progress.exercise_id == "tip-jar", Progress.shape == "0"
    ),
    "questions that wait": select(Question.id).where(
        Question.course_id == ID, col(Question.waiting_since).is_not(None)
    ),
    "what waits": select(Job.id).where(Job.state == JobState.QUEUED).order_by(col(Job.due_at)),
    "what is not sealed": select(AuditEvent.id).where(col(AuditEvent.position).is_(None)).order_by(col(AuditEvent.id)),
}
FILTERS = {
    "the log": Filter(),
    "the log by action": Filter(action=Action.SIGNED_IN),
    "the log by object": Filter(object=str(ID)),
    "the log by person": Filter(person=str(ID)),
}


def plan(session: Any, statement: Any) -> str:
    """Ask how a statement would be answered; PostgreSQL as if its tables were not as small as they are here."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    dialect = postgresql.dialect() if on_postgres else sqlite.dialect()
    written = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace(":", r"\:")
    if on_postgres:
        session.exec(text("SET LOCAL enable_seqscan = off"))
    rows = session.exec(text(("EXPLAIN " if on_postgres else "EXPLAIN QUERY PLAN ") + written)).all()
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("name", [*QUESTIONS, *FILTERS])
def test_it_is_answered_from_an_index(name, database):
    with database.read() as session:
        statement = QUESTIONS.get(name)
        if statement is None:
            matching = audit_reading.matching(session, FILTERS[name])
            statement = matching.order_by(col(AuditEvent.id).desc()).limit(50)
        told = plan(session, statement)
    assert "Index" in told or "INDEX" in told or "PRIMARY KEY" in told or name == "the log", told
    assert "Seq Scan" not in told
    assert "SCAN audit_events" not in told.replace("SCAN audit_events USING", "") or name == "the log", told
