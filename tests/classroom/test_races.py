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
from fastapi import Response
from sqlalchemy import text, update
from sqlmodel import Session, col, func, select

from classroom import accounts, chains, courses, drafts, regrades, runs, submissions, usage
from classroom.accounts import ByPassword, Entrance, second_factor, tokens
from classroom.accounts.credentials import take
from classroom.api.idempotency import Once, Repeated
from classroom.care import keeping
from classroom.db import Database, UnitOfWork
from classroom.errors import Conflict, NotFound, TooMany, Unauthenticated
from classroom.keys import server_key
from classroom.models import (
    AuditEvent,
    Course,
    Credential,
    CredentialKind,
    Draft,
    Enrolment,
    Extension,
    Job,
    Progress,
    RegradeState,
    Role,
    Scope,
    SecondFactor,
    Submission,
    Usage,
    User,
    now,
)
from classroom.schemas import SentOut
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


# What came later: regrades, runs, invites, tokens, usage, kept answers, codes, extensions, retention


def test_a_regrade_is_published_or_discarded_and_not_both(overlap, desk, database, people, make_report):
    desk.hand_in()
    with database.unit_of_work() as work:
        claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=30)
        submissions.finish(work, claim, make_report(3.0))
        ordered = regrades.order(work, course=people.course, actor=people.teacher, enqueue=lambda _: None)
        ordered.state = RegradeState.READY
    came = overlap(
        lambda session: regrades.publish(UnitOfWork(session), people.course, ordered.id, actor=people.teacher),
        lambda session: regrades.discard(UnitOfWork(session), people.course, ordered.id, actor=people.teacher),
    )
    assert isinstance(came, Conflict)


def test_a_learner_has_no_more_runs_open_than_allowed(overlap, database, people):
    def order(session: Session) -> object:
        return runs.order(UnitOfWork(session), user=people.alice, source="x", steps=[], enqueue=lambda _: None)

    with database.unit_of_work() as work:
        for _ in range(runs.OPEN_EACH - 1):
            order(work.session)
    assert isinstance(overlap(order, order), TooMany)


def test_the_last_place_of_an_invite_is_one_persons(overlap, database, people):
    with database.unit_of_work() as work:
        bob = accounts.create_user(work.session, "new-one")
        _, link = courses.invite(work.session, people.course, role=Role.LEARNER, max_uses=1, actor_id=people.teacher.id)
    came = overlap(
        lambda session: courses.accept_invite(session, link, people.stranger),
        lambda session: courses.accept_invite(session, link, bob),
    )
    assert isinstance(came, NotFound)
    assert count(database, Enrolment, Enrolment.user_id == bob.id) == 0


def test_an_invite_revoked_twice_at_once_was_revoked_once(overlap, database, people):
    with database.unit_of_work() as work:
        made, _ = courses.invite(work.session, people.course, role=Role.LEARNER, actor_id=people.teacher.id)

    def revoke(session: Session) -> None:
        courses.revoke_invite(session, people.course, made.id, actor_id=people.teacher.id)

    assert overlap(revoke, revoke) is None
    assert count(database, AuditEvent, AuditEvent.action == "invite_revoked") == 1


@pytest.mark.parametrize("kind", [CredentialKind.RESET_PASSWORD, CredentialKind.CONFIRM_EMAIL])
def test_the_link_of_a_letter_is_used_once(overlap, people, database, kind):
    with database.unit_of_work() as work:
        link = accounts.issue(work.session, kind, people.alice.id, lifetime=HOUR, label="a@school.example")

    def use(session: Session) -> object:
        return take(session, kind, link)

    assert isinstance(overlap(use, use), Unauthenticated)


def test_of_two_letters_written_at_once_the_later_ones_link_works(overlap, people, database, settings):
    overlap(
        lambda session: accounts.reset_letter(session, session.get_one(User, people.alice.id), settings),
        lambda session: accounts.reset_letter(session, session.get_one(User, people.alice.id), settings),
    )
    live = col(Credential.revoked_at).is_(None), Credential.kind == CredentialKind.RESET_PASSWORD
    assert count(database, Credential, *live) == 1


def test_one_of_two_people_proves_an_address(database, people):
    with database.unit_of_work() as work:
        links = [
            accounts.issue(
                work.session, CredentialKind.CONFIRM_EMAIL, user.id, lifetime=HOUR, label="both@school.example"
            )
            for user in (people.alice, people.bob)
        ]

    def first(session: Session) -> None:
        take(session, CredentialKind.CONFIRM_EMAIL, links[0])
        session.get_one(User, people.alice.id).email = "both@school.example"

    came = overlap_with(database, first, lambda: accounts.confirm_address(database, links[1]))
    assert isinstance(came, Conflict)


def test_a_refresh_token_used_twice_at_once_has_one_successor(overlap, database, people):
    signer = accounts.TokenSigner(b"k" * 32, issuer="here")
    with database.unit_of_work() as work:
        held = tokens.open_family(work.session, signer, people.alice, {Scope.LEARN}, label="x").refresh

    def renew(session: Session) -> object:
        return tokens._renew(session, signer, held, "the successor", None)

    assert overlap(renew, renew) is not None
    live = col(Credential.rotated_at).is_(None), Credential.kind == CredentialKind.REFRESH
    assert count(database, Credential, *live) == 1
    assert count(database, Credential, col(Credential.revoked_at).is_not(None)) == 0


def test_two_attempts_at_once_are_both_counted_as_used(overlap, database, people):
    def use(session: Session) -> None:
        usage.add(session, people.course.id, people.alice.id, at=now(), attempts=1, compute_ms=10)

    overlap(use, use)
    with database.read() as session:
        row = session.exec(select(Usage).where(Usage.user_id == people.alice.id)).one()
    assert (row.attempts, row.compute_ms) == (2, 20)


def test_the_same_request_sent_twice_at_once_is_done_once_and_answered_twice(overlap, people):
    def make(session: Session) -> object:
        once, work = Once(people.alice.id, b"k" * 32, "the request", Response()), UnitOfWork(session)
        once.begin(work)
        return once.keep(work, SentOut(detail="made"))

    came = overlap(make, make)
    assert isinstance(came, Repeated)
    assert b"made" in came.content


@pytest.fixture
def codes(database, people):
    with database.unit_of_work() as work:
        second_factor.begin(work.session, people.alice.id)
        factor = work.session.get_one(SecondFactor, people.alice.id)
        factor.confirmed_at = now()
        work.session.get_one(User, people.alice.id).second_factor_at = now()
        return second_factor.new_recovery_codes(work.session, people.alice.id)


def test_a_recovery_code_lets_in_once(overlap, people, codes):
    def use(session: Session) -> bool:
        return second_factor.is_right(session, people.alice.id, b"k" * 32, codes[0])

    assert overlap(use, use) is False


def test_of_recovery_codes_made_twice_at_once_one_set_works(overlap, database, people, codes):
    def renew(session: Session) -> object:
        return second_factor.new_recovery_codes(session, people.alice.id)

    came = overlap(renew, renew)
    with database.read() as session:
        assert second_factor.recovery_codes_left(session, people.alice.id) == len(codes) == len(came)


def test_a_second_factor_turned_off_twice_at_once_was_turned_off_once(overlap, database, people, codes):
    def turn_off(session: Session) -> None:
        second_factor.turn_off(session, people.alice.id, actor_id=people.alice.id)

    assert isinstance(overlap(turn_off, turn_off), NotFound)
    assert count(database, AuditEvent, AuditEvent.action == "second_factor_off") == 1


def test_an_extension_withdrawn_twice_at_once_was_withdrawn_once(overlap, database, people):
    with database.unit_of_work() as work:
        given = Extension(course_id=people.course.id, exercise_id="e", user_id=people.alice.id, due_at=now() + HOUR)
        work.session.add(given)

    def withdraw(session: Session) -> None:
        courses.withdraw_extension(session, people.course.id, given.id, actor_id=people.teacher.id)

    assert isinstance(overlap(withdraw, withdraw), NotFound)
    assert count(database, AuditEvent, AuditEvent.action == "extension_withdrawn") == 1


def test_what_is_saved_while_old_data_are_cleared_away_is_kept(database, people, settings):
    short = settings.model_copy(update={"keep_drafts_days": 1})
    with database.unit_of_work() as work:
        drafts.put(work.session, course=people.course, user=people.alice, exercise_id="e", source="old", revision=0)
        work.session.flush()
        work.session.execute(update(Draft).values(updated_at=now() - 48 * HOUR))

    def save(session: Session) -> None:
        drafts.put(session, course=people.course, user=people.alice, exercise_id="e", source="new", revision=1)

    overlap_with(database, save, lambda: keeping.apply(database, short))
    with database.read() as session:
        assert session.exec(select(Draft.source)).all() == ["new"]
