"""A person's data: all of it handed over, all of it erased, whichever table it is in, and none kept for too long."""

import json
import os
import zipfile
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select, text, update

from classroom import backups, exports, submissions, usage, workload
from classroom.care import erasing, keeping
from classroom.care.erasing import Attempts, erase
from classroom.care.handing_over import DATA, MY_DATA, collect, write_zip
from classroom.care.tables import HELD, NOT_HELD
from classroom.errors import Conflict, Invalid, NotFound
from classroom.files import write_atomically
from classroom.jobs.kinds import EXPORTERS, KINDS
from classroom.keys import server_key
from classroom.models import (
    Acceptance,
    Answer,
    Answered,
    AnswerVote,
    Chain,
    ChainRequest,
    ClassHour,
    Comparison,
    Credential,
    CredentialKind,
    Draft,
    Extension,
    Fingerprints,
    Group,
    GroupMember,
    HintTaken,
    Identity,
    Job,
    KeptAnswer,
    LetterOrder,
    Override,
    Question,
    RateCount,
    Reach,
    Regrade,
    RegradeResult,
    RegradeState,
    Remark,
    RemarkKind,
    Run,
    SecondFactor,
    SimilarPair,
    Submission,
    Table,
    Usage,
    User,
    now,
)
from classroom.rows import read as read_rows
from classroom.rows import tables as tables_of
from classroom.sealing import Sealer, verify

SECRETS = ("hash-of-hers", "salt-of-hers", "hash-of-her-password", "a-hidden-seed")


def give_everything(session, people, user: User, course_id: UUID, mark: str) -> None:
    """Put a row of this person into every table that may hold one."""
    user.password_hash = f"hash-of-her-password {mark}"
    user.email = f"{mark}@school.example"
    credential = Credential(
        kind=CredentialKind.KERNEL,
        secret_hash=f"hash-of-hers {mark}",
        user_id=user.id,
        label=mark,
        expires_at=now() + timedelta(days=1),
    )
    group = Group(course_id=course_id, name=uuid4().hex)
    submission = session.scalars(select(Submission).where(Submission.user_id == user.id)).one()
    regrade = Regrade(course_id=course_id, made_by=user.id, state=RegradeState.PUBLISHED)
    where = {"course_id": course_id, "exercise_id": "x", "shape": "0" * 16}
    question = Question(
        **where, user_id=user.id, submission_id=submission.id, number=1, failing="a", title="A", words=f"{mark}?"
    )
    answer = Answer(**where, reach=Reach.LEARNER, text=f"{mark}!", made_by=user.id)
    session.add_all([user, credential, group, regrade, question, answer])
    session.flush()
    own, of_kernel = (
        Chain(user_id=user.id, name="mine", seed="a-hidden-seed"),
        Chain(credential_id=credential.id, name="kernel's", seed="a-hidden-seed"),
    )
    session.add_all([own, of_kernel])
    session.flush()
    session.add_all(
        [
            Identity(user_id=user.id, provider="school", subject=mark),
            SecondFactor(user_id=user.id, salt=f"salt-of-hers {mark}"[:64]),
            Acceptance(user_id=user.id, document="terms", version="1"),
            GroupMember(group_id=group.id, user_id=user.id),
            Extension(course_id=course_id, exercise_id="x", user_id=user.id, due_at=now(), reason=f"{mark} was ill"),
            Override(course_id=course_id, user_id=user.id, exercise_id="x", score=1, reason=f"{mark} was ill"),
            Draft(course_id=course_id, user_id=user.id, exercise_id="x", source=f"// {mark}"),
            Answered(answer_id=answer.id, question_id=question.id),
            AnswerVote(answer_id=answer.id, user_id=user.id, helped=True),
            Remark(course_id=course_id, user_id=user.id, kind=RemarkKind.NOTE, text=f"{mark} is shy", made_by=user.id),
            HintTaken(course_id=course_id, user_id=user.id, exercise_id="x", rung=1, cost=1, from_attempt=1),
            RegradeResult(regrade_id=regrade.id, submission_id=submission.id),
            ClassHour(course_id=course_id, exercise_id="x", opened_by=user.id, closes_at=now() + timedelta(hours=1)),
            KeptAnswer(user_id=user.id, key_hash=mark, request_hash=mark, expires_at=now()),
            LetterOrder(user_id=user.id, sealed=mark),
            Fingerprints(submission_id=submission.id, version=1, prints={}),
            Comparison(course_id=course_id, exercise_id=uuid4().hex, made_by=user.id),
            SimilarPair(
                course_id=course_id,
                exercise_id="x",
                first_user_id=user.id,
                second_user_id=user.id,
                first_submission_id=submission.id,
                second_submission_id=submission.id,
                share=0.9,
                weight=9,
            ),
            Run(user_id=user.id, source=f"// {mark}"),
            *(
                ChainRequest(chain_id=chain.id, sequence=0, method="eth_sendTransaction", params=[mark])
                for chain in (own, of_kernel)
            ),
            Job(kind="export", made_by=user.id, params={"exporter": "my-data"}),
        ]
    )


@pytest.fixture
def both(desk, database, people, make_report):
    """Alice and Bob, each with a row in every table that may hold one."""
    for user in (people.alice, people.bob):
        submission = desk.hand_in(user, source=f"contract SimpleStorage {{}} // by {user.name}")
        with database.unit_of_work() as work:
            claim = submissions.claim(work, desk.queued[-1], worker="w", lease_s=60)
            assert submissions.finish(work, claim, make_report())
        with database.unit_of_work() as work:
            assert work.session.get(Submission, submission.id).seed
            person = work.session.get(User, user.id)
            give_everything(work.session, people, person, people.course.id, f"{user.name}-mark")
            usage.take_attendance(work.session)
    return people


def about(connection, user_id: UUID) -> dict[str, int]:
    """Count a person's rows by what the tables say of themselves: whatever refers to them, and to what is theirs."""
    found: dict[str, set[tuple]] = {"users": {(user_id,)}}
    for table in Table.metadata.sorted_tables:
        for key in table.foreign_keys:
            owners = found.get(key.column.table.name, set())
            if not owners or key.column.table.name in {"courses", "course_groups", "regrades"}:
                continue
            ids = [owner[0] for owner in owners]
            primary = list(table.primary_key)
            rows = connection.execute(select(*primary).where(key.parent.in_(ids))).all()
            found.setdefault(table.name, set()).update(map(tuple, rows))
    return {name: len(rows) for name, rows in found.items() if rows}


def everything(database) -> dict[str, str]:
    """Give all rows of each table as text."""
    with database.read() as session:
        connection = session.connection()
        return {
            table.name: json.dumps(list(read_rows(connection, table)), default=str) for table in tables_of(connection)
        }


def test_every_table_is_exported_or_left_out_with_a_reason():
    named = [held.name for held in HELD] + list(NOT_HELD)
    assert sorted(named) == sorted(Table.metadata.tables)
    assert all(NOT_HELD.values())
    for held in HELD:
        assert set(held.withheld) <= set(held.model.__table__.columns.keys())
    for name in NOT_HELD:
        for column in Table.metadata.tables[name].columns:
            assert column.name not in {"user_id", "made_by", "actor_id"}
            assert all(key.column.table.name != "users" for key in column.foreign_keys)


def test_an_export_holds_each_row_that_refers_to_the_person_and_no_other(both, database, tmp_path):
    with database.read() as session:
        data = collect(session, both.alice.id)
        counted = about(session.connection(), both.alice.id)
    exported = {name: len(rows) for name, rows in data["tables"].items() if rows}
    assert counted.items() <= exported.items()
    assert set(exported) - set(counted) == {"courses", "course_groups", "audit_events"}
    assert set(exported) == {held.name for held in HELD}
    written = json.dumps(data)
    assert "alice-mark was ill" in written
    assert "bob" not in written
    assert str(both.bob.id) not in written
    assert not [secret for secret in SECRETS if secret in written]
    for held in HELD:
        columns = set(held.model.__table__.columns.keys()) - set(held.withheld)
        assert columns <= set(data["tables"][held.name][0])
    write_zip(data, tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert json.loads(archive.read(DATA))["tables"]["users"][0]["name"] == "alice"
        assert b"by alice" in archive.read("submissions/classroom/hello-storage-1.txt")


def test_a_verdict_that_is_not_published_is_not_exported(both, database):
    with database.unit_of_work() as work:
        work.session.execute(update(Regrade).values(state=RegradeState.READY))
    with database.read() as session:
        assert collect(session, both.alice.id)["tables"]["regrade_results"] == []


def test_a_stranger_to_the_tables_has_nothing_to_export(database):
    with database.read() as session, pytest.raises(NotFound):
        collect(session, UUID(int=7))


def test_ordering_ones_data_gives_a_file_of_all_of_it(both, database, settings):
    queued = []
    with database.unit_of_work() as work:
        bob = work.session.get(User, both.bob.id)
        job = exports.order(work, MY_DATA, made_by=bob, enqueue=queued.append)
    with database.unit_of_work() as work:
        claim = workload.claim(work, [KINDS["export"]], job_id=job.id, worker="w", lease_s=60)
    result = exports.write(settings, database, EXPORTERS, claim, lambda _share, _stage: None)
    with database.unit_of_work() as work:
        assert exports.finish(work, claim, result)
    with database.read() as session:
        path, media_type = exports.file_of(settings, session.get(Job, job.id))
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read(DATA))["tables"]["users"][0]["name"] == "bob"
    assert media_type == "application/zip"


@pytest.mark.parametrize("attempts", Attempts)
def test_an_erased_person_is_in_no_table_and_everybody_else_is_as_before(attempts, both, database, settings):
    key = server_key(settings)
    Sealer(key).seal(database)
    with database.read() as session:
        others = collect(session, both.bob.id)["tables"]
        months = usage.report(session)
    done = erase(database, settings, both.alice.id, attempts)
    assert done.submissions == 1

    left = everything(database)
    kept_source = {"submissions"} if attempts is Attempts.ANONYMISED else set()
    assert {name for name, rows in left.items() if "alice" in rows} == kept_source
    assert {name for name, rows in left.items() if "Alice" in rows} == set()
    hers = {name for name, rows in left.items() if both.alice.id.hex in rows or str(both.alice.id) in rows}
    if attempts is Attempts.DELETED:
        assert hers == {"audit_events"}
    else:  # under an account without a name
        kept = {"submissions", "findings", "class_hours", "progress", "extensions", "overrides", "hints_taken"}
        assert hers == {"audit_events", "users", "enrolments"} | kept
        with database.read() as session:
            nobody = session.get(User, both.alice.id)
            assert nobody.display_name == erasing.ERASED_DISPLAY_NAME
            assert (nobody.email, nobody.password_hash, nobody.is_admin) == (None, None, False)
            assert nobody.disabled_at is not None
            assert session.scalars(select(Extension.reason).where(Extension.user_id == nobody.id)).one() == ""
            assert session.scalars(select(Override.reason).where(Override.user_id == nobody.id)).one() == ""

    with database.read() as session:
        now_of_others = collect(session, both.bob.id)["tables"]
        assert now_of_others == others
        assert usage.report(session) == months
    Sealer(key).seal(database)
    with database.read() as session:
        verdict = verify(session, public_key=Sealer(key).public_key)
    assert verdict.broken is None
    assert (verdict.sealed > 4, verdict.unsealed) == (True, 0)


def test_erasure_takes_files_and_letters_and_names_the_backups(both, database, settings):
    with database.read() as session:
        job_id = session.scalars(select(Job.id).where(Job.kind == "export", Job.made_by == both.alice.id)).one()
    folder = settings.data_dir / "exports" / str(job_id)
    folder.mkdir(parents=True)
    (folder / "my-data.zip").write_text("hers")
    settings.outbox_dir.mkdir()
    write_atomically(settings.outbox_dir / "1.txt", "Hello (for alice-mark@school.example)\nlink\n")
    write_atomically(settings.outbox_dir / "2.txt", "Hello (for bob-mark@school.example)\nlink\n")
    settings.backups_dir.mkdir()
    old = settings.backups_dir / f"2026{backups.SUFFIX}"
    old.touch()
    done = erase(database, settings, both.alice.id, Attempts.DELETED)
    assert done.backups == (old,)
    assert not folder.exists()
    assert [path.name for path in settings.outbox_dir.iterdir()] == ["2.txt"]
    assert settings.erasures_path.stat().st_mode & 0o777 == 0o600


def test_who_is_back_with_a_backup_is_erased_again(both, database, settings):
    erase(database, settings, both.alice.id, Attempts.ANONYMISED)
    assert erasing.again(database, settings) == []
    with database.unit_of_work() as work:  # as a backup brings them back
        work.session.execute(
            update(User).where(User.id == both.alice.id).values(name="alice", display_name="Alice", disabled_at=None)
        )
    assert [each.user_id for each in erasing.again(database, settings)] == [both.alice.id]
    assert "alice" not in everything(database)["users"]


@pytest.mark.parametrize(("also_bob", "left"), [(False, 0), (True, 1)])
def test_an_answer_that_nobody_else_was_told_goes_with_who_was(also_bob, left, both, database, settings):
    with database.unit_of_work() as work:
        work.session.execute(delete(Answered))
        work.session.execute(update(Answer).values(reach=Reach.ASKED))
        asked = {each.user_id: each.id for each in work.session.scalars(select(Question))}
        answer = work.session.scalars(select(Answer).limit(1)).one()
        work.session.execute(delete(Answer).where(Answer.id != answer.id))
        told = [both.alice.id, *([both.bob.id] if also_bob else [])]
        work.session.add_all(Answered(answer_id=answer.id, question_id=asked[user_id]) for user_id in told)
    erase(database, settings, both.alice.id, Attempts.ANONYMISED)
    with database.read() as session:
        assert len(session.scalars(select(Answer)).all()) == left


def test_the_only_administrator_and_who_is_being_graded_stay(both, desk, database, settings):
    with database.unit_of_work() as work:
        work.session.execute(update(User).where(User.id == both.teacher.id).values(is_admin=True))
    with pytest.raises(Conflict, match="only administrator"):
        erase(database, settings, both.teacher.id, Attempts.DELETED)
    desk.hand_in(both.bob)
    with database.unit_of_work() as work:
        assert submissions.claim(work, desk.queued[-1], worker="w", lease_s=60)
    with pytest.raises(Conflict, match="running"):
        erase(database, settings, both.bob.id, Attempts.DELETED)
    with pytest.raises(NotFound):
        erase(database, settings, UUID(int=7), Attempts.DELETED)


ALL_DAYS = dict.fromkeys(
    ("keep_sources_days", "keep_chains_days", "keep_drafts_days", "keep_sessions_days", "keep_failures_days"), 10
)


def test_what_was_kept_for_long_enough_goes_and_nothing_newer(both, database, settings):
    short = settings.model_copy(update={**ALL_DAYS, "keep_backups_days": 10})
    settings.backups_dir.mkdir()
    old, newest = (settings.backups_dir / f"{year}{backups.SUFFIX}" for year in (2024, 2025))
    for path in (old, newest):
        path.touch()
        os.utime(path, (0, 0))
    long_ago = now() - timedelta(days=11)
    with database.unit_of_work() as work:
        session = work.session
        hers = {"user_id": both.alice.id}
        for table, column in ((Submission, "created_at"), (Draft, "updated_at"), (Credential, "expires_at")):
            session.execute(update(table).where(table.user_id == hers["user_id"]).values({column: long_ago}))
        session.execute(update(Chain).values(created_at=long_ago))
        bobs = select(Chain.id).where(Chain.user_id == both.bob.id)
        session.execute(update(ChainRequest).where(ChainRequest.chain_id.not_in(bobs)).values(created_at=long_ago))
        session.add_all([RateCount(key="old", expires_at=long_ago), RateCount(key="new", expires_at=now())])

    planned = {rule.name: rule.over for rule in keeping.plan(database, short)}
    assert planned == {
        "sources": 1,
        "prints": 1,
        "pairs": 1,
        "chains": 3,
        "drafts": 1,
        "sessions": 1,
        "failures": 1,
        "exports": 0,
        "backups": 1,
    }
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Draft)) == 2  # a plan changes nothing
    done = {rule.name: rule.over for rule in keeping.apply(database, short)}
    assert done["sources"] == done["drafts"] == done["sessions"] == done["failures"] == 1
    with database.read() as session:
        assert {each.user_id: bool(each.source) for each in session.scalars(select(Submission))} == {
            both.alice.id: False,
            both.bob.id: True,
        }
        assert all(each.report for each in session.scalars(select(Submission)))
        assert [chain.user_id for chain in session.scalars(select(Chain))] == [both.bob.id]
        assert [draft.user_id for draft in session.scalars(select(Draft))] == [both.bob.id]
        assert session.scalars(select(RateCount.key)).all() == ["new"]
    assert sorted(settings.backups_dir.iterdir()) == [newest]
    assert not any(rule.over for rule in keeping.plan(database, short))


def test_by_itself_nothing_that_anybody_made_goes(both, database, settings):
    with database.unit_of_work() as work:
        long_ago = now() - timedelta(days=4000)
        work.session.execute(update(Submission).values(created_at=long_ago))
        work.session.execute(update(Draft).values(updated_at=long_ago))
        work.session.execute(update(Chain).values(created_at=long_ago))
        work.session.execute(update(ChainRequest).values(created_at=long_ago))
    assert not any(rule.over for rule in keeping.apply(database, settings))


def test_months_count_seats_attempts_and_seconds(both, desk, database, settings):
    with database.read() as session:
        (month,) = usage.report(session)
        assert usage.report(session, since="2999-01") == []
        assert usage.report(session, until="1999-01") == []
    assert (month.course, month.month) == ("classroom", usage.month_of(now()))
    assert (month.seats, month.attempts, month.compute_seconds) == (2, 2, 0.024)  # 12.5 ms each, rounded to even
    with database.unit_of_work() as work:
        assert usage.take_attendance(work.session) == 0
        work.session.execute(text("UPDATE courses SET archived_at = created_at"))
        work.session.execute(update(Usage).values(month="2026-01"))
        assert usage.take_attendance(work.session) == 0


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-1", "x", "2026-01-01"])
def test_what_is_no_month_is_refused(month, database):
    with database.read() as session, pytest.raises(Invalid):
        usage.report(session, since=month)
