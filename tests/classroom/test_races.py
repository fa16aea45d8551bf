"""Two at once: the second waits for the first and then decides upon what that one did, on either database.

SQLite lets one writer in at a time. On PostgreSQL each of these is red without its row lock, its condition or its
unique constraint: the first has done its part and holds its transaction open until the second waits, or is done.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session, func, select

from classroom import accounts, chains, courses, drafts, submissions
from classroom.accounts import ByPassword, Entrance
from classroom.accounts.credentials import take
from classroom.db import Database, UnitOfWork
from classroom.errors import Conflict, NotFound, Unauthenticated
from classroom.keys import server_key
from classroom.models import AuditEvent, Course, CredentialKind, Enrolment, Job, Progress, Role, Submission
from support.waiting import wait_until

HOUR = timedelta(hours=1)
PASSWORD = "correct horse battery"


@dataclass
class Catalog:
    title: str = "A course"


@pytest.fixture
def overlap(database):
    """Do one thing, and the other while the first is not committed yet; give what came of the second."""

    def overlap(first: Callable[[Session], object], second: Callable[[Session], object]) -> Any:
        def in_its_own_transaction() -> object:
            with database.unit_of_work() as work:
                return second(work.session)

        return overlap_with(database, first, in_its_own_transaction)

    return overlap


def overlap_with(database: Database, first: Callable[[Session], object], second: Callable[[], object]) -> Any:
    came_of_it: list[object] = []
    begun = threading.Event()

    def run() -> None:
        begun.set()
        try:
            came_of_it.append(second())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            came_of_it.append(error)

    thread = threading.Thread(target=run)
    with closing(Database(database.url)) as onlooker:
        with database.unit_of_work() as work:
            first(work.session)
            work.session.flush()
            thread.start()
            begun.wait()
            wait_until(lambda: came_of_it or somebody_waits(onlooker), what="the second's turn to wait")
        thread.join()
    return came_of_it[0]


def somebody_waits(database: Database) -> bool:
    """Tell whether a statement waits for a lock; on SQLite whoever has begun waits."""
    if database.engine.dialect.name == "sqlite":
        return True
    with database.read() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return session.exec(text(waiting)).one()[0] > 0


def count(database: Database, table: type, *where: object) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(table).where(*where)).one()


@pytest.fixture
def submit(desk, people, settings):
    def submit(session: Session, key: str = "the same") -> Submission:
        return submissions.submit(
            UnitOfWork(session),
            user=people.alice,
            course=people.course,
            exercise_id="hello-storage",
            source="contract A {}",
            idempotency_key=key,
            enqueue=desk.queued.append,
            settings=settings,
            key=b"k" * 32,
        )

    return submit


def test_the_same_attempt_sent_twice_at_once_is_one(overlap, submit, database):
    first: list[Submission] = []
    second = overlap(lambda session: first.append(submit(session)), submit)
    assert second.id == first[0].id
    assert (count(database, Submission), count(database, Job)) == (1, 1)


def test_two_attempts_at_once_have_two_numbers(overlap, submit, database):
    overlap(lambda session: submit(session, "one"), lambda session: submit(session, "two"))
    with database.read() as session:
        assert sorted(session.exec(select(Submission.number))) == [1, 2]
        assert session.exec(select(Progress.attempts)).one() == 2


def test_the_better_of_two_verdicts_at_once_counts(overlap, desk, database, make_report):
    claims = []
    for _ in range(2):
        desk.hand_in()
        with database.unit_of_work() as work:
            claims.append(submissions.claim(work, desk.queued[-1], worker="w", lease_s=30))
    overlap(
        lambda session: submissions.finish(UnitOfWork(session), claims[1], make_report(3.0)),
        lambda session: submissions.finish(UnitOfWork(session), claims[0], make_report(1.0)),
    )
    with database.read() as session:
        row = session.exec(select(Progress)).one()
    assert (row.best_score, row.best_submission_id) == (3.0, claims[1].subject_id)
    assert row.last_outcome == "passed"


def test_a_verdict_handed_in_twice_at_once_is_written_once(overlap, desk, database, make_report):
    desk.hand_in()
    with database.unit_of_work() as work:
        claim = submissions.claim(work, desk.queued[0], worker="w", lease_s=30)
    assert not overlap(
        lambda session: submissions.finish(UnitOfWork(session), claim, make_report(3.0)),
        lambda session: submissions.finish(UnitOfWork(session), claim, make_report(3.0)),
    )
    assert count(database, AuditEvent, AuditEvent.action == "submission_graded") == 1


def test_a_job_is_taken_by_one_of_two_workers(overlap, desk):
    desk.hand_in()

    def claim(session: Session) -> object:
        return submissions.claim(UnitOfWork(session), desk.queued[0], worker="w", lease_s=30)

    assert overlap(claim, claim) is None


def test_two_tabs_that_save_at_once_do_not_undo_each_other(overlap, people):
    def save(source: str, revision: int) -> Callable[[Session], object]:
        def put(session: Session) -> object:
            return drafts.put(
                session, course=people.course, user=people.alice, exercise_id="e", source=source, revision=revision
            )

        return put

    assert isinstance(overlap(save("one", 0), save("another", 0)), Conflict)
    assert isinstance(overlap(save("two", 1), save("three", 1)), Conflict)


def test_a_learner_has_no_more_chains_than_allowed(overlap, people, settings):
    few = settings.model_copy(update={"chains_each": 1})
    owner = chains.Owner(people.alice.id, uuid4())
    second = overlap(
        lambda session: chains.create(session, owner, "one", settings=few),
        lambda session: chains.create(session, owner, "two", settings=few),
    )
    assert isinstance(second, Conflict)


def test_a_chain_deleted_twice_at_once_was_deleted_once(overlap, people, settings, database):
    owner = chains.Owner(people.alice.id, uuid4())
    with database.unit_of_work() as work:
        chain, _ = chains.create(work.session, owner, "one", settings=settings)

    def delete(session: Session) -> None:
        chains.delete(session, chain.id, owner)

    assert isinstance(overlap(delete, delete), NotFound)
    assert count(database, AuditEvent, AuditEvent.action == "chain_deleted") == 1


def test_one_of_two_people_gets_a_name(overlap):
    second = overlap(
        lambda session: accounts.create_user(session, "ada"), lambda session: accounts.create_user(session, "ada")
    )
    assert isinstance(second, Conflict)


def test_the_first_course_is_made_once(overlap, database):
    second = overlap(
        lambda session: courses.ensure_default_course(session, Catalog()),
        lambda session: courses.ensure_default_course(session, Catalog()),
    )
    assert second.slug == courses.DEFAULT_COURSE
    assert count(database, Course) == 1


def test_a_role_given_twice_at_once_is_given_once(overlap, people, database):
    def enrol(session: Session) -> None:
        courses.enrol(session, people.course, people.stranger, Role.LEARNER)

    assert overlap(enrol, enrol) is None
    assert count(database, Enrolment, Enrolment.user_id == people.stranger.id) == 1
    given = AuditEvent.action == "role_granted", AuditEvent.subject == str(people.stranger.id)
    assert count(database, AuditEvent, *given) == 1


def test_a_one_time_link_opens_one_session(overlap, people, database):
    with database.unit_of_work() as work:
        link = accounts.issue(work.session, CredentialKind.ONE_TIME_LINK, people.alice.id, lifetime=HOUR)

    def redeem(session: Session) -> object:
        return take(session, CredentialKind.ONE_TIME_LINK, link)

    assert isinstance(overlap(redeem, redeem), Unauthenticated)


@pytest.mark.parametrize("change", ["password", "shut out"])
def test_no_session_outlives_a_change_that_came_while_its_password_was_verified(change, database, people, settings):
    with database.unit_of_work() as work:
        accounts.set_password(work.session, people.alice.id, PASSWORD, actor_id=None)

    def change_it(session: Session) -> None:
        if change == "password":
            accounts.set_password(session, people.alice.id, "another one entirely", actor_id=None)
        else:
            accounts.set_disabled(session, people.alice.id, disabled=True, actor_id=None)

    entrance = Entrance(database, settings, server_key(settings))
    came = overlap_with(database, change_it, lambda: entrance.sign_in(ByPassword("alice", PASSWORD)))
    assert isinstance(came, Unauthenticated)
