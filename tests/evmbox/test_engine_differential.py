"""py-evm driven directly beside the eth-tester engine: whatever is done on both, both say and hold the same.

A `Machine` does what it is told on either chain, nested and failing at any depth, and logs each answer and the gas left
after it. Raw bytecode goes where no compiler would. In the end the dicts of the one, put into a trie, have the state
root of the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from eth.db.account import AccountDB
from eth.db.atomic import AtomicDB
from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector as selector
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from evmbox.chain import START_TIME, STARTING_BALANCE
from evmbox.chain.accounts import KEYS
from evmbox.chain.direct_engine import DirectEngine, Sealed
from evmbox.chain.engine import MAX_INITCODE_BYTES, Execution, Message
from evmbox.chain.eth_tester_engine import EthTesterEngine

SOURCE = (Path(__file__).parent / "contracts/Machine.sol").read_text()
PEOPLE = [key.public_key.to_canonical_address() for key in KEYS]
STEPS = "(uint8,address,uint256,uint256,bytes)[]"
RUN = selector(f"run({STEPS})")
MAKE = selector("make(uint256)")
NOBODY, LAST, ZERO = (number.to_bytes(20, "big") for number in (0xDEAD, 0xCAFE, 0))
PRECOMPILES = [number.to_bytes(20, "big") for number in range(1, 0x12)]


class Kind(IntEnum):
    STORE, STORE_TRANSIENT, LOAD_TRANSIENT, LOG, CALL, STATIC_CALL, DELEGATE_CALL, CALL_CODE, CREATE, CREATE2 = range(
        10
    )
    SELF_DESTRUCT, REVERT, INVALID, BURN, ENVIRONMENT, CODE, REMEMBER = range(10, 17)


def initcode(runtime: bytes) -> bytes:
    """Return what deploys this runtime bytecode."""
    return b"\x61" + len(runtime).to_bytes(2, "big") + bytes.fromhex("80600a3d393df3") + runtime


class Canned(bytes):
    """Bytes that are not to be read."""

    def __repr__(self) -> str:
        return f"<{self[:8].hex()}… {len(self)}>"


INITCODES: list[bytes] = [
    b"",
    initcode(bytes.fromhex("33ff")),  # dies for whoever calls it
    initcode(bytes.fromhex("5f355f55")),  # stores its calldata
    initcode(bytes.fromhex("5f5460010180 5f55 5f52 60205ff3".replace(" ", ""))),  # counts
    initcode(bytes.fromhex("5f5f5f5f5f335af1505f5ffd")),  # calls back, then reverts
    initcode(b"\xef\x00"),  # begins with the byte that EIP-3541 keeps
    Canned(initcode(bytes(24_576))),
    Canned(initcode(bytes(24_577))),
    bytes.fromhex("32ff"),  # dies while it is made
    bytes.fromhex("60015f555f5ffd"),  # stores, then reverts
    bytes.fromhex("60015f5560015f5d5f5c600155"),  # stores, also for a while, and has no code
    bytes.fromhex("fe"),
    Canned(bytes(MAX_INITCODE_BYTES)),
]


@dataclass(frozen=True)
class Step:
    """One step of a machine; `target` is an address or the place of a contract, `data` bytes or the target's steps."""

    kind: Kind
    target: bytes | int
    a: int
    b: int
    data: "bytes | tuple[Step, ...]"


@dataclass(frozen=True)
class Send:
    """A transaction, or a call."""

    sender: bytes
    target: bytes | int | None
    data: bytes | tuple[Step, ...]
    value: int
    gas: int
    keep: bool = True


@dataclass(frozen=True)
class Clock:
    """Time that passes, or empty blocks."""

    seconds: int
    blocks: int


@dataclass(frozen=True)
class Past:
    """A snapshot that is taken, or gone back to."""

    back: int | None


def programs() -> st.SearchStrategy[bytes]:
    """Draw bytecode in which most things happen."""
    push = st.builds(lambda number: bytes([0x60, number]), st.integers(0, 255))
    common = "00 01 03 0a 14 15 16 20 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e 3f 40 41 42 43 44 45 46 47 48 49 4a"
    other = "50 51 52 53 54 55 56 57 58 59 5a 5b 5c 5d 5e 5f 80 81 82 90 91 a0 a1 f0 f1 f2 f3 f4 f5 fa fd fe ff 0c ef"
    opcode = st.sampled_from(list(bytes.fromhex(f"{common} {other}"))).map(lambda number: bytes([number]))
    return st.lists(st.one_of(push, opcode, push), max_size=60).map(b"".join)


machines = st.sampled_from([0, 0, 2, 2, 3, 5])
places = st.one_of(machines, machines, st.sampled_from([NOBODY, LAST, ZERO, *PEOPLE[:2], *PRECOMPILES]))
slots = st.integers(0, 2)
words = st.sampled_from([0, 0, 1, 2, 3, START_TIME, 2**256 - 1, 10**18])
limits = st.sampled_from([0, 0, 0, 0, 0, 0, 2300, 30_000, 200_000])
values = st.sampled_from([0, 0, 0, 0, 1, 5, 10**18])
ruinous = st.sampled_from([*[0] * 20, 10**30])
inputs = st.one_of(st.binary(max_size=8), st.binary(max_size=200), st.just(bytes(213)))
codes = st.one_of(st.sampled_from(INITCODES), st.sampled_from(INITCODES), programs(), programs().map(initcode))


def steps(deeper: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the steps of a machine, some of which have another machine do `deeper` ones."""
    nothing = st.just(b"")
    writing = st.sampled_from([Kind.STORE, Kind.STORE, Kind.STORE_TRANSIENT, Kind.REMEMBER])
    calling = st.sampled_from([Kind.CALL, Kind.CALL, Kind.DELEGATE_CALL, Kind.CALL_CODE])
    telling = st.sampled_from([Kind.LOG, Kind.BURN, Kind.ENVIRONMENT, Kind.CODE, Kind.CODE])
    ending = st.sampled_from([Kind.SELF_DESTRUCT, Kind.REVERT, Kind.INVALID])
    going_on = st.one_of(
        st.builds(Step, writing, places, slots, words, nothing),
        st.builds(Step, writing, places, slots, words, nothing),
        st.builds(Step, st.just(Kind.LOAD_TRANSIENT), places, slots, slots, nothing),
        st.builds(Step, calling, machines, values, limits, deeper),
        st.builds(Step, calling, machines, values, limits, deeper),
        st.builds(Step, calling, places, values | ruinous, limits, inputs),
        st.builds(Step, st.just(Kind.STATIC_CALL), places, st.just(0), limits, st.one_of(deeper, inputs)),
        st.builds(Step, st.sampled_from([Kind.CREATE, Kind.CREATE2]), st.just(ZERO), values | ruinous, slots, codes),
        st.builds(Step, telling, places, words, words, inputs),
    )
    end = st.builds(Step, ending, places, words, words, inputs)
    return st.builds(
        lambda most, last: (*most, *last),
        st.lists(going_on, min_size=2, max_size=6),
        st.sampled_from([(), (), (), (), (), ()]).flatmap(st.just) | st.tuples(end),
    )


tasks = steps(steps(steps(st.just(()))))
senders = st.sampled_from(PEOPLE[:3])
made_by_maker = st.integers(0, 2).map(lambda salt: MAKE + encode(["uint256"], [salt]))
ACTIONS = st.one_of(
    st.builds(Send, senders, machines, tasks, values, st.just(3_000_000)),
    st.builds(Send, senders, machines, tasks, values, st.just(3_000_000)),
    st.builds(Send, senders, machines, tasks, values, st.sampled_from([3_000_000, 300_000]), st.booleans()),
    st.builds(Send, senders, places, inputs, values | ruinous, st.sampled_from([200_000, 30_000, 21_064])),
    st.builds(Send, senders, st.none(), codes, values, st.sampled_from([6_000_000, 300_000, 54_000])),
    st.builds(Send, senders, st.just(1), made_by_maker, values, st.just(4_000_000)),
    st.builds(Clock, st.sampled_from([0, 1, 3600, 10**9]), st.integers(0, 3)),
    st.builds(Past, st.none() | st.integers(0, 9)),
)


class Following(DirectEngine):
    """The engine, with the hashes of the other's blocks: they are made of a state root, which it lacks."""

    def __init__(self, reference: EthTesterEngine, seed: int) -> None:
        super().__init__(KEYS, balance=STARTING_BALANCE, seed=seed)
        self._reference = reference
        self._head = Sealed(self.block_hash(0), None)
        self.warp(self.timestamp)

    def block_hash(self, _: int) -> bytes:
        return self._reference.backend.chain.get_canonical_head().hash


class Both:
    """Two chains on which the same is done."""

    def __init__(self, machine: bytes, maker: bytes) -> None:
        self.reference = EthTesterEngine(KEYS, balance=STARTING_BALANCE, seed=7)
        self.direct = Following(self.reference, 7)
        self.contracts: list[bytes] = []
        self.marks: list[tuple[Any, Any, int]] = []
        for creation in (machine, maker, machine):
            self.send(Message(PEOPLE[0], b"", creation, 10**19, 4_000_000))
        self.mark()

    def begin_again(self) -> None:
        """Go back to where the contracts are deployed and nothing else was done."""
        del self.marks[1:]
        self.do(Past(0))

    def send(self, message: Message, *, keep: bool = True) -> Execution:
        if keep:
            expected, actual = self.reference.transact(message), self.direct.transact(message)
        else:
            expected, actual = self.reference.call(message), self.direct.call(message)
        assert actual == expected
        if expected.created is not None:
            self.contracts.append(expected.created)
        return actual

    def do(self, action: Send | Clock | Past) -> None:
        match action:
            case Send():
                to = b"" if action.target is None else self.place(action.target)
                data = action.data if isinstance(action.data, bytes) else RUN + self.encoded(action.data)
                self.send(Message(action.sender, to, data, action.value, action.gas), keep=action.keep)
            case Clock():
                self.reference.warp(self.reference.timestamp + action.seconds)
                self.direct.warp(self.direct.timestamp + action.seconds)
                for _ in range(action.blocks):
                    self.reference.mine()
                    self.direct.mine()
            case Past(back=None):
                self.mark()
            case Past():
                reference, direct, contracts = self.marks[action.back % len(self.marks)]
                self.reference.revert(reference)
                self.direct.revert(direct)
                del self.contracts[contracts:]
                self.compare()
        assert self.direct.timestamp == self.reference.timestamp
        assert self.direct.block_number == self.reference.block_number

    def mark(self) -> None:
        self.marks.append((self.reference.snapshot(), self.direct.snapshot(), len(self.contracts)))

    def place(self, target: bytes | int) -> bytes:
        return target if isinstance(target, bytes) else self.contracts[target % len(self.contracts)]

    def encoded(self, of: Sequence[Step]) -> bytes:
        return encode([STEPS], [[self.fields(step) for step in of]])

    def fields(self, step: Step) -> tuple[Any, ...]:
        data = step.data if isinstance(step.data, bytes) else RUN + self.encoded(step.data)
        return step.kind, self.place(step.target), step.a, step.b, data

    def compare(self) -> None:
        assert state_root(self.direct) == self.reference.backend.chain.header.state_root
        for address in [*PEOPLE, *self.contracts]:
            assert self.direct.balance(address) == self.reference.balance(address)
            assert self.direct.code(address) == self.reference.code(address)
            assert [self.direct.storage(address, slot) for slot in range(4)] == [
                self.reference.storage(address, slot) for slot in range(4)
            ]


def state_root(engine: DirectEngine) -> bytes:
    """Return the root that a trie of the engine's accounts has."""
    state, trie = engine.snapshot().state, AccountDB(AtomicDB())
    assert state.storage.keys() <= state.accounts.keys()
    for address, account in state.accounts.items():
        trie.touch_account(address)
        trie.set_balance(address, account.balance)
        trie.set_nonce(address, account.nonce)
        if account.code:
            trie.set_code(address, account.code)
        for slot, word in state.storage.get(address, {}).items():
            trie.set_storage(address, slot, word)
    return trie.make_state_root()


@pytest.fixture(scope="module")
def both(compilation_of: Any) -> Both:
    artifacts = compilation_of(SOURCE).artifacts
    return Both(artifacts["Machine"].creation + encode([STEPS], [[]]), artifacts["Maker"].creation)


def does(kind: Kind, target: bytes | int = ZERO, a: int = 0, b: int = 0, data: Any = b"") -> Step:
    return Step(kind, target, a, b, data)


def sends(*what: Step, gas: int = 3_000_000, value: int = 0, to: int = 0) -> Send:
    return Send(PEOPLE[1], to, what, value, gas)


WRITES_AND_REVERTS = (
    does(Kind.STORE_TRANSIENT, a=1, b=5),
    does(Kind.STORE, a=1, b=5),
    does(Kind.CODE, NOBODY),
    does(Kind.CREATE2, a=3, data=INITCODES[2]),
    does(Kind.LOG, a=1),
    does(Kind.REVERT, a=9, data=b"why"),
)
UNDONE_AT_DEPTH = sends(
    does(Kind.STORE, a=1, b=4),
    does(Kind.STORE_TRANSIENT, a=1, b=4),
    does(Kind.CALL, 0, data=WRITES_AND_REVERTS),
    does(Kind.DELEGATE_CALL, 2, data=WRITES_AND_REVERTS),
    does(Kind.CALL, 2, b=100_000, data=(does(Kind.CALL, 0, data=WRITES_AND_REVERTS), does(Kind.INVALID))),
    does(Kind.CODE, NOBODY),
    does(Kind.LOAD_TRANSIENT, a=2, b=1),
    does(Kind.STORE, a=1, b=0),
    does(Kind.CREATE2, a=3, data=INITCODES[2]),
)
DIES = does(Kind.CREATE2, a=7, b=1, data=bytes.fromhex("600160025533ff"))
"""Stores a word while it is made, and dies."""

DEATHS = sends(
    DIES,
    does(Kind.CODE, LAST),
    does(Kind.CREATE, a=5, data=INITCODES[1]),
    does(Kind.CALL, LAST, a=2),
    does(Kind.CALL, LAST, a=2),
    does(Kind.CODE, LAST),
    does(Kind.CALL, 2, data=(does(Kind.SELF_DESTRUCT, NOBODY),)),
)
SAME_ADDRESS = sends(
    does(Kind.CREATE2, data=INITCODES[3]),
    does(Kind.CREATE2, data=INITCODES[3]),
    does(Kind.CALL, LAST),
    does(Kind.CALL, LAST),
)
NEW_ACCOUNTS = sends(
    does(Kind.CALL, NOBODY),
    does(Kind.CODE, NOBODY),
    does(Kind.CALL, NOBODY, a=1),
    does(Kind.CALL, NOBODY, a=1),
    does(Kind.CALL, PRECOMPILES[2], a=0),
    does(Kind.CALL, PRECOMPILES[2], a=1, b=100),
    does(Kind.CALL, ZERO, a=0),
    does(Kind.SELF_DESTRUCT, (0xBEEF).to_bytes(20, "big")),
)
REFUNDS = sends(*(does(Kind.STORE, a=slot, b=word) for slot in range(3) for word in (0, 5, 6, 0, 5, 0)))
CLEARS = sends(*(does(Kind.STORE, a=slot, b=0) for slot in range(3)))
FILLS = sends(*(does(Kind.STORE, a=slot, b=slot + 1) for slot in range(3)))
LOOKS = sends(*(does(Kind.ENVIRONMENT, a=ago) for ago in (0, 1, 2, 3, 300, 2**256 - 1)))
FLOOR = Send(PEOPLE[0], NOBODY, Canned(bytes(2000) + b"1" * 2000), 1, 200_000)
AWAY, BACK = Past(None), Past(1)


@pytest.mark.filterwarnings("ignore:SELFDESTRUCT:DeprecationWarning")
@settings(
    max_examples=80,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes; what is drawn can be read as it is
    suppress_health_check=list(HealthCheck),
)
@example(actions=[UNDONE_AT_DEPTH, UNDONE_AT_DEPTH, FLOOR])
@example(actions=[DEATHS, AWAY, DEATHS, BACK, DEATHS])
@example(actions=[SAME_ADDRESS, AWAY, SAME_ADDRESS, BACK, SAME_ADDRESS])
@example(actions=[NEW_ACCOUNTS, NEW_ACCOUNTS, replace(NEW_ACCOUNTS, target=2, keep=False), NEW_ACCOUNTS])
@example(actions=[FILLS, REFUNDS, FILLS, AWAY, CLEARS, REFUNDS, BACK, CLEARS, replace(CLEARS, keep=False), BACK, FILLS])
@example(actions=[LOOKS, Clock(3600, 3), LOOKS, AWAY, Clock(1, 1), LOOKS, BACK, LOOKS, Clock(0, 300), LOOKS])
@given(actions=st.lists(ACTIONS, min_size=2, max_size=10))
def test_both_engines_say_and_hold_the_same(both: Both, actions: list[Any]):
    both.begin_again()
    for action in actions:
        both.do(action)
    both.compare()
