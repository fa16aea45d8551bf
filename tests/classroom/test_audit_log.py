"""What the audit log holds, and what it never does."""

import pytest
from sqlmodel import select

from classroom import accounts, audit_log, submissions
from classroom.audit_log import Action
from classroom.models import AuditEvent


def events(database) -> list[AuditEvent]:
    with database.read() as session:
        return list(session.exec(select(AuditEvent).order_by(AuditEvent.id)))


def test_an_entry_tells_who_did_what_to_whom_and_when(database, people):
    with database.unit_of_work() as work:
        audit_log.record(
            work.session,
            Action.DOOR_REFUSED,
            actor_id=people.alice.id,
            subject="GET /api/v1/courses/classroom/cohort",
            details={"status": 403},
            request_id="request-1",
        )
    last = events(database)[-1]
    assert (last.action, last.actor_id, last.request_id) == ("door_refused", people.alice.id, "request-1")
    assert (last.subject, last.details) == ("GET /api/v1/courses/classroom/cohort", {"status": 403})
    assert last.at.tzinfo is not None


def test_an_entry_goes_the_way_of_its_transaction(database, people):
    before = len(events(database))
    with pytest.raises(LookupError), database.unit_of_work() as work:
        accounts.create_user(work.session, "carol")
        raise LookupError
    assert len(events(database)) == before


def test_a_subject_that_is_too_long_is_cut(database):
    with database.unit_of_work() as work:
        audit_log.record(work.session, Action.DOOR_REFUSED, actor_id=None, subject="/" + "x" * 10_000)
    assert len(events(database)[-1].subject) == 128


def test_a_submission_leaves_its_whole_way_in_the_log_and_no_personal_data(database, desk, make_report):
    submission = desk.hand_in(source="contract Secret { /* alice@example.org */ }")
    with database.unit_of_work() as work:
        claim = submissions.claim(work, desk.queued[0], worker="w", lease_s=30)
    with database.unit_of_work() as work:
        assert submissions.finish(work, claim, make_report(2.0))
    way = [event for event in events(database) if event.subject == str(submission.id)]
    assert [event.action for event in way] == ["submission_made", "submission_graded"]
    assert way[0].details == {"exercise": "hello-storage", "number": 1}
    assert way[1].details == {"outcome": "failed", "score": 2.0, "attempt": 1}
    everything = str([event.model_dump() for event in events(database)]).lower()
    for personal in ("alice", "bob", "teacher", "secret"):
        assert personal not in everything


def test_every_action_is_one_word_of_the_same_make():
    assert all(action.value == action.name.lower() for action in Action)
