"""Ethereum JSON-RPC over a private chain of its own, as web3.py, cast and wallets speak it. No HTTP and no processes.

    node = Node()
    respond(parse(body), lambda call: perform(node, call)[0])

A method is added by `@method`; see `registry`.
"""

from evmbox.rpc import methods
from evmbox.rpc.errors import RpcError
from evmbox.rpc.node import Bounds, Node
from evmbox.rpc.registry import METHODS, Entry, changes_the_chain, method, perform, replay
from evmbox.rpc.wire import Body, Call, parse, respond

__all__ = [
    "METHODS",
    "Body",
    "Bounds",
    "Call",
    "Entry",
    "Node",
    "RpcError",
    "changes_the_chain",
    "method",
    "methods",
    "parse",
    "perform",
    "replay",
    "respond",
]
