"""Answers a page that steps through a check that an attempt failed."""

from typing import Any
from uuid import UUID

from classroom.notebook.client import Client
from classroom.notebook.pages import in_thread, problem_of

_WINDOW = ("offset", "limit", "memory", "summary", "outline")
_Json = dict[str, Any]


async def traced_check(client: Client, message: _Json) -> _Json:
    """Answer a page that steps through a check: the message to send back."""
    seq = message.get("seq")
    try:
        answer = await in_thread(
            client.trace_check,
            UUID(message["submission"]),
            message["check"],
            index=message.get("index"),
            **window_of(message),
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the learner sees a debugger and not a traceback
        return {"type": "traced", "seq": seq, "problem": problem_of(error)}
    told = answer.trace.model_dump(mode="json") if answer.trace else {}
    return {"type": "traced", "seq": seq, "answer": {**told, "stopped": answer.stopped}}


def window_of(message: _Json) -> _Json:
    """Return what a page wants of a trace, in the words of the client."""
    return {name: message[name] for name in _WINDOW if name in message}
