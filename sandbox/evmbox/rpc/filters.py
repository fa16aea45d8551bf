"""Filters that a client polls: what each has told already. They are a client's and no part of the chain.

They are lost when the chain's process ends, as a node's are when it restarts; a client is told that there is no such
filter and makes another.
"""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import Address, Hash32

from evmbox.rpc.errors import SERVER_ERROR, RpcError
from evmbox.rpc.values import LATEST, BlockId

MAX_FILTERS = 256
"""A further one takes the place of the one that was not asked for longest."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which logs are wanted. No addresses: of any; a place of `topics` without choices: any topic."""

    first: BlockId = LATEST
    last: BlockId = LATEST
    block: Hash32 | None = None
    addresses: Sequence[Address] = ()
    topics: Sequence[Sequence[bytes]] = ()


@dataclass(slots=True)
class Filter:
    """A filter, and the last block that it has told of. A filter for logs has a query."""

    kind: str
    told: int
    query: LogQuery | None = None


class Filters:
    """The filters of one chain, by their ids."""

    def __init__(self) -> None:
        self._filters: OrderedDict[str, Filter] = OrderedDict()

    def add(self, new: Filter) -> str:
        """Keep a filter and return its id, which was never another's."""
        filter_id = f"0x{secrets.token_hex(16)}"
        self._filters[filter_id] = new
        if len(self._filters) > MAX_FILTERS:
            self._filters.popitem(last=False)
        return filter_id

    def get(self, filter_id: str) -> Filter:
        """Return a filter. Raises `RpcError` where there is none."""
        if filter_id not in self._filters:
            raise RpcError(SERVER_ERROR, "filter not found")
        self._filters.move_to_end(filter_id)
        return self._filters[filter_id]

    def remove(self, filter_id: str) -> bool:
        """Forget a filter, and tell whether there was one."""
        return self._filters.pop(filter_id, None) is not None

    def rewind(self, head: int) -> None:
        """Go back to this head: what comes after it will be new to every filter."""
        for each in self._filters.values():
            each.told = min(each.told, head)
