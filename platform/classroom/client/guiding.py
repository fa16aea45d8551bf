"""What those do who look after learners: read how one stands, answer questions, remark, hand in for somebody."""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID, uuid4

from classroom.client.connection import Connection, checked, of_course
from classroom.schemas import (
    AnswerChange,
    AnswerIn,
    AttemptLineOut,
    GivenAnswerOut,
    LearnerOut,
    MisconceptionOut,
    RemarkIn,
    RemarkOut,
    SubmissionIn,
    SubmissionOut,
    TallyOut,
)


class Guiding(Connection):
    """An instructor's calls, and an assistant's as far as their groups go. `course` is a course's short name."""

    def questions(
        self, course: str, *, which: Literal["waiting", "answered", "all"] = "all", exercise_id: str | None = None
    ) -> Iterator[MisconceptionOut]:
        """Yield what learners asked, grouped by what went wrong, the latest first."""
        return self._pages(f"{of_course(course)}/questions", MisconceptionOut, which=which, exercise_id=exercise_id)

    def count_questions(self, course: str) -> TallyOut:
        """Count what waits and what was answered, and what helped."""
        return self._get(f"{of_course(course)}/questions/tally", TallyOut)

    def answer(
        self,
        course: str,
        question_id: UUID,
        text: str,
        *,
        reach: Literal["learner", "asked", "everyone"] = "everyone",
        key: str | None = None,
    ) -> GivenAnswerOut:
        """Answer a question, for its learner, for all who asked the same, or for all who fail in the same way."""
        body = checked(AnswerIn, question_id=question_id, text=text, reach=reach)
        return self._make(f"{of_course(course)}/answers", GivenAnswerOut, body, key=key)

    def change_answer(self, course: str, answer_id: UUID, text: str) -> GivenAnswerOut:
        """Change an answer for everyone whom it reached."""
        body = checked(AnswerChange, text=text)
        return self._send("PATCH", f"{of_course(course)}/answers/{answer_id}", GivenAnswerOut, body)

    def withdraw_answer(self, course: str, answer_id: UUID) -> None:
        """Take an answer back; questions without another one wait again."""
        self._do("DELETE", f"{of_course(course)}/answers/{answer_id}")

    def learner(self, course: str, user_id: UUID) -> LearnerOut:
        """Fetch how a learner stands in each exercise."""
        return self._get(_learner(course, user_id), LearnerOut)

    def attempts_of(self, course: str, user_id: UUID, *, exercise_id: str | None = None) -> Iterator[AttemptLineOut]:
        """Yield a learner's attempts, the newest first; `submission` fetches one with its source and report."""
        return self._pages(f"{_learner(course, user_id)}/attempts", AttemptLineOut, exercise_id=exercise_id)

    def remarks(self, course: str, user_id: UUID) -> Iterator[RemarkOut]:
        """Yield the notes about a learner and the comments to them, the newest first."""
        return self._pages(f"{_learner(course, user_id)}/remarks", RemarkOut)

    def note(self, course: str, user_id: UUID, text: str, *, key: str | None = None) -> RemarkOut:
        """Keep a note about a learner among those who teach the course."""
        return self._make(f"{_learner(course, user_id)}/remarks", RemarkOut, _remark("note", text), key=key)

    def comment(
        self, course: str, user_id: UUID, submission_id: UUID, text: str, *, key: str | None = None
    ) -> RemarkOut:
        """Comment on an attempt; its learner reads it there."""
        body = _remark("comment", text, submission_id)
        return self._make(f"{_learner(course, user_id)}/remarks", RemarkOut, body, key=key)

    def remove_remark(self, course: str, user_id: UUID, remark_id: UUID) -> None:
        """Take a note or a comment away."""
        self._do("DELETE", f"{_learner(course, user_id)}/remarks/{remark_id}")

    def submit_for(
        self, course: str, user_id: UUID, exercise_id: str, source: str, *, key: str | None = None
    ) -> SubmissionOut:
        """Hand an attempt in for a learner, who is told so; the same `key` again is the same attempt."""
        body = checked(SubmissionIn, exercise_id=exercise_id, source=source)
        headers = {"Idempotency-Key": key or uuid4().hex}
        return self._send("POST", f"{_learner(course, user_id)}/submissions", SubmissionOut, body, headers=headers)


def _learner(course: str, user_id: UUID) -> str:
    return f"{of_course(course)}/learners/{user_id}"


def _remark(kind: Literal["note", "comment"], text: str, submission_id: UUID | None = None) -> RemarkIn:
    return checked(RemarkIn, kind=kind, text=text, submission_id=submission_id)
