"""The recorder: what it keeps of bytecode whose course and cost are known, and what it leaves as it was."""

from collections.abc import Callable

import pytest

from evmbox.chain import DEPLOY_GAS, Artifact, Chain, Ending
from evmbox.chain.engine import Execution, Message
from evmbox.chain.recorder import MNEMONICS, Recording, Wanted, recording, word

STEPS = Wanted(steps=1000)
OTHER = bytes.fromhex("00000000000000000000000000000000000c0de5")

Run = Callable[..., tuple[Execution, Recording]]


def creation(runtime: str) -> bytes:
    """Return code that deploys `runtime`: PUSH2 length DUP1 PUSH1 10 PUSH0 CODECOPY PUSH0 RETURN."""
    code = bytes.fromhex(runtime)
    return bytes.fromhex(f"61{len(code):04x}80600a5f395ff3") + code


def put(chain: Chain, runtime: str) -> bytes:
    """Put runtime code on a chain and return its address."""
    message = Message(chain.owner.raw, b"", creation(runtime), 0, DEPLOY_GAS)
    created = chain.engine.transact(message).created
    assert created is not None
    return created


@pytest.fixture
def run(chain: Chain) -> Run:
    """Give a function that runs code as a recorded transaction."""

    def record(
        runtime: str, *, wanted: Wanted = STEPS, gas: int = 100_000, value: int = 0
    ) -> tuple[Execution, Recording]:
        address = put(chain, runtime)
        with recording(chain.engine, wanted) as recorded:
            execution = chain.engine.transact(Message(chain.alice.raw, address, b"", value, gas))
        return execution, recorded

    return record


def listed(recorded: Recording) -> list[tuple[int, str, int]]:
    """Return place, name and cost of every step."""
    names = [MNEMONICS.get(op, f"0x{op:02x}") for op in recorded.ops]
    return list(zip(recorded.pcs, names, recorded.costs, strict=True))


def test_steps_have_their_place_name_and_cost(run: Run) -> None:
    _, recorded = run("602a5f555f545f5500")  # PUSH1 42 PUSH0 SSTORE, PUSH0 SLOAD, PUSH0 SSTORE, STOP
    assert listed(recorded) == [
        (0, "PUSH1", 3),
        (2, "PUSH0", 2),
        (3, "SSTORE", 22_100),  # EIP-2929: 20,000 and 2,100 for a cold slot
        (4, "PUSH0", 2),
        (5, "SLOAD", 100),  # warm by now
        (6, "PUSH0", 2),
        (7, "SSTORE", 100),  # EIP-2200: nothing changes
        (8, "STOP", 0),
    ]


def test_gas_is_what_was_left_before_each_step(run: Run) -> None:
    _, recorded = run("602a5f5500", gas=100_000)
    assert list(recorded.gas) == [79_000, 78_997, 78_995, 56_895]


@pytest.mark.parametrize(
    ("code", "costs"),
    [
        ("5f545f54", [2, 2100, 2, 100]),  # SLOAD, EIP-2929
        (f"73{OTHER.hex()}3173{OTHER.hex()}31", [3, 2600, 3, 100]),  # BALANCE, EIP-2929
        ("5f5c60015f5d", [2, 100, 3, 2, 100]),  # TLOAD, TSTORE, EIP-1153
        ("60205f20", [3, 2, 39]),  # KECCAK256: 30, 6 a word, 3 of memory
        ("60205fa0", [3, 2, 634]),  # LOG0: 375, 8 a byte, 3 of memory
        ("61040051", [3, 104]),  # MLOAD: 3, and memory for 33 words (1,089 // 512 is 2)
    ],
)
def test_costs_are_those_of_the_specification(run: Run, code: str, costs: list[int]) -> None:
    _, recorded = run(code + "00")
    assert list(recorded.costs) == [*costs, 0]


def test_a_call_costs_what_it_hands_on_and_the_callee_has_the_stipend_beside(run: Run) -> None:
    # CALL(gas 1,000, a fresh address, 1 wei): 2,600 cold, 9,000 value, 25,000 new account; EIP-2929, EIP-161
    _, recorded = run(f"5f5f5f5f600173{OTHER.hex()}6103e8f100", value=1)
    assert listed(recorded)[-2:] == [(30, "CALL", 2600 + 9000 + 25_000 + 1000), (31, "STOP", 0)]
    caller, callee = recorded.frames
    assert callee.gas == 1000 + 2300
    assert (callee.kind, callee.value, callee.target, callee.parent) == ("CALL", 1, OTHER, 0)
    assert caller.sender != callee.sender == caller.target


def test_a_creation_costs_nothing_that_it_hands_on(run: Run) -> None:
    _, recorded = run("5f5f5ff000")  # CREATE of nothing
    assert listed(recorded)[3] == (3, "CREATE", 32_000)  # EIP-3860: no word of code
    assert recorded.frames[1].kind == "CREATE"
    assert recorded.frames[1].gas == (79_000 - 6 - 32_000) * 63 // 64 + 1


def test_the_stop_after_the_last_byte_has_a_place_of_its_own(run: Run) -> None:
    assert listed(run("6000")[1]) == [(0, "PUSH1", 3), (2, "STOP", 0)]
    assert listed(run("600050")[1]) == [(0, "PUSH1", 3), (2, "POP", 2), (3, "STOP", 0)]
    assert listed(run("00")[1]) == [(0, "STOP", 0)]


def test_an_account_without_code_has_a_call_and_no_steps(chain: Chain) -> None:
    with recording(chain.engine, STEPS) as recorded:
        chain.transfer(chain.alice, chain.bob, 5)
    assert not recorded.pcs
    assert [(frame.value, frame.target) for frame in recorded.frames] == [(5, chain.bob.raw)]


def test_an_unknown_instruction_is_the_last_step(run: Run) -> None:
    execution, recorded = run("5f0c")
    assert execution.ending is Ending.INVALID_INSTRUCTION
    assert listed(recorded) == [(0, "PUSH0", 2), (1, "0x0c", 0)]
    assert recorded.frames[0].error is not None


def test_the_step_that_runs_out_of_gas_tells_what_it_would_have_cost(run: Run) -> None:
    execution, recorded = run("61ffff51", gas=22_000)  # MLOAD: 3, and memory for 2,049 words
    assert execution.ending is Ending.OUT_OF_GAS
    assert recorded.gas[-1] == 997
    assert recorded.costs[-1] == 3 + 3 * 2049 + 2049**2 // 512
    assert recorded.frames[0].gas_left == 0


def test_stacks_and_memories_are_those_before_the_wanted_steps(run: Run) -> None:
    wanted = Wanted(steps=100, stack=range(2, 4), memory=range(3, 5))
    _, recorded = run("60ff6001525f00", wanted=wanted)  # PUSH1 255 PUSH1 1 MSTORE PUSH0 STOP
    assert {step: [word(value) for value in stack] for step, stack in recorded.stacks.items()} == {2: [255, 1], 3: []}
    assert recorded.memories == {3: bytes(32) + b"\xff" + bytes(31), 4: bytes(32) + b"\xff" + bytes(31)}


def test_memory_that_is_too_much_is_left_out_and_said_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evmbox.chain.recorder.recorder.MAX_MEMORY_BYTES", 95)
    _, recorded = run("5f60405200", wanted=Wanted(steps=9, memory=range(9)))
    assert set(recorded.memories) == {0, 1, 2}
    assert recorded.truncated


def test_beyond_the_limit_the_execution_goes_on_and_the_recording_says_so(run: Run) -> None:
    execution, recorded = run("60015f5560015f5500", wanted=Wanted(steps=2))
    assert execution.ending is Ending.RETURNED
    assert len(recorded) == 2
    assert recorded.truncated
    assert [access.step for access in recorded.accesses] == [None, None]


def test_accesses_have_slot_old_and_new(run: Run) -> None:
    _, recorded = run("60075f555f5460095f55600160055d00")
    seen = [(each.slot, each.old, each.new, each.written, each.transient) for each in recorded.accesses]
    assert seen == [(0, 0, 7, True, False), (0, 7, 7, False, False), (0, 7, 9, True, False), (5, 0, 1, True, True)]
    assert [recorded.ops[each.step] for each in recorded.accesses if each.step is not None] == [0x55, 0x54, 0x55, 0x5D]


def test_what_failed_is_undone_and_what_may_not_write_has_not_written(chain: Chain) -> None:
    reverting = put(chain, "60015f555f5ffd")
    static = put(chain, "60015f5500")
    code = f"5f5f5f5f5f73{reverting.hex()}5af15f5f5f5f73{static.hex()}5afa60025f5500"
    address = put(chain, code)
    with recording(chain.engine) as recorded:
        chain.engine.transact(Message(chain.alice.raw, address, b"", 0, 5_000_000))
    assert [frame.kind for frame in recorded.frames] == ["CALL", "CALL", "STATICCALL"]
    assert [frame.undone for frame in recorded.frames] == [False, True, True]
    assert [(each.new, recorded.frames[each.frame].undone) for each in recorded.accesses] == [(1, True), (2, False)]


def test_a_creation_that_cannot_pay_for_its_code_is_undone(chain: Chain) -> None:
    with recording(chain.engine) as recorded:
        execution = chain.engine.transact(Message(chain.alice.raw, b"", creation("00" * 200), 0, 60_000))
    assert execution.ending is Ending.OUT_OF_GAS
    assert recorded.frames[0].undone


def test_logs_and_what_was_hashed_are_kept(run: Run) -> None:
    _, recorded = run("602a5f5260205f2060205fa100")  # LOG1 of a word, its topic the hash of it
    [log] = recorded.logs
    assert log.data == (42).to_bytes(32, "big")
    assert recorded.preimages == {int.from_bytes(log.topics[0], "big"): log.data}


def test_gas_is_told_by_stretches_of_code(run: Run) -> None:
    # PUSH1 9, JUMPDEST, PUSH1 1, SWAP1, SUB, DUP1, PUSH1 2, JUMPI, STOP
    _, recorded = run("60095b600190038060025700", wanted=Wanted(blocks=True))
    assert recorded.frames[0].blocks == {-1: 3, 2: 9 * (1 + 3 + 3 + 3 + 3 + 3 + 10)}


def test_a_recording_changes_nothing(token: Artifact) -> None:
    def use(chain: Chain, wanted: Wanted | None) -> list[object]:
        def go() -> list[object]:
            contract = chain.deploy(token, 1000)
            receipt = contract.transfer(chain.bob, 10, sender=chain.owner)
            return [contract.balanceOf(chain.bob), receipt.gas_used, receipt.events, chain.gas]

        if wanted is None:
            return go()
        with recording(chain.engine, wanted):
            return go()

    everything = Wanted(steps=10_000, stack=range(10_000), memory=range(10_000), blocks=True)
    assert str(use(Chain(), everything)) == str(use(Chain(), None))


def test_after_a_recording_the_engine_is_as_before(chain: Chain) -> None:
    before = chain.engine.state_class.computation_class
    with pytest.raises(ZeroDivisionError), recording(chain.engine, STEPS):
        assert chain.engine.state_class.computation_class is not before
        raise ZeroDivisionError
    assert chain.engine.state_class.computation_class is before


def test_calls_beyond_the_limit_are_counted_to_the_one_around_them(chain: Chain) -> None:
    callee = put(chain, "60015f5500")
    caller = put(chain, f"5f5f5f5f5f73{callee.hex()}5af1" * 3 + "00")
    with recording(chain.engine, Wanted(events=2)) as recorded:
        execution = chain.engine.transact(Message(chain.alice.raw, caller, b"", 0, 1_000_000))
    assert execution.ending is Ending.RETURNED
    assert [frame.parent for frame in recorded.frames] == [None, 0]
    assert [access.frame for access in recorded.accesses] == [1, 0]
    assert recorded.truncated
