"""Wire types of what is asked from an attempt, answered and remarked on."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from classroom.schemas.base import Id, In, Out, Text

ReachName = Literal["learner", "asked", "everyone"]
Words = Annotated[Text, StringConstraints(strip_whitespace=True), StringConstraints(max_length=2000)]
Explanation = Annotated[
    Text,
    StringConstraints(strip_whitespace=True),
    StringConstraints(min_length=1, max_length=8000),
    Field(examples=["`set` takes the number, and nothing keeps it. Assign it to `number`."]),
]
RemarkText = Annotated[
    Text,
    StringConstraints(strip_whitespace=True),
    StringConstraints(min_length=1, max_length=4000),
    Field(examples=["Well argued."]),
]


class Passage(Out):
    """A part of what somebody wrote: a paragraph, in which back-ticks mark code, or lines of code."""

    code: bool
    text: str


Passages = Annotated[list[Passage], Field(examples=[[{"code": False, "text": "Keep it in `number`."}]])]


class AskIn(In):
    """A question from an attempt: what the learner expected, in their words, or nothing."""

    words: Words = Field(default="", examples=["I expected number() to answer 7."])


class VoteIn(In):
    """Whether an answer helped."""

    helped: bool


class AnswerOut(Out):
    """An answer that reached a learner."""

    id: UUID
    passages: Passages
    by: str | None = Field(description="the name of who wrote it; null: they are gone", examples=["Ines"])
    made_at: datetime
    edited_at: datetime | None
    helped: bool | None = Field(description="what this learner said of it; null: nothing")


class AskedOut(Out):
    """A question, with where its attempt failed and how it was answered."""

    id: UUID
    submission_id: UUID
    exercise_id: str
    number: int = Field(description="of the attempt")
    failing: str = Field(description="the id of the check that failed first, else the outcome", examples=["keeps"])
    title: str = Field(description="what failed, in words")
    divergence: str | None = Field(examples=["After set(7), number() is 0 and should be 7."])
    line: int | None = Field(description="of the source handed in")
    words: str = Field(examples=["I expected number() to answer 7."])
    state: Literal["waiting", "answered", "closed"]
    reopened: int = Field(description="how often it was asked again")
    asked_at: datetime
    answers: list[AnswerOut]


class CommentOut(Out):
    """What somebody who teaches wrote at an attempt."""

    id: UUID
    number: int = Field(description="of the attempt")
    passages: Passages
    by: str | None = Field(examples=["Ines"])
    made_at: datetime


class DiscussionOut(Out):
    """What was said about an attempt, and about the learner's other attempts at its exercise."""

    submission_id: UUID
    may_ask: bool = Field(description="whether its learner may ask about this attempt, which they have not yet")
    question: AskedOut | None
    told: list[AnswerOut] = Field(description="what others who failed in the same way were told")
    earlier: list[AskedOut] = Field(description="the learner's questions from other attempts, the newest first")
    comments: list[CommentOut] = Field(description="at any attempt at the exercise, the newest first")


class AnswerIn(In):
    """An answer to a question, and whom else it is to reach."""

    question_id: Id
    text: Explanation
    reach: ReachName = Field(
        default="everyone",
        description="`learner`: only who asked this; `asked`: all whose questions of this kind wait; "
        "`everyone`: also all who fail in the same way, now and later",
    )


class AnswerChange(In):
    """The new text of an answer."""

    text: Explanation


class GivenAnswerOut(Out):
    """An answer as those see it who gave it."""

    id: UUID
    text: str
    passages: Passages
    reach: ReachName
    by: str | None = Field(examples=["Ines"])
    made_at: datetime
    edited_at: datetime | None
    questions: int = Field(description="how many it answered")
    helped: int
    not_helped: int


class InboxQuestionOut(AskedOut):
    """A question in the inbox, with who asked it."""

    user_id: UUID
    display_name: str
    passed: bool = Field(description="whether they have passed the exercise since")


class MisconceptionOut(Out):
    """Questions from attempts that failed in the same way."""

    exercise_id: str
    exercise_title: str = Field(examples=["A keeper of one number"])
    shape: str = Field(examples=["3f8a0c1d2b4e5f60"], description="the same for what went wrong in the same way")
    failing: str = Field(examples=["keeps_the_number"])
    title: str
    divergence: str | None = Field(examples=["After set(7), number() is 0 and should be 7."])
    waiting: int
    asked: int = Field(description="how many learners asked")
    silent: int = Field(description="how many others fail in this way now, and have not asked")
    latest_at: datetime
    questions: list[InboxQuestionOut] = Field(description="the newest first, those that wait before the others")
    answers: list[GivenAnswerOut]


class TallyOut(Out):
    """How many questions and answers there are, of the learners whom one looks after."""

    waiting: int
    answered: int
    closed: int = Field(description="by their learners, who needed no answer any more")
    helped: int = Field(description="how often an answer was said to have helped")
    not_helped: int


class RemarkIn(In):
    """A note among those who teach, or a comment to the learner at one of their attempts."""

    kind: Literal["note", "comment"]
    text: RemarkText
    submission_id: Id | None = Field(default=None, description="the attempt; a comment needs one")


class RemarkOut(Out):
    """A note or a comment, as those see it who teach."""

    id: UUID
    kind: Literal["note", "comment"]
    submission_id: UUID | None
    text: str
    passages: Passages
    by: str | None = Field(examples=["Ines"])
    made_at: datetime
