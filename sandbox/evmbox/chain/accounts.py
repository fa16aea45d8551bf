"""The people of a chain: accounts with names and keys."""

from functools import cache
from typing import Protocol

from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from eth_typing import Address

OWNER = "owner"
NAMES = (OWNER, "alice", "bob", "carol", "dave", "erin")
"""`owner` deploys what a learner hands in; the others use it."""


def key_of(name: str) -> PrivateKey:
    """Return the private key of a named account. It is the same on every chain, and worth nothing elsewhere."""
    return PrivateKey(keccak(f"evmbox account: {name}".encode()))


KEYS = tuple(key_of(name) for name in NAMES)


class HasBalances(Protocol):
    """A chain, as far as an account needs it."""

    def balance(self, of: "Addressed") -> int:
        """Return the balance in wei."""


class Addressed:
    """Something with an address: equal to whatever has the same, also to the address as text in any case."""

    def __init__(self, chain: HasBalances, address: str) -> None:
        self._chain = chain
        self._address = address

    @property
    def address(self) -> str:
        """The checksummed address."""
        return self._address

    @property
    def balance(self) -> int:
        """The balance in wei."""
        return self._chain.balance(self)

    def __str__(self) -> str:
        return self._address

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Addressed | str):
            return self._address.lower() == str(other).lower()
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._address)


class Account(Addressed):
    """A named account that sends transactions. It can be used wherever an address can."""

    def __init__(self, chain: HasBalances, name: str, key: PrivateKey) -> None:
        raw, checksummed = _addresses(key)
        super().__init__(chain, checksummed)
        self.name = name
        self.key = key
        self.raw = raw
        """The address as 20 bytes."""

    def __repr__(self) -> str:
        return self.name.capitalize()


@cache
def _addresses(key: PrivateKey) -> tuple[Address, str]:
    """Return the address of a key, as bytes and checksummed."""
    return Address(key.public_key.to_canonical_address()), key.public_key.to_checksum_address()
