"""A computation class of py-evm in which cheat codes exist. It works under any engine that has a `state_class`."""

from dataclasses import replace
from typing import Any, ClassVar

import eth_abi.abi
from eth.abc import ComputationAPI, MessageAPI, StateAPI, TransactionContextAPI
from eth.exceptions import Revert
from eth_typing import Address

from evmbox.chain.failures import REASON
from evmbox.cheats.codes import CheatRefused, place_of, run
from evmbox.cheats.disguise import disguised, take_back_loan
from evmbox.cheats.places import RecordedCode
from evmbox.cheats.session import CHEAT_ADDRESS, ExpectedRevert, Session

TEST_BALANCE = 2**96 - 1
"""Wei that a test contract has when it is deployed."""

CHEAT_GAS = 3000
"""What a cheat code costs: some of them do what the EVM charges as much for."""

RETURNED = bytes(1024)
"""What a call returns that reverted as expected: enough zeros for whatever is read from it."""

_ABSENT = b"\xfe"


def cheating(plain: type[Any], session: Session) -> type[Any]:
    """Return a computation class like `plain`, with the cheat codes of `session`."""

    class Cheating(plain):  # type: ignore[misc]
        opcodes: ClassVar[dict[int, Any]] = disguised(plain.opcodes, session)

        def __init__(self, state: StateAPI, message: MessageAPI, transaction_context: TransactionContextAPI) -> None:
            super().__init__(state, message, transaction_context)
            if session.trail is not None and message.depth == 0:
                self.code = RecordedCode(message.code, session.trail)

        @classmethod
        def is_quick(cls) -> bool:
            return session.trail is None and cls.opcodes is Cheating.opcodes

        @classmethod
        def apply_message(
            cls,
            state: StateAPI,
            message: MessageAPI,
            transaction_context: TransactionContextAPI,
            parent_computation: ComputationAPI | None = None,
        ) -> ComputationAPI:
            if message.depth == 0:
                _prepare(state, message)
            applied: ComputationAPI = super().apply_message(
                state, message, transaction_context, parent_computation=parent_computation
            )
            return applied

        def apply_child_computation(self, child_msg: MessageAPI) -> ComputationAPI:
            if child_msg.code_address == CHEAT_ADDRESS and not child_msg.is_create:
                child = _cheat(self, child_msg, session)
            else:
                child = _call(self, child_msg, session)
            self.add_child_computation(child)
            return child

        def add_log_entry(self, account: Address, topics: tuple[int, ...], data: bytes) -> None:
            expected = session.expected_event
            if expected is not None and expected.topics is None and expected.place == place_of(self):
                session.expected_event = replace(expected, topics=tuple(topics), data=bytes(data))
            super().add_log_entry(account, topics, data)

    return Cheating


def _prepare(state: StateAPI, message: MessageAPI) -> None:
    """Before a transaction: let there be code at the cheat address, and ether in a test contract that is deployed."""
    if not state.get_code(CHEAT_ADDRESS):
        state.set_code(CHEAT_ADDRESS, _ABSENT)
    if message.is_create:
        state.set_balance(message.storage_address, TEST_BALANCE)


def _cheat(parent: Any, message: MessageAPI, session: Session) -> ComputationAPI:
    """Answer a call of the cheat address."""
    try:
        output = run(session, parent, bytes(message.data))
    except CheatRefused as refused:
        if not session.dropped:
            session.faults.append(str(refused))
        return _refused(parent, message, str(refused))
    return _ended(parent, message, output, gas=max(0, message.gas - CHEAT_GAS))


def _call(parent: Any, message: MessageAPI, session: Session) -> ComputationAPI:
    """Run a call or a creation, as the cheat codes that wait for it want it."""
    place = place_of(parent)
    origin = session.origin
    take_back_loan(parent, session)
    _apply_prank(parent, message, session)
    _apply_version(message, session)
    must_revert = session.expected_revert if _waits(session.expected_revert, place) else None
    must_emit = session.expected_event if _waits(session.expected_event, place) else None
    if must_revert is not None:
        session.expected_revert = None
    if message.should_transfer_value and parent.state.get_balance(message.sender) < message.value:
        child = _refused(parent, message, "The sender has too little ether for this call: see `vm.deal`.")
    else:
        child = parent.generate_child_computation(message)
    session.origin = origin
    if must_revert is not None:
        return _expect_revert(parent, child, must_revert, session)
    if must_emit is not None:
        session.expected_event = None
        if must_emit.topics is None:
            session.faults.append("expected an event with `vm.expectEmit`, and the test emitted none before the call")
        elif not any(must_emit.met_by(log) for log in child.get_log_entries()):
            session.faults.append("expected an event with `vm.expectEmit`, and the call after it did not emit it")
    return child


def _apply_prank(parent: Any, message: MessageAPI, session: Session) -> None:
    prank = session.setting.prank
    if prank is None or prank.place != place_of(parent):
        return
    if message.storage_address == parent.msg.storage_address and message.code_address != message.storage_address:
        return  # a delegatecall runs as the contract that makes it, whoever that is said to be
    message.sender = prank.sender
    session.origin = prank.origin or session.origin
    if prank.once:
        session.set(prank=None)


def _apply_version(message: MessageAPI, session: Session) -> None:
    if not message.is_create:
        return
    if (name := session.name_of(message.code)) is not None:
        session.set(made={**session.setting.made, message.storage_address: name})
    if (version := session.version_of(message.code)) is not None:
        message.code = version
        session.set(targets=session.setting.targets | {message.storage_address})


def _waits(expected: Any, place: Any) -> bool:
    return expected is not None and expected.place == place


def _expect_revert(parent: Any, child: Any, expected: ExpectedRevert, session: Session) -> ComputationAPI:
    """Turn a revert that was expected into a call that returned, and anything else into a fault of the test."""
    if child.is_error and expected.met_by(child.output):
        gas = child.msg.gas if child.should_burn_gas else child.get_gas_remaining()  # what was burned was not used
        return _ended(parent, child.msg, RETURNED, gas=gas)
    fault = "expected a revert with `vm.expectRevert`, and the call after it succeeded"
    if child.is_error:
        fault = "expected a revert with `vm.expectRevert`, and the call after it reverted with something else"
        if expected.data is not None and expected.data[:4] == child.output[:4]:
            fault += ": the same error with other arguments, which `abi.encodeWithSelector` gives"
    session.faults.append(fault)
    return _refused(parent, child.msg, fault)


def _ended(parent: Any, message: MessageAPI, output: bytes, *, gas: int | None = None) -> ComputationAPI:
    """Return a computation that returned, without having run."""
    child = type(parent)(parent.state, message, parent.transaction_context)
    child.output = output
    if gas is not None:
        child.consume_gas(message.gas - gas, reason="what a call that reverted used")
    return child  # type: ignore[no-any-return]


def _refused(parent: Any, message: MessageAPI, reason: str) -> ComputationAPI:
    """Return a computation that reverted, without having run."""
    child = type(parent)(parent.state, message, parent.transaction_context)
    child.output = REASON.selector + eth_abi.abi.encode(["string"], [reason])
    child.error = Revert(child.output)
    return child  # type: ignore[no-any-return]
