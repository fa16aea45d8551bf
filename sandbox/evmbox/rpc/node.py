"""The chain behind the RPC: blocks that were sealed, the block to come, time, snapshots. Python values; no JSON.

Every transaction is sealed at once, in a block of its own. Nothing depends on the clock or on chance: a block comes one
second after its parent unless the clock is moved, so the same requests give the same blocks and the same state root.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from eth._utils.address import generate_contract_address
from eth.abc import BlockAPI, BlockHeaderAPI, StateAPI
from eth.db.atomic import AtomicDB
from eth.db.backends.memory import MemoryDB
from eth_keys.datatypes import PrivateKey
from eth_typing import Address, Hash32

from evmbox.chain import STARTING_BALANCE
from evmbox.chain.accounts import KEYS
from evmbox.chain.engine import Log
from evmbox.chain.eth_tester_engine import FastBackend, PrivateChain
from evmbox.chain.recorder import Recording, Wanted, recording
from evmbox.rpc import transactions
from evmbox.rpc.errors import LIMIT_EXCEEDED, SERVER_ERROR, RpcError, invalid
from evmbox.rpc.filters import Filters
from evmbox.rpc.values import BlockId

MAX_SNAPSHOTS = 1000


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction in its block. `created` is where a creation was put, or would have been.

    `state_before` is the root of the state that it was run on: that of the block before, unless that was altered since.
    """

    transaction: transactions.Signed
    hash: Hash32
    sender: Address
    succeeded: bool
    gas_used: int
    logs: tuple[Log, ...]
    bloom: int
    created: Address | None
    state_before: Hash32

    @property
    def tip(self) -> int:
        """What each unit of gas paid beyond the base fee, which is 0 here."""
        return transactions.price_paid(self.transaction, 0)


@dataclass(frozen=True)
class Sealed:
    """A block and what its transactions did."""

    block: BlockAPI
    hash: Hash32
    transactions: tuple[Mined, ...] = ()

    @property
    def header(self) -> BlockHeaderAPI:
        """The header."""
        return self.block.header

    @property
    def number(self) -> int:
        """The number."""
        return self.block.header.block_number

    @property
    def base_fee(self) -> int:
        """Wei for each unit of gas that are burnt."""
        return self.block.header.base_fee_per_gas or 0

    @property
    def size(self) -> int:
        """Bytes of the block in RLP; py-evm itself cannot encode a block with typed transactions."""
        encoded = [mined.transaction.encode() for mined in self.transactions]
        items = [each if each[0] < 0xC0 else rlp.decode(each) for each in encoded]
        return len(rlp.encode([rlp.decode(rlp.encode(self.header)), items, [], []]))


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a chain may grow. `state_bytes` is what all that it ever stored takes: nothing is thrown away."""

    blocks: int = 10_000
    state_bytes: int = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class _Recordable:
    """What a recorder needs of an engine."""

    state_class: type[StateAPI]


class Node:
    """A private chain of its own. `seed` decides what `block.prevrandao` gives; all else is the same for every seed."""

    def __init__(self, seed: int = 0, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.backend = FastBackend(KEYS, STARTING_BALANCE, seed)
        self._database = _Counted(_contents(self.backend.chain))
        self.backend.chain = PrivateChain(AtomicDB(self._database), seed)
        self.keys: dict[Address, PrivateKey] = {Address(key.public_key.to_canonical_address()): key for key in KEYS}
        genesis = self.chain.get_canonical_block_by_number(0)  # type: ignore[arg-type]
        self.blocks: list[Sealed] = [Sealed(genesis, genesis.hash)]
        self.filters = Filters()
        self.replaying = False
        self._numbers: dict[Hash32, int] = {genesis.hash: 0}
        self._places: dict[Hash32, tuple[int, int]] = {}
        self._snapshots: dict[int, tuple[int, BlockHeaderAPI]] = {}
        self._next_snapshot = 1

    @property
    def chain(self) -> PrivateChain:
        """py-evm's chain."""
        return self.backend.chain

    @property
    def head(self) -> Sealed:
        """The latest block."""
        return self.blocks[-1]

    @property
    def pending(self) -> BlockHeaderAPI:
        """The header of the block to come: empty, with the state and the time that its transaction will see."""
        return self.chain.header

    # blocks and state

    def block(self, wanted: BlockId) -> Sealed | None:
        """Return a sealed block, None where there is none. The pending one is not sealed: ask for its header."""
        if wanted.hash is not None:
            number = self._numbers.get(wanted.hash)
        elif wanted.tag is None:
            number = wanted.number
        else:
            number = 0 if wanted.tag == "earliest" else len(self.blocks) - 1
        return self.blocks[number] if number is not None and number < len(self.blocks) else None

    def existing(self, wanted: BlockId) -> Sealed:
        """Return a sealed block. Raises `RpcError` where there is none."""
        found = self.block(wanted)
        if found is None:
            raise RpcError(SERVER_ERROR, "header not found")
        return found

    def environment(self, wanted: BlockId) -> BlockHeaderAPI:
        """Return the header whose environment and state a call at this block sees.

        A call at the latest block sees the time that the next transaction will, as on other development chains: who
        moves the clock and calls, sees it moved.
        """
        if wanted.is_pending:
            return self.pending
        found = self.existing(wanted)
        if found is not self.head:
            return found.header
        return found.header.copy(timestamp=self.pending.timestamp, state_root=self.pending.state_root)

    def state(self, wanted: BlockId) -> StateAPI:
        """Return the state after a block, to be read or tried things on; nothing of that is kept."""
        return self.chain.get_vm(self.environment(wanted)).state

    def find(self, transaction: Hash32) -> tuple[Sealed, int] | None:
        """Return the block of a transaction and its index there."""
        place = self._places.get(transaction)
        return None if place is None else (self.blocks[place[0]], place[1])

    # going on

    def submit(self, transaction: transactions.Signed) -> Mined:
        """Seal a signed transaction in a block of its own. Raises `RpcError` where no block would take it."""
        self._check_bounds(1)
        if transaction.hash in self._places:
            raise RpcError(SERVER_ERROR, "already known")
        vm = self.chain.get_vm()
        transactions.check(vm.state, self.pending, transaction)
        before = vm.state.state_root
        receipt, computation = transactions.apply(vm, self.pending, transaction)
        header = vm.increment_blob_gas_used(vm.add_receipt_to_header(self.pending, receipt), transaction)
        block = vm.set_block_transactions_and_withdrawals(vm.get_block(), header, (transaction,), (receipt,))
        creates = transaction.to == b""
        mined = Mined(
            transaction=transaction,
            hash=transaction.hash,
            sender=transaction.sender,
            succeeded=computation.is_success,
            gas_used=receipt.gas_used,
            logs=tuple(
                Log(log.address, tuple(topic.to_bytes(32, "big") for topic in log.topics), log.data)
                for log in receipt.logs
            ),
            bloom=receipt.bloom,
            created=generate_contract_address(transaction.sender, transaction.nonce) if creates else None,
            state_before=before,
        )
        self._seal(vm, block, (mined,))
        return mined

    def mine(self, count: int = 1, interval_s: int = 1) -> None:
        """Seal empty blocks, each `interval_s` after the one before it."""
        self._check_bounds(count)
        for place in range(count):
            if place and interval_s != 1:
                self.chain.set_header_timestamp(self.head.header.timestamp + interval_s)
            vm = self.chain.get_vm()
            self._seal(vm, vm.get_block(), ())

    def set_time(self, timestamp: int) -> None:
        """Give the next block this time. Raises `RpcError` where it is not after the latest block's."""
        if not self.head.header.timestamp < timestamp < 2**63:
            raise invalid(f"the next block's timestamp must be after the latest block's, {self.head.header.timestamp}")
        self.chain.set_header_timestamp(timestamp)

    def alter(self, change: Any) -> None:
        """Have `change` alter the state that the next block begins with."""
        self._check_bounds(0)
        state = self.chain.get_vm().state
        change(state)
        state.persist()
        self.chain.header = self.pending.copy(state_root=state.state_root)

    def record(self, sealed: Sealed, mined: Mined, wanted: Wanted) -> Recording:
        """Run a sealed transaction once more, on the state it was run on, and record it. The chain stays as it is."""
        header = sealed.header.copy(state_root=mined.state_before, gas_used=0, blob_gas_used=0)
        vm = self.chain.get_vm(header)
        with recording(_Recordable(type(vm.state)), wanted) as what:
            transactions.apply(vm, header, mined.transaction)
        return what

    # going back

    def snapshot(self) -> int:
        """Remember blocks, state and time; return the number to go back by."""
        if len(self._snapshots) >= MAX_SNAPSHOTS:
            raise RpcError(LIMIT_EXCEEDED, f"A chain keeps at most {MAX_SNAPSHOTS} snapshots; revert to one of them.")
        number = self._next_snapshot
        self._next_snapshot += 1
        self._snapshots[number] = (len(self.blocks), self.pending)
        return number

    def revert(self, number: int) -> bool:
        """Go back to a snapshot, which is used up by it, and so are those after it. False where there is none."""
        if number not in self._snapshots:
            return False
        length, pending = self._snapshots[number]
        self._snapshots = {each: kept for each, kept in self._snapshots.items() if each < number}
        for gone in self.blocks[length:]:
            del self._numbers[gone.hash]
            for mined in gone.transactions:
                del self._places[mined.hash]
        del self.blocks[length:]
        self.backend.revert_to_snapshot(pending)
        self.filters.rewind(length - 1)
        return True

    def _seal(self, vm: Any, block: BlockAPI, mined: Sequence[Mined]) -> None:
        sealed = vm.finalize_block(block).block  # and no proof of it: it was made here
        self.chain.chaindb.persist_block(sealed)
        self.chain.header = self.chain.create_header_from_parent(sealed.header)
        number = len(self.blocks)
        self.blocks.append(Sealed(sealed, sealed.hash, tuple(mined)))
        self._numbers[sealed.hash] = number
        for index, each in enumerate(mined):
            self._places[each.hash] = (number, index)

    def _check_bounds(self, more: int) -> None:
        if self.replaying:
            return  # it was within the bounds of its day
        if len(self.blocks) - 1 + more > self.bounds.blocks:
            message = f"This chain may have {self.bounds.blocks:,} blocks and has {len(self.blocks) - 1:,}."
            raise RpcError(LIMIT_EXCEEDED, f"{message} Begin a new one.")
        if self._database.stored > self.bounds.state_bytes:
            message = f"This chain may store {self.bounds.state_bytes // 1024:,} KiB, and has used them up."
            raise RpcError(LIMIT_EXCEEDED, f"{message} Begin a new one.")


def _contents(chain: Any) -> dict[bytes, bytes]:
    return dict(chain.chaindb.db.wrapped_db.kv_store)


class _Counted(MemoryDB):
    """A database in memory that knows about how many bytes it has taken in."""

    def __init__(self, kv_store: dict[bytes, bytes]) -> None:
        super().__init__(kv_store)
        self.stored = 0

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.stored += len(key) + len(value)
        super().__setitem__(key, value)
