"""Why an execution failed, in words: the data of a revert decoded, and every other ending explained."""

from collections.abc import Iterable
from typing import Any

from evmbox.chain.abi import Error, Parameter, Undecodable, decode, names
from evmbox.chain.engine import MAX_RUNTIME_BYTES, Ending, Execution
from evmbox.chain.errors import ExecutionError, OutOfGas, Reverted
from evmbox.chain.words import Name, hexadecimal, nameless, printable, show

REASON = Error("Error", (Parameter("message", "string"),))
"""What `require(condition, "text")` and `revert("text")` revert with."""

PANIC = Error("Panic", (Parameter("code", "uint256"),))
"""What Solidity's own checks revert with."""

PANICS = {
    0x00: "a generic panic of the compiler",
    0x01: "assertion failed",
    0x11: "arithmetic overflow or underflow",
    0x12: "division by zero",
    0x21: "conversion to an enum that has no such value",
    0x22: "wrongly encoded byte array in storage",
    0x31: "pop from an empty array",
    0x32: "array index out of bounds",
    0x41: "too much memory allocated",
    0x51: "call of an uninitialized function",
}
"""The codes of `Panic(uint256)`: https://docs.soliditylang.org/en/latest/control-structures.html#panic-via-assert-and-error-via-require"""

ENDINGS = {
    Ending.INVALID_INSTRUCTION: "ran into an invalid instruction, which burns all gas",
    Ending.INVALID_JUMP: "jumped to a place that is no jump destination",
    Ending.STACK_OVERFLOW: "put more than 1,024 values on the stack",
    Ending.STACK_UNDERFLOW: "took a value from an empty stack",
    Ending.CALL_DEPTH: "called deeper than 1,024 levels",
    Ending.STATIC_WRITE: "tried to change the chain in a call that may only read",
    Ending.RETURN_DATA_BOUNDS: "read past the end of what a call returned",
    Ending.CODE_TOO_LARGE: f"is too large: at most {MAX_RUNTIME_BYTES:,} bytes of code can be deployed",
    Ending.ADDRESS_TAKEN: "found a contract at the new address already",
    Ending.UNFUNDED: "could not be paid for",
    Ending.FAILED: "was stopped by the EVM",
}


def explain_revert(data: bytes, known: Iterable[Error], name: Name = nameless) -> Reverted:
    """Decode the data of a revert. Of the known custom errors the first that fits is taken."""
    if not data:
        return Reverted("reverted without a reason", data=data)
    if (message := _arguments(REASON, data)) is not None:
        reason = message["message"]
        return Reverted(f'reverted with "{printable(reason)}"', data=data, reason=reason)
    if (panic := _arguments(PANIC, data)) is not None:
        code = panic["code"]
        meaning = PANICS.get(code, "unknown code")
        return Reverted(f"panicked: {meaning} (0x{code:02x})", data=data, panic=code)
    for error in known:
        arguments = _arguments(error, data)
        if arguments is not None:
            shown = ", ".join(f"{key}={show(value, name)}" for key, value in arguments.items())
            return Reverted(f"{error.name}({shown})", data=data, error=error.name, arguments=arguments)
    return Reverted(f"reverted with data that no known error explains: {hexadecimal(data)}", data=data)


def failure(execution: Execution, *, gas: int, known: Iterable[Error], name: Name) -> ExecutionError:
    """Return the exception that tells a learner how an execution without success ended."""
    match execution.ending:
        case Ending.REVERTED:
            return explain_revert(execution.output, known, name)
        case Ending.OUT_OF_GAS:
            return OutOfGas(f"ran out of gas ({gas:,} were given)", ending=execution.ending)
    return ExecutionError(ENDINGS[execution.ending], ending=execution.ending)


def _arguments(error: Error, data: bytes) -> dict[str, Any] | None:
    if data[:4] != error.selector:
        return None
    try:
        values = decode(error.inputs, data[4:])
    except Undecodable:
        return None
    return dict(zip(names(error.inputs), values, strict=True))
