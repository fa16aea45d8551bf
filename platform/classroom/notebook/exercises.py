"""The exercise panel in a notebook or lesson app: an editor, a Check button and the verdict.

The browser's half (`web-src/src/`) talks only to this half, and this half talks HTTP. What a page must know when it is
opened again mid-way stands in synced traits; answers that only the asking page needs are messages.

Browser to kernel: `open` (key), `check` (key, source), `diagnose` (seq, source), `save` (seq, source, revision),
`trace` (seq, submission and check or source and steps, and the window that is wanted), `try` (seq, source, steps), and
`ask`; what can be asked is told in `asking`.
Kernel to browser: traits `content` and `attempt`; messages `diagnostics` (seq), `saved`, `conflict`, `unsaved` (seq),
`traced` (seq, answer or problem), `tried` (seq), and `answer`.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from classroom.errors import Conflict
from classroom.notebook import asking
from classroom.notebook.client import Client, default_client
from classroom.notebook.pages import bundled as _bundled
from classroom.notebook.pages import in_thread as _in_thread
from classroom.notebook.pages import problem_of as _problem
from classroom.notebook.replays import traced
from classroom.notebook.trying import tried
from classroom.schemas import Event, SubmissionOut

_log = logging.getLogger(__name__)


class ExercisePanel(anywidget.AnyWidget):
    """One exercise on one page. Nothing is asked of the classroom before a browser shows the panel.

    A lesson app's cells may run before anyone has opened the page, so only the page's `open` can know for whom it is.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    exercise_id = traitlets.Unicode().tag(sync=True)
    content: "traitlets.Dict[str, Any]" = traitlets.Dict({"state": "loading"}).tag(sync=True)
    attempt: "traitlets.Dict[str, Any]" = traitlets.Dict({"state": "idle"}).tag(sync=True)

    def __init__(self, exercise_id: str, client: Callable[[], Client] = default_client) -> None:
        super().__init__(exercise_id=exercise_id, _esm=_bundled("exercise.js"), _css=_bundled("exercise.css"))
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()
        self._watched: set[str] = set()
        self._diagnosing = False
        self._undiagnosed: dict[str, Any] | None = None
        self.on_msg(self._received)

    def __repr__(self) -> str:
        return f"exercise({self.exercise_id!r}): run this cell to open the exercise"

    def _received(self, _widget: object, message: dict[str, Any], _buffers: object = None) -> None:
        handlers = {
            "open": self._open,
            "check": self._check,
            "diagnose": self._diagnose,
            "save": self._save,
            "trace": self._trace,
            "ask": self._ask,
            "try": self._try,
        }
        handler = handlers.get(message.get("type", ""))
        if handler is None:
            _log.warning("a page sent a message of no known type")
            return
        task = asyncio.get_running_loop().create_task(handler(message))
        self._tasks.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(self._tasks.discard)

    async def _open(self, message: dict[str, Any]) -> None:
        opened = message["key"]  # makes each answer another one, so that the page hears of it
        try:
            client = self._client()
            me, exercise, draft, latest = await asyncio.gather(
                _in_thread(client.me),
                _in_thread(client.exercise, self.exercise_id),
                _in_thread(client.draft, self.exercise_id),
                _in_thread(client.latest_submission, self.exercise_id),
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the learner sees a panel and not a traceback
            self.content = {"state": "problem", "opened": opened, "problem": _problem(error)}
            return
        self.content = {
            "state": "ready",
            "opened": opened,
            "user": str(me.id),
            "exercise": exercise.model_dump(mode="json"),
            "draft": draft.model_dump(mode="json") if draft else None,
        }
        if latest and self.attempt["state"] == "idle":
            await self._resume(client, latest)

    async def _resume(self, client: Client, last: SubmissionOut) -> None:
        """Show the latest attempt of an earlier visit, and wait for it where it is still on its way."""
        try:
            if last.state in {"queued", "running"}:
                await self._watch(client, str(last.id), last)
            else:
                full = await _in_thread(client.submission, last.id)
                if self.attempt["state"] == "idle":
                    self._show(str(last.id), full, earlier=True)
        except Exception as error:  # noqa: BLE001 - what was before is a courtesy; the panel works without it
            _log.info("the latest attempt could not be shown: %s", error)

    async def _check(self, message: dict[str, Any]) -> None:
        key = message["key"]
        self.attempt = {"state": "sending", "key": key}
        try:
            client = self._client()
            submission = await _in_thread(client.submit, self.exercise_id, message["source"], key=key)
            await self._watch(client, key, submission)
        except Exception as error:  # noqa: BLE001 - as above
            if self.attempt.get("key") == key:
                self.attempt = {"state": "problem", "key": key, "problem": _problem(error)}

    async def _watch(self, client: Client, key: str, submission: SubmissionOut) -> None:
        if str(submission.id) in self._watched:
            return
        self._watched.add(str(submission.id))
        loop = asyncio.get_running_loop()
        self.attempt = {"state": submission.state, "key": key, "number": submission.number}

        def show_progress(event: Event) -> None:
            if self.attempt.get("key") == key and event.state in {"queued", "running"}:
                progress = event.progress.model_dump(mode="json") if event.progress else None
                self.attempt = {**self.attempt, "state": event.state, "progress": progress}

        def on_event(event: Event) -> None:
            loop.call_soon_threadsafe(show_progress, event)

        try:
            done = await _in_thread(client.wait, submission.id, on_event)
            if self.attempt.get("key") == key:
                self._show(key, done)
        finally:
            self._watched.discard(str(submission.id))

    def _show(self, key: str, submission: SubmissionOut, *, earlier: bool = False) -> None:
        self.attempt = {**asking.shown(submission), "key": key, "earlier": earlier}

    async def _ask(self, message: dict[str, Any]) -> None:
        reply: dict[str, Any]
        try:
            reply = {"answer": await _in_thread(asking.answer, self._client(), self.exercise_id, message)}
        except Exception as error:  # noqa: BLE001 - as above
            reply = {"problem": _problem(error)}
        self.send({"type": "answer", "key": message["key"], **reply})

    async def _diagnose(self, message: dict[str, Any]) -> None:
        """Type-check what is typed: one at a time, and of those that wait only the newest."""
        self._undiagnosed = message
        if self._diagnosing:
            return
        self._diagnosing = True
        try:
            while (newest := self._undiagnosed) is not None:
                self._undiagnosed = None
                items = await self._diagnostics(newest["source"])
                self.send({"type": "diagnostics", "seq": newest["seq"], "items": items})
        except Exception as error:  # noqa: BLE001 - help while typing is a courtesy; checking says what is wrong
            _log.info("no diagnostics: %s", error)
        finally:
            self._diagnosing = False

    async def _diagnostics(self, source: str) -> list[dict[str, Any]]:
        """Give what a compiler says of a source; bytes and answers have none, and are read when they are checked."""
        language = self.content.get("exercise", {}).get("language", "solidity")
        if language not in {"solidity", "yul"}:
            return []
        compiled = await _in_thread(
            self._client().compile, source, check_only=True, exercise_id=self.exercise_id, language=language
        )
        return [diagnostic.model_dump(mode="json") for diagnostic in compiled.diagnostics]

    async def _trace(self, message: dict[str, Any]) -> None:
        self.send(await traced(self._client(), self.exercise_id, message))

    async def _try(self, message: dict[str, Any]) -> None:
        try:
            told = await _in_thread(tried, self._client(), self.exercise_id, message["source"], message["steps"])
        except Exception as error:  # noqa: BLE001 - as above
            told = {"problem": _problem(error)}
        self.send({"type": "tried", "seq": message["seq"], **told})

    async def _save(self, message: dict[str, Any]) -> None:
        seq = message["seq"]
        try:
            client = self._client()
            try:
                draft = await _in_thread(
                    client.save_draft, self.exercise_id, message["source"], revision=message["revision"]
                )
            except Conflict:
                held = await _in_thread(client.draft, self.exercise_id)
                other = held.model_dump(mode="json") if held else None
                self.send({"type": "conflict", "seq": seq, "other": other})
                return
        except Exception as error:  # noqa: BLE001 - as above
            self.send({"type": "unsaved", "seq": seq, "problem": _problem(error)})
            return
        self.send({"type": "saved", "seq": seq, "revision": draft.revision})
        if self.content.get("state") == "ready":
            self.content = {**self.content, "draft": draft.model_dump(mode="json")}


def exercise(exercise_id: str) -> ExercisePanel:
    """Open an exercise: its tasks, an editor, and a Check button. The classroom's trouble shows inside the panel."""
    return ExercisePanel(exercise_id)
