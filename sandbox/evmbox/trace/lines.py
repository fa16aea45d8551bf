"""Which line of source each step of a recording belongs to, as far as its reader may see the file."""

from array import array
from collections.abc import Callable
from functools import cached_property

from evmbox.chain.recorder import Frame, Recording
from evmbox.compiler import SOURCE_NAME
from evmbox.report import Location
from evmbox.trace.programs import Library, Program

NOWHERE = -1
PUBLIC = "@openzeppelin/"

Visible = Callable[[str], bool]
"""Tells whether the text of a file may be shown, and so its lines and the names in it."""


def own(file: str) -> bool:
    """Show what was submitted, and the public library; not what an exercise brings along."""
    return file == SOURCE_NAME or file.startswith(PUBLIC)


class Lines:
    """The places of a recording's steps. `locations` are those that occur, `of_step` the index of each step's, or -1.

    Code that solc added itself, and files that are not shown, count to the line that came before them in the call.
    """

    def __init__(self, recording: Recording, library: Library, visible: Visible = own) -> None:
        self.recording = recording
        self.library = library
        self.locations: list[Location] = []
        self._visible = visible
        self._index: dict[Location, int] = {}
        self._tables: dict[int, dict[int, int]] = {}

    @cached_property
    def of_step(self) -> "array[int]":
        """The index of the location of each step."""
        recording = self.recording
        found = array("l")
        last: dict[int, int] = {}
        tables = [self._table(frame) for frame in recording.frames]
        programs = [self.program(frame) for frame in recording.frames]
        for pc, frame in zip(recording.pcs, recording.frame_of, strict=True):
            table = tables[frame]
            index = table.get(pc)
            if index is None:
                index = table[pc] = self._find(programs[frame], pc)
            if index == NOWHERE:
                index = last.get(frame, NOWHERE)
            else:
                last[frame] = index
            found.append(index)
        return found

    def location(self, step: int) -> Location | None:
        """Return the place of a step."""
        index = self.of_step[step]
        return None if index == NOWHERE else self.locations[index]

    def program(self, frame: Frame) -> Program | None:
        """Return the program that a call runs, if it is known and may be shown."""
        program = self.library.program(frame)
        return program if program is not None and program.file and self._visible(program.file) else None

    def shown(self, location: Location | None) -> Location | None:
        """Return a place if it may be shown."""
        return location if location is not None and self._visible(location.file) else None

    def made_at(self, frame: Frame) -> Location | None:
        """Return where in the caller a call was made."""
        if frame.parent is None or frame.caller_pc is None:
            return None
        program = self.program(self.recording.frames[frame.parent])
        return None if program is None else self.shown(program.location(frame.caller_pc))

    def _table(self, frame: Frame) -> dict[int, int]:
        return self._tables.setdefault(id(self.program(frame)), {})

    def _find(self, program: Program | None, pc: int) -> int:
        span = None if program is None else program.span(pc)
        if program is None or span is None or not self._visible(span.file) or program.dispatches(pc):
            return NOWHERE
        location = program.sources.location(span)
        if location not in self._index:
            self._index[location] = len(self.locations)
            self.locations.append(location)
        return self._index[location]
