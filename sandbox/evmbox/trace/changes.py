"""What an execution did to storage, by the names of variables and the lines that did it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from evmbox.chain.abi import checksummed
from evmbox.chain.recorder import Access, Frame, Recording
from evmbox.report import Location
from evmbox.trace.layout import Cell, Path
from evmbox.trace.programs import Library, Program


@dataclass(frozen=True, slots=True)
class Change:
    """One value that was written: what it was and is, and the place that wrote it.

    `path` is None where no variable explains the slot; then `old` and `new` are the whole word. `contract` is the one
    whose variable it is. `undone` where the call, or one around it, failed. `step` is None where steps were not
    recorded.
    """

    address: str
    contract: str | None
    slot: int
    path: Path | None
    type: str | None
    old: Any
    new: Any
    transient: bool
    undone: bool
    frame: int
    step: int | None
    location: Location | None


class Storage:
    """Names slots of a recording."""

    def __init__(self, recording: Recording, library: Library) -> None:
        self._recording = recording
        self._library = library
        self._finders: dict[tuple[int, bool], Callable[[int], list[Cell]]] = {}

    def changes(self) -> Iterator[Change]:
        """Give every value that was written, in order; of values that share a word, those that changed.

        A value that is written again as it was is given too, unless it shares its word with others.
        """
        for access in self._recording.accesses:
            if access.written:
                yield from self._changes(access)

    def explain(self, access: Access) -> tuple[Program | None, list[Cell]]:
        """Return the contract whose variables lie in the slot, and those variables."""
        frame: Frame | None = self._recording.frames[access.frame]
        first: Program | None = None
        while frame is not None:
            program = self._library.program(frame)
            first = first or program
            if program is not None and (cells := self._finder(program, transient=access.transient)(access.slot)):
                return program, cells
            frame = self._caller(frame)
        return first, []

    def _caller(self, frame: Frame) -> Frame | None:
        """Return the call whose storage a library works on."""
        if frame.parent is None or frame.kind not in {"DELEGATECALL", "CALLCODE"}:
            return None
        return self._recording.frames[frame.parent]

    def _finder(self, program: Program, *, transient: bool) -> Callable[[int], list[Cell]]:
        key = (id(program), transient)
        if key not in self._finders:
            layout = program.transient_layout if transient else program.layout
            self._finders[key] = layout.finder(self._recording.preimages)
        return self._finders[key]

    def _changes(self, access: Access) -> Iterator[Change]:
        frame = self._recording.frames[access.frame]
        runs = self._library.program(frame)
        location = None if runs is None else runs.location(access.pc, access.stack)
        program, cells = self.explain(access)

        def change(path: Path | None, kind: str | None, old: Any, new: Any) -> Change:
            return Change(
                address=checksummed(frame.storage),
                contract=None if program is None else program.contract,
                slot=access.slot,
                path=path,
                type=kind,
                old=old,
                new=new,
                transient=access.transient,
                undone=frame.undone,
                frame=access.frame,
                step=access.step,
                location=location,
            )

        if program is None or not cells:
            yield change(None, None, access.old, access.new)
            return
        layout = program.transient_layout if access.transient else program.layout
        for cell in cells:
            old, new = layout.read(cell, access.old), layout.read(cell, access.new)
            if old != new or len(cells) == 1:
                yield change(layout.told(cell), layout.label(cell), old, new)


def changes(recording: Recording, library: Library) -> list[Change]:
    """Return every value that was written, in order, by name and line."""
    return list(Storage(recording, library).changes())
