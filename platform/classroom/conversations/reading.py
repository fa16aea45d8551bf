"""Reads questions and answers, and says them in the words of the API. Nothing here changes anything."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from classroom.conversations.passages import passages as passages_to
from classroom.errors import NotFound
from classroom.models import Answer, Answered, AnswerVote, Finding, Question, Reach, Submission, User
from classroom.schemas import AnswerOut, AskedOut

__all__ = ["asked_out", "names", "passages_to", "published", "reaches", "state_of", "written_to"]


def asked_out(session: Session, questions: Sequence[Question]) -> list[AskedOut]:
    """Say questions with the answers that were written to them, as who asked sees them."""
    answers = written_to(session, [each.id for each in questions])
    every = {answer.id: answer for found in answers.values() for answer in found}
    say = _sayer(session, every, {each.user_id for each in questions})
    return [
        AskedOut(
            id=each.id,
            submission_id=each.submission_id,
            exercise_id=each.exercise_id,
            number=each.number,
            failing=each.failing,
            title=each.title,
            divergence=each.divergence,
            line=each.line,
            words=each.words,
            state=state_of(each),
            reopened=each.reopened,
            asked_at=each.asked_at,
            answers=[say(answer, each.user_id) for answer in answers[each.id]],
        )
        for each in questions
    ]


def state_of(question: Question) -> Literal["waiting", "answered", "closed"]:
    """Tell where a question is: an answer, or its learner, ends the waiting."""
    if question.closed_at is not None:
        return "closed"
    return "waiting" if question.waiting_since is not None else "answered"


def published(session: Session, submission: Submission, shape: str) -> list[AnswerOut]:
    """List the answers that reach everyone who fails as this attempt did, the newest first."""
    found = session.exec(
        select(Answer)
        .where(
            Answer.course_id == submission.course_id,
            Answer.exercise_id == submission.exercise_id,
            Answer.shape == shape,
            Answer.reach == Reach.EVERYONE,
            col(Answer.withdrawn_at).is_(None),
        )
        .order_by(col(Answer.created_at).desc())
        .limit(10)
    ).all()
    say = _sayer(session, {answer.id: answer for answer in found}, {submission.user_id})
    return [say(answer, submission.user_id) for answer in found]


def reaches(session: Session, answer_id: UUID, user_id: UUID) -> Answer:
    """Give an answer that reached a learner. Raises NotFound."""
    answer = session.get(Answer, answer_id)
    if answer is None or answer.withdrawn_at is not None or not _reached(session, answer, user_id):
        raise NotFound("There is no such answer.")
    return answer


def written_to(session: Session, question_ids: Collection[UUID]) -> dict[UUID, list[Answer]]:
    """Give the answers to each of these questions that were not withdrawn, the oldest first."""
    found: dict[UUID, list[Answer]] = {question_id: [] for question_id in question_ids}
    rows = session.exec(
        select(Answered.question_id, Answer)
        .join(Answer, col(Answer.id) == Answered.answer_id)
        .where(col(Answered.question_id).in_(question_ids), col(Answer.withdrawn_at).is_(None))
        .order_by(col(Answer.created_at))
    )
    for question_id, answer in rows:
        found[question_id].append(answer)
    return found


def names(session: Session, user_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Give the names that these people show."""
    wanted = col(User.id).in_([each for each in user_ids if each is not None])
    return dict(session.exec(select(User.id, User.display_name).where(wanted)).all())


def _reached(session: Session, answer: Answer, user_id: UUID) -> bool:
    asked = select(Answered.answer_id).join(Question, col(Question.id) == Answered.question_id)
    if session.exec(asked.where(Answered.answer_id == answer.id, Question.user_id == user_id)).first() is not None:
        return True
    failed = select(Finding.submission_id).where(
        Finding.user_id == user_id,
        Finding.exercise_id == answer.exercise_id,
        Finding.course_id == answer.course_id,
        Finding.shape == answer.shape,
    )
    return answer.reach is Reach.EVERYONE and session.exec(failed).first() is not None


def _sayer(
    session: Session, answers: dict[UUID, Answer], user_ids: Collection[UUID]
) -> Callable[[Answer, UUID], AnswerOut]:
    """Give what says one of these answers as one of these learners sees it: two queries, however many they are."""
    wrote = names(session, {answer.made_by for answer in answers.values()}) if answers else {}
    votes = select(AnswerVote).where(col(AnswerVote.answer_id).in_(answers), col(AnswerVote.user_id).in_(user_ids))
    helped = {(each.answer_id, each.user_id): each.helped for each in session.exec(votes)} if answers else {}

    def say(answer: Answer, user_id: UUID) -> AnswerOut:
        return AnswerOut(
            id=answer.id,
            passages=passages_to(answer.text),
            by=wrote.get(answer.made_by),
            made_at=answer.created_at,
            edited_at=answer.edited_at,
            helped=helped.get((answer.id, user_id)),
        )

    return say
