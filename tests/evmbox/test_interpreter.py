"""The quick loop beside py-evm's own: the same bytecode ends the same way, for the same gas, with the same memory."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evmbox.chain import STARTING_BALANCE
from evmbox.chain.accounts import KEYS
from evmbox.chain.direct_engine import DirectEngine
from evmbox.chain.engine import Ending, Message
from evmbox.chain.interpreter import KINDS, OTHER

SENDER = KEYS[0].public_key.to_canonical_address()
QUICK = [number for number, kind in enumerate(KINDS) if kind != OTHER]
EDGES = [0, 1, 2, 31, 32, 33, 255, 256, 257, 2**31, 2**64 - 1, 2**255 - 1, 2**255, 2**256 - 2, 2**256 - 1]
TELL = bytes.fromhex("5f52595ffd")
"""Stores the top of the stack at 0 and reverts with the whole memory."""


def program(text: str) -> bytes:
    return bytes.fromhex(text.replace(" ", ""))


def push(word: int) -> bytes:
    return b"\x7f" + word.to_bytes(32, "big")


class Loops:
    """An engine with the quick loop, and one with py-evm's."""

    def __init__(self) -> None:
        self.quick, self.plain = (DirectEngine(KEYS, balance=STARTING_BALANCE) for _ in range(2))
        computation: Any = self.plain.state_class.computation_class
        computation.opcodes = dict(computation.opcodes)

    def same(self, code: bytes, *, gas: int = 200_000) -> Any:
        """Run code as initcode, and as a contract with calldata."""
        creation = Message(SENDER, b"", code, 3, gas)
        execution = self.quick.transact(creation)
        assert execution == self.plain.transact(creation)
        deployment = Message(SENDER, b"", b"\x61" + len(code).to_bytes(2) + program("80600a3d393df3") + code, 0, gas)
        deployed = self.quick.transact(deployment)
        assert deployed == self.plain.transact(deployment)
        if deployed.created is not None:
            call = Message(SENDER, deployed.created, bytes(range(1, 70)), 5, gas)
            assert self.quick.transact(call) == self.plain.transact(call)
        return execution


@pytest.fixture(scope="module")
def loops() -> Loops:
    return Loops()


word = st.one_of(st.sampled_from(EDGES), st.integers(0, 2**256 - 1))
small = st.integers(0, 80).map(lambda number: bytes([0x60, number]))
opcodes = st.sampled_from([*QUICK, *QUICK, *range(256)]).map(lambda number: bytes([number]))
jump = st.integers(0, 60).map(lambda place: b"\x60" + bytes([place]) + b"\x56")
branch = st.tuples(st.integers(0, 60), st.booleans()).map(lambda it: bytes([0x60, it[1], 0x60, it[0], 0x57]))
programs = st.lists(st.one_of(word.map(push), small, small, opcodes, opcodes, opcodes, jump, branch, st.just(b"\x5b")))


@settings(
    max_examples=400,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(code=programs.map(b"".join), gas=st.sampled_from([200_000, 200_000, 53_900, 54_300]))
@pytest.mark.filterwarnings("ignore:SELFDESTRUCT:DeprecationWarning")
def test_random_bytecode_does_the_same_in_both_loops(loops: Loops, code: bytes, gas: int):
    loops.same(code + TELL, gas=gas)


@pytest.mark.parametrize("opcode", [number for number in range(0x20) if number in QUICK or number == 0x05])
def test_arithmetic_is_the_same_at_every_edge(loops: Loops, opcode: int):
    code = b"".join(
        push(right) + push(left) + bytes([opcode]) + program("5952") for left in EDGES for right in EDGES
    )  # each result is stored behind the last
    assert len(loops.same(code + program("5f") + TELL, gas=5_000_000).output) >= 32 * len(EDGES) ** 2


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        pytest.param(program("5b5f56"), Ending.OUT_OF_GAS, id="a loop without end"),
        pytest.param(program("600456605b00"), Ending.INVALID_INSTRUCTION, id="a jump into what is pushed"),
        pytest.param(program("600356"), Ending.INVALID_JUMP, id="a jump beyond the end"),
        pytest.param(push(2**256 - 1) + program("56"), Ending.INVALID_JUMP, id="a jump far away"),
        pytest.param(program("5f" * 1025), Ending.STACK_OVERFLOW, id="a push too many"),
        pytest.param(program("5f" * 1024 + "80"), Ending.STACK_OVERFLOW, id="a copy too many"),
        pytest.param(program("5f" * 1024 + "33"), Ending.STACK_OVERFLOW, id="a caller too many"),
        pytest.param(program("5f" * 1024 + "50" * 1024 + "50"), Ending.STACK_UNDERFLOW, id="a pop too many"),
        pytest.param(program("5f5f82"), Ending.STACK_UNDERFLOW, id="a copy from below"),
        pytest.param(program("5f5f91"), Ending.STACK_UNDERFLOW, id="a swap with what is below"),
        pytest.param(program("5f01"), Ending.STACK_UNDERFLOW, id="one word for two"),
        pytest.param(program("5f52"), Ending.STACK_UNDERFLOW, id="nothing to store"),
        pytest.param(push(2**256 - 1) + program("51"), Ending.OUT_OF_GAS, id="memory without end"),
        pytest.param(program("63ffffffff5f20"), Ending.OUT_OF_GAS, id="much to hash"),
        pytest.param(program("5f") + push(2**256 - 1) + program("20"), Ending.RETURNED, id="nothing to hash, far away"),
        pytest.param(program("7f01"), Ending.RETURNED, id="a push cut off by the end"),
        pytest.param(program("0c"), Ending.INVALID_INSTRUCTION, id="no such opcode"),
        pytest.param(program("602835") + TELL, Ending.REVERTED, id="the last bytes of the calldata"),
        pytest.param(program("60ff60ff0a605f52"), Ending.RETURNED, id="a power"),
    ],
)
def test_an_execution_ends_for_the_same_reason(loops: Loops, code: bytes, ending: Ending):
    assert loops.same(code).ending is ending
