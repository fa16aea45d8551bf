"""The classroom: people, courses, jobs, records and the web. Import from its modules.

In a notebook, `%load_ext classroom` brings `%%solidity` and `%check`, and what `classroom.notebook` offers is here too:
`classroom.chain()`, `classroom.submit()`. It is loaded when it is asked for: the server has no notebook.
"""

from importlib import import_module
from typing import Any

_IN_NOTEBOOKS = frozenset({"chain", "ether", "exercise", "gwei", "lab", "submit"})


def load_ipython_extension(shell: Any) -> None:
    """Make the magics known (IPython calls this for `%load_ext classroom`)."""
    import_module("classroom.notebook.magics").load(shell)


def __getattr__(name: str) -> Any:
    if name in _IN_NOTEBOOKS:
        return getattr(import_module("classroom.notebook"), name)
    raise AttributeError(f"module 'classroom' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_IN_NOTEBOOKS})
