"""A quick loop for the opcodes that most of an execution consists of; py-evm's own functions run the others.

py-evm spends a microsecond on each opcode, in calls between its stack, gas meter and code stream. Here the thirty
commonest are done in one function, on Python integers. Whoever gives a computation class other `opcodes` (to record
them, say) gets py-evm's loop, unless it says that none of them is among those (`is_quick`). A differential test runs
the same bytecode through both.
"""

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from eth.abc import ComputationAPI, MessageAPI, StateAPI, TransactionContextAPI
from eth.constants import GAS_SHA3WORD
from eth.exceptions import (
    FullStack,
    Halt,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfGas,
)
from eth.vm.code_stream import CodeStream
from eth.vm.forks.spurious_dragon.constants import GAS_EXPBYTE_EIP160
from eth.vm.logic.invalid import InvalidOpcode
from eth_hash.auto import keccak

from evmbox.chain.py_evm import FORK

_PY_EVM: Any = FORK.get_state_class().computation_class

MAX_WORD = 2**256 - 1
SIGN = 2**255
FULL = 1024
"""Words that the stack can hold."""

POWER_BYTE_COST = GAS_EXPBYTE_EIP160
WORD_HASH_COST = GAS_SHA3WORD

JUMPDEST = 0x5B
PUSH0, PUSH32 = 0x5F, 0x7F
DUP1, DUP16, SWAP1, SWAP16 = 0x80, 0x8F, 0x90, 0x9F

BINARY: dict[int, Callable[[int, int], int]] = {
    0x01: lambda left, right: left + right & MAX_WORD,
    0x02: lambda left, right: left * right & MAX_WORD,
    0x03: lambda left, right: left - right & MAX_WORD,
    0x04: lambda left, right: left // right if right else 0,
    0x06: lambda left, right: left % right if right else 0,
    0x10: lambda left, right: 1 if left < right else 0,
    0x11: lambda left, right: 1 if left > right else 0,
    0x12: lambda left, right: 1 if left ^ SIGN < right ^ SIGN else 0,
    0x13: lambda left, right: 1 if left ^ SIGN > right ^ SIGN else 0,
    0x14: lambda left, right: 1 if left == right else 0,
    0x16: operator.and_,
    0x17: operator.or_,
    0x18: operator.xor,
    0x0A: lambda base, exponent: pow(base, exponent, 2**256),
    0x1B: lambda shift, value: value << shift & MAX_WORD if shift < 256 else 0,
    0x1C: lambda shift, value: value >> shift if shift < 256 else 0,
}
"""What takes two words from the stack, the top first, and leaves one."""

UNARY: dict[int, Callable[[int], int]] = {
    0x15: lambda value: 0 if value else 1,
    0x19: lambda value: value ^ MAX_WORD,
}

OTHER, PUSH, DUP, SWAP, TWO, POWER, ONE, POP, JUMP, JUMP_IF, MARK, LOAD, STORE, HASH, CALLDATA = range(15)
CALLER, VALUE, LENGTH = range(15, 18)

KINDS = [OTHER] * 256
KINDS[PUSH0 : PUSH32 + 1] = [PUSH] * 33
KINDS[DUP1 : DUP16 + 1] = [DUP] * 16
KINDS[SWAP1 : SWAP16 + 1] = [SWAP] * 16
for _opcode in BINARY:
    KINDS[_opcode] = TWO
for _opcode in UNARY:
    KINDS[_opcode] = ONE
KINDS[0x0A], KINDS[0x20] = POWER, HASH
KINDS[0x33:0x37] = [CALLER, VALUE, CALLDATA, LENGTH]
KINDS[0x50:0x53] = [POP, LOAD, STORE]
KINDS[0x56:0x58] = [JUMP, JUMP_IF]
KINDS[JUMPDEST] = MARK

COSTS = [0 if kind == OTHER else _PY_EVM.opcodes[number].gas_cost for number, kind in enumerate(KINDS)]


class QuickComputation(_PY_EVM):  # type: ignore[misc]
    """py-evm's computation of the fork with the quick loop."""

    def __init__(self, state: StateAPI, message: MessageAPI, transaction_context: TransactionContextAPI) -> None:
        super().__init__(state, message, transaction_context)
        stack = self._stack
        self.__dict__.update(  # what py-evm's cached properties would be; the first look at one costs 5 µs
            stack_pop_ints=stack.pop_ints,
            stack_pop_bytes=stack.pop_bytes,
            stack_pop_any=stack.pop_any,
            stack_pop1_int=stack.pop1_int,
            stack_pop1_bytes=stack.pop1_bytes,
            stack_pop1_any=stack.pop1_any,
            stack_push_int=stack.push_int,
            stack_push_bytes=stack.push_bytes,
        )

    @classmethod
    def is_quick(cls) -> bool:
        """Tell whether the quick loop runs this: whoever has other opcodes than py-evm's may want each to be called."""
        return cls.opcodes is _PY_EVM.opcodes

    @classmethod
    def apply_computation(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """Execute a message. As py-evm does it, but for the loop."""
        if not cls.is_quick():
            return super().apply_computation(  # type: ignore[no-any-return]
                state, message, transaction_context, parent_computation=parent_computation
            )
        computation: Any
        with cls(state, message, transaction_context) as computation:
            if computation.is_origin_computation:
                computation.contracts_created = []
                if message.is_create:
                    cls.consume_initcode_gas_cost(computation)
            if parent_computation is not None:
                computation.contracts_created = parent_computation.contracts_created
            if message.is_create:
                computation.contracts_created.append(message.storage_address)
            precompile = cls._precompiles.get(message.code_address)
            if precompile is None:
                _run(computation, message, cls.opcodes)
            elif not message.is_delegation:
                precompile(computation)
        return computation  # type: ignore[no-any-return]


def _run(computation: Any, message: MessageAPI, opcodes: Any) -> None:  # noqa: C901, PLR0912, PLR0915
    """Execute the code of a message to its end. Words on the stack are integers throughout."""
    meter, stream, memory = computation._gas_meter, computation.code, computation._memory  # noqa: SLF001
    stack: list[Any] = computation._stack.values  # noqa: SLF001
    push, take = stack.append, stack.pop
    code, jumps = _prepared(message.code)
    gas, place = meter.gas_remaining, 0
    while True:
        opcode = code[place]
        place += 1
        kind = KINDS[opcode]
        if kind != OTHER:
            if gas < COSTS[opcode]:
                raise OutOfGas
            gas -= COSTS[opcode]
            if kind == PUSH:
                if len(stack) == FULL:
                    raise FullStack
                end = place + opcode - PUSH0
                push(int.from_bytes(code[place:end], "big"))
                place = end
                continue
            if kind == DUP:
                if len(stack) == FULL:
                    raise FullStack
                if len(stack) <= opcode - DUP1:
                    raise InsufficientStack
                push(stack[DUP1 - 1 - opcode])
                continue
            if kind == SWAP:
                if len(stack) < opcode - SWAP1 + 2:
                    raise InsufficientStack
                other = SWAP1 - 2 - opcode
                stack[-1], stack[other] = stack[other], stack[-1]
                continue
            if kind == MARK:
                continue
            if kind <= POWER:
                if len(stack) < 2:
                    raise InsufficientStack
                if kind == POWER:
                    fee = POWER_BYTE_COST * ((stack[-2].bit_length() + 7) // 8)
                    if gas < fee:
                        raise OutOfGas
                    gas -= fee
                left = take()
                stack[-1] = BINARY[opcode](left, stack[-1])
                continue
            if kind >= CALLER:
                if len(stack) == FULL:
                    raise FullStack
                if kind == CALLER:
                    push(int.from_bytes(message.sender, "big"))
                else:
                    push(message.value if kind == VALUE else len(message.data))
                continue
            if not stack:
                raise InsufficientStack
            if kind == POP:
                take()
                continue
            if kind == ONE:
                stack[-1] = UNARY[opcode](stack[-1])
                continue
            if kind == JUMP:
                place = take()
                if place not in jumps:
                    _check_jump(stream, place)
                    jumps.add(place)
                continue
            if kind == CALLDATA:
                start = stack[-1]
                word = message.data[start : start + 32]
                stack[-1] = int.from_bytes(word, "big") << 8 * (32 - len(word))
                continue
            if kind == JUMP_IF:
                if len(stack) < 2:
                    raise InsufficientStack
                to = take()
                if take():
                    if to not in jumps:
                        _check_jump(stream, to)
                        jumps.add(to)
                    place = to
                continue
            if kind != LOAD and len(stack) < 2:
                raise InsufficientStack
            start = take()
            size = take() if kind == HASH else 32
            end = start + size
            fee = WORD_HASH_COST * ((size + 31) // 32) if kind == HASH else 0
            held = len(memory)
            if size and end > held:
                fee += _memory_cost(end) - _memory_cost(held)
            if gas < fee:
                raise OutOfGas
            gas -= fee
            if size and end > held:
                memory.extend(start, size)
            if kind == HASH:
                push(int.from_bytes(keccak(bytes(memory._bytes[start:end])), "big"))  # noqa: SLF001
            elif kind == LOAD:
                push(int.from_bytes(memory._bytes[start:end], "big"))  # noqa: SLF001
            else:
                memory._bytes[start:end] = take().to_bytes(32, "big")  # noqa: SLF001
            continue
        meter.gas_remaining = gas
        stream.program_counter = place
        function = opcodes.get(opcode)
        try:
            (InvalidOpcode(opcode) if function is None else function)(computation=computation)
        except Halt:
            return
        gas = meter.gas_remaining
        if stack and type(stack[-1]) is bytes:
            stack[-1] = int.from_bytes(stack[-1], "big")


def _check_jump(stream: CodeStream, to: int) -> None:
    """Raise what py-evm raises where one can't jump to."""
    stream.program_counter = to
    if stream.peek() != JUMPDEST:
        raise InvalidJumpDestination
    if not stream.is_valid_opcode(to):
        raise InvalidInstruction


def _memory_cost(size: int) -> int:
    """Return the gas that so many bytes of memory cost (yellow paper, appendix H)."""
    words = (size + 31) // 32
    return 3 * words + words * words // 512


@lru_cache(maxsize=256)
def _prepared(code: bytes) -> tuple[bytes, set[int]]:
    """Return code with what a push beyond its end reads, zeros that also stop it, and the places jumped to so far."""
    return code + bytes(33), set()
