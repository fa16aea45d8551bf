"""All steps of a recording in a few small columns, for who scrolls and steps through them at once."""

import sys
import zlib
from array import array
from base64 import b64encode
from collections.abc import Iterable

from evmbox.chain.recorder import MNEMONICS
from evmbox.trace.lines import NOWHERE, Lines
from evmbox.traces import TraceOutline

_LARGEST = {"H": 2**16 - 1, "I": 2**32 - 1}


def outline(lines: Lines) -> TraceOutline:
    """Return the steps of a recording in columns; see `TraceOutline`."""
    recording = lines.recording
    used = sorted(set(recording.ops))
    place = {op: index for index, op in enumerate(used)}
    depths = [frame.depth + 1 for frame in recording.frames]
    columns = (
        bytes(place[op] for op in recording.ops),
        _column("H", (_LARGEST["H"] if each == NOWHERE else each for each in lines.of_step)),
        _column("H", recording.frame_of),
        _column("H", recording.pcs),
        _column("H", (depths[frame] for frame in recording.frame_of)),
        _column("I", recording.gas),
        _column("I", recording.costs),
    )
    return TraceOutline(
        steps=len(recording),
        ops=tuple(MNEMONICS.get(op, f"0x{op:02x}") for op in used),
        locations=tuple(lines.locations),
        columns=b64encode(zlib.compress(b"".join(columns))).decode(),
    )


def _column(code: str, numbers: Iterable[int]) -> bytes:
    most = _LARGEST[code]
    column = array(code, (min(number, most) for number in numbers))
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()
