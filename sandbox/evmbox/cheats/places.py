"""Where in the tests something happened: the line for the last instruction of the submitted file that was run."""

from collections.abc import Iterator, Sequence

from eth.vm.code_stream import CodeStream

from evmbox.compiler import SOURCE_NAME, Details

PUSH1, PUSH32 = 0x60, 0x7F


class RecordedCode(CodeStream):
    """The code of a computation, which notes each place that it is read at."""

    __slots__ = ("trail",)

    def __init__(self, code: bytes, trail: list[int]) -> None:
        super().__init__(code)
        self.trail = trail

    def __iter__(self) -> Iterator[int]:
        for opcode in super().__iter__():
            self.trail.append(self.program_counter - 1)
            yield opcode


def line_of(trail: Sequence[int], contract: str, details: Details) -> int | None:
    """Return the 1-based line of the submitted file that a trail of places in a contract's runtime code ended in."""
    compiled = details.contracts[contract]
    submitted = next((number for number, name in details.files.items() if name == SOURCE_NAME), None)
    starts = list(_starts(compiled.runtime_map))
    instructions = _instructions(compiled.runtime)
    source = details.sources[SOURCE_NAME].encode()
    for place in reversed(trail):
        index = instructions.get(place)
        if index is not None and index < len(starts) and starts[index][1] == submitted:
            return source[: starts[index][0]].count(b"\n") + 1
    return None


def _instructions(code: bytes) -> dict[int, int]:
    """Return the number of each instruction, counted from 0, by its place in the code."""
    numbers: dict[int, int] = {}
    place = 0
    while place < len(code):
        numbers[place] = len(numbers)
        opcode = code[place]
        place += 1 + (opcode - PUSH1 + 1 if PUSH1 <= opcode <= PUSH32 else 0)
    return numbers


def _starts(source_map: str) -> Iterator[tuple[int, int]]:
    """Yield offset and file of each instruction; what a source map leaves out is as it was before."""
    offset, file = 0, 0
    for entry in source_map.split(";"):
        parts = entry.split(":")
        offset = int(parts[0]) if parts[0] else offset
        file = int(parts[2]) if len(parts) > 2 and parts[2] else file
        yield offset, file
