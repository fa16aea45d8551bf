"""A recording as geth gives it: its struct logs, and its call tracer. What `debug_traceTransaction` answers.

Source: https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers. A refund counter and return data are
not recorded, so those two optional fields never appear.
"""

from collections.abc import Sequence
from typing import Any

from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
    Revert,
    VMError,
    WriteProtection,
)
from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from evmbox.chain.recorder.opcodes import MNEMONICS
from evmbox.chain.recorder.recorder import NO_STEPS, Wanted, word
from evmbox.chain.recorder.recording import Frame, Recording

MAX_STRUCT_LOGS = 50_000
"""How many steps are given at most: each is some 500 characters of JSON and more."""

REASON = bytes.fromhex("08c379a0")
"""The selector of `Error(string)`."""

_ERRORS: tuple[tuple[type[VMError], str], ...] = (
    (Revert, "execution reverted"),
    (OutOfGas, "out of gas"),
    (InvalidInstruction, "invalid opcode"),
    (InvalidJumpDestination, "invalid jump destination"),
    (InsufficientStack, "stack underflow"),
    (FullStack, "stack limit reached 1024 (1023)"),
    (WriteProtection, "write protection"),
    (OutOfBoundsRead, "return data out of bounds"),
)
_TOLD_AT_THE_STEP = (OutOfGas, InsufficientStack, FullStack)
"""What geth finds out before it executes an instruction; the rest it says of the call only."""


class StructLogOptions(BaseModel):
    """The second parameter of `debug_traceTransaction`, of the default tracer. `limit` counts steps, 0 is no limit."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")

    disable_stack: bool = False
    disable_storage: bool = False
    enable_memory: bool = False
    limit: int = Field(default=0, ge=0)

    @property
    def wanted(self) -> Wanted:
        """What has to be recorded for it."""
        steps = min(self.limit or MAX_STRUCT_LOGS, MAX_STRUCT_LOGS)
        return Wanted(
            steps=steps,
            stack=NO_STEPS if self.disable_stack else range(steps),
            memory=range(steps) if self.enable_memory else NO_STEPS,
        )


def struct_logs(recording: Recording, *, gas_used: int, options: StructLogOptions | None = None) -> dict[str, Any]:
    """Return one recorded transaction as struct logs. `recording` was made as `options.wanted` says.

    `gas_used` is the receipt's.
    """
    options = options or StructLogOptions()
    root = recording.frames[0] if recording.frames else None
    shown = b"" if root is None or (root.error is not None and not isinstance(root.error, Revert)) else root.output
    return {
        "gas": gas_used,
        "failed": root is not None and root.error is not None,
        "returnValue": _hex(shown),
        "structLogs": _logs(recording, options),
    }


def call_tracer(
    recording: Recording, *, gas_limit: int, gas_used: int, only_top_call: bool = False, with_log: bool = False
) -> dict[str, Any]:
    """Return one recorded transaction as geth's `callTracer` does, as a tree of calls. Its gas is the transaction's."""
    children: dict[int, list[Frame]] = {}
    for frame in recording.frames:
        if frame.parent is not None:
            children.setdefault(frame.parent, []).append(frame)

    def shown(frame: Frame) -> dict[str, Any]:
        call = _call(frame)
        if with_log and not frame.undone:
            logs = [
                {"address": _hex(log.address), "topics": [_hex(topic) for topic in log.topics], "data": _hex(log.data)}
                for log in recording.logs
                if log.frame == frame.index
            ]
            call |= {"logs": logs} if logs else {}
        calls = [] if only_top_call else [shown(child) for child in children.get(frame.index, ())]
        return call | ({"calls": calls} if calls else {})

    root = recording.frames[0]
    return shown(root) | {"gas": hex(gas_limit), "gasUsed": hex(gas_used)}


def _logs(recording: Recording, options: StructLogOptions) -> list[dict[str, Any]]:
    logs: list[dict[str, Any]] = []
    errors = {
        step: _error(frame.error)
        for frame in recording.frames
        if isinstance(frame.error, _TOLD_AT_THE_STEP) and (step := recording.last_step(frame)) is not None
    }
    storage: dict[bytes, dict[str, str]] = {}
    accessed: dict[int, dict[str, str]] = {}
    for access in () if options.disable_storage else recording.accesses:
        if access.step is not None and not access.transient:
            seen = storage.setdefault(recording.frames[access.frame].storage, {})
            seen[f"{access.slot:064x}"] = f"{access.new:064x}"
            accessed[access.step] = dict(seen)
    for step, (pc, op, gas, cost) in enumerate(
        zip(recording.pcs, recording.ops, recording.gas, recording.costs, strict=True)
    ):
        log: dict[str, Any] = {
            "pc": pc,
            "op": MNEMONICS.get(op, f"opcode 0x{op:x} not defined"),
            "gas": gas,
            "gasCost": cost,
            "depth": recording.depth(step),
        }
        if step in errors:
            log["error"] = errors[step]
        if not options.disable_stack:
            log["stack"] = [hex(word(value)) for value in recording.stacks.get(step, ())]
        if recording.memories.get(step):
            log["memory"] = _words(recording.memories[step])
        if step in accessed:
            log["storage"] = accessed[step]
        logs.append(log)
    return logs


def _call(frame: Frame) -> dict[str, Any]:
    call: dict[str, Any] = {
        "type": frame.kind,
        "from": _hex(frame.sender),
        "to": _hex(frame.target),
        "gas": hex(frame.gas),
        "gasUsed": hex(frame.gas - frame.gas_left),
        "input": _hex(frame.input),
    }
    if frame.kind != "STATICCALL":
        call["value"] = hex(frame.value)
    if frame.output:
        call["output"] = _hex(frame.output)
    if frame.error is not None:
        call["error"] = _error(frame.error)
        reason = _reason(frame.output) if isinstance(frame.error, Revert) else None
        call |= {"revertReason": reason} if reason else {}
    return call


def _reason(output: bytes) -> str | None:
    if output[:4] != REASON:
        return None
    try:
        (text,) = decode(["string"], output[4:])
    except (DecodingError, ValueError):
        return None
    return str(text)


def _error(error: VMError | None) -> str:
    return next((words for kind, words in _ERRORS if isinstance(error, kind)), "execution failed")


def _words(memory: bytes) -> list[str]:
    return [memory[place : place + 32].hex() for place in range(0, len(memory), 32)]


def _hex(data: bytes | Sequence[int]) -> str:
    return f"0x{bytes(data).hex()}"
