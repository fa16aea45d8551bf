"""What a learner does: asks from an attempt that failed, asks again, needs it no more, says what helped."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from classroom import audit_log, courses, findings
from classroom.audit_log import Action
from classroom.conversations.reading import asked_out, passages_to, published, reaches
from classroom.errors import Conflict, Forbidden, NotFound, TooMany
from classroom.models import AnswerVote, Finding, Question, Remark, RemarkKind, Role, Submission, User, now
from classroom.schemas import AskedOut, CommentOut, DiscussionOut
from evmbox.report import Report

OPEN_AT_ONCE: Final = 5
PER_HOUR: Final = 10
_HOUR: Final = timedelta(hours=1)
_SHOWN: Final = 20
NO_SUCH: Final = "There is no such question."


def ask(session: Session, submission: Submission, words: str, *, request_id: str | None = None) -> Question:
    """Write a question down, for the learner of an attempt that failed. The same again is the same question.

    Raises Conflict where the attempt did not fail or was asked about, and where too many questions wait; TooMany where
    they come too fast.
    """
    session.exec(select(User.id).where(User.id == submission.user_id).with_for_update(key_share=True)).one()
    earlier = _of_attempt(session, submission)
    if earlier is not None:
        if earlier.words == words and earlier.closed_at is None:
            return earlier
        raise Conflict("You have asked about this attempt already. Say there that you are still stuck.")
    finding = session.get(Finding, submission.id)
    if submission.report is None or finding is None or finding.failing is None or finding.shape is None:
        raise Conflict("Only an attempt that has a verdict and did not pass can be asked about.")
    _check_bounds(session, submission)
    told = findings.what_failed(Report.model_validate(submission.report))
    question = Question(
        course_id=submission.course_id,
        user_id=submission.user_id,
        submission_id=submission.id,
        exercise_id=submission.exercise_id,
        number=submission.number,
        failing=finding.failing,
        shape=finding.shape,
        words=words,
        title=told.title[:500],
        divergence=told.message[:2000] if told.message else None,
        line=told.line,
    )
    question.waiting_since = question.asked_at
    session.add(question)
    session.flush()
    _audit(session, Action.QUESTION_ASKED, question, request_id)
    return question


def reopen(session: Session, question: Question, words: str, *, request_id: str | None = None) -> None:
    """Ask again, with other words where there are some. The same again changes nothing.

    Raises Conflict for who waits already, or has too many open; Forbidden for who learns in the course no longer.
    """
    if not courses.has_role(session, question.course_id, question.user_id, Role.LEARNER):
        raise Forbidden("You learn in this course no longer.")
    if question.waiting_since is not None:
        if question.reopened and words in {"", question.words}:
            return
        raise Conflict("This question is waiting for an answer already.")
    _check_open(session, question.course_id, question.user_id)
    question.waiting_since = now()
    question.closed_at = None
    question.reopened += 1
    question.words = words or question.words
    session.add(question)
    _audit(session, Action.QUESTION_REOPENED, question, request_id)


def close(session: Session, question: Question, *, request_id: str | None = None) -> None:
    """Say that no answer is needed any more."""
    if question.closed_at is not None:
        return
    question.closed_at = now()
    question.waiting_since = None
    session.add(question)
    _audit(session, Action.QUESTION_CLOSED, question, request_id)


def own(session: Session, question_id: UUID, user: User) -> Question:
    """Give a question to who asked it, held until the end of the transaction. Raises NotFound."""
    question = session.get(Question, question_id, with_for_update=True)
    if question is None or question.user_id != user.id:
        raise NotFound(NO_SUCH)
    return question


def vote(session: Session, answer_id: UUID, user: User, *, helped: bool) -> None:
    """Say whether an answer helped, in the place of what one said before. Raises NotFound where none reached one."""
    session.exec(select(User.id).where(User.id == user.id).with_for_update(key_share=True)).one()  # one vote at a time
    answer = reaches(session, answer_id, user.id)
    held = session.get(AnswerVote, (answer.id, user.id)) or AnswerVote(
        answer_id=answer.id, user_id=user.id, helped=helped
    )
    held.helped, held.voted_at = helped, now()
    session.add(held)


def discussion(session: Session, submission: Submission) -> DiscussionOut:
    """Tell what was said about an attempt, and about its learner's other attempts at the exercise."""
    finding = session.get(Finding, submission.id)
    mine = _in_exercise(session, submission)
    asked = {each.submission_id: each for each in asked_out(session, mine)}
    question = asked.pop(submission.id, None)
    known = {answer.id for answer in question.answers} if question else set()
    told = published(session, submission, finding.shape) if finding is not None and finding.shape else []
    return DiscussionOut(
        submission_id=submission.id,
        may_ask=question is None and finding is not None and finding.failing is not None,
        question=question,
        told=[answer for answer in told if answer.id not in known],
        earlier=list(asked.values()),
        comments=comments(session, submission.course_id, submission.user_id, submission.exercise_id),
    )


def of_exercise(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> list[AskedOut]:
    """List what a learner asked in an exercise, the newest first."""
    return asked_out(session, _asked_in(session, course_id, user_id, exercise_id))


def comments(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> list[CommentOut]:
    """List the comments at a learner's attempts at an exercise, the newest first."""
    found = session.exec(
        select(Remark, Submission.number, User.display_name)
        .join(Submission, col(Submission.id) == Remark.submission_id)
        .join(User, col(User.id) == Remark.made_by, isouter=True)
        .where(
            Remark.course_id == course_id,
            Remark.user_id == user_id,
            Remark.kind == RemarkKind.COMMENT,
            Submission.exercise_id == exercise_id,
        )
        .order_by(col(Remark.created_at).desc())
        .limit(_SHOWN)
    ).all()
    return [
        CommentOut(id=each.id, number=number, passages=passages_to(each.text), by=by, made_at=each.created_at)
        for each, number, by in found
    ]


def _check_bounds(session: Session, submission: Submission) -> None:
    _check_open(session, submission.course_id, submission.user_id)
    since = now() - _HOUR
    lately = select(func.count()).select_from(Question)
    if session.exec(lately.where(Question.user_id == submission.user_id, Question.asked_at > since)).one() >= PER_HOUR:
        raise TooMany(
            f"You have asked {PER_HOUR} questions within an hour. Try again in a while.",
            headers={"Retry-After": str(round(_HOUR.total_seconds()))},
        )


def _check_open(session: Session, course_id: UUID, user_id: UUID) -> None:
    waiting = select(func.count()).where(
        Question.course_id == course_id, Question.user_id == user_id, col(Question.waiting_since).is_not(None)
    )
    if session.exec(waiting).one() >= OPEN_AT_ONCE:
        raise Conflict(f"{OPEN_AT_ONCE} of your questions wait for an answer. Close one that you need no more.")


def _of_attempt(session: Session, submission: Submission) -> Question | None:
    return session.exec(select(Question).where(Question.submission_id == submission.id)).first()


def _in_exercise(session: Session, submission: Submission) -> Sequence[Question]:
    found = list(_asked_in(session, submission.course_id, submission.user_id, submission.exercise_id))
    if all(each.submission_id != submission.id for each in found) and (this := _of_attempt(session, submission)):
        found.append(this)
    return found


def _asked_in(session: Session, course_id: UUID, user_id: UUID, exercise_id: str) -> Sequence[Question]:
    return session.exec(
        select(Question)
        .where(Question.user_id == user_id, Question.course_id == course_id, Question.exercise_id == exercise_id)
        .order_by(col(Question.asked_at).desc())
        .limit(_SHOWN)
    ).all()


def _audit(session: Session, action: Action, question: Question, request_id: str | None) -> None:
    audit_log.record(
        session,
        action,
        actor_id=question.user_id,
        course_id=question.course_id,
        subject=str(question.id),
        details={"exercise": question.exercise_id, "number": question.number},
        request_id=request_id,
    )
