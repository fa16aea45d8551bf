"""What both engines take from py-evm alike: the hard fork, what no block would take, and how an execution ended."""

from typing import Any, Protocol

from eth.abc import ComputationAPI, StateAPI
from eth.exceptions import (
    ContractCreationCollision,
    FullStack,
    InsufficientStack,
    InvalidInstruction,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
    Revert,
    StackDepthLimit,
    VMError,
    WriteProtection,
)
from eth.vm.forks.cancun import CancunVM
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.shanghai import ShanghaiVM

from evmbox.chain.engine import MAX_INITCODE_BYTES, MAX_RUNTIME_BYTES, Ending, Message
from evmbox.versions import EVM_VERSION

FORK: Any = {vm.fork: vm for vm in (ShanghaiVM, CancunVM, PragueVM)}[EVM_VERSION]

_ENDINGS: tuple[tuple[type[VMError], Ending], ...] = (
    (Revert, Ending.REVERTED),
    (OutOfGas, Ending.OUT_OF_GAS),
    (InvalidInstruction, Ending.INVALID_INSTRUCTION),
    (InvalidJumpDestination, Ending.INVALID_JUMP),
    (FullStack, Ending.STACK_OVERFLOW),
    (InsufficientStack, Ending.STACK_UNDERFLOW),
    (StackDepthLimit, Ending.CALL_DEPTH),
    (WriteProtection, Ending.STATIC_WRITE),
    (OutOfBoundsRead, Ending.RETURN_DATA_BOUNDS),
    (ContractCreationCollision, Ending.ADDRESS_TAKEN),
)


def own_state_class(of: type[StateAPI]) -> Any:
    """Return a state class like this one, and a computation class in it, that no one else has."""
    return type(of.__name__, (of,), {"computation_class": type("Computation", (of.computation_class,), {})})


class HasIntrinsicGas(Protocol):
    """A transaction of py-evm, signed or not."""

    @property
    def intrinsic_gas(self) -> int:
        """What it costs before anything is executed."""


def refusal(message: Message, transaction: HasIntrinsicGas, *, balance: int) -> Ending | None:
    """Say why no block would take the message: py-evm raises for these instead of executing it."""
    if message.value > balance:
        return Ending.UNFUNDED
    if not message.to and len(message.data) > MAX_INITCODE_BYTES:
        return Ending.CODE_TOO_LARGE
    if transaction.intrinsic_gas > message.gas:
        return Ending.OUT_OF_GAS
    return None


def ending_of(computation: ComputationAPI) -> Ending:
    """Say how an execution ended."""
    if computation.is_success:
        return Ending.RETURNED
    created = computation.msg.is_create and len(computation._output) > MAX_RUNTIME_BYTES  # noqa: SLF001
    if created and isinstance(computation.error, OutOfGas):
        return Ending.CODE_TOO_LARGE
    return next((ending for kind, ending in _ENDINGS if isinstance(computation.error, kind)), Ending.FAILED)
