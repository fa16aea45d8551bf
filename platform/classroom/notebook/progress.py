"""How far long work is, in place and without a widget: it shows in JupyterLab, in a lesson app and in a saved notebook.

Outside IPython nothing is shown.
"""

import sys
from types import TracebackType
from typing import Any, Self

from classroom.notebook import tables


class _Shown:
    """One state of a progress bar, for whatever shows it."""

    def __init__(self, label: str, done: int, total: int) -> None:
        self._state = label, done, total

    def __repr__(self) -> str:
        label, done, total = self._state
        return f"{label} …" if not total else f"{label} [{'#' * done}{'.' * (total - done)}]"

    def _repr_html_(self) -> str:
        return tables.progress_html(*self._state)


class _Nothing:
    """Takes the place of a bar whose work is over."""

    def __repr__(self) -> str:
        return ""

    def _repr_html_(self) -> str:
        return ""


class Progress:
    """A bar that is there while a block runs."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._handle: Any = None
        self._replaced = False

    def __enter__(self) -> Self:
        shell = sys.modules.get("IPython")
        if shell is not None and shell.get_ipython() is not None:
            from IPython.display import display  # noqa: PLC0415 - loaded already, where there is somebody to show to

            self._handle = display(_Shown(self._label, 0, 0), display_id=True)  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._replaced:
            self._update(_Nothing())

    def show(self, label: str, done: int = 0, total: int = 0) -> None:
        """Show how far it is; a `total` of 0 is not known yet."""
        self._update(_Shown(label, done, total))

    def replace(self, result: object) -> None:
        """Put a result where the bar was."""
        self._replaced = True
        self._update(result)

    def _update(self, what: object) -> None:
        if self._handle is not None:
            self._handle.update(what)
