"""Where the gas went: by line and by function, what each used itself and what it used in all."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from evmbox.chain.recorder import Frame, Recording
from evmbox.chain.recorder.opcodes import JUMP
from evmbox.report import Location
from evmbox.trace.lines import NOWHERE, Lines

STIPEND = 2300
"""What a callee gets beside what the caller pays, where ether is sent."""

LineKey = tuple[str, int]
FunctionKey = tuple[str | None, str]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Spent:
    """Gas of a line or a function: `own` by its own instructions, `total` with all that it called. `steps` are its
    own, `calls` how often it was called (a function).
    """  # noqa: D205

    own: int
    total: int
    steps: int
    calls: int


@dataclass(frozen=True, slots=True)
class GasUse:
    """Gas by line (file and number) and by function (contract and name). `elsewhere` is what no line explains."""

    lines: dict[LineKey, Spent]
    functions: dict[FunctionKey, Spent]
    elsewhere: int


def own_costs(recording: Recording) -> list[int]:
    """Return what each step used itself: without what it called, and with all that was burned where it failed."""
    costs = [min(cost, gas) for cost, gas in zip(recording.costs, recording.gas, strict=True)]
    for frame in recording.frames:
        call = frame.first_step - 1
        if frame.parent is not None and 0 <= call < len(costs) and recording.frame_of[call] == frame.parent:
            stipend = STIPEND if frame.value and frame.kind in {"CALL", "CALLCODE"} else 0
            costs[call] -= 0 if frame.creates else frame.gas - stipend
        last = recording.last_step(frame)
        if frame.error is not None and frame.error.burns_gas and last is not None and not recording.truncated:
            costs[last] = recording.gas[last]
    return costs


def gas_use(lines: Lines) -> GasUse:
    """Return where the gas of a recording went."""
    return _Accounts(lines).settle()


class _Meter(Generic[K]):
    """Gas by key, own and total; a key that is entered again while it is entered counts once."""

    def __init__(self) -> None:
        self.own: dict[K, int] = defaultdict(int)
        self.total: dict[K, int] = defaultdict(int)
        self.steps: dict[K, int] = defaultdict(int)
        self.calls: dict[K, int] = defaultdict(int)
        self._entered: dict[K, int] = defaultdict(int)
        self._since: dict[K, int] = {}

    def spend(self, key: K, gas: int) -> None:
        self.own[key] += gas
        self.steps[key] += 1
        if not self._entered[key]:
            self.total[key] += gas

    def enter(self, key: K, clock: int, *, calls: int = 1) -> None:
        if not self._entered[key]:
            self._since[key] = clock
        self._entered[key] += 1
        self.calls[key] += calls

    def leave(self, key: K, clock: int) -> None:
        self._entered[key] -= 1
        if not self._entered[key]:
            self.total[key] += clock - self._since[key]

    def result(self) -> dict[K, Spent]:
        return {key: Spent(self.own[key], self.total[key], self.steps[key], self.calls[key]) for key in self.total}


@dataclass(slots=True)
class _Entry:
    """A function being run: the line that called it, its name once known, and the clock when it began."""

    line: LineKey | None
    function: FunctionKey | None
    began: int


class _Accounts:
    def __init__(self, lines: Lines) -> None:
        self._places = lines
        self._recording = lines.recording
        self._lines = _Meter[LineKey]()
        self._functions = _Meter[FunctionKey]()
        self._clock = 0
        self._elsewhere = 0
        self._entries: list[_Entry] = []
        self._open: list[tuple[int, int]] = []

    def settle(self) -> GasUse:
        recording = self._recording
        jumps = self._jumps()
        keys = [_keys(location) for location in self._places.locations] if self._places.of_step else []
        line: LineKey | None = None
        entering = False
        for step, (gas, index, frame) in enumerate(
            zip(own_costs(recording), self._places.of_step, recording.frame_of, strict=True)
        ):
            if not self._open or self._open[-1][0] != frame:
                self._move(frame, line)
            line, function = (None, None) if index == NOWHERE else keys[index]
            entry = self._entries[-1]
            if (
                entry.function is None
                and function is not None
                and (entering or len(self._entries) == self._open[-1][1])
            ):
                self._name(entry, function)
            self._spend(line, function, gas)
            match jumps.get(step):
                case "i":
                    self._enter(line)
                    entering = self._begins_function(step + 1)
                    continue
                case "o" if len(self._entries) > self._open[-1][1]:
                    self._leave()
            entering = False
        while self._open:
            self._close()
        return GasUse(self._lines.result(), self._functions.result(), self._elsewhere)

    def _name(self, entry: _Entry, function: FunctionKey) -> None:
        """Say which function an entry is of. The dispatcher goes into the body by a jump; that is one call."""
        base = self._open[-1][1]
        body = len(self._entries) == base + 1 and self._entries[base - 1].function == function
        entry.function = function
        self._functions.enter(function, entry.began, calls=0 if body else 1)

    def _begins_function(self, step: int) -> bool:
        if step >= len(self._recording):
            return False
        program = self._places.program(self._recording.frames[self._recording.frame_of[step]])
        return program is not None and program.begins_function(self._recording.pcs[step])

    def _jumps(self) -> dict[int, str]:
        """Return the jumps into and out of functions, by step."""
        recording, places = self._recording, self._places
        programs = [places.program(frame) for frame in recording.frames]
        marked: dict[int, str] = {}
        for step, op in enumerate(recording.ops):
            program = programs[recording.frame_of[step]] if op == JUMP else None
            mapped = None if program is None else program.map.get(recording.pcs[step])
            if mapped is not None and mapped.jump in {"i", "o"}:
                marked[step] = mapped.jump
        return marked

    def _spend(self, line: LineKey | None, function: FunctionKey | None, gas: int) -> None:
        self._clock += gas
        if line is None:
            self._elsewhere += gas
        else:
            self._lines.spend(line, gas)
        if function is not None:
            self._functions.spend(function, gas)

    def _move(self, frame: int, line: LineKey | None) -> None:
        """Go to the call that the next step is of: one that was just made, or one that goes on."""
        frames: list[Frame] = self._recording.frames
        while self._open and self._open[-1][0] not in {frame, frames[frame].parent}:
            self._close()
        if not self._open or self._open[-1][0] != frame:
            self._enter(line if self._open else None)
            self._open.append((frame, len(self._entries)))

    def _close(self) -> None:
        _, base = self._open.pop()
        while len(self._entries) >= base:
            self._leave()

    def _enter(self, line: LineKey | None) -> None:
        self._entries.append(_Entry(line, None, self._clock))
        if line is not None:
            self._lines.enter(line, self._clock)

    def _leave(self) -> None:
        entry = self._entries.pop()
        if entry.line is not None:
            self._lines.leave(entry.line, self._clock)
        if entry.function is not None:
            self._functions.leave(entry.function, self._clock)


def _keys(location: Location) -> tuple[LineKey, FunctionKey | None]:
    function = None if location.function is None else (location.contract, location.function)
    return (location.file, location.line), function


def most(spent: dict[K, Spent]) -> Iterator[tuple[K, Spent]]:
    """Give what used most gas first."""
    yield from sorted(spent.items(), key=lambda item: item[1].total, reverse=True)
