"""The engine of grading: py-evm's interpreter on a state in plain dicts, with the rules of a transaction and no blocks.

Nothing is signed, encoded or hashed that no contract can see. A differential test runs the same transactions here and
on eth-tester. Two things differ by design: there are no state roots, and `blockhash` gives other numbers, since a
block's hash is made of its state root; they too are fixed by what was done on the chain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from eth._utils.address import generate_contract_address
from eth._utils.transactions import calculate_intrinsic_gas
from eth.abc import ComputationAPI, MessageAPI, SignedTransactionAPI, StateAPI
from eth.constants import BLANK_ROOT_HASH, CREATE_CONTRACT_ADDRESS, POST_MERGE_DIFFICULTY, ZERO_ADDRESS
from eth.typing import JournalDBCheckpoint
from eth.vm.execution_context import ExecutionContext
from eth.vm.forks.istanbul.transactions import ISTANBUL_TX_GAS_SCHEDULE
from eth.vm.forks.spurious_dragon._utils import collect_touched_accounts
from eth.vm.message import Message as EvmMessage
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_typing import Address, BlockNumber, Hash32

from evmbox.chain.dict_state import Account, Copy, DictState
from evmbox.chain.engine import BLOCK_GAS_LIMIT, BLOCK_TIME_S, CHAIN_ID, START_TIME, Ending, Execution, Log, Message
from evmbox.chain.interpreter import QuickComputation
from evmbox.chain.py_evm import FORK, ending_of, own_state_class, refusal


@dataclass(frozen=True, slots=True)
class Sealed:
    """A block that was sealed, and those before it."""

    hash: bytes
    parent: "Sealed | None"


@dataclass(frozen=True, slots=True)
class Mark:
    """A state, the block that comes next, and the one before it."""

    state: Copy
    block: ExecutionContext
    head: Sealed


class DirectEngine:
    """A chain of its own whose accounts are those of `keys`, each with `balance` wei.

    `seed` decides what `block.prevrandao` gives; all else is the same for every seed.
    """

    def __init__(self, keys: Sequence[PrivateKey], *, balance: int, seed: int = 0) -> None:
        self._seed = seed.to_bytes(32, "big")
        self._accounts = DictState(_genesis(tuple(keys), balance))
        self._head = Sealed(keccak(b"genesis"), None)
        self.state: Any = own_state_class(_State)(self._accounts, self._block(1, START_TIME))

    @property
    def state_class(self) -> type[StateAPI]:
        """py-evm's state class of this engine alone: its `computation_class` is what executes here."""
        return type(self.state)

    @property
    def timestamp(self) -> int:
        """Unix time of the next block."""
        return int(self.state.execution_context.timestamp)

    @property
    def block_number(self) -> int:
        """Number of the next block."""
        return int(self.state.execution_context.block_number)

    def transact(self, message: Message) -> Execution:
        """Run the message as a transaction in a block of its own. Gas costs nothing."""
        transaction = self._transaction(message)
        refused = refusal(message, transaction, balance=self.balance(message.sender))
        if refused is not None:
            return self._execution(refused)
        computation = self._run(transaction)
        gas_used = FORK.finalize_gas_used(transaction, computation)
        execution = self._execution(
            ending_of(computation),
            output=computation.output,
            gas_used=gas_used,
            logs=tuple(
                Log(Address(address), tuple(topic.to_bytes(32, "big") for topic in topics), data)
                for address, topics, data in computation.get_log_entries()
            ),
            created=computation.msg.storage_address if not message.to and computation.is_success else None,
        )
        self._accounts.lock_changes()
        self._seal(gas_used)
        return execution

    def call(self, message: Message) -> Execution:
        """Run the message in the next block and keep nothing of it."""
        transaction = self._transaction(message)
        refused = refusal(message, transaction, balance=self.balance(message.sender))
        if refused is not None:
            return self._execution(refused)
        computation = self._run(transaction)
        self._accounts.undo()
        return self._execution(ending_of(computation), output=computation.output)

    def mine(self) -> None:
        """Seal an empty block."""
        self._seal(gas_used=0)

    def warp(self, timestamp: int) -> None:
        """Give the next block this time, which is not before its own."""
        if timestamp < self.timestamp:
            raise ValueError(f"{timestamp} is before {self.timestamp}")
        self.state.execution_context = self._block(self.block_number, timestamp)

    def balance(self, address: Address) -> int:
        """Return the balance in wei."""
        return self._accounts.get_balance(address)

    def code(self, address: Address) -> bytes:
        """Return the runtime bytecode, empty where there is none."""
        return self._accounts.get_code(address)

    def storage(self, address: Address, slot: int) -> int:
        """Return one storage word as an unsigned integer."""
        return self._accounts.get_storage(address, slot)

    def snapshot(self) -> Mark:
        """Return a mark of state and block environment; it stays good however often it is reverted to."""
        return Mark(self._accounts.copy(), self.state.execution_context, self._head)

    def revert(self, mark: Mark) -> None:
        """Go back to a mark of this engine."""
        self._accounts.put_back(mark.state)
        self.state.execution_context = mark.block
        self._head = mark.head

    def _run(self, transaction: "_Transaction") -> ComputationAPI:
        """Execute by the rules of a transaction. Whatever ends it from outside leaves the state as it was."""
        try:
            return cast("ComputationAPI", self.state.apply_transaction(cast("SignedTransactionAPI", transaction)))
        except BaseException:
            self._accounts.undo()
            raise

    def _transaction(self, message: Message) -> "_Transaction":
        return _Transaction(
            message.sender,
            message.to,
            message.data,
            message.value,
            message.gas,
            self._accounts.get_nonce(message.sender),
        )

    def _execution(
        self,
        ending: Ending,
        *,
        output: bytes = b"",
        gas_used: int = 0,
        logs: tuple[Log, ...] = (),
        created: Address | None = None,
    ) -> Execution:
        return Execution(ending, output, gas_used, logs, created, self.timestamp, self.block_number)

    def _seal(self, gas_used: int) -> None:
        number, timestamp = self.block_number, self.timestamp
        self._head = Sealed(self.block_hash(gas_used), self._head)
        self.state.execution_context = self._block(number + 1, timestamp + BLOCK_TIME_S)

    def block_hash(self, gas_used: int) -> bytes:
        """Return what stands for the hash of the block that is being sealed."""
        numbers = (self.block_number, self.timestamp, gas_used)
        return keccak(self._head.hash + self._seed + b"".join(number.to_bytes(32, "big") for number in numbers))

    def _block(self, number: int, timestamp: int) -> ExecutionContext:
        return ExecutionContext(
            coinbase=ZERO_ADDRESS,
            timestamp=timestamp,
            block_number=BlockNumber(number),
            difficulty=POST_MERGE_DIFFICULTY,
            mix_hash=Hash32(keccak(self._seed + number.to_bytes(32, "big"))),
            gas_limit=BLOCK_GAS_LIMIT,
            prev_hashes=_hashes(self._head),
            chain_id=CHAIN_ID,
            base_fee_per_gas=0,
            excess_blob_gas=0,
        )


@dataclass(frozen=True, slots=True)
class _Transaction:
    """As much of a signed EIP-1559 transaction, whose gas costs nothing, as py-evm asks for to execute it."""

    sender: Address
    to: Address
    data: bytes
    value: int
    gas: int
    nonce: int

    type_id = 2
    chain_id = CHAIN_ID
    max_fee_per_gas = max_priority_fee_per_gas = gas_price = 0
    access_list = ()
    y_parity = r = 0
    s = 1

    def validate(self) -> None:
        """Trust it."""

    @property
    def intrinsic_gas(self) -> int:
        """What it costs before anything is executed (EIP-2028; the words of initcode are charged by the EVM)."""
        return calculate_intrinsic_gas(ISTANBUL_TX_GAS_SCHEDULE, cast("SignedTransactionAPI", self))


class _Executor(FORK.get_state_class().transaction_executor_class):  # type: ignore[misc]
    """py-evm's rules of a transaction, for one whose gas costs nothing, without the words it has for a log."""

    vm_state: "_State"

    def build_evm_message(self, transaction: _Transaction) -> MessageAPI:
        state, sender, to = self.vm_state, transaction.sender, transaction.to
        state.increment_nonce(sender)
        gas = transaction.gas - transaction.intrinsic_gas
        if to == CREATE_CONTRACT_ADDRESS:
            address = generate_contract_address(sender, transaction.nonce)
            return EvmMessage(gas, to, sender, transaction.value, b"", transaction.data, create_address=address)
        code, delegate = self.get_code_at_address(to)
        return EvmMessage(
            gas, to, sender, transaction.value, transaction.data, code, is_delegation=delegate is not None
        )

    def finalize_computation(self, transaction: _Transaction, computation: Any) -> ComputationAPI:
        state = self.vm_state
        gas_used = transaction.gas - computation.get_gas_remaining()
        refund = self.calculate_gas_refund(computation, gas_used)
        computation.data_floor_gas = self.calc_data_floor_gas(transaction, gas_used, refund)
        for address in computation.get_accounts_for_deletion():
            state.delete_account(address)
        for address in collect_touched_accounts(computation):
            if state.account_is_empty(address):
                state.delete_account(address)
        return computation  # type: ignore[no-any-return]


class _State(FORK.get_state_class()):  # type: ignore[misc]
    """py-evm's state of the fork, kept in a `DictState`."""

    computation_class = QuickComputation
    transaction_executor_class = _Executor

    def __init__(self, accounts: DictState, block: ExecutionContext) -> None:
        self._account_db = accounts
        self.execution_context = block
        self.set_system_contracts()

    def snapshot(self) -> tuple[Hash32, JournalDBCheckpoint]:
        return BLANK_ROOT_HASH, self._account_db.record()

    def revert(self, snapshot: tuple[Hash32, JournalDBCheckpoint]) -> None:
        self._account_db.discard(snapshot[1])

    def commit(self, snapshot: tuple[Hash32, JournalDBCheckpoint]) -> None:
        pass

    def get_transient_storage(self, address: Address, slot: int) -> bytes:
        return self._account_db.get_transient(address, slot)

    def set_transient_storage(self, address: Address, slot: int, value: bytes) -> None:
        self._account_db.set_transient(address, slot, value)

    def clear_transient_storage(self) -> None:
        pass


def _hashes(block: Sealed | None) -> Iterator[Hash32]:
    """Yield the hashes that `blockhash` can ask for, the latest first."""
    while block is not None:
        yield Hash32(block.hash)
        block = block.parent


@cache
def _genesis(keys: tuple[PrivateKey, ...], balance: int) -> Copy:
    """Return the state that a chain starts with. It is copied for each."""
    return Copy({Address(key.public_key.to_canonical_address()): Account(balance) for key in keys})
