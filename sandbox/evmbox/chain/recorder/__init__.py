"""Records what an engine executes: steps, calls, storage, logs. It knows bytecode, and nothing of Solidity.

While `recording` lasts, the engine's computation class is another one, whose opcodes tell the recorder before they run;
outside of it nothing is different, so an execution that nobody records pays nothing. What is kept is bounded: beyond a
bound the execution goes on, unrecorded, and the recording says so.
"""

from evmbox.chain.recorder.geth import StructLogOptions, call_tracer, struct_logs
from evmbox.chain.recorder.opcodes import MNEMONICS
from evmbox.chain.recorder.recorder import (
    MAX_EVENTS,
    MAX_MEMORY_BYTES,
    MAX_STEPS,
    NO_STEPS,
    Recordable,
    Wanted,
    recording,
    word,
)
from evmbox.chain.recorder.recording import Access, Emitted, Frame, Recording

__all__ = [
    "MAX_EVENTS",
    "MAX_MEMORY_BYTES",
    "MAX_STEPS",
    "MNEMONICS",
    "NO_STEPS",
    "Access",
    "Emitted",
    "Frame",
    "Recordable",
    "Recording",
    "StructLogOptions",
    "Wanted",
    "call_tracer",
    "recording",
    "struct_logs",
    "word",
]
