"""py-evm's state in plain dicts: no trie, no encoding, no state root. What is undone is undone from a log.

The log reaches back to the start of the transaction. A state to come back to later is a copy: a private chain holds a
few accounts and slots, and a copy stays good whatever is done afterwards, in whatever order.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from eth.abc import AccountDatabaseAPI, MetaWitnessAPI
from eth.constants import BLANK_ROOT_HASH, EMPTY_SHA3
from eth.typing import JournalDBCheckpoint
from eth_hash.auto import keccak
from eth_typing import Address, Hash32


class Account(NamedTuple):
    """What an address holds, besides storage."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    code_hash: bytes = EMPTY_SHA3


NOBODY = Account()


@dataclass(frozen=True, slots=True)
class Copy:
    """A state as it was once."""

    accounts: dict[Address, Account] = field(default_factory=dict)
    storage: dict[Address, dict[int, int]] = field(default_factory=dict)


class DictState(AccountDatabaseAPI):
    """Accounts, storage, transient storage (EIP-1153), and what a transaction has touched (EIP-2929).

    An account exists while its address is a key of `accounts`; a slot that holds 0 is none.
    """

    def __init__(self, start: Copy) -> None:
        self.accounts: dict[Address, Account] = {}
        self.storage: dict[Address, dict[int, int]] = {}
        self.transient: dict[tuple[Address, int], bytes] = {}
        self._warm: dict[Address | tuple[Address, int], bool] = {}
        self._original: dict[tuple[Address, int], int] = {}
        self._log: list[tuple[dict[Any, Any], Any, Any]] = []
        self.put_back(start)

    def copy(self) -> Copy:
        """Return the state between two transactions."""
        return Copy(dict(self.accounts), {address: dict(words) for address, words in self.storage.items() if words})

    def put_back(self, copy: Copy) -> None:
        """Go back to a copy."""
        self.accounts = dict(copy.accounts)
        self.storage = {address: dict(words) for address, words in copy.storage.items()}
        self.lock_changes()

    def undo(self) -> None:
        """Undo all that was done since the transaction began."""
        self.discard(JournalDBCheckpoint(0))
        self.lock_changes()

    def record(self) -> JournalDBCheckpoint:
        """Return a mark within the transaction."""
        return JournalDBCheckpoint(len(self._log))

    def discard(self, checkpoint: JournalDBCheckpoint) -> None:
        """Undo what was done since the mark."""
        log = self._log
        while len(log) > checkpoint:
            place, key, before = log[-1]
            if before is None:
                place.pop(key, None)
            else:
                place[key] = before
            log.pop()

    def commit(self, checkpoint: JournalDBCheckpoint) -> None:
        """Keep what was done since the mark; an earlier mark may still undo it."""

    def lock_changes(self) -> None:
        """Begin a transaction: what was done so far stays, nothing is warm, transient storage is empty."""
        self.transient = {}
        self._warm = {}
        self._original = {}
        self._log = []

    def get_storage(self, address: Address, slot: int, from_journal: bool = True) -> int:
        """Return a word; not `from_journal`, as it was when the transaction began (EIP-2200)."""
        words = self.storage.get(address)
        value = words.get(slot, 0) if words else 0
        return value if from_journal else self._original.get((address, slot), value)

    def set_storage(self, address: Address, slot: int, value: int) -> None:
        """Set a word."""
        words = self.storage.setdefault(address, {})
        before = words.get(slot)
        self._original.setdefault((address, slot), before or 0)
        self._log.append((words, slot, before))
        if value:
            words[slot] = value
        elif before is not None:
            del words[slot]

    def delete_storage(self, address: Address) -> None:
        """Empty the storage of an address."""
        words = self.storage.get(address)
        if words is not None:
            self._log.append((self.storage, address, words))
            del self.storage[address]

    def is_storage_warm(self, address: Address, slot: int) -> bool:
        """Tell whether the slot was accessed in this transaction."""
        return (address, slot) in self._warm

    def mark_storage_warm(self, address: Address, slot: int) -> None:
        """Note that the slot was accessed."""
        self._mark_warm((address, slot))

    def is_address_warm(self, address: Address) -> bool:
        """Tell whether the account was accessed in this transaction."""
        return address in self._warm

    def mark_address_warm(self, address: Address) -> None:
        """Note that the account was accessed."""
        self._mark_warm(address)

    def get_transient(self, address: Address, slot: int) -> bytes:
        """Return a word of transient storage, without leading zeros."""
        return self.transient.get((address, slot), b"")

    def set_transient(self, address: Address, slot: int, value: bytes) -> None:
        """Set a word of transient storage."""
        key = (address, slot)
        self._log.append((self.transient, key, self.transient.get(key)))
        self.transient[key] = value

    def get_balance(self, address: Address) -> int:
        """Return a balance in wei."""
        return self.accounts.get(address, NOBODY).balance

    def set_balance(self, address: Address, balance: int) -> None:
        """Set a balance; the account exists then."""
        _, nonce, code, code_hash = self.accounts.get(address, NOBODY)
        self._set_account(address, Account(balance, nonce, code, code_hash))

    def get_nonce(self, address: Address) -> int:
        """Return a nonce."""
        return self.accounts.get(address, NOBODY).nonce

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Set a nonce; the account exists then."""
        balance, _, code, code_hash = self.accounts.get(address, NOBODY)
        self._set_account(address, Account(balance, nonce, code, code_hash))

    def increment_nonce(self, address: Address) -> None:
        """Add one to a nonce."""
        self.set_nonce(address, self.get_nonce(address) + 1)

    def get_code(self, address: Address) -> bytes:
        """Return the runtime bytecode."""
        return self.accounts.get(address, NOBODY).code

    def set_code(self, address: Address, code: bytes) -> None:
        """Set the runtime bytecode; the account exists then."""
        account = self.accounts.get(address, NOBODY)
        self._set_account(address, account._replace(code=code, code_hash=keccak(code)))

    def get_code_hash(self, address: Address) -> Hash32:
        """Return the hash of the code, that of nothing where there is none (EIP-1052 asks about existence first)."""
        return Hash32(self.accounts.get(address, NOBODY).code_hash)

    def delete_code(self, address: Address) -> None:
        """Take the code away."""
        self.set_code(address, b"")

    def account_has_code_or_nonce(self, address: Address) -> bool:
        """Tell whether a contract can no longer be made here (EIP-684)."""
        account = self.accounts.get(address, NOBODY)
        return bool(account.nonce or account.code)

    def delete_account(self, address: Address) -> None:
        """Let the account and its storage be no more."""
        self.delete_storage(address)
        before = self.accounts.get(address)
        if before is not None:
            self._log.append((self.accounts, address, before))
            del self.accounts[address]

    def account_exists(self, address: Address) -> bool:
        """Tell whether there is an account, be it empty."""
        return address in self.accounts

    def touch_account(self, address: Address) -> None:
        """Let the account exist."""
        if address not in self.accounts:
            self._set_account(address, NOBODY)

    def account_is_empty(self, address: Address) -> bool:
        """Tell whether the account has no balance, nonce or code (EIP-161)."""
        account = self.accounts.get(address, NOBODY)
        return not (account.balance or account.nonce or account.code)

    @property
    def state_root(self) -> Hash32:
        """Stand for a state root, of which there is none."""
        return BLANK_ROOT_HASH

    @state_root.setter
    def state_root(self, value: Hash32) -> NoReturn:
        raise NotImplementedError("A state in dicts has no root to go back to.")

    def has_root(self, _: bytes) -> bool:
        """Know no root."""
        return False

    def make_state_root(self) -> NoReturn:
        """Refuse: there is no trie here."""
        raise NotImplementedError("A state in dicts has no root.")

    def persist(self) -> MetaWitnessAPI:
        """Refuse: there is no database here."""
        raise NotImplementedError("A state in dicts is written nowhere.")

    def _set_account(self, address: Address, account: Account) -> None:
        self._log.append((self.accounts, address, self.accounts.get(address)))
        self.accounts[address] = account

    def _mark_warm(self, what: Address | tuple[Address, int]) -> None:
        if what not in self._warm:
            self._log.append((self._warm, what, None))
            self._warm[what] = True
