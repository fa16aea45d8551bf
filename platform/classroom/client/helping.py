"""What a learner does when they are stuck: hints, the solution, and their earlier attempts a page at a time."""

from uuid import UUID

from classroom.client.connection import Connection, checked, segment
from classroom.schemas import (
    AskedOut,
    AskIn,
    DiscussionOut,
    HelpOut,
    HintIn,
    Page,
    SolutionOut,
    SubmissionOut,
    VoteIn,
)


class Helping(Connection):
    """A learner's calls for help. Where a course may be named and is not, the one they chose or learn in is meant."""

    def help(self, exercise_id: str, *, course: str | None = None) -> HelpOut:
        """Fetch what help an exercise has, what was taken of it, and what more costs."""
        return self._get(f"/exercises/{segment(exercise_id)}/help", HelpOut, course=course)

    def take_hint(self, exercise_id: str, rung: int, *, cost: float, course: str | None = None) -> HelpOut:
        """Take the next hint at the price that was said; raise `Conflict` where it is another one."""
        body = checked(HintIn, rung=rung, cost=cost)
        return self._send("POST", f"/exercises/{segment(exercise_id)}/hints", HelpOut, body, course=course)

    def give_up(self, exercise_id: str, *, course: str | None = None) -> HelpOut:
        """Give an exercise up, to read its solution: later attempts are practice."""
        return self._send("POST", f"/exercises/{segment(exercise_id)}/give-up", HelpOut, course=course)

    def solution(self, exercise_id: str, *, course: str | None = None) -> SolutionOut:
        """Fetch the solution; raise `Forbidden` where one has neither passed nor given up."""
        return self._get(f"/exercises/{segment(exercise_id)}/solution", SolutionOut, course=course)

    def attempts(
        self, exercise_id: str, *, cursor: str | None = None, limit: int = 20, course: str | None = None
    ) -> Page[SubmissionOut]:
        """Fetch one page of one's attempts at an exercise, the latest first; `next` is the cursor of the next page."""
        page_of: type[Page[SubmissionOut]] = Page[SubmissionOut]
        return self._get("/submissions", page_of, exercise_id=exercise_id, cursor=cursor, limit=limit, course=course)

    def discussion(self, submission_id: UUID) -> DiscussionOut:
        """Fetch what was said about an attempt: questions, answers, what others were told, comments."""
        return self._get(f"/submissions/{submission_id}/discussion", DiscussionOut)

    def ask(self, submission_id: UUID, words: str = "") -> AskedOut:
        """Ask from an attempt that failed; raise `Conflict` where it did not, or where too many questions wait."""
        return self._send("POST", f"/submissions/{submission_id}/questions", AskedOut, checked(AskIn, words=words))

    def ask_again(self, question_id: UUID, words: str = "") -> AskedOut:
        """Say that one is still stuck."""
        return self._send("POST", f"/questions/{question_id}/reopen", AskedOut, checked(AskIn, words=words))

    def close_question(self, question_id: UUID) -> AskedOut:
        """Say that a question needs no answer any more."""
        return self._send("POST", f"/questions/{question_id}/close", AskedOut)

    def vote(self, answer_id: UUID, *, helped: bool) -> None:
        """Say whether an answer helped."""
        self._request("PUT", f"/answers/{answer_id}/vote", json=checked(VoteIn, helped=helped).model_dump())
