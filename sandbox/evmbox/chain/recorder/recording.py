"""What was recorded, as data: steps in columns, calls, storage, logs. It knows bytecode, and nothing of Solidity."""

import re
from array import array
from dataclasses import dataclass, field
from functools import cached_property

from eth.exceptions import OutOfGas, VMError

_NEEDED = re.compile(r"Needed (\d+) - Remaining (\d+)")


@dataclass(slots=True)
class Frame:
    """One call or creation. `storage` is the address whose storage it uses, `target` that whose code it runs.

    Its steps, and those of what it calls, are `first_step` to `end_step` (exclusive). `caller_pc` is where in the
    parent it was made, `caller_gas` what the parent had left then. `input` is calldata, or a creation's code with its
    arguments. `error` is py-evm's exception, None where it succeeded; `undone` also counts a parent's.
    """

    index: int
    parent: int | None
    depth: int
    kind: str
    storage: bytes
    target: bytes
    sender: bytes
    value: int
    code: bytes
    input: bytes
    gas: int
    first_step: int
    caller_pc: int | None
    caller_gas: int
    gas_left: int = 0
    output: bytes = b""
    error: VMError | None = None
    undone: bool = False
    end_step: int = 0
    blocks: dict[int, int] = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        """Whether it makes a contract."""
        return self.kind in {"CREATE", "CREATE2"}


@dataclass(frozen=True, slots=True)
class Access:
    """A word of storage read (`new` is `old`) or written. `step` is None where steps were not recorded.

    `stack` is the stack before the instruction, its top last.
    """

    step: int | None
    frame: int
    pc: int
    slot: int
    old: int
    new: int
    written: bool
    transient: bool
    stack: tuple[int | bytes, ...]


@dataclass(frozen=True, slots=True)
class Emitted:
    """A log, undone or not."""

    step: int | None
    frame: int
    pc: int
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


class Recording:
    """What was recorded, step by step in columns: `pcs`, `ops`, `gas` (before the step) and `frame_of` (its call).

    `stacks` and `memories` are those that were wanted, by step. `preimages` are what was hashed, by hash.
    `truncated` where more happened than is kept.
    """

    def __init__(self) -> None:
        self.pcs = array("I")
        self.ops = bytearray()
        self.gas = array("Q")
        self.frame_of = array("I")
        self.stacks: dict[int, tuple[int | bytes, ...]] = {}
        self.memories: dict[int, bytes] = {}
        self.frames: list[Frame] = []
        self.accesses: list[Access] = []
        self.logs: list[Emitted] = []
        self.preimages: dict[int, bytes] = {}
        self.truncated = False

    def __len__(self) -> int:
        return len(self.pcs)

    @property
    def roots(self) -> list[Frame]:
        """The transactions and calls that were recorded."""
        return [frame for frame in self.frames if frame.parent is None]

    def depth(self, step: int) -> int:
        """Return how deep a step is; the transaction itself is at 1, as geth counts."""
        return self.frames[self.frame_of[step]].depth + 1

    def last_step(self, frame: Frame) -> int | None:
        """Return the last step of a call itself, None where it has none."""
        return self._last_steps.get(frame.index)

    @cached_property
    def _last_steps(self) -> dict[int, int]:
        return {frame: step for step, frame in enumerate(self.frame_of)}

    @cached_property
    def costs(self) -> "array[int]":
        """What each step cost, with the gas handed to a call and without that handed to a creation, as geth counts."""
        gas, frame_of = self.gas, self.frame_of
        costs = array("Q", bytes(8 * len(gas)))
        last: dict[int, int] = {}
        called = {frame.first_step - 1: frame for frame in reversed(self.frames) if frame.parent is not None}
        for step, (left, frame) in enumerate(zip(gas, frame_of, strict=True)):
            before = last.get(frame)
            if before is not None:
                costs[before] = max(gas[before] - left, 0)
            last[frame] = step
        for frame, step in last.items():
            costs[step] = self._last_cost(self.frames[frame], step)
        for step, child in called.items():
            if 0 <= step < len(gas) and frame_of[step] == child.parent:
                handed = child.gas if child.creates else 0
                costs[step] = max(gas[step] - child.caller_gas - handed, 0)
        return costs

    def _last_cost(self, frame: Frame, step: int) -> int:
        """Return what a call's last step cost, or would have cost where it was too much."""
        if frame.error is None or not frame.error.burns_gas:
            return max(self.gas[step] - frame.gas_left, 0)
        needed = _NEEDED.search(str(frame.error)) if isinstance(frame.error, OutOfGas) else None
        return self.gas[step] - int(needed[2]) + int(needed[1]) if needed else 0
