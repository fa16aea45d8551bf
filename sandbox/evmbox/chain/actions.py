"""What was done on a chain, told while it is being listened to. Checks judge a block of code by it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from evmbox.chain.errors import ExecutionError
from evmbox.chain.receipts import Receipt


@dataclass(frozen=True)
class Action:
    """A call, transaction or deployment: who did what, and the receipt of a transaction or the error."""

    text: str
    receipt: Receipt | None = None
    error: ExecutionError | None = None


_listeners: ContextVar[tuple[list[Action], ...]] = ContextVar("_listeners", default=())


@contextmanager
def listening() -> Iterator[list[Action]]:
    """Collect what is done on any chain inside the block. Blocks may be nested."""
    heard: list[Action] = []
    token = _listeners.set((*_listeners.get(), heard))
    try:
        yield heard
    finally:
        _listeners.reset(token)


def tell(action: Action) -> None:
    """Say that something was done."""
    for heard in _listeners.get():
        heard.append(action)
