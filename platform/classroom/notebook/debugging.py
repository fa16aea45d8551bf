"""The debugger and the gas charts: what happened in one step of a lab, or in a check that failed.

    box = lab(SOURCE)
    jar = box.deploy("TipJar")
    jar.tip("thanks", value=ether(1))
    debug(box)                                        # steps through what was done last, also where that failed
    gas(box)                                          # where its gas went

Browser to kernel: `trace` (seq, and the window that is wanted). Kernel to browser: `traced` (seq, answer or problem).
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import anywidget
import traitlets

from classroom.errors import Invalid
from classroom.notebook.client import Client
from classroom.notebook.labs import Lab
from classroom.notebook.pages import bundled, in_thread, problem_of
from classroom.notebook.replays import told, window_of
from classroom.schemas import Step

_Json = dict[str, Any]


class Steps(anywidget.AnyWidget):
    """One step of a lab, or one transaction, traced as a page asks for it; `view` says how it is shown."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    view = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    source = traitlets.Unicode().tag(sync=True)

    def __init__(self, view: str, title: str, source: str, trace: Callable[[_Json], _Json]) -> None:
        super().__init__(
            view=view, title=title, source=source, _esm=bundled("exercise.js"), _css=bundled("exercise.css")
        )
        self._trace = trace
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_msg(self._received)

    def __repr__(self) -> str:
        return f"{self.view} of {self.title}"

    def _received(self, _widget: object, message: _Json, _buffers: object = None) -> None:
        if message.get("type") != "trace":
            return
        task = asyncio.get_running_loop().create_task(self._answer(message))
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: _Json) -> None:
        seq = message.get("seq")
        try:
            answer = await in_thread(self._trace, message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the learner sees a debugger and not a traceback
            self.send({"type": "traced", "seq": seq, "problem": problem_of(error)})
        else:
            self.send({"type": "traced", "seq": seq, "answer": answer})


def debug(of: Lab, step: int = -1) -> Steps:
    """Step through what was done in a lab: last, or at a place of its `history`, also where that failed.

    Raise `Invalid` where there is no such step.
    """
    return _steps("debugger", of, step)


def gas(of: Lab, step: int = -1) -> Steps:
    """Show where the gas went of what was done in a lab, by call, function and line; as `debug` otherwise."""
    return _steps("gas", of, step)


def _steps(view: str, of: Lab, step: int) -> Steps:
    steps = of.history
    if not steps:
        raise Invalid("Nothing was done in this lab yet: deploy a contract, or call a function.")
    if not -len(steps) <= step < len(steps):
        raise Invalid(f"This lab has {len(steps)} steps; there is no number {step}.")
    taken = steps[: step % len(steps) + 1]
    return Steps(view, _title(taken[-1]), of.source, partial(_trace_step, of.client, of.source, taken))


def _trace_step(client: Client, source: str, steps: tuple[Step, ...], message: _Json) -> _Json:
    return told(client.trace(source, steps, index=len(steps) - 1, **window_of(message)))


def _title(step: Step) -> str:
    who = step.account.capitalize()
    match step.action:
        case "deploy":
            return f"{who} deploys {step.contract}"
        case "transfer":
            return f"{who} sends ether"
        case "send" | "call":
            return f"{who} calls {step.function}"
        case other:
            return other.capitalize()
