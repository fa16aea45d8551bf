"""Opcodes whose answers cheat codes decide, and those by which tests could tell versions of a contract apart.

Tests are to notice what a contract does. How large its code is, what bytes it has and how much gas it uses is the same
for every version: size, hash, bytes and `gasleft()` are constants, and a call has all gas there is, or a transfer's.
"""

from collections.abc import Callable
from typing import Any

from eth_hash.auto import keccak

from evmbox.cheats.session import Session

SHOWN_GAS = 2**32
"""What `gasleft()` answers everywhere: how much gas a version of a contract uses is not for tests to tell."""

STIPEND = 2300
"""Gas that a plain transfer of ether gives; a call that is to have more has all there is."""

ORIGIN, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, TIMESTAMP, NUMBER, GAS = 0x32, 0x3B, 0x3C, 0x3F, 0x42, 0x43, 0x5A
CALLS = (0xF1, 0xF2, 0xF4, 0xFA)

Act = Callable[[Any, Callable[..., None]], None]


class Opcode:
    """An opcode that does something around the plain one."""

    def __init__(self, plain: Any, act: Act) -> None:
        self.mnemonic = plain.mnemonic
        self.gas_cost = plain.gas_cost
        self._plain = plain
        self._act = act

    def __call__(self, computation: Any) -> None:
        """Run it."""
        self._act(computation, self._plain)


def disguised(plain: dict[int, Any], session: Session) -> dict[int, Any]:
    """Return the opcodes of a chain with the cheat codes of `session`."""
    acts: dict[int, Act] = {
        ORIGIN: _answer(lambda: session.origin),
        TIMESTAMP: _answer(lambda: session.setting.timestamp),
        NUMBER: _answer(lambda: session.setting.number),
        GAS: _answer(lambda: SHOWN_GAS),
        EXTCODESIZE: _of_target(session, session.shown_size),
        EXTCODEHASH: _of_target(session, keccak(bytes(session.shown_size))),
        EXTCODECOPY: _copy(session),
        **dict.fromkeys(CALLS, _call(session)),
    }
    return {**plain, **{number: Opcode(plain[number], act) for number, act in acts.items()}}


def _answer(value: Callable[[], Any]) -> Act:
    """Answer with a value, where there is one."""

    def act(computation: Any, plain: Callable[..., None]) -> None:
        plain(computation)
        if (answer := value()) is not None:
            _replace_top(computation, answer)

    return act


def _of_target(session: Session, value: int | bytes) -> Act:
    """Answer with a value where the contract under test is asked about."""

    def act(computation: Any, plain: Callable[..., None]) -> None:
        asked = _is_target(session, computation)
        plain(computation)
        if asked:
            _replace_top(computation, value)

    return act


def _copy(session: Session) -> Act:
    """Copy zeros where the code of the contract under test would be copied."""

    def act(computation: Any, plain: Callable[..., None]) -> None:
        asked = _is_target(session, computation)
        values = computation._stack.values  # noqa: SLF001 - py-evm has no other way
        start, size = (_number(values[-2]), _number(values[-4])) if len(values) > 3 else (0, 0)
        plain(computation)
        if asked and size:
            computation.memory_write(start, size, bytes(size))

    return act


def _call(session: Session) -> Act:
    """Give a call that the tests make all gas there is, unless it is to have as little as a transfer."""

    def act(computation: Any, plain: Callable[..., None]) -> None:
        values = computation._stack.values  # noqa: SLF001 - py-evm has no other way
        if values and computation.msg.code_address not in session.setting.targets and _number(values[-1]) > STIPEND:
            values[-1] = SHOWN_GAS
        _lend(computation, session)
        plain(computation)
        take_back_loan(computation, session)

    return act


def _lend(computation: Any, session: Session) -> None:
    """Let a frame have the ether of whom it pranks while py-evm looks whether it can pay for its call."""
    prank = session.setting.prank
    me = computation.msg.storage_address
    if prank is not None and (prank.place.address, prank.place.depth) == (me, computation.msg.depth):
        session.lent = computation.state.get_balance(prank.sender)
        if session.lent:
            computation.state.set_balance(me, computation.state.get_balance(me) + session.lent)


def take_back_loan(computation: Any, session: Session) -> None:
    """Take back what a frame was lent, before its call is run or where it was none."""
    if session.lent:
        me = computation.msg.storage_address
        computation.state.set_balance(me, computation.state.get_balance(me) - session.lent)
        session.lent = 0


def _replace_top(computation: Any, value: int | bytes) -> None:
    computation._stack.pop1_any()  # noqa: SLF001
    push = computation.stack_push_int if isinstance(value, int) else computation.stack_push_bytes
    push(value)


def _is_target(session: Session, computation: Any) -> bool:
    values = computation._stack.values  # noqa: SLF001 - py-evm has no other way
    return bool(values) and _number(values[-1]).to_bytes(32, "big")[-20:] in session.setting.targets


def _number(value: int | bytes) -> int:
    return value if isinstance(value, int) else int.from_bytes(value, "big")
