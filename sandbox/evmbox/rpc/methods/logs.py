"""Events: `eth_getLogs`, and filters that tell what is new."""

from collections.abc import Iterator, Sequence
from typing import Any

from evmbox.chain.engine import Log
from evmbox.rpc import rendering, values
from evmbox.rpc.errors import SERVER_ERROR, RpcError, invalid
from evmbox.rpc.filters import Filter, LogQuery
from evmbox.rpc.node import Node, Sealed
from evmbox.rpc.registry import method
from evmbox.rpc.rendering import Json
from evmbox.rpc.values import BlockId, hexadecimal, text

MAX_ADDRESSES = 1000
MAX_TOPICS = 4


def query(given: Any) -> LogQuery:
    """Read which logs are wanted."""
    if not isinstance(given, dict) or set(given) - {"fromBlock", "toBlock", "blockHash", "address", "topics"}:
        raise invalid("a filter has fromBlock, toBlock, blockHash, address and topics at most")
    given = {name: value for name, value in given.items() if value is not None}
    if "blockHash" in given and ("fromBlock" in given or "toBlock" in given):
        raise invalid("a filter has either blockHash or fromBlock and toBlock")
    addresses = given.get("address", [])
    topics = given.get("topics", [])
    if not isinstance(topics, list) or len(topics) > MAX_TOPICS:
        raise invalid(f"topics are a list of at most {MAX_TOPICS}")
    return LogQuery(
        first=values.block_id(given.get("fromBlock", "latest")),
        last=values.block_id(given.get("toBlock", "latest")),
        block=values.hash32(given["blockHash"]) if "blockHash" in given else None,
        addresses=[values.address(each) for each in _one_or_more(addresses)],
        topics=[[] if each is None else [values.hash32(topic) for topic in _one_or_more(each)] for each in topics],
    )


@method("eth_getLogs", query)
def logs(node: Node, wanted: LogQuery) -> list[Json]:
    """Return the logs of a range of blocks, or of one block by its hash."""
    return list(_logs(node, wanted, _blocks(node, wanted)))


@method("eth_newFilter", query)
def new_filter(node: Node, wanted: LogQuery) -> str:
    """Begin to watch for logs."""
    return node.filters.add(Filter("logs", node.head.number, wanted))


@method("eth_newBlockFilter")
def new_block_filter(node: Node) -> str:
    """Begin to watch for blocks."""
    return node.filters.add(Filter("blocks", node.head.number))


@method("eth_newPendingTransactionFilter")
def new_transaction_filter(node: Node) -> str:
    """Begin to watch for transactions; they are mined when they are told of."""
    return node.filters.add(Filter("transactions", node.head.number))


@method("eth_getFilterChanges", text)
def filter_changes(node: Node, filter_id: str) -> list[Any]:
    """Return what is new since a filter was last asked."""
    found = node.filters.get(filter_id)
    fresh = node.blocks[found.told + 1 :]
    found.told = node.head.number
    if found.query is not None:
        first, last = _range(node, found.query, newest=None)
        return list(_logs(node, found.query, [each for each in fresh if first <= each.number <= last]))
    if found.kind == "blocks":
        return [hexadecimal(each.hash) for each in fresh]
    return [hexadecimal(mined.hash) for each in fresh for mined in each.transactions]


@method("eth_getFilterLogs", text)
def filter_logs(node: Node, filter_id: str) -> list[Json]:
    """Return all logs that a filter is for, told or not."""
    found = node.filters.get(filter_id)
    if found.query is None:
        raise RpcError(SERVER_ERROR, "filter not found")
    return logs(node, found.query)


@method("eth_uninstallFilter", text)
def uninstall_filter(node: Node, filter_id: str) -> bool:
    """Forget a filter, and tell whether there was one."""
    return node.filters.remove(filter_id)


def _blocks(node: Node, wanted: LogQuery) -> Sequence[Sealed]:
    if wanted.block is not None:
        found = node.block(BlockId(hash=wanted.block))
        if found is None:
            raise RpcError(SERVER_ERROR, "unknown block")
        return [found]
    first, last = _range(node, wanted, newest=node.head.number)
    if first > last:
        raise invalid("invalid block range params: fromBlock is after toBlock")
    return node.blocks[first : last + 1]


def _range(node: Node, wanted: LogQuery, *, newest: int | None) -> tuple[int, int]:
    """Return the numbers of the first and the last block; `newest` is what the tags mean, None: all that may come."""

    def number(which: BlockId, *, open_end: int) -> int:
        if which.hash is not None:
            raise invalid("a range is given by numbers or tags")
        if which.number is not None:
            return which.number
        if which.tag == "earliest":
            return 0
        return open_end if newest is None else newest

    return number(wanted.first, open_end=0), number(wanted.last, open_end=len(node.blocks))


def _logs(_node: Node, wanted: LogQuery, blocks: Sequence[Sealed]) -> Iterator[Json]:
    for sealed in blocks:
        for mined in sealed.transactions:
            for place, log in enumerate(mined.logs):
                if _matches(wanted, log):
                    yield rendering.log(sealed, mined, place)


def _matches(wanted: LogQuery, log: Log) -> bool:
    if wanted.addresses and log.address not in wanted.addresses:
        return False
    if len(wanted.topics) > len(log.topics):
        return False
    return all(not choices or topic in choices for choices, topic in zip(wanted.topics, log.topics, strict=False))


def _one_or_more(given: Any) -> list[Any]:
    several = given if isinstance(given, list) else [given]
    if len(several) > MAX_ADDRESSES:
        raise invalid(f"at most {MAX_ADDRESSES} are allowed")
    return several
