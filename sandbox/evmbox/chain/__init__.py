"""One private chain for one learner: accounts with names, contracts with their functions as methods, time, snapshots.

`Chain` is where to begin. Errors that a learner's contract causes are `LearnerError`s, whose `explanation` is for the
learner; `ChainError` (in `evmbox.errors`) is a mistake of the lesson.
"""

from evmbox.chain.accounts import Account
from evmbox.chain.actions import Action, listening
from evmbox.chain.chain import CALL_GAS, DEPLOY_GAS, STARTING_BALANCE, Chain, Snapshot
from evmbox.chain.contract import Artifact, Contract
from evmbox.chain.engine import CHAIN_ID, START_TIME, Ending, Engine
from evmbox.chain.errors import (
    BadReturn,
    ExecutionError,
    LearnerError,
    MissingFunction,
    NotAValue,
    OutOfGas,
    OutOfReach,
    Reverted,
)
from evmbox.chain.receipts import Event, Receipt
from evmbox.chain.units import ether, gwei
from evmbox.chain.values import Struct

__all__ = [
    "CALL_GAS",
    "CHAIN_ID",
    "DEPLOY_GAS",
    "STARTING_BALANCE",
    "START_TIME",
    "Account",
    "Action",
    "Artifact",
    "BadReturn",
    "Chain",
    "Contract",
    "Ending",
    "Engine",
    "Event",
    "ExecutionError",
    "LearnerError",
    "MissingFunction",
    "NotAValue",
    "OutOfGas",
    "OutOfReach",
    "Receipt",
    "Reverted",
    "Snapshot",
    "Struct",
    "ether",
    "gwei",
    "listening",
]
