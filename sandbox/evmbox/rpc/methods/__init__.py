"""What can be asked, a module for each kind of question."""

from evmbox.rpc.methods import accounts, blocks, calls, development, general, logs, proofs, state, traces, transactions

__all__ = ["accounts", "blocks", "calls", "development", "general", "logs", "proofs", "state", "traces", "transactions"]
