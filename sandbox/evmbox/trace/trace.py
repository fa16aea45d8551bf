"""A recording read by what was compiled: the call tree, variables, events and gas, and pages of steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
    Revert,
    StackDepthLimit,
    VMError,
    WriteProtection,
)
from eth_typing import Address

from evmbox.chain.abi import Function, Interface, Parameter, Undecodable, checksummed, decode, names
from evmbox.chain.engine import Ending, Log
from evmbox.chain.errors import BadReturn
from evmbox.chain.failures import ENDINGS, explain_revert
from evmbox.chain.receipts import decode_event
from evmbox.chain.recorder import MNEMONICS, Emitted, Frame, Recording, word
from evmbox.chain.words import Name, hexadecimal, nameless, show
from evmbox.compiler import Compilation
from evmbox.report import Location
from evmbox.trace.changes import Change, changes
from evmbox.trace.gas import gas_use, most
from evmbox.trace.lines import NOWHERE, Lines, Visible, own
from evmbox.trace.outlining import outline
from evmbox.trace.programs import Library, Program
from evmbox.traces import (
    MAX_PAGE,
    FunctionGas,
    LineGas,
    TraceCall,
    TraceLog,
    TraceOutline,
    TracePage,
    TraceStep,
    TraceSummary,
    TraceWrite,
)

MAX_SHOWN = 500
"""Calls, variables and events of a summary, at most."""

MAX_PAGE_CHARACTERS = 1_500_000
"""A page ends early where its stacks and memory come to more."""

_ENDINGS: tuple[tuple[type[VMError], Ending], ...] = (
    (InvalidInstruction, Ending.INVALID_INSTRUCTION),
    (InvalidJumpDestination, Ending.INVALID_JUMP),
    (FullStack, Ending.STACK_OVERFLOW),
    (InsufficientStack, Ending.STACK_UNDERFLOW),
    (StackDepthLimit, Ending.CALL_DEPTH),
    (WriteProtection, Ending.STATIC_WRITE),
    (OutOfBoundsRead, Ending.RETURN_DATA_BOUNDS),
)


@dataclass(frozen=True)
class Trace:
    """What was recorded of an execution, as far as who reads it may see the source.

    `compilation` has details. `name` gives the names of known addresses. `gas_used` is the receipt's, if there is one.
    """

    recording: Recording
    compilation: Compilation
    name: Name = nameless
    visible: Visible = own
    gas_used: int | None = None
    _interfaces: Mapping[str, Interface] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        interfaces = {name: Interface(artifact.abi) for name, artifact in self.compilation.artifacts.items()}
        object.__setattr__(self, "_interfaces", interfaces)

    @cached_property
    def library(self) -> Library:
        """The compiled contracts."""
        details = self.compilation.details
        return Library() if details is None else Library(details)

    @cached_property
    def lines(self) -> Lines:
        """The place of each step."""
        return Lines(self.recording, self.library, self.visible)

    def summary(self) -> TraceSummary:
        """Return all but the steps."""
        use, recording = gas_use(self.lines), self.recording
        written = changes(recording, self.library)
        shown = (recording.frames, written, recording.logs)
        return TraceSummary(
            steps=len(recording),
            truncated=recording.truncated or any(len(each) > MAX_SHOWN for each in shown),
            gas_used=self.gas_used,
            calls=tuple(self._call(frame) for frame in recording.frames[:MAX_SHOWN]),
            writes=tuple(self._write(change) for change in written[:MAX_SHOWN]),
            logs=tuple(self._log(log) for log in recording.logs[:MAX_SHOWN]),
            lines=tuple(
                LineGas(file=file, line=line, own=spent.own, total=spent.total, steps=spent.steps)
                for (file, line), spent in most(use.lines)
            ),
            functions=tuple(
                FunctionGas(contract=contract, function=function, own=spent.own, total=spent.total, calls=spent.calls)
                for (contract, function), spent in most(use.functions)
            ),
            gas_elsewhere=use.elsewhere,
        )

    def page(self, offset: int, limit: int = MAX_PAGE) -> TracePage:
        """Return some of the steps. Stack and memory are there where they were recorded."""
        recording = self.recording
        indices = range(len(recording))[max(offset, 0) :][: min(limit, MAX_PAGE)]
        indices = indices[: self._fitting(indices)]
        used = sorted({self.lines.of_step[step] for step in indices} - {NOWHERE})
        place = {index: position for position, index in enumerate(used)}
        return TracePage(
            offset=indices.start,
            total=len(recording),
            locations=tuple(self.lines.locations[index] for index in used),
            steps=tuple(
                self._step(step, place.get(self.lines.of_step[step]), first=step == indices.start) for step in indices
            ),
        )

    def outline(self) -> TraceOutline:
        """Return all of the steps, without stack and memory."""
        return outline(self.lines)

    def _fitting(self, indices: range) -> int:
        """Return how many of the steps fit on a page, at least one."""
        size = 0
        for count, step in enumerate(indices):
            size += 66 * len(self.recording.stacks.get(step, ())) + 2 * len(self._memory(step, first=not count) or b"")
            if size > MAX_PAGE_CHARACTERS:
                return max(count, 1)
        return len(indices)

    def _memory(self, step: int, *, first: bool) -> bytes | None:
        memories = self.recording.memories
        memory = memories.get(step)
        return None if not first and memory == memories.get(step - 1) else memory

    def _step(self, step: int, location: int | None, *, first: bool) -> TraceStep:
        recording = self.recording
        op, stack, memory = recording.ops[step], recording.stacks.get(step), self._memory(step, first=first)
        return TraceStep(
            index=step,
            call=recording.frame_of[step],
            pc=recording.pcs[step],
            op=MNEMONICS.get(op, f"0x{op:02x}"),
            gas=recording.gas[step],
            cost=recording.costs[step],
            depth=recording.depth(step),
            location=location,
            stack=None if stack is None else tuple(hex(word(value)) for value in stack),
            memory=None if memory is None else f"0x{memory.hex()}",
        )

    def _call(self, frame: Frame) -> TraceCall:
        program = self.lines.program(frame)
        function, title = self._function(frame, program)
        return TraceCall(
            index=frame.index,
            parent=frame.parent,
            depth=frame.depth,
            kind=frame.kind,
            sender=self._address(frame.sender),
            target=self._address(frame.target),
            storage=self._address(frame.storage),
            contract=None if program is None else program.contract,
            function=title,
            arguments={} if function is None else self._arguments(frame, function, program),
            result=None if function is None else self._result(frame, function),
            error=self._error(frame),
            undone=frame.undone,
            value_wei=str(frame.value),
            gas=frame.gas,
            gas_used=frame.gas - frame.gas_left,
            first_step=frame.first_step,
            end_step=frame.end_step,
            location=self.lines.made_at(frame),
        )

    def _function(self, frame: Frame, program: Program | None) -> tuple[Function | None, str | None]:
        interface = None if program is None else self._interfaces.get(program.contract)
        if interface is None:
            return None, None
        if frame.creates:
            return interface.constructor, "constructor"
        called = next((each for each in interface.functions if each.selector == frame.input[:4]), None)
        if called is not None:
            return called, called.signature
        return None, "fallback" if frame.input or not interface.takes_plain_ether else "receive"

    def _arguments(self, frame: Frame, function: Function, program: Program | None) -> dict[str, str]:
        skipped = len(program.code) if frame.creates and program is not None else 4
        return self._values(function.inputs, frame.input[skipped:])

    def _values(self, of: Sequence[Parameter], data: bytes) -> dict[str, str]:
        try:
            values = decode(of, data)
        except Undecodable:
            return {"": hexadecimal(data)} if data else {}
        return {name: show(value, self.name) for name, value in zip(names(of), values, strict=True)}

    def _result(self, frame: Frame, function: Function) -> str | None:
        if frame.error is not None or frame.creates or not function.outputs:
            return None
        try:
            return show(function.result(frame.output), self.name)
        except BadReturn:
            return hexadecimal(frame.output)

    def _error(self, frame: Frame) -> str | None:
        match frame.error:
            case None:
                return None
            case Revert():
                known = (error for interface in self._interfaces.values() for error in interface.errors)
                return explain_revert(frame.output, known, self.name).predicate
            case OutOfGas():
                return f"ran out of gas ({frame.gas:,} were given)"
        ending = next((ending for kind, ending in _ENDINGS if isinstance(frame.error, kind)), Ending.FAILED)
        return ENDINGS[ending]

    def _write(self, change: Change) -> TraceWrite:
        known = change.path is not None and (change.location is None or self.visible(change.location.file))
        return TraceWrite(
            step=change.step,
            call=change.frame,
            address=self.name(change.address) or change.address,
            contract=change.contract if known else None,
            slot=hex(change.slot),
            variable=change.path.in_words(self.name) if change.path is not None and known else None,
            type=change.type if known else None,
            old=self._value(change.old, known=known),
            new=self._value(change.new, known=known),
            transient=change.transient,
            undone=change.undone,
            location=self.lines.shown(change.location),
        )

    def _value(self, value: Any, *, known: bool) -> str:
        return show(value, self.name) if known or not isinstance(value, int) else hex(value)

    def _log(self, log: Emitted) -> TraceLog:
        frame = self.recording.frames[log.frame]
        address = checksummed(log.address)
        raw = Log(Address(log.address), log.topics, log.data)
        event = decode_event(raw, address, self._interfaces.values())
        return TraceLog(
            step=log.step,
            call=log.frame,
            address=self.name(address) or address,
            event=event.in_words(self.name) if event.name else None,
            topics=tuple(f"0x{topic.hex()}" for topic in log.topics),
            data=hexadecimal(log.data, limit=1024),
            undone=frame.undone,
            location=self._location(frame, log.pc),
        )

    def _location(self, frame: Frame, pc: int) -> Location | None:
        program = self.lines.program(frame)
        return None if program is None else self.lines.shown(program.location(pc))

    def _address(self, raw: bytes) -> str:
        address = checksummed(raw)
        return self.name(address) or address
