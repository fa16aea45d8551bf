"""What the widgets share: their bundle, calls that do not hold the kernel up, and trouble as data for a page."""

import asyncio
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from classroom.errors import ClassroomError, NotFound, TooMany, Unauthenticated, Unavailable
from classroom.notebook.client import Unreachable

_STATIC = Path(__file__).parents[1] / "static"
_KINDS: tuple[tuple[type[ClassroomError], str], ...] = (
    (Unreachable, "offline"),
    (Unauthenticated, "sign_in"),
    (NotFound, "missing"),
    (TooMany, "slow_down"),
    (Unavailable, "busy"),
)
_log = logging.getLogger(__name__)
_Args = ParamSpec("_Args")
_Answer = TypeVar("_Answer")


def bundled(name: str) -> str:
    """Return a file of the bundle. Raise `Unavailable` where it has not been built."""
    try:
        return (_STATIC / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Unavailable(f"{name} has not been built. Run `make setup` in the classroom's folder.") from None


def problem_of(error: Exception) -> dict[str, Any]:
    """Say what went wrong as data for the panel; `kind` chooses the advice shown."""
    if not isinstance(error, ClassroomError):
        _log.error("the panel met an unexpected error", exc_info=error)
        return {"kind": "refused", "message": f"Something unexpected happened: {type(error).__name__}."}
    kind = next((kind for class_, kind in _KINDS if isinstance(error, class_)), "refused")
    return {"kind": kind, "message": error.detail, "retry_after_s": error.headers.get("Retry-After")}


async def in_thread(call: Callable[_Args, _Answer], *args: _Args.args, **kwargs: _Args.kwargs) -> _Answer:
    """Await a blocking call. Its thread is a daemon: a kernel that shuts down does not wait for the classroom."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Answer] = loop.create_future()

    def settle(answer: _Answer | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answer)  # type: ignore[arg-type]  # there is an answer where there is no error

    def run() -> None:
        try:
            answer = call(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - handed to who awaits
            loop.call_soon_threadsafe(settle, None, error)
        else:
            loop.call_soon_threadsafe(settle, answer, None)

    threading.Thread(target=run, daemon=True).start()
    return await future
