"""Values in the messages of a check, with the names that the chain under check gives to addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from evmbox.chain.words import Name, nameless, show, show_all

_name: ContextVar[Name] = ContextVar("_name", default=nameless)


@contextmanager
def naming(name: Name) -> Iterator[None]:
    """Use these names inside the block."""
    token = _name.set(name)
    try:
        yield
    finally:
        _name.reset(token)


def shown(value: Any) -> str:
    """Return a value as a learner reads it."""
    return show(value, _name.get())


def shown_call(name: str, values: tuple[Any, ...], named: dict[str, Any]) -> str:
    """Return an error or event as a learner reads it, as far as it is asked for: `NotOwner(caller=Bob)`.

    The types of a full signature are left out where values are shown.
    """
    parts = [show_all(values, _name.get())] if values else []
    parts += [f"{key}={shown(value)}" for key, value in named.items()]
    return f"{name.partition('(')[0]}({', '.join(parts)})" if parts else name


def names_in_use() -> Name:
    """Return what gives addresses their names here."""
    return _name.get()
