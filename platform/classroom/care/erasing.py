"""A person is erased: everything about them goes, or loses their name. The audit log stays whole, and names nobody.

Two ways, by what becomes of the attempts. `DELETED`: the account's row goes, and all that belongs to it. `ANONYMISED`:
attempts, verdicts and progress stay for the statistics of the cohort, and belong to an account without a name, an
address or a way in. Whoever wrote their name into a comment of a source is erased wholly by the first way only.

What is in the audit log is ids, which point to nobody afterwards: it is sealed, and stays as it is. Backups made before
hold the person until they go. So each erasure is also written down in the data folder, by id: where a backup is brought
back, `again` erases the same people once more.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from classroom import audit_log, backups, exports, usage
from classroom.audit_log import Action
from classroom.db import Database
from classroom.errors import Conflict, NotFound
from classroom.files import write_atomically
from classroom.models import (
    Acceptance,
    Answer,
    Answered,
    AnswerVote,
    Chain,
    Comparison,
    Credential,
    Draft,
    Enrolment,
    Extension,
    GroupMember,
    Identity,
    Job,
    JobState,
    KeptAnswer,
    LetterOrder,
    Override,
    Question,
    Reach,
    Regrade,
    Remark,
    Role,
    Run,
    SecondFactor,
    SimilarPair,
    Submission,
    Usage,
    User,
    now,
)
from classroom.settings import Settings

ERASED_NAME: Final = "erased-"
ERASED_DISPLAY_NAME: Final = "Erased person"
_OVER: Final = (JobState.DONE, JobState.DEAD, JobState.CANCELLED)
_WHOLLY_THEIRS: Final = frozenset({"compile", "deploy", "export"})
"""Kinds of job that do nothing for anybody else."""


class Attempts(StrEnum):
    """What becomes of what a person handed in."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"


@dataclass(frozen=True)
class Erased:
    """What was done: how many attempts it was about, and which backups still hold the person."""

    user_id: UUID
    attempts: Attempts
    submissions: int
    backups: tuple[Path, ...]


def erase(
    database: Database, settings: Settings, user_id: UUID, attempts: Attempts, *, actor_id: UUID | None = None
) -> Erased:
    """Erase a person everywhere, in one transaction, and then their files. Raises NotFound, or Conflict.

    The last administrator cannot be erased, and nobody whose attempt is being graded.
    """
    with database.unit_of_work() as work:
        session = work.session
        user = session.get(User, user_id, with_for_update=True)
        if user is None:
            raise NotFound("There is no such person.")
        _check(session, user)
        email = user.email
        mine = session.exec(select(Submission.id).where(Submission.user_id == user_id)).all()
        usage.take_attendance(session, user_id=user_id)
        _drop_answers(session, user_id)
        files = _drop_jobs(session, user_id, mine if attempts is Attempts.DELETED else ())
        if attempts is Attempts.DELETED:
            session.expunge(user)
            session.execute(delete(User).where(col(User.id) == user_id))  # and, by the database, all that is theirs
        else:
            _take_the_name_off(session, user)
        audit_log.record(
            session,
            Action.USER_ERASED,
            actor_id=actor_id,
            subject=str(user_id),
            details={"attempts": attempts.value, "submissions": len(mine)},
        )
    _remember(settings, user_id, attempts)
    for job_id in files:
        exports.discard(settings, job_id)
    _drop_letters(settings, email)
    return Erased(user_id, attempts, len(mine), tuple(sorted(settings.backups_dir.glob(f"*{backups.SUFFIX}"))))


def again(database: Database, settings: Settings) -> list[Erased]:
    """Erase everybody once more who was erased before, and is there again because a backup was brought back."""
    done = []
    for user_id, attempts in _remembered(settings):
        with database.read() as session:
            user = session.get(User, user_id)
        if user is not None and user.display_name != ERASED_DISPLAY_NAME:
            done.append(erase(database, settings, user_id, attempts))
    return done


def _check(session: Session, user: User) -> None:
    if user.is_admin:
        others = select(User.id).where(User.is_admin, User.id != user.id, col(User.disabled_at).is_(None))
        if session.exec(others).first() is None:
            raise Conflict(f"{user.name} is the only administrator. Make somebody else one first.")
    running = select(Job.id).where(Job.made_by == user.id, Job.state == JobState.RUNNING)
    if session.exec(running).first() is not None:
        raise Conflict(f"A job of {user.name} is running. Shut them out, and try again in a minute.")


def _drop_jobs(session: Session, user_id: UUID, submissions: Iterable[UUID]) -> list[UUID]:
    """Delete the jobs that are wholly theirs, and take their name off the others. Gives those that may have a file."""
    made = session.exec(select(Job).where(Job.made_by == user_id)).all()
    gone = set(submissions)
    files = []
    for job in made:
        if job.kind in _WHOLLY_THEIRS or job.subject_id in gone:
            files.append(job.id)
            session.delete(job)
        else:
            job.made_by = None
            job.last_error = None if job.state in _OVER else job.last_error
            session.add(job)
    session.flush()
    return files


def _drop_answers(session: Session, user_id: UUID) -> None:
    """Delete what nobody but they was told."""
    questions = select(Question.id).where(Question.user_id == user_id)
    answered = select(Answered.answer_id).where(col(Answered.question_id).in_(questions))
    others = select(Answered.answer_id).where(col(Answered.question_id).not_in(questions))
    session.execute(
        delete(Answer).where(
            col(Answer.reach) != Reach.EVERYONE, col(Answer.id).in_(answered), col(Answer.id).not_in(others)
        )
    )


def _take_the_name_off(session: Session, user: User) -> None:
    of_them = (Acceptance, Credential, Draft, GroupMember, Identity, KeptAnswer, LetterOrder, Run, SecondFactor)
    said = (Question, AnswerVote, Remark)
    tables: tuple[Any, ...] = (*of_them, *said)
    session.execute(delete(Chain).where(col(Chain.user_id) == user.id))
    for table in tables:
        session.execute(delete(table).where(table.user_id == user.id))
    session.execute(delete(Enrolment).where(col(Enrolment.user_id) == user.id, col(Enrolment.role) != Role.LEARNER))
    session.execute(update(Extension).where(col(Extension.user_id) == user.id).values(reason=""))
    session.execute(update(Override).where(col(Override.user_id) == user.id).values(reason=""))
    session.execute(update(Regrade).where(col(Regrade.made_by) == user.id).values(made_by=None))
    session.execute(update(Comparison).where(col(Comparison.made_by) == user.id).values(made_by=None))
    pair = col(SimilarPair.first_user_id), col(SimilarPair.second_user_id)
    session.execute(delete(SimilarPair).where((pair[0] == user.id) | (pair[1] == user.id)))
    session.execute(update(SimilarPair).where(col(SimilarPair.looked_by) == user.id).values(looked_by=None))
    for made, by in ((Answer, Answer.made_by), (Remark, Remark.made_by), (Submission, Submission.handed_in_by)):
        session.execute(update(made).where(col(by) == user.id).values({col(by): None}))
    session.execute(update(Usage).where(col(Usage.user_id) == user.id).values(user_id=None))
    for submission in session.exec(select(Submission).where(Submission.user_id == user.id)):
        submission.idempotency_key = uuid4().hex  # the browser's or a program's own words
        session.add(submission)
    user.name = f"{ERASED_NAME}{uuid4().hex[:16]}"
    user.display_name = ERASED_DISPLAY_NAME
    user.email = None
    user.password_hash = None
    user.pending = False
    user.is_admin = False
    user.second_factor_at = None
    user.disabled_at = now()
    session.add(user)
    session.flush()


def _drop_letters(settings: Settings, email: str | None) -> None:
    """Delete what is in the outbox for that address."""
    for path in settings.outbox_dir.glob("*.txt"):
        with suppress(OSError):
            if email and f"(for {email})" in path.read_text(encoding="utf-8").partition("\n")[0]:
                path.unlink()


def _remember(settings: Settings, user_id: UUID, attempts: Attempts) -> None:
    known = settings.erasures_path.read_text(encoding="utf-8") if settings.erasures_path.exists() else ""
    line = json.dumps({"user": str(user_id), "attempts": attempts.value, "at": now().isoformat()})
    write_atomically(settings.erasures_path, f"{known}{line}\n", mode=0o600)


def _remembered(settings: Settings) -> list[tuple[UUID, Attempts]]:
    if not settings.erasures_path.exists():
        return []
    lines = map(json.loads, settings.erasures_path.read_text(encoding="utf-8").splitlines())
    return list({UUID(line["user"]): Attempts(line["attempts"]) for line in lines}.items())
