"""The tables of what learners ask from an attempt, what they are answered, and what is remarked on their work."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from classroom.models.base import Table, choice_column, now, one_of, time_column


class Reach(StrEnum):
    """Whom an answer reaches."""

    LEARNER = "learner"  # who asked this one question
    ASKED = "asked"  # everyone who had asked the same when it was written
    EVERYONE = "everyone"  # and everyone who fails in the same way, now and later


class RemarkKind(StrEnum):
    """Who reads a remark."""

    NOTE = "note"  # those who teach the course; the learner gets it with a copy of their data
    COMMENT = "comment"  # the learner, at the attempt


class Question(Table, table=True):
    """A learner asked for help from an attempt; where it failed, and how, is kept as it was then."""

    __tablename__ = "questions"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        CheckConstraint("line >= 1", name="lines_count_from_one"),
        CheckConstraint("reopened >= 0", name="reopened_counted"),
        CheckConstraint("closed_at IS NULL OR waiting_since IS NULL", name="closed_waits_for_nothing"),
        Index(None, "course_id", "exercise_id", "shape"),
        Index(None, "course_id", "waiting_since"),
        Index(None, "user_id", "asked_at"),  # the rate, and what one asked
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    submission_id: UUID = Field(foreign_key="submissions.id", unique=True, ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    number: int  # of the attempt
    failing: str = Field(max_length=128)  # see `findings.of_report`
    shape: str = Field(max_length=16)
    title: str = Field(max_length=500)  # what failed, in words
    divergence: str | None = Field(default=None, max_length=2000)
    line: int | None = None  # of the source handed in
    words: str = Field(default="", max_length=2000)
    reopened: int = Field(default=0)  # how often it was asked again after an answer
    asked_at: datetime = Field(default_factory=now, sa_column=time_column())
    waiting_since: datetime | None = Field(default=None, sa_column=time_column(nullable=True))  # null: nothing is due
    closed_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))  # by the learner


class Answer(Table, table=True):
    """An answer to a question; one that reaches everyone is shown with each verdict of the same shape."""

    __tablename__ = "answers"
    __table_args__ = (one_of("reach", Reach), Index(None, "course_id", "exercise_id", "shape"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    exercise_id: str = Field(max_length=64)
    shape: str = Field(max_length=16)
    reach: Reach = Field(sa_column=choice_column(Reach))
    text: str = Field(max_length=8000)
    made_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
    edited_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class Answered(Table, table=True):
    """Which questions an answer was written to."""

    __tablename__ = "answered_questions"

    answer_id: UUID = Field(primary_key=True, foreign_key="answers.id", ondelete="CASCADE")
    question_id: UUID = Field(primary_key=True, foreign_key="questions.id", index=True, ondelete="CASCADE")


class AnswerVote(Table, table=True):
    """Whether an answer helped a learner whom it reached."""

    __tablename__ = "answer_votes"

    answer_id: UUID = Field(primary_key=True, foreign_key="answers.id", ondelete="CASCADE")
    user_id: UUID = Field(primary_key=True, foreign_key="users.id", index=True, ondelete="CASCADE")
    helped: bool
    voted_at: datetime = Field(default_factory=now, sa_column=time_column())


class Remark(Table, table=True):
    """What one who teaches wrote about a learner's work: a comment at an attempt, or a note that stays among them."""

    __tablename__ = "remarks"
    __table_args__ = (
        one_of("kind", RemarkKind),
        CheckConstraint("kind = 'note' OR submission_id IS NOT NULL", name="comments_stand_at_an_attempt"),
        Index(None, "course_id", "user_id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    course_id: UUID = Field(foreign_key="courses.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")  # the learner
    submission_id: UUID | None = Field(default=None, foreign_key="submissions.id", index=True, ondelete="CASCADE")
    kind: RemarkKind = Field(sa_column=choice_column(RemarkKind))
    text: str = Field(max_length=4000)
    made_by: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="SET NULL")
    created_at: datetime = Field(default_factory=now, sa_column=time_column())
