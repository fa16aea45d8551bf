"""The chain under everything: time, gas, snapshots, the fork it runs, and that nothing left out was needed."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi import encode
from eth_tester import EthereumTester, PyEVMBackend
from eth_utils import function_signature_to_4byte_selector as selector
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from evmbox.chain import CHAIN_ID, START_TIME, STARTING_BALANCE, Chain, ExecutionError, OutOfReach, Reverted, ether
from evmbox.chain.accounts import KEYS
from evmbox.chain.direct_engine import DirectEngine
from evmbox.chain.engine import BLOCK_GAS_LIMIT, MAX_TRANSACTION_GAS, Ending, Message
from evmbox.chain.eth_tester_engine import EthTesterEngine
from evmbox.compiler import Artifact
from evmbox.errors import ChainError

CLOCK = """
contract Clock {
    uint256 public stored;
    mapping(uint256 => uint256) public seen;
    function set(uint256 value) external { stored = value; seen[value] = block.timestamp; }
    function time() external view returns (uint256) { return block.timestamp; }
    function number() external view returns (uint256) { return block.number; }
    function randao() external view returns (uint256) { return block.prevrandao; }
    function parent() external view returns (bytes32) { return blockhash(block.number - 1); }
    function environment() external view returns (uint256, uint256, uint256, uint256, address) {
        return (block.chainid, block.basefee, tx.gasprice, block.gaslimit, block.coinbase);
    }
}
"""


Make = Callable[..., Any]


@pytest.fixture(params=[DirectEngine, EthTesterEngine])
def make_engine(request: pytest.FixtureRequest) -> Make:
    """Give what makes an engine: each of the two in turn."""
    return lambda seed=0, balance=STARTING_BALANCE: request.param(KEYS, balance=balance, seed=seed)


@pytest.fixture
def chain(make_engine: Make) -> Chain:
    return Chain(seed=1, engine=make_engine(1))


def test_the_first_transaction_sees_the_fixed_start_time_and_each_one_takes_a_second(chain: Chain, deploy: Any):
    assert chain.now == START_TIME
    clock = deploy(CLOCK)
    assert clock.deployment.timestamp == START_TIME
    first, second = clock.set(1), clock.set(2)
    assert [first.timestamp, second.timestamp] == [START_TIME + 1, START_TIME + 2]
    assert clock.seen(2) == START_TIME + 2
    assert (first.block_number, second.block_number) == (2, 3)


def test_a_call_sees_the_time_and_block_that_the_next_transaction_will_see(chain: Chain, deploy: Any):
    clock = deploy(CLOCK)
    assert (clock.time(), clock.number()) == (chain.now, chain.block_number)
    chain.wait(7 * 86400)
    assert (clock.time(), clock.number()) == (chain.now, chain.block_number)
    assert clock.set(1).timestamp == clock.seen(1)


def test_a_warp_gives_the_next_transaction_exactly_that_second(chain: Chain, deploy: Any):
    clock = deploy(CLOCK)
    goal = chain.now + 604_800
    chain.warp(goal - 1)
    assert clock.time() == goal - 1
    chain.warp(goal)
    assert clock.set(1).timestamp == goal
    assert clock.set(2).timestamp == goal + 1


def test_the_clock_never_goes_back(chain: Chain):
    with pytest.raises(OutOfReach, match="move the clock to 5"):
        chain.warp(5)
    with pytest.raises(OutOfReach):
        chain.wait(-1)
    with pytest.raises(OutOfReach):
        chain.warp(2**64)
    chain.warp(chain.now)


def test_mining_moves_block_number_and_time(chain: Chain):
    chain.mine(5)
    assert (chain.block_number, chain.now) == (6, START_TIME + 5)


def test_gas_costs_nothing_so_that_balances_change_by_what_is_sent(chain: Chain, deploy: Any):
    clock = deploy(CLOCK)
    clock.set(1, sender=chain.bob)
    chain.transfer(chain.bob, chain.carol, ether(3))
    assert chain.bob.balance == STARTING_BALANCE - ether(3)
    assert chain.carol.balance == STARTING_BALANCE + ether(3)
    assert clock.environment() == (CHAIN_ID, 0, 0, BLOCK_GAS_LIMIT, "0x" + "00" * 20)


def test_the_base_fee_stays_zero_after_the_largest_transaction(chain: Chain, deploy: Any):
    burner = deploy("contract Burner { function burn() external { assembly { invalid() } } }")
    with pytest.raises(ExecutionError, match="burns all gas"):
        burner.burn(gas=MAX_TRANSACTION_GAS)
    assert chain.transfer(chain.bob, chain.carol, 1).gas_used == 21_000


def test_gas_beyond_a_transaction_is_the_lessons_mistake(chain: Chain):
    with pytest.raises(ChainError, match="30,000,000"):
        chain.transfer(chain.bob, chain.carol, 1, gas=MAX_TRANSACTION_GAS + 1)


def test_the_seed_decides_prevrandao_and_nothing_else(build: Any, make_engine: Make):
    def observe(seed: int) -> tuple[Any, ...]:
        clock = Chain(seed=seed, engine=make_engine(seed)).deploy(build(CLOCK))
        return clock.address, clock.time(), clock.randao()

    first, again, other = observe(1), observe(1), observe(2)
    assert first == again
    assert first[:2] == other[:2]
    assert first[2] != other[2]


def test_a_seeded_number_is_the_same_whenever_it_is_asked_for():
    numbers = [Chain(seed=seed).number("price", 10, 99) for seed in range(40)]
    assert all(10 <= number <= 99 for number in numbers)
    assert len(set(numbers)) > 20
    chain = Chain(seed=7)
    chain.number("another")
    assert chain.number("price", 10, 99) == numbers[7]


def test_what_the_compiler_emits_for_its_fork_runs_on_the_chain(deploy: Any):
    """PUSH0 (Shanghai), MCOPY and transient storage (Cancun), and a BLS precompile (Prague)."""
    modern = deploy(
        """
        contract Modern {
            uint256 transient counter;
            function push0() external pure returns (uint256 zero) { assembly { zero := 0 } }
            function copy(bytes calldata data) external pure returns (bytes memory out) {
                bytes memory source = data;
                out = new bytes(data.length);
                assembly { mcopy(add(out, 32), add(source, 32), mload(source)) }
            }
            function remember() external returns (uint256) { counter += 7; return counter; }
            function bls() external view returns (uint256 gotten) {
                assembly {
                    let success := staticcall(gas(), 0x0b, 0x400, 256, 0x800, 128)
                    gotten := mul(success, returndatasize())
                }
            }
        }
        """
    )
    assert modern.push0() == 0
    assert modern.copy(b"abc") == b"abc"
    assert modern.remember().value == 7
    assert modern.remember().value == 7, "transient storage is cleared after a transaction"
    assert modern.bls() == 128


def observe(chain: Chain, clock: Any) -> tuple[Any, ...]:
    return (
        chain.now,
        chain.block_number,
        clock.stored(),
        clock.seen(1),
        clock.time(),
        clock.number(),
        clock.randao(),
        clock.parent(),
        [account.balance for account in chain.accounts],
    )


def test_a_snapshot_restores_state_time_and_number_as_often_as_one_likes(chain: Chain, deploy: Any):
    clock = deploy(CLOCK)
    clock.set(1)
    chain.wait(1000)
    snapshot = chain.snapshot()
    before = observe(chain, clock)
    for round_ in range(30):
        clock.set(round_)
        chain.transfer(chain.bob, chain.carol, ether(1))
        chain.wait(round_ * 86400)
        chain.mine(round_ % 4)
        assert observe(chain, clock) != before
        chain.revert(snapshot)
        assert observe(chain, clock) == before


def test_a_warp_that_was_not_used_is_taken_back_too(chain: Chain, deploy: Any):
    clock = deploy(CLOCK)
    snapshot = chain.snapshot()
    chain.wait(86400)
    waited = chain.snapshot()
    chain.revert(snapshot)
    assert clock.time() == START_TIME + 1
    chain.revert(waited)
    assert clock.time() == START_TIME + 1 + 86400


ACTIONS = st.sampled_from(["set", "pay", "wait", "mine", "snapshot", "revert"])


@pytest.mark.parametrize("engine", [DirectEngine, EthTesterEngine])
@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(ACTIONS, st.integers(0, 2**32)), max_size=25))
def test_nested_snapshots_restore_exactly_what_they_saw(build: Any, engine: Any, steps: list[tuple[str, int]]):
    chain = Chain(engine=engine(KEYS, balance=STARTING_BALANCE))
    clock = chain.deploy(build(CLOCK))
    taken = [(chain.snapshot(), observe(chain, clock))]
    for action, number in steps:
        match action:
            case "set":
                clock.set(number % 5, sender=chain.accounts[number % 6])
            case "pay":
                chain.transfer(chain.bob, chain.carol, number)
            case "wait":
                chain.wait(number)
            case "mine":
                chain.mine(number % 3)
            case "snapshot":
                taken.append((chain.snapshot(), observe(chain, clock)))
            case "revert":
                snapshot, seen = taken[number % len(taken)]
                chain.revert(snapshot)
                assert observe(chain, clock) == seen


def test_after_a_revert_eth_tester_finds_the_blocks_of_the_new_branch_only():
    engine = EthTesterEngine(KEYS, balance=STARTING_BALANCE)
    tester = EthereumTester(engine.backend)
    engine.mine()
    mark = engine.snapshot()
    engine.mine()
    engine.mine()
    abandoned = tester.get_block_by_number(2)["hash"]
    engine.revert(mark)
    assert tester.get_block_by_number("latest")["number"] == 1
    engine.warp(engine.timestamp + 50)
    engine.mine()
    assert tester.get_block_by_number("latest")["number"] == 2
    assert tester.get_block_by_number(2)["hash"] != abandoned
    assert tester.get_block_by_number(2)["timestamp"] == START_TIME + 51


TOKEN_CALLS = {
    "transfer(address,uint256)": lambda who, n: encode(["address", "uint256"], [who, n]),
    "approve(address,uint256)": lambda who, n: encode(["address", "uint256"], [who, n]),
    "mint(address,uint256)": lambda who, n: encode(["address", "uint256"], [who, n]),
    "pause(bool)": lambda _, n: encode(["bool"], [n % 3 == 0]),
    "transferFrom(address,address,uint256)": lambda who, n: encode(
        ["address", "address", "uint256"], [KEYS[0].public_key.to_address(), who, n]
    ),
    "missing()": lambda _, __: b"",
}


class Stock:
    """eth-tester as it comes, with the same accounts."""

    def __init__(self) -> None:
        state = {
            key.public_key.to_canonical_address(): {"balance": STARTING_BALANCE, "nonce": 0, "code": b"", "storage": {}}
            for key in KEYS
        }
        parameters = PyEVMBackend.generate_genesis_params({"timestamp": START_TIME - 1, "gas_limit": BLOCK_GAS_LIMIT})
        backend = PyEVMBackend(genesis_parameters=parameters, genesis_state=state)
        backend.account_keys = KEYS
        self.tester = EthereumTester(backend)

    def transact(self, message: Message) -> tuple[Any, ...]:
        fields = {
            "from": "0x" + message.sender.hex(),
            "data": "0x" + message.data.hex(),
            "value": message.value,
            "gas": message.gas,
        }
        if message.to:
            fields["to"] = "0x" + message.to.hex()
        receipt = self.tester.get_transaction_receipt(self.tester.send_transaction(fields))
        logs = [
            (log["address"].lower(), [topic[2:] for topic in log["topics"]], log["data"]) for log in receipt["logs"]
        ]
        created = receipt["contract_address"] if receipt["status"] and not message.to else None
        return receipt["status"] == 1, receipt["gas_used"], logs, created and created.lower()


def transact(engine: EthTesterEngine, message: Message) -> tuple[Any, ...]:
    execution = engine.transact(message)
    logs = [
        ("0x" + log.address.hex(), [topic.hex() for topic in log.topics], "0x" + log.data.hex())
        for log in execution.logs
    ]
    created = execution.created and "0x" + execution.created.hex()
    return execution.ending is Ending.RETURNED, execution.gas_used, logs, created


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_stock_eth_tester_gives_the_same_gas_logs_and_state(token: Artifact, data: st.DataObject):
    engine, stock = EthTesterEngine(KEYS, balance=STARTING_BALANCE), Stock()
    people = [key.public_key.to_canonical_address() for key in KEYS]
    creation = token.creation + encode(["uint256"], [10**20])
    deployment = Message(people[0], b"", creation, 0, data.draw(st.sampled_from([8_000_000, 500_000])))
    results = transact(engine, deployment)
    assert results == stock.transact(deployment)
    to = bytes.fromhex((results[3] or "0x" + "77" * 20)[2:])
    person = st.sampled_from(people)
    for _ in range(data.draw(st.integers(1, 6))):
        call = data.draw(st.sampled_from(list(TOKEN_CALLS)))
        amount = data.draw(st.integers(0, 2 * 10**20))
        calldata = selector(call) + TOKEN_CALLS[call]("0x" + data.draw(person).hex(), amount)
        value = data.draw(st.sampled_from([0, 0, 0, 5]))
        gas = data.draw(st.sampled_from([3_000_000, 60_000, 22_500]))
        message = Message(data.draw(person), to, calldata, value, gas)
        assert transact(engine, message) == stock.transact(message)
    head = engine.backend.chain.get_vm().state
    other = stock.tester.backend.chain.get_vm().state
    for address in [*people, to]:
        assert head.get_nonce(address) == other.get_nonce(address)
        assert head.get_code(address) == other.get_code(address)
    mappings = [keccak(encode(["address", "uint256"], [person, slot])) for person in people for slot in range(8)]
    for slot in [*range(8), *(int.from_bytes(place, "big") for place in mappings)]:
        assert head.get_storage(to, slot) == other.get_storage(to, slot)


def test_an_engine_refuses_what_no_block_would_take(token: Artifact, make_engine: Make):
    engine = make_engine(balance=5)
    sender, receiver = (key.public_key.to_canonical_address() for key in KEYS[:2])
    for run in (engine.transact, engine.call):
        assert run(Message(sender, receiver, b"", 6, 21_000)).ending is Ending.UNFUNDED
        assert run(Message(sender, receiver, b"", 5, 20_999)).ending is Ending.OUT_OF_GAS
        assert run(Message(sender, b"", bytes(49_153), 0, 8_000_000)).ending is Ending.CODE_TOO_LARGE
    assert engine.block_number == 1
    with pytest.raises(ValueError, match="before"):
        engine.warp(1)


def test_two_chains_share_nothing(token: Artifact, make_engine: Make):
    first, second = Chain(engine=make_engine()), Chain(engine=make_engine())
    first.deploy(token, 5)
    assert second.code(first.accounts[0]) == b""
    assert second.block_number == 1
    contract = second.deploy(token, 9)
    assert contract.totalSupply() == 9
    with pytest.raises(Reverted):
        contract.transfer(second.bob, 1, sender=second.carol)


def test_a_snapshot_of_one_engine_carries_names_of_contracts(chain: Chain, deploy: Callable[..., Any]):
    snapshot = chain.snapshot()
    first = deploy(CLOCK)
    assert repr(first) == "your contract"
    chain.revert(snapshot)
    assert chain.name_of(first.address) is None
    assert repr(deploy(CLOCK)) == "your contract"


def test_a_chain_runs_on_py_evm_directly_unless_it_is_given_an_engine():
    assert isinstance(Chain()._engine, DirectEngine)


def test_opcodes_are_watched_on_one_engine_and_no_other(build: Any, make_engine: Make):
    watched, other = make_engine(), make_engine()
    seen: list[str] = []

    def watching(opcode: Any) -> Callable[..., None]:
        def run(computation: Any) -> None:
            seen.append(opcode.mnemonic)
            opcode(computation=computation)

        return run

    plain = watched.state_class.computation_class
    opcodes = {number: watching(opcode) for number, opcode in plain.opcodes.items()}
    watched.state_class.computation_class = type("Watched", (plain,), {"opcodes": opcodes})
    for engine in (other, watched):
        assert not seen
        Chain(engine=engine).deploy(build(CLOCK)).set(5)
    assert {"SSTORE", "TIMESTAMP", "RETURN", "STOP"} <= set(seen)
    seen.clear()
    watched.state_class.computation_class = plain
    assert Chain(engine=watched).deploy(build(CLOCK)).time()
    assert not seen


def test_what_is_cut_off_in_the_middle_leaves_no_trace(build: Any, make_engine: Make):
    engine = make_engine()
    chain = Chain(engine=engine)
    clock = chain.deploy(build(CLOCK))
    clock.set(1)
    before = observe(chain, clock)
    plain = engine.state_class.computation_class

    def interrupt(computation: Any) -> None:
        plain.opcodes[0x55](computation=computation)
        raise MemoryError

    engine.state_class.computation_class = type("Cut", (plain,), {"opcodes": {**plain.opcodes, 0x55: interrupt}})
    for act in (clock.set, lambda value: clock.call("set", value)):
        with pytest.raises(MemoryError):
            act(2)
    engine.state_class.computation_class = plain
    assert observe(chain, clock) == before
    undisturbed = Chain(engine=make_engine()).deploy(build(CLOCK))
    undisturbed.set(1)
    assert clock.set(3).gas_used == undisturbed.set(3).gas_used
