"""Answers a page that steps through something: a check that an attempt failed, or a step that was tried."""

from typing import Any
from uuid import UUID

from classroom.notebook.client import Client
from classroom.notebook.pages import in_thread, problem_of
from classroom.notebook.trying import step_of
from classroom.schemas import CheckTraceOut, TraceOut

_WINDOW = ("offset", "limit", "memory", "summary", "outline")
_Json = dict[str, Any]


async def traced(client: Client, exercise_id: str, message: _Json) -> _Json:
    """Answer a page that steps through a check or, where the message has `steps`, one of those: what to send back."""
    seq = message.get("seq")
    try:
        answer = await in_thread(_trace, client, exercise_id, message)
    except Exception as error:  # noqa: BLE001 - whatever it is, the learner sees a debugger and not a traceback
        return {"type": "traced", "seq": seq, "problem": problem_of(error)}
    return {"type": "traced", "seq": seq, "answer": told(answer)}


def told(answer: TraceOut | CheckTraceOut) -> _Json:
    """Give a trace, and why there is none, as the page's debugger reads it."""
    found = answer.trace.model_dump(mode="json", exclude={"result"}) if answer.trace else {}
    return {**found, "stopped": answer.stopped}


def window_of(message: _Json) -> _Json:
    """Return what a page wants of a trace, in the words of the client."""
    return {name: message[name] for name in _WINDOW if name in message}


def _trace(client: Client, exercise_id: str, message: _Json) -> TraceOut | CheckTraceOut:
    return _trace_step(client, exercise_id, message) if "steps" in message else _trace_check(client, message)


def _trace_check(client: Client, message: _Json) -> CheckTraceOut:
    submission, index = UUID(message["submission"]), message.get("index")
    return client.trace_check(submission, message["check"], index=index, **window_of(message))


def _trace_step(client: Client, exercise_id: str, message: _Json) -> TraceOut:
    steps = [step_of(each) for each in message["steps"]]
    return client.trace(message["source"], steps, index=len(steps) - 1, exercise_id=exercise_id, **window_of(message))
