"""The recorder itself: opcodes that tell it before they run, and a computation class that has them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from eth.vm.logic.invalid import InvalidOpcode

from evmbox.chain.recorder.opcodes import CALLS, CREATES, JUMPDEST, KECCAK256, LOGS, SLOAD, SSTORE, STOP, TLOAD, TSTORE
from evmbox.chain.recorder.recording import Access, Emitted, Frame, Recording

MAX_STEPS = 1_000_000
MAX_EVENTS = 100_000
MAX_MEMORY_BYTES = 16 * 1024**2
"""How much memory of contracts, and as much of their calldata and output, one recording keeps."""

MAX_PREIMAGE_BYTES = 1024
NO_STEPS = range(0)


class Recordable(Protocol):
    """An engine that runs py-evm's computations."""

    @property
    def state_class(self) -> Any:
        """py-evm's state class of this engine; its `computation_class` is what executes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to record beside calls, storage, logs and hashes, which are always recorded.

    `steps` is how many steps at most; `stack` and `memory` are the steps, by index, before which those are copied.
    `blocks` counts the gas that each stretch of code from one JUMPDEST to the next used, in each call.
    """

    steps: int = 0
    stack: range = NO_STEPS
    memory: range = NO_STEPS
    blocks: bool = False
    events: int = MAX_EVENTS


@contextmanager
def recording(engine: Recordable, wanted: Wanted | None = None) -> Iterator[Recording]:
    """Record all that the engine executes in this block."""
    state_class = engine.state_class
    plain = state_class.computation_class
    recorder = _Recorder(wanted or Wanted())
    state_class.computation_class = _recorded(plain, recorder)
    try:
        yield recorder.recording
    finally:
        state_class.computation_class = plain


def _recorded(plain: Any, recorder: "_Recorder") -> Any:
    """Return a computation class like `plain` that tells the recorder what it does."""

    class Recorded(plain):  # type: ignore[misc]
        opcodes = recorder.table(plain.opcodes)

        @classmethod
        def apply_computation(
            cls, state: Any, message: Any, transaction_context: Any, parent_computation: Any = None
        ) -> Any:
            frame = recorder.enter(message, parent_computation)
            computation = super().apply_computation(state, message, transaction_context, parent_computation)
            recorder.leave(frame, computation)
            return computation

        @classmethod
        def apply_create_message(
            cls, state: Any, message: Any, transaction_context: Any, parent_computation: Any = None
        ) -> Any:
            created = len(recorder.recording.frames)
            computation = super().apply_create_message(state, message, transaction_context, parent_computation)
            recorder.settle(created, computation)  # storing the code costs gas, and may fail
            return computation

    return Recorded


Op = Callable[[Any], Any]


class _Table(dict[int, Op]):
    """Opcodes by number; one that does not exist is recorded too."""

    def __init__(self, opcodes: Mapping[int, Op], wrap: Callable[[int, Op], Op]) -> None:
        super().__init__({number: wrap(number, op) for number, op in opcodes.items()})
        self._wrap = wrap

    def __missing__(self, number: int) -> Op:
        invalid: Op = InvalidOpcode(number)
        return self._wrap(number, invalid)


class _Recorder:
    def __init__(self, wanted: Wanted) -> None:
        self.recording = Recording()
        self._wanted = wanted
        self._open: list[tuple[Frame, tuple[int, int]]] = []
        self._frame: Frame | None = None
        self._full = False
        self._block = (0, 0)
        self._calling = "CALL"
        self._bytes_left = MAX_MEMORY_BYTES
        self._memory_left = MAX_MEMORY_BYTES
        self._memory = b""

    def table(self, opcodes: Mapping[int, Op]) -> _Table:
        return _Table(opcodes, self._wrap)

    def enter(self, message: Any, parent: Any) -> Frame:
        """Open a call."""
        recording = self.recording
        created = message.is_create
        kept = self._keep(message.code if created else message.data)
        frame = Frame(
            index=len(recording.frames),
            parent=None if self._frame is None else self._frame.index,
            depth=message.depth,
            kind=self._calling if parent is not None else ("CREATE" if created else "CALL"),
            storage=message.storage_address,
            target=message.storage_address if created else message.code_address,
            sender=message.sender,
            value=message.value,
            code=message.code,
            input=kept,
            gas=message.gas,
            first_step=len(recording),
            caller_pc=None if parent is None else parent.code.program_counter - 1,
            caller_gas=0 if parent is None else parent.get_gas_remaining(),
        )
        if frame.index < self._wanted.events:
            recording.frames.append(frame)
        else:
            recording.truncated = True
            frame.index = self._unkept_parent()
        self._open.append((frame, self._block))
        self._frame = frame
        self._block = (-1, message.gas)
        return frame

    def _unkept_parent(self) -> int:
        """Give what happens in a call that is not kept to the nearest one that is."""
        return self._frame.index if self._frame is not None else 0

    def leave(self, frame: Frame, computation: Any) -> None:
        """Close a call."""
        self._end(frame, computation)
        if self._wanted.blocks:
            pc, gas = self._block
            frame.blocks[pc] = frame.blocks.get(pc, 0) + gas - frame.gas_left
        _, self._block = self._open.pop()
        self._frame = self._open[-1][0] if self._open else None

    def settle(self, created: int, computation: Any) -> None:
        """Close a creation once more."""
        if created < len(self.recording.frames):
            self._end(self.recording.frames[created], computation)

    def _end(self, frame: Frame, computation: Any) -> None:
        frame.end_step = len(self.recording)
        frame.gas_left = computation.get_gas_remaining()
        frame.output = self._keep(computation.output)
        frame.error = computation.error if computation.is_error else None
        if frame.error is not None and self._is_kept(frame):
            for each in self.recording.frames[frame.index :]:
                each.undone = True

    def _is_kept(self, frame: Frame) -> bool:
        frames = self.recording.frames
        return frame.index < len(frames) and frames[frame.index] is frame

    def _keep(self, data: Any) -> bytes:
        kept = bytes(data)
        if len(kept) > self._bytes_left:
            self.recording.truncated = True
            return b""
        self._bytes_left -= len(kept)
        return kept

    def _wrap(self, number: int, op: Op) -> Op:
        special = self._special(number, op)
        wrapped = self._step(number, special) if self._wanted.steps else special
        return _implicit_stop(op, wrapped) if number == STOP else wrapped

    def _step(self, number: int, op: Op) -> Op:
        """Return an opcode that records its step first."""
        recording, wanted, limit = self.recording, self._wanted, min(self._wanted.steps, MAX_STEPS)
        pcs, ops, gas, frame_of = recording.pcs, recording.ops, recording.gas, recording.frame_of
        copies = bool(wanted.stack or wanted.memory)

        def step(computation: Any) -> Any:
            if len(pcs) < limit:
                if copies:
                    self._copy(len(pcs), computation)
                pcs.append(computation.code.program_counter - 1)
                ops.append(number)
                gas.append(computation._gas_meter.gas_remaining)  # noqa: SLF001 - a method call is a tenth of a step
                frame_of.append(self._frame.index)  # type: ignore[union-attr]
            else:
                recording.truncated = self._full = True
            return op(computation)

        return step

    def _copy(self, step: int, computation: Any) -> None:
        if step in self._wanted.stack:
            self.recording.stacks[step] = _stack(computation)
        if step in self._wanted.memory:
            memory = computation._memory._bytes  # noqa: SLF001
            if memory != self._memory:  # else it is the same, and kept once
                if len(memory) > self._memory_left:
                    self.recording.truncated = True
                    return
                self._memory_left -= len(memory)
                self._memory = bytes(memory)
            self.recording.memories[step] = self._memory

    def _special(self, number: int, op: Op) -> Op:
        """Return an opcode that records what only it does."""
        if number in {SLOAD, SSTORE, TLOAD, TSTORE}:
            return self._storage(op, written=number in {SSTORE, TSTORE}, transient=number in {TLOAD, TSTORE})
        if number == KECCAK256:
            return self._keccak(op)
        if number == JUMPDEST and self._wanted.blocks:
            return self._jumpdest(op)
        if number in LOGS:
            return self._log(op)
        kind = CALLS.get(number) or CREATES.get(number)
        return op if kind is None else self._call(kind, op)

    def _storage(self, op: Op, *, written: bool, transient: bool) -> Op:
        accesses = self.recording.accesses

        def access(computation: Any) -> Any:
            if len(accesses) >= self._wanted.events:
                self.recording.truncated = True
                return op(computation)
            step, pc, stack = self._here(), computation.code.program_counter - 1, _stack(computation)
            if len(stack) < 1 + written:
                return op(computation)
            read = computation.state.get_transient_storage if transient else computation.state.get_storage
            slot = word(stack[-1])
            if transient:
                old = word(read(computation.msg.storage_address, slot))
            else:
                old = read(computation.msg.storage_address, slot)
            result = op(computation)  # raises where it may not write, or not pay for it
            new = word(stack[-2]) if written else old
            accesses.append(Access(step, self._index, pc, slot, old, new, written, transient, stack))
            return result

        return access

    def _keccak(self, op: Op) -> Op:
        preimages = self.recording.preimages

        def keccak(computation: Any) -> Any:
            values = computation._stack.values  # noqa: SLF001
            place = (word(values[-1]), word(values[-2])) if len(values) >= 2 else (0, 0)
            result = op(computation)
            if place[1] <= MAX_PREIMAGE_BYTES and len(preimages) < self._wanted.events:
                preimages[word(computation._stack.values[-1])] = computation.memory_read_bytes(*place)  # noqa: SLF001
            return result

        return keccak

    def _log(self, op: Op) -> Op:
        logs = self.recording.logs

        def log(computation: Any) -> Any:
            step, pc = self._here(), computation.code.program_counter - 1
            result = op(computation)
            if len(logs) < self._wanted.events:
                _, address, topics, data = computation._log_entries[-1]  # noqa: SLF001
                words = tuple(topic.to_bytes(32, "big") for topic in topics)
                logs.append(Emitted(step, self._index, pc, address, words, self._keep(data)))
            else:
                self.recording.truncated = True
            return result

        return log

    def _call(self, kind: str, op: Op) -> Op:
        def call(computation: Any) -> Any:
            self._calling = kind
            return op(computation)

        return call

    def _jumpdest(self, op: Op) -> Op:
        def jumpdest(computation: Any) -> Any:
            pc, before = self._block
            gas = computation._gas_meter.gas_remaining  # noqa: SLF001
            blocks = self._open[-1][0].blocks
            blocks[pc] = blocks.get(pc, 0) + before - gas
            self._block = (computation.code.program_counter - 1, gas)
            return op(computation)

        return jumpdest

    @property
    def _index(self) -> int:
        return self._frame.index if self._frame is not None else 0

    def _here(self) -> int | None:
        """Return the index of the step under way, if it was recorded."""
        return len(self.recording) - 1 if self._wanted.steps and not self._full else None


def _implicit_stop(plain: Op, recorded: Op) -> Op:
    """Return a STOP that is recorded unless nothing stands there: an account without code, or past the end of one."""

    def stop(computation: Any) -> Any:
        code = computation.code
        counter = code.program_counter
        if not len(code):
            return plain(computation)
        if counter > len(code) or code[counter - 1] != STOP or not code.is_valid_opcode(counter - 1):
            code.program_counter = counter + 1  # py-evm does not count the STOP after the last byte
        return recorded(computation)

    return stop


def _stack(computation: Any) -> tuple[int | bytes, ...]:
    return tuple(computation._stack.values)  # noqa: SLF001


def word(value: int | bytes) -> int:
    """Return a value of the stack as a number; py-evm keeps some as bytes."""
    return value if isinstance(value, int) else int.from_bytes(value, "big")
