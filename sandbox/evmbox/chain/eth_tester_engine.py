"""The engine on eth-tester and its py-evm backend, with what is slow in them left out.

What is left out changes no state, gas or receipt (a differential test runs the same transactions on stock eth-tester):
genesis is built once and copied; a transaction's sender is known and not recovered from its signature; a block sealed
here is not validated once more; going back resets the head instead of executing a block again.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from eth.abc import (
    AtomicDatabaseAPI,
    BlockAPI,
    BlockHeaderAPI,
    SignedTransactionAPI,
    StateAPI,
    TransactionBuilderAPI,
    UnsignedTransactionAPI,
)
from eth.chains.base import MiningChain
from eth.constants import (
    BLANK_ROOT_HASH,
    GENESIS_PARENT_HASH,
    POST_MERGE_DIFFICULTY,
    POST_MERGE_MIX_HASH,
    POST_MERGE_NONCE,
    ZERO_ADDRESS,
)
from eth.db.atomic import AtomicDB
from eth.db.backends.memory import MemoryDB
from eth.typing import AccountDetails
from eth.vm.forks.london.transactions import UnsignedDynamicFeeTransaction
from eth.vm.spoof import SpoofTransaction
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_tester import PyEVMBackend  # type: ignore[import-untyped]
from eth_typing import Address, BlockNumber

from evmbox.chain.engine import (
    BLOCK_GAS_LIMIT,
    BLOCK_TIME_S,
    CHAIN_ID,
    START_TIME,
    Ending,
    Execution,
    Log,
    Message,
)
from evmbox.chain.py_evm import FORK, ending_of, own_state_class, refusal


class EthTesterEngine:
    """A chain of its own whose accounts are those of `keys`, each with `balance` wei.

    `seed` decides what `block.prevrandao` gives; all else is the same for every seed.
    """

    def __init__(self, keys: Sequence[PrivateKey], *, balance: int, seed: int = 0) -> None:
        self.backend = FastBackend(tuple(keys), balance, seed)
        self._read_only: tuple[BlockHeaderAPI, StateAPI] | None = None

    @property
    def state_class(self) -> type[StateAPI]:
        """py-evm's state class of this engine alone: its `computation_class` is what executes here."""
        return self.backend.chain.get_vm_class(self.backend.chain.header).get_state_class()

    @property
    def timestamp(self) -> int:
        """Unix time of the next block."""
        return self.backend.chain.header.timestamp

    @property
    def block_number(self) -> int:
        """Number of the next block."""
        return self.backend.chain.header.block_number

    def transact(self, message: Message) -> Execution:
        """Run the message as a transaction in a block of its own. Gas costs nothing."""
        transaction = self._transaction(message)
        refused = refusal(message, transaction, balance=self.balance(message.sender))
        if refused is not None:
            return self._execution(refused)
        signed = self.backend.sign(transaction, message.sender)
        _, receipt, computation = self.backend.chain.apply_transaction(signed)
        execution = self._execution(
            ending_of(computation),
            output=computation.output,
            gas_used=receipt.gas_used,
            logs=tuple(
                Log(log.address, tuple(topic.to_bytes(32, "big") for topic in log.topics), log.data)
                for log in receipt.logs
            ),
            created=computation.msg.storage_address if not message.to and computation.is_success else None,
        )
        self.backend.seal()
        return execution

    def call(self, message: Message) -> Execution:
        """Run the message in the next block and keep nothing of it."""
        transaction = self._transaction(message)
        refused = refusal(message, transaction, balance=self.balance(message.sender))
        if refused is not None:
            return self._execution(refused)
        state = self.backend.chain.get_vm().state
        spoofed = cast("SignedTransactionAPI", SpoofTransaction(transaction, from_=message.sender))
        computation = state.apply_transaction(spoofed)
        return self._execution(ending_of(computation), output=computation.output)

    def mine(self) -> None:
        """Seal an empty block."""
        self.backend.seal()

    def warp(self, timestamp: int) -> None:
        """Give the next block this time, which is not before its own."""
        if timestamp < self.timestamp:
            raise ValueError(f"{timestamp} is before {self.timestamp}")
        self.backend.chain.set_header_timestamp(timestamp)

    def balance(self, address: Address) -> int:
        """Return the balance in wei."""
        return self._state().get_balance(address)

    def code(self, address: Address) -> bytes:
        """Return the runtime bytecode, empty where there is none."""
        return self._state().get_code(address)

    def storage(self, address: Address, slot: int) -> int:
        """Return one storage word as an unsigned integer."""
        return self._state().get_storage(address, slot)

    def snapshot(self) -> BlockHeaderAPI:
        """Return a mark of state and block environment; it stays good however often it is reverted to."""
        return self.backend.take_snapshot()

    def revert(self, mark: BlockHeaderAPI) -> None:
        """Go back to a mark of this engine."""
        self.backend.revert_to_snapshot(mark)

    def _state(self) -> StateAPI:
        header = self.backend.chain.header
        if self._read_only is None or self._read_only[0] is not header:
            self._read_only = (header, self.backend.chain.get_vm().state)
        return self._read_only[1]

    def _transaction(self, message: Message) -> UnsignedTransactionAPI:
        """Return the message as an EIP-1559 transaction whose gas costs nothing."""
        return UnsignedDynamicFeeTransaction(
            chain_id=CHAIN_ID,
            nonce=self._state().get_nonce(message.sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=0,
            gas=message.gas,
            to=message.to,
            value=message.value,
            data=message.data,
            access_list=(),
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


class PrivateChain(MiningChain):
    """A chain whose blocks depend on nothing but what is sent to it: not on the clock, not on chance."""

    chain_id = CHAIN_ID
    vm_configuration = ((BlockNumber(0), FORK),)

    def __init__(self, base_db: AtomicDatabaseAPI, seed: int = 0) -> None:
        self._seed = seed.to_bytes(32, "big")
        super().__init__(base_db)

    def create_header_from_parent(self, parent_header: BlockHeaderAPI, **fields: Any) -> BlockHeaderAPI:
        """Return the header of the next block: one block time later, with its own prevrandao."""
        number = (parent_header.block_number + 1).to_bytes(32, "big")
        fields = {
            "gas_limit": parent_header.gas_limit,
            "timestamp": parent_header.timestamp + BLOCK_TIME_S,
            "mix_hash": keccak(self._seed + number),
            **fields,
        }
        return super().create_header_from_parent(parent_header, **fields)

    def get_transaction_builder(self) -> type[TransactionBuilderAPI]:
        """Return what makes transactions for the next block (eth-tester asks its chain for this)."""
        builder: type[TransactionBuilderAPI] = FORK.get_transaction_builder()
        return builder

    def validate_block(self, block: BlockAPI) -> None:
        """Trust the block: it was sealed here."""


class FastBackend(PyEVMBackend):  # type: ignore[misc]
    """eth-tester's py-evm backend with a copied genesis, known senders, seals without proof, and a quick way back.

    It can stand under an `EthereumTester` like the stock one.
    """

    chain: PrivateChain

    def __init__(self, keys: tuple[PrivateKey, ...], balance: int, seed: int) -> None:
        self._seed = seed
        self._balance = balance
        self.account_keys = keys
        self._key_of = {key.public_key.to_canonical_address(): key for key in keys}
        self._chain_class = _own_chain_class()
        self.reset_to_genesis()

    def reset_to_genesis(self, *_: object) -> None:
        """Begin again at genesis."""
        template = _genesis(tuple(self._key_of), self._balance)
        self.chain = self._chain_class(AtomicDB(MemoryDB(dict(template))), self._seed)

    def sign(self, transaction: UnsignedTransactionAPI, sender: Address) -> SignedTransactionAPI:
        """Return the transaction signed by an account of this chain, and knowing its sender."""
        signed = transaction.as_signed_transaction(self._key_of[sender])
        vars(signed)["sender"] = sender  # a cached property: this spares its recovery from the signature
        return signed

    def seal(self) -> None:
        """Seal the block that is being built and begin the next."""
        self.chain.mine_block()

    def mine_blocks(self, num_blocks: int = 1, coinbase: bytes = ZERO_ADDRESS) -> tuple[bytes, ...]:
        """Seal blocks and return their hashes."""
        return tuple(self.chain.mine_block(coinbase=coinbase).hash for _ in range(num_blocks))

    def take_snapshot(self) -> BlockHeaderAPI:
        """Return the header of the block to come: it names its parent and carries the block environment."""
        return self.chain.header

    def revert_to_snapshot(self, snapshot: BlockHeaderAPI) -> None:
        """Make the parent of the snapshot's block the head again.

        State is found by the root that the header names, so there is nothing to undo. eth-tester sets the head by the
        same private method of py-evm; a test reads blocks back after a revert.
        """
        database: Any = self.chain.chaindb
        head = database.get_block_header_by_hash(snapshot.parent_hash)
        with database.db.atomic_batch() as batch:
            database._set_as_canonical_chain_head(batch, head, GENESIS_PARENT_HASH)  # noqa: SLF001
            database._decanonicalize_descendant_orphans(batch, head, ())  # noqa: SLF001
        self.chain.header = snapshot


def _own_chain_class() -> type[PrivateChain]:
    """Return a chain class whose executing classes are shared with no other chain: a recorder may change them."""
    vm = FORK.configure(_state_class=own_state_class(FORK.get_state_class()))
    return PrivateChain.configure(vm_configuration=((BlockNumber(0), vm),))


@cache
def _genesis(addresses: tuple[Address, ...], balance: int) -> Mapping[bytes, bytes]:
    """Return the database of a chain at genesis. Callers copy it."""
    database = MemoryDB()
    account = AccountDetails(balance=balance, nonce=0, code=b"", storage={})
    PrivateChain.from_genesis(
        AtomicDB(database),
        {
            "coinbase": ZERO_ADDRESS,
            "difficulty": POST_MERGE_DIFFICULTY,
            "extra_data": b"",
            "gas_limit": BLOCK_GAS_LIMIT,
            "mix_hash": POST_MERGE_MIX_HASH,
            "nonce": POST_MERGE_NONCE,
            "receipt_root": BLANK_ROOT_HASH,
            "timestamp": START_TIME - BLOCK_TIME_S,
            "transaction_root": BLANK_ROOT_HASH,
            "base_fee_per_gas": 0,
        },
        dict.fromkeys(addresses, account),
    )
    return database.kv_store
