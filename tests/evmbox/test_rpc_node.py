"""What the methods answer, on a chain in this process: transactions of every type, time, going back, logs, calls."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import ckzg
import pytest
import rlp
from eth.precompiles.point_evaluation import TRUSTED_SETUP_PATH
from eth.vm.forks.cancun.transactions import UnsignedBlobTransaction
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak
from trie import HexaryTrie

from evmbox.chain import STARTING_BALANCE
from evmbox.chain.accounts import KEYS, key_of
from evmbox.chain.engine import Message
from evmbox.chain.eth_tester_engine import EthTesterEngine
from evmbox.rpc import Bounds, Call, Node, RpcError, blobs, perform, replay

ALICE, BOB, ERIN = (Account.from_key(key_of(name).to_bytes()) for name in ("alice", "bob", "erin"))
GWEI = 10**9
COUNTER = "0x600b600c600039600b6000f3" + "6000546001016000550000"
"""Each call adds one to slot 0."""

TELLS = {"number": "0x43", "time": "0x42"}


class Wire:
    """A node, called as a client calls it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.journal: list[Any] = []

    def ask(self, method: str, *params: Any) -> Any:
        result, entry = perform(self.node, Call(method, list(params)))
        if entry is not None:
            self.journal.append(entry)
        return result

    def refused(self, method: str, *params: Any) -> RpcError:
        with pytest.raises(RpcError) as caught:
            self.ask(method, *params)
        return caught.value

    def send(self, **order: Any) -> dict[str, Any]:
        """Send from Alice and give the receipt."""
        sent = self.ask("eth_sendTransaction", {"from": ALICE.address, **order})
        receipt: dict[str, Any] = self.ask("eth_getTransactionReceipt", sent)
        return receipt

    def nonce(self, account: Any = ALICE) -> int:
        return int(self.ask("eth_getTransactionCount", account.address, "pending"), 16)

    def raw(self, account: Any = ALICE, **fields: Any) -> str:
        filled = {
            "chainId": 31337,
            "nonce": self.nonce(account),
            "gas": 100_000,
            "to": BOB.address,
            "value": 1,
            **fields,
        }
        if "gasPrice" not in filled:
            filled = {"maxFeePerGas": 2 * GWEI, "maxPriorityFeePerGas": GWEI, **filled}
        text: str = account.sign_transaction(filled).raw_transaction.to_0x_hex()
        return text

    def now(self) -> int:
        return int(self.ask("eth_getBlockByNumber", "latest")["timestamp"], 16)


@pytest.fixture
def wire() -> Wire:
    return Wire(Node(seed=7))


def tell(what: str) -> str:
    """Make initcode that, as a call, returns something of its environment."""
    return f"{TELLS[what]}60005260206000f3"


@dataclass(frozen=True)
class Sidecar:
    """A blob and what proves it, in both forms."""

    blob: bytes
    commitment: bytes
    proof: bytes
    cell_proofs: list[bytes]

    def wrap(self, fields: Any, *, in_cells: bool) -> str:
        """Put a transaction's fields with their blob into the form that is sent."""
        version, proofs = ([b"\x01"], self.cell_proofs) if in_cells else ([], [self.proof])
        return f"0x03{rlp.encode([fields, *version, [self.blob], [self.commitment], proofs]).hex()}"

    def sign(self, nonce: int) -> Any:
        """Sign a transaction that brings the blob, and return its fields."""
        unsigned = UnsignedBlobTransaction(
            31337, nonce, GWEI, GWEI, 21_000, bytes.fromhex(BOB.address[2:]), 1, b"", (), 10, (self.versioned_hash,)
        )
        return rlp.decode(unsigned.as_signed_transaction(key_of("alice")).encode()[1:])

    @property
    def versioned_hash(self) -> bytes:
        return b"\x01" + sha256(self.commitment).digest()[1:]


@pytest.fixture(scope="module")
def sidecar() -> Iterator[Sidecar]:
    """Give a small blob; the trusted setup is read once, for the tests and for what is tested."""
    loaded = ckzg.load_trusted_setup(TRUSTED_SETUP_PATH, 0)
    before, blobs._setup = blobs._setup, lambda: loaded
    blob = bytes(31) + b"\x05" + bytes(4096 * 32 - 32)
    commitment = ckzg.blob_to_kzg_commitment(blob, loaded)
    proof = ckzg.compute_blob_kzg_proof(blob, commitment, loaded)
    _, cell_proofs = ckzg.compute_cells_and_kzg_proofs(blob, loaded)
    yield Sidecar(blob, commitment, proof, cell_proofs)
    blobs._setup = before


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("0x0", {"gasPrice": GWEI}),
        ("0x1", {"gasPrice": GWEI, "accessList": [{"address": BOB.address, "storageKeys": [f"0x{'00' * 32}"]}]}),
        ("0x2", {}),
        (
            "0x4",
            {"authorizationList": [ERIN.sign_authorization({"chainId": 31337, "address": BOB.address, "nonce": 0})]},
        ),
    ],
)
def test_a_raw_transaction_of_each_type_is_mined_and_told_as_it_was_signed(wire, kind, fields):
    raw = wire.raw(**fields)
    sent = wire.ask("eth_sendRawTransaction", raw)
    assert sent == f"0x{keccak(bytes.fromhex(raw[2:])).hex()}"
    receipt = wire.ask("eth_getTransactionReceipt", sent)
    shown = wire.ask("eth_getTransactionByHash", sent)
    assert receipt["status"] == "0x1"
    assert receipt["type"] == shown["type"] == kind
    assert shown["from"] == ALICE.address.lower()
    assert wire.ask("eth_getRawTransactionByHash", sent) == raw
    assert wire.ask("eth_getBlockReceipts", "latest") == [receipt]
    delegated = f"0xef0100{BOB.address[2:].lower()}" if kind == "0x4" else "0x"
    assert wire.ask("eth_getCode", ERIN.address) == delegated
    again = wire.refused("eth_sendRawTransaction", raw)
    assert again.message == "already known"


@pytest.mark.parametrize("in_cells", [False, True])
def test_a_blob_transaction_comes_with_its_blobs_and_the_journal_keeps_none(wire, sidecar, in_cells):
    raw = sidecar.wrap(sidecar.sign(0), in_cells=in_cells)
    sent = wire.ask("eth_sendRawTransaction", raw)
    receipt = wire.ask("eth_getTransactionReceipt", sent)
    assert (receipt["type"], receipt["status"], receipt["blobGasUsed"]) == ("0x3", "0x1", hex(2**17))
    assert wire.ask("eth_getTransactionByHash", sent)["blobVersionedHashes"] == [f"0x{sidecar.versioned_hash.hex()}"]
    assert wire.ask("eth_getBlockByNumber", "latest")["blobGasUsed"] == hex(2**17)
    _, (kept,) = wire.journal[-1]
    assert len(kept) < 1000 < len(raw)
    again = Node(seed=7)
    replay(again, wire.journal[-1])
    assert again.head.hash == wire.node.head.hash
    assert "missing sidecar" in wire.refused("eth_sendRawTransaction", kept).message


def test_a_blob_that_is_not_what_was_committed_to_is_refused(wire, sidecar):
    other = replace(sidecar, blob=bytes(31) + b"\x06" + sidecar.blob[32:])
    short = replace(sidecar, blob=b"short")
    foreign = replace(sidecar, commitment=sidecar.proof)
    for forged, words in ((other, "invalid blob proof"), (short, "bytes"), (foreign, "versioned hash")):
        for in_cells in (False, True):
            raw = forged.wrap(sidecar.sign(0), in_cells=in_cells)
            assert words in wire.refused("eth_sendRawTransaction", raw).message
    assert wire.ask("eth_blockNumber") == "0x0"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"chainId": 1}, "invalid chain id"),
        ({"nonce": 5}, "nonce too high"),
        ({"gas": 20_000}, "intrinsic gas too low"),
        ({"gas": 30_000_001}, "exceeds block gas limit"),
        ({"value": STARTING_BALANCE}, "insufficient funds"),
        ({"maxFeePerGas": 1, "maxPriorityFeePerGas": 2}, "max priority fee per gas higher than max fee"),
        ({"to": "", "gas": 5_000_000, "data": f"0x{'00' * 49_153}"}, "max initcode size"),
    ],
)
def test_a_transaction_that_no_block_takes_is_refused_in_words_and_changes_nothing(wire, fields, words):
    error = wire.refused("eth_sendRawTransaction", wire.raw(**fields))
    assert (error.code, words in error.message) == (-32003, True), error.message
    assert wire.ask("eth_blockNumber") == "0x0"
    assert wire.journal == []


def test_a_transaction_that_was_overtaken_is_refused(wire):
    overtaken = wire.raw(value=2)
    wire.ask("eth_sendRawTransaction", wire.raw(value=3))
    assert "nonce too low: next nonce 1, tx nonce 0" in wire.refused("eth_sendRawTransaction", overtaken).message


def test_the_blocks_are_those_of_the_engine_that_checks_run_on():
    """The path from a transaction to its sealed block is shorter here, and ends at the same hash."""
    engine = EthTesterEngine(KEYS, balance=STARTING_BALANCE, seed=7)
    node = Node(seed=7)
    sender, to = (key.public_key.to_canonical_address() for key in KEYS[:2])
    for message in (
        Message(sender, to, b"", 5, 21_000),
        Message(sender, b"", bytes.fromhex(COUNTER[2:]), 0, 200_000),
        Message(sender, b"", bytes.fromhex("60006000fd"), 0, 200_000),
    ):
        signed = engine.backend.sign(engine._transaction(message), sender)
        engine.transact(message)
        node.submit(PragueTransactionBuilder.decode(signed.encode()))
        assert node.head.hash == engine.backend.chain.get_canonical_head().hash
    node.mine()
    engine.mine()
    assert node.head.hash == engine.backend.chain.get_canonical_head().hash


def test_the_journal_gives_the_same_chain_again(wire):
    made = wire.send(data=COUNTER)["contractAddress"]
    wire.send(to=made)
    mark = wire.ask("evm_snapshot")
    wire.send(to=made, value="0x0")
    wire.ask("evm_revert", mark)
    wire.ask("evm_increaseTime", 77)
    wire.ask("anvil_setBalance", made, "0x7")
    wire.ask("hardhat_mine", "0x3", "0x64")
    wire.ask("evm_mine", wire.now() + 500)
    wire.send(to=made)
    again = Node(seed=7)
    for entry in wire.journal:
        replay(again, entry)
    assert [block.hash for block in again.blocks] == [block.hash for block in wire.node.blocks]
    assert Node(seed=8).head.header.state_root == Node(seed=7).head.header.state_root


def test_the_clock_moves_a_second_a_block_unless_it_is_moved(wire):
    first = wire.now()
    wire.ask("evm_mine")
    assert wire.now() == first + 1
    wire.ask("evm_increaseTime", 100)
    assert int(wire.ask("eth_call", {"data": tell("time")}), 16) == first + 102
    wire.ask("evm_mine")
    assert wire.now() == first + 102
    wire.ask("evm_setNextBlockTimestamp", first + 1000)
    assert int(wire.ask("eth_getBlockByNumber", "pending")["timestamp"], 16) == first + 1000
    wire.ask("anvil_mine", 3, 60)
    assert wire.now() == first + 1120
    assert wire.refused("evm_setNextBlockTimestamp", first).code == -32602
    assert wire.refused("evm_increaseTime", 2**62).code == -32602
    assert wire.ask("evm_setAutomine", True) is True
    assert wire.refused("evm_setAutomine", False).code == -32004


def test_going_back_brings_blocks_state_time_and_filters_back(wire):
    wire.send(to=BOB.address, value="0x1")
    blocks = wire.ask("eth_newBlockFilter")
    mark, head, nonce = wire.ask("evm_snapshot"), wire.ask("eth_getBlockByNumber", "latest"), wire.nonce()
    wire.ask("evm_increaseTime", 1000)
    gone = wire.send(to=BOB.address, value="0x5")
    later = wire.ask("evm_snapshot")
    assert wire.ask("eth_getFilterChanges", blocks) == [gone["blockHash"]]
    assert wire.ask("evm_revert", mark) is True
    assert wire.ask("eth_getBlockByNumber", "latest") == head
    assert wire.nonce() == nonce
    assert wire.ask("eth_getTransactionReceipt", gone["transactionHash"]) is None
    assert wire.ask("eth_getBlockByHash", gone["blockHash"]) is None
    assert wire.ask("evm_revert", later) is False
    again = wire.send(to=BOB.address, value="0x5")
    assert again["transactionHash"] == gone["transactionHash"]
    assert wire.ask("eth_getFilterChanges", blocks) == [again["blockHash"]]


def test_state_is_told_as_it_was_at_any_block(wire):
    for value in (5, 7):
        wire.send(to=BOB.address, value=hex(value))

    def balance(at: Any) -> int:
        return int(wire.ask("eth_getBalance", BOB.address, at), 16) - STARTING_BALANCE

    first = wire.ask("eth_getBlockByNumber", "0x1")["hash"]
    found = [balance(at) for at in ("earliest", "0x1", {"blockHash": first}, "latest", "pending", "safe", "finalized")]
    assert found == [0, 5, 5, 12, 12, 12, 12]
    assert wire.refused("eth_getBalance", BOB.address, "0x9").message == "header not found"
    assert int(wire.ask("eth_call", {"data": tell("number")}, "0x1"), 16) == 1
    assert int(wire.ask("eth_call", {"data": tell("number")}, "pending"), 16) == 3


def test_a_revert_is_code_3_with_its_data(wire):
    reason = encode(["string"], ["no \u202e way"])
    data = bytes.fromhex("08c379a0") + reason
    size = len(data)
    copy = f"0x60{size:02x}600c60003960{size:02x}6000fd{data.hex()}"
    for method in ("eth_call", "eth_estimateGas"):
        error = wire.refused(method, {"from": ALICE.address, "data": copy})
        assert error.code == 3
        assert error.message == "execution reverted: no \u202e way"
        assert error.data == f"0x{data.hex()}"
    mined = wire.send(data=copy, gas="0x30d40")
    assert mined["status"] == "0x0"
    assert wire.refused("eth_sendTransaction", {"from": ALICE.address, "data": copy}).code == 3


def test_a_call_can_pretend(wire):
    somewhere = f"0x{'77' * 20}"
    reads_slot_1 = "0x60015460005260206000f3"
    word = f"0x{9:064x}"
    pretended = {somewhere: {"code": reads_slot_1, "stateDiff": {f"0x{1:064x}": word}}}
    assert wire.ask("eth_call", {"to": somewhere}, "latest", pretended) == word
    assert wire.ask("eth_getCode", somewhere) == "0x"
    rich = {somewhere: {"balance": hex(10**30)}}
    assert wire.refused("eth_call", {"from": somewhere, "to": BOB.address, "value": "0x1"}).code == -32000
    assert wire.ask("eth_call", {"from": somewhere, "to": BOB.address, "value": "0x1"}, "latest", rich) == "0x"


def test_an_estimate_is_enough_and_hardly_more(wire):
    made = wire.send(data=COUNTER)["contractAddress"]
    for order in ({"to": BOB.address, "value": "0x1"}, {"to": made}, {"data": COUNTER}):
        gas = int(wire.ask("eth_estimateGas", {"from": ALICE.address, **order}), 16)
        receipt = wire.send(**order, gas=hex(gas))
        assert receipt["status"] == "0x1"
        assert gas <= int(receipt["gasUsed"], 16) * 1.05


def test_an_access_list_names_what_is_touched(wire):
    made = wire.send(data=COUNTER)["contractAddress"]
    found = wire.ask("eth_createAccessList", {"from": ALICE.address, "to": made})
    assert found["accessList"] == [{"address": made, "storageKeys": [f"0x{0:064x}"]}]
    receipt = wire.send(to=made, gasPrice=hex(GWEI), accessList=found["accessList"])
    assert receipt["gasUsed"] == found["gasUsed"]


def test_a_proof_leads_from_the_state_root_to_a_word(wire):
    made = wire.send(data=COUNTER)["contractAddress"]
    wire.send(to=made)
    root = bytes.fromhex(wire.ask("eth_getBlockByNumber", "latest")["stateRoot"][2:])
    shown = wire.ask("eth_getProof", made, ["0x0", "0x5"], "latest")

    def prove(root: bytes, key: bytes, nodes: list[str]) -> Any:
        proof = [rlp.decode(bytes.fromhex(each[2:])) for each in nodes]
        return HexaryTrie.get_from_proof(root, keccak(key), proof)

    account = rlp.decode(prove(root, bytes.fromhex(made[2:]), shown["accountProof"]))
    assert account[2].hex() == shown["storageHash"][2:]
    first, other = shown["storageProof"]
    assert rlp.decode(prove(account[2], bytes(32), first["proof"])) == b"\x01"
    assert (first["value"], other["value"]) == ("0x1", "0x0")


def test_logs_are_found_by_address_topic_and_range_and_filters_tell_each_once(wire):
    emits = "602a6000526002600160206000a200"
    size = len(emits) // 2
    made = [wire.send(data=f"0x60{size:02x}600c60003960{size:02x}6000f3{emits}")["contractAddress"] for _ in range(2)]
    all_logs = wire.ask("eth_newFilter", {"address": made, "fromBlock": "earliest"})
    ones = wire.ask("eth_newFilter", {"topics": [f"0x{1:064x}", [f"0x{2:064x}", f"0x{3:064x}"]]})
    none = wire.ask("eth_newFilter", {"topics": [None, f"0x{3:064x}"]})
    sent = wire.ask("eth_newPendingTransactionFilter")
    receipts = [wire.send(to=each) for each in (*made, made[0])]
    logs = [receipt["logs"][0] for receipt in receipts]
    assert logs[0]["topics"] == [f"0x{1:064x}", f"0x{2:064x}"]
    assert int(logs[0]["data"], 16) == 42
    assert wire.ask("eth_getLogs", {"fromBlock": "earliest"}) == logs
    assert wire.ask("eth_getLogs", {"fromBlock": "earliest", "address": made[0]}) == [logs[0], logs[2]]
    assert wire.ask("eth_getLogs", {"fromBlock": "0x4", "toBlock": "0x4"}) == [logs[1]]
    assert wire.ask("eth_getLogs", {"blockHash": logs[1]["blockHash"]}) == [logs[1]]
    assert wire.ask("eth_getLogs", {"fromBlock": "earliest", "topics": [None, None, None]}) == []
    for wanted in (all_logs, ones):
        assert wire.ask("eth_getFilterChanges", wanted) == logs
        assert wire.ask("eth_getFilterChanges", wanted) == []
    assert wire.ask("eth_getFilterChanges", none) == []
    assert wire.ask("eth_getFilterChanges", sent) == [receipt["transactionHash"] for receipt in receipts]
    assert wire.ask("eth_getFilterLogs", all_logs) == logs
    assert wire.ask("eth_uninstallFilter", all_logs) is True
    assert wire.ask("eth_uninstallFilter", all_logs) is False
    assert wire.refused("eth_getFilterChanges", all_logs).message == "filter not found"
    assert wire.refused("eth_getLogs", {"fromBlock": "0x2", "toBlock": "0x1"}).code == -32602


def test_a_named_account_signs_what_its_owner_can_be_told_from(wire):
    signature = wire.ask("eth_sign", ALICE.address, "0x1234")
    assert Account.recover_message(encode_defunct(hexstr="0x1234"), signature=signature) == ALICE.address
    typed = {
        "types": {"EIP712Domain": [{"name": "name", "type": "string"}], "Mail": [{"name": "to", "type": "address"}]},
        "primaryType": "Mail",
        "domain": {"name": "Post"},
        "message": {"to": BOB.address},
    }
    assert (
        wire.ask("eth_signTypedData_v4", ALICE.address, typed)
        == ALICE.sign_typed_data(full_message=typed).signature.to_0x_hex()
    )
    assert wire.refused("eth_signTypedData", ALICE.address, {"types": 3}).code == -32602
    assert wire.refused("eth_sign", f"0x{'11' * 20}", "0x").code == -32000


def test_a_chain_is_bounded_in_blocks_and_in_what_it_stores():
    wire = Wire(Node(bounds=Bounds(blocks=3)))
    assert wire.refused("anvil_mine", "0x4").code == -32005
    wire.ask("anvil_mine", "0x3")
    assert "3 blocks" in wire.refused("evm_mine").message
    fills = "0x" + "".join(f"600160{slot:02x}55" for slot in range(100))
    wire = Wire(Node(bounds=Bounds(blocks=30, state_bytes=15_000)))
    wire.send(data=fills, gas=hex(5_000_000))
    full = wire.refused("eth_sendTransaction", {"from": ALICE.address, "to": BOB.address, "gas": "0x5208"})
    assert (full.code, "KiB" in full.message) == (-32005, True)
    assert wire.ask("eth_blockNumber") == "0x1"


def test_a_transaction_is_traced_on_the_state_it_was_run_on(wire):
    counter = wire.send(data=COUNTER, gas="0x20000")["contractAddress"]
    first, second = (wire.send(to=counter, gas="0x20000")["transactionHash"] for _ in range(2))
    root = wire.ask("eth_getBlockByNumber", "latest", False)["stateRoot"]
    written = []
    for each in (first, second):
        traced = wire.ask("debug_traceTransaction", each)
        steps = traced["structLogs"]
        assert [step["op"] for step in steps] == ["PUSH1", "SLOAD", "PUSH1", "ADD", "PUSH1", "SSTORE", "STOP"]
        assert traced["gas"] == int(wire.ask("eth_getTransactionReceipt", each)["gasUsed"], 16)
        assert traced["failed"] is False
        written.append(steps[5]["stack"][-2])
    assert written == ["0x1", "0x2"]
    assert wire.ask("eth_getBlockByNumber", "latest", False)["stateRoot"] == root
    assert len(wire.ask("debug_traceTransaction", first, {"limit": 2})["structLogs"]) == 2


def test_calls_are_traced_and_an_altered_state_is_what_a_transaction_was_run_on(wire):
    wire.ask("anvil_setBalance", ALICE.address, hex(10**18))
    sent = wire.send(to=BOB.address, value=hex(10**17))
    traced = wire.ask("debug_traceTransaction", sent["transactionHash"], {"tracer": "callTracer"})
    assert (traced["type"], traced["to"], traced["value"]) == ("CALL", BOB.address.lower(), hex(10**17))
    assert "error" not in traced


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tracer": "prestateTracer"}, "no such tracer"),
        ({"limit": -1}, "limit"),
        ("fast", "are an object"),
        ({"tracer": "callTracer", "tracerConfig": 1}, "tracerConfig"),
    ],
)
def test_what_can_not_be_traced_is_refused_in_words(wire, options, words):
    sent = wire.send(to=BOB.address, value="0x1")
    assert words in str(wire.refused("debug_traceTransaction", sent["transactionHash"], options))
    assert "not found" in str(wire.refused("debug_traceTransaction", "0x" + "11" * 32))
