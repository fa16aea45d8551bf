"""What a page of the exercise panel asks for when the learner does: help, earlier attempts. One question, one answer.

Browser to kernel: `ask` (key, what, and what belongs to it); kernel to browser: `answer` (key, answer or problem).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from classroom.client import Client
from classroom.errors import Invalid
from classroom.notebook.trying import for_page
from classroom.schemas import SubmissionOut

Message = Mapping[str, Any]


def answer(client: Client, exercise_id: str, message: Message) -> dict[str, Any]:
    """Answer one question; it blocks until the classroom has. Raises `ClassroomError`, Invalid for no such question."""
    question = _QUESTIONS.get(message.get("what", ""))
    if question is None:
        raise Invalid("The page asked for something that this notebook does not know. Reload the page.")
    return question(client, exercise_id, message)


def shown(submission: SubmissionOut) -> dict[str, Any]:
    """Say an attempt that is over as the page draws it."""
    return {
        "id": str(submission.id),
        "state": submission.state,
        "number": submission.number,
        "source": submission.source,
        "finished_at": submission.finished_at.isoformat() if submission.finished_at else None,
        "handed_in_for": submission.handed_in_for,
        "report": for_page(submission.report.model_dump(mode="json")) if submission.report else None,
        "regraded": [each.model_dump(mode="json") for each in submission.regraded],
    }


def _help(client: Client, exercise_id: str, _message: Message) -> dict[str, Any]:
    return client.help(exercise_id).model_dump(mode="json")


def _hint(client: Client, exercise_id: str, message: Message) -> dict[str, Any]:
    return client.take_hint(exercise_id, message["rung"], cost=message["cost"]).model_dump(mode="json")


def _give_up(client: Client, exercise_id: str, _message: Message) -> dict[str, Any]:
    return client.give_up(exercise_id).model_dump(mode="json")


def _solution(client: Client, exercise_id: str, _message: Message) -> dict[str, Any]:
    return client.solution(exercise_id).model_dump(mode="json")


def _attempts(client: Client, exercise_id: str, message: Message) -> dict[str, Any]:
    page = client.attempts(exercise_id, cursor=message.get("cursor"), limit=10)
    return {"items": [_line(each) for each in page.items], "next": page.next}


def _attempt(client: Client, _exercise_id: str, message: Message) -> dict[str, Any]:
    return shown(client.submission(UUID(message["id"])))


def _line(submission: SubmissionOut) -> dict[str, Any]:
    """Say an attempt as a list does."""
    report = submission.report
    return {
        "id": str(submission.id),
        "number": submission.number,
        "state": submission.state,
        "created_at": submission.created_at.isoformat(),
        "outcome": report.outcome.value if report else None,
        "score": report.score if report else None,
        "max_score": report.max_score if report else None,
    }


def _discussion(client: Client, _exercise_id: str, message: Message) -> dict[str, Any]:
    return client.discussion(UUID(message["id"])).model_dump(mode="json")


def _stuck(client: Client, _exercise_id: str, message: Message) -> dict[str, Any]:
    return client.ask(UUID(message["id"]), message.get("words", "")).model_dump(mode="json")


def _still_stuck(client: Client, _exercise_id: str, message: Message) -> dict[str, Any]:
    return client.ask_again(UUID(message["id"]), message.get("words", "")).model_dump(mode="json")


def _settled(client: Client, _exercise_id: str, message: Message) -> dict[str, Any]:
    return client.close_question(UUID(message["id"])).model_dump(mode="json")


def _vote(client: Client, _exercise_id: str, message: Message) -> dict[str, Any]:
    client.vote(UUID(message["id"]), helped=message["helped"])
    return {}


_QUESTIONS: Final[Mapping[str, Callable[[Client, str, Message], dict[str, Any]]]] = {
    "help": _help,
    "hint": _hint,
    "give_up": _give_up,
    "solution": _solution,
    "attempts": _attempts,
    "attempt": _attempt,
    "discussion": _discussion,
    "stuck": _stuck,
    "still_stuck": _still_stuck,
    "settled": _settled,
    "vote": _vote,
}
