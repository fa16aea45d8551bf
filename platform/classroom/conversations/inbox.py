"""The inbox: questions grouped by what went wrong, with how many fail in the same way and say nothing."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from classroom import courses
from classroom.conversations.answering import given_out
from classroom.conversations.reading import asked_out, names
from classroom.courses import Offer, Staff
from classroom.models import Answer, AnswerVote, Progress, ProgressState, Question, Reach, Role, User
from classroom.schemas import InboxQuestionOut, MisconceptionOut, TallyOut

Which = Literal["waiting", "answered", "all"]
_SHOWN: Final = 20


class _Kind(NamedTuple):
    """A row of `kinds`."""

    exercise_id: str
    shape: str
    waiting: int
    asked: int
    latest_at: datetime


def count_waiting(session: Session, staff: Staff) -> int:
    """Count the questions that wait for an answer, of the learners whom this one looks after."""
    waiting = select(func.count()).select_from(Question).where(_theirs(staff), col(Question.waiting_since).is_not(None))
    return int(session.execute(waiting).scalar_one())


def tally(session: Session, staff: Staff) -> TallyOut:
    """Count what waits, was answered and was closed, and how often an answer helped or did not."""
    states = select(func.count(), func.count(col(Question.waiting_since)), func.count(col(Question.closed_at)))
    every, waiting, closed = session.execute(states.where(_theirs(staff))).one()
    votes = (
        select(col(AnswerVote.helped), func.count())
        .join(Answer, col(Answer.id) == AnswerVote.answer_id)
        .where(col(Answer.course_id) == staff.course.id, col(Answer.withdrawn_at).is_(None))
        .where(col(AnswerVote.user_id).in_(courses.learners_seen(staff).with_only_columns(col(User.id))))
    )
    helped = Counter(dict(session.execute(votes.group_by(col(AnswerVote.helped))).all()))
    return TallyOut(
        waiting=waiting,
        answered=every - waiting - closed,
        closed=closed,
        helped=helped[True],
        not_helped=helped[False],
    )


def kinds(staff: Staff, which: Which = "all", exercise_id: str | None = None) -> Any:
    """Select what went wrong: exercise, shape, how many wait, how many asked, and when the last did; in no order."""
    waiting = func.count(col(Question.waiting_since))
    grouped: Any = (
        select(
            col(Question.exercise_id).label("exercise_id"),
            col(Question.shape).label("shape"),
            waiting.label("waiting"),
            func.count(func.distinct(Question.user_id)).label("asked"),
            func.max(Question.asked_at).label("latest_at"),
        )
        .where(_theirs(staff))
        .group_by(col(Question.exercise_id), col(Question.shape))
    )
    if exercise_id is not None:
        grouped = grouped.where(col(Question.exercise_id) == exercise_id)
    if which != "all":
        grouped = grouped.having(waiting > 0 if which == "waiting" else waiting == 0)
    found = grouped.subquery()
    return select(found.c.exercise_id, found.c.shape, found.c.waiting, found.c.asked, found.c.latest_at)


def order(statement: Any) -> tuple[Any, ...]:
    """Give the columns that `kinds` is listed by, the latest question first."""
    columns = statement.selected_columns
    return columns.latest_at, columns.exercise_id, columns.shape


def misconceptions(session: Session, staff: Staff, offered: Offer, rows: Iterable[Any]) -> list[MisconceptionOut]:
    """Say rows of `kinds` with their questions, the answers given, and how many fail in silence."""
    rows = [_Kind(*row) for row in rows]
    keys = [(row.exercise_id, row.shape) for row in rows]
    if not keys:
        return []
    questions: dict[tuple[str, str], list[Question]] = {key: [] for key in keys}
    waits_first = case((col(Question.waiting_since).is_not(None), 0), else_=1)
    asked_alike = select(Question).where(_theirs(staff), _alike(Question, keys))
    for each in session.scalars(asked_alike.order_by(waits_first, col(Question.asked_at).desc())):
        if (each.exercise_id, each.shape) in questions:
            questions[each.exercise_id, each.shape].append(each)
    silent = _silent(session, staff, keys, questions)
    answers = _answers(session, staff, keys)
    shown = {key: found[:_SHOWN] for key, found in questions.items()}
    asked = _with_names(session, staff, [each for found in shown.values() for each in found])
    given = {each.id: each for each in given_out(session, [each for found in answers.values() for each in found])}
    exercises = offered.exercises
    found = []
    for row in rows:
        key = (row.exercise_id, row.shape)
        first = next((each for each in questions[key] if each.divergence), questions[key][0])
        exercise = exercises.get(row.exercise_id)
        found.append(
            MisconceptionOut(
                exercise_id=row.exercise_id,
                exercise_title=exercise.title if exercise else row.exercise_id,
                shape=row.shape,
                failing=first.failing,
                title=first.title,
                divergence=first.divergence,
                waiting=row.waiting,
                asked=row.asked,
                silent=silent[key],
                latest_at=row.latest_at,
                questions=[asked[each.id] for each in shown[key]],
                answers=[given[each.id] for each in answers[key]],
            )
        )
    return found


def _theirs(staff: Staff) -> ColumnElement[bool]:
    """Choose the questions that this one may answer: of who learns in the course now, and whom they look after."""
    mine: ColumnElement[bool] = col(Question.course_id) == staff.course.id
    return mine & col(Question.user_id).in_(courses.learners_seen(staff).with_only_columns(col(User.id)))


def _alike(table: Any, keys: list[tuple[str, str]]) -> ColumnElement[bool]:
    """Choose rows of these exercises and these shapes, which an index finds; pairs of both are the caller's to tell."""
    exercises, shapes = {exercise_id for exercise_id, _ in keys}, {shape for _, shape in keys}
    return col(table.exercise_id).in_(exercises) & col(table.shape).in_(shapes)


def _silent(
    session: Session, staff: Staff, keys: list[tuple[str, str]], questions: dict[tuple[str, str], list[Question]]
) -> Counter[tuple[str, str]]:
    """Count who fails in one of these ways now, and has not asked."""
    asked = {(each.exercise_id, each.shape, each.user_id) for found in questions.values() for each in found}
    failing = select(col(Progress.exercise_id), col(Progress.shape), col(Progress.user_id)).where(
        col(Progress.course_id) == staff.course.id,
        col(Progress.state) == ProgressState.STARTED,
        col(Progress.given_up_at).is_(None),
        _alike(Progress, keys),
        col(Progress.user_id).in_(courses.learners_seen(staff).with_only_columns(col(User.id))),
    )
    return Counter(
        (exercise_id, shape)
        for exercise_id, shape, user_id in session.execute(failing)
        if (exercise_id, shape, user_id) not in asked
    )


def _answers(session: Session, staff: Staff, keys: list[tuple[str, str]]) -> dict[tuple[str, str], list[Answer]]:
    found: dict[tuple[str, str], list[Answer]] = {key: [] for key in keys}
    written = select(Answer).where(
        col(Answer.course_id) == staff.course.id,
        _alike(Answer, keys),
        col(Answer.withdrawn_at).is_(None),
    )
    if staff.role is not Role.INSTRUCTOR:  # what another group's learner was told alone is not for them
        written = written.where((col(Answer.reach) == Reach.EVERYONE) | (col(Answer.made_by) == staff.user.id))
    for answer in session.scalars(written.order_by(col(Answer.created_at).desc())):
        if (answer.exercise_id, answer.shape) in found:
            found[answer.exercise_id, answer.shape].append(answer)
    return found


def _passed(session: Session, staff: Staff, questions: list[Question]) -> set[tuple[UUID, str]]:
    done = select(col(Progress.user_id), col(Progress.exercise_id)).where(
        col(Progress.course_id) == staff.course.id,
        col(Progress.state) == ProgressState.PASSED,
        col(Progress.user_id).in_({each.user_id for each in questions}),
        col(Progress.exercise_id).in_({each.exercise_id for each in questions}),
    )
    return {(user_id, exercise_id) for user_id, exercise_id in session.execute(done)}


def _with_names(session: Session, staff: Staff, questions: list[Question]) -> dict[UUID, InboxQuestionOut]:
    who = names(session, {each.user_id for each in questions})
    passed = _passed(session, staff, questions)
    return {
        each.id: InboxQuestionOut(
            **said.model_dump(),
            user_id=each.user_id,
            display_name=who[each.user_id],
            passed=(each.user_id, each.exercise_id) in passed,
        )
        for each, said in zip(questions, asked_out(session, questions), strict=True)
    }
