"""What those do who teach: answer a question and with it others of its kind, change an answer, withdraw it.

An instructor's answer reaches whom they choose. An assistant answers the learners of their own groups, and nobody else.
"""

from collections import Counter
from uuid import UUID

from sqlmodel import Session, col, select

from classroom import audit_log, courses
from classroom.audit_log import Action
from classroom.conversations.asking import NO_SUCH
from classroom.conversations.passages import passages
from classroom.conversations.reading import names, written_to
from classroom.courses import Staff
from classroom.errors import Forbidden, NotFound
from classroom.models import Answer, Answered, AnswerVote, Question, Reach, Role, User, now
from classroom.schemas import GivenAnswerOut

NO_ANSWER = "There is no such answer."


def answer(
    session: Session, staff: Staff, question_id: UUID, *, text: str, reach: Reach, request_id: str | None = None
) -> Answer:
    """Answer a question, and all of its kind that wait unless only this learner is meant.

    Raises NotFound for a question of nobody they look after, Forbidden for an assistant's answer to everyone.
    """
    question = session.get(Question, question_id, with_for_update=True)
    if question is None or not seen(session, staff, question):
        raise NotFound(NO_SUCH)
    if reach is Reach.EVERYONE and staff.role is not Role.INSTRUCTOR:
        raise Forbidden("Only an instructor's answer reaches everyone. Answer those of your groups who asked.")
    given = Answer(
        course_id=question.course_id,
        exercise_id=question.exercise_id,
        shape=question.shape,
        reach=reach,
        text=text,
        made_by=staff.user.id,
    )
    session.add(given)
    session.flush()
    reached = [question] if reach is Reach.LEARNER else _waiting_like(session, staff, question)
    for each in reached:
        each.waiting_since = None
        session.add(each)
        session.add(Answered(answer_id=given.id, question_id=each.id))
    session.flush()
    _audit(session, Action.QUESTION_ANSWERED, given, staff, request_id, reach=reach.value, questions=len(reached))
    return given


def change(session: Session, staff: Staff, answer_id: UUID, text: str, *, request_id: str | None = None) -> Answer:
    """Put another text in the place of an answer's. Raises NotFound, or Forbidden for somebody else's assistant."""
    found = _own(session, staff, answer_id)
    found.text, found.edited_at = text, now()
    session.add(found)
    session.flush()
    _audit(session, Action.ANSWER_CHANGED, found, staff, request_id)
    return found


def withdraw(session: Session, staff: Staff, answer_id: UUID, *, request_id: str | None = None) -> None:
    """Take an answer back; the questions that have no other one wait again. Raises NotFound or Forbidden."""
    found = _own(session, staff, answer_id)
    found.withdrawn_at = now()
    session.add(found)
    session.flush()
    answered = select(Question).join(Answered, col(Answered.question_id) == Question.id)
    answered = answered.where(Answered.answer_id == found.id)
    questions = session.exec(answered.with_for_update(of=Question)).all()  # whose learners may close them meanwhile
    left = written_to(session, [each.id for each in questions])
    for each in questions:
        if not left[each.id] and each.closed_at is None:
            each.waiting_since = each.waiting_since or now()
            session.add(each)
    _audit(session, Action.ANSWER_WITHDRAWN, found, staff, request_id)


def given_out(session: Session, answers: list[Answer]) -> list[GivenAnswerOut]:
    """Say answers as those see them who gave them: how many questions they answered, and how many they helped."""
    ids = [each.id for each in answers]
    wrote = names(session, {each.made_by for each in answers})
    answered = Counter(session.exec(select(Answered.answer_id).where(col(Answered.answer_id).in_(ids))))
    votes = session.exec(select(AnswerVote.answer_id, AnswerVote.helped).where(col(AnswerVote.answer_id).in_(ids)))
    counted = Counter(votes)
    return [
        GivenAnswerOut(
            id=each.id,
            text=each.text,
            passages=passages(each.text),
            reach=each.reach.value,
            by=wrote.get(each.made_by),
            made_at=each.created_at,
            edited_at=each.edited_at,
            questions=answered[each.id],
            helped=counted[each.id, True],
            not_helped=counted[each.id, False],
        )
        for each in answers
    ]


def seen(session: Session, staff: Staff, question: Question) -> bool:
    """Tell whether a question is of a learner whom this one looks after in this course."""
    if question.course_id != staff.course.id:
        return False
    learners = courses.learners_seen(staff).where(User.id == question.user_id)
    return session.exec(learners).first() is not None


def _waiting_like(session: Session, staff: Staff, question: Question) -> list[Question]:
    """Give the questions of its kind that wait, this one first, of the learners whom this one looks after."""
    alike = select(Question).where(
        Question.course_id == question.course_id,
        Question.exercise_id == question.exercise_id,
        Question.shape == question.shape,
        Question.id != question.id,
        col(Question.waiting_since).is_not(None),
        col(Question.user_id).in_(courses.learners_seen(staff).with_only_columns(col(User.id))),
    )
    return [question, *session.exec(alike.with_for_update())]


def _own(session: Session, staff: Staff, answer_id: UUID) -> Answer:
    found = session.get(Answer, answer_id, with_for_update=True)
    if found is None or found.course_id != staff.course.id or found.withdrawn_at is not None:
        raise NotFound(NO_ANSWER)
    if staff.role is not Role.INSTRUCTOR and found.made_by != staff.user.id:
        raise Forbidden("Only who wrote an answer, or an instructor of the course, changes it.")
    return found


def _audit(
    session: Session, action: Action, answer: Answer, staff: Staff, request_id: str | None, **details: str | int
) -> None:
    audit_log.record(
        session,
        action,
        actor_id=staff.user.id,
        course_id=answer.course_id,
        subject=str(answer.id),
        details={"exercise": answer.exercise_id, **details},
        request_id=request_id,
    )
