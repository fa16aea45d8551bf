"""What an exercise of the kind `bytecode` asks for, and how hexadecimal is read. Nothing here runs a byte."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from evmbox.report import Data

MAX_CODE_BYTES = 24_576
"""As much as a contract's code may have (EIP-170); an exercise may allow less."""

_SKIPPED = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?\*/|[\s_]+", re.DOTALL)
_DIGIT = re.compile(r"[0-9a-fA-F]")


class BytecodeForm(StrEnum):
    """What a learner hands in."""

    RUNTIME = "runtime"
    CREATION = "creation"
    YUL = "yul"
    CALLDATA = "calldata"


SUFFIXES = {
    BytecodeForm.RUNTIME: ".hex",
    BytecodeForm.CREATION: ".hex",
    BytecodeForm.YUL: ".yul",
    BytecodeForm.CALLDATA: ".json",
}
"""How the names of files with answers of each form end."""


class Bytecode(Data):
    """The table `[bytecode]` of `exercise.toml`: the form of an answer, and how many bytes it may have at most."""

    form: BytecodeForm
    max_size: int = Field(default=MAX_CODE_BYTES, strict=True, gt=0, le=MAX_CODE_BYTES)


@dataclass(frozen=True)
class HexFault:
    """Why a text is no hexadecimal that can be used, at which character of it (from 0), and what to do."""

    message: str
    index: int
    remedy: str


def read_hex(text: str, *, max_size: int = MAX_CODE_BYTES, what: str = "code") -> bytes | HexFault:
    """Return the bytes that a text writes in hexadecimal.

    White space, underscores and comments (`//`, `#`, `/* */`) may stand anywhere, and `0x` at the beginning.
    """
    places: list[int] = []
    at = 0
    while at < len(text):
        if skipped := _SKIPPED.match(text, at):
            at = skipped.end()
        elif not places and text[at : at + 2].lower() == "0x":
            at += 2
        elif _DIGIT.match(text, at):
            places.append(at)
            at += 1
        else:
            remedy = "Digits are 0 to 9 and a to f; comments begin with //."
            return HexFault(f"“{_shown(text[at])}” is no hexadecimal digit.", at, remedy)
    size, odd = divmod(len(places), 2)
    if odd:
        remedy = "Each byte takes two: add one, such as a leading 0, or remove one."
        return HexFault(f"There are {len(places):,} hexadecimal digits, which is an odd number.", places[-1], remedy)
    if size > max_size:
        remedy = f"At most {max_size:,} are allowed; the mark is at the first byte too many."
        return HexFault(f"The {what} is {size:,} bytes long.", places[2 * max_size], remedy)
    return bytes.fromhex("".join(text[place] for place in places))


def _shown(character: str) -> str:
    return character if character.isprintable() else f"\\u{ord(character):04x}"
