"""The audit log over HTTP: who may read what of it, how it is filtered, and what is never in it."""

import pytest
from sqlmodel import select

from classroom import audit_log, courses
from classroom.audit_log import Action
from classroom.models import AuditEvent, Course, Role
from classroom.schemas import AuditEntryOut

pytestmark = pytest.mark.both_databases
WHOLE, OF_COURSE = "/api/v1/audit", "/api/v1/courses/classroom/audit"


@pytest.fixture(scope="module")
def log(shared):
    """Give a classroom in which something has happened."""
    return shared


def entries(live, caller: str, path: str = WHOLE, **asked: object) -> list[dict]:
    answer = live.client(caller).get(path, params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("caller", ["lea", "ines", "lea kernel", "stranger", "adele kernel"])
def test_the_whole_log_is_for_administrators(caller, log):
    assert log.client(caller).get(WHOLE).status_code == 403


@pytest.mark.parametrize(("caller", "status"), [("ines", 200), ("adele", 200), ("lea", 403), ("stranger", 404)])
def test_a_courses_entries_are_for_its_instructors(caller, status, log):
    assert log.client(caller).get(OF_COURSE).status_code == status


def test_nobody_unknown_reads_it(log):
    assert {log.client("nobody").get(path).status_code for path in (WHOLE, OF_COURSE)} == {401}


def test_an_instructor_sees_the_entries_of_the_course_and_no_other(log):
    with log.database.unit_of_work() as work:
        other = Course(slug="other", title="Other")
        work.session.add(other)
        work.session.flush()
        courses.enrol(work.session, other, log.users["leo"], Role.INSTRUCTOR)
    seen = entries(log, "ines", OF_COURSE)
    assert seen
    assert {entry["course"] for entry in seen} == {"classroom"}
    assert "other" in {entry["course"] for entry in entries(log, "adele")}


def test_names_are_those_of_today_and_not_in_the_log(log):
    granted = entries(log, "adele", action="role_granted", person="lea")
    assert {entry["subject_name"] for entry in granted} == {"lea"}
    with log.database.read() as session:
        assert "'lea'" not in str([event.model_dump() for event in session.exec(select(AuditEvent))])


def test_every_filter_narrows_and_they_add_up(log):
    with log.database.unit_of_work() as work:
        for number in range(3):
            audit_log.record(
                work.session,
                Action.DOOR_REFUSED,
                actor_id=log.users["leo"].id,
                subject=f"object-{number}",
                details={"note": "100 % of_it"},
                request_id=f"request-{number}",
            )
    leos = entries(log, "adele", person=str(log.users["leo"].id), action="door_refused")
    assert [entry["subject"] for entry in leos][:3] == ["object-2", "object-1", "object-0"]
    (one,) = entries(log, "adele", object="object-1")
    assert AuditEntryOut.model_validate(one).actor == "leo"
    assert [entry["subject"] for entry in entries(log, "adele", text="REQUEST-2")] == ["object-2"]
    assert len(entries(log, "adele", text="100 % of_it")) == 3
    assert entries(log, "adele", text="100 % ofXit") == []  # a pattern's letters are only letters
    assert entries(log, "adele", person="nobody-of-that-name") == []
    at = one["at"]
    assert "object-1" in {entry["subject"] for entry in entries(log, "adele", since=at)}
    assert "object-1" not in {entry["subject"] for entry in entries(log, "adele", until=at)}


def test_it_is_read_page_by_page(log):
    whole, read, cursor = entries(log, "adele"), [], None
    for _ in range(len(whole)):
        asked = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        answer = log.client("adele").get(WHOLE, params=asked).json()
        read += answer["items"]
        if (cursor := answer["next"]) is None:
            break
    assert [entry["id"] for entry in read] == [entry["id"] for entry in whole]


@pytest.mark.parametrize(
    "asked",
    [
        {"action": "nonsense"},
        {"since": "yesterday"},
        {"until": "0001-01-01T00:00:00+23:59"},
        {"text": "a\x00b"},
        {"person": "x" * 65},
        {"cursor": "x"},
    ],
)
def test_a_question_that_means_nothing_is_refused(asked, log):
    assert log.client("adele").get(WHOLE, params=asked).status_code == 422


def test_no_secret_and_no_source_is_ever_in_the_log(log):
    """Everything that the callers of these tests hold, and what one of them hands in."""
    source = log.SOLUTION + "// canary-of-a-learner\n"
    assert log.submit("lea", source).status_code == 202
    log.client("lea").get(WHOLE)
    with log.database.read() as session:
        written = str([event.model_dump() for event in session.exec(select(AuditEvent))])
    secrets = [value.rpartition(" ")[2] for headers in log.headers.values() for value in headers.values()]
    secrets += [value.partition("=")[2].rpartition(".")[0] for value in secrets if "=" in value]
    for held in [*filter(lambda value: len(value) > 20, secrets), "canary", "pragma solidity"]:
        assert held not in written
